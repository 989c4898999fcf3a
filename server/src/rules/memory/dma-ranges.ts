// SPDX-License-Identifier: MIT
// Rules about `dma-ranges`: whether the entries translate, and what they do to the devices of the bus.
import { hex } from '#base/numbers.ts';
import { type Range, ranges } from '#model/addresses/addresses.ts';
import { dmaParent, hasHole } from '#model/addresses/dma-ranges.ts';
import { existence } from '#model/devices/existence.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { insertProperty } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { BUS_CELLS, board32, bus } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { isLive, lastSet, nodeSpan, pathOf, walk } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';

const GET_RANGE = 'Linux 6.12 drivers/of/address.c:of_dma_get_range';

/** The non-empty `dma-ranges` of a live node, and what Linux reads in it. */
export function rangesOf(context: RuleContext, node: DtNode): { property: DtProperty; list: Range[] } | undefined {
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
    bad: board32(
      bus(
        `dma-ranges = <0x0 0x80000000 0x10000000>; inner { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges = <0x0 0x40000000 0x1000>; };`,
      ),
    ),
    good: board32(
      bus(
        `dma-ranges = <0x0 0x80000000 0x10000000>; inner { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges = <0x0 0x0 0x1000>; };`,
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
can address nothing: no memory has a bus address, and every mapping fails. A size of 2^32 or 2^64 that was written as 0
needs one more cell. A single entry of size 0 may be one that the boot loader fills in, and is only a warning.`,
  source: 'Linux 6.12 drivers/of/address.c:of_dma_get_range, include/linux/dma-direct.h:translate_phys_to_dma',
  example: {
    bad: board32(bus('dma-ranges = <0x0 0x0 0x0>, <0x80000000 0x0 0x80000000>; dma { };')),
    good: board32(bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };')),
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
      found.list[0]?.size === 0n
        ? 'for Linux it ends the list before it began, and devices can address nothing'
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
    bad: board32(bus('dma-ranges = <0x0 0x0 0x7fffffff>; dma { };')),
    good: board32(bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };')),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    const odd = found?.list.find(({ size }) => (size & 1n) === 1n);
    if (!found || !odd) return;
    const end = has(context.platform.kernelVersion, GATES.oddSizes)
      ? 'Linux takes it literally, so the last byte is out of reach'
      : 'Linux prints `Invalid size` and adds one';
    yield { message: `The size \`${hex(odd.size)}\` is odd; ${end}.`, span: lastSet(found.property).name };
  },
};

const chainBroken: Rule = {
  id: 'dma-ranges-chain-broken',
  severity: 'info',
  fixable: true,
  judgement: true,
  title: 'Bus without `dma-ranges` below one that has it',
  properties: ['dma-ranges'],
  knows: 'all',
  doc: `A bus has a non-empty \`dma-ranges\`, a bus below it has none, and devices are below that. On its way up Linux
tolerates a missing \`dma-ranges\` only on the first bus; further up it gives up, so neither the window nor the limit holds for
these devices. Add an empty \`dma-ranges;\` to the bus in between.`,
  source: GET_RANGE,
  example: {
    bad: board32(
      bus(
        `dma-ranges = <0x0 0x0 0x40000000>; middle { compatible = "simple-bus"; ${BUS_CELLS} ranges; inner { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges; dma { compatible = "vendor,dma"; }; }; };`,
      ),
    ),
    good: board32(
      bus(
        `dma-ranges = <0x0 0x0 0x40000000>; middle { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges; inner { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges; dma { compatible = "vendor,dma"; }; }; };`,
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
      const bridge = isPciHost(inner) && !inner.properties.has('iommu-map');
      if ((inner.children.size === 0 && !bridge) || !isLive(inner) || !hasHole(machine, inner)) continue;
      if (existence(machine, inner).bus === 'none') continue;
      // For the functions of a bridge Linux begins at the bridge itself.
      const device = bridge
        ? inner
        : [...inner.children.values()].find((child) => !child.properties.has('iommus') && isDmaDevice(context, child));
      if (!device) continue;
      reported.add(above);
      yield {
        message: `\`${pathOf(above)}\` has no \`dma-ranges\`, so Linux does not use those of \`${pathOf(node)}\` for devices on a bus below it.`,
        span: nodeSpan(above),
        node: above,
        related: [{ message: bridge ? 'the bridge of such devices' : 'such a device', span: nodeSpan(device) }],
        fix: repair('Add an empty `dma-ranges`', () => insertProperty(context.text, above, { name: 'dma-ranges' })),
      };
    }
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
and other bridges for the functions behind them), never on the device itself, so here it has no effect on its DMA; on arm64
a non-empty one still counts for the size of ZONE_DMA. Move it to the bus.`,
  source: 'Linux 6.12 drivers/of/device.c:of_dma_configure_id, drivers/of/address.c:of_dma_get_max_cpu_address',
  example: {
    bad: board32(bus('dma { compatible = "vendor,dma"; dma-ranges; };')),
    good: board32(bus('dma-ranges; dma { compatible = "vendor,dma"; };')),
  },
  *check(context, node) {
    const property = node.properties.get('dma-ranges');
    if (!property || node.children.size > 0 || isPciHost(node) || !isLive(node) || !isDmaDevice(context, node)) return;
    if (node.properties.has('iommu-map') || node.properties.has('#address-cells')) return;
    yield {
      message: '`dma-ranges` is on a device without children; Linux reads it on the bus only.',
      span: lastSet(property).name,
    };
  },
};

/** The rules on the entries and on the chain of buses. */
export const DMA_RANGES_RULES: readonly Rule[] = [untranslatable, zeroSize, oddSize, chainBroken, onLeaf];
