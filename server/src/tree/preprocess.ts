// SPDX-License-Identifier: MIT
// Walks the items of a board's files in the order in which cpp reads them: includes, conditionals, macro definitions.
// What is left, statements or plain text, goes to a visitor together with the macro table of that moment.
import { dirname, type FileReader, join, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { Branch, ConditionalItem, DefineItem, IncludeItem, Item } from '#syntax/ast.ts';
import { defineStatic } from './cpp/builtin.ts';
import { evaluateCondition } from './cpp/condition.ts';
import { expand } from './cpp/expand.ts';
import { commandLineMacro, type Macro, MacroTable, parseDefinition } from './cpp/macros.ts';
import { missingInclude } from './cpp/missing-include.ts';
import { tokenize } from './cpp/tokens.ts';
import type { EvaluateOptions } from './evaluate-options.ts';
import { FileSource, type Source } from './source.ts';

export type { EvaluateOptions } from './evaluate-options.ts';

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
  readonly doubts: number;
}

/** What is known of a board when cpp has read it. */
export interface Found {
  readonly files: readonly string[];
  readonly missing: readonly string[];
  readonly macros: MacroTable;
  readonly problems: readonly Problem[];
}

/** The items of a file: statements (from tree-sitter) or directives and text (from the directive scanner). */
export type ItemsOf = (file: SourceFile) => readonly Item[];

interface IncludePlace {
  readonly source: Source;
  readonly at: number;
  readonly reading?: Reading;
  readonly index?: number;
}

/** Conditionals in each other, those of including files too; cpp/unit.ts, which needs no stack for them, reads more. */
const MAX_NESTED = 500;
const MAX_INCLUDE_DEPTH = 200; // cpp's own limit (libcpp: max_include_depth).
/** A board of Linux 6.12 reads at most 51 files; includes that fan out without end stop here. */
const MAX_INCLUDES = 5000;

/** Definitions are parsed once per item, so that a macro's identity tells whether it changed. */
const parsedDefinitions = new WeakMap<DefineItem, Macro | { readonly name: undefined }>();

export class Preprocessor {
  macros: MacroTable;
  readonly problems: Problem[] = [];
  /** Every file that was walked, in order. */
  readonly readings: Reading[] = [];
  readonly lookups: Lookup[] = [];
  /** By its branches, which branch of a conditional was taken last; `null`: none. */
  readonly taken = new WeakMap<readonly Branch[], Branch | null>();
  /** Told of each item of the board, and of files included beside its statements, and of their ends, beforehand. */
  onStep: ((reading: Reading, index: number) => void) | undefined;
  readonly lookup = (name: string): Macro | undefined => this.macros.get(name);
  readonly #reader: FileReader;
  readonly #options: EvaluateOptions;
  readonly #itemsOf: ItemsOf;
  readonly #missing: string[] = [];
  readonly #once: string[] = [];
  #adopted: Found | undefined;
  #depth = 0;
  #nested = 0;
  #includes = 0;
  #doubts = 0;

  constructor(reader: FileReader, options: EvaluateOptions, itemsOf: ItemsOf) {
    this.#reader = reader;
    this.#options = options;
    this.#itemsOf = itemsOf;
    this.macros = new MacroTable();
    this.#missing.push(...(options.unseen ?? []));
    defineStatic(this.macros);
    for (const [name, value] of options.defines) this.macros.define(commandLineMacro(name, value));
  }

  /** Paths of the files that were walked, in the order of their first use. */
  get files(): readonly string[] {
    return this.#adopted?.files ?? [...new Set(this.readings.map((reading) => reading.source.file.path))];
  }

