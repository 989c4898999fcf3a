// SPDX-License-Identifier: MIT
// Walks the items of a board's files in the order in which cpp reads them: includes, conditionals, macro definitions.
// What is left, statements or plain text, goes to a visitor together with the macro table of that moment.
import { dirname, type FileReader, join, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { ConditionalItem, DefineItem, IncludeItem, Item } from '#syntax/ast.ts';
import { evaluateCondition } from './cpp/condition.ts';
import { expand } from './cpp/expand.ts';
import { commandLineMacro, type Macro, MacroTable, parseDefinition } from './cpp/macros.ts';
import { tokenize } from './cpp/tokens.ts';
import { missingInclude } from './missing-include.ts';
import { FileSource, type Source } from './source.ts';

export interface EvaluateOptions {
  /** Searched in order after the folder of the including file. */
  readonly includePaths: readonly string[];
  /** `-D`: names and values; a missing value is 1. */
  readonly defines: readonly (readonly [string, string | undefined])[];
  /** Files that the build puts behind the board's text; and headers that it makes, whose macros are unknown. */
  readonly appended?: readonly string[];
  readonly unseen?: readonly string[];
  /** A file that is meant to be included (`.dtsi` without a board): unresolved labels and a missing header are normal. */
  readonly standalone?: boolean;
  /** `-@`: dtc then keeps labelled nodes that `/omit-if-no-ref/` names. */
  readonly symbols?: boolean;
}

export type Visit = (item: Item, source: Source, at: number) => void;

/** A file on its way through the preprocessor: the board, or what an include named. */
export interface Reading {
  /** What is walked from now on has its places in it. */
  source: FileSource;
  items: readonly Item[];
  /** The file with the include, and the include's place among its items; none where a statement is around it. */
  readonly parent: Reading | undefined;
  readonly index: number;
  /** Of includes around it. */
  readonly depth: number;
}

/** A path that was looked up, and what there was. */
export interface Lookup {
  readonly path: string;
  /** The next version takes its place when the walk goes on in the middle of it. */
  file: SourceFile | undefined;
  /** Of the file, where its items are steps of the board. */
  reading?: Reading;
}

/** How far a preprocessor has come; {@link Preprocessor.rewind} leads back there. */
export interface PreprocessorMark {
  readonly macros: number;
  readonly problems: number;
  readonly readings: number;
  readonly lookups: number;
  readonly missing: number;
  readonly once: number;
  readonly includes: number;
  readonly counter: number;
}

/** The items of a file: statements (from tree-sitter) or directives and text (from the directive scanner). */
export type ItemsOf = (file: SourceFile) => readonly Item[];

interface IncludePlace {
  readonly source: Source;
  readonly at: number;
  readonly reading?: Reading;
  readonly index?: number;
}

const MAX_INCLUDE_DEPTH = 200; // cpp's own limit (libcpp: max_include_depth).
/** A board of Linux 6.12 reads at most 51 files; includes that fan out without end stop here. */
const MAX_INCLUDES = 5000;
/** Macros that GNU cpp defines even with `-undef` in assembler mode. */
const BUILT_IN: readonly (readonly [string, string])[] = [
  ['__STDC__', '1'],
  ['__STDC_HOSTED__', '1'],
  ['__ASSEMBLER__', '1'],
];

/** Definitions are parsed once per item, so that a macro's identity tells whether it changed. */
const parsedDefinitions = new WeakMap<DefineItem, Macro | { readonly name: undefined }>();

export class Preprocessor {
  readonly macros: MacroTable;
  readonly problems: Problem[] = [];
  /** Every file that was walked, in order. */
  readonly readings: Reading[] = [];
  readonly lookups: Lookup[] = [];
  /** Told of each item of the board, and of files included beside its statements, and of their ends, beforehand. */
  onStep: ((reading: Reading, index: number) => void) | undefined;
  /** `__LINE__` was asked for, which changes with text that makes no item. */
  countsLines = false;
  /** The macro table for text that cpp does not see. */
  readonly lookup = (name: string): Macro | undefined => this.macros.get(name) ?? this.#dynamic(name);
  readonly #reader: FileReader;
  readonly #options: EvaluateOptions;
  readonly #itemsOf: ItemsOf;
  readonly #missing: string[] = [];
  readonly #once: string[] = [];
  #depth = 0;
  #includes = 0;
  #counter = 0;
  #current: { source: Source; at: number } | undefined;

  constructor(reader: FileReader, options: EvaluateOptions, itemsOf: ItemsOf, macros?: MacroTable) {
    this.#reader = reader;
    this.#options = options;
    this.#itemsOf = itemsOf;
    this.macros = macros ?? new MacroTable();
    this.#missing.push(...(options.unseen ?? []));
    if (macros) return;
    for (const [name, value] of [...BUILT_IN, ...options.defines]) {
      this.macros.define(commandLineMacro(name, value));
    }
  }

  /** Paths of the files that were walked, in the order of their first use. */
  get files(): string[] {
    return [...new Set(this.readings.map((reading) => reading.source.file.path))];
  }

  /** Paths at which an include was searched in vain. */
  get missing(): string[] {
    return [...new Set(this.#missing)];
  }

  /** Walks the board itself. */
  walkFile(file: SourceFile, visit: Visit): void {
    const reading = {
      source: new FileSource(file, true),
      items: this.#itemsOf(file),
      parent: undefined,
      index: 0,
      depth: 0,
    };
    this.readings.push(reading);
    this.#walkSteps(reading, 0, visit);
  }

  /** Goes on with an item of a file that was begun before, to the end of the board. */
  walkOn(reading: Reading, index: number, visit: Visit): void {
    let from = index;
    for (let at: Reading | undefined = reading; at; at = at.parent) {
      this.#depth = at.depth;
      this.#walkSteps(at, from, visit);
      from = at.index + 1;
    }
  }

  #walkSteps(reading: Reading, from: number, visit: Visit): void {
    const { items, source } = reading;
    for (let index = from; index < items.length; index++) {
      const item = items[index];
      if (!item) continue;
      // A header has hundreds of definitions and nothing else.
      if (item.kind !== 'define' || index === 0) this.onStep?.(reading, index);
      if (item.kind === 'include') this.#include(item, { source, at: item.at, reading, index }, visit);
      else this.#item(item, source, item.at, visit);
    }
    this.onStep?.(reading, items.length);
  }

  /** Another one at the point of the mark, which sees the items of files as `itemsOf` says. */
  fork(mark: PreprocessorMark, itemsOf: ItemsOf): Preprocessor {
    const fork = new Preprocessor(this.#reader, this.#options, itemsOf, this.macros.copyAt(mark.macros));
    fork.#once.push(...this.#once.slice(0, mark.once));
    fork.#includes = mark.includes;
    fork.#counter = mark.counter;
    return fork;
  }

  mark(): PreprocessorMark {
    return {
      macros: this.macros.mark(),
      problems: this.problems.length,
      readings: this.readings.length,
      lookups: this.lookups.length,
      missing: this.#missing.length,
      once: this.#once.length,
      includes: this.#includes,
      counter: this.#counter,
    };
  }

  /** Takes back everything since the mark. */
  rewind(mark: PreprocessorMark): void {
    this.macros.rewind(mark.macros);
    this.problems.length = mark.problems;
    this.readings.length = mark.readings;
    this.lookups.length = mark.lookups;
    this.#missing.length = mark.missing;
    this.#once.length = mark.once;
    this.#includes = mark.includes;
    this.#counter = mark.counter;
  }

  /** Walks items whose positions count from `base`. */
  walk(items: readonly Item[], source: Source, base: number, visit: Visit): void {
    for (const item of items) this.#item(item, source, base + item.at, visit);
  }

  #item(item: Item, source: Source, at: number, visit: Visit): void {
    switch (item.kind) {
      case 'include':
        this.#include(item, { source, at }, visit);
        break;
      case 'define':
      case 'undef':
        if (source.expands) this.#define(item, source, at);
        break;
      case 'conditional':
        this.#conditional(item, source, at, visit);
        break;
      case 'preprocessor':
        this.#directive(item.text, source, at, item.length);
        break;
      default:
        visit(item, source, at);
    }
  }

  report(problem: Problem): void {
    this.problems.push(problem);
  }

  /** A file was edited: what stood behind `at` has moved. */
  moveProblems({ file, at, by }: { readonly file: string; readonly at: number; readonly by: number }): void {
    const move = (offset: number): number => (offset > at ? offset + by : offset);
    this.problems.forEach((problem, index) => {
      const { span } = problem;
      if (span.file !== file || span.end <= at) return;
      this.problems[index] = { ...problem, span: { file, start: move(span.start), end: move(span.end) } };
    });
  }

  /** `__LINE__`, `__FILE__`, `__COUNTER__`, `__INCLUDE_LEVEL__`: their value depends on the place. */
  #dynamic(name: string): Macro | undefined {
    if (!name.startsWith('__')) return undefined;
    switch (name) {
      case '__COUNTER__':
        return commandLineMacro(name, String(this.#counter++));
      case '__INCLUDE_LEVEL__':
        return commandLineMacro(name, String(this.#depth));
      case '__FILE__':
        return commandLineMacro(name, `"${this.#current?.source.file.path ?? ''}"`);
      case '__LINE__': {
        this.countsLines = true;
        const text = this.#current?.source.file.text.slice(0, this.#current.at) ?? '';
        return commandLineMacro(name, String(text.split('\n').length));
      }
      default:
        return undefined;
    }
  }

  /** Names the place for `__LINE__` and `__FILE__` before text of it is expanded. */
  enter(source: Source, at: number): void {
    this.#current = { source, at };
  }

  #define(item: DefineItem, source: Source, at: number): void {
    let macro = parsedDefinitions.get(item);
    if (!macro) {
      const parsed =
        item.kind === 'define' ? parseDefinition(item.restText) : { name: /[A-Za-z_$][\w$]*/.exec(item.restText)?.[0] };
      macro = (parsed as Macro | undefined) ?? { name: undefined };
      parsedDefinitions.set(item, macro);
    }
    if (macro.name === undefined) {
      this.#problem(
        'syntax/directive',
        `\`#${item.kind}\` needs a macro name; cpp stops here.`,
        source.span(at, at + item.length),
      );
    } else if (item.kind === 'undef') {
      this.macros.undefine(macro.name);
    } else {
      this.macros.define(macro, source, at + item.rest.at);
    }
  }

  #conditional(item: ConditionalItem, source: Source, at: number, visit: Visit): void {
    if (!item.closed) {
      const first = item.branches[0];
      const end = at + (first ? first.condition.at + first.condition.length : 1);
      this.#problem(
        'syntax/directive',
        `\`#${first?.keyword ?? 'if'}\` has no \`#endif\`; cpp stops here.`,
        source.span(at, end),
      );
    }
    for (const branch of item.branches) {
      const start = at + branch.at;
      if (!this.#holds(branch.keyword, branch.conditionText, source, start)) continue;
      this.walk(branch.body, source, start, visit);
      return;
    }
  }

  #holds(keyword: string, text: string, source: Source, at: number): boolean {
    if (keyword === 'else') return true;
    if (keyword !== 'if' && keyword !== 'elif') {
      const name = /[A-Za-z_$][\w$]*/.exec(text)?.[0] ?? '';
      return (this.macros.get(name) !== undefined) === !keyword.includes('n');
    }
    this.enter(source, at);
    const hasInclude = (path: string): boolean => this.#find(path, source).file !== undefined;
    const result = evaluateCondition(text, { lookup: this.lookup, hasInclude });
    // What an include that is missing would define may be what the condition lacks.
    if (result.error !== undefined && this.#missing.length === 0) {
      const message = `In \`#${keyword}\`, ${result.error}; cpp stops here.`;
      this.#problem('syntax/directive', message, source.span(at, at + keyword.length + 1 + text.length));
    }
    return result.value;
  }

  #directive(text: string, source: Source, at: number, length: number): void {
    const match = /^#\s*(error|warning|pragma)\b\s*(.*)/.exec(text);
    if (match?.[1] === 'pragma') {
      if (match[2]?.startsWith('once')) this.#once.push(source.file.path);
    } else if (match && this.#missing.length === 0) {
      const severity = match[1] === 'error' ? 'error' : 'warning';
      const message = `\`#${match[1]}\`: ${match[2] ?? ''}`;
      this.report({ rule: 'syntax/directive', severity, message, span: source.span(at, at + length) });
    }
  }

  /** With a `reading`, the include is an item of that file, and the items of what it names are steps too. */
  #include(item: IncludeItem, { source, at, reading: parent, index = 0 }: IncludePlace, visit: Visit): void {
    const span = source.span(at + item.path.at, at + item.path.at + item.path.length);
    const found = this.#find(item.pathText, source, item.style);
    if (!found.file) {
      if (item.pathText.length > 1) {
        this.#missing.push(...(found.tried.length > 0 ? found.tried : [item.pathText]));
        const made = found.tried.some((path) => this.#options.unseen?.includes(path));
        if (!made) this.report(missingInclude(found.name, span, found.tried, this.#reader));
      }
      return;
    }
    const { file } = found;
    if (this.#once.includes(file.path)) return;
    if (this.#depth >= MAX_INCLUDE_DEPTH || ++this.#includes > MAX_INCLUDES) {
      if (
        this.#includes <= MAX_INCLUDES + 1 &&
        !this.problems.some((problem) => problem.rule === 'syntax/include-depth')
      ) {
        const message = `${item.pathText} is included again and again; cpp stops after ${MAX_INCLUDE_DEPTH} levels.`;
        this.#problem('syntax/include-depth', message, span);
      }
      return;
    }
    const reading: Reading = {
      source: new FileSource(file, source.expands && item.style === 'cpp'),
      items: this.#itemsOf(file),
      parent,
      index,
      depth: ++this.#depth,
    };
    this.readings.push(reading);
    const lookup = this.lookups.at(-1);
    if (parent && lookup) lookup.reading = reading;
    if (parent) this.#walkSteps(reading, 0, visit);
    else this.walk(reading.items, reading.source, 0, visit);
    this.#depth--;
  }

  /** The file that an include names, searched as cpp and dtc do: next to the including file, then along the path. */
  #find(
    pathText: string,
    source: Source,
    style: IncludeItem['style'] = 'cpp',
  ): { readonly name: string; readonly file?: SourceFile; readonly tried: readonly string[] } {
    let text = pathText.trim();
    if (style === 'cpp' && /^[A-Za-z_]/.test(text)) {
      text = expand(tokenize(text), this.lookup)
        .map((token) => token.text)
        .join('');
    }
    const name = text.slice(1, -1);
    if (name === '') return { name, tried: [] };
    const folders = text.startsWith('<') ? [] : [dirname(source.file.path)];
    const tried: string[] = [];
    for (const folder of [...folders, ...this.#options.includePaths]) {
      const path = join(folder, name);
      const file = this.#reader.read(path);
      this.lookups.push({ path, file });
      if (file) return { name, file, tried };
      tried.push(path);
    }
    return { name, tried };
  }

  #problem(rule: string, message: string, span: Span): void {
    this.report({ rule, severity: 'error', message, span });
  }
}
