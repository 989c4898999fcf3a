// SPDX-License-Identifier: MIT
// From a board file to its device tree: parses the files it reads, applies their statements, settles what dtc settles
// at the end. Equal to `cpp … | dtc` on every board of Linux 6.12 (test/oracle).
import type { FileReader, SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Ast } from '#syntax/ast.ts';
import { scanDirectives } from '#tree/cpp/directives.ts';
import { isPlain } from '#tree/cpp/plain.ts';
import { type BrokenFile, Evaluation, type Shared } from '#tree/live/evaluation.ts';
import { TreeBuilder } from './build.ts';
import type { EvaluateOptions } from './preprocess.ts';
import { FileSource } from './source.ts';
import { newMemory } from './text-reader.ts';
import type { StrictReading } from './token-stream.ts';
import type { DeviceTree } from './types.ts';

export type { EvaluateOptions } from './preprocess.ts';

/** Parses one file's text; `#syntax/parser.ts` has the implementation. */
export interface Grammar {
  parse(text: string): Ast;
}

/** More syntax errors than this in one board are not worth a reader's time. */
const MAX_SYNTAX_PROBLEMS = 20;

/** Evaluates boards; remembers what it made of a file as long as that version of the file is in use. */
export class Frontend {
  readonly #grammar: Grammar;
  readonly #asts = new WeakMap<SourceFile, Ast>();
  readonly #plain = new WeakMap<SourceFile, boolean>();
  readonly #shared: Shared;

