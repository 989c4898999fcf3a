// SPDX-License-Identifier: MIT
// Plans the edits of quick fixes on the source text, in the style that the file already has.
import { ofLastText } from '#base/memo.ts';
import type { Span, TextEdit } from '#base/text.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { lastSet } from '#tree/query.ts';
import type { DtNode, DtProperty, NodeOrigin } from '#tree/types.ts';

type TextOf = (file: string) => string;

/** What a fix writes at the place of a property: `name = value;` without the indentation. */
export interface NewProperty {
  readonly name: string;
  /** The text after `=`, or absent for a flag. */
  readonly value?: string;
}

/** Replaces the whole statement of a property, labels kept, where it was set last. */
export function replaceProperty(text: TextOf, property: DtProperty, by: NewProperty): TextEdit {
  const { span, name } = lastSet(property);
  const labels = text(span.file).slice(span.start, name.start);
  return { span, text: labels + statement(by) };
}

/** Replaces only the value: what stands between `=` and `;`; a flag gets ` = value`. */
export function replaceValue(text: TextOf, property: DtProperty, value: string): TextEdit {
  const { span, name } = lastSet(property);
  const source = text(span.file).slice(name.end, span.end);
  const equals = source.indexOf('=');
  if (equals < 0) return { span: { file: span.file, start: name.end, end: name.end }, text: ` = ${value}` };
  const lead = /^\s*/.exec(source.slice(equals + 1))?.[0].length ?? 0;
  const close = source.lastIndexOf(';');
  return {
    span: { file: span.file, start: name.end + equals + 1 + lead, end: name.end + (close < 0 ? source.length : close) },
    text: value,
  };
}

/** Removes every statement that sets the property, with the line it stands on when nothing else does. */
export function removeProperty(text: TextOf, property: DtProperty): TextEdit[] {
  return property.origins
    .filter((origin) => origin.kind === 'set')
    .map((origin) => ({ span: wholeLine(text(origin.span.file), origin.span), text: '' }));
}

/** Removes a node, with the blank line that would be one too many; `undefined` where several places open it. */
export function removeNode(text: TextOf, node: DtNode): TextEdit | undefined {
  const [block, ...others] = node.origins;
  if (!block || others.length > 0 || block.kind !== 'open') return undefined;
  return { span: wholeLine(text(block.span.file), block.span), text: '' };
}

/** Adds a property after another one of the same node, on a line of its own with the same indentation. */
export function insertAfter(text: TextOf, property: DtProperty, added: NewProperty): TextEdit {
  const { span } = lastSet(property);
  const source = text(span.file);
  const at = span.end;
  return {
    span: { file: span.file, start: at, end: at },
    text: `${lineEnd(source)}${indentAt(source, span.start)}${statement(added)}`,
  };
}

/**
 * Adds a property to a node: after its last property when it has one in the block, else at the start of the block.
 * The block is the one that opened the node first, unless stated. `undefined` when the node has no block in the text.
 */
export function insertProperty(
  text: TextOf,
  node: DtNode,
  added: NewProperty,
  block: NodeOrigin | undefined = firstBlock(node),
): TextEdit | undefined {
  if (!block) return undefined;
  let last: DtProperty | undefined;
  for (const property of node.properties.values()) {
    const { span } = lastSet(property);
    // The coding style of the kernel's trees has `status` last.
    if (property.name === 'status' || !inside(block.span, span) || inChild(node, span)) continue;
    if (!last || lastSet(last).span.end < span.end) last = property;
  }
  if (last) return insertAfter(text, last, added);
  const source = text(block.span.file);
  const brace = source.indexOf('{', block.name.end);
  if (brace < 0) return undefined;
  const indent = indentAt(source, block.span.start) + indentUnit(source);
  const rest = source.slice(brace + 1, block.span.end);
  const empty = /^\s*\}/.test(rest) && !rest.slice(0, rest.indexOf('}')).includes('\n');
  const child = /^\s*(?:\w+:\s*)*[\w,.+-]+(?:@[\w,.+-]+)?\s*\{/.test(rest) ? lineEnd(source) : '';
  const tail = empty ? lineEnd(source) + indentAt(source, block.span.start) : child;
  return {
    span: { file: block.span.file, start: brace + 1, end: empty ? brace + 1 + rest.indexOf('}') : brace + 1 },
    text: `${lineEnd(source)}${indent}${statement(added)}${tail}`,
  };
}

