// SPDX-License-Identifier: MIT
// Devices that differ only in their number and their IDs: told once.
import { DEVICE_KINDS } from './device-kinds.ts';
import type { DmaMap, MapDevice } from './dma-map.ts';
import { nameOf } from './names.ts';

/** Siblings that differ only in their IDs are one entry from this number on. */
export const SERIES = 4;

/** Series and single devices, sorted by what they are for. */
export function seriesOf(devices: readonly MapDevice[]): MapDevice[][] {
  const groups = new Map<string, MapDevice[]>();
  for (const device of devices) {
    const key = `${baseOf(device)} ${parentOf(device)} ${device.way} ${device.host === null}`;
    const known = groups.get(key);
    if (known) known.push(device);
    else groups.set(key, [device]);
  }
  const inOrder = (a: MapDevice, b: MapDevice) => DEVICE_KINDS.indexOf(a.kind) - DEVICE_KINDS.indexOf(b.kind);
  return [...groups.values()]
    .flatMap((group) => (group.length >= SERIES && group[0]?.host === null ? [group] : group.map((each) => [each])))
    .sort(([a], [b]) => (a && b ? inOrder(a, b) : 0));
}

/** The name without its number. */
export function baseOf({ name }: MapDevice): string {
  return name.replace(/[@.].*/, '').replace(/\d+$/, '');
}

/** The node that makes it, else the parent. */
export function parentOf({ madeBy, path }: MapDevice): string {
  return madeBy ?? path.slice(0, path.lastIndexOf('/'));
}

/** The nearest node above with a label says more than the generic name of the parent. */
export function ownerName({ devices, iommus }: DmaMap, { path }: MapDevice): string {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const above = path.slice(0, at);
    const found = [...devices, ...iommus].find((each) => each.path === above && each.label !== null);
    if (found) return nameOf(found);
  }
  const [, top, ...below] = path.split('/');
  return top === undefined || below.length === 0 ? '/' : top;
}
