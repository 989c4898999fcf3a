// SPDX-License-Identifier: MIT
// Whether a kernel still does what a committed observation says: two accounts of one boot, field by field.
import type { Observed } from '#ide/live/observe.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/**
 * One line per difference between the committed observation and the one just made. The kernel's release may move on, and
 * who was already waiting at the snapshot depends on the speed of the machine.
 */
export function compareObservations(committed: Observed, observed: Observed): string[] {
  const differences: string[] = [];
  for (const name of ['dmaZoneEnd', 'defaultDomain', 'log', 'undecided'] as const) {
    if (text(committed[name]) !== text(observed[name])) {
      differences.push(`${name}: committed ${text(committed[name])}, now ${text(observed[name])}`);
    }
  }
  const now = new Map(observed.devices.map((device) => [device.name, device]));
  const before = new Map(committed.devices.map((device) => [device.name, device]));
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const old: Readonly<Record<string, unknown>> = { ...before.get(name) };
    const fresh: Readonly<Record<string, unknown>> = { ...now.get(name) };
    for (const field of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
      if (field === 'waited' || text(old[field]) === text(fresh[field])) continue;
      differences.push(`${name} ${field}: committed ${text(old[field])}, now ${text(fresh[field])}`);
    }
  }
  return differences;
}
