// SPDX-License-Identifier: MIT
// From offsets and plain data to the Language Server Protocol and back: the only place that knows both.
import type {
  AnnotatedTextEdit,
  ChangeAnnotation,
  Diagnostic,
  TextEdit as LspTextEdit,
  Position,
  Range,
  WorkspaceEdit,
} from 'vscode-languageserver';
import type { Problem, Severity } from '#base/problem.ts';
import { lineStarts, offsetAt, plainText, positionAt, type Span, type TextEdit } from '#base/text.ts';
import type { Link } from '#ide/explain/markup.ts';

export type Encoding = 'utf-16' | 'utf-8';

/** One version of one file's text, for turning offsets into positions of the agreed encoding. */
export class Lines {
  readonly #text: string;
  readonly #encoding: Encoding;
  readonly #starts: readonly number[];
  /** The line that was found last. */
  #near = 0;

  constructor(text: string, encoding: Encoding) {
    this.#text = text;
    this.#encoding = encoding;
    this.#starts = lineStarts(text);
  }

  position(offset: number): Position {
    const position = positionAt(this.#starts, offset, this.#near);
    this.#near = position.line;
    if (this.#encoding === 'utf-16') return position;
    return { line: position.line, character: utf8Length(this.#text.slice(offset - position.character, offset)) };
  }

  /** Behind the end of a line is its end, before what ends it (Language Server Protocol, `Position`). */
  offset(position: Position): number {
    const start = offsetAt(this.#starts, this.#text.length, { line: position.line, character: 0 });
    const end = offsetAt(this.#starts, this.#text.length, { line: position.line + 1, character: 0 });
    const line = this.#text.slice(start, end).replace(/[\r\n]+$/, '');
    if (this.#encoding === 'utf-8') return start + utf16Length(line, position.character);
    return start + Math.min(Math.max(0, position.character), line.length);
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) length += bytesOf(character);
  return length;
}

/** How many UTF-16 units the first `bytes` bytes are; a position inside a character counts as before it. */
function utf16Length(text: string, bytes: number): number {
  let length = 0;
  let left = bytes;
  for (const character of text) {
    left -= bytesOf(character);
    if (left < 0) break;
    length += character.length;
  }
  return length;
}

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** Where files are on the other side. */
export interface Places {
  uri(path: string): string;
  lines(path: string): Lines;
}

export function rangeOf(places: Places, span: Span): Range {
  return places.lines(span.file).range(span.start, span.end);
}

export function locationOf(places: Places, span: Span): { uri: string; range: Range } {
  return { uri: places.uri(span.file), range: rangeOf(places, span) };
}

const SEVERITIES: Record<Severity, 1 | 2 | 3 | 4> = { error: 1, warning: 2, info: 3, hint: 4 };
const TAGS = { unnecessary: 1, deprecated: 2 } as const;

/** `data` of a diagnostic: enough to find the problem again in a later version. */
export interface DiagnosticData {
  readonly rule: string;
  readonly node?: string;
  readonly fix?: string;
}

/** `rulePage` has `{id}` where the rule's id goes; without one there is no `codeDescription`. */
export function diagnosticOf(places: Places, problem: Problem, rulePage: string | undefined): Diagnostic {
  const { rule, severity, message, span, node, related, fix, tag } = problem;
  const data: DiagnosticData = { rule, ...(node !== undefined && { node }), ...(fix && { fix: fix.title }) };
  return {
    range: rangeOf(places, span),
    severity: SEVERITIES[severity],
    code: rule,
    ...(rulePage !== undefined && { codeDescription: { href: rulePage.replace('{id}', encodeURIComponent(rule)) } }),
    source: 'dt-iommu',
    message: plainText(message),
    ...(tag && { tags: [TAGS[tag]] }),
    ...(related && {
      relatedInformation: related.map((other) => ({
        location: locationOf(places, other.span),
        message: plainText(other.message),
      })),
    }),
    data,
  };
}

const REVIEW = 'dt-iommu';

/**
 * Edits by document, in text order; `version` of a document that is not open is `null`. With `review` the editor shows
 * them before it makes them, where that says so.
 */
export function workspaceEditOf(
  places: Places,
  edits: readonly TextEdit[],
  version: (path: string) => number | null,
  review?: ChangeAnnotation,
): WorkspaceEdit {
  const files = new Map<string, (LspTextEdit | AnnotatedTextEdit)[]>();
  for (const { span, text } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    const list = files.get(span.file) ?? [];
    const edit = { range: rangeOf(places, span), newText: text };
    list.push(review ? { ...edit, annotationId: REVIEW } : edit);
    files.set(span.file, list);
  }
  return {
    documentChanges: [...files].map(([path, list]) => ({
      textDocument: { uri: places.uri(path), version: version(path) },
      edits: list,
    })),
    ...(review && { changeAnnotations: { [REVIEW]: review } }),
  };
}

/** Names a place `soc.dtsi:12`, and leads to the line. */
export function linkOf(places: Places, snapshot: { line(span: Span): number }): Link {
  return (span) => {
    const line = snapshot.line(span);
    return { text: placeName(span, line), href: `${places.uri(span.file)}#L${line}` };
  };
}

/** `soc.dtsi:12`. */
export function placeName({ file }: Span, line: number): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}
