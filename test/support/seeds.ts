// SPDX-License-Identifier: MIT
// Rules against model on the board of a seed: for the unit suite, and with more seeds for `test:oracle -- agreement`.
import type { KernelVersion } from '#model/platform/types.ts';
import type { Grammar } from '#syntax/parser.ts';
import { Frontend } from '#tree/frontend.ts';
import { disagreements } from './agreement.ts';
import { randomBoard, randomCmdline } from './random-board.ts';

export { loadGrammar } from '#syntax/parser.ts';

/** What rules and model say differently of the boards of these seeds, each with its seed. */
export function seedDisagreements(
  grammar: Grammar,
  kernelVersion: KernelVersion,
  first: number,
  count: number,
): string[] {
  const found: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const text = randomBoard(seed);
    const frontend = new Frontend(grammar, { read: () => ({ path: '/board.dts', text }) });
    const tree = frontend.evaluate('/board.dts', { includePaths: [], defines: [] });
    const cmdline = randomCmdline(seed);
    const platform = { kind: 'linux', arch: 'arm64', kernelVersion, cmdline, assumed: [] } as const;
    found.push(...disagreements(tree, platform).map((line) => `seed ${seed}: ${line}`));
  }
  return found;
}
