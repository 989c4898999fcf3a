// SPDX-License-Identifier: MIT
// Addresses that a device behind an IOMMU must not use: `iommu-addresses` of its memory regions, in the order of sysfs.
import { hex } from '#base/numbers.ts';
import { childCells, larger, rawCells, readNumber, regRange, translate } from '#model/addresses/addresses.ts';
import { dmaParent } from '#model/addresses/dma-ranges.ts';
import { deviceLine } from '#model/devices/device-name.ts';
import { honoursReserved } from '#model/drivers/index.ts';
import type { IommuDriver } from '#model/drivers/types.ts';
import { GATES } from '#model/platform/gates.ts';
import type { Machine } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { at, type Steps, say } from '#model/report/steps.ts';
import type { Reserved } from '#model/report/types.ts';
import type { ReservedBecause } from '#model/statements/reserved.ts';
import { cells, cellTarget, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** One region with exact bounds, both inclusive. */
export interface Region {
  readonly start: bigint;
  readonly end: bigint;
  readonly type: Reserved['type'];
  readonly why: ReservedBecause;
}

const GET_RESV = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_get_resv_regions';

/** Whether the driver keeps `iommu-addresses`, which Linux 6.3 was the first to read. */
export function readsAddresses({ platform: { kernelVersion } }: Machine, driver: IommuDriver): boolean {
  return honoursReserved(driver, kernelVersion) && has(kernelVersion, GATES.iommuAddresses);
}

/** What the regions in a device's `memory-region` reserve of its IOVA space. */
export function reservedByTree(machine: Machine, node: DtNode, steps: Steps): Region[] {
  const found: Region[] = [];
  for (const cell of cells(machine.tree, node.properties.get('memory-region'))) {
    const region = cellTarget(machine.tree, cell);
    if (!region) break;
    found.push(...fromRegion(machine, node, region, steps));
  }
  return found;
}

function fromRegion(machine: Machine, node: DtNode, region: DtNode, steps: Steps): Region[] {
  const property = region.properties.get('iommu-addresses');
  const own = region.properties.has('reg') ? regRange(machine, region) : undefined;
  if (region.properties.has('reg') && !own) {
    steps.log.push(deviceLine(machine, node, `failed to parse memory region ${pathOf(region)}: -22`));
    return [];
  }
  if (!property) return [];
  const parent = dmaParent(machine, node).node ?? node;
  const counts = childCells(machine, parent);
  const list = cells(machine.tree, property);
  const raw = rawCells(property);
  const found: Region[] = [];
  for (let index = 0; index < list.length; ) {
    const cell = list[index];
    index++;
    // The cells of an entry for another device are read as phandles, too.
    if (!cell || cellTarget(machine.tree, cell) !== node) continue;
    if (counts.size > 4) break;
    const up = (child: DtNode): DtNode | undefined => dmaParent(machine, child).node;
    const start = translate(machine, node, raw.slice(index, index + counts.address), 'dma-ranges', up);
    const size = readNumber(raw, index + counts.address, counts.size);
    index += counts.address + counts.size;
    if (start === undefined) {
      // of_translate_dma_region then returns NULL, and the loop compares that with the end of the property: booted on 7.3.
      say(steps, GET_RESV, { kind: 'iova-untranslatable', region: pathOf(region) }, at(region, 'iommu-addresses'));
      break;
    }
    if (size === 0n) {
      steps.log.push(deviceLine(machine, node, 'Cannot reserve IOVA region of 0 size'));
      continue;
    }
    found.push(classified(machine, { node, region, start, size, own }, steps));
  }
  return found;
}

interface Entry {
  readonly node: DtNode;
  readonly region: DtNode;
  readonly start: bigint;
  readonly size: bigint;
  readonly own: { readonly start: bigint; readonly size: bigint } | undefined;
}

function classified(machine: Machine, entry: Entry, steps: Steps): Region {
  const { node, region, start, size, own } = entry;
  const end = start + size - 1n;
  const where = at(region, 'iommu-addresses');
  const facts = { region: pathOf(region), start, end };
  const why = { kind: 'iommu-addresses', region: facts.region } as const;
  if (!own || own.size <= 1n) {
    say(steps, GET_RESV, { kind: 'iova-reserved', ...facts }, where);
    return { start, end, type: 'reserved', why };
  }
  if (own.start === start && own.size === size) {
    say(steps, GET_RESV, { kind: 'iova-direct', ...facts }, where);
    return { start, end, type: 'direct', why };
  }
  const physical = `[mem ${padded(own.start)}-${padded(own.start + own.size - 1n)} flags 0x200]`;
  const text = `treating non-direct mapping [${physical}] -> [${padded16(start)}-${padded16(end)}] as reservation`;
  steps.log.push(deviceLine(machine, node, text));
  say(steps, GET_RESV, { kind: 'iova-elsewhere', ...facts }, where);
  return { start, end, type: 'reserved', why };
}

/** As `%pr` prints the ends of a memory resource. */
function padded(value: bigint): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** As `%pap`. */
function padded16(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}

const RANK: Readonly<Record<Reserved['type'], number>> = { direct: 0, 'direct-relaxable': 1, reserved: 2, msi: 3 };

/**
 * Regions as the group's `reserved_regions` shows them: by start, overlapping ones of a type merged
 * (drivers/iommu/iommu.c:iommu_insert_resv_region).
 */
export function listed(regions: readonly Region[]): Reserved[] {
  const sorted = [...regions].sort((a, b) =>
    a.start === b.start ? RANK[a.type] - RANK[b.type] : a.start < b.start ? -1 : 1,
  );
  const merged: Region[] = [];
  for (const region of sorted) {
    const index = merged.findLastIndex(({ type }) => type === region.type);
    const before = merged[index];
    if (before && region.start <= before.end + 1n) {
      merged[index] = { ...before, end: larger(region.end, before.end) };
    } else {
      merged.push(region);
    }
  }
  return merged.map(({ start, end, type, why }) => ({ start: hex(start), end: hex(end), type, why }));
}
