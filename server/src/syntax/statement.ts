// SPDX-License-Identifier: MIT
// From the text of one statement to the parts of its AST item: heads, values, targets, paths.
import type {
  Branch,
  DefineItem,
  DirectiveItem,
  ErrorItem,
  IncludeItem,
  MacroItem,
  NodeItem,
  OtherItem,
  Part,
  PropertyItem,
} from './ast.ts';

/** One statement: its text, and its offset in the item that contains it. */
export interface Statement {
  readonly text: string;
  readonly at: number;
}

const BLANK = /\s/;
const COMMENT = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g;

/** The text between two offsets without outer blanks. */
function trimmed(text: string, start: number, end: number): { part: Part; text: string } {
  const inner = text.slice(start, end);
  const left = inner.trimStart();
  const kept = left.trimEnd();
  return { part: { at: start + inner.length - left.length, length: kept.length }, text: kept };
}

/** Comments as blanks, so that offsets stay. Only for text without strings. */
function withoutComments(text: string): string {
  return text.includes('/') ? text.replace(COMMENT, (comment) => ' '.repeat(comment.length)) : text;
}

/** Where the body of a statement ends: before its `;` and the blanks around it. */
function beforeSemicolon(text: string): number {
  return text.endsWith(';') ? text.length - 1 : text.length;
}

/** `head` is all of the node's text before its `{`; `length` covers the `;`. */
export function nodeItem(
  at: number,
  length: number,
  head: string,
  rest: { body: NodeItem['body']; closed: boolean },
): NodeItem {
  const { part, text } = trimmed(withoutComments(head), 0, head.length);
  return { kind: 'node', at, length, head: part, headText: text, ...rest };
}

/** `label: name = value;`, complete or as far as it is typed. */
export function propertyItem({ text, at }: Statement): PropertyItem {
  const end = beforeSemicolon(text);
  let equals = text.indexOf('=');
  const slash = text.indexOf('/');
  // Comments stand between name and `=` in few places only; there the first `=` may be inside one.
  if (slash >= 0 && slash < equals) equals = withoutComments(text).indexOf('=');
  const head = trimmed(withoutComments(text.slice(0, equals < 0 ? end : equals)), 0, equals < 0 ? end : equals);
  const value = equals < 0 ? undefined : trimmed(text, equals + 1, end);
  return {
    kind: 'property',
    at,
    length: text.length,
    head: head.part,
    headText: head.text,
    value: value?.part,
    valueText: value?.text,
  };
}

/** What follows `/delete-node/` and its like; labels before it are dropped, as dtc drops them. */
export function directiveItem(kind: DirectiveItem['kind'], { text, at }: Statement): DirectiveItem {
  const start = text.indexOf(`/${kind}/`) + kind.length + 2;
  const end = beforeSemicolon(text);
  const target = trimmed(withoutComments(text.slice(0, end)), start, end);
  return { kind, at, length: text.length, target: target.part, targetText: target.text };
}

const INCLUDE = /^(#[ \t]*include|\/include\/)/;
const INCLUDE_PATH = /"[^"\n]*"|<[^>\n]*>/y;

/** The path with its quotes; for a macro, the rest of the line. */
export function includeItem(style: IncludeItem['style'], { text, at }: Statement): IncludeItem {
  let start = INCLUDE.exec(text)?.[0].length ?? 0;
  const plain = withoutCommentsOutsideStrings(text);
  while (start < text.length && BLANK.test(plain.charAt(start))) start++;
  INCLUDE_PATH.lastIndex = start;
  const quoted = INCLUDE_PATH.exec(text)?.[0].length;
  const path = trimmed(plain, start, quoted === undefined ? text.length : start + quoted);
  return { kind: 'include', at, length: text.length, style, path: path.part, pathText: path.text };
}

function withoutCommentsOutsideStrings(text: string): string {
  return text.replace(/"[^"\n]*"|<[^>\n]*>|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, (found) =>
    found.startsWith('/') ? ' '.repeat(found.length) : found,
  );
}

export function defineItem(kind: DefineItem['kind'], { text, at }: Statement): DefineItem {
  const rest = trimmed(text, text.indexOf(kind) + kind.length, text.length);
  return { kind, at, length: text.length, rest: rest.part, restText: rest.text };
}

/** `#ifdef NAME`: the keyword and what follows it on the line. */
export function conditionOf(text: string): Pick<Branch, 'keyword' | 'condition' | 'conditionText'> {
  const name = /^#[ \t]*([a-z]+)/.exec(text);
  const condition = trimmed(text, name?.[0].length ?? 0, text.length);
  // The grammar and the recovery pass nothing else than the keywords of a branch.
  return {
    keyword: (name?.[1] ?? 'if') as Branch['keyword'],
    condition: condition.part,
    conditionText: condition.text,
  };
}

export function textItem<K extends (MacroItem | OtherItem | ErrorItem)['kind']>(
  kind: K,
  { text, at }: Statement,
): { kind: K; at: number; length: number; text: string } {
  return { kind, at, length: text.length, text };
}
