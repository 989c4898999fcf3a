// SPDX-License-Identifier: MIT
// Rules against model on boards from seeds (test/support/random-board.ts): thousands, where the unit suite has some.
import type { KernelVersion } from '#model/platform/types.ts';
import { seedDisagreements } from '#test/support/seeds.ts';
import { grammar, type Run } from './core.ts';

/** The first releases with each of the models' larger changes, and the newest. */
const RELEASES: readonly KernelVersion[] = [
  [7, 3],
  [6, 12],
  [6, 1],
];

export function compareAgreement({ report }: Run, boards: number): void {
  for (const release of RELEASES) {
    const part = report.part(`rules and model on random boards, Linux ${release.join('.')}`, boards);
    for (let seed = 1; seed <= boards; seed++) {
      const [line] = seedDisagreements(grammar, release, seed, 1);
      if (line === undefined) part.pass();
      else part.fail(line);
    }
    part.done();
  }
}
