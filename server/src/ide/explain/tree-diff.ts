// SPDX-License-Identifier: MIT
// What differs between two resolved trees, what matters for DMA first: a source and the blob that firmware hands over,
// two boards, a board with and without an overlay.
import { printValue } from '#tree/blob/print.ts';
import { nodeByPhandle, pathOf, readU32, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

export interface TreeChange {
  readonly path: string;
  /** Absent: the node itself, with all that is in it. */
  readonly property?: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Values in DTS syntax; absent for nodes, `''` for a property without a value. */
  readonly before?: string;
  readonly after?: string;
}

export interface TreeDiff {
  /** Changes that the DMA of a device can depend on. */
  readonly dma: readonly TreeChange[];
  readonly rest: readonly TreeChange[];
}

/** Properties that of_dma_configure_id, of_iommu_configure, the IOMMUs' and interrupt drivers or Xen read for DMA. */
const DMA_PROPERTIES =
  /^(?:iommus|iommu-map(?:-mask)?|iommu-addresses|mmu-masters|dma-ranges|dma-(?:non)?coherent|memory-region(?:-names)?|msi-(?:map(?:-mask)?|parent)|#(?:iommu|stream-id|dma|msi)-cells|no-map|reusable|linux,(?:usable-memory-range|cma-default|dma-default)|ats-supported|external-facing|xen,.+|bootargs|stream-match-mask)$/;
/** Everything in these counts. */
const DMA_NODES = /^\/(?:reserved-memory|memory@[^/]*|memory|hypervisor)(?:\/|$)/;

/**
 * What leads from `before` to `after`, in the order of the trees. Both are read from blobs (tree/blob/decompile.ts), where
 * references are numbers; different numbers are equal when they are the phandles of one path.
 */
export function diffTrees(before: DeviceTree, after: DeviceTree): TreeDiff {
  const changes: TreeChange[] = [];
  const pending: (TreeChange | Pair)[] = [{ from: before.root, to: after.root }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if ('kind' in next) changes.push(next);
    else for (const one of diffNodes({ before, after, changes }, next).reverse()) pending.push(one);
  }
  const matters = (change: TreeChange) => isDma(change, nodeOf(change, before, after));
  return { dma: changes.filter(matters), rest: changes.filter((change) => !matters(change)) };
}

interface Walk {
  readonly before: DeviceTree;
  readonly after: DeviceTree;
  readonly changes: TreeChange[];
}

/** Nodes of one path in the two trees. */
interface Pair {
  readonly from: DtNode;
  readonly to: DtNode;
}

/** Adds what differs at a node; what its children come to follows. */
function diffNodes(walk: Walk, { from: before, to: after }: Pair): (TreeChange | Pair)[] {
  const path = pathOf(after);
  for (const [name, property] of before.properties) {
    const other = after.properties.get(name);
    if (!other) {
      walk.changes.push({ path, property: name, kind: 'removed', before: printValue(walk.before, property.value) });
    } else if (!sameValue(walk, property, other)) {
      walk.changes.push({
        path,
        property: name,
        kind: 'changed',
        before: printValue(walk.before, property.value),
        after: printValue(walk.after, other.value),
      });
    }
  }
  for (const [name, property] of after.properties) {
    if (before.properties.has(name) || isGenerated(name)) continue;
    walk.changes.push({ path, property: name, kind: 'added', after: printValue(walk.after, property.value) });
  }
  const below: (TreeChange | Pair)[] = [];
  for (const [name, child] of before.children) {
    const other = after.children.get(name);
    if (other) below.push({ from: child, to: other });
    else below.push({ path: pathOf(child), kind: 'removed' });
  }
  for (const [name, child] of after.children) {
    if (!before.children.has(name) && !isGenerated(name)) below.push({ path: pathOf(child), kind: 'added' });
  }
  return below;
}

/** What compiling adds to a tree that no source has. */
function isGenerated(name: string): boolean {
  return ['phandle', 'linux,phandle', '__symbols__', '__fixups__', '__local_fixups__', 'name'].includes(name);
}

function sameValue({ before, after }: Walk, a: DtProperty, b: DtProperty): boolean {
  if (isGenerated(a.name)) return true;
  const [left, right] = [a.value.bytes, b.value.bytes];
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) {
    if (left[at] === right[at]) continue;
    // Two numbers that are the phandles of one path.
    at -= at % 4;
    const name = at + 4 <= left.length ? named(before, left, at) : undefined;
    if (name === undefined || name !== named(after, right, at)) return false;
    at += 3;
  }
  return true;
}

function named(tree: DeviceTree, bytes: Uint8Array, at: number): string | undefined {
  const node = nodeByPhandle(tree, readU32(bytes, at));
  return node && pathOf(node);
}

function nodeOf({ path, kind }: TreeChange, before: DeviceTree, after: DeviceTree): DtNode | undefined {
  let node: DtNode | undefined = (kind === 'removed' ? before : after).root;
  for (const name of path.split('/').filter((part) => part !== '')) node = node?.children.get(name);
  return node;
}

/** `status` and whole nodes count where the node names an IOMMU, is one, or has memory of its own. */
function isDma({ path, property }: TreeChange, node: DtNode | undefined): boolean {
  if (DMA_NODES.test(path) || (property !== undefined && DMA_PROPERTIES.test(property))) return true;
  if (property !== undefined && property !== 'status') return false;
  const all = node ? (property === undefined ? walk(node) : [node]) : [];
  return all.some((each) => [...each.properties.keys()].some((name) => DMA_PROPERTIES.test(name)));
}
