// SPDX-License-Identifier: MIT
// What the release of Xen makes of a mistake, in the words of the rules.
import type { XenBuild } from '#model/platform/types.ts';
import { isSince, xenName, xenOf } from '#model/platform/xen-build.ts';
import type { RuleContext } from '#rules/engine/rule.ts';

/** The Xen that a rule judges for. */
export function xen({ platform }: Pick<RuleContext, 'platform'>): XenBuild {
  return xenOf(platform);
}

/** `Xen 4.20`, or `Xen` where nobody said which. */
export function named(build: XenBuild): string {
  return build.assumed ? 'Xen' : xenName(build);
}

/** Errors of nodes below `/passthrough` end the boot from here on (scan_pfdt_node heeds what its children return). */
const NESTED_ERRORS: readonly [number, number] = [4, 18];

export interface Ending {
  /** A clause: what Xen does. */
  readonly ends: string;
  /** Present: another severity than an error. */
  readonly severity?: 'warning';
}

/**
 * What becomes of the boot when a device of a partial tree cannot be assigned. Before 4.18 Xen prints the error and goes
 * on; `left` says what the guest then has: `without its interrupts`.
 */
export function assignmentFails(context: RuleContext, left: string): Ending {
  const build = xen(context);
  if (build.assumed) return { ends: 'Xen panics (before 4.18 it goes on)' };
  if (isSince(build, NESTED_ERRORS)) return { ends: `${xenName(build)} panics` };
  return {
    ends: `${xenName(build)} prints an error and goes on: the guest sees the device ${left}`,
    severity: 'warning',
  };
}
