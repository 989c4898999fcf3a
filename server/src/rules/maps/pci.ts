// SPDX-License-Identifier: MIT
// Rules about buses with IDs: what fsl-mc and CDX need before their map is read, and what PCI properties really do.
import { isPciBus } from '#model/addresses/addresses.ts';
import { addressing } from '#model/addresses/dma-ranges.ts';
import { comesAsModule, iommuState } from '#model/iommu/state.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { board, board32, bus, host, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { compatibles, isLive, lastSet, pathOf, strings } from '#tree/query.ts';

const MC = 'compatible = "fsl,qoriq-mc"; #address-cells = <3>; #size-cells = <1>; iommu-map = <0x0 &smmu 0x0 0x80>;';

const noDmaRanges: Rule = {
  id: 'fsl-mc-no-dma-ranges',
  severity: 'error',
  title: 'fsl-mc or CDX bus whose `iommu-map` is never read',
  properties: ['iommu-map'],
  knows: 'all',
  doc: `For devices on fsl-mc and CDX, Linux sets up DMA only when it finds a non-empty \`dma-ranges\` from the controller
upwards, with none missing in between. Here it finds none, so it stops before the IOMMU: \`iommu-map\` has no effect and the
devices get direct DMA. Add \`dma-ranges\` to the bus of the controller, whose own binding has none.`,
  source: 'Linux 6.12 drivers/of/device.c:of_dma_configure_id, drivers/bus/fsl-mc/fsl-mc-bus.c:fsl_mc_dma_configure',
  example: {
    bad: board(mmu500(1), `fsl-mc { ${MC} };`),
    good: board32(
      mmu500(1).replace('iommu {', 'iommu@2000000 {\n\t\treg = <0x2000000 0x10000>;'),
      bus(`dma-ranges = <0x0 0x0 0x80000000>; fsl-mc { ${MC} };`),
    ),
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    const isBus = compatibles(node).some((name) => name === 'fsl,qoriq-mc' || /^xlnx,.*-cdx$/.test(name));
    if (!property || !isBus || !isLive(node)) return;
    const { result } = addressing(machineOf(context.tree, context.platform), node);
    if (result !== 'absent' && result !== 'hole') return;
    yield {
      message: 'There is no usable `dma-ranges` from this controller upwards, so Linux never reads its `iommu-map`.',
      span: lastSet(property).name,
    };
  },
};

const cdxNoDeferral: Rule = {
  id: 'cdx-no-deferral',
  severity: 'info',
  title: 'CDX bus behind an IOMMU whose driver is a module',
  properties: ['iommu-map'],
  doc: `A CDX device does not wait for its IOMMU: Linux 6.12 drops the deferral, and a device that probes before the module
of the IOMMU driver is loaded keeps direct DMA. Build the driver in.`,
  source: 'Linux 6.12 drivers/cdx/cdx.c:cdx_dma_configure',
  example: {
    bad: board(
      '#address-cells = <2>;',
      '#size-cells = <1>;',
      'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x1000000 0x20000>; #iommu-cells = <1>; };',
      'cdx { compatible = "xlnx,versal-net-cdx"; #address-cells = <3>; #size-cells = <1>; iommu-map = <0x0 &smmu 0x0 0x10>; dma-ranges = <0x0 0x0 0x0 0x0 0x0 0x80000000>; };',
    ),
    good: board(SMMU_V3),
    platform: { kernelConfig: new Map([['ARM_SMMU_V3', 'm']]) },
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    if (!property || !compatibles(node).some((name) => /^xlnx,.*-cdx$/.test(name))) return;
    const machine = machineOf(context.tree, context.platform);
    for (const use of usesOf(context, node)) {
      if (!isLive(use.provider) || !comesAsModule(iommuState(machine, use.provider).registration)) continue;
      yield {
        message: `The driver of \`${pathOf(use.provider)}\` is a module, and CDX devices do not wait for it; those that probe first keep direct DMA.`,
        span: use.phandle.span,
      };
      return;
    }
  },
};

