// SPDX-License-Identifier: MIT
// A deletion that names nothing: what it may have meant, and the line that can go.
import { nearest } from '#base/likeness.ts';
import type { Problem, Repair } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';
import { nodeRanges } from '#ide/navigation/places.ts';

export const DELETE_NOTHING = 'delete-nothing';

export function deletionAdvice({ snapshot }: View, problem: Problem): Problem {
  const { file, start, end } = problem.span;
  const text = snapshot.text(file);
  const [head, kind] = /\/delete-(node|property)\/\s*$/.exec(text.slice(Math.max(0, start - 200), start)) ?? [];
  const around = nodeRanges(snapshot, file).filter((range) => range.start < start && end < range.end);
  const node = around.at(-1)?.node;
  if (head === undefined || !node) return problem;
  const name = text.slice(start, end);
  const names = nearest(name, (kind === 'node' ? node.children : node.properties).keys());
  const said = names[0] === undefined ? '' : ` The nearest one is \`${names[0]}\`.`;
  const deletion = wholeLines(
    text,
    start - head.length,
    end + (/^\s*;/.exec(text.slice(end, end + 80))?.[0].length ?? 0),
  );
  const choices: Repair[] = [
    ...names.map((each) => ({ title: `Change ${name} to ${each}`, plan: () => [{ span: problem.span, text: each }] })),
    { title: `Delete this /delete-${kind}/`, plan: () => [{ span: { file, ...deletion }, text: '' }] },
  ];
  return { ...problem, message: problem.message + said, choices };
}

/** With the rest of its lines where nothing else stands there. */
function wholeLines(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end));
  return rest && text.slice(from, start).trim() === '' ? { start: from, end: end + rest[0].length } : { start, end };
}
