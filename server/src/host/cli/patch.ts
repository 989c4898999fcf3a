// SPDX-License-Identifier: MIT
// A change of one file as a unified diff that both `git apply` and `patch -p1` read, whatever the file is called.
import { createTwoFilesPatch } from 'diff';

/** `name` is relative and `/`-separated. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const text = createTwoFilesPatch('a', 'b', before, after, undefined, undefined, { context: 3 });
  // The library's own head has a line of `=` that only Subversion wants, and names that it does not quote.
  const hunks = text.slice(text.indexOf('\n@@') + 1);
  return `--- ${headName(`a/${name}`)}\n+++ ${headName(`b/${name}`)}\n${hunks}`;
}

/**
 * As git writes names: a tab ends one that has a blank, because `patch` takes what follows a blank for a date; control
 * characters, quotes and backslashes need the quotes and escapes of C.
 */
function headName(name: string): string {
  if (![...name].some(needsQuotes)) return name.includes(' ') ? `${name}\t` : name;
  return `"${[...name].map((char) => (needsQuotes(char) ? escaped(char) : char)).join('')}"`;
}

function needsQuotes(char: string): boolean {
  return char < ' ' || char === '"' || char === '\\' || char === '\x7f';
}

function escaped(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
