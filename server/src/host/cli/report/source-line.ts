// SPDX-License-Identifier: MIT
// The line of a problem with a caret under its place, as compilers show it.
import { printable, type Span } from '#base/text.ts';

/** A part of the line that is worth showing, and where the problem is in it. */
export interface SourceLine {
  readonly text: string;
  readonly start: number;
  readonly length: number;
}

/** Characters on each side of the place; generated files have lines of megabytes. */
const AROUND = 300;
const TAB = 8;
/** Where the output is no terminal. */
const COLUMNS = 120;

/** `undefined` for a place without a line: of a blob, of an empty file. */
export function sourceLine(text: string, { start, end }: Span): SourceLine | undefined {
  if (text === '' || start > text.length) return undefined;
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1) + 1, start - AROUND);
  const newline = text.indexOf('\n', start);
  const lineEnd = Math.min(newline < 0 ? text.length : newline, start + AROUND);
  const line = text.slice(lineStart, lineEnd).replace(/\r$/, '');
  if (line.trim() === '') return undefined;
  return { text: line, start: start - lineStart, length: Math.max(0, Math.min(end, lineEnd) - start) };
}

/** Two lines, each with its end: the text with blanks for tabs, and the caret. */
export function framed({ text, start, length }: SourceLine, line: number, columns = COLUMNS): string {
  const before = spread(text.slice(0, start), 0);
  const marked = spread(text.slice(start, start + length), before.length);
  const after = spread(text.slice(start + length), before.length + marked.length);
  const gutter = String(line).padStart(5);
  const width = Math.max(40, columns - gutter.length - 3);
  const whole = before + marked + after;
  // What is left out is left out before and behind the place.
  const room = width - 2;
  const from =
    whole.length <= width ? 0 : Math.max(0, Math.min(before.length - Math.floor(room / 3), whole.length - room));
  const shown = whole.slice(from, from + room);
  const head = from > 0 ? '…' : '';
  const tail = from + room < whole.length ? '…' : '';
  const at = before.length - from + head.length;
  const carets = Math.max(1, Math.min(marked.length, shown.length + head.length - at));
  return `${gutter} | ${(head + shown + tail).trimEnd()}\n${' '.repeat(gutter.length)} | ${' '.repeat(at)}${'^'.repeat(carets)}\n`;
}

/** Blanks for tabs, as the kernel's eight columns have them, and nothing that acts on a terminal. */
function spread(text: string, column: number): string {
  let result = '';
  for (const part of text.split(/(\t)/)) {
    if (part === '\t') result += ' '.repeat(TAB - ((column + result.length) % TAB));
    else result += printable(part);
  }
  return result;
}
