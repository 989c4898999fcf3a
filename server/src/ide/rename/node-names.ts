// SPDX-License-Identifier: MIT
// Where a node's name stands: before its braces, behind `/delete-node/`, in `&{/path}`, in strings that are paths.

import { basename } from '#base/files.ts';
import { t } from '#base/language.ts';
import type { Span, TextEdit } from '#base/text.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { nodeRanges } from '#ide/navigation/places.ts';
import { allItems } from '#ide/structure/items.ts';
import type { Ast } from '#syntax/ast.ts';
import { nodeByReference, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { renamedPath } from './compare.ts';
import { MAX_BOARDS, type Maker, reach, type Steps } from './reach.ts';
import type { Plan, RenameRequest } from './rename.ts';
import type { Refusal, Subject } from './subject.ts';

export function* nodeRenaming(
  request: RenameRequest,
  { node, name }: Extract<Subject, { kind: 'node' }>,
): Steps<Plan | Refusal> {
  const { analysis, view, newName } = request;
  const text = (file: string) => analysis.files.read(file)?.text ?? '';
  const places = new Places(text, name);
  places.add(node);
  const makers = (tree: DeviceTree): readonly Maker[] => places.nodesOf(tree).flatMap((each) => places.named(each));
  // Found one after the other: a board can open the node in files that the others do not have.
  const reached = yield* reach({
    analysis,
    first: view.snapshot,
    makers,
    mentions: () => false,
    what: t('node {0}', name),
  });
  if ('refusal' in reached) return reached;
  const boards = new Map(reached.boards);
  const edits = new Map<string, TextEdit>();
  const parents = new Set<string>();
  for (const [board, { tree }] of reached.boards) {
    const nodes = new Set(places.nodesOf(tree));
    const fault = [...nodes].map((each) => faultOf(each, newName, text)).find((each) => each !== undefined);
    if (fault !== undefined) return { refusal: fault };
    for (const each of nodes) if (each.parent) parents.add(pathOf(each.parent));
    for (const overlay of analysis.overlaysFor(board)) {
      if (!boards.has(overlay)) boards.set(overlay, analysis.glance(overlay));
      yield;
    }
    const applied = analysis.overlaysFor(board).flatMap((overlay) => boards.get(overlay)?.tree ?? []);
    const rename = (each: DtNode) => (nodes.has(each) ? newName : each.name);
    for (const span of [...nodes].flatMap((each) => places.named(each))) put(edits, { span, text: newName });
    for (const each of [tree, ...applied]) for (const edit of pathEdits(tree, each, { text, rename })) put(edits, edit);
  }
  for (const snapshot of reached.boards.values()) {
    for (const span of deletions(snapshot, name, parents)) put(edits, { span, text: newName });
  }
  for (const file of new Set([...edits.values()].map(({ span }) => span.file))) {
    for (const board of analysis.readersOf(file)) {
      if (boards.size > MAX_BOARDS)
        return { refusal: t('{0} belongs to more than {1} boards.', basename(file), MAX_BOARDS) };
      if (!boards.has(board)) boards.set(board, analysis.glance(board));
      yield;
    }
  }
  const trees = new Map([...boards].map(([board, { tree }]) => [board, tree]));
  const meant = (tree: DeviceTree) => {
    const nodes = new Set(places.nodesOf(tree));
    return {
      name: (each: DtNode) => (nodes.has(each) ? newName : each.name),
      reference: (ref: string) => overlayReference(trees.values(), places, { ref, newName }),
    };
  };
  return { trees, edits: [...edits.values()], meant };
}

/** `/delete-node/ name;` in one of the parents, on a board that does not have the node any more. */
function* deletions(snapshot: Snapshot, name: string, parents: ReadonlySet<string>): Generator<Span> {
  for (const file of snapshot.tree.files) {
    if (!snapshot.text(file).includes(name)) continue;
    for (const { item, start } of allItems(snapshot.ast(file) ?? EMPTY)) {
      if (item.kind !== 'delete-node' || item.targetText !== name) continue;
      const parent = nodeRanges(snapshot, file).findLast((range) => range.start <= start && start < range.end);
      const at = start + item.target.at;
      if (parent && parents.has(pathOf(parent.node))) yield { file, start: at, end: at + name.length };
    }
  }
}

const EMPTY: Ast = { items: [], length: 0, hasError: false, errors: [] };

function put(edits: Map<string, TextEdit>, edit: TextEdit): void {
  edits.set(`${edit.span.file}\0${edit.span.start}`, edit);
}

/** What an overlay says of a path of its board. */
function overlayReference(
  trees: Iterable<DeviceTree>,
  places: Places,
  { ref, newName }: { ref: string; newName: string },
): string {
  for (const tree of trees) {
    const nodes = new Set(places.nodesOf(tree));
    const moved = renamedPath(tree, ref, (each) => (nodes.has(each) ? newName : each.name));
    if (moved) return moved.text;
  }
  return ref;
}

/** The statements that open the node by its name: the same statement opens a node on every board that reads it. */
class Places {
  readonly #text: (file: string) => string;
  readonly #name: string;
  readonly #known = new Set<string>();

  constructor(text: (file: string) => string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  add(node: DtNode): void {
    for (const span of this.named(node)) this.#known.add(key(span));
  }

  /** The nodes of a tree that are opened at a known place; what else opens them is known from then on. */
  nodesOf(tree: DeviceTree): DtNode[] {
    const found = walk(tree.root).filter(
      (node) => node.name === this.#name && node.origins.some(({ name }) => this.#known.has(key(name))),
    );
    for (const node of found) this.add(node);
    return found;
  }

  /** Where the name itself is written. */
  named(node: DtNode): Span[] {
    return node.origins
      .map(({ name }) => name)
      .filter(({ file, start, end }) => this.#text(file).slice(start, end) === this.#name);
  }
}

function key({ file, start }: Span): string {
  return `${file}\0${start}`;
}

function faultOf(node: DtNode, newName: string, text: (file: string) => string): string | undefined {
  if (node.parent?.children.has(newName)) return t('{0} has a node {1} already.', pathOf(node.parent), newName);
  const odd = node.origins.find(({ name: { file, start, end } }) => {
    const written = text(file).slice(start, end);
    return written !== node.name && !written.startsWith('&');
  });
  return odd && t('The name of {0} comes out of a macro in {1}.', pathOf(node), basename(odd.name.file));
}

interface Renames {
  text(file: string): string;
  rename(node: DtNode): string;
}

/** In the references and strings of a tree, paths that lead through nodes of `base` (the same tree, or its board's). */
function* pathEdits(base: DeviceTree, tree: DeviceTree, renames: Renames): Generator<TextEdit> {
  for (const node of walk(tree.root)) {
    for (const { name } of node.origins) yield* referenceEdits(base, name, renames);
    for (const property of node.properties.values()) {
      for (const { span } of property.value.references) yield* referenceEdits(base, span, renames);
      for (const { kind, span } of property.value.data) {
        const written = kind === 'string' ? renames.text(span.file).slice(span.start, span.end) : '';
        if (written.startsWith('"/')) yield* partEdits(base, span, { at: 1, path: written.slice(1, -1) }, renames);
      }
    }
  }
}

/** `&{/path}` and `&{label/path}`. */
function* referenceEdits(base: DeviceTree, span: Span, renames: Renames): Generator<TextEdit> {
  const written = renames.text(span.file).slice(span.start, span.end);
  const match = /^&\{([^/}]*)(\/[^}]*)\}$/.exec(written);
  if (!match) return;
  const [, label = '', path = ''] = match;
  const from = label === '' ? base.root : nodeByReference(base, label);
  if (from) yield* partEdits(base, span, { at: 2 + label.length, path, from }, renames);
}

function* partEdits(
  base: DeviceTree,
  { file, start }: Span,
  { at, path, from }: { at: number; path: string; from?: DtNode },
  { rename }: Renames,
): Generator<TextEdit> {
  for (const part of renamedPath(base, path, rename, from)?.parts ?? []) {
    const begin = start + at + part.at;
    yield { span: { file, start: begin, end: begin + part.length }, text: part.name };
  }
}
