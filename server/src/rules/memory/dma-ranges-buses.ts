// SPDX-License-Identifier: MIT
// Rules about `dma-ranges` of one bus against another: entries that collide, reach too far, or stand where none reads.
import { hex } from '#base/numbers.ts';
import type { Range } from '#model/addresses/addresses.ts';
import { isPciBus } from '#model/addresses/addresses.ts';
import { coherence } from '#model/addresses/coherence.ts';
import { addressing, dmaParent } from '#model/addresses/dma-ranges.ts';
import { machineOf } from '#model/platform/machine.ts';
import { BUS_CELLS, board, board32, bus, host, SMMU_V3_AT } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { rangesOf } from './dma-ranges.ts';

/** A host bridge below a root with one cell each, behind an SMMU, with these windows of the PCI bus. */
function bridge(...windows: readonly string[]): string {
  return board32(SMMU_V3_AT, host(`iommu-map = <0x0 &smmu 0x0 0x10000>; dma-ranges = ${windows.join(', ')};`));
}

const overlap: Rule = {
  id: 'dma-ranges-overlap',
  severity: 'warning',
  title: '`dma-ranges` with two entries for one bus address',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable'],
  doc: `Two windows of the bus share bus addresses. On a PCI host bridge behind an IOMMU Linux prints \`Failed to reserve IOVA\`
and \`Failed to set up IOMMU\`, and every function keeps the platform's DMA operations while it is attached to a translating
domain: its DMA faults. Elsewhere Linux takes the first window that fits. Make the windows disjoint.`,
  source:
    'Linux 6.12 drivers/iommu/dma-iommu.c:iova_reserve_pci_windows, include/linux/dma-direct.h:translate_dma_to_phys',
  example: {
    bad: bridge(
      '<0x2000000 0x0 0x40000000 0x40000000 0x0 0x40000000>',
      '<0x2000000 0x0 0x60000000 0xa0000000 0x0 0x20000000>',
    ),
    good: bridge(
      '<0x2000000 0x0 0x40000000 0x40000000 0x0 0x40000000>',
      '<0x2000000 0x0 0x80000000 0xa0000000 0x0 0x20000000>',
    ),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    const pair = found && firstOverlap(found.list);
    if (!found || !pair) return;
    const behind = isPciHost(node) && usesOf(context, node).some((use) => translates(context, use.provider));
    const end = behind
      ? 'Linux prints `Failed to reserve IOVA` and sets up no IOMMU for the functions of this bridge'
      : 'Linux uses the entry that comes first';
    yield {
      message: `Two entries of \`dma-ranges\` cover bus address \`${hex(pair.start)}\`; ${end}.`,
      span: lastSet(found.property).name,
      ...(behind && { severity: 'error' as const }),
    };
  },
};

function translates(context: RuleContext, provider: DtNode): boolean {
  const traits = iommuDriver(context, provider)?.traits;
  return traits !== undefined && traits.grouping !== 'none' && isLive(provider);
}

function firstOverlap(list: readonly Range[]): { start: bigint } | undefined {
  const sorted = [...list].sort((a, b) => (a.child < b.child ? -1 : 1));
  for (const [at, range] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next && next.child < range.child + range.size) return { start: next.child };
  }
  return undefined;
}

const order: Rule = {
  id: 'dma-ranges-order',
  severity: 'error',
  title: '`dma-ranges` of a PCI bridge in another order on the bus than in memory',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-overlap', 'dma-ranges-zero-size', 'dma-ranges-untranslatable'],
  doc: `For functions behind an IOMMU Linux keeps the gaps between the windows of the bridge free. It sorts the windows by CPU
address and expects their bus addresses to ascend too: otherwise it prints \`Failed to reserve IOVA\` and \`Failed to set up
IOMMU\`, and every function keeps the platform's DMA operations while it is attached to a translating domain: its DMA faults.
Choose bus addresses in the order of the CPU addresses.`,
  source: 'Linux 6.12 drivers/iommu/dma-iommu.c:iova_reserve_pci_windows, iommu_dma_ranges_sort',
  example: {
    bad: bridge(
      '<0x2000000 0x0 0x40000000 0xa0000000 0x0 0x20000000>',
      '<0x2000000 0x0 0x80000000 0x40000000 0x0 0x20000000>',
    ),
    good: bridge(
      '<0x2000000 0x0 0x40000000 0x40000000 0x0 0x20000000>',
      '<0x2000000 0x0 0x80000000 0xa0000000 0x0 0x20000000>',
    ),
  },
  *check(context, node) {
    const found = isPciHost(node) ? rangesOf(context, node) : undefined;
    if (!found || !usesOf(context, node).some((use) => translates(context, use.provider))) return;
    const sorted = [...found.list].sort((a, b) => ((a.cpu ?? 0n) < (b.cpu ?? 0n) ? -1 : 1));
    for (const [at, range] of sorted.entries()) {
      const next = sorted[at + 1];
      if (!next || next.child >= range.child + range.size) continue;
      yield {
        message: `Bus address \`${hex(next.child)}\` comes before \`${hex(range.child)}\`, but after it by CPU address; Linux prints \`Failed to reserve IOVA\` and sets up no IOMMU for the functions of this bridge.`,
        span: lastSet(found.property).name,
      };
      return;
    }
  },
};

