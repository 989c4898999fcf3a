// SPDX-License-Identifier: MIT
// Macro expansion: object-like, function-like and variadic macros, `#`, `##`, and hide sets, as C11 6.10.3 asks.
import type { Macro } from './macros.ts';
import { type HideSet, Kind, type Token, tokenize, wouldPaste } from './tokens.ts';

/** Looks a macro up at the place that is being expanded. */
export type Lookup = (name: string) => Macro | undefined;

/** More tokens than any board makes in one statement (largest seen in Linux 6.12: about 6000). */
export const MAX_TOKENS = 200_000;

/** Thrown away results are bounded too: a macro that doubles itself twenty times ends here, not in the memory. */
export class ExpansionLimit extends Error {}

interface Budget {
  left: number;
}

/**
 * `tokens` with every macro expanded. Tokens that come out of a macro carry the offset and length of the outermost call.
 * @throws ExpansionLimit when more than {@link MAX_TOKENS} tokens are made; the caller turns it into a problem.
 */
export function expand(tokens: readonly Token[], lookup: Lookup): Token[] {
  return expandList(tokens, lookup, { left: MAX_TOKENS });
}

function expandList(input: readonly Token[], lookup: Lookup, budget: Budget): Token[] {
  const output: Token[] = [];
  // The tokens still to read, last first, so that an expansion is pushed back in front of the rest.
  const rest = input.slice().reverse();
  for (let token = rest.pop(); token; token = rest.pop()) {
    if (--budget.left < 0) throw new ExpansionLimit();
    const macro = token.kind === Kind.Identifier && !token.hidden?.has(token.text) ? lookup(token.text) : undefined;
    if (!macro) {
      output.push(token);
      continue;
    }
    let replacement: Token[];
    if (!macro.parameters) {
      replacement = substitute(macro, [], token, { hide: union(token.hidden, macro.name), lookup, budget });
      place(replacement, token, token.at, token.length);
    } else {
      const call = readArguments(macro, rest);
      if (!call) {
        output.push(token);
        continue;
      }
      const hide = union(intersection(token.hidden, call.close.hidden), macro.name);
      replacement = substitute(macro, call.args, token, { hide, lookup, budget });
      const end = call.close.at >= token.at ? call.close.at + call.close.length : token.at + token.length;
      place(replacement, token, token.at, end - token.at);
    }
    for (let i = replacement.length - 1; i >= 0; i--) {
      const made = replacement[i];
      if (made) rest.push(made);
    }
  }
  return output;
}

/** Gives the tokens of an expansion the place of the call, and the first of them the white space before it. */
function place(tokens: Token[], call: Token, at: number, length: number): void {
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token) tokens[i] = { ...token, at, length, ...(i === 0 && { space: call.space }) };
  }
}

function readArguments(macro: Macro, rest: Token[]): { args: Token[][]; close: Token } | undefined {
  const open = rest[rest.length - 1];
  if (open?.text !== '(' || open.kind !== Kind.Punctuator) return undefined;
  const args: Token[][] = [[]];
  const count = macro.parameters?.length ?? 0;
  let depth = 0;
  for (let i = rest.length - 2; i >= 0; i--) {
    const token = rest[i];
    if (!token) break;
    const text = token.kind === Kind.Punctuator ? token.text : '';
    if (text === ')' && depth === 0) {
      rest.length = i;
      return { args, close: token };
    }
    if (text === '(') depth++;
    if (text === ')') depth--;
    if (text === ',' && depth === 0 && !(macro.variadic && args.length >= count)) args.push([]);
    else args[args.length - 1]?.push(token);
  }
  return undefined;
}

interface Scope {
  readonly hide: HideSet;
  readonly lookup: Lookup;
  readonly budget: Budget;
}

