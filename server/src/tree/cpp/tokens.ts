// SPDX-License-Identifier: MIT
// Preprocessing tokens, as GNU cpp sees them in `assembler-with-cpp` mode (C11 6.4, with the leniences of that mode).

export const Kind = { Identifier: 0, Number: 1, String: 2, Char: 3, Punctuator: 4 } as const;

export interface Token {
  readonly kind: number;
  readonly text: string;
  /** White space (or a comment, or a newline) stands before it. */
  readonly space: boolean;
  /** Offset in the text it was read from; all tokens of a macro's body take the offset of the call when expanded. */
  readonly at: number;
  /** Length in the text it was read from. */
  readonly length: number;
  /** Macros whose expansion made this token and which must not expand it again (Prosser's hide set). */
  readonly hidden?: HideSet;
}

export type HideSet = ReadonlySet<string>;

// One alternative per kind; order matters. A lone quote is an ordinary character in assembler mode.
const TOKEN =
  /(\s+|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|\/\/(?:[^\n\\]|\\(?:\r?\n|.|$))*|\\\r?\n)|([A-Za-z_$][\w$]*)|(\.?[0-9](?:[eEpP][+-]|[\w.$])*)|("(?:[^"\\\n]|\\[\s\S])*"?)|('(?:[^'\\\n]|\\[\s\S])*'|')|(##|<<|>>|<=|>=|==|!=|&&|\|\||\.\.\.|[\s\S])/gy;

/** The tokens of `text`; `base` is added to every offset. Total: every character belongs to a token or to white space. */
export function tokenize(text: string, base = 0): Token[] {
  const tokens: Token[] = [];
  let space = false;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const match = TOKEN.exec(text);
    if (!match) break;
    const whole = match[0];
    if (match[1] !== undefined) {
      space = true;
    } else {
      const kind =
        match[2] !== undefined
          ? Kind.Identifier
          : match[3] !== undefined
            ? Kind.Number
            : match[4] !== undefined
              ? Kind.String
              : match[5] !== undefined
                ? Kind.Char
                : Kind.Punctuator;
      tokens.push({ kind, text: whole, space, at: base + at, length: whole.length });
      space = false;
    }
    at += whole.length;
  }
  return tokens;
}

// What of TOKEN may hold letters without being an identifier, and identifiers.
const IDENTIFIER =
  /\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|\/\/(?:[^\n\\]|\\(?:\r?\n|.|$))*|([A-Za-z_$][\w$]*)|\.?[0-9](?:[eEpP][+-]|[\w.$])*|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'/g;

const NONE: readonly string[] = [];

/** The identifiers among the tokens of a text, each once. */
export function identifiersOf(text: string): readonly string[] {
  let found: string[] | undefined;
  IDENTIFIER.lastIndex = 0;
  for (let match = IDENTIFIER.exec(text); match; match = IDENTIFIER.exec(text)) {
    const name = match[1];
    if (name === undefined) continue;
    if (!found) found = [name];
    else if (!found.includes(name)) found.push(name);
  }
  return found ?? NONE;
}

/**
 * True when two tokens written without a space between them would read as another token, so that cpp's output puts a
 * space there after an expansion (libcpp's avoid-paste rule, for the tokens that matter to device trees).
 */
export function wouldPaste(left: Token, right: Token): boolean {
  const names = (kind: number) => kind === Kind.Identifier || kind === Kind.Number;
  if (names(left.kind)) {
    if (names(right.kind)) return true;
    return left.kind === Kind.Number && /^[.+-]/.test(right.text);
  }
  const pair = left.text + right.text.charAt(0);
  return /^(##|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|->|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|\/\/|\/\*|\.\d|<:|%:|<%|:>|%>)/.test(
    pair,
  );
}
