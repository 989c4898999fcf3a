// SPDX-License-Identifier: MIT
// Where a new `#include` goes: among those that are there, in their order.
import { memo } from '#base/memo.ts';
import type { TextEdit } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';

interface Line {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"][^>"\n]+[>"])[^\n]*(?:\n|$)/gm;

/** One for each view: a list has hundreds of items with the same includes around them. */
const linesOf = memo(({ text }: View): readonly Line[] => {
  const brace = text.indexOf('{');
  const head = brace < 0 ? text : text.slice(0, brace);
  return [...head.matchAll(INCLUDE)].map(({ 0: line, 1: name = '', index }) => ({
    name,
    start: index,
    end: index + line.length,
  }));
});

/** `name` has its brackets. */
export function includeEdit(view: View, name: string): TextEdit {
  const lines = linesOf(view);
  const own = lines.filter((line) => line.name.startsWith(name.slice(0, 1)));
  const next = own.find((line) => line.name > name);
  const last = own.at(-1);
  const insert = (at: number, text: string): TextEdit => ({ span: { file: view.file, start: at, end: at }, text });
  if (next && isSorted(own)) return insert(next.start, `#include ${name}\n`);
  if (last) return insert(last.end, `${view.text[last.end - 1] === '\n' ? '' : '\n'}#include ${name}\n`);
  const [first] = lines;
  if (first) return insert(first.start, `#include ${name}\n`);
  const at = behindHead(view.text);
  return insert(at, at === 0 ? `#include ${name}\n\n` : `\n#include ${name}\n`);
}

function isSorted(lines: readonly Line[]): boolean {
  return lines.every(({ name }, at) => at === 0 || (lines[at - 1]?.name ?? '') <= name);
}

/** Behind comments, `/dts-v1/;` and `/plugin/;`, at the start of a line. */
function behindHead(text: string): number {
  const head = /^(?:\s*(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*|\/dts-v1\/\s*;|\/plugin\/\s*;))*/.exec(text)?.[0] ?? '';
  const end = text.indexOf('\n', head.length);
  return head === '' ? 0 : end < 0 ? text.length : end + 1;
}
