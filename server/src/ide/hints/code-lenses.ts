// SPDX-License-Identifier: MIT
// A line above IOMMUs and host bridges: whom the one serves, and where the other's requester IDs go.
import { hex } from '#base/numbers.ts';
import { printable, type Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { nodeRanges } from '#ide/navigation/places.ts';
import { mastersByIommu } from '#model/iommu/masters.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { isLive } from '#tree/query.ts';
import { mapEntries } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

export interface CodeLens {
  /** The name of the node. */
  readonly span: Span;
  readonly title: string;
}

/** A map with more entries says only how many. */
const MAX_ENTRIES = 2;

export function codeLenses(view: View): CodeLens[] {
  const { snapshot, file } = view;
  const lenses: CodeLens[] = [];
  const seen = new Set<DtNode>();
  for (const { node } of nodeRanges(snapshot, file)) {
    if (seen.has(node)) continue;
    seen.add(node);
    // A lens stands where the node is described, not where boards change it.
    const opened = node.origins.find(({ kind }) => kind === 'open');
    const title = opened?.name.file === file ? titleOf(view, node) : undefined;
    if (title !== undefined && opened) lenses.push({ span: opened.name, title });
  }
  return lenses;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** Whose `iommu-map` names it. */
function bridgesOf(machine: Machine, iommu: DtNode): number {
  const names = (node: DtNode) =>
    isLive(node) &&
    mapEntries(machine.tree, node.properties.get('iommu-map'))?.some(({ provider }) => provider === iommu) === true;
  return treeNodes(machine).withIommuMap.filter(names).length;
}

function titleOf({ snapshot: { tree, platform } }: View, node: DtNode): string | undefined {
  if (node.properties.has('#iommu-cells')) {
    if (!isLive(node)) return 'disabled';
    const machine = machineOf(tree, platform);
    const masters = mastersByIommu(machine).get(node)?.length ?? 0;
    const bridges = bridgesOf(machine, node);
    const parts = [counted(masters, 'master'), ...(bridges > 0 ? [counted(bridges, 'host bridge')] : [])];
    return parts.join(', ');
  }
  const map = node.properties.get('iommu-map');
  const entries = map && mapEntries(tree, map);
  if (!entries || entries.length === 0) return undefined;
  if (entries.length > MAX_ENTRIES) return `${entries.length} ranges of requester IDs to IOMMUs`;
  const texts = entries.map(({ base, length, provider }) => {
    const last = base.value + length.value - 1;
    const name = provider?.labels[0]?.name ?? provider?.name ?? 'no node';
    const off = provider && !isLive(provider) ? ' (disabled)' : '';
    return `requester IDs ${hex(base.value)} to ${hex(last)} → ${printable(name)}${off}`;
  });
  return texts.join(', ');
}
