// SPDX-License-Identifier: MIT
// What a typed character changes: a new line gets its indentation, a finished statement its form.
import type { Ast, Item } from '#syntax/ast.ts';
import type { Change } from '#syntax/parser.ts';
import { format } from './format.ts';
import { Lexeme, type Lexemes, lexemesOf } from './lexemes.ts';
import { columnAfter, indentation, TAB } from './sheet.ts';

/** `typed` stands right before the offset. */
export function formatTyped(text: string, ast: Ast, offset: number, typed: string): Change[] {
  if (typed === '\n') return newLine(text, offset);
  const start = typed === ';' ? statementAt(ast.items, 0, offset) : undefined;
  return formatRange(text, ast, start ?? offset - 1, offset);
}

/** The changes in the lines of a range, and in the rest of the statements that lie over its ends. */
export function formatRange(text: string, ast: Ast, start: number, end: number): Change[] {
  const first = text.lastIndexOf('\n', Math.min(start, statementOver(ast.items, 0, start)?.start ?? start) - 1) + 1;
  const last = Math.max(end, statementOver(ast.items, 0, end)?.end ?? end);
  const behind = text.indexOf('\n', last);
  const lineEnd = behind < 0 ? text.length : behind;
  return format(text, ast).filter((change) => change.start >= first && change.end <= lineEnd);
}

/** Where the property begins that ends at an offset. */
function statementAt(items: readonly Item[], base: number, offset: number): number | undefined {
  const found = statementOver(items, base, offset - 1);
  return found?.end === offset ? found.start : undefined;
}

/** The statement without statements inside that an offset stands in. */
function statementOver(
  items: readonly Item[],
  base: number,
  offset: number,
): { readonly start: number; readonly end: number } | undefined {
  for (const item of items) {
    const start = base + item.at;
    const end = start + item.length;
    if (offset < start) return undefined;
    if (offset >= end) continue;
    if (item.kind === 'node') return statementOver(item.body, start, offset);
    if (item.kind !== 'conditional') return { start, end };
    for (const branch of item.branches) {
      const found = statementOver(branch.body, start + branch.at, offset);
      if (found) return found;
    }
  }
  return undefined;
}

function newLine(text: string, offset: number): Change[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const blanks = /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
  // The line may have got its text from the one before it.
  const rest = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  const column = columnOfLine(text, start, start + rest.length);
  if (column === undefined) return [];
  const wanted = indentation(column);
  const end = start + Math.max(blanks.length, rest.length);
  return wanted === text.slice(start, end) ? [] : [{ start, end, text: wanted }];
}

interface Open {
  readonly by: string;
  /** Of lines inside. */
  readonly column: number;
  readonly close: number;
}

/** Where a line begins; `undefined` in comments and strings, and behind a line that goes on. */
function columnOfLine(text: string, lineStart: number, first: number): number | undefined {
  const lexemes = lexemesOf(text.slice(0, lineStart));
  const { count, start, end, kind } = lexemes;
  const last = count - 1;
  if (text.charCodeAt((end[last] ?? 0) - 1) === 92) return undefined;
  const unfinished = text.slice(start[last] ?? 0, end[last] ?? 0);
  if (kind[last] === Lexeme.BlockComment && !/^\/\*[\s\S]*\*\/$/.test(unfinished)) return undefined;
  if (kind[last] === Lexeme.Quoted && end[last] === lineStart) return undefined;
  const next = text.charAt(first);
  if (next === '#') return undefined;
  const { depth, open, entries } = stateBehind(lexemes);
  const inner = open.at(-1);
  if (inner) return next === { '<': '>', '[': ']', '(': ')' }[inner.by] ? inner.close : inner.column;
  if (entries !== undefined) return next === '}' ? Math.max(0, depth - 1) * TAB : entries;
  return Math.max(0, depth - (next === '}' ? 1 : 0)) * TAB;
}

interface State {
  readonly depth: number;
  readonly open: readonly Open[];
  /** Of the entries of the value that goes on. */
  readonly entries: number | undefined;
}

function stateBehind({ text, count, start, end, kind }: Lexemes): State {
  let depth = 0;
  let open: Open[] = [];
  let entries: number | undefined;
  const at = (index: number) => start[index] ?? text.length;
  const lineOf = (offset: number) => text.lastIndexOf('\n', offset - 1) + 1;
  const columnOf = (offset: number) => columnAfter(text.slice(lineOf(offset), offset), 0);
  const margin = (offset: number) => columnAfter(/^[ \t]*/.exec(text.slice(lineOf(offset), offset))?.[0] ?? '', 0);
  for (let index = 0; index < count; index++) {
    if (kind[index] !== Lexeme.Punctuation) continue;
    const offset = at(index);
    const mark = text.charAt(offset);
    const hangs = index + 1 === count || text.slice(end[index], at(index + 1)).includes('\n');
    if (mark === '{' || mark === '}' || mark === ';') {
      depth = Math.max(0, depth + (mark === '{' ? 1 : mark === '}' ? -1 : 0));
      open = [];
      entries = undefined;
    } else if (mark === '=' && entries === undefined && open.length === 0) {
      entries = hangs ? (depth + 1) * TAB : columnOf(at(index + 1));
    } else if (mark === '(' || ((mark === '<' || mark === '[') && entries !== undefined && open.at(-1)?.by !== '(')) {
      const column = margin(offset);
      open.push(
        hangs
          ? { by: mark, column: column + TAB, close: column }
          : { by: mark, column: columnOf(at(index + 1)), close: columnOf(offset) },
      );
    } else if ((mark === '>' && open.at(-1)?.by === '<') || mark === ']' || mark === ')') open.pop();
  }
  return { depth, open, entries };
}
