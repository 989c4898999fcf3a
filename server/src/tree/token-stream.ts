// SPDX-License-Identifier: MIT
// A whole board as the text that dtc would read after cpp, with the origin of every token: used when a file has a syntax
// error, to find where dtc stops, and when statements cannot be told apart before macros are expanded.
import type { FileReader, SourceFile } from '#base/files.ts';
import type { Span } from '#base/text.ts';
import { AppendedItems } from './appended.ts';
import { scanDirectives } from './cpp/directives.ts';
import { type Expansion, ExpansionLimit, expand, print, tokenIndexAt } from './cpp/expand.ts';
import { type Token, tokenize } from './cpp/tokens.ts';
import {
  type EvaluateOptions,
  type ItemsOf,
  Preprocessor,
  type PreprocessorMark,
  type Reading,
  type Visit,
} from './preprocess.ts';
import type { Source } from './source.ts';
import { type Place, parseStatements, type Statements } from './statement-syntax.ts';

/** A point between two statements, at the top or inside nodes. */
export interface ResumePoint {
  readonly offset: number;
  /** Nodes around it. */
  readonly depth: number;
  /** A child node came before it in the innermost of them. */
  readonly nodes: boolean;
}

export interface StrictReading extends Statements {
  /** Files that were read, and those that were not found. */
  readonly files: readonly string[];
  readonly missing: readonly string[];
  /** Maps a range of the expanded text to the source it came from. */
  span(start: number, end: number): Span;
}

const DTC_INCLUDE = /\/include\/\s*("(?:[^"\\\n]|\\.)*")/;
/** The files of a reading as text: from an offset, and from behind each include that led there. */
function textFrom({ source, parent, index, depth }: Reading, offset: number): Reading {
  const include = parent?.items[index];
  return {
    source,
    items: scanDirectives(source.file.text, offset).items,
    parent: parent && include && textFrom(parent, include.at + include.length),
    index: -1,
    depth,
  };
}

class LimitReached extends Error {}

/** Up to the last `;` or `{` that stands in no call of a macro. */
function wholeStatements(tokens: readonly Token[]): Token[] {
  let calls = 0;
  let end = 0;
  tokens.forEach(({ text }, index) => {
    if (text === '(') calls++;
    else if (text === ')') calls--;
    else if (calls === 0 && (text === ';' || text === '{')) end = index + 1;
  });
  return tokens.slice(0, end);
}

/** Text of a board after cpp is at most 256 KB in Linux 6.12. */
const MAX_TOKENS = 4_000_000;

/** Reads the whole board strictly. Token-level `/include/` is followed, as dtc's lexer does. */
export function readStrictly(file: SourceFile, reader: FileReader, options: EvaluateOptions): StrictReading {
  const appended = new AppendedItems(options.appended);
  const itemsOf: ItemsOf = (read) => (read === file ? appended.behind(textOf(read), read.text) : textOf(read));
  const collector = new Collector(new Preprocessor(reader, options, itemsOf), file);
  collector.file();
  return read(collector, 'source');
}

/** Text that is read at first when a fault is expected near; in characters. */
const NEAR = 4000;
/** What a fault's message quotes at most, and more than the parser ever looks ahead beside quotes. */
const LOOK_AHEAD = 100;

/**
 * Reads what follows a point between two statements, to the end of that file and of those that include it: as little
 * of it as shows the first fault.
 */
export function readRestStrictly(
  cpp: Preprocessor,
  point: ResumePoint & { readonly reading: Reading; readonly cpp: PreprocessorMark },
): StrictReading {
  for (let limit = NEAR; ; limit *= 10) {
    const collector = new Collector(cpp.fork(point.cpp, textOf), boardOf(point.reading), limit);
    collector.rest(point.reading, point.offset);
    const strict = read(collector, point);
    if (collector.isComplete || (strict.fault && collector.shows(strict.fault.at))) return strict;
  }
}

const textOf: ItemsOf = (file) => scanDirectives(file.text).items;

