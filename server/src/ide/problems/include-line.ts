// SPDX-License-Identifier: MIT
// Where an `#include` goes: in the order of the alphabet among those in angle brackets, as the kernel's trees have them.
import type { TextEdit } from '#base/text.ts';
import { lineEnd } from '#rules/edits/edits.ts';

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"][^\n]*\n?/gm;
const HEADER = /^[ \t]*\/(?:dts-v1|plugin)\/[ \t]*;[^\n]*\n?/gm;

/** Adds `#include <header>` to a file. */
export function includeLine(file: string, text: string, header: string): TextEdit {
  const eol = lineEnd(text);
  const line = `#include <${header}>${eol}`;
  const insert = (at: number, lead: string, tail: string): TextEdit => {
    const broken = at > 0 && text[at - 1] !== '\n' ? eol : '';
    return { span: { file, start: at, end: at }, text: `${broken}${lead}${line}${tail}` };
  };
  const includes = [...text.matchAll(INCLUDE)].filter(({ index }) => !isConditional(text, index));
  const bracketed = includes.filter(([, quote]) => quote === '<');
  const behind = bracketed.find(([, , name = '']) => name > header);
  if (behind) return insert(behind.index, '', '');
  const last = bracketed.at(-1);
  if (last) return insert(last.index + last[0].length, '', '');
  const [quoted] = includes;
  if (quoted) return insert(quoted.index, '', '');
  const version = [...text.matchAll(HEADER)].at(-1);
  if (version) {
    const end = version.index + version[0].length;
    return insert(end, eol, /^[ \t]*\r?\n/.test(text.slice(end)) ? '' : eol);
  }
  const comments = /^(?:\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/[ \t]*\r?\n?))*/.exec(text)?.[0].length ?? 0;
  return insert(comments, comments > 0 ? eol : '', /^[ \t]*\r?\n/.test(text.slice(comments)) ? '' : eol);
}

/** Inside an `#if`, what is included is there only sometimes. */
function isConditional(text: string, offset: number): boolean {
  let depth = 0;
  for (const [, word] of text.slice(0, offset).matchAll(/^[ \t]*#[ \t]*(if|endif)/gm)) depth += word === 'if' ? 1 : -1;
  return depth > 0;
}