/**
 * Sets `status = "okay"`: where the status stands when that is in the board file or the node has no label, else in a
 * block `&label { … };` at the end of the board file, so that other boards keep what they have.
 */
export function enable({ tree, text }: Pick<RuleContext, 'tree' | 'text'>, node: DtNode): TextEdit | undefined {
  const status = node.properties.get('status');
  if (!status) return undefined;
  if (lastSet(status).span.file === tree.file || node.labels.length === 0) return replaceValue(text, status, '"okay"');
  return appendBlock({ tree, text }, node, { name: 'status', value: '"okay"' });
}

/** Whether the block, or one that comes after it, deletes the property: then it is gone whatever the block sets. */
export function isDeleted(text: TextOf, node: DtNode, name: string, block = firstBlock(node)): boolean {
  return node.origins
    .slice(block ? node.origins.indexOf(block) : 0)
    .some(
      ({ kind, span }) =>
        kind === 'open' && text(span.file).slice(span.start, span.end).includes(`/delete-property/ ${name};`),
    );
}

/**
 * Adds a property to a node of a board: in the board's own file when the node has a block there or no label, else in a
 * block at its end, so that other boards keep what they have.
 */
export function insertInBoard(
  board: Pick<RuleContext, 'tree' | 'text'>,
  node: DtNode,
  added: NewProperty,
): TextEdit | undefined {
  const own = node.origins.find(({ kind, span }) => kind === 'open' && span.file === board.tree.file);
  if (own || node.labels.length === 0) return insertProperty(board.text, node, added, own ?? firstBlock(node));
  return appendBlock(board, node, added);
}

/** `&label { … };` at the end of the board file. */
function appendBlock({ tree, text }: Pick<RuleContext, 'tree' | 'text'>, node: DtNode, added: NewProperty): TextEdit {
  const source = text(tree.file);
  const eol = lineEnd(source);
  const end = source.trimEnd().length;
  return {
    span: { file: tree.file, start: end, end },
    text: `${eol}${eol}&${node.labels[0]?.name} {${eol}${indentUnit(source)}${statement(added)}${eol}};`,
  };
}

/** Puts `label: ` before a node's name where it was opened first. */
export function addLabel(node: DtNode, label: string): TextEdit | undefined {
  const block = firstBlock(node);
  return (
    block && { span: { file: block.name.file, start: block.name.start, end: block.name.start }, text: `${label}: ` }
  );
}

/**
 * Adds a child node at the end of a block, after a blank line, as in the kernel's own trees. `lines` are the statements
 * inside it, without indentation.
 */
