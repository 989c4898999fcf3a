// SPDX-License-Identifier: MIT
// From the text of a statement to what dtc sees of it: macros expanded, values parsed; remembered by text, so that a
// keystroke costs only what it changed. (Of the 3492 values of sm8550-qrd, 1494 differ; of 3735 property heads, 299.)
import type { NodeItem, PropertyItem } from '#syntax/ast.ts';
import { scanDirectives } from '#tree/cpp/directives.ts';
import { type Expansion, ExpansionLimit, expand, print, tokenIndexAt } from '#tree/cpp/expand.ts';
import type { Macro } from '#tree/cpp/macros.ts';
import { identifiersOf, type Token, tokenize } from '#tree/cpp/tokens.ts';
import { type Head, parseHead } from './dtc/statement-head.ts';
import { EMPTY_VALUE, parseValue, type RawFault, type RawValue, type ReadBinary } from './dtc/value-syntax.ts';
import type { Preprocessor } from './preprocess.ts';
import type { Source } from './source.ts';

/** What the text of a value can become. */
interface ValueText {
  /** Names in it that may be macros. */
  readonly names: readonly string[];
  /** cpp changes it even when no name is a macro. */
  readonly spliced: boolean;
  /** As it stands. */
  plain?: RawValue;
  /** With its macros expanded: the result holds as long as each name that was looked up means the same. */
  expanded?: { readonly raw: RawValue; readonly macros: ReadonlyMap<string, Macro | undefined> };
}

/** More texts than any board has; then all are forgotten, because those of a whole kernel would fill the memory. */
const MAX_TEXTS = 20_000;

class Texts<T> {
  readonly #known = new Map<string, T>();

  get(text: string, make: (text: string) => T): T {
    let known = this.#known.get(text);
    if (known === undefined) {
      known = make(text);
      if (this.#known.size >= MAX_TEXTS) this.#known.clear();
      this.#known.set(text, known);
    }
    return known;
  }
}

/** What was made of texts, for all evaluations of a frontend. */
export interface Memory {
  readonly heads: Texts<Head>;
  readonly values: Texts<ValueText>;
}

export const newMemory = (): Memory => ({ heads: new Texts(), values: new Texts() });

const DEFINING = /^[ \t]*#[ \t]*(?:define|undef|include)\b/m;
const DIRECTIVE = /^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif|else|endif|define|undef|include)\b/m;

export class TextReader {
  readonly #cpp: Preprocessor;
  readonly #memory: Memory;
  readonly #readBinary: (source: Source) => ReadBinary;

  constructor(cpp: Preprocessor, memory: Memory, readBinary: (source: Source) => ReadBinary) {
    this.#cpp = cpp;
    this.#memory = memory;
    this.#readBinary = readBinary;
  }

