// SPDX-License-Identifier: MIT
// The macro table: what every name means at every point of a board, and how a definition's text is read.
import type { Span } from '#base/text.ts';
import { type Token, tokenize } from './tokens.ts';

export interface Macro {
  readonly name: string;
  /** `undefined` for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  readonly variadic: boolean;
  readonly body: readonly Token[];
  /** Where the name stands in the text that was parsed. */
  readonly nameAt: number;
}

/** Reads what follows `#define`. `undefined` when there is no name or the parameter list does not close. */
export function parseDefinition(text: string): Macro | undefined {
  const head = /^(?:\s|\\\r?\n|\/\*[\s\S]*?\*\/)*([A-Za-z_$][\w$]*)(\()?/.exec(text);
  const name = head?.[1];
  if (!head || name === undefined) return undefined;
  const nameEnd = head[0].length - (head[2] ? 1 : 0);
  const nameAt = nameEnd - name.length;
  if (!head[2]) return { name, parameters: undefined, variadic: false, body: tokenize(text.slice(nameEnd)), nameAt };
  const close = text.indexOf(')', head[0].length);
  if (close < 0) return undefined;
  const parameters: string[] = [];
  let variadic = false;
  for (const raw of text.slice(head[0].length, close).split(',')) {
    const parameter = raw.replace(/\\\r?\n|\/\*[\s\S]*?\*\//g, ' ').trim();
    if (parameter.endsWith('...')) {
      variadic = true;
      parameters.push(parameter === '...' ? '__VA_ARGS__' : parameter.slice(0, -3).trim());
    } else if (parameter !== '') {
      parameters.push(parameter);
    }
  }
  return { name, parameters, variadic, body: tokenize(text.slice(close + 1)), nameAt };
}

/** An object-like macro from `-D NAME=VALUE`; without a value it is 1, as with cpp. */
export function commandLineMacro(name: string, value: string | undefined): Macro {
  return { name, parameters: undefined, variadic: false, body: tokenize(value ?? '1'), nameAt: 0 };
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
    return entries.map(({ macro, locator, base }) => {
      const start = base + macro.nameAt;
      return { macro, span: locator?.span(start, start + macro.name.length) };
    });
  }

  *names(): Iterable<string> {
    for (const [name, entry] of this.#current) if (entry) yield name;
  }
}
