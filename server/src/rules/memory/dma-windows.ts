// SPDX-License-Identifier: MIT
// Rules about what the windows of `dma-ranges` mean: for RAM beyond them, for IOVAs behind an IOMMU, for ZONE_DMA.
import { hex } from '#base/numbers.ts';
import type { Range } from '#model/addresses/addresses.ts';
import { addressing, dmaParent } from '#model/addresses/dma-ranges.ts';
import { type Bank, memoryBanks } from '#model/addresses/memory.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board32, bus, SMMU_V3_AT } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { isLive, lastSet, pathOf } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { rangesOf } from './dma-ranges.ts';

const DIRECT = 'Linux 6.12 kernel/dma/direct.h:dma_capable';

const excludesRam: Rule = {
  id: 'dma-ranges-excludes-ram',
  severity: 'info',
  title: '`dma-ranges` that leaves RAM out',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable', 'dma-ranges-no-bounce'],
  doc: `Some RAM lies outside the windows of the bus. Linux copies streaming DMA to and from there through swiotlb, which
costs time and pool space; without swiotlb it fails with \`DMA addr … overflow\`. Nothing is wrong when the hardware has that
limit. Masters behind an IOMMU reach all RAM through it and are not counted. The boot loader may change \`/memory\`.`,
  source: DIRECT,
  example: {
    bad: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x40000000>; dma { };'),
    ),
    good: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };'),
    ),
  },
  *check(context, node) {
    const found = beyondRam(context, node);
    if (!found) return;
    yield {
      message: `RAM up to \`${hex(found.last)}\` is beyond what this bus reaches (\`${hex(found.reach)}\`); Linux bounces DMA there through swiotlb.`,
      span: lastSet(found.property).name,
    };
  },
};

/** RAM beyond the windows of a bus with devices: its last address, and the last one that the bus reaches. */
export function beyondRam(
  context: RuleContext,
  node: DtNode,
): { property: DtProperty; last: bigint; reach: bigint } | undefined {
  const found = rangesOf(context, node);
  const top = found && topOf(found.list);
  if (!found || top === undefined || !hasDevices(node) || allTranslated(context, node)) return undefined;
  for (const { start, size } of ram(context)) {
    if (start + size > top) return { property: found.property, last: start + size - 1n, reach: top - 1n };
  }
  return undefined;
}

/** The first CPU address beyond all windows; `undefined` when there is none that translates. */
function topOf(list: readonly Range[]): bigint | undefined {
  if (list.length === 0 || list.some(({ cpu }) => cpu === undefined)) return undefined;
  let top = 0n;
  for (const { cpu = 0n, size } of list) if (cpu + size > top) top = cpu + size;
  return top;
}

function hasDevices(bus: DtNode): boolean {
  for (const child of bus.children.values()) if (isLive(child)) return true;
  return isPciHost(bus);
}

/** Nobody on this bus has direct DMA: an IOMMU serves the bridge, or each of its devices. */
function allTranslated(context: RuleContext, bus: DtNode): boolean {
  const served = (node: DtNode): boolean =>
    usesOf(context, node).some(({ provider }) => isLive(provider) && iommuDriver(context, provider) !== undefined);
  if (isPciHost(bus)) return served(bus);
  const devices = [...bus.children.values()].filter((child) => isLive(child) && child.properties.has('compatible'));
  return devices.length > 0 && devices.every((child) => child.children.size === 0 && served(child));
}

/** RAM as the model has it. */
function ram(context: RuleContext): readonly Bank[] {
  return memoryBanks(machineOf(context.tree, context.platform));
}

const limitWithIommu: Rule = {
  id: 'dma-ranges-limit-with-iommu',
  severity: 'hint',
  title: '`dma-ranges` that limits the IOVAs of masters behind an IOMMU',
  scope: 'tree',
  properties: ['iommus', 'dma-ranges'],
  doc: `The binding says that a master with \`iommus\` ignores the \`dma-ranges\` of its bus. Linux does not ignore it: the end
of the windows also bounds the addresses that it allocates behind the IOMMU. That matters only when the window is small.`,
  source: 'Linux 6.12 drivers/iommu/dma-iommu.c:iommu_dma_alloc_iova',
  example: {
    bad: board32(SMMU_V3_AT, bus('dma-ranges = <0x0 0x0 0x40000000>; dma { iommus = <&smmu 1>; };')),
    good: board32(SMMU_V3_AT, bus('dma-ranges; dma { iommus = <&smmu 1>; };')),
  },
  *check(context) {
    const machine = machineOf(context.tree, context.platform);
    const reported = new Set<DtNode>();
    for (const master of context.nodesWith('iommus')) {
      const parent = dmaParent(machine, master).node;
      const [use] = usesOf(context, master);
      if (!parent || reported.has(parent) || !use) continue;
      reported.add(parent);
      const { limit } = addressing(machine, parent);
      const property = parent.properties.get('dma-ranges');
      const bits = iommuDriver(context, use.provider)?.traits.iovaBits ?? 64;
      if (limit === undefined || limit > 0xffffffffn || limit >> BigInt(bits) > 0n || !property) continue;
      yield {
        message: `\`dma-ranges\` ends at \`${hex(limit)}\`, and Linux keeps the IOVAs of masters behind an IOMMU below that too.`,
        span: lastSet(property).name,
        node: parent,
      };
    }
  },
};

