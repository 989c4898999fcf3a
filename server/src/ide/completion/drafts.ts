// SPDX-License-Identifier: MIT
// The node that is being typed in: in the tree, and as far as its text says what it will be.
import type { View } from '#ide/analysis.ts';
import { nodeAt } from '#ide/navigation/places.ts';
import { baseName, compatibles, nodeByReference, pathOf } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { type Block, type BlockContent, contentOf } from './blocks.ts';
import { type Draft, draftOf } from './evidence.ts';

export interface Here {
  readonly view: View;
  readonly offset: number;
  /** The label by which the block extends a node. */
  readonly label?: string | undefined;
  /** Absent where the tree has no such node (yet). */
  readonly node: DtNode | undefined;
  readonly draft: Draft;
  /** What the innermost block sets by itself. */
  readonly content: BlockContent;
}

/** `undefined` outside of every node. */
export function hereAt(view: View, blocks: readonly Block[], offset: number): Here | undefined {
  const block = blocks.at(-1);
  if (!block) return undefined;
  const node = nodeOf(view, blocks);
  const content = contentOf(view.text, block.open, offset);
  const typed = stringsOf(content.values.get('compatible'));
  const base: Draft = node ? draftOf(node) : typedDraft(view, blocks);
  const label = /^&(\w+)$/.exec(nameOf(block))?.[1];
  return { view, offset, label, node, content, draft: typed.length > 0 ? { ...base, compatible: typed } : base };
}

/** The path of the node, also of one that is not in the tree yet; empty where it is not known. */
export function pathOfDraft({ node, draft }: Pick<Here, 'node' | 'draft'>): string {
  if (node) return pathOf(node);
  const names: string[] = [];
  for (let at: Draft | undefined = draft; at; at = at.parent) {
    if (at.name === '' || at.name === '/') return `/${names.join('/')}`;
    names.unshift(at.name);
  }
  return '';
}

/** Whether a property is only there because its name or value is being typed. */
export function isTyped({ view, offset }: Pick<Here, 'view' | 'offset'>, { origins }: DtProperty): boolean {
  return origins.every(({ span }) => span.file === view.file && span.start <= offset && offset <= span.end);
}

function stringsOf(value: string | undefined): string[] {
  return [...(value ?? '').matchAll(/"([^"\n]*)"/g)].flatMap(([, text]) => text || []);
}

/** The node that blocks open, by what their heads say. */
export function nodeOf(view: View, blocks: readonly Block[]): DtNode | undefined {
  const { tree } = view.snapshot;
  let at: DtNode | undefined;
  for (const [index, block] of blocks.entries()) {
    const name = nameOf(block);
    if (name === '/') at = tree.root;
    else if (name.startsWith('&')) at = nodeByReference(tree, name.replace(/^&\{?|\}$/g, ''));
    else if (name === '__overlay__') at = targetOf(view, blocks[index - 1]) ?? at?.children.get(name);
    else at = at?.children.get(name) ?? byMacro(view, block, name);
  }
  return at;
}

/** The node of an overlay's fragment: `target = <&label>` or `target-path = "/…"`. */
function targetOf(view: View, fragment: Block | undefined): DtNode | undefined {
  if (!fragment) return undefined;
  const { values } = contentOf(view.text, fragment.open, fragment.open);
  const label = /<\s*&(\w+)\s*>/.exec(values.get('target') ?? '')?.[1];
  const [path] = stringsOf(values.get('target-path'));
  const reference = label ?? path;
  return reference === undefined ? undefined : nodeByReference(view.snapshot.tree, reference);
}

/** A head with macros in it names what the tree says. */
function byMacro(view: View, block: Block, name: string): DtNode | undefined {
  return /[A-Z(]/.test(name) ? nodeAt(view, block.open) : undefined;
}

/** Without labels. */
function nameOf({ head }: Block): string {
  return head
    .replace(/^\s*\/omit-if-no-ref\/\s*/, '')
    .replace(/^(?:\s*[A-Za-z_]\w*\s*:)+/, '')
    .trim();
}

function typedDraft(view: View, blocks: readonly Block[]): Draft {
  const outer = blocks.slice(0, -1);
  const block = blocks.at(-1);
  const name = (block ? nameOf(block) : '').split('@')[0] ?? '';
  const parent = outer.length > 0 ? (draftOfNode(view, outer) ?? typedDraft(view, outer)) : undefined;
  return { compatible: [], name, parent };
}

function draftOfNode(view: View, blocks: readonly Block[]): Draft | undefined {
  const node = nodeOf(view, blocks);
  return node && { compatible: compatibles(node), name: baseName(node), parent: node.parent && draftOf(node.parent) };
}
