// SPDX-License-Identifier: MIT
// Rules about regions of `/reserved-memory` as Linux takes them at boot: their places, sizes, and the DMA pools in them.
import { childCells, rawCells, readNumber, regRange } from '#model/addresses/addresses.ts';
import { CMA_ALIGNMENT } from '#model/direct/pool.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, isAvailable, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

/** A `/reserved-memory` below a root with one cell each. */
function reserved(...regions: readonly string[]): string {
  return board(
    '#address-cells = <1>;',
    '#size-cells = <1>;',
    `reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; ${regions.join(' ')} };`,
  );
}

/** The enabled children of `/reserved-memory`. */
function regions(context: RuleContext): DtNode[] {
  const parent = context.tree.root.children.get('reserved-memory');
  return parent ? [...parent.children.values()].filter(isAvailable) : [];
}

function isRegion(node: DtNode): boolean {
  return node.parent?.name === 'reserved-memory' && node.parent.parent?.parent === undefined;
}

function isSharedPool(node: DtNode): boolean {
  return compatibles(node).includes('shared-dma-pool');
}

const overlap: Rule = {
  id: 'reserved-memory-overlap',
  severity: 'warning',
  title: 'Two regions of `/reserved-memory` that overlap',
  scope: 'tree',
  needs: ['reserved-memory-cells'],
  doc: `Two enabled regions share memory. Linux prints \`OVERLAP DETECTED!\` and sets up both: a pool for DMA and the firmware or
device of the other region then write to the same addresses. Where one of them is \`no-map\`, Linux may also refuse to
reserve it. Move or shorten one.`,
  source: 'Linux 6.12 drivers/of/of_reserved_mem.c:__rmem_check_for_overlap, early_init_dt_reserve_memory',
  example: {
    bad: reserved('fw@50000000 { reg = <0x50000000 0x200000>; };', 'fb@50100000 { reg = <0x50100000 0x100000>; };'),
    good: reserved('fw@50000000 { reg = <0x50000000 0x100000>; };', 'fb@50100000 { reg = <0x50100000 0x100000>; };'),
  },
  *check(context) {
    const { address, size: sizes } = childCells(machineOf(context.tree, context.platform), context.tree.root);
    const placed = regions(context)
      .flatMap((node) => {
        // Like Linux at this point of the boot: the first entry, in the cells of the root.
        const cells = rawCells(node.properties.get('reg'));
        const start = readNumber(cells, 0, address);
        const size = cells.length < address + sizes ? 0n : readNumber(cells, address, sizes);
        return size > 0n ? [{ node, start, end: start + size }] : [];
      })
      .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.end < b.end ? -1 : 1));
    for (const [at, one] of placed.entries()) {
      const next = placed[at + 1];
      if (!next || one.end <= next.start) continue;
      yield {
        message: `\`${next.node.name}\` starts at \`0x${next.start.toString(16)}\`, inside \`${one.node.name}\`; Linux prints \`OVERLAP DETECTED!\` and uses the memory for both.`,
        span: nodeSpan(next.node),
        node: next.node,
        related: [{ message: 'the other region', span: nodeSpan(one.node) }],
      };
    }
  },
};

const dynamicSize: Rule = {
  id: 'reserved-memory-dynamic-format',
  severity: 'error',
  title: 'Region with a `size`, `alignment` or `alloc-ranges` that Linux cannot read',
  properties: ['size', 'alignment', 'alloc-ranges'],
  needs: ['reserved-memory-cells'],
  knows: 'all',
  doc: `For a region without \`reg\`, \`size\` has as many cells as the root's \`#size-cells\` says, \`alignment\` as many as
\`#address-cells\`, and \`alloc-ranges\` pairs of both. Otherwise Linux prints \`invalid size property\` (or the other name) and
does not reserve the region: devices that list it run without their pool. Linux 6.19 and later do not look at \`alloc-ranges\` of
another length and place the region anywhere (a *warning*). Write the cells of the root.`,
  source:
    'Linux 6.12 drivers/of/of_reserved_mem.c:__reserved_mem_alloc_size; Linux 7.3 drivers/of/of_reserved_mem.c:__reserved_mem_alloc_size, drivers/of/fdt.c:of_flat_dt_get_addr_size_prop',
  example: {
    bad: reserved('pool { compatible = "shared-dma-pool"; reusable; size = <0x0 0x4000000>; };'),
    good: reserved('pool { compatible = "shared-dma-pool"; reusable; size = <0x4000000>; };'),
  },
  *check(context, node) {
    if (!isRegion(node) || !isLive(node) || node.properties.has('reg') || !node.properties.has('size')) return;
    const address = u32(context.tree.root.properties.get('#address-cells')) ?? 1;
    const size = u32(context.tree.root.properties.get('#size-cells')) ?? 1;
    const wanted = { size, alignment: address, 'alloc-ranges': address + size };
    for (const [name, count] of Object.entries(wanted)) {
      const property = node.properties.get(name);
      if (!property) continue;
      const found = property.value.bytes.length / 4;
      const fits = name === 'alloc-ranges' ? found % count === 0 : found === count;
      if (fits) continue;
      const placed = name === 'alloc-ranges' && has(context.platform.kernelVersion, GATES.loosePlaces);
      yield {
        message: `\`${name}\` has ${found} ${found === 1 ? 'cell' : 'cells'}, and the cells of the root ask for ${name === 'alloc-ranges' ? 'a multiple of ' : ''}${count}; ${placed ? PLACED_ANYWHERE : 'Linux does not reserve this region'}.`,
        span: lastSet(property).name,
        ...(placed && { severity: 'warning' as const }),
      };
      return;
    }
  },
};

