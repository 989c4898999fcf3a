// SPDX-License-Identifier: MIT
// Comparisons of host bridges: what changes for them changes for the functions behind them, which have no node.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { configure } from '#model/configure.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { differences, type Pair } from './changes.ts';

interface Side {
  readonly tree: DeviceTree;
  readonly platform: Platform;
}

/** Rows of a map whose first function is compared. */
const ROWS = 4;

/** The pairs, each bridge followed by the first functions of its map's rows that differ; they have the bridge's path. */
export function withFunctions(pairs: readonly Pair[], left: Side, right: Side): Pair[] {
  return pairs.flatMap((pair) => {
    const maps = pair.left.pci?.maps ?? pair.right?.pci?.maps ?? [];
    if (pair.left.rid !== undefined || !pair.right) return [pair];
    const rows = maps.filter(({ length }) => length > 0).slice(0, ROWS);
    const functions = rows.flatMap(({ ridBase }): Pair[] => {
      const [one, other] = [left, right].map((side) => functionReport(side, pair.left, ridBase));
      return one && other ? [{ left: one, right: other }] : [];
    });
    return [pair, ...functions.filter((each) => differences(each).length > 0)];
  });
}

function functionReport({ tree, platform }: Side, { path, label }: DmaReport, rid: number): DmaReport | undefined {
  const node = nodeByPath(tree, path);
  if (!node) return undefined;
  const name = label ?? path.slice(path.lastIndexOf('/') + 1);
  return { ...configure(tree, platform, node, { rid }), path, label: t('requester ID {0} of {1}', hex(rid), name) };
}
