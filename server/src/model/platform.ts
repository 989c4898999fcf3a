// SPDX-License-Identifier: MIT
// The platform's answers: which release, which options, which drivers are built, and what was assumed.
import type { IommuDriver, KernelVersion, Platform, Versions } from './types.ts';

/** Whether a release lies in a range: at or after `since`, before `until`. */
export function inVersions(version: KernelVersion, range: Versions): boolean {
  return (
    (range.since === undefined || compareVersions(version, range.since) >= 0) &&
    (range.until === undefined || compareVersions(version, range.until) < 0)
  );
}

/** Negative, zero or positive, as for `sort`. */
export function compareVersions(a: KernelVersion, b: KernelVersion): number {
  return a[0] - b[0] || a[1] - b[1];
}

export type Enabled = 'builtin' | 'module' | 'off' | 'unknown';

/** State of a Kconfig symbol (without `CONFIG_`); `unknown` when the platform has no configuration. */
export function isEnabled(platform: Platform, symbol: string): Enabled {
  if (platform.kernelConfig === undefined) return 'unknown';
  const value = platform.kernelConfig.get(symbol);
  return value === 'y' ? 'builtin' : value === 'm' ? 'module' : 'off';
}

/** Whether the driver exists in this kernel: `off` on another architecture or before its first release. */
export function driverState(platform: Platform, driver: IommuDriver): Enabled {
  if (!inVersions(platform.kernelVersion, driver)) return 'off';
  if (!driver.arches.includes(platform.arch)) return 'off';
  return isEnabled(platform, driver.config);
}
