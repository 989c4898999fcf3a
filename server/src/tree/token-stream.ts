// SPDX-License-Identifier: MIT
// A whole board as the text that dtc would read after cpp, with the origin of every token: used when a file has a syntax
// error, to find where dtc stops, when statements cannot be told apart before macros are expanded, and when a file has
// what only cpp's own way of reading gets right.
import { dirname, type FileReader, join, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { defineBuiltIns } from './cpp/builtin.ts';
import { commandLineMacro, MacroTable } from './cpp/macros.ts';
import type { Printed } from './cpp/output.ts';
import { Unit } from './cpp/unit.ts';
import { followIncludes, type Piece } from './dtc/includes.ts';
import { type Place, parseStatements, type Statements } from './dtc/statement-syntax.ts';
import type { EvaluateOptions, Preprocessor, PreprocessorMark, Reading } from './preprocess.ts';

/** A point between two statements, at the top or inside nodes. */
export interface ResumePoint {
  readonly offset: number;
  /** Nodes around it. */
  readonly depth: number;
  /** A child node came before it in the innermost of them. */
  readonly nodes: boolean;
}

export interface StrictReading extends Statements {
  /** What cpp complains about, and includes that are missing. */
  readonly problems: readonly Problem[];
  readonly files: readonly string[];
  /** Paths at which an include was searched in vain. */
  readonly missing: readonly string[];
  readonly macros: MacroTable;
  /** Maps a range of the expanded text to the source it came from. */
  span(start: number, end: number): Span;
}

/** Reads the whole board strictly, as cpp and dtc do. */
export function readStrictly(file: SourceFile, reader: FileReader, options: EvaluateOptions): StrictReading {
  const unit = newUnit(file, reader, options);
  return read(unit, { reader, options, board: file }, 'source').strict;
}

/** What cpp makes of a board: its output, without the lines before the board's own, and its complaints. */
export function preprocess(file: SourceFile, reader: FileReader, options: EvaluateOptions) {
  const unit = newUnit(file, reader, options);
  const { text } = unit.run();
  return { text, problems: unit.problems };
}

function newUnit(file: SourceFile, reader: FileReader, options: EvaluateOptions): Unit {
  const macros = new MacroTable();
  defineBuiltIns(macros);
  for (const [name, value] of options.defines) macros.define(commandLineMacro(name, value));
  const unit = new Unit(unitOptions(reader, options), macros);
  unit.push(file, options.boardName ?? file.path);
  return unit;
}

function unitOptions(reader: FileReader, { includePaths, includeNames, time, appended, unseen }: EvaluateOptions) {
  return { reader, includePaths, includeNames, time, appended, unseen };
}

/** Text that is read at first when a fault is expected near; in characters. */
const NEAR = 4000;
/** What a fault's message quotes at most, and more than the parser ever looks ahead beside quotes. */
const LOOK_AHEAD = 100;

/** Where the rest of a board is read from. */
export interface RestOfBoard extends ResumePoint {
  readonly reading: Reading;
  /** Of the item of the reading that holds the point. */
  readonly index: number;
  readonly cpp: PreprocessorMark;
  readonly reader: FileReader;
  readonly options: EvaluateOptions;
}

/**
 * Reads what follows a point between two statements, to the end of that file and of those that include it: as little
 * of it as shows the first fault.
 */
export function readRestStrictly(cpp: Preprocessor, rest: RestOfBoard): StrictReading {
  const { reader, options, reading } = rest;
  const inputs = { reader, options, board: boardOf(reading) };
  for (let limit = NEAR; ; limit *= 10) {
    const { macros, once, includes } = cpp.stateAt(rest.cpp);
    const appended = appendedBehind(reading, rest.index, options.appended ?? []);
    const unit = new Unit({ ...unitOptions(reader, options), appended, limit }, macros);
    for (const path of once) unit.once.add(path);
    unit.includes = includes;
    pushReading(unit, reading, rest.offset);
    const { strict, text } = read(unit, inputs, rest);
    if (unit.isComplete || (strict.fault && shows(text, strict.fault.at))) return strict;
  }
}

/** Those of the files behind the board's own text that come after an item of it, or of a file that it includes. */
function appendedBehind(
  { parent, items, index: own }: Reading,
  index: number,
  appended: readonly string[],
): readonly string[] {
  if (parent) return appendedBehind(parent, own + 1, appended);
  return appended.slice(Math.max(0, index - (items.length - appended.length)));
}

/** The files of a reading, outermost first: from an offset, and from behind each include that led there. */
function pushReading(unit: Unit, { source, parent, index }: Reading, offset: number): void {
  const include = parent?.items[index];
  if (parent && include) pushReading(unit, parent, include.at + include.length);
  const { text } = source.file;
  let from = offset;
  while (text[from - 1] === ' ' || text[from - 1] === '\t') from--;
  unit.push(source.file, source.file.path, { from });
}

/** Whether a fault there does not depend on text that was not read. */
function shows(text: string, at: number): boolean {
  return at + LOOK_AHEAD < text.length && !/["']/.test(text[at] ?? '"');
}

function boardOf(reading: Reading): SourceFile {
  return reading.parent ? boardOf(reading.parent) : reading.source.file;
}

interface Inputs {
  readonly reader: FileReader;
  readonly options: EvaluateOptions;
  readonly board: SourceFile;
}

function read(unit: Unit, { reader, options, board }: Inputs, place: Place) {
  const printed = unit.run();
  const folder = dirname(board.path);
  // dtc searches beside the file that it reads: cpp's output stands for the board.
  const includes = followIncludes(printed.text, folder, { reader, includePaths: options.includePaths });
  const { text } = includes;
  const readBinary = (name: string) => readBinaryFile(reader, join(folder, name));
  const statements = parseStatements(text, place, readBinary, options.lateProperties);
  const span = (start: number, end: number): Span =>
    spanIn(includes.pieces, { unit, printed, board, isWhole: place === 'source' }, start, end);
  const problems = [...unit.problems];
  for (const { at, end, problem } of includes.missing) {
    if (unit.missing.length === 0) problems.push(problem(span(at, end)));
  }
  const strict: StrictReading = {
    ...statements,
    problems,
    files: [...new Set([...unit.files, ...includes.files].map(({ path }) => path))],
    missing: [...unit.missing, ...includes.missing.flatMap(({ tried }) => tried)],
    macros: unit.macros,
    span,
  };
  return { strict, text };
}

function readBinaryFile(reader: FileReader, path: string): Uint8Array | string | undefined {
  return reader.readBinary?.(path) ?? reader.refusal?.(path);
}

interface Origin {
  readonly unit: Unit;
  readonly printed: Printed;
  readonly board: SourceFile;
  /** Not only what is left behind a point. */
  readonly isWhole: boolean;
}

/** The place of a range of the text that dtc reads. */
function spanIn(pieces: readonly Piece[], origin: Origin, start: number, end: number): Span {
  const first = locate(pieces, origin, start);
  const last = locate(pieces, origin, Math.max(start, end - 1));
  if (!first) {
    const { path, text } = origin.board;
    // Where nothing but line markers is left, the whole file is what is wrong.
    const end = origin.isWhole && /^(?:\s|# \d[^\n]*)*$/.test(origin.printed.text) ? 0 : text.length;
    return { file: path, start: end, end };
  }
  return last && last.file === first.file && last.end > first.end ? { ...first, end: last.end } : first;
}

function locate(pieces: readonly Piece[], { unit, printed }: Origin, at: number): Span | undefined {
  const piece = pieces.find((one) => at >= one.at && at < one.at + one.length);
  if (!piece) return undefined;
  const offset = at - piece.at + piece.from;
  if (piece.file) return { file: piece.file.path, start: offset, end: offset + 1 };
  const { starts, places, lengths } = printed;
  if (starts.length === 0) return undefined;
  const index = lastAtOrBefore(starts, offset);
  const place = places[index] ?? 0;
  return unit.span(place, place + (lengths[index] ?? 0));
}

function lastAtOrBefore(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
