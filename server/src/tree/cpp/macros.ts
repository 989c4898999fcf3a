// SPDX-License-Identifier: MIT
// The macro table: what every name means at every point of a board, and how a definition's text is read.
import type { Span } from '#base/text.ts';
import { Flag, Kind, type Token, tokenize } from './tokens.ts';

export interface Macro {
  readonly name: string;
  /** `undefined` for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  readonly variadic: boolean;
  /** Without the operators `#` and `##`, which are flags of its tokens. */
  readonly body: readonly Token[];
  /** Where the name stands in the text that was parsed. */
  readonly nameAt: number;
  /** It means what cpp says at each place: `__LINE__`. */
  readonly builtIn?: boolean;
}

/** What is wrong with a `#define`, and where. */
export interface DefinitionFault {
  readonly fault: string;
  readonly at: number;
  readonly length: number;
}

/** Why a name may not be defined or undefined. */
export function nameFault(token: Token | undefined, directive: string): string | undefined {
  if (!token || token.kind === Kind.End) return `\`#${directive}\` needs a macro name; cpp stops here.`;
  if (token.kind !== Kind.Identifier) return `\`${token.text}\` is not a name for a macro; cpp stops here.`;
  if (token.text === 'defined') return `\`${token.text}\` cannot be a macro; cpp stops here.`;
  return undefined;
}

/** The macro that the tokens behind `#define` define. */
export function readDefinition(tokens: readonly Token[]): Macro | DefinitionFault {
  const name = tokens[0];
  const wrong = nameFault(name, 'define');
  if (wrong !== undefined || !name) return { fault: wrong ?? '', at: name?.at ?? 0, length: name?.length ?? 0 };
  const open = tokens[1];
  const base = { name: name.text, nameAt: name.at };
  if (!(open?.text === '(' && !open.space)) {
    const body = readBody(tokens.slice(1), undefined, false);
    return 'fault' in body ? body : { ...base, parameters: undefined, variadic: false, body };
  }
  const head = readParameters(tokens);
  if ('fault' in head) return head;
  const { parameters, variadic } = head;
  const body = readBody(tokens.slice(head.end), parameters, variadic);
  return 'fault' in body ? body : { ...base, parameters, variadic, body };
}

interface Parameters {
  readonly parameters: readonly string[];
  readonly variadic: boolean;
  /** Index behind the `)`. */
  readonly end: number;
}

/** `name ( a , b ... )`, from the index of the first parameter on. */
function readParameters(tokens: readonly Token[]): Parameters | DefinitionFault {
  const parameters: string[] = [];
  const last = tokens[tokens.length - 1] as Token;
  const fault = (token: Token | undefined): DefinitionFault => {
    const found = token ? `\`${token.text}\`` : 'the end of the line';
    const place = token ?? last;
    return {
      fault: `The parameters of a macro end before ${found}; cpp stops here.`,
      at: place.at,
      length: place.length,
    };
  };
  let i = 2;
  if (tokens[i]?.text === ')') return { parameters, variadic: false, end: i + 1 };
  for (;;) {
    const token = tokens[i];
    if (token?.text === '...' || (token?.kind === Kind.Identifier && tokens[i + 1]?.text === '...')) {
      const name = token.text === '...' ? '__VA_ARGS__' : token.text;
      if (parameters.includes(name)) return duplicate(token);
      parameters.push(name);
      i += token.text === '...' ? 1 : 2;
      return tokens[i]?.text === ')' ? { parameters, variadic: true, end: i + 1 } : fault(tokens[i]);
    }
    if (token?.kind !== Kind.Identifier) return fault(token);
    if (parameters.includes(token.text)) return duplicate(token);
    parameters.push(token.text);
    const next = tokens[i + 1];
    if (next?.text === ')') return { parameters, variadic: false, end: i + 2 };
    if (next?.text !== ',') return fault(next);
    i += 2;
  }
}

function duplicate({ text, at, length }: Token): DefinitionFault {
  return { fault: `The macro has two parameters named \`${text}\`; cpp stops here.`, at, length };
}

function readBody(
  tokens: readonly Token[],
  parameters: readonly string[] | undefined,
  variadic: boolean,
): Token[] | DefinitionFault {
  const body: Token[] = [];
  let pasting = false;
  for (let i = 0; i < tokens.length; i++) {
    let token = tokens[i] as Token;
    const isPaste = token.kind === Kind.Punctuator && token.text === '##';
    if (isPaste) {
      const previous = body.pop();
      if (!previous || i === tokens.length - 1) {
        return { fault: '`##` needs a token on each side; cpp stops here.', at: token.at, length: token.length };
      }
      body.push({ ...previous, flags: previous.flags | Flag.PasteLeft });
      pasting = true;
      continue;
    }
    const next = tokens[i + 1];
    if (token.text === '#' && parameters && next && stringifies(next, parameters, variadic)) {
      const parameter = parameters.indexOf(next.text);
      token = { ...next, space: token.space || next.space, parameter, flags: next.flags | Flag.Stringify };
      i++;
    } else if (token.kind === Kind.Identifier && parameters) {
      token = { ...token, parameter: parameters.indexOf(token.text) };
    }
    body.push(pasting || body.length > 0 ? token : { ...token, space: false });
    pasting = false;
  }
  return optionalFault(body, variadic) ?? body;
}

