// SPDX-License-Identifier: MIT
// Why dtc cannot read a board, as problems: each mistake once, at the place that caused it.
//
// The strict reading knows the very token at which dtc stops; the recovery of each file (`syntax/recover.ts`) knows what
// is missing and where. A missing `;` shows at the next token, a missing `}` perhaps in another file.
import type { SourceFile } from '#base/files.ts';
import type { Problem, Repair } from '#base/problem.ts';
import type { Span, TextEdit } from '#base/text.ts';
import type { Ast, SyntaxFault } from '#syntax/ast.ts';
import type { StatementsFault } from './dtc/statement-syntax.ts';
import { isUndefinedMacro, undefinedMacro } from './dtc/value-problems.ts';
import { FileSource, type Source } from './source.ts';
import { explained } from './text-mistakes.ts';
import type { StrictReading } from './token-stream.ts';

/** More syntax errors than this in one board are not worth a reader's time. */
const MAX_SYNTAX_PROBLEMS = 20;

/** A file in which tree-sitter found an error. */
export interface BrokenFile {
  readonly file: SourceFile;
  readonly errors: Ast['errors'];
}

/**
 * The errors of a text that no macro could repair which is defined elsewhere: of a board without one of its includes, or
 * of a file without its board.
 */
export function certainProblems(broken: readonly BrokenFile[], defines: (name: string) => boolean): Problem[] {
  return broken.flatMap(({ file, errors }) => {
    const source = new FileSource(file, true);
    const conditional = DIRECTIVE.test(file.text);
    const certain = errors.filter(({ start, end, reaches }) => {
      const before = file.text.lastIndexOf('\n', file.text.lastIndexOf('\n', start - 1) - 1);
      const after = file.text.indexOf('\n', end);
      const lines = file.text.slice(before + 1, after < 0 ? file.text.length : after);
      // Which braces there are may depend on what is defined elsewhere.
      if (conditional && (reaches || DIRECTIVE.test(lines))) return false;
      return [...lines.matchAll(MACRO_NAME)].every(([, name = '']) => defines(name));
    });
    return certain
      .slice(0, MAX_SYNTAX_PROBLEMS)
      .map((fault) => explained(problemOf(fault, source, file.text), file.text));
  });
}

