// SPDX-License-Identifier: MIT
// Two ways up and down from a node: what it needs and what needs it (a call hierarchy: suppliers and consumers), and the
// bus that it sits on and what sits on it (a type hierarchy).
import { memo } from '#base/memo.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { suppliersOf } from '#model/probe/suppliers.ts';
import { compatibles, nodeByPath, nodeByReference, pathOf, walk } from '#tree/query.ts';
import type { DtNode, DtProperty, NodeOrigin } from '#tree/types.ts';
import { placeAt } from './places.ts';

/** A node, at one of the places that open it. */
export interface HierarchyItem {
  readonly path: string;
  /** Its label, else its name. */
  readonly name: string;
  /** What leads to it, or its first compatible: `clocks, resets`. */
  readonly detail: string;
  readonly span: Span;
  readonly nameSpan: Span;
}

/** One node needs another. */
export interface HierarchyLink {
  /** The node at the other end. */
  readonly item: HierarchyItem;
  /** Where the consumer names the supplier, all in the consumer's file. */
  readonly spans: readonly Span[];
}

/** The node that the offset names, or stands in; `undefined` outside of every node. */
export function hierarchyItem(view: View, offset: number): HierarchyItem | undefined {
  const { mention, node } = placeAt(view, offset);
  const about = mention?.kind === 'node' ? mention.node : node;
  return about && itemIn(about, view.file);
}

/** What a node names by phandle and what its interrupts lead to, in the order of its properties. */
export function suppliers({ snapshot }: View, path: string, file: string): HierarchyLink[] {
  const node = nodeByPath(snapshot.tree, path);
  const needs = node ? needsOf(snapshot, node) : [];
  return [...bySupplier(needs)].map(([supplier, uses]) => ({
    item: itemIn(supplier, undefined, propertiesOf(uses)),
    spans: uses.map(({ span }) => span).filter((span) => span.file === file),
  }));
}

/** Who names a node, once for each file in which that is said. */
export function consumers({ snapshot }: View, path: string): HierarchyLink[] {
  const node = nodeByPath(snapshot.tree, path);
  const uses = (node && users(snapshot).get(node)) ?? [];
  const groups = grouped(uses, ({ property, span }) => `${pathOf(property.node)}\0${span.file}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const item = itemIn(first.property.node, first.span.file, propertiesOf(group));
    return item.span.file === first.span.file ? [{ item, spans: group.map(({ span }) => span) }] : [];
  });
}

/** The node around a node, unless that is the root itself. */
export function busOf({ snapshot }: View, path: string): HierarchyItem[] {
  const parent = nodeByPath(snapshot.tree, path)?.parent;
  return parent ? [itemIn(parent)] : [];
}

/** The devices on a bus, and the nodes that have devices somewhere below. */
export function onBus({ snapshot }: View, path: string): HierarchyItem[] {
  const children = [...(nodeByPath(snapshot.tree, path)?.children.values() ?? [])];
  return children
    .filter((child) => walk(child).some((node) => compatibles(node).length > 0))
    .map((node) => itemIn(node));
}

/** A property names a supplier there. */
interface Use {
  readonly supplier: DtNode;
  readonly property: DtProperty;
  readonly span: Span;
}

/** Nodes whose references are names for people and loaders, no needs. */
const NAMES: readonly string[] = ['/aliases', '/chosen', '/__symbols__'];

/** References as written; then suppliers that only the bytes or an inherited `interrupt-parent` name. */
function needsOf({ tree, platform }: Snapshot, node: DtNode): Use[] {
  if (NAMES.includes(pathOf(node))) return [];
  const written = [...node.properties.values()].flatMap((property) =>
    property.value.references.flatMap(({ ref, span }): Use[] => {
      const supplier = nodeByReference(tree, ref);
      return supplier && supplier !== node ? [{ supplier, property, span }] : [];
    }),
  );
  const known = new Set(written.map(({ supplier }) => supplier));
  const inferred = suppliersOf(tree, node, { version: platform.kernelVersion, strict: true }).flatMap(
    ({ supplier, property }): Use[] => {
      const span = property.node === node && property.origins.at(-1)?.name;
      return span && !known.has(supplier) ? [{ supplier, property, span }] : [];
    },
  );
  return [...written, ...inferred];
}

/** Every use of every node of a board. */
const users = memo((snapshot: Snapshot): ReadonlyMap<DtNode, readonly Use[]> => {
  return bySupplier(walk(snapshot.tree.root).flatMap((node) => needsOf(snapshot, node)));
});

function bySupplier(uses: readonly Use[]): Map<DtNode, Use[]> {
  return grouped(uses, ({ supplier }) => supplier);
}

function grouped<K>(uses: readonly Use[], key: (use: Use) => K): Map<K, Use[]> {
  const groups = new Map<K, Use[]>();
  for (const use of uses) {
    const group = groups.get(key(use)) ?? [];
    group.push(use);
    groups.set(key(use), group);
  }
  return groups;
}

function propertiesOf(uses: readonly Use[]): string {
  return [...new Set(uses.map(({ property }) => property.name))].join(', ');
}

/** At the first place that opens the node in the file, else where it is made. */
function itemIn(node: DtNode, file?: string, detail = compatibles(node)[0] ?? ''): HierarchyItem {
  const opened = node.origins.filter(({ kind }) => kind === 'open');
  const origin: NodeOrigin | undefined = opened.find(({ span }) => span.file === file) ?? opened[0];
  const nowhere: Span = { file: '', start: 0, end: 0 };
  return {
    path: pathOf(node),
    name: node.labels[0]?.name ?? (node.name === '' ? '/' : node.name),
    detail,
    span: origin?.span ?? nowhere,
    nameSpan: origin?.name ?? nowhere,
  };
}
