// SPDX-License-Identifier: MIT
// The stack of dtc's parser, which takes 9999 entries (YYMAXDEPTH of bison): it keeps each child node there until it has
// read the last one, so a node cannot have more of them.

export interface StackUse {
  /** Entries below what follows in the node. */
  stack: number;
  isFull?: true;
}

const MAX_ENTRIES = 9999;
/** What the smallest child takes (`name { };`), and what a node keeps while it is open. */
const SMALLEST_CHILD = 6;
const OPEN_NODE = 3;

export const NO_ROOM = "dtc's parser takes no more than 9988 child nodes and labels in a node; it stops here.";

/** False for the first child, and label before it, that has no room. */
export function hasRoom(body: StackUse, labels: number): boolean {
  const needed = body.stack++ + labels + SMALLEST_CHILD;
  if (needed <= MAX_ENTRIES || body.isFull) return true;
  body.isFull = true;
  return false;
}

/** For the body of a node: of the first at the top, of another there, or of a child that {@link hasRoom} was asked about. */
export function stackInside(parent: StackUse | undefined, labels: number, first: boolean): number {
  return (parent ? parent.stack - 1 + labels : first ? 3 : 4) + OPEN_NODE;
}
