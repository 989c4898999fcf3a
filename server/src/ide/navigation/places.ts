// SPDX-License-Identifier: MIT
// What stands at an offset of a file: an include, a reference, a label, a macro, a property, a node.
import { memo } from '#base/memo.ts';
import { lineStarts, offsetAt, type Position, type Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { nodeByReference, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { eachNode } from '#tree/walk.ts';

/** `node`: a node's name, a label, or a reference: whatever leads to a node. `value`: a cell or a string. */
export type Mention =
  | { readonly kind: 'include'; readonly span: Span; readonly path: string }
  | { readonly kind: 'macro'; readonly span: Span; readonly name: string }
  | { readonly kind: 'node'; readonly span: Span; readonly node: DtNode; readonly label?: string }
  | { readonly kind: 'property'; readonly span: Span; readonly property: DtProperty }
  | { readonly kind: 'value'; readonly span: Span; readonly property: DtProperty };

export interface Place {
  /** The innermost node whose braces or name hold the offset. */
  readonly node?: DtNode;
  /** The property whose statement holds the offset. */
  readonly property?: DtProperty;
  readonly mention?: Mention;
}

export function placeAt(view: View, offset: number): Place {
  const { file, text, snapshot } = view;
  const owner = ownerAt(snapshot, file, offset);
  const include = includeAt(view, offset);
  if (include) return { ...owner, mention: include };
  if (stateAt(text, offset) === 'comment') return {};
  const mention =
    referenceAt(view, offset) ?? labelAt(view, offset) ?? macroAt(view, offset) ?? nameAt(view, owner, offset);
  return mention ? { ...owner, mention } : owner;
}

/** The innermost node whose text holds the offset. */
export function nodeAt({ file, snapshot }: View, offset: number): DtNode | undefined {
  return ownerAt(snapshot, file, offset).node;
}

interface Owner {
  readonly node?: DtNode;
  readonly property?: DtProperty;
}

interface NodeRange {
  readonly start: number;
  readonly end: number;
  readonly node: DtNode;
}

const indexes = memo((_snapshot: Snapshot) => new Map<string, readonly NodeRange[]>());

/** Every place of a file that opens a node, by start: outer ones come before what they contain. */
export function nodeRanges(snapshot: Snapshot, file: string): readonly NodeRange[] {
  const byFile = indexes(snapshot);
  let ranges = byFile.get(file);
  if (!ranges) {
    ranges = rangesIn(snapshot.tree, file).sort((a, b) => a.start - b.start || b.end - a.end);
    byFile.set(file, ranges);
  }
  return ranges;
}

function rangesIn({ root }: DeviceTree, file: string): NodeRange[] {
  const found: NodeRange[] = [];
  eachNode(root, (node) => {
    for (const { kind, span } of node.origins) {
      if (kind === 'open' && span.file === file) found.push({ start: span.start, end: span.end, node });
    }
  });
  return found;
}

/** Paths of the innermost node whose text holds the place in one of the board's files, and of all around it. */
export function pathsAt(snapshot: Snapshot, file: string, position: Position): string[] {
  const text = snapshot.text(file);
  const { node } = ownerAt(snapshot, file, offsetAt(lineStarts(text), text.length, position));
  const paths: string[] = [];
  for (let at = node; at; at = at.parent) paths.push(pathOf(at));
  return paths;
}

function ownerAt(snapshot: Snapshot, file: string, offset: number): Owner {
  let node: DtNode | undefined;
  for (const range of nodeRanges(snapshot, file)) {
    if (range.start > offset) break;
    if (offset <= range.end) node = range.node;
  }
  if (!node) return {};
  for (const property of node.properties.values()) {
    if (property.origins.some(({ span }) => span.file === file && span.start <= offset && offset < span.end)) {
      return { node, property };
    }
  }
  return { node };
}

function includeAt({ file, text, resolve }: View, offset: number): Mention | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? text.length : end);
  const match = /^[ \t]*(?:#[ \t]*include|\/include\/)[ \t]*["<]([^">]+)[">]/.exec(line);
  if (!match?.[1]) return undefined;
  const at = start + match[0].length - 1 - match[1].length;
  const path = resolve(match[1]);
  if (path === undefined || offset < at - 1 || offset > at + match[1].length + 1) return undefined;
  return { kind: 'include', path, span: { file, start: at, end: at + match[1].length } };
}

/** `&label`, `&{/path}`, `&{label/path}` around the offset. */
function referenceAt({ file, text, snapshot }: View, offset: number): Mention | undefined {
  const start = text.lastIndexOf('&', offset);
  if (start < 0 || offset - start > 200) return undefined;
  const match = /^&(?:([A-Za-z_]\w*)|\{([^}\n]*)\})/.exec(text.slice(start, start + 200));
  if (!match || offset > start + match[0].length) return undefined;
  const node = nodeByReference(snapshot.tree, match[1] ?? match[2] ?? '');
  if (!node) return undefined;
  return {
    kind: 'node',
    node,
    span: { file, start, end: start + match[0].length },
    ...(match[1] && { label: match[1] }),
  };
}

