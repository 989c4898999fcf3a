// SPDX-License-Identifier: MIT
// What is drawn of a DMA topology: boxes and arrows, before any format.
import type { Topology } from '#ide/explain/topology.ts';

export interface Box {
  readonly id: string;
  readonly kind: 'device' | 'iommu' | 'supplier';
  /** The first line names it. */
  readonly lines: readonly string[];
  /** Boxes of one IOMMU group that has several members stand in one frame. */
  readonly frame?: string;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Drawn dashed: an order of probing, no way for data. */
  readonly waits: boolean;
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  /** How many devices were left out. */
  readonly others: number;
}

/** The part of the topology that has to do with IOMMUs. */
export function pictureOf({ devices, iommus, links, suppliers }: Topology): Picture {
  const isIommu = new Set(iommus.map((iommu) => iommu.path));
  const shown = devices.filter(
    (device) => !isIommu.has(device.path) && links.some((link) => link.device === device.path),
  );
  const size = new Map<string, number>();
  for (const { group } of shown) if (group !== null) size.set(group, (size.get(group) ?? 0) + 1);
  const waits = suppliers.filter((link) => isIommu.has(link.device) && !isIommu.has(link.supplier));
  const boxes: Box[] = [
    ...shown.map(({ path, verdict, group }) => ({
      id: path,
      kind: 'device' as const,
      lines: [path, verdict, ...(group === null || (size.get(group) ?? 0) > 1 ? [] : [`group ${group}`])],
      ...(group !== null && (size.get(group) ?? 0) > 1 && { frame: `group ${group}` }),
    })),
    ...iommus.map(({ path, driver }) => ({
      id: path,
      kind: 'iommu' as const,
      lines: [path, driver ?? 'no Linux driver'],
    })),
    ...[...new Set(waits.map((link) => link.supplier))].map((path) => ({
      id: path,
      kind: 'supplier' as const,
      lines: [path],
    })),
  ];
  const arrows = [
    ...links.map(({ device, iommu, ids }) => ({ from: device, to: iommu, text: ids.join(', '), waits: false })),
    ...waits.map(({ device, supplier, property }) => ({ from: device, to: supplier, text: property, waits: true })),
  ];
  return { boxes, arrows: joined(arrows), others: devices.length - shown.length - isIommu.size };
}

/** One arrow for each pair, with all its texts. */
function joined(arrows: readonly Arrow[]): Arrow[] {
  const byPair = new Map<string, Arrow>();
  for (const arrow of arrows) {
    const key = `${arrow.from}\0${arrow.to}`;
    const known = byPair.get(key);
    byPair.set(key, known ? { ...known, text: `${known.text}, ${arrow.text}` } : arrow);
  }
  return [...byPair.values()];
}
