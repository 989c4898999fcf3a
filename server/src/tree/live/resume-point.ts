// SPDX-License-Identifier: MIT
// Where the strict reading resumes: the first place of a broken statement that was not so in its last good version.
import type { Item, NodeItem } from '#syntax/ast.ts';
import type { ResumePoint } from '#tree/token-stream.ts';

const OPENS = /(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*)*\{/y;
const PLAIN: ReadonlySet<Item['kind']> = new Set(['node', 'property', 'delete-node', 'delete-property']);

/**
 * Follows the statement at the top into the nodes that hold the first difference. What stands before is the same
 * objects, so it is as good as it was.
 */
export function findResumePoint(good: Item | undefined, now: Item, text: string): ResumePoint {
  let point: ResumePoint = { offset: now.at, depth: 0, nodes: false };
  let [was, is] = [good, now];
  while (was?.kind === 'node' && is.kind === 'node' && was !== is && sameStart(was, is)) {
    OPENS.lastIndex = point.offset + is.head.at + is.head.length;
    const { body } = is;
    const index = was.body.findIndex((item, at) => item !== body[at]);
    const next = body[index];
    const before = body.slice(0, index);
    if (!OPENS.test(text) || !next || !before.every((item) => PLAIN.has(item.kind))) return point;
    const nodes = before.some(({ kind }) => kind === 'node' || kind === 'delete-node');
    point = { offset: point.offset + next.at, depth: point.depth + 1, nodes };
    [was, is] = [was.body[index], next];
  }
  return point;
}

function sameStart(a: NodeItem, b: NodeItem): boolean {
  return a.at === b.at && a.headText === b.headText && a.head.at === b.head.at && a.head.length === b.head.length;
}
