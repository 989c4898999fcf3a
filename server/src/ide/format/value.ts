// SPDX-License-Identifier: MIT
// The lines of a value: entries below the first one, cells below the first cell.
import { Lexeme } from './lexemes.ts';
import { columnAfter, type Sheet, TAB } from './sheet.ts';

/** Where a value stands. */
export interface ValuePlace {
  /** The lexeme behind `=`, and the one behind the value. */
  readonly from: number;
  readonly to: number;
  /** The column of the statement, and of the first lexeme if that stands on the line of `=`. */
  readonly column: number;
  readonly first: number;
}

/** An open `<`, `[` or `(`. */
interface Open {
  readonly by: string;
  readonly close: number;
  /** Columns that a line inside may begin at: the first one is meant, the others are as good. */
  readonly columns: number[];
  /** Nothing stands behind it in its line: the lines inside are a list, which may have steps of its own. */
  readonly hangs: boolean;
  /** How far its line moved, or the first of its list. */
  moved: number;
}

const CLOSES: Readonly<Record<string, string>> = { '>': '<', ']': '[', ')': '(' };

export function layOutValue(sheet: Sheet, { from, to, column: own, first }: ValuePlace): void {
  const end = sheet.text.indexOf('\n', sheet.end(from - 1));
  const spans = end >= 0 && end < sheet.start(to);
  const entries = sheet.begins(from) ? own + TAB : first;
  const open: Open[] = [];
  const table = spans && isTable(sheet, from, to);
  let column = first;
  /** The column as the text is now. */
  let now = sheet.columnOf(from);
  let lineColumn = own;
  for (let index = from; index < to; index++) {
    if (sheet.kind(index) === Lexeme.Directive) continue;
    const mark = sheet.punctuation(index);
    const inner = open.at(-1);
    const closes = inner !== undefined && CLOSES[mark] === inner.by;
    if (sheet.begins(index)) {
      now = sheet.columnNow(index);
      column = inner ? lineInside(inner, closes, now) : entries;
      if (column !== now || inner?.by !== '(') sheet.indent(index, column);
      lineColumn = column;
    } else if (index > from) {
      const blanks = spaceBefore(sheet, index, { open, closes, table });
      if (blanks !== undefined) sheet.space(index, blanks);
      if (spans) {
        now = columnAfter(sheet.gap(index), now);
        column = columnAfter(blanks ?? sheet.gap(index), column);
        if (inner && !inner.hangs && !closes) inner.columns.push(column);
      }
    }
    if (closes) open.pop();
    else if (mark === '(' || ((mark === '<' || mark === '[') && inner?.by !== '(')) {
      open.push(!spans ? flat(mark) : opened(sheet, index, { by: mark, column, lineColumn, moved: column - now }));
    }
    if (!spans) continue;
    const width = columnAfter(sheet.text.slice(sheet.start(index), sheet.end(index)), 0);
    now += width;
    column += width;
  }
}

/** In a value on one line nobody asks for columns. */
function flat(by: string): Open {
  return { by, close: 0, columns: [], hangs: false, moved: 0 };
}

function opened(
  sheet: Sheet,
  index: number,
  { by, column, lineColumn, moved }: { by: string; column: number; lineColumn: number; moved: number },
): Open {
  let next = index + 1;
  while (sheet.isComment(next) && !sheet.begins(next)) next++;
  const hangs = sheet.begins(next);
  if (hangs && by !== '(') return { by, close: lineColumn, columns: [], hangs, moved: 0 };
  return { by, close: column, columns: [], hangs: false, moved };
}

/** Where a line inside brackets begins. */
function lineInside(open: Open, closes: boolean, now: number): number {
  if (open.by === '(') return Math.max(0, now + open.moved);
  if (closes) return open.close;
  if (open.hangs) {
    const [content] = open.columns;
    if (content !== undefined) return Math.max(content, now + open.moved);
    open.columns.push(open.close + TAB);
    open.moved = open.close + TAB - now;
    return open.close + TAB;
  }
  const kept = now + open.moved;
  return open.columns.includes(kept) ? kept : (open.columns[0] ?? open.close + 1);
}

/** Entries on several lines, some with blanks behind their `<` and some without: numbers stand below each other. */
function isTable(sheet: Sheet, from: number, to: number): boolean {
  let lines = false;
  let padded = false;
  let plain = false;
  for (let index = from; index < to; index++) {
    if (index > from && sheet.begins(index)) lines = true;
    if (sheet.punctuation(index) !== '<' || sheet.begins(index + 1)) continue;
    if (sheet.end(index) === sheet.start(index + 1)) plain = true;
    else padded = true;
  }
  return lines && padded && plain;
}

/** Inside a line; `undefined`: as it is. */
function spaceBefore(
  sheet: Sheet,
  index: number,
  { open, closes, table }: { open: readonly Open[]; closes: boolean; table: boolean },
): '' | ' ' | undefined {
  const before = index - 1;
  if (sheet.isComment(index) || sheet.isComment(before)) return sheet.gap(index) === '' ? ' ' : undefined;
  const inner = open.at(-1);
  const mark = sheet.punctuation(index);
  const last = sheet.punctuation(before);
  if (inner?.by === '<' && open.length === 1) {
    if (!table && (last === '<' || (closes && isWordLike(sheet, before)))) return '';
    return undefined;
  }
  if (inner) return undefined;
  if (mark === ',') return '';
  // More than one blank makes columns.
  return last === ',' && sheet.gap(index).trim() === '' && sheet.gap(index).length < 2 ? ' ' : undefined;
}

/** What `>` may follow without becoming part of another token. */
function isWordLike(sheet: Sheet, index: number): boolean {
  return /[\w)'"}]/.test(sheet.text.charAt(sheet.end(index) - 1));
}
