// SPDX-License-Identifier: MIT
// Ways through a tree without recursion: dtc takes thousands of levels, a worker's stack does not.

interface Nested<T> {
  readonly children: ReadonlyMap<string, T>;
}

/** Visits a node and every node below, parents first, in dtc's order; below a node whose visit says `false` none. */
export function eachNode<T extends Nested<T>>(from: T, visit: (node: T) => unknown): void {
  const pending = [from];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (visit(node) !== false) pushReversed(pending, node.children);
  }
}

/** So that the first one is the next to be taken. */
function pushReversed<T>(pending: T[], children: ReadonlyMap<string, T>): void {
  if (children.size === 0) return;
  let left = pending.length;
  for (const child of children.values()) pending.push(child);
  for (let right = pending.length - 1; left < right; left++, right--) {
    const last = pending[right] as T;
    pending[right] = pending[left] as T;
    pending[left] = last;
  }
}

/** Visits a node and every node below, and is told where each one ends; `first`: no sibling comes before. */
export function eachNodeAndEnd<T extends Nested<T>>(
  from: T,
  { open, close }: { readonly open: (node: T, first: boolean) => void; readonly close: (node: T) => void },
): void {
  const around: { readonly node: T; readonly children: Iterator<T>; any: boolean }[] = [];
  const begin = (node: T, first: boolean): void => {
    open(node, first);
    around.push({ node, children: node.children.values(), any: false });
  };
  begin(from, true);
  for (let top = around.at(-1); top; top = around.at(-1)) {
    const next = top.children.next();
    if (next.done) {
      close(top.node);
      around.pop();
    } else {
      begin(next.value, !top.any);
      top.any = true;
    }
  }
}
