// SPDX-License-Identifier: MIT
// What the map tells at the side about one device or IOMMU: facts, the reason that decides, all reasons, what it waits for.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { type DeviceExplanation, explanationOf } from '#ide/explain/device-explanation.ts';
import { bootWaits } from '#model/probe/boot-order.ts';
import { nodeByPath } from '#tree/query.ts';
import { describeStep } from '#wording/report.ts';
import { limitName, limitText, otherwiseText, roleText, VERDICTS } from '#wording/values.ts';
import { type DmaMap, dmaMap, type MapDevice, type MapIommu } from './dma-map.ts';
import { idLong, mapRowText, nameOfPath, opsText } from './names.ts';
import { type OwnWait, ownWaits } from './own-waits.ts';

export interface Reason {
  readonly text: string;
  /** File and function of the kernel, with the release. */
  readonly authority: string;
  readonly evidence: readonly Span[];
  readonly dependsOn: string | null;
  readonly decides: boolean;
}

export interface Details {
  readonly facts: readonly { readonly term: string; readonly lines: readonly string[] }[];
  /** Paths of those in the same group. */
  readonly mates: readonly string[];
  readonly reasons: readonly Reason[];
  readonly waits: readonly OwnWait[];
  /** What it would get elsewhere. */
  readonly otherwise: readonly string[];
}

/** `undefined`: the map has no such device or IOMMU. */
export function detailsOf(snapshot: Snapshot, path: string): Details | undefined {
  const map = dmaMap(snapshot);
  const iommu = map.iommus.find((each) => each.path === path);
  if (iommu) {
    return {
      facts: iommuFacts(iommu, map),
      mates: [],
      reasons: [],
      waits: iommuWaits(snapshot, iommu),
      otherwise: [],
    };
  }
  const device = map.devices.find((each) => each.path === path);
  const node = device && nodeByPath(snapshot.tree, device.madeBy ?? device.path);
  if (!device || !node) return undefined;
  const explanation = explanationOf(snapshot, snapshot.report(node));
  return {
    facts: deviceFacts(device, explanation, map),
    mates: map.devices.filter((each) => isMate(each, device)).map((each) => each.path),
    reasons: reasonsOf(explanation),
    waits: ownWaits(snapshot.tree, explanation.waits),
    otherwise: device.madeBy === null ? explanation.otherwise.map(otherwiseText) : [],
  };
}

/** Xen drives its IOMMUs before it has devices. */
function iommuWaits({ tree, platform }: Snapshot, { path, enabled }: MapIommu): OwnWait[] {
  const node = nodeByPath(tree, path);
  if (!node || !enabled || platform.kind === 'xen-host' || platform.kind === 'zephyr') return [];
  return ownWaits(tree, bootWaits(tree, platform, node));
}

function isMate(other: MapDevice, device: MapDevice): boolean {
  return device.group !== null && other.group === device.group && other.path !== device.path;
}

function fact(term: string, ...lines: readonly (string | null)[]): Details['facts'] {
  const shown = lines.filter((line) => line !== null && line !== '') as string[];
  return shown.length === 0 ? [] : [{ term, lines: shown }];
}

function deviceFacts(device: MapDevice, { report, role }: DeviceExplanation, map: DmaMap): Details['facts'] {
  const { ids, host, bits, coherent, reserved, owner, serves, roleWhy, deferred, madeBy } = device;
  const iommus = [...new Set(ids.map(({ iommu }) => iommu))];
  const verdict = madeBy === null ? report.verdict : device.verdict;
  return [
    ...fact(t('DMA'), VERDICTS[verdict]),
    ...fact(t('DMA ops'), opsText(device)),
    ...fact(t('IOMMU'), ...iommus.map((path) => nameOfPath(map, path))),
    ...fact(t('IDs'), ...ids.map(idLong)),
    ...fact(t('Map'), ...(host?.maps ?? []).map((row) => rowText(row, host, map))),
    ...fact(t('MSI'), host?.msi ? nameOfPath(map, host.msi) : null),
    ...fact(t('Address width'), bits === null ? t('nothing in the tree limits it') : t('{0} bits', bits)),
    ...fact(t('Coherent'), coherent ? t('yes') : t('no: Linux flushes caches')),
    ...fact(t('Reserved'), ...reserved.map(({ start, end, type }) => `${start}-${end} ${type}`)),
    ...fact(t('Owner'), owner),
    ...fact(t('Waits for'), deferred && `${nameOfPath(map, deferred.on)} (${deferred.reason})`),
    ...fact(t('Serves'), serves > 0 ? t('{0} devices', serves) : null),
    ...fact(t('Does DMA'), roleText(role.role === 'master' ? role.why : roleWhy)),
  ];
}

function rowText(row: NonNullable<MapDevice['host']>['maps'][number], host: MapDevice['host'], map: DmaMap): string {
  if (!host) return '';
  const { from, to } = mapRowText(row, host);
  return t('{0} → {1} at {2}', from, to, nameOfPath(map, row.iommu));
}

function iommuFacts(iommu: MapIommu, map: DmaMap): Details['facts'] {
  const { driver, enabled, compatible, cells, contexts, streamMask, main, limits, ownedByXen, needs } = iommu;
  const bound = ownedByXen ? t('Xen drives it') : (driver ?? t('no driver of Linux binds it'));
  return [
    ...fact(t('Driver'), enabled ? bound : t('none: the node is disabled')),
    ...fact(t('Compatible'), ...compatible),
    ...fact(t('Cells'), cells === null ? null : t('{0} for each master', cells)),
    ...fact(t('Contexts'), contexts === null ? null : t('{0}, by its interrupts', contexts)),
    ...fact(t('Mask'), streamMask === null ? null : t('0x{0} on every ID', streamMask.toString(16))),
    ...fact(t('Tables in'), main === null ? null : nameOfPath(map, main)),
    ...limits.flatMap((limit) => fact(limitName(limit), limitText(limit))),
    ...fact(t('Needs'), ...needs.map((path) => nameOfPath(map, path))),
  ];
}

function reasonsOf({ report }: DeviceExplanation): Reason[] {
  return report.steps.map(describeStep).map(({ text, authority, evidence, dependsOn, decides }) => ({
    text,
    authority,
    evidence,
    dependsOn: dependsOn ?? null,
    decides: decides === true,
  }));
}
