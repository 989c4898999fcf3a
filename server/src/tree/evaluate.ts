// SPDX-License-Identifier: MIT
// From a board file to its device tree: parses the files it reads, applies their statements, settles what dtc settles
// at the end. Equal to `cpp … | dtc` on every board of Linux 6.12 (test/oracle).
import { dirname, type FileReader, join, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Ast, Item } from '#syntax/ast.ts';
import { unclosedComment } from '#syntax/comments.ts';
import { StatementApplier } from './apply.ts';
import { TreeBuilder } from './build.ts';
import { scanDirectives } from './cpp/directives.ts';
import { type EvaluateOptions, fileSource, Preprocessor, type Source } from './preprocess.ts';
import { settle } from './settle.ts';
import { readStrictly, type StrictReading } from './token-stream.ts';
import type { DeviceTree } from './types.ts';
import { newMemory, TextReader } from './values.ts';

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
  readonly #reader: FileReader;
  readonly #asts = new WeakMap<SourceFile, Ast>();
  readonly #memory = newMemory();

  constructor(grammar: Grammar, reader: FileReader) {
    this.#grammar = grammar;
    this.#reader = reader;
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

  #parse(file: SourceFile): Ast {
    if (!/\.dtsi?$|\.dtso$/.test(file.path)) {
      const scan = scanDirectives(file.text);
      if (!scan.hasText) return { items: scan.items, length: file.text.length, hasError: false, errors: [] };
    }
    return this.#grammar.parse(file.text);
  }

  /** The device tree of a board. Total: whatever the text is, there is a tree, and its problems say what is wrong. */
  evaluate(board: string, options: EvaluateOptions): DeviceTree {
    const file = this.#reader.read(board);
    if (!file) return emptyTree(board);
    const run = this.#run(file, options, undefined);
    const broken = run.broken.length > 0;
    if (!broken && (!run.irregular || options.standalone)) return run.finish([]);
    const unclosed = unclosedComments(run.broken);
    if (unclosed.length > 0) return run.finish(unclosed);
    const strict = readStrictly(file, this.#reader, options);
    if (!strict.fault) return broken ? this.#run(file, options, strict).finish([]) : run.finish([]);
    // Without a file that it includes, a board may end too early or lack its header: that is no second problem.
    const partial = options.standalone || run.partial;
    return run.finish(partial && !broken ? [] : syntaxProblems(strict, strict.fault, run.broken));
  }

  #run(file: SourceFile, options: EvaluateOptions, strict: StrictReading | undefined): Run {
    const broken: SourceFile[] = [];
    const seen = new Set<SourceFile>();
    const itemsOf = (source: SourceFile): readonly Item[] => {
      const ast = this.ast(source);
      if (ast.hasError && !seen.has(source)) broken.push(source);
      seen.add(source);
      return ast.items;
    };
    const cpp = new Preprocessor(this.#reader, options, itemsOf);
    const tree = new TreeBuilder();
    const readBinary = (source: Source) => (name: string) =>
      this.#reader.readBinary?.(join(dirname(source.file.path), name));
    const reader = new TextReader(cpp, this.#memory, readBinary);
    const applier = new StatementApplier(cpp, reader, tree, options.standalone ?? false);
    if (strict) {
      // Includes, macros and directives are resolved already; only files and their problems are still to be collected.
      cpp.walkFile(file, () => undefined);
      const source: Source = { file, expands: false, span: strict.span };
      for (const item of strict.items) applier.top(item, source, item.at);
    } else {
      cpp.walkFile(file, applier.top);
    }
    applier.finish();
    const errors = (source: SourceFile) => this.ast(source).errors;
    return {
      broken: broken.map((source) => ({ file: source, errors: errors(source) })),
      irregular: applier.irregular,
      partial: cpp.missing.size > 0,
      finish: (syntax) => {
        const complete = syntax.length === 0 && cpp.missing.size === 0 && !options.standalone;
        const settled = settle(tree, {
          plugin: applier.plugin,
          omits: applier.omits,
          complete,
          symbols: options.symbols ?? false,
        });
        return {
          root: tree.root,
          file: file.path,
          plugin: applier.plugin,
          reservations: applier.reservations,
          labels: settled.labels,
          innerLabels: settled.innerLabels,
          phandleTargets: settled.phandleTargets,
          problems: [...syntax, ...cpp.problems, ...settled.problems],
          files: [...cpp.files],
          missing: [...cpp.missing],
          complete,
          macros: cpp.macros,
        };
      },
    };
  }
}

interface BrokenFile {
  readonly file: SourceFile;
  readonly errors: Ast['errors'];
}

interface Run {
  /** Files in which tree-sitter found an error. */
  readonly broken: readonly BrokenFile[];
  readonly irregular: boolean;
  /** An include was not found. */
  readonly partial: boolean;
  finish(syntax: readonly Problem[]): DeviceTree;
}

/** cpp stops at a comment without an end, before dtc reads anything. */
function unclosedComments(broken: readonly BrokenFile[]): Problem[] {
  return broken.flatMap(({ file }) => {
    const start = unclosedComment(file.text);
    if (start === undefined) return [];
    const message = 'The comment is never closed: its `*/` is missing; cpp stops here.';
    return [{ rule: 'syntax/error', severity: 'error', message, span: { file: file.path, start, end: start + 2 } }];
  });
}

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
    const source = fileSource(file, true);
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
