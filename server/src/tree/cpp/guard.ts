// SPDX-License-Identifier: MIT
// A file that is nothing but `#ifndef NAME … #endif` is not read again while NAME is defined; cpp then does not even
// print that it was included (libcpp: the multiple-include optimization).

export class Guard {
  /** Known at the end of the file, when all of it was guarded. */
  name: string | undefined;
  #state: 'before' | 'inside' | 'behind' | 'none' = 'before';

  /** Text outside directives. */
  text(): void {
    if (this.#state !== 'inside') this.#state = 'none';
  }

  /** A directive; so many conditionals are open before it. */
  directive(name: string, depth: number): void {
    if (this.#state === 'inside') {
      if (depth === 1 && name === 'endif') this.#state = 'behind';
      else if (depth === 1 && name.startsWith('el')) this.#state = 'none';
    } else if (this.#state !== 'before' || name !== 'ifndef') {
      this.#state = 'none';
    }
  }

  /** The name behind an `#ifndef`. */
  opens(name: string): void {
    if (this.#state !== 'before') return;
    this.#state = 'inside';
    this.name = name;
  }

  get isWhole(): boolean {
    return this.#state === 'behind';
  }
}
