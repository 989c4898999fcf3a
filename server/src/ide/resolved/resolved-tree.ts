// SPDX-License-Identifier: MIT
// The resolved tree as a text of its own: macros as written beside their numbers, and for every line where it was set.
import { memo } from '#base/memo.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { Reader } from '#ide/hovers/sheet.ts';
import { hoverOf } from '#ide/navigation/hover.ts';
import { type PrintedLine, printLines } from '#tree/blob/print.ts';
import type { Datum } from '#tree/types.ts';

/** Characters of an expression that are shown beside its number. */
const MAX_WRITTEN = 60;

/** A number as it stands: nothing to read beside it. */
const NUMBER = /^[-~(\s]*(?:0x[\da-f]+|\d+)u?l{0,2}[)\s]*$/i;

/** The lines, printed once for a snapshot. */
export const resolvedLines = memo((snapshot: Snapshot): readonly PrintedLine[] =>
  printLines(snapshot.tree, {
    locate: (span) => `${span.file.slice(span.file.lastIndexOf('/') + 1)}:${snapshot.line(span)}`,
    written: (datum) => writtenText(snapshot, datum),
  }),
);

/** The macro or expression that a cell was written as; nothing for a plain number or a reference. */
function writtenText(snapshot: Snapshot, { kind, span }: Datum): string | undefined {
  if (kind !== 'cell') return undefined;
  const text = snapshot.text(span.file).slice(span.start, span.end);
  if (text === '' || NUMBER.test(text) || text.startsWith('&')) return undefined;
  const short = text.replace(/\s+/g, ' ');
  return short.length > MAX_WRITTEN ? `${short.slice(0, MAX_WRITTEN)}…` : short;
}

/** A place that made a line: the text from `start` to `end` names it, or nothing does where both are 0. */
export interface LinePlace {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly name: Span;
  /** The whole statement. */
  readonly span: Span;
}

/** In the order of the lines; what a line shows comes first, then what was set before and no longer counts. */
export function linePlaces(lines: readonly PrintedLine[]): LinePlace[] {
  return lines.flatMap((line, at) => placesOf(line).map((place) => ({ line: at, ...place })));
}

function placesOf({ node, property, places }: PrintedLine): Omit<LinePlace, 'line'>[] {
  const origins = property ? property.origins.filter(({ kind }) => kind === 'set') : (node?.origins ?? []);
  const shown = places.map(({ start, end, of }) => ({
    start,
    end,
    name: of,
    span: origins.find(({ name }) => isSame(name, of))?.span ?? of,
  }));
  const isBrace = places.length === 0;
  const others = isBrace || !property ? [] : origins.filter(({ name }) => !places.some(({ of }) => isSame(of, name)));
  return [...shown, ...others.map(({ name, span }) => ({ start: 0, end: 0, name, span }))];
}

function isSame(a: Span, b: Span): boolean {
  return a.file === b.file && a.start === b.start;
}

export interface ResolvedQuestion {
  readonly line: number;
  readonly character: number;
  /** The line as the editor shows it: an answer about another one would be wrong. */
  readonly text: string;
}

/** What our hovers say about a place in the text; `undefined` where there is nothing, or the tree is another one now. */
export function resolvedHover(
  { snapshot }: View,
  { line, character, text }: ResolvedQuestion,
  reader: Reader,
): string | undefined {
  const printed = resolvedLines(snapshot)[line];
  if (printed?.text !== text || !printed.node) return undefined;
  const { node, property, values } = printed;
  const datum = values.find(({ start, end }) => start <= character && character <= end)?.of;
  return hoverOf({ snapshot, reader }, { node, property, datum }) || undefined;
}
