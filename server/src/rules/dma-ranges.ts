// SPDX-License-Identifier: MIT
// Rules about `dma-ranges`: whether the entries translate, and what they do to the devices of the bus.
import { type Range, ranges, regRange } from '#model/addresses.ts';
import { addressing, dmaParent } from '#model/dma-ranges.ts';
import { existence } from '#model/existence.ts';
import { machineOf } from '#model/machine.ts';
import { compareVersions } from '#model/platform.ts';
import { isLive, lastSet, nodeSpan, pathOf, strings, walk } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { insertProperty } from './edits.ts';
import { board } from './example.ts';
import { isPciHost } from './id-map.ts';
import type { Rule, RuleContext } from './rule.ts';
import { iommuDriver, usesByProvider, usesOf } from './uses.ts';

const GET_RANGE = 'Linux 6.12 drivers/of/address.c:of_dma_get_range';
const DIRECT = 'Linux 6.12 kernel/dma/direct.h:dma_capable';

const BUS = '#address-cells = <1>; #size-cells = <1>;';

/** A bus of a 32-bit root, with what stands in it. */
function bus(content: string): string {
  return `bus { compatible = "simple-bus"; ${BUS} ranges; ${content} };`;
}

function rootOf(...statements: readonly string[]): string {
  return board('#address-cells = <1>;', '#size-cells = <1>;', ...statements);
}

/** The non-empty `dma-ranges` of a live node, and what Linux reads in it. */
function rangesOf(context: RuleContext, node: DtNode): { property: DtProperty; list: Range[] } | undefined {
  const property = node.properties.get('dma-ranges');
  if (!property || property.value.bytes.length === 0 || !isLive(node)) return undefined;
  const machine = machineOf(context.tree, context.platform);
  return { property, list: ranges(machine, node, 'dma-ranges', (child) => dmaParent(machine, child).node) };
}

const untranslatable: Rule = {
  id: 'dma-ranges-untranslatable',
  severity: 'error',
  title: '`dma-ranges` entry that leads to no CPU address',
  properties: ['dma-ranges'],
  doc: `An entry's parent address lies in no \`dma-ranges\` entry of a bus above, or a bus on the way has \`#size-cells = <0>\`.
Linux prints \`translation of DMA address(…) to CPU address failed\` and skips the entry; if none is left, the devices of the
bus get no window and no limit. Correct the parent address, or widen the range above.`,
  source: GET_RANGE,
  example: {
    bad: rootOf(
      bus(
        `dma-ranges = <0x0 0x80000000 0x10000000>; inner { compatible = "simple-bus"; ${BUS} ranges; dma-ranges = <0x0 0x40000000 0x1000>; };`,
      ),
    ),
    good: rootOf(
      bus(
        `dma-ranges = <0x0 0x80000000 0x10000000>; inner { compatible = "simple-bus"; ${BUS} ranges; dma-ranges = <0x0 0x0 0x1000>; };`,
      ),
    ),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    for (const { child, cpu } of found?.list ?? []) {
      if (!found || cpu !== undefined) continue;
      yield {
        message: `The entry for bus address \`${hex(child)}\` leads to no CPU address; Linux prints \`translation of DMA address(${child.toString(16)}) to CPU address failed\` and skips it.`,
        span: lastSet(found.property).name,
      };
    }
  },
};

const zeroSize: Rule = {
  id: 'dma-ranges-zero-size',
  severity: 'error',
  title: '`dma-ranges` entry of size 0',
  properties: ['dma-ranges'],
  doc: `Linux marks the end of its map with size 0, so such an entry hides all that follow it; when it is the first, devices
can address nothing. Linux 6.1 refuses it with \`Adjusted size 0x0 invalid\`. A size of 2^32 or 2^64 that was written as 0
needs one more cell. A single entry of size 0 may be one that the boot loader fills in, and is only a warning.`,
  source: 'Linux 6.12 drivers/of/address.c:of_dma_get_range; Linux 6.1 drivers/of/device.c:of_dma_configure_id',
  example: {
    bad: rootOf(bus('dma-ranges = <0x0 0x0 0x0>, <0x80000000 0x0 0x80000000>; dma { };')),
    good: rootOf(bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };')),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    if (!found?.list.some(({ size }) => size === 0n)) return;
    if (found.list.every(({ size }) => size === 0n)) {
      const message =
        '`dma-ranges` has no entry with a size; unless the boot loader fills it in, devices can address nothing.';
      yield { message, span: lastSet(found.property).name, severity: 'warning' };
      return;
    }
    const end =
      compareVersions(context.platform.kernelVersion, [6, 10]) < 0
        ? 'Linux before 6.10 then sets up no DMA for the devices of this bus'
        : 'for Linux it ends the list, and what follows is not used';
    yield { message: `An entry of \`dma-ranges\` has size 0; ${end}.`, span: lastSet(found.property).name };
  },
};

