// SPDX-License-Identifier: MIT
// The hover of a PCI host bridge: what the functions behind it get, by their requester IDs.

import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code, linkMarkdown, plain, prose, tableMarkdown } from '#ide/explain/markup.ts';
import { functionText } from '#ide/map/names.ts';
import { isPciBus } from '#model/addresses/addresses.ts';
import { claimsOf } from '#model/claims.ts';
import { configure } from '#model/configure.ts';
import { pciTopology } from '#model/devices/pci-topology.ts';
import { type IdMap, iommuMap, type MapRow, readMap } from '#model/iommu/id-map.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { dmaOps } from '#model/report/dma-ops.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { DmaReport } from '#model/report/types.ts';
import { isLive, lastSet } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { claimText } from '#wording/statements/claims.ts';
import { opsText, reachOf, wayText } from './device.ts';
import {
  type Asked,
  commandLinks,
  functionOf,
  type Icon,
  nameOf,
  placesLine,
  reasonLine,
  type Sheet,
  shortName,
  waitsLink,
} from './sheet.ts';

/** Rows of the table. */
const ROWS = 4;

export function hostBridgeSheet(asked: Asked, node: DtNode): Sheet {
  const { tree, platform } = asked.snapshot;
  const machine = machineOf(tree, platform);
  const { map } = iommuMap(machine, node);
  const report = reportOf(asked, machine, node, map);
  return {
    ...headOf(asked, node, report, map),
    facts: [
      wayText(report.verdict, opsText(dmaOps(platform, report.verdict))),
      report.coherent ? t('coherent') : t('not coherent'),
      report.dmaLimit === null ? '' : t('{0}-bit', BigInt(report.dmaLimit).toString(2).length),
      msiText(machine, node),
    ],
    body: map ? [tableOf(machine, node, map)] : [],
    reason: reasonsOf(asked, node, report, map),
    links: [commandLinks(asked, node, waitsLink(asked, node)), placesLine(asked, node)],
  };
}

/** What the functions get: of the first entries of the map, one that leads to an IOMMU. */
function reportOf({ snapshot: { tree, platform } }: Asked, machine: Machine, node: DtNode, map?: IdMap): DmaReport {
  const ids = map?.rows.slice(0, ROWS).map(({ base }) => base) ?? [];
  const [first = pciTopology(machine, node).rootBus << 8, ...others] = ids;
  const report = configure(tree, platform, node, { rid: first });
  if (report.iommus.length > 0) return report;
  const better = others.map((rid) => configure(tree, platform, node, { rid })).find(({ iommus }) => iommus.length > 0);
  return better ?? report;
}

function headOf(
  { snapshot: { tree } }: Asked,
  node: DtNode,
  report: DmaReport,
  map: IdMap | undefined,
): { readonly icon: Icon; readonly headline: string } {
  const isPci = isPciBus(node);
  const who = t('{0} behind {1}', isPci ? t('Functions') : t('Devices'), plain(nameOf(node)));
  const by = isPci ? t('by requester ID') : t('by ID');
  if (report.deferred) {
    return { icon: 'clock', headline: t('{0} wait for {1}', who, plain(shortName(tree)(report.deferred.on))) };
  }
  const iommus = [...new Set(report.iommus.map(({ path }) => path))].map((path) => plain(shortName(tree)(path)));
  if (report.verdict === 'xen-grant')
    return { icon: 'key', headline: t('{0} → back ends by requester ID, page by page', who) };
  if (iommus.length > 0) {
    const more = new Set(map?.rows.flatMap(({ provider }) => (provider ? [provider] : []))).size - iommus.length;
    const others = more > 0 ? t(' and {0} more', more) : '';
    const passed = report.verdict === 'iommu-identity' ? t(', passed through') : '';
    return { icon: 'shield', headline: `${who} → ${iommus.join(', ')}${others}, ${by}${passed}` };
  }
  const named = map?.rows[0]?.provider;
  if (map && named && map.rows.every(({ length }) => length === 0)) {
    return {
      icon: 'circle-slash',
      headline: t('{0}: iommu-map covers no ID, so {1} has none of them', who, plain(nameOf(named))),
    };
  }
  if (named) {
    return {
      icon: 'circle-slash',
      headline: t('{0}: iommu-map names {1}, which does not take them', who, plain(nameOf(named))),
    };
  }
  return { icon: 'arrow-right', headline: `${who} → ${reachOf(report)}` };
}