function boardOf(reading: Reading): SourceFile {
  return reading.parent ? boardOf(reading.parent) : reading.source.file;
}

function read(collector: Collector, place: Place): StrictReading {
  const expansion = collector.expansion();
  const statements = parseStatements(expansion.text, place);
  const { files, missing } = collector;
  return { ...statements, files, missing, span: (start, end) => collector.span(expansion, start, end) };
}

class Collector {
  readonly #cpp: Preprocessor;
  readonly #tokens: Token[] = [];
  /** The file of every token, in step with `#tokens`. */
  readonly #files: string[] = [];
  readonly #board: SourceFile;
  readonly #visit: Visit = (item, source, at) => {
    if (item.kind === 'macro') this.#text(item.text, source, at);
  };

  #left: number;
  #printed: Expansion | undefined;
  /** All text was read. */
  isComplete = true;

  /** Stops after so many characters. */
  constructor(cpp: Preprocessor, board: SourceFile, limit = Number.POSITIVE_INFINITY) {
    this.#cpp = cpp;
    this.#board = board;
    this.#left = limit;
  }

  get files(): readonly string[] {
    return this.#cpp.files;
  }

  get missing(): readonly string[] {
    return this.#cpp.missing;
  }

  file(): void {
    this.#cpp.walkFile(this.#board, this.#visit);
  }

  rest(reading: Reading, offset: number): void {
    try {
      this.#cpp.walkOn(textFrom(reading, offset), 0, this.#visit);
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      this.isComplete = false;
    }
  }

  /** Whether a fault there does not depend on text that was not read. */
  shows(at: number): boolean {
    const { text } = this.expansion();
    return at + LOOK_AHEAD < text.length && !/["']/.test(text[at] ?? '"');
  }

  #text(text: string, source: Source, at: number): void {
    const include = DTC_INCLUDE.exec(text);
    if (!include?.[1]) {
      this.#push(text, source, at);
      return;
    }
    this.#push(text.slice(0, include.index), source, at);
    const length = include[0].length;
    const path = { at: length - include[1].length, length: include[1].length };
    const item = { kind: 'include', style: 'dtc', at: 0, length, path, pathText: include[1] } as const;
    this.#cpp.walk([item], source, at + include.index, (inner, innerSource, innerAt) => {
      if (inner.kind === 'macro') this.#text(inner.text, innerSource, innerAt);
    });
    const after = include.index + length;
    this.#text(text.slice(after), source, at + after);
  }

  #push(text: string, source: Source, at: number): void {
    if (this.#tokens.length > MAX_TOKENS) return;
    const cut = text.length > this.#left;
    let tokens = cut ? wholeStatements(tokenize(text.slice(0, this.#left), at)) : tokenize(text, at);
    this.#left -= text.length;
    if (source.expands) {
      this.#cpp.enter(source, at);
      try {
        tokens = expand(tokens, this.#cpp.lookup);
      } catch (error) {
        if (!(error instanceof ExpansionLimit)) throw error;
      }
    }
    tokens.forEach((token, index) => {
      this.#tokens.push(index === 0 ? { ...token, space: true } : token);
      this.#files.push(source.file.path);
    });
    if (cut) throw new LimitReached();
  }

  expansion(): Expansion {
    this.#printed ??= print(this.#tokens);
    return this.#printed;
  }

  span(expansion: Expansion, start: number, end: number): Span {
    if (start >= expansion.text.length) {
      const { path, text } = this.#board;
      const length = expansion.text === '' ? 0 : text.length;
      return { file: path, start: length, end: length };
    }
    const firstIndex = tokenIndexAt(expansion, start);
    const first = this.#tokens[firstIndex];
    const last = this.#tokens[tokenIndexAt(expansion, Math.max(start, end - 1))];
    const file = this.#files[firstIndex] ?? '';
    const from = first?.at ?? 0;
    return { file, start: from, end: Math.max(from + (first?.length ?? 0), last ? last.at + last.length : 0) };
  }
}