const oddSize: Rule = {
  id: 'dma-ranges-odd-size',
  severity: 'warning',
  title: '`dma-ranges` with a last address in place of a size',
  properties: ['dma-ranges'],
  doc: `The size is odd, as in 0xffffffff, where 0x100000000 was meant. Linux before 6.10 prints \`Invalid size\` and adds one;
later releases take it literally, and the last byte is out of reach. Write the size, with two cells if it needs them.`,
  source: 'Linux 6.1 drivers/of/device.c:of_dma_configure_id; Linux 6.12 drivers/of/device.c:of_dma_configure_id',
  example: {
    bad: rootOf(bus('dma-ranges = <0x0 0x0 0x7fffffff>; dma { };')),
    good: rootOf(bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };')),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    const odd = found?.list.find(({ size }) => (size & 1n) === 1n);
    if (!found || !odd) return;
    const end =
      compareVersions(context.platform.kernelVersion, [6, 10]) < 0
        ? 'Linux prints `Invalid size` and adds one'
        : 'Linux takes it literally, so the last byte is out of reach';
    yield { message: `The size \`${hex(odd.size)}\` is odd; ${end}.`, span: lastSet(found.property).name };
  },
};

const chainBroken: Rule = {
  id: 'dma-ranges-chain-broken',
  severity: 'info',
  title: 'Bus without `dma-ranges` below one that has it',
  properties: ['dma-ranges'],
  knows: 'all',
  doc: `A bus has a non-empty \`dma-ranges\`, a bus below it has none, and devices stand below that. On its way up Linux
tolerates a missing \`dma-ranges\` only on the first bus; further up it gives up, so neither the window nor the limit holds for
these devices. Add an empty \`dma-ranges;\` to the bus in between.`,
  source: GET_RANGE,
  example: {
    bad: rootOf(
      bus(
        `dma-ranges = <0x0 0x0 0x40000000>; middle { compatible = "simple-bus"; ${BUS} ranges; inner { compatible = "simple-bus"; ${BUS} ranges; dma-ranges; dma { compatible = "vendor,dma"; }; }; };`,
      ),
    ),
    good: rootOf(
      bus(
        `dma-ranges = <0x0 0x0 0x40000000>; middle { compatible = "simple-bus"; ${BUS} ranges; dma-ranges; inner { compatible = "simple-bus"; ${BUS} ranges; dma-ranges; dma { compatible = "vendor,dma"; }; }; };`,
      ),
    ),
  },
  *check(context, node) {
    const machine = machineOf(context.tree, context.platform);
    if (!rangesOf(context, node)) return;
    const reported = new Set<DtNode>();
    for (const inner of walk(node)) {
      const above = inner.parent;
      if (inner === node || above === node || !above || above.properties.has('dma-ranges') || reported.has(above))
        continue;
      if (inner.children.size === 0 || !isLive(inner) || addressing(machine, inner).result !== 'hole') continue;
      const device = [...inner.children.values()].find((child) => isDmaDevice(context, child));
      if (!device) continue;
      reported.add(above);
      yield {
        message: `\`${pathOf(above)}\` has no \`dma-ranges\`, so Linux does not use those of \`${pathOf(node)}\` for devices on a bus below it.`,
        span: nodeSpan(above),
        node: above,
        related: [{ message: 'such a device', span: nodeSpan(device) }],
        fix: 'Add an empty `dma-ranges`',
      };
    }
  },
  fix(context, node, finding) {
    const edit = insertProperty(context.text, node, { name: 'dma-ranges' });
    return edit && { title: finding.fix ?? '', edits: [edit] };
  },
};

