// SPDX-License-Identifier: MIT
// What is being typed at an offset, told from the text alone, because an unfinished text is the normal state.
import { type Block, surroundings, withoutComments } from './blocks.ts';
import { readValue, type ValueCursor } from './value-cursor.ts';

interface Typed {
  /** Where the word begins that an item replaces. */
  readonly start: number;
  /** The part of it that is typed. */
  readonly word: string;
  /** The nodes around it, outermost first. */
  readonly blocks: readonly Block[];
}

export type Cursor =
  | { readonly kind: 'nothing' }
  /** A rule's id in an ignore comment. */
  | ({ readonly kind: 'ignore' } & Typed)
  /** `word` is the last part of the path, `folder` what stands before it with its `/`. */
  | ({ readonly kind: 'include'; readonly quote: '<' | '"'; readonly folder: string } & Typed)
  /** The name of a macro in `#ifdef`, or in a condition. */
  | ({ readonly kind: 'condition'; readonly expression: boolean } & Typed)
  /** Something in the text of a macro. */
  | ({ readonly kind: 'definition' } & Typed)
  /** `#…` at the start of a line. */
  | ({ readonly kind: 'hash' } & Typed)
  /** `/…` at the start of a statement. */
  | ({ readonly kind: 'slash' } & Typed)
  /** The start of a statement; `labelled` behind a label. */
  | ({ readonly kind: 'statement'; readonly labelled: boolean } & Typed)
  /** Behind `name@`. */
  | ({ readonly kind: 'unit-address'; readonly name: string } & Typed)
  /** `&…` where a node is extended, or behind `/delete-node/`. */
  | ({ readonly kind: 'node-reference'; readonly use: 'extend' | 'delete' | 'omit' } & Typed)
  /** Behind `&{` in the same places. */
  | ({ readonly kind: 'node-path' } & Typed)
  | ({ readonly kind: 'delete-node' | 'delete-property' } & Typed)
  | ({ readonly kind: 'value'; readonly property: string; readonly value: ValueCursor } & Typed);

const NAME = String.raw`[\w,._+?#-]*`;

/** The word that ends at the end of a text. */
export function cursorAt(text: string, offset: number): Cursor {
  const { blocks, statement, inside } = surroundings(text, offset);
  const typed = (word: string) => ({ start: offset - word.length, word, blocks });
  if (inside.kind === 'comment') {
    const rule = /dt-iommu-ignore(?:-file)?[ \t]+(?:[\w/-]+[ \t]*,[ \t]*)*([\w/-]*)$/.exec(
      text.slice(inside.at, offset),
    );
    return rule ? { kind: 'ignore', ...typed(rule[1] ?? '') } : { kind: 'nothing' };
  }
  if (inside.kind === 'directive') return inDirective(text.slice(inside.at, offset), typed);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  const include = /^[ \t]*\/include\/[ \t]*"([^"\n]*\/)?([^"\n/]*)$/.exec(line);
  if (include) return { kind: 'include', quote: '"', folder: include[1] ?? '', ...typed(include[2] ?? '') };
  const hash = /^[ \t]*(#[\w,-]*)$/.exec(line);
  if (hash && inside.kind === 'code' && !/=[^;]*$/.test(withoutComments(text.slice(statement, lineStart))))
    return { kind: 'hash', ...typed(hash[1] ?? '') };
  const begun = lastStatement(withoutComments(text.slice(statement, offset)));
  const assigned = new RegExp(String.raw`^\s*(?:\w+\s*:\s*)*(${NAME})\s*=([\s\S]*)$`).exec(begun);
  if (assigned) {
    const value = readValue(assigned[2] ?? '');
    return { kind: 'value', property: assigned[1] ?? '', value, ...typed(value.word) };
  }
  return inside.kind === 'string' ? { kind: 'nothing' } : atStatement(begun, typed);
}

type Typing = (word: string) => Typed;

function inDirective(line: string, typed: Typing): Cursor {
  const [, keyword = '', rest = ''] = /^[ \t]*#[ \t]*(\w+)([\s\S]*)$/.exec(line) ?? [];
  if (rest === '') return { kind: 'hash', ...typed(/#[ \t]*\w*$/.exec(line)?.[0] ?? '') };
  if (keyword.startsWith('include')) {
    const [, quote, folder = '', word = ''] = /^[ \t]*([<"])([^<>"]*\/)?([^<>"/]*)$/.exec(rest) ?? [];
    return quote === '<' || quote === '"' ? { kind: 'include', quote, folder, ...typed(word) } : { kind: 'nothing' };
  }
  const word = /[A-Za-z_]\w*$/.exec(rest)?.[0] ?? '';
  if (/^(?:el)?ifn?def$|^undef$/.test(keyword)) return { kind: 'condition', expression: false, ...typed(word) };
  if (/^(?:el)?if$/.test(keyword)) return { kind: 'condition', expression: true, ...typed(word) };
  if (keyword === 'define' && /^[ \t]+\w+(?:\([^)]*\))?\s/.test(rest)) return { kind: 'definition', ...typed(word) };
  return { kind: 'nothing' };
}

/** Without the statement before it whose `;` is missing: a new line begins where a value ends and no `,` follows. */
function lastStatement(text: string): string {
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    const before = text.slice(from, at).trimEnd();
    const rest = text.slice(at + 1);
    const open = (before.slice(before.lastIndexOf('\n') + 1).match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1;
    const ends = open || /[>"\]]$/.test(before) || /^\s*[\w,._+?#-]+$/.test(before);
    if (ends && /^\s*(?:[A-Za-z#&/_]|$)/.test(rest)) from = at + 1;
  }
  return text.slice(from);
}

function atStatement(text: string, typed: Typing): Cursor {
  const path = /(?:^\s*(?:\w+\s*:\s*)*|\/(?:delete-node|omit-if-no-ref)\/\s*)&\{([^{};\s]*)$/.exec(text);
  if (path) return { kind: 'node-path', ...typed(path[1] ?? '') };
  const directive = /\/(delete-node|delete-property|omit-if-no-ref)\/\s*(&?)([\w,._+?#@-]*)$/.exec(text);
  if (directive) {
    const [, name, ampersand, word = ''] = directive;
    if (name === 'delete-property') return { kind: 'delete-property', ...typed(word) };
    if (name === 'delete-node' && !ampersand) return { kind: 'delete-node', ...typed(word) };
    const use = name === 'delete-node' ? 'delete' : 'omit';
    return ampersand
      ? { kind: 'node-reference', use, ...typed(word) }
      : { kind: 'statement', labelled: true, ...typed(word) };
  }
  const reference = /^\s*(?:\w+\s*:\s*)*&(\w*)$/.exec(text);
  if (reference) return { kind: 'node-reference', use: 'extend', ...typed(reference[1] ?? '') };
  const slash = /^\s*(\/[\w-]*)$/.exec(text);
  if (slash) return { kind: 'slash', ...typed(slash[1] ?? '') };
  const unit = /^\s*(?:\w+\s*:\s*)*([\w,._+-]+)@([\w,.]*)$/.exec(text);
  if (unit) return { kind: 'unit-address', name: unit[1] ?? '', ...typed(unit[2] ?? '') };
  const name = new RegExp(String.raw`^\s*((?:\w+\s*:\s*)*)(${NAME})$`).exec(text);
  if (name) return { kind: 'statement', labelled: name[1] !== '', ...typed(name[2] ?? '') };
  return { kind: 'nothing' };
}