const DIRECTIVE = /^[ \t]*#[ \t]*(?:if|el|endif)/m;
/** What reads like a macro: a name in capitals, or one with arguments. */
const MACRO_NAME = /\b(\w*[A-Z]\w*|[a-z_]\w*(?=\())\b/g;

/** The mistakes that make dtc stop where the strict reading does, and those that it would come to afterwards. */
export function syntaxProblems(
  strict: StrictReading,
  fault: StatementsFault,
  broken: readonly BrokenFile[],
  text: (file: string) => string,
): Problem[] {
  const stop = stopOf(strict, fault, text);
  const blank = foreignBlank(stop.span, text(stop.span.file));
  if (blank) return [blank];
  const found: Problem[] = [];
  let isExplained = false;
  for (const { file, errors } of broken) {
    const source = new FileSource(file, true);
    for (const error of errors) {
      if (isForCompilers(file.text, error.start)) continue;
      const explains = causes(error, file, stop);
      isExplained ||= explains;
      if (explains || isBehind(error, file, stop)) found.push(problemOf(error, source, file.text));
    }
  }
  const own: Problem[] = isExplained ? [] : [stop.problem];
  return [...own, ...found].slice(0, MAX_SYNTAX_PROBLEMS).map((problem) => explained(problem, text(problem.span.file)));
}

/** White space that a web page or a word processor put in, and that is none for dtc. */
function foreignBlank({ file, start }: Span, text: string): Problem | undefined {
  const character = text[start] ?? '';
  if (!/[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/.test(character)) return undefined;
  const span = { file, start, end: start + 1 };
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const message = `The character U+${code} is no blank for dtc; dtc stops here.`;
  const fix: Repair = { title: 'Replace it by a blank', plan: () => [{ span, text: ' ' }] };
  return { rule: 'syntax/error', severity: 'error', message, span, fix };
}

/** Where dtc stops. */
interface Stop {
  readonly problem: Problem;
  readonly span: Problem['span'];
  readonly files: readonly string[];
}

function stopOf(strict: StrictReading, fault: StatementsFault, text: (file: string) => string): Stop {
  const { at, width, message, undefinedName } = fault;
  const span = strict.span(at, at + Math.max(1, width));
  const problem: Problem =
    undefinedName === undefined
      ? (unfinished(strict, fault, span, text) ?? { rule: 'syntax/error', severity: 'error', message, span })
      : undefinedMacro(undefinedName, message, span);
  return { problem, span, files: strict.files };
}

/** A `;` is missing at the end of a line that every name of may be a macro: only dtc's reading shows it. */
function unfinished(
  { span: spanOf }: StrictReading,
  { unfinished }: StatementsFault,
  next: Span,
  text: (file: string) => string,
): Problem | undefined {
  if (!unfinished) return undefined;
  const { file, end } = spanOf(unfinished.end - 1, unfinished.end);
  if (file !== next.file || !/\n/.test(text(file).slice(end, next.start))) return undefined;
  const span = { file, start: end, end };
  const fix: Repair = { title: "Insert ';'", plan: () => [{ span, text: ';' }] };
  const message = `';' is missing ${unfinished.what}; dtc stops here.`;
  return { rule: 'syntax/error', severity: 'error', message, span, fix };
}

/** Whether dtc, which met nothing wrong before, stops because of this error. */
function causes(error: SyntaxFault, { path, text }: SourceFile, { problem, span }: Stop): boolean {
  const { start, end, reaches } = error;
  if (path !== span.file) return !isUndefinedMacro(problem) && (reaches ?? isBlank(text.slice(end)));
  if (span.start < start) return !/[;{}]/.test(text.slice(span.start, start));
  return isBlank(text.slice(Math.min(end, span.start), span.start)) || (reaches === true && !isUndefinedMacro(problem));
}

/** What dtc has read before it stopped was no error for it: macros or conditions made something else of the text. */
function isBehind({ start, reaches }: SyntaxFault, { path }: SourceFile, { span, files }: Stop): boolean {
  if (path === span.file) return reaches === true || start > span.end + 1;
  return files.indexOf(path) < 0 || files.indexOf(path) > files.indexOf(span.file);
}

/** Whether a place of a header is below `#ifdef __cplusplus`, which dtc never sees: there stands `extern "C" {`. */
function isForCompilers(text: string, at: number): boolean {
  const open: boolean[] = [];
  for (const [, word, rest = ''] of text.slice(0, at).matchAll(/^[ \t]*#[ \t]*(if|endif)(\w*.*)$/gm)) {
    if (word === 'endif') open.pop();
    else open.push(/^(?:def\s+|\s+defined\s*\(?\s*)__cplusplus\b/.test(rest));
  }
  return open.includes(true);
}

/** Nothing but blanks, comments and directives. */
function isBlank(text: string): boolean {
  return /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[ \t]*(?:include|define|undef|if|el|endif|pragma)[^\n]*)*$/.test(text);
}

function problemOf(
  { start, end, message, insert, opened, reaches }: SyntaxFault,
  source: Source,
  text: string,
): Problem {
  const outcome = reaches ? 'dtc stops further down' : 'dtc stops here';
  const repair = insert && insertion(insert, source, text);
  return {
    rule: 'syntax/error',
    severity: 'error',
    message: `${message.replace(/\.$/, '')}; ${outcome}.`,
    span: source.span(start, end),
    ...(opened && { related: [{ message: 'it begins here', span: source.span(opened.start, opened.end) }] }),
    ...(repair && (insert.sure ? { fix: repair } : { choices: [repair] })),
  };
}

function insertion({ at, text }: NonNullable<SyntaxFault['insert']>, source: Source, all: string): Repair {
  const written = all.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
  const edits: readonly TextEdit[] = [{ span: source.span(at, at), text: written }];
  return { title: `Insert '${text.trim()}'`, plan: () => edits };
}

/**
 * A name that is no macro is found by both readings. On a line with another mistake it follows from that: it is still
 * being typed, or was in a string.
 */
export function withoutRepeated(
  syntax: readonly Problem[],
  own: readonly Problem[],
  text: (file: string) => string,
): Problem[] {
  const names = own.filter(isUndefinedMacro);
  const isIn = (problem: Problem, others: readonly Problem[]): boolean =>
    others.some(({ span: { file, start, end } }) => {
      return file === problem.span.file && start <= problem.span.end && problem.span.start <= end;
    });
  const first = syntax.filter((problem) => !isUndefinedMacro(problem) || !isIn(problem, names));
  const follows = ({ span }: Problem): boolean =>
    first.some((other) => {
      const { file, start } = other.span;
      if (file !== span.file || Math.abs(start - span.start) > MAX_LINE) return false;
      return !text(file).slice(Math.min(start, span.start), Math.max(start, span.end)).includes('\n');
    });
  return [...first, ...own.filter((problem) => !isUndefinedMacro(problem) || !follows(problem))];
}

/** Characters; what is further away on a line is another matter. */
const MAX_LINE = 1000;
