// SPDX-License-Identifier: MIT
// Entries of `iommus` and `iommu-map` that make nobody's DMA go through the IOMMU they name: who refuses them, and why.
import type { Span } from '#base/text.ts';
import { isPciBus } from '#model/addresses/addresses.ts';
import { mapBinding } from '#model/iommu/binding.ts';
import { iommuMap, MAP_ID, type MapRow, mapId } from '#model/iommu/id-map.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import { at } from '#model/report/steps.ts';
import type { DmaReport, Step } from '#model/report/types.ts';
import type { ClaimReason } from '#model/statements/claims.ts';
import type { Reason, Statement } from '#model/statements/index.ts';
import { hostBridge } from '#model/systems/subject-of.ts';
import { pathOf } from '#tree/query.ts';
import { type Specifier, specifiers } from '#tree/specifiers.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

export interface Claim {
  readonly property: 'iommus' | 'iommu-map';
  readonly index: number;
  /** Path of the IOMMU; `null` where the entry names no node. */
  readonly iommu: string | null;
  /** Who refuses it, or does not read it: `Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate`. */
  readonly by: string;
  /** The error that Linux's function returns; `null` where nobody comes to the entry. */
  readonly code: string | null;
  readonly why: ClaimReason;
  readonly place: Span;
}

const CONFIGURE_DEV = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure_dev';
const PCI_INIT = 'Linux 6.12 drivers/iommu/of_iommu.c:of_pci_iommu_init';

/** The unused entries of a node, in its order; `report` is the report of the node itself. */
export function claimsOf(tree: DeviceTree, platform: Platform, node: DtNode, report: DmaReport): Claim[] {
  const { properties } = node;
  if (!properties.has('iommus') && !properties.has('iommu-map')) return [];
  const machine = machineOf(tree, platform);
  return [
    ...(properties.has('iommus') ? listClaims(machine, node, report) : []),
    ...(properties.has('iommu-map') ? mapClaims(machine, node, report) : []),
  ];
}

function listClaims(machine: Machine, node: DtNode, report: DmaReport): Claim[] {
  const { entries, stop } = specifiers(machine.tree, node.properties.get('iommus'), '#iommu-cells');
  const claim = (
    { index, provider, phandle }: Pick<Specifier, 'index' | 'phandle'> & { readonly provider?: DtNode },
    by: string,
    code: string | null,
    why: ClaimReason,
  ): Claim => {
    const iommu = provider ? pathOf(provider) : null;
    return { property: 'iommus', index, iommu, by, code, why, place: phandle.span };
  };
  if (node.parent && isPciBus(node.parent)) {
    const host = pathOf(hostBridge(node));
    return entries.map((entry) => claim(entry, PCI_INIT, null, { kind: 'of-function', host }));
  }
  const isUsed = report.iommus.length > 0;
  const rest: Claim[] = [];
  for (const step of report.steps) {
    const { statement, authority } = step;
    if (statement.kind === 'iommus-stop' && stop) {
      const { fault } = statement;
      rest.push(
        claim(stop, authority, fault.kind === 'phandle-zero' ? '-ENOENT' : '-EINVAL', { kind: 'faulty', fault }),
      );
    }
    if (isUsed) continue;
    if (statement.kind === 'entry-refused' && statement.entry.in === 'iommus') {
      const { why, entry } = statement;
      return entries.map((each) => {
        if (each.index === entry.index) return claim(each, authority, codeOf(machine, why), { kind: 'refused', why });
        const earlier = each.index < entry.index;
        const reason: ClaimReason = earlier
          ? { kind: 'dropped', because: entry.index }
          : { kind: 'not-reached', stop: entry.index };
        return claim(each, earlier ? authority : CONFIGURE_DEV, null, reason);
      });
    }
    if (statement.kind === 'device-refused' && statement.who === 'device') {
      const { why } = statement;
      return entries.map((each) => claim(each, authority, codeOf(machine, why), { kind: 'refused', why }));
    }
  }
  if (isUsed) return rest;
  const { authority, because } = whyUnread(report.steps);
  return [...entries.map((each) => claim(each, authority, null, { kind: 'unread', because })), ...rest];
}

