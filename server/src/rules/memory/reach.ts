// SPDX-License-Identifier: MIT
// Rules about memory that is not there or not reached: pools outside of RAM, RAM in holes or too high on the bus.
import { hex } from '#base/numbers.ts';
import { isPciBus, larger, regRange, smaller } from '#model/addresses/addresses.ts';
import { addressing } from '#model/addresses/dma-ranges.ts';
import { type Bank, describedBanks, memoryBanks, outOfReach } from '#model/addresses/memory.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { board32, bus, host, SMMU_V3_AT } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { usesOf } from '#rules/engine/uses.ts';
import { compatibles, isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { rangesOf } from './dma-ranges.ts';

const FOUR_GIB = 1n << 32n;

const POOLS = ['shared-dma-pool', 'restricted-dma-pool'];

const poolOutside: Rule = {
  id: 'dma-pool-outside-ram',
  severity: 'error',
  title: 'DMA pool where the tree has no RAM',
  properties: ['reusable', 'compatible'],
  knows: 'all',
  needs: ['reserved-memory-cells'],
  doc: `A CMA area (\`reusable\`) and a \`restricted-dma-pool\` are made of pages of RAM. Where the memory nodes have none, or end
before the pool does, Linux works on page structures that do not exist, and dies while it boots (of a restricted pool: when the first device gets it). Put the pool into RAM,
or correct the memory node. Above the end of the RAM that the tree has, a boot loader may add some: then this is a note.`,
  source:
    'Linux 6.12 mm/cma.c:cma_activate_area, kernel/dma/swiotlb.c:rmem_swiotlb_device_init; Linux 7.3 mm/cma.c:cma_activate_area',
  example: {
    bad: pool('0x53000000'),
    good: pool('0x93000000'),
  },
  *check(context, node) {
    if (node.parent?.name !== 'reserved-memory' || node.parent.parent?.parent || !isLive(node)) return;
    const restricted = compatibles(node).includes('restricted-dma-pool');
    const reusable = node.properties.has('reusable') && !node.properties.has('no-map');
    if (!compatibles(node).some((name) => POOLS.includes(name)) || (!restricted && !reusable)) return;
    const machine = machineOf(context.tree, context.platform);
    const region = node.properties.has('reg') ? regRange(machine, node) : undefined;
    const banks = merged(describedBanks(machine));
    const property = node.properties.get('reg');
    if (!region || !property || region.size === 0n || banks.length === 0) return;
    // 32-bit Arm may move to an alias of its RAM above 4 GiB (arch/arm/mach-keystone/keystone.c:keystone_pv_fixup).
    if (context.platform.arch === 'arm' && region.start >= FOUR_GIB) return;
    const end = region.start + region.size;
    if (banks.some(({ start, size }) => start <= region.start && end <= start + size)) return;
    const touched = banks.find(({ start, size }) => start < end && region.start < start + size);
    // Boot loaders know how much RAM there is, and lengthen what the tree has; they do not begin it lower.
    const lengthened = banks.some(({ start }) => start <= region.start);
    const where = touched
      ? `reaches beyond the RAM of the memory nodes (${hex(touched.start)} to ${hex(touched.start + touched.size - 1n)})`
      : 'lies where the memory nodes have no RAM';
    const outcome = restricted
      ? 'Linux faults when it sets the pool up for the device that lists it'
      : 'Linux works on pages that do not exist, and dies while it boots';
    const message = lengthened
      ? `This pool ${where}; unless the boot loader adds RAM there, ${outcome}.`
      : `This pool ${where}; ${outcome}.`;
    const severity = touched ? 'warning' : 'info';
    yield { message, span: lastSet(property).name, ...(lengthened && ({ severity } as const)) };
  },
};

function pool(start: string): string {
  return board32(
    'memory@80000000 { device_type = "memory"; reg = <0x80000000 0x40000000>; };',
    `reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; pool@${start.slice(2)} { compatible = "shared-dma-pool"; reusable; reg = <${start} 0x400000>; }; };`,
  );
}

/** Banks that follow each other are one piece of RAM. */
function merged(banks: readonly Bank[]): Bank[] {
  const result: Bank[] = [];
  for (const bank of [...banks].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = result.at(-1);
    if (last && bank.start <= last.start + last.size) {
      const end = larger(bank.start + bank.size, last.start + last.size);
      result[result.length - 1] = { start: last.start, size: end - last.start };
    } else result.push(bank);
  }
  return result;
}

const hole: Rule = {
  id: 'dma-ranges-hole',
  severity: 'info',
  title: '`dma-ranges` with RAM before, or between, its windows',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable', 'dma-ranges-no-bounce', 'dma-ranges-excludes-ram'],
  doc: `Some RAM lies below the first window of the bus, or in a hole between two. Linux copies streaming DMA to and from
there through swiotlb, whose buffer must lie inside a window; without one the DMA fails. Nothing is wrong when the hardware
has that hole.`,
  source: 'Linux 6.12 kernel/dma/direct.h:dma_capable, include/linux/dma-direct.h:translate_phys_to_dma',
  example: {
    bad: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x40000000>; };',
      bus('dma-ranges = <0x0 0x0 0x10000000>, <0x20000000 0x20000000 0x20000000>; dma { };'),
    ),
    good: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x40000000>; };',
      bus('dma-ranges = <0x0 0x0 0x20000000>, <0x20000000 0x20000000 0x20000000>; dma { };'),
    ),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    const machine = machineOf(context.tree, context.platform);
    const windows = found ? addressing(machine, node).windows : [];
    if (!found || windows.length === 0 || !hasDevices(node) || translated(context, node)) return;
    const gap = outOfReach(memoryBanks(machine), addressing(machine, node));
    if (!gap || gap === 'unknown') return;
    const next = windows.map(({ cpu }) => cpu).filter((cpu) => cpu > gap.start);
    const above = next.sort((a, b) => (a < b ? -1 : 1))[0];
    if (above === undefined) return;
    const end = smaller(gap.start + gap.size, above);
    yield {
      message: `RAM from ${hex(gap.start)} to ${hex(end - 1n)} lies in a hole of this dma-ranges; Linux bounces DMA there through swiotlb.`,
      span: lastSet(found.property).name,
    };
  },
};