  constructor(grammar: Grammar, reader: FileReader) {
    this.#grammar = grammar;
    this.#shared = {
      reader,
      memory: newMemory(),
      ast: (file) => this.ast(file),
      isPlain: (file) => this.#isPlain(file),
    };
  }

  /** Gives the AST of a file that is kept elsewhere: an open document, parsed incrementally. */
  adopt(file: SourceFile, ast: Ast): void {
    this.#asts.set(file, ast);
  }

  /** The AST of one file alone. A header without statements is read by the directive scanner, not by the grammar. */
  ast(file: SourceFile): Ast {
    let ast = this.#asts.get(file);
    if (!ast) {
      ast = this.#parse(file);
      this.#asts.set(file, ast);
    }
    return ast;
  }

  #isPlain(file: SourceFile): boolean {
    let plain = this.#plain.get(file);
    if (plain === undefined) {
      plain = isPlain(file.text);
      this.#plain.set(file, plain);
    }
    return plain;
  }

  #parse(file: SourceFile): Ast {
    if (!/\.dtsi?$|\.dtso$/.test(file.path)) {
      const scan = scanDirectives(file.text);
      const { items, hasText, isFaulty } = scan;
      if (!hasText) return { items, length: file.text.length, hasError: isFaulty, errors: [] };
    }
    return this.#grammar.parse(file.text);
  }

  /** The device tree of a board. Total: whatever the text is, there is a tree, and its problems say what is wrong. */
  evaluate(board: string, options: EvaluateOptions): DeviceTree {
    const file = this.#shared.reader.read(board);
    if (!file) return emptyTree(board);
    const evaluation = new Evaluation(this.#shared, options);
    evaluation.run(file, false);
    return conclude(this.#shared, file, evaluation);
  }

  /** A board that will be evaluated again and again while its files are edited. */
  live(board: string): LiveBoard {
    return new LiveBoard(this.#shared, board);
  }
}

/**
 * A board under the user's hands. Each evaluation costs what has changed since the one before, and changes the nodes
 * that an earlier one gave out: only the latest tree counts.
 */
export class LiveBoard {
  readonly #shared: Shared;
  readonly #board: string;
  #evaluation: Evaluation | undefined;

  constructor(shared: Shared, board: string) {
    this.#shared = shared;
    this.#board = board;
  }

  evaluate(options: EvaluateOptions): DeviceTree {
    const file = this.#shared.reader.read(this.#board);
    let evaluation = this.#evaluation;
    // Should anything throw, the next evaluation starts from nothing.
    this.#evaluation = undefined;
    if (!file) return emptyTree(this.#board);
    if (!evaluation || !sameOptions(evaluation.options, options) || !evaluation.runAgain(file)) {
      evaluation = new Evaluation(this.#shared, options);
      evaluation.run(file, true);
    }
    const tree = conclude(this.#shared, file, evaluation);
    this.#evaluation = evaluation;
    return tree;
  }
}

function sameOptions(a: EvaluateOptions, b: EvaluateOptions): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The tree of a board whose statements are applied; where they are not what dtc's grammar allows, it is read strictly. */
function conclude(shared: Shared, file: SourceFile, evaluation: Evaluation): DeviceTree {
  const { options, irregular, broken, unusual } = evaluation;
  if (!unusual && broken.length === 0 && (!irregular || options.standalone)) return evaluation.finish([]);
  const strict = evaluation.readStrictly(file);
  if (!strict.fault) {
    if (broken.length === 0 && !unusual) return evaluation.finish([]);
    const other = new Evaluation(shared, options);
    other.runStrictly(file, strict);
    return other.finish([]);
  }
  const cpp = unusual ? strict : undefined;
  // Where cpp stops, dtc never reads: what is wrong behind it may come from there.
  const refused = strict.problems.filter(({ severity }) => severity === 'error');
  if (refused.length > 0 && strict.missing.length === 0) return evaluation.finish([], strict);
  // Without a file that it includes, a board may end too early or lack its header, and names may be macros.
  if (evaluation.partial)
    return evaluation.finish(
      certainProblems(broken, (name) => evaluation.defines(name)),
      cpp,
    );
  const certain = options.standalone && broken.length === 0;
  return evaluation.finish(certain ? [] : syntaxProblems(strict, strict.fault, broken), cpp);
}

/** The errors of a board without one of its includes that no macro of that could repair. */
function certainProblems(broken: readonly BrokenFile[], defines: (name: string) => boolean): Problem[] {
  return broken.flatMap(({ file, errors }) => {
    // Which braces there are may depend on what the include defines.
    if (/^[ \t]*#[ \t]*if/m.test(file.text)) return [];
    const source = new FileSource(file, true);
    const certain = errors.filter(({ start, end }) => {
      const before = file.text.lastIndexOf('\n', file.text.lastIndexOf('\n', start - 1) - 1);
      const after = file.text.indexOf('\n', end);
      const lines = file.text.slice(before + 1, after < 0 ? file.text.length : after);
      return [...lines.matchAll(MACRO_NAME)].every(([, name = '']) => defines(name));
    });
    return certain.slice(0, MAX_SYNTAX_PROBLEMS).map(({ start, end, message }): Problem => {
      return { rule: 'syntax/error', severity: 'error', message, span: source.span(start, end) };
    });
  });
}

/** What reads like a macro: a name in capitals, or one with arguments. */
const MACRO_NAME = /\b(\w*[A-Z]\w*|[a-z_]\w*(?=\())\b/g;

/**
 * Where dtc stops, which is certain, and beyond it the places where tree-sitter found an error: dtc would come to them
 * once the first is repaired. Near the first one they are the same error seen twice.
 */
function syntaxProblems(
  strict: StrictReading,
  fault: NonNullable<StrictReading['fault']>,
  broken: readonly BrokenFile[],
): Problem[] {
  const span = strict.span(fault.at, fault.at + Math.max(1, fault.width));
  const problems: Problem[] = [{ rule: 'syntax/error', severity: 'error', message: fault.message, span }];
  for (const { file, errors } of broken) {
    const source = new FileSource(file, true);
    for (const error of errors) {
      if (problems.length >= MAX_SYNTAX_PROBLEMS) return problems;
      const near = file.path === span.file && error.start <= span.end + 1;
      if (near || error.end - error.start > 200) continue;
      problems.push({
        rule: 'syntax/error',
        severity: 'error',
        message: error.message,
        span: source.span(error.start, error.end),
      });
    }
  }
  return problems;
}

function emptyTree(board: string): DeviceTree {
  const tree = new TreeBuilder();
  const span = { file: board, start: 0, end: 0 };
  const message = 'The file cannot be read.';
  return {
    root: tree.root,
    file: board,
    plugin: false,
    reservations: [],
    labels: new Map(),
    innerLabels: [],
    phandleTargets: [],
    problems: [{ rule: 'syntax/file', severity: 'error', message, span }],
    files: [],
    missing: [board],
    complete: false,
    macros: { history: () => [], names: () => [] },
  };
}