const exceeds: Rule = {
  id: 'dma-ranges-exceeds-parent',
  severity: 'warning',
  title: '`dma-ranges` entry that is larger than the window of the bus above',
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable'],
  doc: `The entry starts inside a window of a bus above and ends beyond it. Linux translates only the start and takes the whole
entry for reachable, so it hands out addresses that the upper bus does not pass: DMA there fails in the hardware, and nothing
is bounced. Shorten the entry, or widen the window above.`,
  source: 'Linux 6.12 drivers/of/address.c:of_dma_get_range, of_translate_one',
  example: {
    bad: board32(
      bus(
        `dma-ranges = <0x0 0x80000000 0x10000000>; inner { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges = <0x0 0x0 0x20000000>; };`,
      ),
    ),
    good: board32(
      bus(
        `dma-ranges = <0x0 0x80000000 0x10000000>; inner { compatible = "simple-bus"; ${BUS_CELLS} ranges; dma-ranges = <0x0 0x0 0x10000000>; };`,
      ),
    ),
  },
  *check(context, node) {
    const found = rangesOf(context, node);
    const machine = machineOf(context.tree, context.platform);
    const above = dmaParent(machine, node).node;
    if (!found || !above) return;
    const { windows, result } = addressing(machine, above);
    if (result !== 'ok') return;
    for (const { child, cpu, size } of found.list) {
      let end = windows.find((each) => cpu !== undefined && each.cpu <= cpu && cpu < each.cpu + each.size);
      const window = end;
      if (cpu === undefined || !window) continue;
      let top = window.cpu + window.size;
      for (; end; end = windows.find((each) => each.cpu === top && each.size > 0n)) top = end.cpu + end.size;
      if (cpu + size <= top) continue;
      yield {
        message: `The entry for bus address \`${hex(child)}\` reaches up to CPU address \`${hex(cpu + size - 1n)}\`, and the buses above pass no more than \`${hex(top - 1n)}\`; Linux does not notice.`,
        span: lastSet(found.property).name,
      };
    }
  },
};

const onPciBridge: Rule = {
  id: 'dma-ranges-on-pci-bridge',
  severity: 'warning',
  title: '`dma-ranges` on a PCI bridge behind the host bridge',
  properties: ['dma-ranges'],
  doc: `For every function of a PCI hierarchy Linux reads the \`dma-ranges\` of the host bridge and of the buses above it.
What a bridge within the hierarchy says is not read, so the window and its limit have no effect on the functions behind it.
Move it to the host bridge.`,
  source: 'Linux 6.12 drivers/pci/pci-driver.c:pci_dma_configure, drivers/of/device.c:of_dma_configure_id',
  example: {
    bad: board(host(port('dma-ranges = <0x2000000 0x0 0x0 0x2000000 0x0 0x0 0x0 0x80000000>;'))),
    good: board(host(`dma-ranges = <0x2000000 0x0 0x0 0x0 0x0 0x80000000>; ${port('')}`)),
  },
  *check(context, node) {
    const property = node.properties.get('dma-ranges');
    if (!property || property.value.bytes.length === 0 || !node.parent || !isPciBus(node)) return;
    if (!isPciBus(node.parent) || !isLive(node) || platformChildren(node)) return;
    const root = hostOf(node);
    if (context.platform.kind === 'xen-host') return;
    yield {
      message: `Linux reads the \`dma-ranges\` of the host bridge \`${pathOf(root)}\` for functions behind this bridge, and never this one.`,
      span: lastSet(property).name,
      related: [{ message: 'the host bridge', span: nodeSpan(root) }],
    };
  },
};

/** The root port of a host bridge. */
function port(properties: string): string {
  return `pcie@0,0 { device_type = "pci"; reg = <0x0 0x0 0x0 0x0 0x0>; #address-cells = <3>; #size-cells = <2>; ranges; ${properties} };`;
}

/** Buses below a function that are no PCI: their platform devices do climb through this node. */
function platformChildren(node: DtNode): boolean {
  return [...node.children.values()].some((child) => !isPciBus(child) && child.children.size > 0);
}

function hostOf(node: DtNode): DtNode {
  let at = node;
  while (at.parent && isPciBus(at.parent)) at = at.parent;
  return at;
}

const coherentFunction: Rule = {
  id: 'dma-coherent-on-pci-function',
  severity: 'warning',
  title: '`dma-coherent` or `dma-noncoherent` on a PCI function',
  properties: ['dma-coherent', 'dma-noncoherent'],
  needs: ['dma-coherent-and-noncoherent'],
  doc: `Linux sets up the DMA of a PCI function with the node of its host bridge and does not look at the function's own. What
this node says differs from what holds for the host bridge, and the bridge wins: caches are maintained where the function
snoops, or not maintained where it does not. Put the property on the host bridge.`,
  source: 'Linux 6.12 drivers/pci/pci-driver.c:pci_dma_configure, drivers/of/address.c:of_dma_is_coherent',
  example: {
    bad: board(host('nic@0,0 { reg = <0x0 0x0 0x0 0x0 0x0>; dma-coherent; };')),
    good: board(host('dma-coherent; nic@0,0 { reg = <0x0 0x0 0x0 0x0 0x0>; };')),
  },
  *check(context, node) {
    if (!node.parent || !isPciBus(node.parent) || !isLive(node)) return;
    const name = node.properties.has('dma-coherent') ? 'dma-coherent' : 'dma-noncoherent';
    const property = node.properties.get(name);
    const root = hostOf(node);
    const { coherent } = coherence(machineOf(context.tree, context.platform), root);
    if (!property || coherent === (name === 'dma-coherent')) return;
    yield {
      message: `Linux does not read \`${name}\` of a PCI function; the DMA of all functions behind \`${pathOf(root)}\` is ${coherent ? '' : 'not '}coherent.`,
      span: lastSet(property).name,
      related: [{ message: 'the host bridge', span: nodeSpan(root) }],
    };
  },
};

export const DMA_BUS_RULES: readonly Rule[] = [overlap, order, exceeds, onPciBridge, coherentFunction];