  /** The head of a statement with its macros expanded; then every part has the place of the whole head. */
  head(item: NodeItem | PropertyItem, source: Source, at: number): Head {
    const head = this.#memory.heads.get(item.headText, parseHead);
    if (!source.expands || !head.identifiers.some((name) => this.#cpp.macros.get(name))) return head;
    return this.expandedHead(item.headText, source, at);
  }

  expandedHead(text: string, source: Source, at: number): Head {
    const expanded = parseHead(this.expansion(text, source, at).text);
    const labels = expanded.labels.map((label) => ({ name: label.name, at: 0 }));
    return { ...expanded, labels, at: 0, length: text.length };
  }

  value(item: PropertyItem, source: Source, at: number): RawValue {
    const text = item.valueText;
    if (text === undefined || !item.value) return EMPTY_VALUE;
    const known = this.#memory.values.get(text, readValueText);
    const { names, spliced } = known;
    if (!source.expands || !(spliced || names.some((name) => this.#mayBeMacro(name)))) {
      return this.#plain(known, text, source);
    }
    const start = at + item.value.at;
    if (text.includes('#') && DIRECTIVE.test(text)) return this.#valueWithDirectives(text, source, start);
    if (known.expanded && this.#holds(known.expanded.macros)) return known.expanded.raw;
    const macros = new Map<string, Macro | undefined>();
    for (const name of names) macros.set(name, this.#cpp.lookup(name));
    const expansion = { source, looked: macros, failed: false };
    const raw = this.#expandedValue(tokenize(text), text.length, expansion);
    if (!expansion.failed && !text.includes(INCBIN)) known.expanded = { raw, macros };
    return raw;
  }

  /** The names whose meaning the value of this text depended on when it was read last. */
  namesBehind(text: string): ReadonlySet<string> {
    const { names, expanded } = this.#memory.values.get(text, readValueText);
    return new Set([...names, ...(expanded?.macros.keys() ?? [])]);
  }

  #plain(known: ValueText, text: string, source: Source): RawValue {
    if (known.plain) return known.plain;
    const raw = checkEnd(parseValue(text, 0, this.#readBinary(source)), text);
    if (!text.includes(INCBIN)) known.plain = raw;
    return raw;
  }

  #mayBeMacro(name: string): boolean {
    return this.#cpp.macros.get(name) !== undefined;
  }

  #holds(macros: ReadonlyMap<string, Macro | undefined>): boolean {
    for (const [name, macro] of macros) if (this.#cpp.macros.get(name) !== macro) return false;
    return true;
  }

  #expandedValue(
    tokens: readonly Token[],
    length: number,
    expansionOf: { source: Source; looked: Map<string, Macro | undefined>; failed: boolean },
  ): RawValue {
    const { source, looked } = expansionOf;
    const lookup = (name: string): Macro | undefined => {
      const macro = this.#cpp.lookup(name);
      looked.set(name, macro);
      return macro;
    };
    try {
      const expanded = expand(tokens, lookup, () => {
        expansionOf.failed = true;
        this.#cpp.doubt();
      });
      const expansion = print(expanded);
      const raw = parseValue(expansion.text, 0, this.#readBinary(source));
      return inSource(checkEnd(raw, expansion.text), expansion, length);
    } catch (error) {
      if (!(error instanceof ExpansionLimit)) throw error;
      return { ...EMPTY_VALUE, end: length, faults: [limitFault(length)] };
    }
  }

  /** `#ifdef` between the parts of a value: its text goes through the directive walk of the preprocessor. */
  #valueWithDirectives(text: string, source: Source, at: number): RawValue {
    const tokens: Token[] = [];
    const inner: Source = { ...source, span: (start, end) => source.span(at + start, at + end) };
    this.#cpp.walk(scanDirectives(text).items, inner, 0, (piece, _source, offset) => {
      if (piece.kind === 'macro') tokens.push(...tokenize(piece.text, offset));
    });
    // What is defined inside the value does not hold for all of it.
    if (DEFINING.test(text)) this.#cpp.doubt();
    return this.#expandedValue(tokens, text.length, { source, looked: new Map(), failed: false });
  }

  /** Any text expanded and printed; offsets of its tokens count from the start of `text`. */
  expansion(text: string, source: Source, at: number): Expansion {
    if (!source.expands) return print(tokenize(text));
    try {
      return print(expand(tokenize(text), this.#cpp.lookup, () => this.#cpp.doubt()));
    } catch (error) {
      if (!(error instanceof ExpansionLimit)) throw error;
      const span = source.span(at, at + text.length);
      this.#cpp.report({ rule: 'syntax/macro', severity: 'error', message: limitFault(0).message, span });
      return print([]);
    }
  }
}

/** The bytes are those of a file, which may be another one next time. */
const INCBIN = '/incbin/';

function readValueText(text: string): ValueText {
  return { names: identifiersOf(text), spliced: /\\\r?\n/.test(text) || (text.includes('#') && DIRECTIVE.test(text)) };
}

/** A value ends where its text ends; anything left over is where dtc stops. */
function checkEnd(raw: RawValue, text: string): RawValue {
  if (raw.end >= text.length || raw.faults.some((fault) => fault.kind === 'syntax')) return raw;
  const rest = text.slice(raw.end);
  const blank = /^(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*)*/.exec(rest)?.[0].length ?? 0;
  if (blank === rest.length) return raw;
  const found = /^(?:[\w$#@,.+-]+|"[^"\n]*"?|[\s\S])/.exec(rest.slice(blank))?.[0] ?? '';
  const message = `',' or ';' is expected before '${found}'; dtc stops here.`;
  return { ...raw, faults: [...raw.faults, { kind: 'syntax', at: raw.end + blank, width: found.length, message }] };
}

/** Moves places of an expansion's text to where its tokens came from. */
function inSource(raw: RawValue, expansion: Expansion, length: number): RawValue {
  const move = <T extends { readonly at: number; readonly width: number }>(part: T): T => {
    const first = expansion.tokens[tokenIndexAt(expansion, part.at)];
    const last = expansion.tokens[tokenIndexAt(expansion, Math.max(part.at, part.at + part.width - 1))];
    if (!first || !last) return { ...part, at: 0, width: length };
    const end = Math.max(first.at + first.length, last.at + last.length);
    return { ...part, at: first.at, width: Math.max(0, end - first.at) };
  };
  return {
    bytes: raw.bytes,
    references: raw.references.map(move),
    data: raw.data.map(move),
    labels: raw.labels.map(move),
    faults: raw.faults.map(move),
    end: length,
  };
}

function limitFault(length: number): RawFault {
  return {
    kind: 'error',
    at: 0,
    width: length,
    message: 'The macros here expand without end; cpp would run out of memory.',
  };
}
