// SPDX-License-Identifier: MIT
// What a build puts behind a board's own text (U-Boot's `NAME-u-boot.dtsi`, Zephyr's overlays), as items of the board.
import type { IncludeItem, Item } from '#syntax/ast.ts';

/** The items of one board's text with those behind them, which are the same objects all the time, as any unchanged item. */
export class AppendedItems {
  readonly #items: readonly { -readonly [Name in keyof IncludeItem]: IncludeItem[Name] }[];

  constructor(files: readonly string[] = []) {
    this.#items = files.map((file) => {
      const pathText = `"${file}"`;
      return { kind: 'include', style: 'cpp', at: 0, length: 0, path: { at: 0, length: 0 }, pathText };
    });
  }

  behind(items: readonly Item[], text: string): readonly Item[] {
    if (this.#items.length === 0) return items;
    for (const item of this.#items) item.at = text.length;
    return [...items, ...this.#items];
  }
}