/** What becomes of a region whose `alloc-ranges` do not divide, where it is not lost. */
const PLACED_ANYWHERE = 'Linux does not look at them and places this region anywhere';

const poolFlags: Rule = {
  id: 'shared-pool-flags',
  severity: 'error',
  title: '`shared-dma-pool` that is neither kind of pool',
  properties: ['reusable', 'linux,cma-default'],
  doc: `With \`reusable\` a \`shared-dma-pool\` is a CMA area, without it a coherent pool. With \`reusable\` and \`no-map\` Linux makes
neither, and a device that lists the region cannot get it; and \`linux,cma-default\` counts only for a CMA area, so without
\`reusable\` the system keeps its own default. Delete \`no-map\`, or add \`reusable\`.`,
  source: 'Linux 6.12 kernel/dma/contiguous.c:rmem_cma_setup, kernel/dma/coherent.c:rmem_dma_setup',
  example: {
    bad: reserved('pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x4000000>; reusable; no-map; };'),
    good: reserved('pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x4000000>; reusable; };'),
  },
  *check(_context, node) {
    if (!isSharedPool(node) || !isLive(node)) return;
    const reusable = node.properties.get('reusable');
    const cmaDefault = node.properties.get('linux,cma-default');
    const noMap = node.properties.get('no-map');
    if (reusable && noMap) {
      yield {
        message:
          'With `reusable` and `no-map` Linux makes no pool of this region, and devices that list it do not get it.',
        span: lastSet(noMap).name,
      };
    } else if (cmaDefault && !reusable) {
      yield {
        message: 'Without `reusable` this is not a CMA area, so Linux does not make it the default one.',
        span: lastSet(cmaDefault).name,
        severity: 'warning',
      };
    }
  },
};

const armNoMap: Rule = {
  id: 'shared-pool-arm-no-map',
  severity: 'error',
  title: 'Coherent pool on 32-bit Arm without `no-map`',
  scope: 'tree',
  needs: ['reserved-memory-cells'],
  doc: `On 32-bit Arm a \`shared-dma-pool\` without \`reusable\` must be \`no-map\`, because the kernel may not have the memory mapped
a second time. Otherwise Linux prints \`regions without no-map are not yet supported\` and makes no pool: a device that lists
the region does not get it. Add \`no-map\`, or \`reusable\` for a CMA area.`,
  source: 'Linux 6.12 kernel/dma/coherent.c:rmem_dma_setup',
  example: {
    bad: reserved('pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x400000>; };'),
    good: reserved('pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x400000>; no-map; };'),
    platform: { arch: 'arm' },
  },
  *check(context) {
    if (context.platform.arch !== 'arm') return;
    for (const node of regions(context)) {
      if (!isSharedPool(node) || node.properties.has('reusable') || node.properties.has('no-map')) continue;
      yield {
        message:
          'This pool has neither `no-map` nor `reusable`; Linux on 32-bit Arm makes no pool of it, and devices that list it do not get it.',
        span: nodeSpan(node),
        node,
      };
    }
  },
};

const MIB = 0x100000n;

const cmaAlignment: Rule = {
  id: 'cma-pool-alignment',
  severity: 'error',
  title: 'CMA area that is not made of whole page blocks',
  properties: ['reusable'],
  needs: ['shared-pool-flags', 'reserved-memory-cells'],
  doc: `A CMA area starts and ends at a block of pages, which is 2 MiB or more on 64-bit kernels with pages of 4 KiB. Otherwise
Linux prints \`incorrect alignment of CMA region\` and makes no area: devices that list it do not get it, and a default area
is missing. Align \`reg\`, or \`size\`, to 4 MiB.`,
  source: 'Linux 6.12 kernel/dma/contiguous.c:rmem_cma_setup, include/linux/cma.h',
  example: {
    bad: reserved('pool@50100000 { compatible = "shared-dma-pool"; reg = <0x50100000 0x4000000>; reusable; };'),
    good: reserved('pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x4000000>; reusable; };'),
  },
  *check(context, node) {
    const unit = CMA_ALIGNMENT[context.platform.arch];
    if (unit === undefined || !isSharedPool(node) || !isRegion(node) || !isLive(node)) return;
    const reg = node.properties.get('reg');
    const region = reg && regRange(machineOf(context.tree, context.platform), node);
    const place = reg ? region : sizeOf(node);
    if (!place || place.size === 0n || (place.start | place.size) % unit === 0n) return;
    const property = reg ?? node.properties.get('size');
    yield {
      message: `\`${reg ? 'reg' : 'size'}\` is not a multiple of ${unit / MIB} MiB; Linux prints \`incorrect alignment of CMA region\` and makes no CMA area.`,
      span: property ? lastSet(property).name : nodeSpan(node),
    };
  },
};

