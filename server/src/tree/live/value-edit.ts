// SPDX-License-Identifier: MIT
// The commonest keystroke: is the value of one property all in which two versions of a file's statements differ?
import type { Item, NodeItem, PropertyItem } from '#syntax/ast.ts';

export interface ValueEdit {
  /** The index of the statement at the top of the file that holds the property. */
  readonly index: number;
  /** The nodes around the property, outermost first. */
  readonly nodes: readonly NodeItem[];
  readonly before: PropertyItem;
  readonly after: PropertyItem;
  /** Where the property starts, in both versions. */
  readonly at: number;
  /** By so many characters the value became longer. */
  readonly by: number;
}

/** `undefined` when anything else differs, or nothing does. */
export function findValueEdit(before: readonly Item[], after: readonly Item[]): ValueEdit | undefined {
  const nodes: NodeItem[] = [];
  const moves: (() => boolean)[] = [];
  let [old, now, base] = [before, after, 0];
  let by = 0;
  let top: number | undefined;
  for (;;) {
    const [earlier, later] = [old, now];
    const index = earlier.findIndex((item, at) => item !== later[at]);
    const [was, is] = [earlier[index], later[index]];
    if (!was || !is || earlier.length !== later.length || was.at !== is.at) return undefined;
    moves.push(() => earlier.every((item, at) => at <= index || isMoved(item, later[at], by)));
    top ??= index;
    base += was.at;
    by = is.length - was.length;
    if (was.kind === 'property' && is.kind === 'property') {
      const edit = { index: top, nodes, before: was, after: is, at: base, by };
      return isValueEdit(was, is) && moves.every((holds) => holds()) ? edit : undefined;
    }
    if (was.kind !== 'node' || is.kind !== 'node' || !sameHead(was, is) || !was.closed || !is.closed) return undefined;
    nodes.push(is);
    [old, now] = [was.body, is.body];
  }
}

function sameHead(a: NodeItem | PropertyItem, b: NodeItem | PropertyItem): boolean {
  return a.headText === b.headText && a.head.at === b.head.at && a.head.length === b.head.length;
}

function isValueEdit(was: PropertyItem, is: PropertyItem): boolean {
  if (!was.value || !is.value || !sameHead(was, is) || was.value.at !== is.value.at) return false;
  return is.length - was.length === is.value.length - was.value.length;
}

/** The same item, so many characters further on. */
function isMoved(item: Item, other: Item | undefined, by: number): boolean {
  if (item === other) return by === 0;
  if (!other || other.at !== item.at + by) return false;
  const [parts, otherParts] = [Object.entries(item), new Map(Object.entries(other))];
  return parts.every(([name, part]) => name === 'at' || otherParts.get(name) === part);
}
