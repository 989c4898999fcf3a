// SPDX-License-Identifier: MIT
// Places in source text: offsets, spans, lines, and edits that are applied to text.

/** A half-open range of UTF-16 offsets in one file; `file` is the path the host gave it. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A zero-based line and UTF-16 column, as in the Language Server Protocol. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Replaces `span` by `text`. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** The offset at which every line starts; the first entry is 0. `\n`, `\r\n` and a lone `\r` end lines, as in the LSP. */
export function lineStarts(text: string): number[] {
  if (text.includes('\r')) return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Lines behind the one that was found last in which the next is looked for first. */
const CLOSE = 8;

/**
 * The position of an offset, given the file's {@link lineStarts}.
 * @param near a line at or some lines before it, if the caller has one: most of what is asked for is in text order
 */
export function positionAt(starts: readonly number[], offset: number, near = 0): Position {
  let low = 0;
  let high = starts.length - 1;
  if ((starts[near] ?? offset + 1) <= offset) {
    low = near;
    for (let line = near + 1; line <= high && line <= near + CLOSE; line++) {
      if ((starts[line] ?? 0) > offset) high = line - 1;
    }
  }
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: offset - (starts[low] ?? 0) };
}

/** The offset of a position, clamped to the text. */
export function offsetAt(starts: readonly number[], length: number, position: Position): number {
  const start = starts[position.line];
  if (start === undefined) return position.line < 0 ? 0 : length;
  const end = starts[position.line + 1] ?? length;
  return Math.min(start + Math.max(0, position.character), end);
}

export function rangeOf(starts: readonly number[], span: Span): Range {
  return { start: positionAt(starts, span.start), end: positionAt(starts, span.end) };
}

/** The text after edits that all name this file and do not overlap; equal starts apply in order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.span.start - b.edit.span.start || a.index - b.index);
  let result = '';
  let at = 0;
  for (const { edit } of sorted) {
    result += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return result + text.slice(at);
}

/** Controls, and what turns the direction of a line or ends it: none may act on a terminal or in a page. */
const CONTROLS = /\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of a tree as people may see it on one line: bytes that are UTF-8 are read as such, and controls show as `\x1b`.
 * Strings of a tree have one character a byte.
 */
export function printable(text: string): string {
  return readUtf8(text).replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

function readUtf8(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text;
  try {
    return decodeURIComponent(
      text.replace(/[^A-Za-z0-9]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
  } catch {
    return text;
  }
}

/**
 * A message as plain text, for places that know no Markdown: what stands in back-ticks stays as it is where it reads as
 * one word, and gets quotes where it does not.
 */
export function plainText(message: string): string {
  return message.replace(/`([^`]*)`/g, (_, code: string) => (/^[^\s]*[\w}][^\s]*$/.test(code) ? code : `'${code}'`));
}