  /** Paths at which an include was searched in vain. */
  get missing(): readonly string[] {
    if (this.#adopted) return this.#adopted.missing;
    return [...new Set(this.#missing)];
  }

  /** Takes over what another one found, which has read everything already. */
  adopt(found: Found): void {
    this.#adopted = found;
    this.macros = found.macros;
    this.problems.push(...found.problems);
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

  /** What it knew at the point of the mark. */
  stateAt(mark: PreprocessorMark): { macros: MacroTable; once: readonly string[]; includes: number } {
    const macros = this.macros.copyAt(mark.macros);
    return { macros, once: this.#once.slice(0, mark.once), includes: mark.includes };
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
      doubts: this.#doubts,
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
    this.#doubts = mark.doubts;
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

  /** Something that cpp refuses was met, or that is not read here as cpp does: cpp/unit.ts has to say what it means. */
  doubt(): void {
    this.#doubts++;
  }

  get isDoubtful(): boolean {
    return this.#doubts > 0;
  }

  #define(item: DefineItem, source: Source, at: number): void {
    let macro = parsedDefinitions.get(item);
    if (!macro) {
      const parsed = item.kind === 'define' ? parseDefinition(item.restText) : { name: macroName(item.restText) };
      macro = (parsed as Macro | undefined) ?? { name: undefined };
      parsedDefinitions.set(item, macro);
    }
    if (macro.name === undefined) {
      this.doubt();
    } else if (item.kind === 'undef') {
      this.macros.undefine(macro.name);
    } else {
      this.macros.define(macro, source, at + item.rest.at);
    }
  }

  #conditional(item: ConditionalItem, source: Source, at: number, visit: Visit): void {
    const last = item.branches.findIndex(({ keyword }) => keyword === 'else');
    if (!item.closed || (last >= 0 && last < item.branches.length - 1)) this.doubt();
    for (const branch of item.branches) {
      const start = at + branch.at;
      if (!this.#holds(branch.keyword, branch.conditionText, source)) continue;
      this.taken.set(item.branches, branch);
      if (this.#nested >= MAX_NESTED) this.doubt();
      else {
        this.#nested++;
        this.walk(branch.body, source, start, visit);
        this.#nested--;
      }
      return;
    }
    this.taken.set(item.branches, null);
  }

  #holds(keyword: string, text: string, source: Source): boolean {
    if (keyword === 'else') return true;
    if (keyword !== 'if' && keyword !== 'elif') {
      const name = macroName(text);
      if (name === undefined) {
        this.doubt();
        return false;
      }
      return (this.macros.get(name) !== undefined) === !keyword.includes('n');
    }
    const hasInclude = (path: string): boolean => this.#find(path, source).file !== undefined;
    const result = evaluateCondition(text, { lookup: this.lookup, hasInclude });
    // What an include that is missing would define may be what the condition lacks.
    if (result.error !== undefined && this.#missing.length === 0) this.doubt();
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
      if (!/^(?:"[^"]+"|<[^>]+>)$/.test(found.text)) this.doubt();
      else {
        this.#missing.push(...(found.tried.length > 0 ? found.tried : [item.pathText]));
        const made = found.tried.some((path) => this.#options.unseen?.includes(path));
        if (!made) this.report(missingInclude(found.name, span, found.tried, this.#reader));
      }
      return;
    }
    const { file } = found;
    if (this.#once.includes(file.path)) return;
    if (this.#depth >= MAX_INCLUDE_DEPTH - 1 || ++this.#includes > MAX_INCLUDES) {
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
  ): { readonly text: string; readonly name: string; readonly file?: SourceFile; readonly tried: readonly string[] } {
    let text = pathText.trim();
    if (style === 'cpp' && /^[A-Za-z_]/.test(text)) {
      text = expand(tokenize(text), this.lookup, () => this.doubt())
        .map((token) => token.text)
        .join('');
    }
    const name = text.slice(1, -1);
    if (name === '') return { text, name, tried: [] };
    const tried: string[] = [];
    for (const folder of [...this.#ownFolder(text, source, style), ...this.#options.includePaths]) {
      const path = join(folder, name);
      const file = this.#reader.read(path);
      this.lookups.push({ path, file });
      if (file) return { text, name, file, tried };
      tried.push(path);
    }
    return { text, name, tried };
  }

  /** cpp searches beside the including file; dtc beside the file that it reads, which is the board or an `/include/`. */
  #ownFolder(text: string, source: Source, style: IncludeItem['style']): string[] {
    if (text.startsWith('<')) return [];
    return [style === 'dtc' ? this.dtcFolder(source) : dirname(source.file.path)];
  }

  /** Where dtc searches what text in this source names. */
  dtcFolder(source: Source): string {
    return dirname((source.expands ? (this.readings[0]?.source ?? source) : source).file.path);
  }

  #problem(rule: string, message: string, span: Span): void {
    this.report({ rule, severity: 'error', message, span });
  }
}

/** The name behind `#ifdef`, `#ifndef` or `#undef`; undefined when there is none. */
function macroName(text: string): string | undefined {
  return /^(?:\s|\\\r?\n|\/\*[\s\S]*?\*\/)*((?!defined\b)[A-Za-z_]\w*)/.exec(text)?.[1];
}
