// SPDX-License-Identifier: MIT
// Which braces are open at an offset of a text that may be half typed, and what stands in them: told from the text alone.

/** A `{` that is not closed before the offset. */
export interface Block {
  /** What stands before it, with comments as blanks: labels and a name, or a reference. */
  readonly head: string;
  /** Where the head begins. */
  readonly headAt: number;
  /** Behind the `{`. */
  readonly open: number;
}

/** What holds an offset. */
export type Inside =
  | { readonly kind: 'code' }
  /** `at`: where the comment, the string or the directive begins. */
  | { readonly kind: 'comment' | 'string' | 'directive'; readonly at: number };

export interface Surroundings {
  /** Outermost first. */
  readonly blocks: readonly Block[];
  /** Where the statement of the offset begins: behind the last `;`, `{` or `}`. */
  readonly statement: number;
  readonly inside: Inside;
}

const DIRECTIVES = 'define|undef|include|include_next|ifdef|ifndef|if|elif|elifdef|elifndef|else|endif|error|warning';

/**
 * Comments; strings, which end with their line here, because one that does not is being typed; characters; path
 * references, whose braces open nothing; directives; what ends a statement.
 */
const LEXEMES = new RegExp(
  [
    String.raw`\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))`,
    String.raw`\/\/[^\n]*`,
    String.raw`"(?:\\[\s\S]|[^"\\\n])*"?`,
    String.raw`'(?:\\.|[^'\\\n])'`,
    String.raw`&\{[^{};\n]*\}?`,
    String.raw`^[ \t]*#[ \t]*(?:${DIRECTIVES})\b(?![,#?+.-])(?:\\\r?\n|\/\*[\s\S]*?\*\/|[^\n])*`,
    '[{};]',
  ].join('|'),
  'gm',
);

export function surroundings(text: string, offset: number): Surroundings {
  let blocks: Block[] = [];
  let statement = 0;
  const conditions: { readonly blocks: Block[]; readonly statement: number }[] = [];
  for (const { 0: lexeme, index } of text.matchAll(LEXEMES)) {
    if (index >= offset) break;
    const end = index + lexeme.length;
    const inside = insideOf(lexeme, index, offset);
    if (inside) return { blocks, statement, inside };
    switch (lexeme) {
      case '{': {
        const head = withoutComments(text.slice(statement, index));
        const blank = head.length - head.trimStart().length;
        blocks = [...blocks, { head: head.trim(), headAt: statement + blank, open: end }];
        statement = end;
        break;
      }
      case '}':
        blocks = blocks.slice(0, -1);
        statement = end;
        break;
      case ';':
        statement = end;
        break;
      default: {
        const keyword = /^[ \t]*#[ \t]*(\w+)/.exec(lexeme)?.[1] ?? '';
        if (keyword.startsWith('if')) conditions.push({ blocks, statement });
        else if (keyword === 'endif') conditions.pop();
        else if (keyword.startsWith('el')) ({ blocks, statement } = conditions.at(-1) ?? { blocks, statement });
        if (keyword !== '' && text.slice(statement, index).trim() === '') statement = end;
      }
    }
  }
  return { blocks, statement, inside: { kind: 'code' } };
}

/** Whether the offset stands in a lexeme that begins before it. */
function insideOf(lexeme: string, at: number, offset: number): Inside | undefined {
  const end = at + lexeme.length;
  if (lexeme.startsWith('//')) return offset <= end ? { kind: 'comment', at } : undefined;
  if (lexeme.startsWith('/*')) {
    const closed = lexeme.length > 3 && lexeme.endsWith('*/');
    return offset < end || !closed ? { kind: 'comment', at } : undefined;
  }
  if (lexeme.startsWith('"')) {
    const closed = lexeme.length > 1 && lexeme.endsWith('"');
    return offset < end || (offset === end && !closed) ? { kind: 'string', at } : undefined;
  }
  return /^[ \t]*#/.test(lexeme) && offset <= end ? { kind: 'directive', at } : undefined;
}

/** The text with comments and directives as blanks: offsets stay the same. */
export function withoutComments(text: string): string {
  if (!/\/[/*]|#/.test(text)) return text;
  return text.replace(LEXEMES, (lexeme) =>
    /^(?:\/[/*]|[ \t]*#)/.test(lexeme) ? lexeme.replace(/[^\n]/g, ' ') : lexeme,
  );
}

/** What a block sets itself, not counting what stands in nodes below. */
export interface BlockContent {
  /** Property → offset of its name. */
  readonly properties: ReadonlyMap<string, number>;
  readonly children: readonly string[];
  /** Text between `=` and `;`, by property. */
  readonly values: ReadonlyMap<string, string>;
}

/** Statements beyond these are left out: a block has a hundred at most. */
const MAX_STATEMENTS = 2000;

/**
 * From behind a `{` on. The word that ends at `except` is being typed and counts for nothing; what follows it up to the
 * next `;` is read as a statement of its own.
 */
export function contentOf(text: string, open: number, except: number): BlockContent {
  const properties = new Map<string, number>();
  const values = new Map<string, string>();
  const children: string[] = [];
  let depth = 0;
  let start = open;
  let count = 0;
  const lexemes = new RegExp(LEXEMES.source, 'gm');
  lexemes.lastIndex = open;
  for (let match = lexemes.exec(text); match && count < MAX_STATEMENTS; match = lexemes.exec(text)) {
    const { 0: lexeme, index } = match;
    if (lexeme === '{') {
      if (depth++ === 0) children.push(lastWord(withoutComments(text.slice(start, index))));
    } else if (lexeme === '}') {
      if (--depth < 0) break;
      start = index + 1;
    } else if (lexeme === ';') {
      const from = start < except && except <= index ? except : start;
      if (depth === 0) readStatement(text, from, index, { properties, values });
      start = index + 1;
      count++;
    }
  }
  return { properties, values, children };
}

function readStatement(
  text: string,
  start: number,
  end: number,
  into: { readonly properties: Map<string, number>; readonly values: Map<string, string> },
): void {
  const statement = withoutComments(text.slice(start, end));
  if (/\/delete-(?:node|property)\//.test(statement)) return;
  const equals = statement.indexOf('=');
  const head = (equals < 0 ? statement : statement.slice(0, equals)).trimEnd();
  const name = lastWord(head);
  if (name === '') return;
  into.properties.set(name, start + head.length - name.length);
  if (equals >= 0) into.values.set(name, statement.slice(equals + 1));
}

function lastWord(text: string): string {
  return /[\w,._+?#@-]+\s*$/.exec(text)?.[0].trim() ?? '';
}
