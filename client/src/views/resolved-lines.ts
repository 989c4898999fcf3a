// SPDX-License-Identifier: MIT
// The text of a resolved tree as an editor needs it: its nodes for outline and folding, and what changed in it.
import { diffArrays } from 'diff';

/** A node of the text, by lines. */
export interface TextNode {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly children: TextNode[];
}

/** The comment behind a line names the places that made it; edits above them change their numbers. */
export function withoutPlaces(line: string): string {
  return line.replace(/ \/\* [^*]*:\d+ \*\/$/, '');
}

/** The nodes of a text that the server printed: one line opens a node, one closes it. */
export function nodesOf(text: string): TextNode[] {
  const roots: TextNode[] = [];
  const open: { name: string; start: number; children: TextNode[] }[] = [];
  for (const [at, whole] of text.split('\n').entries()) {
    const line = withoutPlaces(whole).trim();
    if (line.endsWith(' {')) open.push({ name: line.slice(0, -2), start: at, children: [] });
    else if (line === '};') {
      const node = open.pop();
      if (node) (open.at(-1)?.children ?? roots).push({ ...node, end: at });
    }
  }
  return roots;
}

/** A run of lines that is not what it was. */
export interface LineChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** In the text as it is now; of something removed, the line that follows it. */
  readonly start: number;
  /** The line behind the last. */
  readonly end: number;
  /** What stood there before. */
  readonly before: readonly string[];
}

/** With more changes than this there are no marks: they would not be read, and finding them takes time. */
const MAX_CHANGES = 2000;

/** What leads from one text to the other, whatever happened to the numbers of the places. */
export function changesBetween(before: string, after: string): LineChange[] {
  const [old, now] = [before, after].map((text) => text.split('\n').map(withoutPlaces)) as [string[], string[]];
  const least = Math.min(old.length, now.length);
  let head = 0;
  while (head < least && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < least - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const parts = diffArrays(old.slice(head, old.length - tail), now.slice(head, now.length - tail), {
    maxEditLength: MAX_CHANGES,
  });
  const changes: LineChange[] = [];
  let at = head;
  let removed: readonly string[] = [];
  const close = () => {
    if (removed.length > 0) changes.push({ kind: 'removed', start: at, end: at, before: removed });
    removed = [];
  };
  for (const part of parts ?? []) {
    if (part.removed) {
      removed = part.value;
    } else if (part.added) {
      const kind = removed.length > 0 ? 'changed' : 'added';
      changes.push({ kind, start: at, end: at + part.value.length, before: removed });
      removed = [];
      at += part.value.length;
    } else {
      close();
      at += part.value.length;
    }
  }
  close();
  return changes;
}

/** A statement of a file, and the line of the tree that it made. */
export interface Statement {
  readonly line: number;
  readonly file: number;
  readonly position: { readonly line: number };
  readonly until: number;
}

/** The line of the tree for a line of a file: of the innermost statement that holds it. */
export function lineFor(places: readonly Statement[], file: number, line: number): number | undefined {
  let best: Statement | undefined;
  for (const place of places) {
    if (place.file !== file || place.position.line > line || place.until < line) continue;
    if (!best || place.until - place.position.line <= best.until - best.position.line) best = place;
  }
  return best?.line;
}
