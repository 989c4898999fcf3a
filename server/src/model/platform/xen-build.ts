// SPDX-License-Identifier: MIT
// The Xen that reads the trees: its release and its configuration, and what follows from not knowing them.
import { compatibles } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { parseKernelConfig } from './kernel-options.ts';
import type { Platform, XenBuild, XenVersion } from './types.ts';

/** The newest release whose source was read for the model. */
export const NEWEST_XEN: XenVersion = [4, 22, 0];

/** The point release where only `4.20` is said: the newest of that branch. */
const NEWEST_POINT = 99;

/** What somebody said of the Xen; text that is no version counts as unsaid. */
export interface XenStatements {
  readonly xenVersion?: string;
  /** The text of its `.config`. */
  readonly xenConfig?: string;
  readonly xenConfigPath?: string;
}

/** `4.20`, `4.21.2`, `4.23-unstable`; `undefined` for other text. */
export function parseXenVersion(text: string): XenVersion | undefined {
  const [, major, minor, point] = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?![\d.])/.exec(text.trim()) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return [Number(major), Number(minor), point === undefined ? NEWEST_POINT : Number(point)];
}

/** `4.20`, `4.21.2`. */
export function xenVersionText([major, minor, point]: XenVersion): string {
  return point === NEWEST_POINT || point === 0 ? `${major}.${minor}` : `${major}.${minor}.${point}`;
}

/** The Xen of a tree: what was stated wins over what the tree names, that over the newest known release. */
export function xenBuild(tree: DeviceTree, stated: XenStatements): XenBuild {
  const version = parseXenVersion(stated.xenVersion ?? '') ?? versionInTree(tree);
  const config = stated.xenConfig === undefined ? undefined : parseKernelConfig(stated.xenConfig).symbols;
  return {
    version: version ?? NEWEST_XEN,
    assumed: version === undefined,
    ...(config && { config }),
    ...(config && stated.xenConfigPath !== undefined && { configPath: stated.xenConfigPath }),
  };
}

/** Xen writes its release into the trees that it makes: `xen,xen-4.20` (make_hypervisor_node), `xen,xenvm-4.20` (libxl). */
function versionInTree({ root }: DeviceTree): XenVersion | undefined {
  const hypervisor = root.children.get('hypervisor');
  for (const name of [...(hypervisor ? compatibles(hypervisor) : []), ...compatibles(root)]) {
    const [, text] = /^xen,xen(?:vm)?-(\d+\.\d+)$/.exec(name) ?? [];
    if (text !== undefined) return parseXenVersion(text);
  }
  return undefined;
}

const ASSUMED: XenBuild = { version: NEWEST_XEN, assumed: true };

/** The Xen of a platform; the newest one known where nobody says. */
export function xenOf(platform: Pick<Platform, 'xenBuild' | 'xen'>): XenBuild {
  return platform.xenBuild ?? platform.xen?.build ?? ASSUMED;
}

/** Whether the Xen is of this release or a later one: `[4, 18]`, `[4, 21, 2]`. */
export function isSince({ version }: XenBuild, [major, minor, point = 0]: readonly [number, number, number?]): boolean {
  return (version[0] - major || version[1] - minor || version[2] - point) >= 0;
}

/** `Xen 4.20`: the release that a message is about. */
export function xenName(build: XenBuild): string {
  return `Xen ${xenVersionText(build.version)}`;
}

/** Whether Xen is built with an option (without `CONFIG_`). */
export function xenOption({ config }: XenBuild, symbol: string): 'on' | 'off' | 'unknown' {
  if (!config) return 'unknown';
  return config.get(symbol) === 'y' ? 'on' : 'off';
}
