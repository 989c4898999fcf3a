// SPDX-License-Identifier: MIT
// One evaluation of a board, kept so that the next one does only what an edit makes necessary.
//
// A board is evaluated in steps: the statements, includes and conditionals at the top of its files, in cpp's order.
// Before each step, marks say how far everything has come. After an edit
//   1. the steps before the first item that is not the same object as before stand (AST items keep their identity),
//   2. the others are taken back, newest first: macros, problems, and what they did to nodes of earlier steps,
//   3. the walk goes on from there, as in a first evaluation.
// No step sees what comes after it, so the result equals that of an evaluation from nothing; test/tree/live/live.test.ts
// compares the two after random edits. Nodes of steps that stand are the same objects; `DtNode.revision` tells whether
// anything about one has changed.
//
// When only one property's value was edited, all steps stand: that property gets its new value, and what comes after it
// in the file moves (`FileSource.shift`).
import { type FileReader, join, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { Ast, Item, NodeItem, PropertyItem } from '#syntax/ast.ts';
import { AppendedItems } from '#tree/appended.ts';
import { StatementApplier } from '#tree/apply.ts';
import type { ApplierMark } from '#tree/apply-progress.ts';
import { TreeBuilder, type TreeMark, type TreeProperty } from '#tree/build.ts';
import { isPlain } from '#tree/cpp/plain.ts';
import { isMadeNowhere } from '#tree/dangling.ts';
import { parseHead } from '#tree/dtc/statement-head.ts';
import { isUndefinedMacro } from '#tree/dtc/value-problems.ts';
import { type EvaluateOptions, Preprocessor, type PreprocessorMark, type Reading } from '#tree/preprocess.ts';
import { settle } from '#tree/settle.ts';
import { FileSource, type Source } from '#tree/source.ts';
import { type BrokenFile, withoutRepeated } from '#tree/syntax-problems.ts';
import { type Memory, TextReader } from '#tree/text-reader.ts';
import { type ResumePoint, readRestStrictly, readStrictly, type StrictReading } from '#tree/token-stream.ts';
import type { DeviceTree } from '#tree/types.ts';
import { findResumePoint } from './resume-point.ts';
import { findValueEdit, type ValueEdit } from './value-edit.ts';

/** What every evaluation of a frontend shares. */
export interface Shared {
  readonly reader: FileReader;
  readonly memory: Memory;
  ast(file: SourceFile): Ast;
  isPlain(file: SourceFile): boolean;
}

/** What the preprocessor reports itself. */
const OF_CPP: ReadonlySet<string> = new Set([
  'syntax/directive',
  'syntax/macro',
  'syntax/include-not-found',
  'syntax/include-depth',
]);

/** Values of one file that were rewritten; beyond this, the board is evaluated anew. */
const MAX_FOLLOWERS = 50;

/** The point before an item of a file. */
interface Step {
  readonly reading: Reading;
  readonly index: number;
  readonly cpp: PreprocessorMark;
  readonly applier: ApplierMark;
  readonly tree: TreeMark;
}

export class Evaluation {
  readonly options: EvaluateOptions;
  broken: readonly BrokenFile[] = [];
  /** cpp and tree-sitter agree on the statements of all files. */
  isPlain = true;
  readonly #shared: Shared;
  readonly #appended: AppendedItems;
  #board = '';
  readonly #cpp: Preprocessor;
  readonly #tree = new TreeBuilder();
  readonly #reader: TextReader;
  readonly #applier: StatementApplier;
  readonly #steps: Step[] = [];
  /** What else follows the edits of a file, beside its present source: former ones, and those of single values. */
  readonly #followers = new Map<Reading, Set<FileSource>>();
  /** The source of each value that was rewritten. */
  readonly #rewritten = new Map<TreeProperty, FileSource>();
  /** So many of the first steps are known to be what dtc's grammar allows. */
  #proven = 0;
  /** What the step after them was when it was so too. */
  #lastGood: Item | undefined;

  constructor(shared: Shared, options: EvaluateOptions) {
    this.options = options;
    this.#shared = shared;
    this.#appended = new AppendedItems(options.appended);
    this.#cpp = new Preprocessor(shared.reader, options, (file) => this.#itemsOf(file));
    const readBinary = (source: Source) => (name: string) => {
      const { reader } = shared;
      // dtc searches it like an `/include/`.
      const paths = [this.#cpp.dtcFolder(source), ...options.includePaths].map((folder) => join(folder, name));
      const path = paths.find((one) => reader.readBinary?.(one) ?? reader.refusal?.(one)) ?? '';
      return reader.readBinary?.(path) ?? reader.refusal?.(path);
    };
    this.#reader = new TextReader(this.#cpp, shared.memory, readBinary);
    this.#applier = new StatementApplier(this.#cpp, this.#reader, this.#tree, options);
  }

  #itemsOf(file: SourceFile): readonly Item[] {
    const { items } = this.#shared.ast(file);
    return file.path === this.#board ? this.#appended.behind(items, file.text) : items;
  }

  /** The first evaluation; `keep`: there will be others. */
  run(file: SourceFile, keep: boolean): void {
    this.#board = file.path;
    if (keep) this.#cpp.onStep = (reading, index) => this.#begin(reading, index);
    this.#cpp.walkFile(file, this.#applier.top);
    this.#end();
  }

  /** Evaluates what the strict reading found instead of the files' own statements. */
  runStrictly(file: SourceFile, strict: StrictReading): void {
    this.#cpp.adopt(strict);
    const source: Source = { file, expands: false, span: strict.span };
    this.#applier.applyParsed(strict.items, source);
    this.#applier.finish();
  }

  /** A later evaluation, after {@link run} with `keep`. False when all has to begin anew. */
  runAgain(file: SourceFile): boolean {
    if (this.#rewriteValue(file)) return true;
    const first = this.#firstChanged(file);
    const step = this.#steps[first];
    if (!step) return false;
    if (first < this.#proven) {
      this.#proven = first;
      this.#lastGood = step.reading.items[step.index];
    }
    this.#steps.length = first;
    this.#tree.rewind(step.tree);
    this.#cpp.rewind(step.cpp);
    this.#applier.rewind(step.applier);
    this.#adoptVersions(file);
    if (!this.#renewSources(step)) return false;
    this.#cpp.walkOn(step.reading, step.index, this.#applier.top);
    this.#end();
    return true;
  }

  #end(): void {
    this.#applier.finish();
    const files = new Set(this.#cpp.readings.map((reading) => reading.source.file));
    this.broken = [...files].flatMap((file) => {
      const { hasError, errors } = this.#shared.ast(file);
      return hasError ? [{ file, errors }] : [];
    });
    this.isPlain = [...files].every((file) => this.#shared.isPlain(file));
    if (this.broken.length > 0 || !this.isPlain) return;
    this.#lastGood = undefined;
    const doubtful = this.#steps.findIndex(({ applier }) => applier.irregular || applier.unread);
    this.#proven = (doubtful < 0 ? this.#steps.length : doubtful) - 1;
  }

  #begin(reading: Reading, index: number): void {
    const cpp = this.#cpp.mark();
    this.#steps.push({ reading, index, cpp, applier: this.#applier.mark(), tree: this.#tree.mark() });
  }

  /** The step to go on with; the last one, which is the end of the board, when nothing has changed. */
  #firstChanged(file: SourceFile): number {
    const { readings, lookups } = this.#cpp;
    const last = this.#steps.length - 1;
    let first = readings[0] ? this.#changedIn(readings[0], file, last) : -1;
    lookups.forEach((lookup, at) => {
      const now = this.#shared.reader.read(lookup.path);
      if (now === lookup.file) return;
      const changed =
        lookup.reading && now && now.path === lookup.file?.path
          ? this.#changedIn(lookup.reading, now, last)
          : this.#steps.findLastIndex((step) => step.cpp.lookups <= at);
      if (changed < first) first = changed;
    });
    return first;
  }

  /** The step that holds the first item in which two versions of a file differ. */
  #changedIn(reading: Reading, file: SourceFile, last: number): number {
    if (file === reading.source.file) return last;
    const items = this.#itemsOf(file);
    const length = Math.max(items.length, reading.items.length);
    for (let index = 0; index < length; index++) {
      if (items[index] === reading.items[index]) continue;
      return this.#steps.findLastIndex((step) => step.reading === reading && step.index <= index);
    }
    return last;
  }

  /** Carries the edit out alone when nothing but one value has changed. */
  #rewriteValue(file: SourceFile): boolean {
    const { readings, lookups } = this.#cpp;
    const changed = readings[0] && readings[0].source.file !== file ? [{ reading: readings[0], version: file }] : [];
    for (const lookup of lookups) {
      const version = this.#shared.reader.read(lookup.path);
      if (version === lookup.file) continue;
      if (!lookup.reading || !version || version.path !== lookup.file?.path) return false;
      changed.push({ reading: lookup.reading, version });
    }
    const [only] = changed;
    // A file that is read twice is there twice.
    if (!only || changed.length > 1) return false;
    const { reading, version } = only;
    const before = this.#shared.ast(reading.source.file);
    const after = this.#shared.ast(version);
    const edit = before.hasError || after.hasError ? undefined : findValueEdit(before.items, after.items);
    if (!edit || !this.#applyValueEdit(reading, version, edit)) return false;
    this.#adoptVersions(file);
    return true;
  }

  #applyValueEdit(reading: Reading, version: SourceFile, { index, nodes, before, after, at, by }: ValueEdit): boolean {
    const step = this.#steps.findLast((known) => known.reading === reading && known.index <= index);
    const end = this.#steps.at(-1);
    if (!step || !end || !before.value || !after.value) return false;
    // A directive or a quote put into the value is the file's matter.
    if (!this.isPlain || !isPlain(after.valueText ?? '')) return false;
    this.#tree.rewind(end.tree);
    const property = this.#findProperty(nodes, before);
    if (!property?.isWrittenAt(before.value) || property.raw.faults.length > 0) return false;
    const source = new FileSource(version, reading.source.expands);
    const raw = this.#reader.value(after, source, at);
    const names = this.#reader.namesBehind(after.valueText ?? '');
    if (raw.faults.length > 0 || this.#cpp.macros.hasChanged(names, step.cpp.macros)) return false;
    const followers = this.#followersOf(reading);
    const former = this.#rewritten.get(property);
    if (former && property.isLocatedBy(former)) followers.delete(former);
    if (by !== 0) this.#move(reading, { file: version.path, at: at + before.value.at + before.value.length, by });
    followers.add(source);
    this.#rewritten.set(property, source);
    this.#tree.rewrite(property, { raw, locator: source, base: at + after.value.at, part: after.value });
    return followers.size <= MAX_FOLLOWERS;
  }

  /** What stood behind a place of a file has moved. */
  #move(reading: Reading, moved: { readonly file: string; readonly at: number; readonly by: number }): void {
    for (const source of [reading.source, ...this.#followersOf(reading)]) source.shift(moved.at, moved.by);
    this.#cpp.moveProblems(moved);
  }

  #followersOf(reading: Reading): Set<FileSource> {
    const known = this.#followers.get(reading);
    if (known) return known;
    const followers = new Set<FileSource>();
    this.#followers.set(reading, followers);
    return followers;
  }

  /** The property that a statement sets; nodes whose heads have macros are not looked for. */
  #findProperty(nodes: readonly NodeItem[], { headText }: PropertyItem): TreeProperty | undefined {
    const heads = nodes.map((node) => parseHead(node.headText));
    const [first, ...inner] = heads;
    if (!first) return undefined;
    let node = first.ref !== undefined ? this.#tree.byReference(first.ref) : undefined;
    if (first.isRoot) node = this.#tree.root;
    for (const { name } of inner) node = node?.children.get(name);
    return node?.properties.get(parseHead(headText).name);
  }

  /** Before a walk goes on: what it meets has its places in the present version of its file. */
  #renewSources({ reading: first, index }: Step): boolean {
    let next = index;
    let renewed = true;
    for (let reading: Reading | undefined = first; reading; reading = reading.parent) {
      const offset = reading.items[next]?.at ?? reading.source.file.text.length;
      const followers = this.#followersOf(reading);
      for (const follower of followers) follower.cut(offset);
      if (!reading.source.cut(offset)) {
        followers.add(reading.source);
        reading.source = new FileSource(reading.source.file, reading.source.expands);
      }
      renewed &&= followers.size <= MAX_FOLLOWERS;
      next = reading.index;
    }
    return renewed;
  }

  /** In what stands, and where the walk goes on, the present versions of files take the place of the former. */
  #adoptVersions(file: SourceFile): void {
    const adopt = (reading: Reading, version: SourceFile): void => {
      for (const source of [reading.source, ...this.#followersOf(reading)]) source.file = version;
      reading.items = this.#itemsOf(version);
    };
    for (const lookup of this.#cpp.lookups) {
      const version = lookup.reading && this.#shared.reader.read(lookup.path);
      if (!lookup.reading || !version || version === lookup.file) continue;
      lookup.file = version;
      adopt(lookup.reading, version);
    }
    const [board] = this.#cpp.readings;
    if (board) adopt(board, file);
  }

  /** Its statements may be other ones for cpp, or cpp refuses something. */
  get unusual(): boolean {
    return !this.isPlain || this.#cpp.isDoubtful;
  }

  get irregular(): boolean {
    return this.#applier.irregular;
  }

  /** Whether the name is a macro at the end of the board. */
  defines(name: string): boolean {
    return this.#cpp.macros.get(name) !== undefined;
  }

  /** An include was not found. */
  get partial(): boolean {
    return this.#cpp.missing.length > 0;
  }

  /**
   * Where dtc stops, and whether it does. The statements are those of the whole board, unless there is a fault: while
   * something is being typed, only what follows the last statement that was known to be good is read.
   */
  readStrictly(file: SourceFile): StrictReading {
    const step = this.#steps[this.#proven];
    const point = step && this.#resumePoint(step);
    // Before the first node there may still be headers.
    if (point && (point.depth > 0 || step.applier.progress.phase === 'nodes')) {
      const { reading, cpp } = step;
      const { reader } = this.#shared;
      const strict = readRestStrictly(this.#cpp, {
        reading,
        index: step.index,
        cpp,
        ...point,
        reader,
        options: this.options,
      });
      // What cpp says of the whole board counts where it refuses something, not of what follows the point alone.
      const whole = this.unusual || strict.problems.some(({ severity }) => severity === 'error');
      if (!whole && (strict.fault || this.broken.length === 0)) return strict;
    }
    return readStrictly(file, this.#shared.reader, this.options);
  }

  /** Where in the step, the first that is not known to be good, what is not known begins. */
  #resumePoint({ reading, index, cpp }: Step): ResumePoint {
    const item = reading.items[index];
    if (!item) return { offset: reading.source.file.text.length, depth: 0, nodes: false };
    const after = this.#steps[this.#proven + 1]?.cpp;
    // Inside the step, macros are those before it when it defines none.
    const plain = after?.macros === cpp.macros && after.readings === cpp.readings;
    return findResumePoint(plain ? this.#lastGood : undefined, item, reading.source.file.text);
  }

  /** The tree, with the problems of its syntax that were found elsewhere; `cpp` knows better what cpp refuses. */
  finish(syntax: readonly Problem[], cpp?: StrictReading): DeviceTree {
    const { files, macros, taken } = this.#cpp;
    const missing = cpp?.missing ?? this.#cpp.missing;
    const stopped = syntax.length > 0 && missing.length === 0;
    const own = this.#cpp.problems.filter(
      (problem) => !(cpp && OF_CPP.has(problem.rule)) && (stopped || !isUndefinedMacro(problem)),
    );
    const { standalone, dtc, failedCheck } = this.options;
    const { plugin, omits, reservations } = this.#applier;
    const whole = missing.length === 0 && !standalone;
    const complete = whole && syntax.length === 0;
    const read = (path: string) => this.#shared.reader.read(path);
    const isSure = (reference: string, span: Span) =>
      complete || (whole && isMadeNowhere({ files, read, syntax }, reference, span));
    const settled = settle(this.#tree, { ...this.options, plugin, omits, isSure });
    return {
      root: this.#tree.root,
      file: files[0] ?? '',
      plugin,
      reservations: [...reservations],
      labels: settled.labels,
      innerLabels: settled.innerLabels,
      phandleTargets: settled.phandleTargets,
      omittedPhandles: settled.omittedPhandles,
      omittedTargets: settled.omittedTargets,
      omits,
      ...(dtc && { dtc }),
      ...(failedCheck && { failedCheck }),
      problems: [
        ...withoutRepeated(syntax, own, (path) => read(path)?.text ?? ''),
        ...(cpp?.problems ?? []),
        ...settled.problems,
      ],
      files,
      missing,
      complete,
      macros,
      taken: (branches) => taken.get(branches),
    };
  }
}
