// SPDX-License-Identifier: MIT
// Fixtures seen through the editor: a view of the file that holds the cursor, and places written as `board.dts:3 text`.
import type { Span } from '#base/text.ts';
import { lineStarts, positionAt } from '#base/text.ts';
import { Analysis, type View } from '#ide/analysis.ts';
import { eachSemanticToken } from '#ide/structure/semantic-tokens.ts';
import { grammar } from './evaluate.ts';
import { parseFixture } from './fixture.ts';
import { MemoryFiles } from './memory-files.ts';

export interface Editor {
  readonly analysis: Analysis;
  readonly files: MemoryFiles;
  readonly view: View;
  readonly offset: number;
  /** The end of the selection; the offset when there is none. */
  readonly end: number;
  /** `board.dts:3 iommus`: file, line, and the text of a span. */
  place(span: Span): string;
}

/** The file with the cursor is open; without a cursor the first one is, at its start. */
export function editor(text: string): Editor {
  const fixture = parseFixture(text);
  const files = new MemoryFiles(Object.fromEntries(fixture.files));
  const analysis = new Analysis(grammar, files);
  const file = fixture.cursor?.file ?? fixture.root;
  analysis.open(file, fixture.files.get(file) ?? '');
  const view = analysis.view(file)!;
  const offset = fixture.cursor?.offset ?? 0;
  const place = (span: Span): string => {
    const content = fixture.files.get(span.file) ?? '';
    const line = positionAt(lineStarts(content), span.start).line + 1;
    return `${span.file.slice(1)}:${line} ${content.slice(span.start, span.end)}`.trim();
  };
  return { analysis, files, view, offset, end: fixture.cursor?.end ?? offset, place };
}

/** The coloured words of the view's file: `macro ID`. */
export function colours(view: View): string[] {
  const found: string[] = [];
  eachSemanticToken(view, (start, end, type) => found.push(`${type} ${view.text.slice(start, end)}`));
  return found;
}
