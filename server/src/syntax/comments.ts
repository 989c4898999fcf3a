// SPDX-License-Identifier: MIT
// Where a comment starts that nothing ends.

const COMMENT_OR_STRING = /\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|\/\*(?:[\s\S]*?(\*\/))?/g;

/** The offset of a block comment's start that has no end behind it; cpp stops there. */
export function unclosedComment(text: string): number | undefined {
  for (const { 0: found, 1: end, index } of text.matchAll(COMMENT_OR_STRING)) {
    if (end === undefined && found.startsWith('/*')) return index;
  }
  return undefined;
}