/** The size of a region that Linux places itself, at an aligned address. */
function sizeOf(node: DtNode): { start: bigint; size: bigint } | undefined {
  const bytes = node.properties.get('size')?.value.bytes;
  if (!bytes || bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  let size = 0n;
  for (const byte of bytes) size = (size << 8n) | BigInt(byte);
  return { start: 0n, size };
}

const cmaTwice: Rule = {
  id: 'cma-default-twice',
  severity: 'warning',
  title: 'Two CMA areas that are both the default',
  properties: ['linux,cma-default'],
  needs: ['shared-pool-flags', 'cma-pool-alignment'],
  doc: `Linux has one default CMA area, for devices that list none. Two regions claim to be it: the one that Linux sets up last
wins, and the other is memory that no device uses unless it lists it. Delete \`linux,cma-default\` from one.`,
  source: 'Linux 6.12 kernel/dma/contiguous.c:rmem_cma_setup',
  example: {
    bad: reserved(
      'pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x4000000>; reusable; linux,cma-default; };',
      'pool@60000000 { compatible = "shared-dma-pool"; reg = <0x60000000 0x4000000>; reusable; linux,cma-default; };',
    ),
    good: reserved(
      'pool@50000000 { compatible = "shared-dma-pool"; reg = <0x50000000 0x4000000>; reusable; linux,cma-default; };',
      'pool@60000000 { compatible = "shared-dma-pool"; reg = <0x60000000 0x4000000>; reusable; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('linux,cma-default');
    const [first] = context
      .nodesWith('linux,cma-default')
      .filter((each) => isSharedPool(each) && isRegion(each) && isLive(each));
    if (!property || !first || first === node || !isSharedPool(node) || !isRegion(node) || !isLive(node)) return;
    yield {
      message: `\`${pathOf(first)}\` is the default CMA area too; Linux keeps the one that it sets up last.`,
      span: lastSet(property).name,
      related: [{ message: 'the other one', span: nodeSpan(first) }],
    };
  },
};

const POOLS = ['shared-dma-pool', 'restricted-dma-pool'];

const misplaced: Rule = {
  id: 'dma-pool-misplaced',
  severity: 'error',
  title: 'DMA pool outside of `/reserved-memory`',
  properties: ['memory-region'],
  knows: 'all',
  doc: `Linux looks for regions and pools only among the children of \`/reserved-memory\`. This pool is elsewhere, so its
memory is not set aside, and the device that lists it gets \`-EINVAL\` when it asks for the pool, or uses all memory instead.
Move the node below \`/reserved-memory\`.`,
  source: 'Linux 6.12 drivers/of/of_reserved_mem.c:fdt_scan_reserved_mem, of_reserved_mem_device_init_by_idx',
  example: {
    bad: board(
      'pool: pool { compatible = "restricted-dma-pool"; };',
      'dma { compatible = "vendor,dma"; memory-region = <&pool>; };',
    ),
    good: reserved('pool: pool { compatible = "restricted-dma-pool"; size = <0x400000>; };').replace(
      /};\n$/,
      '\tdma { compatible = "vendor,dma"; memory-region = <&pool>; };\n};\n',
    ),
  },
  *check(context, node) {
    if (!isLive(node)) return;
    const list = specifiers(context.tree, node.properties.get('memory-region'), '#memory-region-cells', 0);
    for (const { provider, phandle } of list.entries) {
      if (isRegion(provider) || !compatibles(provider).some((name) => POOLS.includes(name))) continue;
      yield {
        message: `\`${pathOf(provider)}\` is not a child of \`/reserved-memory\`, so Linux sets aside no memory for this pool.`,
        span: phandle.span,
        related: [{ message: 'the pool', span: nodeSpan(provider) }],
      };
    }
  },
};

export const DMA_POOL_RULES: readonly Rule[] = [
  overlap,
  dynamicSize,
  poolFlags,
  armNoMap,
  cmaAlignment,
  cmaTwice,
  misplaced,
];
