// SPDX-License-Identifier: MIT
// A line above IOMMUs (whom they serve), host bridges (where requester IDs go), devices (their verdict) and shared files.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { printable, type Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { nodeRanges } from '#ide/navigation/places.ts';
import { dmaRole } from '#model/devices/dma-role.ts';
import { mastersByIommu } from '#model/iommu/masters.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { has } from '#model/platform/releases.ts';
import { isLive } from '#tree/query.ts';
import { type MapEntry, mapEntries } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { headVerdict, requesterIds } from '#wording/values.ts';

/** The kinds and whether they are shown where nobody chose. */
export const LENS_DEFAULTS = {
  iommus: true,
  hostBridges: true,
  /** The verdict of each device that does DMA itself. */
  devices: false,
  /** How many boards include the file. */
  sharedFiles: false,
} as const satisfies Readonly<Record<string, boolean>>;

export type LensKind = keyof typeof LENS_DEFAULTS;

export interface CodeLens {
  /** The name of the node. */
  readonly span: Span;
  readonly title: string;
}

/** A map with more entries says only how many. */
const MAX_ENTRIES = 2;

/** Of the kinds that are shown, in text order. */
export function codeLenses(view: View, shown: Readonly<Record<LensKind, boolean>> = LENS_DEFAULTS): CodeLens[] {
  const { snapshot, file } = view;
  const lenses: CodeLens[] = shown.sharedFiles ? sharedFileLens(view) : [];
  const seen = new Set<DtNode>();
  for (const { node } of nodeRanges(snapshot, file)) {
    if (seen.has(node)) continue;
    seen.add(node);
    // A lens stands where the node is described, not where boards change it.
    const opened = node.origins.find(({ kind }) => kind === 'open');
    const title = opened?.name.file === file ? titleOf(view, node, shown) : undefined;
    if (title !== undefined && opened) lenses.push({ span: opened.name, title });
  }
  return lenses;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The rows of `iommu-map` as the release reads them: since Linux 7.2 with as many output cells as the IOMMU asks for. */
function rowsOf({ tree, platform }: Pick<Machine, 'tree' | 'platform'>, node: DtNode): readonly MapEntry[] {
  const wide = has(platform.kernelVersion, GATES.mapsOneByOne);
  return mapEntries(tree, node.properties.get('iommu-map'), wide ? '#iommu-cells' : undefined) ?? [];
}

/** Whose `iommu-map` names it. */
function bridgesOf(machine: Machine, iommu: DtNode): number {
  const names = (node: DtNode) => isLive(node) && rowsOf(machine, node).some(({ provider }) => provider === iommu);
  return treeNodes(machine).withIommuMap.filter(names).length;
}

function sharedFileLens({ file, boardsOf }: View): CodeLens[] {
  const boards = boardsOf(file).filter((board) => board !== file);
  if (boards.length === 0) return [];
  return [
    { span: { file, start: 0, end: 0 }, title: t('{0} near here', counted(boards.length, t('board'), t('boards'))) },
  ];
}

function titleOf(view: View, node: DtNode, shown: Readonly<Record<LensKind, boolean>>): string | undefined {
  if (node.properties.has('#iommu-cells')) return shown.iommus ? iommuTitle(view, node) : undefined;
  if (node.properties.has('iommu-map')) return shown.hostBridges ? bridgeTitle(view, node) : undefined;
  return shown.devices ? deviceTitle(view, node) : undefined;
}

function deviceTitle({ snapshot }: View, node: DtNode): string | undefined {
  const { tree, platform } = snapshot;
  if (!isLive(node) || !node.properties.has('compatible')) return undefined;
  if (dmaRole(tree, node, platform.kernelVersion, true).role !== 'master') return undefined;
  const report = snapshot.report(node);
  return report.verdict === 'no-device' || report.verdict === 'not-configured' ? undefined : headVerdict(report);
}

function iommuTitle({ snapshot: { tree, platform } }: View, node: DtNode): string {
  if (!isLive(node)) return t('disabled');
  const machine = machineOf(tree, platform);
  const masters = mastersByIommu(machine).get(node)?.length ?? 0;
  const bridges = bridgesOf(machine, node);
  const parts = [
    counted(masters, t('master'), t('masters')),
    ...(bridges > 0 ? [counted(bridges, t('host bridge'), t('host bridges'))] : []),
  ];
  return parts.join(', ');
}

function bridgeTitle({ snapshot }: View, node: DtNode): string | undefined {
  const entries = rowsOf(snapshot, node);
  if (entries.length === 0) return undefined;
  if (entries.length > MAX_ENTRIES) return t('{0} ranges of requester IDs to IOMMUs', entries.length);
  const texts = entries.map(({ base, length, provider }) => {
    const ids =
      length.value === 1
        ? t('requester ID {0}', hex(base.value))
        : requesterIds({ ridBase: base.value, length: length.value });
    const name = provider?.labels[0]?.name ?? provider?.name ?? t('no node');
    const off = provider && !isLive(provider) ? t(' (disabled)') : '';
    return `${ids} → ${printable(name)}${off}`;
  });
  return texts.join(', ');
}
