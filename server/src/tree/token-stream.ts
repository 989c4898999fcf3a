// SPDX-License-Identifier: MIT
// A whole board as the text that dtc would read after cpp, with the origin of every token: used when a file has a syntax
// error, to find where dtc stops, and when statements cannot be told apart before macros are expanded.
import type { FileReader, SourceFile } from '#base/files.ts';
import type { Span } from '#base/text.ts';
import { scanDirectives } from './cpp/directives.ts';
import { type Expansion, ExpansionLimit, expand, print, tokenIndexAt } from './cpp/expand.ts';
import { type Token, tokenize } from './cpp/tokens.ts';
import { type EvaluateOptions, Preprocessor, type Source } from './preprocess.ts';
import { parseStatements, type Statements } from './statement-syntax.ts';

export interface StrictReading extends Statements {
  /** Maps a range of the expanded text to the source it came from. */
  span(start: number, end: number): Span;
}

const DTC_INCLUDE = /\/include\/\s*("(?:[^"\\\n]|\\.)*")/;
/** Text of a board after cpp is at most 256 KB in Linux 6.12. */
const MAX_TOKENS = 4_000_000;

/** Reads the whole board strictly. Token-level `/include/` is followed, as dtc's lexer does. */
export function readStrictly(file: SourceFile, reader: FileReader, options: EvaluateOptions): StrictReading {
  const collector = new Collector(reader, options);
  collector.file(file);
  const expansion = collector.expansion();
  const statements = parseStatements(expansion.text, 'source');
  return { ...statements, span: (start, end) => collector.span(expansion, start, end) };
}

class Collector {
  readonly #cpp: Preprocessor;
  readonly #tokens: Token[] = [];
  /** The file of every token, in step with `#tokens`. */
  readonly #files: string[] = [];
  #board: SourceFile | undefined;

  constructor(reader: FileReader, options: EvaluateOptions) {
    this.#cpp = new Preprocessor(reader, options, (file) => scanDirectives(file.text).items);
  }

  file(file: SourceFile): void {
    this.#board = file;
    this.#cpp.walkFile(file, (item, source, at) => {
      if (item.kind === 'macro') this.#text(item.text, source, at);
    });
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
    let tokens = tokenize(text, at);
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
  }

  expansion(): Expansion {
    return print(this.#tokens);
  }

  span(expansion: Expansion, start: number, end: number): Span {
    if (this.#tokens.length === 0) return { file: this.#board?.path ?? '', start: 0, end: 0 };
    if (start >= expansion.text.length) {
      const length = this.#board?.text.length ?? 0;
      return { file: this.#board?.path ?? '', start: length, end: length };
    }
    const firstIndex = tokenIndexAt(expansion, start);
    const first = this.#tokens[firstIndex];
    const last = this.#tokens[tokenIndexAt(expansion, Math.max(start, end - 1))];
    const file = this.#files[firstIndex] ?? '';
    const from = first?.at ?? 0;
    return { file, start: from, end: Math.max(from + (first?.length ?? 0), last ? last.at + last.length : 0) };
  }
}
