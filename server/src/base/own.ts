// SPDX-License-Identifier: MIT
// Looking up what a tree wrote in a table of ours: `constructor` and `__proto__` are names like any other there.

/** The table's own entry under the name; never one that every object has. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