function hasDevices(node: DtNode): boolean {
  return isPciHost(node) || [...node.children.values()].some(isLive);
}

/** An IOMMU gives all functions of a bridge addresses of its own. */
function translated(context: RuleContext, node: DtNode): boolean {
  return isPciBus(node) && usesOf(context, node).some(({ provider }) => isLive(provider));
}

const high: Rule = {
  id: 'dma-ranges-above-4g',
  severity: 'info',
  title: '`dma-ranges` of a PCI host bridge that puts all RAM above 4 GiB',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable'],
  doc: `On this bus every byte of RAM has an address that needs more than 32 bits, also the bounce buffer. A card or driver
with a narrower mask gets no memory at all: with a mask of 32 bits or more \`dma_set_mask\` succeeds and allocations and
mappings fail; with fewer bits it fails with \`-EIO\`. Nothing is
wrong when all cards can do 64 bits; otherwise the bridge has to be set up with a window below 4 GiB.`,
  source: 'Linux 6.12 kernel/dma/direct.c:dma_direct_supported, include/linux/dma-direct.h:phys_to_dma_unencrypted',
  example: {
    bad: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      host('dma-ranges = <0x3000000 0x10 0x0 0x0 0x10 0x0>;'),
    ),
    good: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      host('dma-ranges = <0x3000000 0x0 0x0 0x0 0x10 0x0>;'),
    ),
  },
  *check(context, node) {
    const found = isPciHost(node) ? rangesOf(context, node) : undefined;
    const machine = machineOf(context.tree, context.platform);
    const windows = found ? addressing(machine, node).windows : [];
    if (!found || windows.length === 0 || translated(context, node)) return;
    const [first] = windows.map(({ dma }) => dma).sort((a, b) => (a < b ? -1 : 1));
    const banks = memoryBanks(machine);
    // The lowest address at which any RAM is seen.
    const seen = windows.flatMap((window) =>
      banks.flatMap((bank) => {
        const from = larger(bank.start, window.cpu);
        const inside = from < bank.start + bank.size && from < window.cpu + window.size;
        return inside ? [window.dma + from - window.cpu] : [];
      }),
    );
    const [lowest] = (banks.length === 0 ? [first ?? 0n] : seen).sort((a, b) => (a < b ? -1 : 1));
    if (lowest === undefined || lowest < FOUR_GIB) return;
    yield {
      message: `All RAM is at bus address ${hex(lowest)} and above; a card whose mask has less than ${lowest.toString(2).length} bits cannot do DMA here.`,
      span: lastSet(found.property).name,
    };
  },
};

