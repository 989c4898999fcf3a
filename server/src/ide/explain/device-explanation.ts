// SPDX-License-Identifier: MIT
// Everything that is told about one device: its report, what its probe waits for, and what it would get elsewhere.
import { t } from '#base/language.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { type Claim, claimsOf } from '#model/claims.ts';
import { configure } from '#model/configure.ts';
import { dmaRole, type Role } from '#model/devices/dma-role.ts';
import { type DmaPool, dmaPool } from '#model/direct/pool.ts';
import { machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { type BootWait, bootWaits, longestWay } from '#model/probe/boot-order.ts';
import { type DmaOps, dmaOps } from '#model/report/dma-ops.ts';
import type { DmaReport } from '#model/report/types.ts';
import { type Otherwise, otherwise } from '#model/what-if.ts';
import { isLive, nodeByPath } from '#tree/query.ts';
import { headVerdict, roleText } from '#wording/values.ts';

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
  /** Of an IOMMU: labels or names of those that use it or wait for it, host bridges included. */
  readonly masters: readonly string[];
}

/** The verdict as the head of a page; of a device that does no DMA itself, that it does none, before what would apply. */
export function headText(report: DmaReport, role: Role | undefined): string {
  const verdict = headVerdict(report);
  const isMade = report.verdict !== 'no-device' && report.verdict !== 'not-configured';
  if (!role || role.role === 'master' || !isMade) return verdict;
  if (role.why.kind === 'is-iommu') return t('{0}; itself: {1}', roleText(role.why), verdict);
  if (role.role === 'through')
    return t('its DMA is that of another device: {0}; itself: {1}', roleText(role.why), verdict);
  return t('no DMA of its own: {0}; if it did any: {1}', roleText(role.why), verdict);
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
  const masters = role.why.kind === 'is-iommu' ? mastersOf(snapshot, report.path) : [];
  return { report, role, ops: dmaOps(platform, report.verdict), pool, claims, masters, ...waitsOf(snapshot, report) };
}

function mastersOf({ tree, platform }: Pick<Snapshot, 'tree' | 'platform'>, iommu: string): string[] {
  const { withIommus, withIommuMap } = treeNodes(machineOf(tree, platform));
  const candidates = [...new Set([...withIommus, ...withIommuMap])].filter(isLive);
  return candidates
    .map((node) => configure(tree, platform, node))
    .filter(({ iommus, pci }) =>
      [...iommus.map(({ path }) => path), ...(pci?.maps ?? []).map((row) => row.iommu)].includes(iommu),
    )
    .map(({ label, path }) => label ?? path.slice(path.lastIndexOf('/') + 1));
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
