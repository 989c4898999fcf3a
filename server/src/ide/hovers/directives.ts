// SPDX-License-Identifier: MIT
// What the words between slashes mean, which dtc reads itself (Devicetree Specification 0.4, chapter 6; dtc 1.8.1,
// dtc-lexer.l and dtc-parser.y).
import { texts } from '#base/language.ts';
import { own } from '#base/own.ts';
import { code } from '#ide/explain/markup.ts';

const WORDS: Readonly<Record<string, string>> = texts({
  'dts-v1': 'The file is written in version 1 of the source format. It comes before everything else of a board.',
  plugin:
    'The file is an overlay: labels that it does not define are left for the base tree, and dtc writes __fixups__ for them.',
  include: 'The text of another file is inserted here. dtc reads it itself, so macros of cpp in it are not expanded.',
  memreserve:
    'A memory reservation in the header of the blob: address and size, 64 bits each. Linux reserves it after the regions of /reserved-memory (drivers/of/fdt.c:early_init_fdt_scan_reserved_mem).',
  bits: 'The width of each element that follows: 8, 16, 32 or 64 bits. Without it an element is a cell of 32 bits. A reference needs an element of 32 bits.',
  incbin: 'The bytes of a file are the value; with an offset and a length, that part of them.',
  'delete-node':
    'The node is taken out of the tree, with everything below it, as far as it was written before this line.',
  'delete-property':
    'The property is taken out of the node, as far as it was set before this line; a later line may set it again.',
  'omit-if-no-ref': 'The node is left out of the blob where nothing refers to it by its label or its path.',
});

export interface Directive {
  readonly start: number;
  readonly end: number;
  readonly markdown: string;
}

/** The word between slashes at an offset of a text, which is no comment and no string there. */
export function directiveAt(text: string, offset: number): Directive | undefined {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  for (const match of text.slice(from, from + 400).matchAll(/(?<![\w@-]|&\{)\/([a-z][a-z0-9-]*)\/|\n/g)) {
    const [word, name] = match;
    const start = from + match.index;
    if (name === undefined || start > offset) return undefined;
    const meaning = own(WORDS, name);
    if (meaning !== undefined && offset <= start + word.length)
      return { start, end: start + word.length, markdown: `${code(word)}\n\n${meaning}` };
  }
  return undefined;
}
