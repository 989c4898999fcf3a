// SPDX-License-Identifier: MIT
// Rules about message signalled interrupts: the doorbell that a device writes to, and the ID that it writes with.
import { hex } from '#base/numbers.ts';
import { regRange } from '#model/addresses/addresses.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { board, host, SMMU_V3, SMMU_V3_AT } from '#rules/engine/example.ts';
import { firstOutside, isPciHost } from '#rules/engine/ids.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { entriesOf, iommuDriver, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { compatibles, isLive, lastSet, nodeSpan, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

const MAP_ID = 'Linux 6.12 drivers/of/base.c:of_map_id';
const ITS = 'its: msi-controller { compatible = "arm,gic-v3-its"; msi-controller; #msi-cells = <1>; };';

const mapFormat: Rule = {
  id: 'msi-map-format',
  severity: 'error',
  title: '`msi-map` that Linux cannot read',
  properties: ['msi-map'],
  doc: `\`msi-map\` is read like \`iommu-map\`: entries of four cells, first IDs within \`msi-map-mask\`, phandles that exist.
Otherwise Linux prints \`Error: Bad msi-map length\` or \`Invalid msi-map translation\`, and the functions get no MSI domain
of this map. Since Linux 7.2 an entry has as many cells as \`#msi-cells\` of its controller asks for, and what precedes
the broken entry still works. Correct the entry.`,
  source: `${MAP_ID}, drivers/of/irq.c:of_msi_map_get_device_domain`,
  example: {
    bad: board(ITS, host('msi-map = <0x0 &its 0x10000>;')),
    good: board(ITS, host('msi-map = <0x0 &its 0x0 0x10000>;')),
  },
  *check(context, node) {
    const property = node.properties.get('msi-map');
    if (!property) return;
    const oneByOne = has(context.platform.kernelVersion, GATES.mapsOneByOne);
    const entries = entriesOf(context, node, 'msi-map');
    if (!entries) {
      const count = property.value.bytes.length / 4;
      const message = oneByOne
        ? `msi-map has ${count} cells and ends within an entry; Linux uses the entries before it, and fails for every other ID.`
        : `msi-map has ${count} cells, and an entry needs four; Linux refuses the whole map.`;
      yield { message, span: lastSet(property).name };
      return;
    }
    const mask = u32(node.properties.get('msi-map-mask')) ?? 0xffffffff;
    for (const { base, phandle, provider, length } of entries) {
      if ((base.value & ~mask) !== 0) {
        const message = `\`msi-map-mask = <${hex(mask)}>\` clears bits of the first ID \`${hex(base.value)}\`; Linux fails for every ID that reaches this entry.`;
        yield { message, span: base.span };
      } else if (!provider && phandle.ref === undefined && length.value > 0 && context.tree.complete) {
        const who = oneByOne ? 'every ID that no entry before it covers gets' : 'functions with these IDs get';
        const message = `No node has the phandle ${hex(phandle.value)}; ${who} no MSI domain of this map.`;
        yield { message, span: phandle.span };
      }
    }
  },
};

const mapUncovered: Rule = {
  id: 'msi-map-uncovered',
  severity: 'info',
  title: 'IDs with `iommu-map` but without `msi-map`',
  properties: ['msi-map'],
  needs: ['msi-map-format'],
  doc: `Some IDs are translated by the IOMMU but are in no entry of \`msi-map\`. Linux prints \`no msi-map translation for id\`
for a function there, and without \`msi-parent\` on the bridge it has no MSIs. Extend \`msi-map\`.`,
  source: `${MAP_ID}, drivers/of/irq.c:of_msi_map_get_device_domain, drivers/pci/probe.c:pci_set_msi_domain`,
  example: {
    bad: board(SMMU_V3, ITS, host('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x100>;')),
    good: board(SMMU_V3, ITS, host('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>;')),
  },
  *check(context, node) {
    const property = node.properties.get('msi-map');
    const covered = (entriesOf(context, node, 'msi-map') ?? []).filter(({ length }) => length.value > 0);
    if (!property || covered.length === 0 || !isLive(node) || node.properties.has('msi-map-mask')) return;
    // The domain of the bus takes over: pci_set_msi_domain, pci_host_bridge_of_msi_domain.
    if (node.properties.has('msi-parent')) return;
    for (const entry of entriesOf(context, node, 'iommu-map') ?? []) {
      if (entry.length.value === 0) continue;
      const next = firstOutside(entry, covered);
      if (next === undefined) continue;
      yield {
        message: `IDs from ${hex(next)} on are in \`iommu-map\` but not in \`msi-map\`; a function there gets no MSI from this map.`,
        span: lastSet(property).name,
      };
      return;
    }
  },
};

