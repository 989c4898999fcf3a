// SPDX-License-Identifier: MIT
// Choices that a seed repeats.
import { random } from '#test/support/describe-tree.ts';

export class Pick {
  readonly below: (limit: number) => number;

  constructor(seed: number) {
    this.below = random(seed);
  }

  of<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to choose from');
    return list[this.below(list.length)] as T;
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  times<T>(limit: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(limit + 1) }, (_, index) => make(index));
  }
}
