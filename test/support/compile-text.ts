// SPDX-License-Identifier: MIT
// What `dt-iommu compile` makes of one text, in short: the exit code, and where it is 0 a hash of the blob.
import { DEATH, refusals } from '#rules/dtc/refusals.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { firstFailed, LAST_CHECK } from '#tree/dtc/checks.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';
import { Frontend, type Grammar } from '#tree/frontend.ts';
import { PATH_IN_OVERLAY } from '#tree/settle.ts';
import type { DeviceTree } from '#tree/types.ts';

interface Asked {
  readonly version: string;
  /** `-@`, `-f`. */
  readonly flags: string;
  hash(bytes: Uint8Array): string;
}

export function compileText(grammar: Grammar, text: string, { version, flags, hash }: Asked): string {
  const file = { path: '/board.dts', text };
  const symbols = flags.includes('-@');
  const dtc = parseDtcVersion(version);
  const evaluate = (failedCheck?: ReturnType<typeof firstFailed>): DeviceTree =>
    new Frontend(grammar, { read: (path) => (path === file.path ? file : undefined) }).evaluate(file.path, {
      includePaths: [],
      defines: [],
      symbols,
      ...(dtc && { dtc }),
      ...(failedCheck && { failedCheck }),
    });
  const tree = evaluate();
  const errors = tree.problems.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
  if (errors.some((rule) => !rule.startsWith('dtc/') && rule !== PATH_IN_OVERLAY)) return '1';
  const checks = refusals(tree.omits ? evaluate(LAST_CHECK) : tree).map(({ rule }) => rule);
  if (checks.includes(DEATH)) return '1';
  const failed = firstFailed(new Set([...errors, ...checks].map((rule) => rule.slice(4))));
  if (failed !== undefined && !flags.includes('-f')) return '2';
  if (errors.includes(PATH_IN_OVERLAY)) return '1';
  return `0 ${hash(writeBlob(failed === undefined ? tree : evaluate(failed), { symbols }))}`;
}