/** The body of a macro with its arguments put in, `#` and `##` carried out, and the hide set added. */
function substitute(macro: Macro, args: readonly Token[][], call: Token, scope: Scope): Token[] {
  const { body } = macro;
  const output: Token[] = [];
  const argument = (token: Token | undefined): Token[] | undefined => {
    if (token?.kind !== Kind.Identifier || !macro.parameters) return undefined;
    const index = macro.parameters.indexOf(token.text);
    return index < 0 ? undefined : (args[index] ?? []);
  };
  for (let i = 0; i < body.length; i++) {
    const token = body[i];
    if (!token) continue;
    const next = body[i + 1];
    if (token.text === '#' && macro.parameters && argument(next)) {
      output.push(stringify(argument(next) ?? [], token, call));
      i++;
    } else if (token.text === '##' && i > 0 && next) {
      const right = argument(next);
      i++;
      // GNU: `, ## __VA_ARGS__` drops the comma when there are no variable arguments.
      const comma = output[output.length - 1];
      if (macro.variadic && right && next.text === macro.parameters?.at(-1) && comma?.text === ',') {
        if (right.length === 0) output.pop();
        else output.push(...right);
      } else {
        paste(output, right ?? [next]);
      }
    } else {
      const given = argument(token);
      if (!given) output.push(token);
      else if (next?.text === '##') {
        // An empty operand of `##` is a placemarker: nothing is pasted then.
        if (given.length > 0) output.push({ ...(given[0] as Token), space: token.space }, ...given.slice(1));
        else if (body[i + 2]) i = pastePlacemarker(body, i, output, argument);
      } else {
        const full = expandList(given, scope.lookup, scope.budget);
        for (let k = 0; k < full.length; k++) {
          const made = full[k];
          if (made) output.push(k === 0 ? { ...made, space: token.space } : made);
        }
      }
    }
  }
  scope.budget.left -= output.length;
  if (scope.budget.left < 0) throw new ExpansionLimit();
  return output.map((token) => ({ ...token, hidden: token.hidden ? unionSets(token.hidden, scope.hide) : scope.hide }));
}

/** `<empty> ## right`: the right operand alone. Returns the index of the last body token that was used. */
function pastePlacemarker(
  body: readonly Token[],
  i: number,
  output: Token[],
  argument: (token: Token | undefined) => Token[] | undefined,
): number {
  const right = body[i + 2];
  if (!right) return i + 1;
  // A further `##` after it takes the right operand as its left one, so it is left for the loop.
  if (body[i + 3]?.text === '##') return i + 1;
  output.push(...(argument(right) ?? [right]));
  return i + 2;
}

function paste(output: Token[], right: readonly Token[]): void {
  const first = right[0];
  if (!first) return;
  const left = output.pop();
  if (!left) {
    output.push(...right);
    return;
  }
  const made = tokenize(left.text + first.text);
  for (let i = 0; i < made.length; i++) {
    const token = made[i];
    if (token) output.push({ ...token, at: left.at, length: left.length, space: i === 0 ? left.space : false });
  }
  output.push(...right.slice(1));
}

function stringify(tokens: readonly Token[], hash: Token, call: Token): Token {
  let text = '';
  tokens.forEach((token, index) => {
    if (index > 0 && token.space) text += ' ';
    const quoted = token.kind === Kind.String || token.kind === Kind.Char;
    text += quoted ? token.text.replace(/[\\"]/g, '\\$&') : token.text;
  });
  return { kind: Kind.String, text: `"${text}"`, space: hash.space, at: call.at, length: call.length };
}

function union(set: HideSet | undefined, name: string): HideSet {
  return set ? new Set([...set, name]) : new Set([name]);
}

function unionSets(a: HideSet, b: HideSet): HideSet {
  for (const name of b) if (!a.has(name)) return new Set([...a, ...b]);
  return a;
}

function intersection(a: HideSet | undefined, b: HideSet | undefined): HideSet | undefined {
  if (!a || !b) return undefined;
  return new Set([...a].filter((name) => b.has(name)));
}

/** Expanded text, and where each part of it came from. */
export interface Expansion {
  readonly text: string;
  /** Offset in `text` at which each token starts; same length as `tokens`. */
  readonly starts: readonly number[];
  readonly tokens: readonly Token[];
}

/** Tokens written out as cpp prints them: one space where there was white space or where two tokens would paste. */
export function print(tokens: readonly Token[]): Expansion {
  let text = '';
  const starts: number[] = [];
  let previous: Token | undefined;
  for (const token of tokens) {
    if (previous && (token.space || (wouldPaste(previous, token) && !adjacent(previous, token)))) text += ' ';
    starts.push(text.length);
    text += token.text;
    previous = token;
  }
  return { text, starts, tokens };
}

/** Written side by side in the source, so they stay so. */
function adjacent(left: Token, right: Token): boolean {
  return !left.hidden && !right.hidden && left.at + left.length === right.at;
}

/** The index of the token that contains or precedes an offset of the expanded text. */
export function tokenIndexAt(expansion: Expansion, offset: number): number {
  let low = 0;
  let high = expansion.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((expansion.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
