// SPDX-License-Identifier: MIT
// `dt-iommu tree`: the resolved tree with the place that set each node and property.
import { printTree, printValue } from '#tree/print.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { type Arguments, type Command, TREE_OPTIONS } from './arguments.ts';
import type { Io } from './io.ts';
import { openBoard, Places, tellErrors, writeResult } from './one-board.ts';

export const treeCommand: Command = {
  name: 'tree',
  operands: 'FILE',
  summary: 'The resolved tree, each node and property with the file and line that set it.',
  details: [
    'JSON: nodes with `name`, `path`, `labels`, `properties`, `children`; a value as text and as hexadecimal bytes.',
  ],
  options: ['format', 'output', ...TREE_OPTIONS],
  formats: ['dts', 'json'],
  run: tree,
};

async function tree(args: Arguments, io: Io): Promise<number> {
  const board = await openBoard(args, io);
  const places = new Places(board.session, io);
  const code = tellErrors(board, io);
  const text =
    args.values.format === 'json' ? treeJson(board.tree, places) : printTree(board.tree, (span) => places.line(span));
  writeResult(text, args.values.output, io);
  return code;
}

function treeJson(tree: DeviceTree, places: Places): string {
  const reservations = tree.reservations.map(({ address, size, span }) => ({
    address: `0x${address.toString(16)}`,
    size: `0x${size.toString(16)}`,
    ...places.range(span),
  }));
  const result = { version: 1, plugin: tree.plugin, reservations, root: nodeJson(tree, tree.root, places) };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

function nodeJson(tree: DeviceTree, node: DtNode, places: Places): object {
  return {
    name: node.name,
    path: pathOf(node),
    labels: node.labels.map((label) => label.name),
    origins: node.origins.map(({ kind, name }) => ({ kind, ...places.range(name) })),
    properties: [...node.properties.values()].map((property) => propertyJson(tree, property, places)),
    children: [...node.children.values()].map((child) => nodeJson(tree, child, places)),
  };
}

function propertyJson(tree: DeviceTree, { name, value, origins }: DtProperty, places: Places): object {
  return {
    name,
    value: printValue(tree, value),
    bytes: Buffer.from(value.bytes).toString('hex'),
    origins: origins.map(({ kind, span }) => ({ kind, ...places.range(span) })),
  };
}
