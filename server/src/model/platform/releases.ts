// SPDX-License-Identifier: MIT
// Whether a release of Linux has a change: a gate says since when, who established it, and where nobody did.
import type { KernelVersion, Versions } from './types.ts';

/** How it is known in which release something changed. */
export type Provenance =
  /** Kernels of that release and of an older one were booted and did otherwise. */
  | 'booted'
  /** The place was read in the sources of both releases. */
  | 'source'
  /** A commit or a document of Linux names the release. */
  | 'described';

/** One change of Linux that answers hang on. */
export interface Gate {
  readonly name: string;
  /** The first release that is known to have it. */
  readonly since: KernelVersion;
  readonly by: Provenance;
  /** What is so since then, as a clause. */
  readonly what: string;
  /** File and function, or the commit. */
  readonly where: string;
  /** The last release that is known not to have it; absent: the one before `since`. Between the two it is a doubt. */
  readonly after?: KernelVersion;
  /** Older releases whose point releases have it too, as read or booted there. */
  readonly backports?: readonly KernelVersion[];
}

/** Negative, zero or positive, as for `sort`. */
export function compareVersions(a: KernelVersion, b: KernelVersion): number {
  return a[0] - b[0] || a[1] - b[1];
}

/**
 * A release as it is if it already has gates that nobody established for it: the tuple itself stands for the reading, so
 * that whoever asks by release need not know of it.
 */
const readings = new WeakMap<KernelVersion, readonly Gate[]>();

/** The same release, if it already has the gates. */
export function readAs(version: KernelVersion, ...gates: readonly Gate[]): KernelVersion {
  const reading: KernelVersion = [version[0], version[1]];
  readings.set(reading, gates);
  return reading;
}

/** Whether the release has what the gate says; where nobody established it: not yet. */
export function has(version: KernelVersion, gate: Gate): boolean {
  if (compareVersions(version, gate.since) >= 0) return true;
  if (gate.backports?.some((older) => compareVersions(version, older) === 0)) return true;
  return readings.get(version)?.includes(gate) ?? false;
}

/** Whether nobody established what the release does. */
export function isOpen(version: KernelVersion, gate: Gate): boolean {
  if (gate.after === undefined || has(version, gate)) return false;
  return compareVersions(version, gate.after) > 0;
}

/** Whether the release has it, or nobody established that it does not. */
export function mayHave(version: KernelVersion, gate: Gate): boolean {
  return has(version, gate) || isOpen(version, gate);
}

/** Whether a release lies in a range: it has `since`, and not `until`. */
export function inVersions(version: KernelVersion, { since, until }: Versions): boolean {
  return (since === undefined || has(version, since)) && (until === undefined || !has(version, until));
}