/** All memory at 64 GiB, and a piece of it at 0. */
const WHOLE = '<0x3000000 0x10 0x0 0x0 0x10 0x0>';
const PART = '<0x3000000 0x0 0x0 0x3f000000 0x0 0x1000000>';

const shadowed: Rule = {
  id: 'dma-ranges-second-window',
  severity: 'warning',
  title: '`dma-ranges` entry for memory that an earlier entry has already',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable', 'dma-ranges-overlap'],
  doc: `Two windows lead to the same memory at different bus addresses. Linux takes the first one that holds the CPU address,
so the later entry is never used when it turns memory into a bus address. Put the smaller window first.`,
  source: 'Linux 6.12 include/linux/dma-direct.h:translate_phys_to_dma',
  example: {
    bad: board32(host(`dma-ranges = ${WHOLE}, ${PART};`)),
    good: board32(host(`dma-ranges = ${PART}, ${WHOLE};`)),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    if (!found || translated(context, node)) return;
    for (const [index, { cpu, child, size }] of found.list.entries()) {
      if (cpu === undefined) continue;
      const first = found.list
        .slice(0, index)
        .find((each) => each.cpu !== undefined && each.cpu <= cpu && cpu + size <= each.cpu + each.size);
      if (first?.cpu === undefined || first.child - first.cpu === child - cpu) continue;
      yield {
        message: `The entry for bus address ${hex(child)} is never used: the entry for ${hex(first.child)} comes first and leads to the same memory.`,
        span: lastSet(found.property).name,
      };
      return;
    }
  },
};

const SPLASH = /^(?:framebuffer|fb|splash|cont[-_]splash|display|lcd|logo)/;

function isUnmappedPicture({ name, properties }: DtNode): boolean {
  return (
    SPLASH.test(name) && properties.has('reg') && !properties.has('compatible') && !properties.has('iommu-addresses')
  );
}

const splash: Rule = {
  id: 'memory-region-without-iova',
  severity: 'hint',
  title: 'Picture of the boot loader that the IOMMU will not map',
  properties: ['memory-region'],
  knows: 'all',
  doc: `The boot loader shows a picture from this region, so the display reads it while Linux starts. When the IOMMU is turned
on, nothing maps the region, and the display faults until its driver takes over. \`iommu-addresses\` in the region, with the
device and its addresses, makes Linux map it one to one from the start (since 6.3). Nothing is wrong when the boot loader
stops the display.`,
  source:
    'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_get_resv_regions, drivers/iommu/iommu.c:iommu_create_device_direct_mappings',
  example: {
    bad: splashBoard(''),
    good: splashBoard('iommu-addresses = <&display 0x9607c000 0x800000>;'),
  },
  *check(context, node) {
    const { tree, platform } = context;
    if (!node.properties.has('iommus') || !isLive(node) || !has(platform.kernelVersion, GATES.iommuAddresses)) return;
    const named = specifiers(tree, node.properties.get('memory-region'), '#memory-region-cells', 0).entries;
    const pictures = named.filter(({ provider }) => isUnmappedPicture(provider));
    // The report is asked last: hardly any device has such a region, and a correct board then needs no report at all.
    const report = pictures.length > 0 ? context.report(node) : undefined;
    if (!report || report.group === null || report.verdict === 'iommu-identity') return;
    for (const { provider, phandle } of pictures) {
      yield {
        message: `${pathOf(provider)} has no iommu-addresses; where the boot loader left this device running from it, it faults once the IOMMU is on.`,
        span: phandle.span,
        related: [{ message: 'the region', span: nodeSpan(provider) }],
      };
    }
  },
};

function splashBoard(more: string): string {
  return board32(
    SMMU_V3_AT,
    `reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; fb: framebuffer@9607c000 { reg = <0x9607c000 0x800000>; ${more} }; };`,
    'display: display { compatible = "example,display"; iommus = <&smmu 1>; memory-region = <&fb>; };',
  );
}

export const REACH_RULES: readonly Rule[] = [poolOutside, hole, high, shadowed, splash];