/** Statements after which nobody reads the property or uses what it says, beside the refusals of entries. */
const UNREAD: readonly string[] = [
  'iommus-hidden-by-xen',
  'not-virtio',
  'grant-cells',
  'grants-too-new',
  'grants-not-built',
  'not-under-xen',
];

/** The step that says so; for a node without a device the one before "Linux does not read it". */
function whyUnread(steps: readonly Step[]): { readonly authority: string; readonly because: Statement } {
  const unread = steps.findIndex(({ statement }) => statement.kind === 'iommus-unread');
  const found =
    (unread > 0 ? steps[unread - 1] : undefined) ??
    steps.find(({ statement }) => UNREAD.includes(statement.kind)) ??
    steps.find(({ decides }) => decides);
  const authority = unread >= 0 ? (steps[unread]?.authority ?? '') : (found?.authority ?? '');
  return { authority, because: found?.statement ?? { kind: 'iommus-unread' } };
}

function mapClaims(machine: Machine, node: DtNode, report: DmaReport): Claim[] {
  const { map } = iommuMap(machine, node);
  if (!map) return [];
  const place = at(node, 'iommu-map');
  const property = 'iommu-map' as const;
  const hidden = report.steps.find(({ statement }) => UNREAD.includes(statement.kind));
  if (report.verdict === 'no-device' || report.verdict === 'not-configured' || hidden) {
    const { authority, because } = whyUnread(report.steps);
    return map.rows.map(({ provider, span }, index) => {
      const why: ClaimReason = { kind: 'unread', because };
      return {
        property,
        index,
        iommu: provider ? pathOf(provider) : null,
        by: authority,
        code: null,
        why,
        place: span,
      };
    });
  }
  const whole = map.refused !== undefined || map.cutOff !== undefined;
  const fault: Reason =
    map.refused !== undefined ? { kind: 'map-length', property } : { kind: 'map-cut-off', property };
  const end: Claim = {
    property,
    index: map.rows.length,
    iommu: null,
    by: MAP_ID,
    code: '-EINVAL',
    why: { kind: 'refused', why: fault },
    place,
  };
  const rows = map.rows.flatMap((row, index) => {
    const found = rowClaim(machine, node, row, map);
    const iommu = row.provider ? pathOf(row.provider) : null;
    return found ? [{ property, index, iommu, place: row.span, ...found }] : [];
  });
  return whole ? [...rows, end] : rows;
}

function rowClaim(
  machine: Machine,
  node: DtNode,
  row: MapRow,
  map: NonNullable<ReturnType<typeof iommuMap>['map']>,
): Pick<Claim, 'by' | 'code' | 'why'> | undefined {
  const found = mapId(map, node, 'iommu-map', row.base);
  if (found.kind === 'refused') {
    const isOwn = found.span === row.span || map.rows.find(({ span }) => span === found.span) === row;
    return isOwn
      ? { by: MAP_ID, code: codeOf(machine, found.why), why: { kind: 'refused', why: found.why } }
      : undefined;
  }
  if (found.kind !== 'mapped') return { by: MAP_ID, code: null, why: { kind: 'covers-nothing' } };
  if (found.row !== row) return { by: MAP_ID, code: null, why: { kind: 'covered', by: map.rows.indexOf(found.row) } };
  const { outcome, why, steps } = mapBinding(machine, node, [row.base]);
  if (outcome !== 'refused' || why === undefined) return undefined;
  const by = steps.decisive?.authority ?? MAP_ID;
  return { by, code: codeOf(machine, why), why: { kind: 'refused', why } };
}

/** What the functions return that refuse, where it is not -EINVAL; read in Linux 6.12 and 7.3. */
function codeOf(machine: Machine, why: Reason): string {
  switch (why.kind) {
    case 'iommu-disabled':
    case 'iommu-without-driver':
    case 'no-of-xlate':
    case 'row-without-node':
    case 'only-own-list':
      return '-ENODEV';
    case 'soc-denied':
      return '-ENODEV';
    case 'not-on-list':
      return why.result;
    case 'mask-hides-base':
      return '-EFAULT';
    case 'stream-taken':
      return has(machine.platform.kernelVersion, GATES.aliasesEnodev) ? '-ENODEV' : '-EINVAL';
    default:
      return '-EINVAL';
  }
}
