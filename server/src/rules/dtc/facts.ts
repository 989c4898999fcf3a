// SPDX-License-Identifier: MIT
// What dtc derives from a tree before it checks it: cell counts with their defaults, and the kind of bus a node is.
import { baseName, compatibles, readU32, strings, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

/** `absent`: the node does not say; `malformed`: what it says is not one cell, which has a finding of its own. */
export type CellCount = number | 'absent' | 'malformed';

/** What a node itself says in `#address-cells`, `#size-cells` or another property that holds a count. */
export function cellCount(node: DtNode, name: string): CellCount {
  const property = node.properties.get(name);
  if (!property) return 'absent';
  const { bytes } = property.value;
  return bytes.length === 4 ? readU32(bytes, 0) : 'malformed';
}

/** Cells of an address on the bus that the node is; 2 where it does not say; `undefined` where that is malformed. */
export function addressCells(node: DtNode): number | undefined {
  return withDefault(cellCount(node, '#address-cells'), 2);
}

/** Cells of a size on the bus that the node is; 1 where it does not say; `undefined` where that is malformed. */
export function sizeCells(node: DtNode): number | undefined {
  return withDefault(cellCount(node, '#size-cells'), 1);
}

function withDefault(count: CellCount, fallback: number): number | undefined {
  if (count === 'malformed') return undefined;
  return count === 'absent' ? fallback : count;
}

/** Whether a node has a property with such a name. */
export function hasProperty(node: DtNode, matches: (name: string) => boolean): boolean {
  for (const name of node.properties.keys()) if (matches(name)) return true;
  return false;
}

const nodes = new WeakMap<DeviceTree, readonly DtNode[]>();

/** Every node, parents before children; the walk is made once per tree. */
export function allNodes(tree: DeviceTree): readonly DtNode[] {
  let all = nodes.get(tree);
  if (!all) {
    all = [...walk(tree.root)];
    nodes.set(tree, all);
  }
  return all;
}

export type Bus = 'pci' | 'simple-bus' | 'i2c' | 'spi' | 'graph-port' | 'graph-ports';

/**
 * dtc decides what bus a node is in several passes, of which a later one overrides the earlier; each of its checks sees
 * the state after its own pass.
 */
export type Pass = 'platform' | 'i2c' | 'spi' | 'graph';

/** The bus that dtc takes a node for after a pass; `undefined` for a node that is none it knows. */
export function busOf(tree: DeviceTree, node: DtNode, pass: Pass): Bus | undefined {
  let known = memo.get(tree);
  if (!known) {
    known = { platform: new Map(), i2c: new Map(), spi: new Map(), graph: new Map() };
    memo.set(tree, known);
  }
  const buses = known[pass];
  if (!buses.has(node)) buses.set(node, passes[pass](node));
  return buses.get(node);
}

/** Whether the parent of a node is such a bus. */
export function isOn(tree: DeviceTree, node: DtNode, pass: Pass, bus: Bus): boolean {
  return node.parent !== undefined && busOf(tree, node.parent, pass) === bus;
}

const memo = new WeakMap<DeviceTree, Readonly<Record<Pass, Map<DtNode, Bus | undefined>>>>();

const passes: Readonly<Record<Pass, (node: DtNode) => Bus | undefined>> = {
  platform: platformBus,
  i2c: (node) => (isI2cBus(node) ? 'i2c' : platformBus(node)),
  spi: spiBus,
  graph: graphBus,
};

function platformBus(node: DtNode): Bus | undefined {
  if (compatibles(node).includes('simple-bus')) return 'simple-bus';
  return strings(node.properties.get('device_type'))[0] === 'pci' ? 'pci' : undefined;
}

/** By its name, or by children that carry `spi-…` properties on a bus with the cells of SPI. */
function spiBus(node: DtNode): Bus | undefined {
  return baseName(node) === 'spi' || looksLikeSpi(node) ? 'spi' : passes.i2c(node);
}

function isGraphPort(node: DtNode): boolean {
  if (!node.parent) return false;
  for (const child of node.children.values()) if (isEndpoint(child)) return true;
  return false;
}

function graphBus(node: DtNode): Bus | undefined {
  if (isGraphPort(node)) return 'graph-port';
  const before = spiBus(node);
  if (before) return before;
  for (const child of node.children.values()) {
    if (isGraphPort(child) && (node.name === 'ports' || child.properties.has('reg'))) return 'graph-ports';
  }
  return undefined;
}

function isI2cBus(node: DtNode): boolean {
  return ['i2c', 'i2c-bus', 'i2c-arb'].includes(baseName(node));
}

/** True for a node that is an SPI controller but is not called `spi`. */
export function looksLikeSpi(node: DtNode): boolean {
  if (baseName(node) === 'spi' || node.children.size === 0) return false;
  if (addressCells(node) !== 1 || sizeCells(node) !== 0) return false;
  for (const child of node.children.values()) {
    for (const name of child.properties.keys()) if (name.startsWith('spi-')) return true;
  }
  return false;
}

/** True for a node that can only be an endpoint of the graph binding. */
export function isEndpoint(node: DtNode): boolean {
  return baseName(node) === 'endpoint' || node.properties.has('remote-endpoint');
}

/** True for a node that interrupts can be routed to: a controller or a nexus. */
export function isInterruptProvider(node: DtNode): boolean {
  return node.properties.has('interrupt-controller') || node.properties.has('interrupt-map');
}
