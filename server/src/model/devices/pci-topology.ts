// SPDX-License-Identifier: MIT
// The PCI functions behind a host bridge: what the tree tells of their numbers, the bridges above them, and their aliases.
import { isPciBus, rawCells } from '#model/addresses/addresses.ts';
import { type BridgeKind, bridgeKind, otherFunction } from '#model/drivers/pci-ids.ts';
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import type { DeviceCondition } from '#model/statements/devices.ts';
import { baseName, isAvailable, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** A function that the tree describes, or that someone asks about. */
export interface PciFunction {
  /** Requester ID: bus, device and function. */
  readonly id: number;
  readonly node: DtNode | undefined;
  /** The described bridge that it is below; on the root bus, and where no node describes one, there is none. */
  readonly above: PciBridge | undefined;
  /** Bridges lie between it and `above` (or the root bus) that no node describes. */
  readonly gap: boolean;
}

export interface PciBridge extends PciFunction {
  readonly node: DtNode;
  readonly kind: BridgeKind;
  /** The tree does not say the kind: it is the usual one. */
  readonly kindAssumed: boolean;
  /** The bus below it. */
  readonly bus: number;
  /** No property says the number of that bus: it is what Linux gives it when nothing else is there. */
  readonly busAssumed: boolean;
  /** The highest number of a bus somewhere below it. */
  readonly lastBus: number;
}

export interface PciTopology {
  readonly rootBus: number;
  /** In the order in which Linux adds them: all of a bus, then what is below each of its bridges. */
  readonly functions: readonly PciFunction[];
}

const EMPTY: PciTopology = { rootBus: 0, functions: [] };

/** The described functions behind a host bridge. */
export const pciTopology: PerNode<PciTopology> = perNode(
  (_machine, host) => {
    const [rootBus = 0] = rawCells(host.properties.get('bus-range'));
    const functions: PciFunction[] = [];
    addBuses(functions, host, rootBus & 0xff);
    return { rootBus: rootBus & 0xff, functions };
  },
  () => EMPTY,
);

interface OpenBus {
  readonly onBus: readonly { readonly node: DtNode; readonly devfn: number }[];
  readonly bus: number;
  readonly above: (PciBridge & { lastBus: number }) | undefined;
  /** Where its functions are put, and those of the buses below it, which follow them. */
  readonly out: PciFunction[];
  readonly below: PciFunction[];
  next: number;
  /** The highest bus number that was given out. */
  last: number;
}

function openBus(out: PciFunction[], parent: DtNode, bus: number, above?: OpenBus['above']): OpenBus {
  const onBus = [...parent.children.values()]
    .filter((node) => node.properties.has('reg') && isAvailable(node))
    .map((node) => ({ node, devfn: ((rawCells(node.properties.get('reg'))[0] ?? 0) >>> 8) & 0xff }))
    .sort((a, b) => a.devfn - b.devfn);
  return { onBus, bus, above, out, below: [], next: 0, last: bus };
}

/** Adds the functions below a host bridge. Without recursion: a text may have thousands of bridges in each other. */
function addBuses(functions: PciFunction[], host: DtNode, rootBus: number): void {
  const open = [openBus(functions, host, rootBus)];
  for (let place = open[0]; place; place = open.at(-1)) {
    const next = place.onBus[place.next++];
    if (next) {
      const inner = addFunction(place, next);
      if (inner) open.push(inner);
      continue;
    }
    open.pop();
    for (const fn of place.below) place.out.push(fn);
    const outer = open.at(-1);
    if (!place.above || !outer) continue;
    const stated = (rawCells(place.above.node.properties.get('bus-range'))[1] ?? 0) & 0xff;
    place.above.lastBus = Math.max(place.last, stated);
    outer.last = Math.max(outer.last, place.last);
  }
}

/** The bus below the function, where it is a bridge. */
function addFunction(place: OpenBus, { node, devfn }: OpenBus['onBus'][number]): OpenBus | undefined {
  const { bus, above, out, below, last } = place;
  const fn: PciFunction = { id: (bus << 8) | devfn, node, above, gap: false };
  if (!isPciBus(node)) {
    out.push(fn);
    return undefined;
  }
  const numbered = busBelow(node, bus);
  const bridge: PciBridge & { lastBus: number } = {
    ...fn,
    node,
    ...kindOf(node, above === undefined),
    bus: numbered ?? last + 1,
    busAssumed: numbered === undefined,
    lastBus: 0,
  };
  out.push(bridge);
  return openBus(below, node, bridge.bus, bridge);
}

/**
 * The bus number that `bus-range` states, or else the addresses of the children. A number that is not above the bridge's
 * own bus is none: Linux gives the bridge the next one (drivers/pci/probe.c:pci_scan_bridge_extend, `secondary <= bus->number`).
 */
function busBelow(bridge: DtNode, own: number): number | undefined {
  const stated = rawCells(bridge.properties.get('bus-range')).slice(0, 1);
  const addressed = [...bridge.children.values()].flatMap((child) => {
    const [high] = rawCells(child.properties.get('reg'));
    return high === undefined ? [] : [high >>> 16];
  });
  return [...stated, ...addressed].map((bus) => bus & 0xff).find((bus) => bus > own);
}

/** A node that is called `pcie` says that the bus below it is PCI Express. */
function kindOf(node: DtNode, onRootBus: boolean): Pick<PciBridge, 'kind' | 'kindAssumed'> {
  const known = bridgeKind(node, onRootBus);
  return { kind: known ?? 'port', kindAssumed: known === undefined && baseName(node) !== 'pcie' };
}

export function isBridge(fn: PciFunction): fn is PciBridge {
  return 'kind' in fn;
}

/** The function with a requester ID, described or not. */
export function functionAt(machine: Machine, host: DtNode, id: number): PciFunction {
  const { rootBus, functions } = pciTopology(machine, host);
  const known = functions.find((fn) => fn.id === id);
  if (known) return known;
  const bus = id >>> 8;
  if (bus === rootBus) return { id, node: undefined, above: undefined, gap: false };
  let above: PciBridge | undefined;
  for (const fn of functions) {
    if (isBridge(fn) && fn.bus <= bus && bus <= fn.lastBus && (!above || fn.bus > above.bus)) above = fn;
  }
  return { id, node: undefined, above, gap: above?.bus !== bus };
}

/** The function of a node; its number is the one in `reg` where the node is not among those of its host bridge. */
export function functionOf(machine: Machine, host: DtNode, node: DtNode): PciFunction {
  const known = pciTopology(machine, host).functions.find((fn) => fn.node === node);
  const [high = 0] = rawCells(node.properties.get('reg'));
  return known ?? { id: (high >>> 8) & 0xffff, node, above: undefined, gap: false };
}

/** A requester ID that a function's DMA may carry, and the function or bridge whose ID it is. */
export interface Alias {
  readonly id: number;
  readonly of: PciFunction;
}

/** All of them, the function's own first, in the order of drivers/pci/search.c:pci_for_each_dma_alias. */
export function aliasesOf(fn: PciFunction): Alias[] {
  const result: Alias[] = [{ id: fn.id, of: fn }];
  const other = fn.node && otherFunction(fn.node);
  if (other !== undefined && (fn.id & 7) !== other) result.push({ id: (fn.id & ~7) | other, of: fn });
  for (let bridge = fn.above; bridge; bridge = bridge.above) {
    if (bridge.kind === 'to-pci') result.push({ id: bridge.bus << 8, of: bridge });
    if (bridge.kind === 'conventional') result.push({ id: bridge.id, of: bridge });
  }
  return result;
}

/** What the numbers and aliases of a function hang on. */
export function topologyDoubts(fn: PciFunction): DeviceCondition[] {
  const doubts: DeviceCondition[] = [];
  if (fn.gap) {
    doubts.push({ kind: 'undescribed-bridges', below: fn.above ? pathOf(fn.above.node) : null });
  }
  for (let bridge = fn.above; bridge; bridge = bridge.above) {
    const path = pathOf(bridge.node);
    if (bridge.busAssumed) doubts.push({ kind: 'bus-number', bridge: path });
    if (bridge.kindAssumed) doubts.push({ kind: 'bridge-kind', bridge: path });
  }
  return doubts;
}
