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
const DELETION = 3;
const LARGEST_VALUE = 11;

export const NO_ROOM =
  "dtc's parser has no room for more: it takes 3330 levels of nodes, or 9988 child nodes and labels in one; it stops here.";

/** False for the first child, and label before it, that has no room. */
export function hasRoom(body: StackUse, labels: number): boolean {
  return fits(body, body.stack++ + labels + SMALLEST_CHILD);
}

function fits(body: StackUse, needed: number): boolean {
  if (needed <= MAX_ENTRIES || body.isFull) return true;
  body.isFull = true;
  return false;
}

/** For a `/delete-node/` in a node, which stays as a child does. */
export function hasRoomForDeletion(body: StackUse): boolean {
  return fits(body, body.stack++ + DELETION);
}

/** For a property, which stays for as long as it is read. */
export function hasRoomForProperty(body: StackUse, labels: number, value: string | undefined): boolean {
  // Far from the end nobody needs to know what the value takes.
  if (value === undefined || body.stack + labels + LARGEST_VALUE <= MAX_ENTRIES) return true;
  return fits(body, body.stack + labels + entriesOf(value));
}

/** While its last piece is read; of an expression, what its parentheses take. */
function entriesOf(value: string): number {
  const text = value.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\'?)*'/g, '"');
  if (/\/incbin\/[^)]*,/.test(text)) return LARGEST_VALUE;
  if (text.includes('/incbin/')) return 7;
  if (text.includes('[') || text.includes('/bits/')) return 6;
  return text.includes('<') ? 5 : 4;
}

/** For the body of a node: of the first at the top, of another there, or of a child that {@link hasRoom} was asked about. */
export function stackInside(parent: StackUse | undefined, labels: number, first: boolean): number {
  return (parent ? parent.stack - 1 + labels : first ? 3 : 4) + OPEN_NODE;
}