function labelAt({ file, text, snapshot }: View, offset: number): Mention | undefined {
  const word = wordAt(text, offset);
  if (!word || !/^\s*:/.test(text.slice(word.end, word.end + 8))) return undefined;
  const node = snapshot.tree.labels.get(word.text)?.find((candidate) => hasLabelAt(candidate, file, word.start));
  return node && { kind: 'node', node, label: word.text, span: { file, start: word.start, end: word.end } };
}

function hasLabelAt(node: DtNode, file: string, start: number): boolean {
  return node.labels.some(({ span }) => span.file === file && span.start === start);
}

function macroAt({ file, text, snapshot }: View, offset: number): Mention | undefined {
  const word = wordAt(text, offset);
  if (!word || stateAt(text, offset) === 'string' || snapshot.tree.macros.history(word.text).length === 0)
    return undefined;
  return { kind: 'macro', name: word.text, span: { file, start: word.start, end: word.end } };
}

function nameAt({ file }: View, { node, property }: Owner, offset: number): Mention | undefined {
  const holds = (span: Span) => span.file === file && span.start <= offset && offset <= span.end;
  const setAt = property?.origins.find((origin) => holds(origin.name));
  if (property && setAt) return { kind: 'property', property, span: setAt.name };
  if (property) {
    const datum = property.value.data.find(({ span }) => holds(span));
    return datum && { kind: 'value', property, span: datum.span };
  }
  const openedAt = node?.origins.find((origin) => holds(origin.name));
  return node && openedAt && { kind: 'node', node, span: openedAt.name };
}

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The C identifier that holds or touches the offset. */
export function wordAt(text: string, offset: number): Word | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /\w/.test(text[start - 1] ?? '')) start--;
  while (end < text.length && /\w/.test(text[end] ?? '')) end++;
  const word = text.slice(start, end);
  return /^[A-Za-z_]/.test(word) ? { text: word, start, end } : undefined;
}

const LEXEMES = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\])*(?:"|$)/g;

interface Lexemes {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Of the text that was asked about last: reading a large file anew takes longer than everything else in an answer. */
let known: Lexemes = { text: '', starts: [], ends: [] };

/** Where the comments and strings of a text are. */
function lexemesOf(text: string): Lexemes {
  if (known.text === text) return known;
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: lexeme, index } of text.matchAll(LEXEMES)) {
    starts.push(index);
    ends.push(index + lexeme.length);
  }
  known = { text, starts, ends };
  return known;
}

/** Whether an offset stands in a comment, in a string, or in neither. */
export function stateAt(text: string, offset: number): 'comment' | 'string' | 'code' {
  const { starts, ends } = lexemesOf(text);
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const start = starts[low - 1];
  const end = ends[low - 1] ?? 0;
  if (start === undefined) return 'code';
  const closed = text.startsWith('//', start) ? offset > end : offset >= end;
  if (closed) return 'code';
  return text[start] === '"' ? 'string' : 'comment';
}
