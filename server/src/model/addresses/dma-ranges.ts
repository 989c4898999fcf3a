// SPDX-License-Identifier: MIT
// Which addresses a bus lets its devices reach: the first non-empty `dma-ranges` on the way of DMA, translated.
import { GATES } from '#model/platform/gates.ts';
import { type Machine, perNode } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { at, newSteps, type Steps, say } from '#model/report/steps.ts';
import { pathOf, strings } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { larger, type Range, ranges } from './addresses.ts';

/** One window of the map that Linux keeps for a device (`struct bus_dma_region`). */
export interface Window {
  readonly dma: bigint;
  readonly cpu: bigint;
  readonly size: bigint;
}

export interface Addressing {
  /** Empty: no map, addresses pass one to one. */
  readonly windows: readonly Window[];
  /** Highest bus address of the map, the device's `bus_dma_limit`. */
  readonly limit: bigint | undefined;
  /** What `of_dma_get_range` returns. Devices of fsl-mc and cdx are set up only on `ok`. */
  readonly result: 'ok' | 'absent' | 'hole' | 'unusable';
  readonly steps: Steps;
}

const GET_RANGE = 'Linux 6.12 drivers/of/address.c:of_dma_get_range';
/** Deeper than any tree; only circular `interconnects` get there. */
const MAX_DEPTH = 64;

/** The next node on the way of DMA, as drivers/of/address.c:__of_get_dma_parent. */
export const dmaParent = perNode<{ readonly node: DtNode | undefined }>(
  (machine, node) => {
    const names = node.properties.get('interconnect-names');
    const index = names ? strings(names).indexOf('dma-mem') : -1;
    if (index < 0) return { node: node.parent };
    const list = specifiers(machine.tree, node.properties.get('interconnects'), '#interconnect-cells');
    return { node: list.entries[index]?.provider ?? node.parent };
  },
  (_, node) => ({ node: node.parent }),
);

/** Addressing of the devices on a bus; for PCI, fsl-mc and cdx the bus is the bridge node itself. */
export const addressing = perNode<Addressing>(
  (machine, bus) => {
    const steps = newSteps();
    const found = firstRanges(machine, bus);
    if (!found.node) {
      sayNone(steps, bus, found.hole);
      return { windows: [], limit: undefined, result: found.hole ? 'hole' : 'absent', steps };
    }
    return parse(machine, found.node, steps);
  },
  () => ({ windows: [], limit: undefined, result: 'absent', steps: newSteps() }),
);

/** Whether a bus in between has no `dma-ranges`, so that non-empty ones above it are not used. */
export function hasHole(machine: Machine, bus: DtNode): boolean {
  return firstRanges(machine, bus).hole !== undefined;
}

interface Found {
  readonly node?: DtNode;
  /** The node whose missing `dma-ranges` ended the search below a non-empty one. */
  readonly hole?: DtNode;
}

function firstRanges(machine: Machine, bus: DtNode): Found {
  let missing: DtNode | undefined;
  let node: DtNode | undefined = bus;
  for (let depth = 0; node && depth < MAX_DEPTH; depth++) {
    const property = node.properties.get('dma-ranges');
    if (property && property.value.bytes.length > 0) return missing ? { hole: missing } : { node };
    // Only the node that the search starts from may lack the property.
    if (!property && depth > 0) missing ??= node;
    node = dmaParent(machine, node).node;
  }
  return {};
}

function sayNone(steps: Steps, bus: DtNode, hole: DtNode | undefined): void {
  if (hole) {
    say(steps, GET_RANGE, { kind: 'ranges-interrupted', bus: pathOf(hole) }, at(hole, 'dma-ranges'));
    return;
  }
  const own = bus.properties.get('dma-ranges');
  const evidence = own ? [at(bus, 'dma-ranges')] : [];
  say(steps, GET_RANGE, { kind: 'ranges-none', bus: pathOf(bus), empty: own !== undefined }, ...evidence);
}

/** Windows that a step names. */
const SHOWN = 4;

function parse(machine: Machine, node: DtNode, steps: Steps): Addressing {
  const path = pathOf(node);
  const all = ranges(machine, node, 'dma-ranges', (child) => dmaParent(machine, child).node);
  const windows: Window[] = [];
  let ended = false;
  let usable = 0;
  for (const range of all) {
    if (range.cpu === undefined) {
      steps.log.push(`OF: translation of DMA address(${range.child.toString(16)}) to CPU address failed node(${path})`);
      continue;
    }
    usable++;
    const size = adjustedSize(machine, range);
    // The map ends at a window of size 0.
    if (size === 0n) ended = true;
    if (!ended) windows.push({ dma: range.child, cpu: range.cpu, size });
  }
  const where = at(node, 'dma-ranges');
  if (usable === 0) {
    say(steps, GET_RANGE, { kind: 'ranges-unusable', bus: path }, where);
    return { windows: [], limit: undefined, result: 'unusable', steps };
  }
  const limit = windows.reduce((max, { dma, size }) => larger(BigInt.asUintN(64, dma + size - 1n), max), 0n);
  const shown = windows.slice(0, SHOWN);
  const more = windows.length - shown.length;
  if (windows.length === 0) say(steps, GET_RANGE, { kind: 'ranges-ended', bus: path }, where);
  else say(steps, GET_RANGE, { kind: 'ranges', bus: path, windows: shown, more, limit }, where);
  return { windows, limit: windows.length > 0 ? limit : limitOfNone(machine), result: 'ok', steps };
}

/** A map that ends before it begins: Linux keeps it, and no memory has a bus address. */
export function reachesNothing({ windows, result }: Addressing): boolean {
  return result === 'ok' && windows.length === 0;
}

/** The limit of such a map is that of the mask every device begins with: drivers/of/device.c:of_dma_configure_id. */
function limitOfNone({ platform }: Machine): bigint | undefined {
  return has(platform.kernelVersion, GATES.oddSizes) ? 0xffffffffn : undefined;
}

/** Before 6.10 Linux took an odd size for a last address and added one (drivers/of/device.c:of_dma_configure_id). */
function adjustedSize(machine: Machine, range: Range): bigint {
  const odd = (range.size & 1n) === 1n;
  return odd && !has(machine.platform.kernelVersion, GATES.oddSizes) ? range.size + 1n : range.size;
}