const vsAperture: Rule = {
  id: 'dma-ranges-vs-aperture',
  severity: 'error',
  title: '`dma-ranges` without overlap with the aperture of the IOMMU',
  scope: 'tree',
  properties: ['iommus', 'dma-ranges'],
  doc: `All bus addresses of the windows lie above what the IOMMU can translate. Linux prints \`specified DMA range outside
IOMMU capability\` and keeps the platform's DMA operations while the device is attached to a translating domain: its DMA
faults. Correct the bus addresses in \`dma-ranges\`.`,
  source: 'Linux 6.12 drivers/iommu/dma-iommu.c:iommu_dma_init_domain',
  example: {
    bad: board32(
      'mmu: iommu@1000000 { compatible = "sprd,iommu-v1"; reg = <0x1000000 0x1000>; #iommu-cells = <0>; };',
      bus('dma-ranges = <0x80000000 0x0 0x40000000>; dma { iommus = <&mmu>; };'),
    ),
    good: board32(
      'mmu: iommu@1000000 { compatible = "sprd,iommu-v1"; reg = <0x1000000 0x1000>; #iommu-cells = <0>; };',
      bus('dma-ranges; dma { iommus = <&mmu>; };'),
    ),
  },
  *check(context) {
    const machine = machineOf(context.tree, context.platform);
    if (context.platform.arch !== 'arm64') return;
    for (const [provider, list] of usesByProvider(context)) {
      const bits = iommuDriver(context, provider)?.traits.iovaBits;
      if (bits === undefined || bits === null || !isLive(provider)) continue;
      for (const use of list) {
        const parent = use.via === 'iommus' ? dmaParent(machine, use.master).node : use.master;
        const windows = parent ? addressing(machine, parent).windows : [];
        const [lowest] = windows.map(({ dma }) => dma).sort((a, b) => (a < b ? -1 : 1));
        if (lowest === undefined || lowest < 1n << BigInt(bits)) continue;
        yield {
          message: `The bus addresses of this device start at \`${hex(lowest)}\`, but \`${pathOf(provider)}\` translates ${bits} bits; Linux keeps the platform's DMA operations and its DMA faults.`,
          span: use.phandle.span,
          node: use.master,
        };
      }
    }
  },
};

const zoneLimit: Rule = {
  id: 'dma-ranges-zone-limit',
  severity: 'hint',
  title: '`dma-ranges` of an unused bus that shrinks ZONE_DMA',
  scope: 'tree',
  properties: ['dma-ranges'],
  doc: `arm64 makes ZONE_DMA as small as the narrowest \`dma-ranges\` of the whole tree asks for, also for a bus whose
devices are all disabled. Memory that any driver needs low then competes for this zone. Disable the bus itself as well.`,
  source: 'Linux 6.12 drivers/of/address.c:of_dma_get_max_cpu_address, arch/arm64/mm/init.c:zone_sizes_init',
  example: {
    bad: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x40000000>; dma { status = "disabled"; };'),
    ),
    good: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('status = "disabled"; dma-ranges = <0x0 0x0 0x40000000>; dma { status = "disabled"; };'),
    ),
  },
  *check(context) {
    if (context.platform.arch !== 'arm64') return;
    let narrowest: { node: DtNode; property: DtProperty; top: bigint } | undefined;
    for (const node of context.nodesWith('dma-ranges')) {
      const found = rangesOf(context, node);
      const top = found && topOf(found.list);
      if (!found || top === undefined || top === 0n || (narrowest && narrowest.top <= top)) continue;
      narrowest = { node, property: found.property, top };
    }
    if (!narrowest || narrowest.top >= 1n << 32n || hasDevices(narrowest.node)) return;
    const { node, property, top } = narrowest;
    if (!ram(context).some(({ start, size }) => start + size > top)) return;
    yield {
      message: `No device of this bus is enabled, but its \`dma-ranges\` is the narrowest of the tree: arm64 ends ZONE_DMA at \`${hex(top - 1n)}\`.`,
      span: lastSet(property).name,
      node,
    };
  },
};

export const DMA_WINDOW_RULES: readonly Rule[] = [excludesRam, limitWithIommu, vsAperture, zoneLimit];