function msiText(machine: Machine, node: DtNode): string {
  const mapped = readMap(machine, node, 'msi-map')?.rows[0]?.provider;
  const [parent] = specifiers(machine.tree, node.properties.get('msi-parent'), '#msi-cells', 0).entries;
  const controller = mapped ?? parent?.provider;
  return controller ? `MSI → ${plain(nameOf(controller))}` : '';
}

/** A row per entry of the map, with the functions that have nodes; what no row covers last. */
function tableOf(machine: Machine, node: DtNode, map: IdMap): string {
  const functions = isPciBus(node) ? pciTopology(machine, node).functions : [];
  const several = new Set(map.rows.map(({ provider }) => provider)).size > 1;
  const isPci = isPciBus(node);
  const rows = map.rows.slice(0, ROWS).map((row) => {
    const inside = functions
      .filter(({ id, node: own }) => own && covers(map, row, id))
      .map(({ node: own }) => (own ? plain(nameOf(own)) : ''));
    const shown = inside.length > 3 ? [...inside.slice(0, 3), t('{0} more', inside.length - 3)] : inside;
    const whom = several ? t(' at {0}', row.provider ? plain(nameOf(row.provider)) : t('no node')) : '';
    return [requesters(map, row, isPci), `${outputs(map, row)}${whom}`, shown.join(', ')];
  });
  const more = map.rows.length - rows.length;
  if (more > 0) rows.push([t('{0} more', more), '', '']);
  const all = map.mask === 0 || map.rows.some(({ base, length }) => base === 0 && length >= 0x10000);
  if (!all) rows.push([t('any other'), '—', t('direct: not in iommu-map')]);
  return tableMarkdown([[isPci ? t('function') : t('on the bus'), 'ID', t('node')], ...rows]);
}

function covers({ mask }: IdMap, { base, length }: MapRow, id: number): boolean {
  const masked = (id & mask) >>> 0;
  return masked >= base && masked < base + length;
}

function requesters({ mask }: IdMap, { base, length }: MapRow, isPci: boolean): string {
  const named = (id: number) => code(isPci ? functionText(id) : hex(id));
  if ((mask & 0xffff) === 0) return t('all');
  if (length === 0) return t('none');
  const low = named(base);
  const text =
    length === 1 ? low : t('{0} to {1}', low, named(isPci ? Math.min(0xffff, base + length - 1) : base + length - 1));
  return (mask & 0xffff) === 0xffff ? text : t('{0} after mask {1}', text, code(hex(mask & 0xffff)));
}

function outputs({ mask }: IdMap, { length, out: [first = 0] }: MapRow): string {
  return length <= 1 || (mask & 0xffff) === 0
    ? code(hex(first))
    : t('{0} to {1}', code(hex(first)), code(hex(first + length - 1)));
}

function reasonsOf(asked: Asked, node: DtNode, report: DmaReport, map: IdMap | undefined): string[] {
  const { tree, platform } = asked.snapshot;
  const step = decidingStep(report);
  const lines: string[] = [];
  if (map && report.iommus.length > 0) {
    const property = node.properties.get('iommu-map');
    const place = property ? [linkMarkdown(asked.reader.link(lastSet(property).name))] : [];
    const how = t(
      '{0} is looked up for each {1} that is found',
      code('iommu-map'),
      isPciBus(node) ? t('function') : t('device'),
    );
    lines.push(
      `${how} — ${[...place, code(isPciBus(node) ? 'of_pci_iommu_init' : 'of_iommu_configure_dev_id')].join(' · ')}`,
    );
  } else if (step) {
    lines.push(reasonLine(asked, step));
  }
  if (!isLive(node)) return lines;
  const claims = claimsOf(tree, platform, node, asked.snapshot.report(node)).filter(
    ({ property }) => property === 'iommu-map',
  );
  const [claim] = claims;
  if (claim && report.iommus.length > 0) {
    const error = claim.code === null ? '' : ` (${claim.code})`;
    const more = claims.length > 1 ? t('; {0} more are not used', claims.length - 1) : '';
    const why = prose(claimText(claim.why), shortName(tree));
    lines.push(
      t(
        'entry {0} is not used: {1} — {2}{3}{4}',
        claim.index,
        why,
        [linkMarkdown(asked.reader.link(claim.place)), ...functionOf(claim.by)].join(' · '),
        error,
        more,
      ),
    );
  }
  return lines;
}
