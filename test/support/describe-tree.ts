// SPDX-License-Identifier: MIT
// Everything that can be asked of a device tree as plain data, to compare two trees; and numbers for random edits.
import type { Span } from '#base/text.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

const place = ({ file, start, end }: Span): string => `${file}:${start}-${end}`;

function describeProperty({ name, labels, origins, value }: DtProperty): unknown {
  return {
    name,
    labels: labels.map((label) => [label.name, place(label.span)]),
    origins: origins.map((origin) => [origin.kind, place(origin.span), place(origin.name)]),
    bytes: Buffer.from(value.bytes).toString('hex'),
    references: value.references.map(({ kind, offset, ref, span }) => [kind, offset, ref, place(span)]),
    data: value.data.map(({ kind, offset, length, span }) => [kind, offset, length, place(span)]),
    inner: value.labels.map((label) => [label.name, label.offset, place(label.span)]),
  };
}

export function describeNode({ name, labels, origins, properties, children }: DtNode): unknown {
  return {
    name,
    labels: labels.map((label) => [label.name, place(label.span)]),
    origins: origins.map((origin) => [origin.kind, place(origin.span), place(origin.name)]),
    properties: [...properties.values()].map(describeProperty),
    children: [...children.keys()],
  };
}

export function nodesOf(node: DtNode): DtNode[] {
  return [node, ...[...node.children.values()].flatMap(nodesOf)];
}

/** Everything that can be asked of a tree, as plain data. */
export function describeTree(tree: DeviceTree): unknown {
  const { root, labels, innerLabels, phandleTargets, macros, taken: _taken, ...plain } = tree;
  return {
    ...plain,
    nodes: nodesOf(root).map((node) => [pathOf(node), describeNode(node)]),
    labels: [...labels].map(([label, nodes]) => [label, nodes.map(pathOf)]),
    innerLabels: innerLabels.map((property) => `${pathOf(property.node)}:${property.name}`),
    phandleTargets: phandleTargets.map(pathOf),
    macros: [...macros.names()].map((name) => [
      name,
      macros.history(name).map(({ macro, span }) => [macro.body.map((token) => token.text), span && place(span)]),
    ]),
    blob: Buffer.from(writeBlob(tree, { symbols: true })).toString('hex'),
  };
}

/** A comparison of two descriptions takes a tenth of the time on their texts. */
export function toText(tree: unknown): string {
  return JSON.stringify(tree, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** A small generator of numbers (mulberry32), so that a failure can be met again. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