const parentCells: Rule = {
  id: 'msi-parent-cells',
  severity: 'error',
  title: '`msi-parent` that does not parse',
  properties: ['msi-parent'],
  knows: 'all',
  doc: `After the phandle of an MSI controller come as many cells as its \`#msi-cells\` says (none without it). Linux stops at
the first entry that does not fit or names no node: it takes the first controller before it that has a domain, and without one
the device has no MSI domain. Complete the entry.`,
  source: 'Linux 6.12 drivers/of/irq.c:of_msi_get_domain, drivers/of/base.c:of_phandle_iterator_next',
  example: {
    bad: board(ITS, 'dma { msi-parent = <&its>; };'),
    good: board(ITS, 'dma { msi-parent = <&its 4>; };'),
  },
  *check(context, node) {
    const { stop } = specifiers(context.tree, node.properties.get('msi-parent'), '#msi-cells', 0);
    if (!stop || stop.reason === 'unresolved' || stop.reason === 'empty') return;
    const what =
      stop.reason === 'short' && stop.provider
        ? `\`${pathOf(stop.provider)}\` has \`#msi-cells = <${stop.wanted}>\`, but fewer cells follow`
        : `\`${hex(stop.phandle.value)}\` is the phandle of no node`;
    const before = stop.index > 0;
    const end = before ? 'Linux looks at the entries before it alone' : 'the device has no MSI domain of this property';
    yield {
      message: `${what}; ${end}.`,
      span: stop.phandle.span,
      ...(before && { severity: 'warning' as const }),
    };
  },
};