function isDmaDevice(context: RuleContext, node: DtNode): boolean {
  const { bus: kind } = existence(machineOf(context.tree, context.platform), node);
  return kind === 'platform' || kind === 'amba';
}

const onLeaf: Rule = {
  id: 'dma-ranges-on-leaf',
  severity: 'warning',
  title: '`dma-ranges` on a device instead of its bus',
  properties: ['dma-ranges'],
  doc: `\`dma-ranges\` describes what the children of a node can reach. Linux reads it from the parent of a device (and on PCI
and other bridges for the functions behind them), never on the device itself, so here it has no effect.
Move it to the bus.`,
  source: 'Linux 6.12 drivers/of/device.c:of_dma_configure_id',
  example: {
    bad: rootOf(bus('dma { compatible = "vendor,dma"; dma-ranges; };')),
    good: rootOf(bus('dma-ranges; dma { compatible = "vendor,dma"; };')),
  },
  *check(context, node) {
    const property = node.properties.get('dma-ranges');
    if (!property || node.children.size > 0 || isPciHost(node) || !isLive(node) || !isDmaDevice(context, node)) return;
    if (node.properties.has('iommu-map') || node.properties.has('#address-cells')) return;
    yield {
      message: '`dma-ranges` stands on a device without children; Linux reads it on the bus only.',
      span: lastSet(property).name,
    };
  },
};

const excludesRam: Rule = {
  id: 'dma-ranges-excludes-ram',
  severity: 'info',
  title: '`dma-ranges` that leaves RAM out',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable'],
  doc: `Some RAM lies outside the windows of the bus. Linux copies streaming DMA to and from there through swiotlb, which
costs time and pool space; without swiotlb it fails with \`DMA addr … overflow\`. Nothing is wrong when the hardware has that
limit. The boot loader may change \`/memory\`.`,
  source: DIRECT,
  example: {
    bad: rootOf(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x40000000>; dma { };'),
    ),
    good: rootOf(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };'),
    ),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    const top = found && topOf(found.list);
    if (!found || top === undefined || !hasDevices(node)) return;
    for (const { start, size } of ram(context)) {
      if (start + size <= top) continue;
      yield {
        message: `RAM up to \`${hex(start + size - 1n)}\` is beyond what this bus reaches (\`${hex(top - 1n)}\`); Linux bounces DMA there through swiotlb.`,
        span: lastSet(found.property).name,
      };
      return;
    }
  },
};

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

/** The entries of `reg` of the memory nodes. */
function* ram(context: RuleContext) {
  const machine = machineOf(context.tree, context.platform);
  for (const node of context.tree.root.children.values()) {
    if (strings(node.properties.get('device_type'))[0] !== 'memory' || !isLive(node)) continue;
    for (let index = 0; ; index++) {
      const region = regRange(machine, node, index);
      if (!region) break;
      yield region;
    }
  }
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
    bad: rootOf(
      'smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };',
      bus('dma-ranges = <0x0 0x0 0x40000000>; dma { iommus = <&smmu 1>; };'),
    ),
    good: rootOf(
      'smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };',
      bus('dma-ranges; dma { iommus = <&smmu 1>; };'),
    ),
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
    bad: rootOf(
      'mmu: iommu { compatible = "sprd,iommu-v1"; #iommu-cells = <0>; };',
      bus('dma-ranges = <0x80000000 0x0 0x40000000>; dma { iommus = <&mmu>; };'),
    ),
    good: rootOf(
      'mmu: iommu { compatible = "sprd,iommu-v1"; #iommu-cells = <0>; };',
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
    bad: rootOf(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x40000000>; dma { status = "disabled"; };'),
    ),
    good: rootOf(
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
    if (![...ram(context)].some(({ start, size }) => start + size > top)) return;
    yield {
      message: `No device of this bus is enabled, but its \`dma-ranges\` is the narrowest of the tree: arm64 ends ZONE_DMA at \`${hex(top - 1n)}\`.`,
      span: lastSet(property).name,
      node,
    };
  },
};

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** The rules on the entries and on the chain of buses. */
export const DMA_RANGES_RULES: readonly Rule[] = [
  untranslatable,
  zeroSize,
  oddSize,
  chainBroken,
  onLeaf,
  excludesRam,
  limitWithIommu,
  vsAperture,
  zoneLimit,
];