function stringifies(next: Token, parameters: readonly string[], variadic: boolean): boolean {
  return next.kind === Kind.Identifier && (parameters.includes(next.text) || (variadic && next.text === '__VA_OPT__'));
}

/** `__VA_OPT__` needs its parentheses, and none inside them. */
function optionalFault(body: readonly Token[], variadic: boolean): DefinitionFault | undefined {
  if (!variadic) return undefined;
  let depth = 0;
  let start: Token | undefined;
  for (const [index, token] of body.entries()) {
    const fault = { at: token.at, length: token.length };
    if (token.text === '__VA_OPT__') {
      if (start) return { ...fault, fault: '`__VA_OPT__` may not be used in a `__VA_OPT__`; cpp stops here.' };
      if (body[index + 1]?.text !== '(') return { ...fault, fault: '`__VA_OPT__` needs a `(`; cpp stops here.' };
      start = token;
    } else if (start && token.text === '(') {
      depth++;
    } else if (start && token.text === ')' && --depth === 0) {
      const ends = [body[body.indexOf(start) + 1], body[index - 1]];
      if (ends.some((end) => end && end.flags & Flag.PasteLeft)) {
        return {
          at: start.at,
          length: start.length,
          fault: '`##` cannot be at an end of `__VA_OPT__`; cpp stops here.',
        };
      }
      start = undefined;
    }
  }
  return start && { fault: '`__VA_OPT__` has no `)`; cpp stops here.', at: start.at, length: start.length };
}

/** Reads what follows `#define`. `undefined` when cpp refuses it. */
export function parseDefinition(text: string): Macro | undefined {
  const macro = readDefinition(tokenize(text));
  return 'fault' in macro ? undefined : macro;
}

/** An object-like macro from `-D NAME=VALUE`; without a value it is 1, as with cpp. */
export function commandLineMacro(name: string, value: string | undefined): Macro {
  const macro = parseDefinition(`${name} ${value ?? '1'}`);
  return macro ?? { name, parameters: undefined, variadic: false, body: [], nameAt: 0 };
}

/** A macro and the place of its name; built-in and `-D` macros have none. */
export interface Definition {
  readonly macro: Macro;
  readonly span: Span | undefined;
}

/** A file that gives the span of a part of its text. */
interface Locator {
  span(start: number, end: number): Span;
}

interface Entry {
  readonly macro: Macro;
  readonly locator: Locator | undefined;
  /** Where the text of the definition starts in it. */
  readonly base: number;
}

/** A name was given a new meaning; `before` is undefined where it had none. */
interface Change {
  readonly name: string;
  readonly before: Entry | undefined;
  /** The name was in the table already. */
  readonly known: boolean;
}

function definitionOf({ macro, locator, base }: Entry): Definition {
  const start = base + macro.nameAt;
  return { macro, span: locator?.span(start, start + macro.name.length) };
}

/** What every name means at the point that an evaluation has reached. */
export class MacroTable {
  /** A name that was `#undef`ined keeps its place, without a meaning. */
  readonly #current = new Map<string, Entry | undefined>();
  /** Definitions that were replaced or removed, oldest first. */
  readonly #past = new Map<string, Entry[]>();
  readonly #changes: Change[] = [];

  define(macro: Macro, locator?: Locator, base = 0): void {
    this.#set(macro.name, { macro, locator, base });
  }

  undefine(name: string): void {
    if (this.#current.get(name)) this.#set(name, undefined);
  }

  #set(name: string, entry: Entry | undefined): void {
    const before = this.#current.get(name);
    this.#changes.push({ name, before, known: before !== undefined || this.#current.has(name) });
    this.#current.set(name, entry);
    if (!before) return;
    const past = this.#past.get(name);
    if (past) past.push(before);
    else this.#past.set(name, [before]);
  }

  /** The point that was reached, for {@link rewind}. */
  mark(): number {
    return this.#changes.length;
  }

  /** Takes back every change since the mark. */
  rewind(mark: number): void {
    while (this.#changes.length > mark) {
      const change = this.#changes.pop();
      if (!change) return;
      if (change.before) this.#past.get(change.name)?.pop();
      if (change.known) this.#current.set(change.name, change.before);
      else this.#current.delete(change.name);
    }
  }

  /** Whether one of the names was given another meaning after the mark. */
  hasChanged(names: ReadonlySet<string>, mark: number): boolean {
    for (let at = mark; at < this.#changes.length; at++) if (names.has(this.#changes[at]?.name ?? '')) return true;
    return false;
  }

  /** What the names meant at the mark; the copy knows no history. */
  copyAt(mark: number): MacroTable {
    const copy = new MacroTable();
    for (const [name, entry] of this.#current) copy.#current.set(name, entry);
    for (let at = this.#changes.length - 1; at >= mark; at--) {
      const change = this.#changes[at];
      if (change) copy.#current.set(change.name, change.before);
    }
    return copy;
  }

  get(name: string): Macro | undefined {
    return this.#current.get(name)?.macro;
  }

  /** Every definition there was of a name, in order: for hover and go to definition. */
  history(name: string): Definition[] {
    const current = this.#current.get(name);
    const entries = [...(this.#past.get(name) ?? []), ...(current ? [current] : [])];
    return entries.map(definitionOf);
  }

  *names(): Iterable<string> {
    for (const [name, entry] of this.#current) if (entry) yield name;
  }

  *last(): Iterable<Definition> {
    for (const entry of this.#current.values()) if (entry) yield definitionOf(entry);
  }
}
