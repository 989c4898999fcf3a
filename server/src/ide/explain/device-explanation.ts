// SPDX-License-Identifier: MIT
// Everything that is told about one device: its report, what its probe waits for, and what it would get elsewhere.
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { type Claim, claimsOf } from '#model/claims.ts';
import { dmaRole, type Role } from '#model/devices/dma-role.ts';
import { type DmaPool, dmaPool } from '#model/direct/pool.ts';
import { machineOf } from '#model/platform/machine.ts';
import { type BootWait, bootWaits, longestWay } from '#model/probe/boot-order.ts';
import { type DmaOps, dmaOps } from '#model/report/dma-ops.ts';
import type { DmaReport } from '#model/report/types.ts';
import { type Otherwise, otherwise } from '#model/what-if.ts';
import { nodeByPath } from '#tree/query.ts';

export interface DeviceExplanation {
  readonly report: DmaReport;
  readonly role: Role;
  readonly ops: DmaOps | null;
  /** Where its coherent memory comes from, when not from all of RAM. */
  readonly pool: DmaPool | undefined;
  /** Entries of `iommus` and `iommu-map` that are not used. */
  readonly claims: readonly Claim[];
  /** In the order in which Linux comes to them. */
  readonly waits: readonly BootWait[];
  /** The longest row of devices of which each waits for the one before, without the device itself. */
  way(): readonly string[];
  readonly otherwise: readonly Otherwise[];
}

export function explanationOf(snapshot: Pick<Snapshot, 'tree' | 'platform'>, report: DmaReport): DeviceExplanation {
  const { tree, platform } = snapshot;
  return { ...factsOf(snapshot, report), otherwise: otherwise(tree, platform, report) };
}

/** Without what it would get elsewhere, which is too much to work out for every device of a board. */
export function briefExplanationOf(
  snapshot: Pick<Snapshot, 'tree' | 'platform'>,
  report: DmaReport,
): DeviceExplanation {
  return { ...factsOf(snapshot, report), otherwise: [] };
}

function factsOf(
  snapshot: Pick<Snapshot, 'tree' | 'platform'>,
  report: DmaReport,
): Omit<DeviceExplanation, 'otherwise'> {
  const { tree, platform } = snapshot;
  const node = nodeByPath(tree, report.path) ?? tree.root;
  const made = report.verdict !== 'no-device' && report.verdict !== 'not-configured';
  const role = dmaRole(tree, node, platform.kernelVersion, made);
  const claims = claimsOf(tree, platform, node, report);
  const pool = role.role === 'master' ? dmaPool(machineOf(tree, platform), node, report.verdict) : undefined;
  return { report, role, ops: dmaOps(platform, report.verdict), pool, claims, ...waitsOf(snapshot, report) };
}

/** A function behind a host bridge has no suppliers of its own, and Zephyr none at all. */
function waitsOf(
  { tree, platform }: Pick<Snapshot, 'tree' | 'platform'>,
  report: DmaReport,
): Pick<DeviceExplanation, 'waits' | 'way'> {
  const node = nodeByPath(tree, report.path);
  const none = !node || platform.kind === 'zephyr' || report.verdict === 'no-device' || report.rid !== undefined;
  if (none) return { waits: [], way: () => [] };
  return { waits: bootWaits(tree, platform, node), way: () => longestWay(tree, platform, node) };
}
