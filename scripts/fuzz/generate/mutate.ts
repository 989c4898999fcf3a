// SPDX-License-Identifier: MIT
// Small changes of a text that people make by mistake: a token lost, doubled, moved or taken for another.
import type { Pick } from '../random.ts';

const PUT_IN = [
  ';',
  '{',
  '}',
  '<',
  '>',
  '"',
  "'",
  ',',
  '&',
  '=',
  '0',
  '1',
  '/',
  '#',
  '\n',
  ':',
  '@',
  '(',
  ')',
  '[',
  ']',
  '\\',
];

const tokensOf = (text: string): string[] => text.match(/"(?:[^"\\\n]|\\.)*"|[\w,.+-]+|\s+|[^\w\s]/g) ?? [];

/** One to three changes of tokens. */
export function mutateTokens(pick: Pick, text: string): string {
  const tokens = tokensOf(text);
  for (let count = 1 + pick.below(3); count > 0 && tokens.length > 1; count--) {
    const at = pick.below(tokens.length);
    const other = pick.below(tokens.length);
    const kind = pick.below(6);
    if (kind < 2) tokens.splice(at, 1);
    else if (kind === 2) tokens.splice(at, 0, tokens[at] ?? '');
    else if (kind === 3) tokens[at] = tokens[other] ?? '';
    else if (kind === 4) tokens.splice(at, 0, pick.of(PUT_IN));
    else [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
  }
  return tokens.join('');
}

/** A stretch of characters lost, doubled or overwritten, regardless of tokens. */
export function mutateBytes(pick: Pick, text: string): string {
  const at = pick.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + pick.below(pick.chance(80) ? 4 : 200));
  const kind = pick.below(3);
  if (kind === 0) return text.slice(0, at) + text.slice(end);
  if (kind === 1) return text.slice(0, end) + text.slice(at, end) + text.slice(end);
  return text.slice(0, at) + pick.of(PUT_IN) + text.slice(at);
}