const atsNeedsV3: Rule = {
  id: 'ats-needs-smmuv3',
  severity: 'info',
  title: '`ats-supported` without an SMMUv3',
  properties: ['ats-supported'],
  doc: `\`ats-supported\` lets the IOMMU driver switch on address translation services of the functions behind the bridge.
In Linux 6.12 only the SMMUv3 driver reads that. Behind another IOMMU, or none, it has no effect.`,
  source:
    'Linux 6.12 drivers/iommu/of_iommu.c:of_pci_check_device_ats, drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_ats_supported',
  example: {
    bad: board(mmu500(1), host('ats-supported; iommu-map = <0x0 &smmu 0x0 0x10000>;')),
    good: board(SMMU_V3, host('ats-supported; iommu-map = <0x0 &smmu 0x0 0x10000>;')),
  },
  *check(context, node) {
    const property = node.properties.get('ats-supported');
    if (!property || !isLive(node)) return;
    if (usesOf(context, node).some((use) => iommuDriver(context, use.provider)?.driver.name === 'arm-smmu-v3')) return;
    yield {
      message: 'Only the SMMUv3 driver reads `ats-supported`, and this bridge is not behind an SMMUv3.',
      span: lastSet(property).name,
    };
  },
};

const externalFacing: Rule = {
  id: 'pci-external-facing',
  severity: 'hint',
  title: 'PCI port to devices outside the machine',
  properties: ['external-facing'],
  doc: `The property says that the functions below the port come from outside the machine. Linux once did not trust them:
behind an IOMMU they were always translated, also with \`iommu.passthrough=1\`, and parts of pages were bounced. Since
Linux 6.13, and in the later stable kernels of 6.1 and 6.12, only x86 decides that a function is external, so on other
architectures they get the domain that any function gets. What stays is that the port blocks requests with translated
addresses, so that ATS does not work below it. On a host bridge Linux never reads the property: write it on the node of a
port below.`,
  source:
    'Linux 6.12 drivers/pci/of.c:pci_set_bus_of_node, drivers/pci/probe.c:set_pcie_untrusted, drivers/pci/pci.c:pci_std_enable_acs',
  example: {
    bad: board(host('external-facing;')),
    good: board(host('')),
  },
  *check(_context, node) {
    const property = node.properties.get('external-facing');
    if (!property || !isLive(node)) return;
    const onPort = node.parent !== undefined && isPciBus(node.parent);
    yield {
      message: onPort
        ? 'Linux blocks ATS at this port and else treats the functions below it as any other: since 6.13 only x86 distrusts what comes from outside.'
        : 'Linux does not read external-facing on a host bridge, only on the node of a port below one.',
      span: lastSet(property).name,
    };
  },
};

const ID_BUSES = /^(fsl,qoriq-mc|xlnx,.*-cdx|nvidia,tegra\d+-host1x)$/;

/** Its driver looks each channel up in the map on 7.3, and not on 6.12; what is between is not known here. */
const CHANNELS = /^nvidia,tegra\d+-gpcdma$/;

const wrongNode: Rule = {
  id: 'iommu-map-wrong-node',
  severity: 'warning',
  title: '`iommu-map` on a node that is not a bus with IDs',
  properties: ['iommu-map'],
  doc: `Linux reads \`iommu-map\` only on PCI host bridges, on fsl-mc and CDX controllers, on host1x and, in 7.3, for the
channels of NVIDIA's GPC DMA controller.
On any other node it has no effect, and the device gets direct DMA unless it has \`iommus\`. Use \`iommus\` on a single device.`,
  source:
    'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure, drivers/pci/pci-driver.c:pci_dma_configure; Linux 7.3 drivers/dma/tegra186-gpc-dma.c:tegra_dma_probe',
  example: {
    bad: board(SMMU_V3, 'dma { iommu-map = <0x0 &smmu 0x0 0x1>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 0x0>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    // What an overlay adds to a node is put into a bridge, as likely as not.
    if (!property || node.name === '__overlay__') return;
    const names = strings(node.properties.get('compatible'));
    if (isPciHost(node) || names.some((name) => ID_BUSES.test(name))) return;
    if (has(context.platform.kernelVersion, GATES.dmaChannelMap) && names.some((name) => CHANNELS.test(name))) return;
    yield {
      message: '`iommu-map` is on a node that is not a PCI host bridge or other bus with IDs; Linux never reads it.',
      span: lastSet(property).name,
    };
  },
};

export const PCI_RULES: readonly Rule[] = [noDmaRanges, cdxNoDeferral, atsNeedsV3, externalFacing, wrongNode];
