// SPDX-License-Identifier: MIT
// From a board file to its device tree: parses the files it reads, applies their statements, settles what dtc settles
// at the end. Equal to `cpp … | dtc` on every board of Linux 6.12 (test/oracle).
import type { FileReader, SourceFile } from '#base/files.ts';
import type { Ast } from '#syntax/ast.ts';
import { scanDirectives } from '#tree/cpp/directives.ts';
import { isPlain } from '#tree/cpp/plain.ts';
import { Evaluation, type Shared } from '#tree/live/evaluation.ts';
import { TreeBuilder } from './build.ts';
import type { EvaluateOptions } from './preprocess.ts';
import { certainProblems, syntaxProblems } from './syntax-problems.ts';
import { newMemory } from './text-reader.ts';
import type { DeviceTree } from './types.ts';
import { isUbootScript, SCRIPT_MESSAGE } from './uboot-script.ts';

export type { EvaluateOptions } from './preprocess.ts';

/** Parses one file's text; `#syntax/parser.ts` has the implementation. */
export interface Grammar {
  parse(text: string): Ast;
}

/** Evaluates boards; remembers what it made of a file as long as that version of the file is in use. */
export class Frontend {
  readonly #grammar: Grammar;
  readonly #asts: WeakMap<SourceFile, Ast>;
  readonly #plain: WeakMap<SourceFile, boolean>;
  readonly #shared: Shared;

  /** With another one, what that knows of files by themselves is known here, too. */
  constructor(grammar: Grammar, reader: FileReader, other?: Frontend) {
    this.#grammar = grammar;
    this.#asts = other ? other.#asts : new WeakMap();
    this.#plain = other ? other.#plain : new WeakMap();
    this.#shared = {
      reader,
      memory: other ? other.#shared.memory : newMemory(),
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
  if (broken.length > 0 && isUbootScript(file.text)) {
    const span = { file: file.path, start: 0, end: Math.max(0, file.text.search(/\n|$/)) };
    return evaluation.finish([{ rule: 'syntax/error', severity: 'error', message: SCRIPT_MESSAGE, span }]);
  }
  if (broken.length > 0 && isKconfigFragment(file))
    return { ...emptyTree(file.path), problems: [], files: [file.path], missing: [] };
  if (!unusual && broken.length === 0 && (!irregular || options.standalone)) return evaluation.finish([]);
  const strict = evaluation.readStrictly(file);
  if (!strict.fault) {
    const other = new Evaluation(shared, options);
    other.runStrictly(file, strict);
    return other.finish([]);
  }
  const cpp = unusual ? strict : undefined;
  // Where cpp stops, dtc never reads: what is wrong behind it may come from there.
  const refused = strict.problems.filter(({ severity }) => severity === 'error');
  if (refused.length > 0 && strict.missing.length === 0) return evaluation.finish([], strict);
  // Without a file that it includes, a board may end too early or lack its header, and names may be macros; so may those
  // of a file without the board that includes it.
  const partial = unusual ? strict.missing.length > 0 : evaluation.partial;
  if (partial || options.standalone) {
    const certain = certainProblems(broken, (name) => evaluation.defines(name));
    return evaluation.finish(certain, cpp);
  }
  const text = (path: string): string => shared.reader.read(path)?.text ?? '';
  return evaluation.finish(syntaxProblems(strict, strict.fault, broken, text), cpp);
}

/** Zephyr's applications also call parts of a `.config` so. */
function isKconfigFragment({ path, text }: SourceFile): boolean {
  return path.endsWith('.overlay') && /^(?:\s|#[^\n]*(?:\n|$))*CONFIG_\w+=/.test(text);
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
    macros: { history: () => [], names: () => [], last: () => [] },
  };
}