export function addNode(text: TextOf, block: NodeOrigin, head: string, lines: readonly string[]): TextEdit | undefined {
  const source = text(block.span.file);
  const close = source.lastIndexOf('}', block.span.end - 1);
  if (close < block.name.end) return undefined;
  const eol = lineEnd(source);
  const unit = indentUnit(source);
  const outer = indentAt(source, block.span.start);
  const inner = outer + unit;
  const body = lines.map((line) => `${inner}${unit}${line}${eol}`).join('');
  // What a decompiler or toolchain adds stays last.
  const symbols = /\n[ \t]*__symbols__\s*\{/.exec(source.slice(block.name.end, close));
  const lead = source.slice(0, symbols ? block.name.end + symbols.index : close).trimEnd();
  const at = lead.length;
  const blank = lead.endsWith('{') ? eol : eol + eol;
  const node = `${blank}${inner}${head} {${eol}${body}${inner}};`;
  const { file } = block.span;
  if (symbols) return { span: { file, start: at, end: at }, text: node };
  return { span: { file, start: at, end: close }, text: `${node}${eol}${outer}` };
}

/** The block that opened the node first, which is where a reader looks for it. */
export function firstBlock(node: DtNode): NodeOrigin | undefined {
  return node.origins.find((origin) => origin.kind === 'open');
}

/** A label that no node has: `wanted`, else `wanted_1`, `wanted_2`, … */
export function freeLabel(labels: ReadonlyMap<string, unknown>, wanted: string): string {
  if (!labels.has(wanted)) return wanted;
  for (let n = 1; ; n++) if (!labels.has(`${wanted}_${n}`)) return `${wanted}_${n}`;
}

/** A number as another one is written: decimal, hexadecimal, or as decompilers do with an even count of digits. */
export function numberLike(value: number, like: string): string {
  if (!/^0x/i.test(like)) return String(value);
  const digits = value.toString(16);
  return `0x${/^0x0/i.test(like) && digits.length % 2 === 1 ? '0' : ''}${digits}`;
}

/** `\r\n` when the file uses it. */
export function lineEnd(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

/** One step of indentation: a tab, unless the file indents with blanks. */
export const indentUnit: (source: string) => string = ofLastText((source) => {
  if (/^\t/m.test(source)) return '\t';
  const widths = [...source.matchAll(/^( +)\S/gm)].slice(0, 50).map((match) => match[1]?.length ?? 0);
  return widths.length === 0 ? '\t' : ' '.repeat(Math.min(...widths));
});

/** The blanks before the first character of the line that holds an offset. */
export function indentAt(source: string, at: number): string {
  const start = source.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(source.slice(start))?.[0] ?? '';
}

/** Blanks up to the column of an offset, as its line begins: tabs of eight, then blanks, where the file has tabs. */
export function alignment(source: string, at: number): string {
  const line = source.slice(source.lastIndexOf('\n', at - 1) + 1, at);
  const indent = indentAt(source, at);
  const width = line.length - indent.length;
  if (!indent.includes('\t')) return indent + ' '.repeat(width);
  return indent + '\t'.repeat(Math.floor(width / 8)) + ' '.repeat(width % 8);
}

/** Blanks of the same length in place of comments. */
export const withoutComments: (text: string) => string = ofLastText((text) =>
  text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, (comment) => comment.replace(/[^\n]/g, ' ')),
);

function statement(property: NewProperty): string {
  return property.value === undefined ? `${property.name};` : `${property.name} = ${property.value};`;
}

function inside(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

function inChild(node: DtNode, span: Span): boolean {
  for (const child of node.children.values()) {
    if (child.origins.some((origin) => inside(origin.span, span))) return true;
  }
  return false;
}

/** The line, where nothing else stands on it, with the blank line that would be one too many without it. */
function wholeLine(source: string, span: Span): Span {
  const { file } = span;
  const lineStart = source.lastIndexOf('\n', span.start - 1) + 1;
  const newline = source.indexOf('\n', span.end);
  const lineStop = newline < 0 ? source.length : newline + 1;
  const isFirst = source.slice(lineStart, span.start).trim() === '';
  const tail = source.slice(span.end, lineStop);
  if (!isFirst || tail.trim() !== '') {
    const blanks = isFirst || /[ \t]$/.test(source.slice(0, span.start)) ? (/^[ \t]*/.exec(tail)?.[0].length ?? 0) : 0;
    return { file, start: span.start, end: span.end + blanks };
  }
  const above = /(?:^|\n)([^\n]*)\n$/.exec(source.slice(0, lineStart))?.[1] ?? '{';
  const below = /^[^\n]*\n?/.exec(source.slice(lineStop))?.[0] ?? '';
  if (below !== '' && below.trim() === '' && (above.trim() === '' || above.trimEnd().endsWith('{'))) {
    return { file, start: lineStart, end: lineStop + below.length };
  }
  if (above.trim() === '' && /^\s*\}/.test(below)) return { file, start: lineStart - above.length - 1, end: lineStop };
  return { file, start: lineStart, end: lineStop };
}
