// SPDX-License-Identifier: MIT
// What dtc derives from a tree before it checks it: cell counts with their defaults, and the kind of bus a node is.
import { memo } from '#base/memo.ts';
import { dtcHas } from '#tree/dtc/version.ts';
import { compatibles, readU32, strings } from '#tree/query.ts';
import type { Cell, DeviceTree, DtNode } from '#tree/types.ts';
import { eachNode } from '#tree/walk.ts';

/** `absent`: the node does not say; `malformed`: what it says is not one cell, which has a finding of its own. */
export type CellCount = number | 'absent' | 'malformed';

/** dtc keeps counts as signed numbers, -1 where there is none: one that is written is none, too. */
export const NO_COUNT = 0xffffffff;

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
  return count === 'absent' || count === NO_COUNT ? fallback : count;
}

export type Bus = 'pci' | 'simple-bus' | 'i2c' | 'spi' | 'graph-port' | 'graph-ports';

/** The nodes with children that dtc takes for buses, by kind, in tree order. A node may be of several kinds. */
export interface Buses {
  readonly pci: readonly DtNode[];
  readonly simple: readonly DtNode[];
  readonly i2c: readonly DtNode[];
  readonly spi: readonly DtNode[];
  /** Ports of the graph binding. */
  readonly ports: readonly DtNode[];
}

/** Found in one walk per tree: a board has thousands of nodes and some dozens of buses. */
export const busesOf: (tree: DeviceTree) => Buses = memo((tree) => {
  const found = { pci: [], simple: [], i2c: [], spi: [], ports: [] };
  eachNode(tree.root, (node) => {
    if (node.children.size > 0 || node === tree.root) collectBus(tree, node, found);
  });
  return found;
});

function collectBus(tree: DeviceTree, node: DtNode, found: { readonly [Kind in keyof Buses]: DtNode[] }): void {
  const platform = platformBus(node);
  if (platform) found[platform === 'pci' ? 'pci' : 'simple'].push(node);
  if (isI2cBus(tree, node)) found.i2c.push(node);
  if (isSpiBus(node)) found.spi.push(node);
  if (isGraphPort(node)) found.ports.push(node);
}

/** The nodes on such buses, in tree order. */
export function* childrenOf(buses: readonly DtNode[]): Generator<DtNode> {
  for (const bus of buses) yield* bus.children.values();
}

/** What dtc takes a node for before it looks at serial buses and graphs; `undefined` for none that it knows. */
export function platformBus(node: DtNode): 'pci' | 'simple-bus' | undefined {
  if (compatibles(node).includes('simple-bus')) return 'simple-bus';
  return strings(node.properties.get('device_type'))[0] === 'pci' ? 'pci' : undefined;
}

/**
 * What dtc takes a node for in the end: it decides in several passes, of which a later one overrides the earlier.
 * `undefined` for a node that is no bus that it knows.
 */
export function finalBus(tree: DeviceTree, node: DtNode): Bus | undefined {
  if (isGraphPort(node)) return 'graph-port';
  if (isSpiBus(node)) return 'spi';
  const before = isI2cBus(tree, node) ? 'i2c' : platformBus(node);
  if (before) return before;
  for (const child of node.children.values()) {
    if (isGraphPort(child) && (node.name === 'ports' || child.properties.has('reg'))) return 'graph-ports';
  }
  return undefined;
}

function isGraphPort(node: DtNode): boolean {
  if (!node.parent) return false;
  for (const child of node.children.values()) if (isEndpoint(child)) return true;
  return false;
}

/** An `i2c` with an `i2c-bus` in it leaves the bus to that, since dtc finds it there. */
function isI2cBus({ dtc }: DeviceTree, node: DtNode): boolean {
  if (isCalled(node, 'i2c-bus') || isCalled(node, 'i2c-arb')) return true;
  if (!isCalled(node, 'i2c')) return false;
  if (!dtcHas(dtc, 'i2cBusNodes')) return true;
  for (const child of node.children.values()) if (isCalled(child, 'i2c-bus')) return false;
  return true;
}

/** By its name, or by children that carry `spi-…` properties on a bus with the cells of SPI. */
function isSpiBus(node: DtNode): boolean {
  return isCalled(node, 'spi') || looksLikeSpi(node);
}

/** True for a node that is an SPI controller but is not called `spi`. */
export function looksLikeSpi(node: DtNode): boolean {
  if (isCalled(node, 'spi') || node.children.size === 0) return false;
  if (addressCells(node) !== 1 || sizeCells(node) !== 0) return false;
  for (const child of node.children.values()) {
    for (const name of child.properties.keys()) if (name.startsWith('spi-')) return true;
  }
  return false;
}

/** Whether it is the name, leaving out a unit address. */
function isCalled(node: DtNode, name: string): boolean {
  return node.name.startsWith(name) && (node.name.length === name.length || node.name[name.length] === '@');
}

/** True for a node that can only be an endpoint of the graph binding. */
export function isEndpoint(node: DtNode): boolean {
  return isCalled(node, 'endpoint') || node.properties.has('remote-endpoint');
}

/** GUEST_PHANDLE_GIC and GUEST_PHANDLE_IOMMU (xen/include/public/device_tree_defs.h). */
const GUEST_PHANDLES: ReadonlySet<number> = new Set([65000, 65001]);

/**
 * True for a partial tree that Xen or its toolstack completes: they put `/passthrough` into the tree of a guest, whose
 * root has the guest's interrupt controller as `interrupt-parent` (tools/libs/light/libxl_arm.c:make_root_properties,
 * xen/common/device-tree/dom0less-build.c). What describes a machine of its own has CPUs.
 */
export function isPartialTree({ root }: DeviceTree): boolean {
  return root.children.has('passthrough') && !root.children.has('cpus');
}

/** True for a phandle that only the completed tree has a node for. */
export function isGuestPhandle(tree: DeviceTree, { ref, value }: Pick<Cell, 'ref' | 'value'>): boolean {
  return ref === undefined && GUEST_PHANDLES.has(value) && isPartialTree(tree);
}

/** True for a node that interrupts can be routed to: a controller or a nexus. */
export function isInterruptProvider(node: DtNode): boolean {
  return node.properties.has('interrupt-controller') || node.properties.has('interrupt-map');
}
