// SPDX-License-Identifier: MIT
// Where a text names a label or a macro, whatever branch of `#if` that stands in.
import type { Span } from '#base/text.ts';

const LEXEMES =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/(?:\\\r?\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|\d\w*/g;

/** The identifier outside of comments and strings. */
function identifiers(file: string, text: string, name: string): Span[] {
  if (!text.includes(name)) return [];
  return [...text.matchAll(LEXEMES)]
    .filter((match) => match[0] === name)
    .map(({ index }) => ({ file, start: index, end: index + name.length }));
}

/** `name:` in front of a statement or in a value, `&name`, `&{name/…}`. */
export function labelMentions(file: string, text: string, name: string): Span[] {
  return identifiers(file, text, name).filter(({ start, end }) => {
    const before = text.charAt(start - 1);
    if (before === '&' || (before === '{' && text.charAt(start - 2) === '&' && text[end] === '/')) return true;
    return text.charAt(end) === ':' && !/[\w,.+*#?@-]/.test(before);
  });
}

export function macroMentions(file: string, text: string, name: string): Span[] {
  return identifiers(file, text, name);
}
