// SPDX-License-Identifier: MIT
// How the map's parts are named, the same in the table, the side bar and the map.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { DmaMap, MapDevice, MapHost, MapId, MapNode } from './dma-map.ts';
import type { Way } from './ways.ts';

/** The word for each way, in the order in which they are counted. */
export const WAYS: Readonly<Record<Way, string>> = texts({
  translated: 'translated',
  identity: 'passed through',
  direct: 'direct',
  bounced: 'bounced',
  grant: 'with Xen grants',
  dom0: 'of dom0',
  domain: 'given to a domain',
  refused: 'refused',
  waiting: 'waiting',
});

/** Label, else the name of the node. */
export function nameOf({ label, name }: Pick<MapNode, 'label' | 'name'>): string {
  return label ?? name;
}

/** The name of what has the path, else the last part of it. */
export function nameOfPath({ iommus, devices, labels }: DmaMap, path: string): string {
  const found = iommus.find((each) => each.path === path) ?? devices.find((each) => each.path === path);
  return found ? nameOf(found) : (labels.get(path) ?? path.slice(path.lastIndexOf('/') + 1));
}

/** `dma-direct + swiotlb`; `none` where nothing sets operations up. */
export function opsText({ ops, host, way }: Pick<MapDevice, 'ops' | 'host' | 'way'>): string {
  if (host && way === 'translated' && ops?.name === 'dma-direct') return host.isPci ? t('by function') : t('by ID');
  if (!ops) return t('none');
  return ops.bounce === undefined ? ops.name : `${ops.name} + ${ops.bounce === 'swiotlb' ? 'swiotlb' : t('pool')}`;
}

/** `0x1c00/0x2`, `uTLB 32`, `domain 1`; a mask that every ID of the IOMMU has is left out. */
export function idText({ kind, id, mask }: MapId, common = 0): string {
  if (id === null) return t('no IDs');
  if (kind === 'backend-domid') return t('domain {0}', id);
  if (kind === 'micro-tlb') return `uTLB ${id}`;
  return mask === null || mask === 0 || mask === common ? hex(id) : `${hex(id)}/${hex(mask)}`;
}

/** The same in full: what a mask means is counted out. */
export function idLong({ kind, id, mask }: MapId): string {
  if (id === null) return t('no ID: the IOMMU has one master');
  if (kind === 'backend-domid') return t('back end in domain {0}', id);
  if (kind === 'micro-tlb') return t('micro-TLB {0}', id);
  const what = kind === 'stream-id' || kind === null ? t('stream') : kind.replaceAll('-', ' ');
  if (mask === null || mask === 0) return `${what} ${hex(id)}`;
  const bits = [...mask.toString(2)].filter((bit) => bit === '1').length;
  return t('{0} {1}s: ID {2}, mask {3}', 2 ** bits, what, hex(id), hex(mask));
}

/** `01:00.0`. */
export function functionText(rid: number): string {
  const byte = (value: number) => value.toString(16).padStart(2, '0');
  return `${byte(rid >> 8)}:${byte((rid >> 3) & 31)}.${rid & 7}`;
}

/** The functions (or IDs of another bus) that a row of `iommu-map` covers, and the IDs that they have. */
export function mapRowText(
  { ridBase, length, outBase }: MapHost['maps'][number],
  { mask, isPci }: MapHost,
): { readonly from: string; readonly to: string } {
  const last = ridBase + length - 1;
  const from = isPci ? functionText : (id: number) => t('ID {0}', hex(id));
  if (length <= 0) return { from: from(ridBase), to: t('nothing') };
  if (mask === 0) return { from: isPci ? t('all functions') : t('all IDs'), to: hex(outBase) };
  if (length <= 1) return { from: from(ridBase), to: hex(outBase) };
  return {
    from: `${from(ridBase)}-${from(last).replace('ID ', '')}`,
    to: `${hex(outBase)}..${hex(outBase + length - 1)}`,
  };
}

/** The functions that a row of the map covers: `iommu-map-mask` comes first (Linux of_iommu.c, of/base.c:of_map_id). */
export function functionsOf(
  functions: readonly MapDevice[],
  { ridBase, length }: MapHost['maps'][number],
  mask: number,
): MapDevice[] {
  return functions.filter(({ rid }) => {
    const masked = (rid ?? 0) & mask;
    return rid !== null && masked >= ridBase && masked < ridBase + length;
  });
}

/** The mask that all IDs of an IOMMU's masters have in common, 0 where there is none. */
export function commonMask(streamMask: number | null, ids: readonly MapId[]): number {
  if (streamMask !== null) return streamMask;
  const masks = new Set(ids.map(({ mask }) => mask ?? 0));
  const [only = 0] = masks;
  return masks.size === 1 && ids.length > 1 ? only : 0;
}
