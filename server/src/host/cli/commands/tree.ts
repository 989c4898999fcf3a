// SPDX-License-Identifier: MIT
// `dt-iommu tree`: the resolved tree with the place that set each node and property.
import { type Arguments, type Command, TREE_OPTIONS } from '#host/cli/arguments.ts';
import { absolute } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { type OneBoard, openBoard, Places, tellErrors, writeResult } from '#host/cli/one-board.ts';
import type { Session } from '#host/cli/session.ts';
import { diffTrees, type TreeChange, type TreeDiff } from '#ide/explain/tree-diff.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { decompile } from '#tree/blob/decompile.ts';
import { printTree, printValue } from '#tree/blob/print.ts';
import { lastSet, nodeByPath, nodeSpan, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

export const treeCommand: Command = {
  name: 'tree',
  operands: 'FILE',
  summary: 'The resolved tree, each node and property with the file and line that set it.',
  details: [
    'FILE may be a blob (.dtb, /sys/firmware/fdt): its text compiles to the same bytes.',
    'JSON: nodes with `name`, `path`, `labels`, `properties`, `children`; a value as text and as hexadecimal bytes.',
  ],
  examples: [
    ['tree board.dts', 'every property with the line that set it'],
    ['tree board.dts --diff /sys/firmware/fdt', 'what the machine that runs has otherwise'],
  ],
  options: ['format', 'output', 'diff', 'stdin-name', ...TREE_OPTIONS],
  formats: ['dts', 'json'],
  run: tree,
};

async function tree(args: Arguments, io: Io): Promise<number> {
  const board = await openBoard(args, io);
  const places = new Places(board.session, io);
  const code = tellErrors(board, io);
  if (args.values.diff !== undefined) return differences(args, board, io);
  const text =
    args.values.format === 'json' ? treeJson(board.tree, places) : printTree(board.tree, (span) => places.line(span));
  writeResult(text, args.values.output, board.session, io);
  return code;
}

/** 1 when something differs, as `diff` does. */
function differences(args: Arguments, board: OneBoard, io: Io): number {
  const other = board.session.tree(absolute(io.cwd, args.values.diff ?? ''));
  if (other.files.length === 0) throw new Failure(`${args.values.diff}: cannot be read; check the path`);
  const code = tellErrors({ ...board, tree: other }, io);
  const [before, after] = [board.tree, other].map((tree) => asBooted(board.session, tree)) as [DeviceTree, DeviceTree];
  const diff = diffTrees(before, after);
  const text =
    args.values.format === 'json'
      ? `${JSON.stringify({ version: 1, ...diff }, undefined, 2)}\n`
      : diffText(diff, (change) => placeOf(change, [board.tree, other], new Places(board.session, io)));
  writeResult(text, args.values.output, board.session, io);
  return Math.max(code, diff.dma.length + diff.rest.length > 0 ? 1 : 0);
}

/** The tree with numbers for references, as a kernel gets it. */
function asBooted(session: Session, tree: DeviceTree): DeviceTree {
  return session.treeOfText(decompile(writeBlob(tree, { symbols: false })));
}

/** Where a change stands in a source: what is set or opened last. */
function placeOf(
  { path, property, kind }: TreeChange,
  [before, after]: readonly [DeviceTree, DeviceTree],
  places: Places,
): string {
  const node = nodeByPath(kind === 'removed' ? before : after, path) ?? nodeByPath(before, path);
  const set = property === undefined ? undefined : node?.properties.get(property);
  const span = set ? lastSet(set).name : node && nodeSpan(node);
  return span ? places.line(span) : '';
}

function diffText({ dma, rest }: TreeDiff, place: (change: TreeChange) => string): string {
  const part = (title: string, changes: readonly TreeChange[]) =>
    changes.length === 0 ? [] : [`${title} (${changes.length})`, ...changes.flatMap((change) => lines(change)), ''];
  const lines = (change: TreeChange) => {
    const name = change.property === undefined ? change.path : `${change.path} ${change.property}`;
    const head = `  ${name}: ${change.kind}  [${place(change)}]`;
    const value = (mark: string, text: string | undefined) => (text ? [`    ${mark} ${text}`] : []);
    return [head, ...value('-', change.before), ...value('+', change.after)];
  };
  const all = [...part('What DMA can depend on', dma), ...part('The rest', rest)];
  return all.length === 0 ? 'No difference.\n' : `${all.join('\n').trimEnd()}\n`;
}

function treeJson(tree: DeviceTree, places: Places): string {
  const reservations = tree.reservations.map(({ address, size, span }) => ({
    address: `0x${address.toString(16)}`,
    size: `0x${size.toString(16)}`,
    ...places.range(span),
  }));
  const result = { version: 1, plugin: tree.plugin, reservations };
  const text = new JsonText();
  text.open(result, 0, 'root');
  const open = [{ children: [tree.root], next: 0 }];
  // Without recursion: dtc takes thousands of levels, and `JSON.stringify` needs stack for each.
  for (let frame = open[0]; frame; frame = open.at(-1)) {
    const node = frame.children[frame.next++];
    if (node) {
      if (open.length > 1) text.item(frame.next === 1, 2 * open.length - 1);
      text.open(nodeJson(tree, node, places), 2 * open.length - 1, 'children');
      text.add('[');
      open.push({ children: [...node.children.values()], next: 0 });
    } else {
      open.pop();
      if (open.length > 0) text.close(frame.children.length === 0, 2 * open.length - 1);
    }
  }
  text.add('\n}\n');
  return text.toString();
}

/** Of so many blanks; deeper lines begin there, too: no one counts them, and their white space would be the most of it. */
const MAX_INDENT = 200;

const indentOf = (level: number): string => ' '.repeat(Math.min(2 * level, MAX_INDENT));

/** JSON in parts, in the layout of `JSON.stringify(…, undefined, 2)`. */
class JsonText {
  readonly #parts: string[] = [];

  add(text: string): void {
    this.#parts.push(text);
  }

  /** An object without its end, up to the value of one more member. */
  open(fields: object, level: number, member: string): void {
    const indent = indentOf(level);
    const own = JSON.stringify(fields, undefined, 2).slice(0, -2).replaceAll('\n', `\n${indent}`);
    this.#parts.push(`${own},\n${indent}  "${member}": `);
  }

  item(first: boolean, level: number): void {
    this.#parts.push(first ? '\n' : ',\n', indentOf(level));
  }

  /** The end of a list, and of the object that it is in. */
  close(empty: boolean, level: number): void {
    const indent = indentOf(level);
    this.#parts.push(empty ? ']' : `\n${indent}  ]`, `\n${indent}}`);
  }

  toString(): string {
    return this.#parts.join('');
  }
}

function nodeJson(tree: DeviceTree, node: DtNode, places: Places): object {
  return {
    name: node.name,
    path: pathOf(node),
    labels: node.labels.map((label) => label.name),
    origins: node.origins.map(({ kind, name }) => ({ kind, ...places.range(name) })),
    properties: [...node.properties.values()].map((property) => propertyJson(tree, property, places)),
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
