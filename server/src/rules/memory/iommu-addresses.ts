// SPDX-License-Identifier: MIT
// Rules about `iommu-addresses` of reserved memory: which IOVAs it keeps from which device, as Linux reads it.
import { childCells, readNumber, regRange } from '#model/addresses/addresses.ts';
import { addressing, dmaParent } from '#model/addresses/dma-ranges.ts';
import { honoursReserved } from '#model/drivers/index.ts';
import { machineOf } from '#model/platform/machine.ts';
import { insertProperty } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board, SMMU_V3_AT } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { cells, cellTarget, isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';

export const READ_BY = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_get_resv_regions';

interface Entry {
  readonly phandle: Cell;
  readonly device: DtNode;
  readonly address: bigint;
  readonly size: bigint;
}

interface Reading {
  readonly property: DtProperty;
  readonly entries: readonly Entry[];
  /** Cells that are left over, or missing, after the last full entry. */
  readonly rest: number;
  /** False when a phandle names nothing, so that the rest cannot be divided. */
  readonly resolved: boolean;
}

export function readIommuAddresses(context: RuleContext, node: DtNode): Reading | undefined {
  const property = node.properties.get('iommu-addresses');
  if (!property) return undefined;
  const machine = machineOf(context.tree, context.platform);
  const all = cells(context.tree, property);
  const values = all.map((cell) => cell.value);
  const entries: Entry[] = [];
  for (let at = 0; at < all.length; ) {
    const phandle = all[at];
    const device = phandle && cellTarget(context.tree, phandle);
    const bus = device && dmaParent(machine, device).node;
    if (!phandle || !device || !bus) return { property, entries, rest: 0, resolved: false };
    const counts = childCells(machine, bus);
    const left = all.length - at - 1;
    if (left < counts.address + counts.size) return { property, entries, rest: left, resolved: true };
    const address = readNumber(values, at + 1, counts.address);
    entries.push({ phandle, device, address, size: readNumber(values, at + 1 + counts.address, counts.size) });
    at += 1 + counts.address + counts.size;
  }
  return { property, entries, rest: 0, resolved: true };
}

/** A region for an SMMUv3 master; `region` and `device` are added to their nodes. */
export function framebuffer(
  region: string,
  device = 'memory-region = <&fb>;',
  provider = SMMU_V3_AT,
  cell = ' 1',
): string {
  return board(
    '#address-cells = <1>;',
    '#size-cells = <1>;',
    provider,
    `gpu: gpu { compatible = "vendor,gpu"; iommus = <&smmu${cell}>; ${device} };`,
    `reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; fb: framebuffer@50000000 { reg = <0x50000000 0x800000>; ${region} }; };`,
  );
}

export const GOOD_FRAMEBUFFER = framebuffer('iommu-addresses = <&gpu 0x50000000 0x800000>;');

const notInMemoryRegion: Rule = {
  id: 'iommu-addresses-not-in-memory-region',
  severity: 'warning',
  fixable: true,
  title: '`iommu-addresses` for a device that does not list the region',
  properties: ['iommu-addresses'],
  knows: 'all',
  doc: `Linux looks for \`iommu-addresses\` only in the regions that the device lists in its \`memory-region\`.
This region is not listed there, so the IOVA range is neither reserved nor mapped. Add the region to \`memory-region\`.`,
  source: READ_BY,
  example: { bad: framebuffer('iommu-addresses = <&gpu 0x50000000 0x800000>;', ''), good: GOOD_FRAMEBUFFER },
  *check(context, node) {
    for (const { phandle, device } of readIommuAddresses(context, node)?.entries ?? []) {
      const list = specifiers(context.tree, device.properties.get('memory-region'), '#memory-region-cells', 0);
      if (list.entries.some(({ provider }) => provider === node) || list.stop || !isLive(device)) continue;
      const label = node.labels[0]?.name;
      yield {
        message: `\`${pathOf(device)}\` does not list this region in \`memory-region\`, so Linux does not see its \`iommu-addresses\`.`,
        span: phandle.span,
        related: [{ message: 'the device', span: nodeSpan(device) }],
        ...(label !== undefined &&
          !device.properties.has('memory-region') && {
            fix: repair(`Add \`memory-region = <&${label}>\` to \`${pathOf(device)}\``, () =>
              insertProperty(context.text, device, { name: 'memory-region', value: `<&${label}>` }),
            ),
          }),
      };
    }
  },
};

const multiDevice: Rule = {
  id: 'iommu-addresses-multi-device',
  severity: 'warning',
  title: '`iommu-addresses` with entries for several devices',
  properties: ['iommu-addresses'],
  doc: `The entries name several devices. When Linux reads the property for one of them, it does not skip the address and size
of the others and takes these cells for phandles. As long as no such cell equals the phandle of the device, nothing happens;
when one does, a range is made up. Use one region per device.`,
  source: READ_BY,
  example: {
    bad: board(
      '#address-cells = <1>;',
      '#size-cells = <1>;',
      SMMU_V3_AT,
      'gpu: gpu { compatible = "vendor,gpu"; iommus = <&smmu 1>; memory-region = <&fb>; };',
      'vpu: vpu { compatible = "vendor,vpu"; iommus = <&smmu 2>; memory-region = <&fb>; };',
      'reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; fb: framebuffer { iommu-addresses = <&gpu 0x50000000 0x800000>, <&vpu 0x50000000 0x800000>; }; };',
    ),
    good: GOOD_FRAMEBUFFER,
  },
  *check(context, node) {
    const reading = readIommuAddresses(context, node);
    const devices = new Set(reading?.entries.map(({ device }) => device));
    if (!reading || devices.size < 2) return;
    yield {
      message: `\`iommu-addresses\` has entries for ${devices.size} devices; for each of them Linux reads the cells of the others as phandles.`,
      span: lastSet(reading.property).name,
    };
  },
};

const cellsRule: Rule = {
  id: 'iommu-addresses-cells',
  severity: 'error',
  title: '`iommu-addresses` whose length does not fit the device’s bus',
  properties: ['iommu-addresses'],
  knows: 'all',
  doc: `An entry is a phandle, an address and a size, with as many cells as \`#address-cells\` and \`#size-cells\` of the bus of
the *device* say, not of \`/reserved-memory\`. With another number Linux reads beyond the entry and reserves a wrong range.
Write the cells that the bus of the device asks for.`,
  source: 'Linux 6.12 drivers/of/address.c:of_translate_dma_region',
  example: { bad: framebuffer('iommu-addresses = <&gpu 0x50000000>;'), good: GOOD_FRAMEBUFFER },
  *check(context, node) {
    const reading = readIommuAddresses(context, node);
    if (!reading || reading.rest === 0) return;
    yield {
      message: `The last entry of \`iommu-addresses\` has ${reading.rest} cells after the phandle, fewer than the bus of the device asks for; Linux reads a wrong range.`,
      span: lastSet(reading.property).name,
    };
  },
};

const zeroSize: Rule = {
  id: 'iommu-addresses-zero-size',
  severity: 'error',
  title: '`iommu-addresses` entry of size 0',
  properties: ['iommu-addresses'],
  doc: `Linux prints \`Cannot reserve IOVA region of 0 size\` and reserves nothing. Write the size.`,
  source: READ_BY,
  example: { bad: framebuffer('iommu-addresses = <&gpu 0x50000000 0x0>;'), good: GOOD_FRAMEBUFFER },
  *check(context, node) {
    for (const { phandle, size } of readIommuAddresses(context, node)?.entries ?? []) {
      if (size !== 0n) continue;
      yield {
        message: 'This entry has size 0; Linux prints `Cannot reserve IOVA region of 0 size` and reserves nothing.',
        span: phandle.span,
      };
    }
  },
};

const notIdentity: Rule = {
  id: 'iommu-addresses-not-identity',
  severity: 'warning',
  title: '`iommu-addresses` that differs from the memory of the region',
  properties: ['iommu-addresses'],
  needs: ['iommu-addresses-zero-size', 'iommu-addresses-cells'],
  doc: `The region has \`reg\`, so Linux would map it one to one for the device, but the IOVA range is another one.
Linux prints \`treating non-direct mapping … as reservation\` and maps nothing: what the boot loader started faults.
Write the range of \`reg\`, or delete \`reg\` if only a reservation is meant.`,
  source: 'Linux 6.12 drivers/iommu/of_iommu.c:iommu_resv_region_get_type',
  example: { bad: framebuffer('iommu-addresses = <&gpu 0x40000000 0x800000>;'), good: GOOD_FRAMEBUFFER },
  *check(context, node) {
    const machine = machineOf(context.tree, context.platform);
    const memory = node.properties.has('reg') ? regRange(machine, node, 0) : undefined;
    if (!memory || memory.size === 0n) return;
    for (const { phandle, device, address, size } of readIommuAddresses(context, node)?.entries ?? []) {
      const bus = dmaParent(machine, device).node;
      if (!bus || addressing(machine, bus).windows.length > 0) continue;
      if (address === memory.start && size === memory.size) continue;
      yield {
        message: 'The IOVA range is not that of `reg`; Linux only reserves it and does not map the memory.',
        span: phandle.span,
      };
    }
  },
};

const unsupportedDriver: Rule = {
  id: 'iommu-addresses-unsupported-driver',
  severity: 'warning',
  title: '`iommu-addresses` for a device whose IOMMU driver ignores it',
  properties: ['iommu-addresses'],
  doc: `Only the drivers of the Arm SMMUs, virtio-iommu, Apple DART and, since Linux 6.17, Exynos ask for these regions. For a device behind another
IOMMU Linux neither maps nor reserves them: a framebuffer that the boot loader left on faults when the IOMMU starts.`,
  source: `${READ_BY}; get_resv_regions of each driver in drivers/iommu`,
  example: {
    bad: framebuffer(
      'iommu-addresses = <&gpu 0x50000000 0x800000>;',
      'memory-region = <&fb>;',
      'smmu: iommu@1000000 { compatible = "sprd,iommu-v1"; reg = <0x1000000 0x1000>; #iommu-cells = <0>; };',
      '',
    ),
    good: GOOD_FRAMEBUFFER,
  },
  *check(context, node) {
    for (const { phandle, device } of readIommuAddresses(context, node)?.entries ?? []) {
      const use = usesOf(context, device).find((each) => each.via === 'iommus' && isLive(each.provider));
      const match = use && iommuDriver(context, use.provider);
      if (!match || honoursReserved(match.driver, context.platform.kernelVersion)) continue;
      yield {
        message: `The IOMMU of \`${pathOf(device)}\` has the driver ${match.driver.name}, which does not look at \`iommu-addresses\`.`,
        span: phandle.span,
      };
    }
  },
};

const granule: Rule = {
  id: 'iova-window-granule',
  severity: 'info',
  title: '`iommu-addresses` that does not start and end at a page',
  properties: ['iommu-addresses'],
  needs: ['iommu-addresses-zero-size', 'iommu-addresses-cells'],
  doc: `The range is not a multiple of 4 KiB. Linux maps and reserves whole pages of the IOMMU: for a region that it maps one
to one it rounds the start and the end up, so the first bytes stay unmapped. Align the range.`,
  source:
    'Linux 6.12 drivers/iommu/iommu.c:iommu_create_device_direct_mappings, drivers/iommu/dma-iommu.c:iova_reserve_iommu_regions',
  example: {
    bad: framebuffer('iommu-addresses = <&gpu 0x50000800 0x800000>;')
      .replace('reg = <0x50000000 0x800000>; ', '')
      .replace('@50000000', ''),
    good: GOOD_FRAMEBUFFER,
  },
  *check(context, node) {
    for (const { phandle, address, size } of readIommuAddresses(context, node)?.entries ?? []) {
      if (((address | size) & 0xfffn) === 0n) continue;
      yield {
        message: `\`0x${address.toString(16)}\` with size \`0x${size.toString(16)}\` is not a range of whole pages; Linux rounds it.`,
        span: phandle.span,
      };
    }
  },
};

export const IOMMU_ADDRESSES_RULES: readonly Rule[] = [
  zeroSize,
  cellsRule,
  notInMemoryRegion,
  multiDevice,
  notIdentity,
  unsupportedDriver,
  granule,
];
