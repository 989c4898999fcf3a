// SPDX-License-Identifier: MIT
// Whether a label that no node has is certainly a mistake although a board has errors of syntax: what those hide may make
// labels.
import type { SourceFile } from '#base/files.ts';
import { memo } from '#base/memo.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';

export interface BrokenBoard {
  readonly files: readonly string[];
  read(path: string): SourceFile | undefined;
  /** Its errors of syntax. */
  readonly syntax: readonly Problem[];
}

/**
 * No text of the board makes the label, whatever branch or broken statement that would stand in, and the reference does
 * not stand in what an error left unfinished. Paths are never certain: their nodes may be in what was not understood.
 */
export function isMadeNowhere({ files, read, syntax }: BrokenBoard, reference: string, { file, end }: Span): boolean {
  if (reference.includes('/')) return false;
  const text = read(file)?.text ?? '';
  const unfinished = syntax.some(({ span }) => {
    if (span.file !== file) return false;
    const between = text.slice(Math.min(end, span.start), Math.max(end, span.start));
    return span.start >= end ? !between.includes(';') : !between.includes('\n');
  });
  return !unfinished && !files.some((path) => namesMadeIn(path, read).has(reference));
}

function namesMadeIn(path: string, read: BrokenBoard['read']): ReadonlySet<string> {
  const file = read(path);
  return file ? labelsIn(file) : NONE;
}

const NONE: ReadonlySet<string> = new Set();

/** What stands before a colon. */
const labelsIn = memo((file: SourceFile): ReadonlySet<string> => {
  return new Set(Array.from(file.text.matchAll(/([A-Za-z_]\w*)\s*:/g), ([, name = '']) => name));
});