const itsCells: Rule = {
  id: 'msi-its-platform-cells',
  severity: 'error',
  title: 'Device with an ITS as MSI parent but without a device ID',
  properties: ['msi-parent'],
  needs: ['msi-parent-cells'],
  knows: 'all',
  doc: `A device that is not on PCI tells the ITS its device ID in the one cell after the phandle. Without a cell Linux refuses
to allocate MSIs for the device, with a stack trace where \`#msi-cells\` is 0. Up to Linux 6.18 the same happens with several
cells; Linux 6.19 and later take the first of them. Set \`#msi-cells = <1>\` on the ITS and write the device ID.`,
  source:
    'Linux 6.12 drivers/irqchip/irq-gic-v3-its-msi-parent.c:of_pmsi_get_dev_id; Linux 7.3 drivers/irqchip/irq-gic-its-msi-parent.c:of_pmsi_get_msi_info',
  example: {
    bad: board(ITS.replace('<1>', '<0>'), 'dma { compatible = "vendor,dma"; msi-parent = <&its>; };'),
    good: board(ITS, 'dma { compatible = "vendor,dma"; msi-parent = <&its 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('msi-parent');
    if (!property || isPciHost(node) || node.properties.has('iommu-map') || node.properties.has('msi-map')) return;
    if (!isLive(node) || compatibles(node).includes('fsl,qoriq-mc')) return;
    const most = has(context.platform.kernelVersion, GATES.itsManyCells) ? Number.POSITIVE_INFINITY : 1;
    for (const { provider, args, phandle } of specifiers(context.tree, property, '#msi-cells', 0).entries) {
      if ((args.length >= 1 && args.length <= most) || !compatibles(provider).includes('arm,gic-v3-its')) continue;
      const says = provider.properties.has('#msi-cells')
        ? `\`#msi-cells\` says ${args.length}`
        : 'it has no #msi-cells';
      yield {
        message: `An ITS needs the device ID in one cell, and ${says}; Linux allocates no MSIs for this device.`,
        span: phandle.span,
      };
    }
  },
};

/** Controllers whose driver has the IOMMU map the doorbell (the callers of iommu_dma_prepare_msi). */
const IOMMU_AWARE = /^(arm,gic-v3-its|arm,gic-v3|arm,gic-v2m-frame|fsl,ls.*-msi|arm,gic-v5-its)$/;

/** The frames of a GICv5's ITS are its children, without compatible. */
function isAware(controller: DtNode): boolean {
  const its = controller.parent ?? controller;
  return [...compatibles(controller), ...compatibles(its).filter((name) => name === 'arm,gic-v5-its')].some((name) =>
    IOMMU_AWARE.test(name),
  );
}

const notAware: Rule = {
  id: 'msi-controller-not-iommu-aware',
  severity: 'warning',
  title: 'MSI controller that does not map its doorbell for an IOMMU',
  properties: ['msi-parent', 'msi-map'],
  needs: ['msi-parent-cells', 'msi-map-format'],
  doc: `The functions are behind a translating IOMMU, and their MSIs go to a controller whose driver writes the physical
address of the doorbell. Only the ITS of GICv3 and v5, GICv2m, the GICv3 message registers and the Layerscape controller ask
the IOMMU for a mapping. Unless the hardware lets the doorbell pass, each MSI is an IOMMU fault. Use one of those controllers.`,
  source: 'Linux 6.12 drivers/iommu/dma-iommu.c:iommu_dma_prepare_msi and its callers in drivers/irqchip',
  example: {
    bad: board(
      SMMU_V3,
      'msi: msi { compatible = "vendor,msi"; msi-controller; };',
      host('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-parent = <&msi>;'),
    ),
    good: board(SMMU_V3, ITS, host('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>;')),
  },
  *check(context, node) {
    const use = usesOf(context, node).find(({ provider }) => isLive(provider) && iommuDriver(context, provider));
    const driver = use && iommuDriver(context, use.provider)?.driver;
    if (!driver || driver.msiWindow === null || driver.grouping === 'none') return;
    const parents = specifiers(context.tree, node.properties.get('msi-parent'), '#msi-cells', 0).entries;
    const maps = entriesOf(context, node, 'msi-map') ?? [];
    for (const { provider, phandle } of [...parents, ...maps]) {
      if (!provider || provider === node || isAware(provider)) continue;
      yield {
        message: `\`${pathOf(provider)}\` does not map its doorbell in \`${pathOf(use.provider)}\`; MSIs fault unless the hardware lets them pass.`,
        span: phandle.span,
      };
      return;
    }
  },
};

const ramInWindow: Rule = {
  id: 'ram-overlaps-msi-window',
  severity: 'hint',
  title: 'RAM at the addresses of the software MSI window',
  scope: 'tree',
  doc: `The drivers of the Arm SMMUs and virtio-iommu set IOVAs 0x8000000 to 0x80fffff aside for MSI doorbells of devices
that VFIO hands to a guest. RAM of this tree lies there: a guest whose RAM should have the same IOVAs cannot map it, VFIO
refuses with \`-EINVAL\`. The DMA API of this Linux is not affected.`,
  source:
    'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_get_resv_regions, drivers/vfio/vfio_iommu_type1.c:vfio_iommu_resv_conflict',
  example: {
    bad: board(
      '#address-cells = <1>;',
      '#size-cells = <1>;',
      'memory@0 { device_type = "memory"; reg = <0x0 0x40000000>; };',
      SMMU_V3_AT,
      'dma { iommus = <&smmu 1>; };',
    ),
    good: board(
      '#address-cells = <1>;',
      '#size-cells = <1>;',
      'memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };',
      SMMU_V3_AT,
      'dma { iommus = <&smmu 1>; };',
    ),
  },
  *check(context) {
    const machine = machineOf(context.tree, context.platform);
    const window = [...usesByProvider(context).keys()]
      .map((node) => iommuDriver(context, node)?.driver.msiWindow)
      .find((each) => each);
    if (!window) return;
    for (const node of context.tree.root.children.values()) {
      if (strings(node.properties.get('device_type'))[0] !== 'memory' || !isLive(node)) continue;
      for (let index = 0; ; index++) {
        const region = regRange(machine, node, index);
        if (!region) break;
        if (region.start > window.end || region.start + region.size <= window.start) continue;
        yield {
          message:
            'RAM covers the IOVAs 0x8000000 to 0x80fffff, which Linux keeps for MSI doorbells of devices given to a guest.',
          span: nodeSpan(node),
          node,
        };
        return;
      }
    }
  },
};

export const MSI_RULES: readonly Rule[] = [mapFormat, mapUncovered, parentCells, itsCells, notAware, ramInWindow];
