// SPDX-License-Identifier: MIT
// Which way the DMA of a device goes, as the map tells it.
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { configure } from '#model/configure.ts';
import { iommuState } from '#model/iommu/state.ts';
import { machineOf } from '#model/platform/machine.ts';
import type { DmaReport, PciMaps } from '#model/report/types.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

export type Way =
  | 'translated'
  | 'identity'
  | 'direct'
  | 'bounced'
  | 'grant'
  | 'dom0'
  | 'domain'
  | 'refused'
  | 'waiting';

/** `claims`: entries that are not used. */
export function wayOf({ verdict, xen }: Pick<DmaReport, 'verdict' | 'xen'>, claims: readonly unknown[]): Way {
  switch (verdict) {
    case 'iommu-dma':
    case 'iommu-dma-fq':
      return 'translated';
    case 'iommu-identity':
      return 'identity';
    case 'direct+swiotlb':
    case 'restricted-pool':
      return 'bounced';
    case 'xen-grant':
      return 'grant';
    case 'xen-swiotlb':
      return 'dom0';
    case 'defer':
    case 'defer->direct':
      return 'waiting';
    case 'no-device':
      return xen ? 'domain' : 'direct';
    default:
      return claims.length > 0 ? 'refused' : 'direct';
  }
}

/** Rows of an `iommu-map` whose functions are asked about. */
const ROWS = 8;

/**
 * The way of the functions behind a host bridge, whose own DMA passes no IOMMU: that of the first IDs of its map which an
 * IOMMU takes or lets wait. Where that is none, an IOMMU that is on takes others (a port may share its first ID);
 * `refused` where none is on.
 */
export function bridgeWay({ tree, platform }: Snapshot, node: DtNode, { pci, verdict }: DmaReport): Way | undefined {
  const rows = pci?.maps.filter(({ length }) => length > 0) ?? [];
  if (rows.length === 0 || (verdict !== 'direct' && verdict !== 'not-configured')) return undefined;
  for (const { ridBase } of rows.slice(0, ROWS)) {
    const way = wayOf(configure(tree, platform, node, { rid: ridBase }), []);
    if (way !== 'direct' && way !== 'bounced') return way;
  }
  const machine = machineOf(tree, platform);
  const isOn = ({ iommu }: PciMaps['maps'][number]) => {
    const provider = nodeByPath(tree, iommu);
    return provider !== undefined && iommuState(machine, provider).registration.kind === 'registered';
  };
  return rows.some(isOn) ? 'translated' : 'refused';
}
