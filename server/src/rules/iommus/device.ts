// SPDX-License-Identifier: MIT
// Rules about `iommus` as a whole: the IOMMUs that one device combines, and the places where nobody reads the property.
import type { TextEdit } from '#base/text.ts';
import { existence } from '#model/devices/existence.ts';
import { machineOf } from '#model/platform/machine.ts';
import { insertProperty, removeProperty } from '#rules/edits/edits.ts';
import { deletion, planned } from '#rules/edits/repairs.ts';
import { board, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, type Use, usesOf } from '#rules/engine/uses.ts';
import { mapOfFunction } from '#rules/migrations/pci-function-iommus.ts';
import { compatibles, isLive, lastSet, nodeSpan, pathOf, strings } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';

const OTHER_SMMU_V3 = SMMU_V3.replace('smmu: iommu', 'other_smmu: other-iommu');

/** The entries of `iommus` whose IOMMU Linux can use. */
export function usable(context: RuleContext, node: DtNode): Use[] {
  return usesOf(context, node).filter((use) => use.via === 'iommus' && isLive(use.provider));
}

const mixedDrivers: Rule = {
  id: 'iommus-mixed-drivers',
  severity: 'error',
  title: '`iommus` with IOMMUs of different drivers',
  properties: ['iommus'],
  needs: ['xen-grant-not-first', 'xen-iommus-two-iommus'],
  doc: `The entries name IOMMUs that different drivers bind. A device of Linux belongs to one IOMMU driver:
the first entry of another one fails with \`-EINVAL\`, all entries are dropped, and the device gets direct DMA.
Keep the IOMMU that the device's DMA really passes.`,
  source: 'Linux 6.12 drivers/iommu/iommu.c:iommu_fwspec_init',
  example: {
    bad: board(
      SMMU_V3,
      mmu500(2).replace('smmu: iommu', 'gpu_smmu: gpu-iommu'),
      'dma { iommus = <&smmu 4>, <&gpu_smmu 4 0>; };',
    ),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const [first, ...others] = usable(context, node);
    const driver = first && iommuDriver(context, first.provider)?.driver;
    if (!first || !driver) return;
    for (const use of others) {
      const other = iommuDriver(context, use.provider)?.driver;
      if (!other || other === driver) continue;
      yield {
        message: `\`${pathOf(first.provider)}\` has the driver ${driver.name} and \`${pathOf(use.provider)}\` ${other.name}; Linux drops all entries of \`iommus\` and ${outcome(context, node).replace(/^Linux /, '')}.`,
        span: use.phandle.span,
      };
      return;
    }
  },
};

const multiInstance: Rule = {
  id: 'iommus-multi-instance',
  severity: 'error',
  title: '`iommus` with several IOMMUs of a driver that knows only one per device',
  properties: ['iommus'],
  needs: ['iommus-mixed-drivers', 'xen-iommus-two-iommus'],
  doc: `The entries name several instances of one driver, and the driver keeps one instance per device.
Most drivers then program the IDs of all entries into the first instance (Allwinner's into the last), so the streams of the
others fault or bypass; the Qualcomm driver refuses the device. Give each IOMMU's share of the hardware a device node of its own.`,
  source: 'Linux 6.12 drivers/iommu/iommu.c:iommu_fwspec_init and the of_xlate of each driver',
  example: {
    bad: board(SMMU_V3, OTHER_SMMU_V3, 'dma { iommus = <&smmu 4>, <&other_smmu 4>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>, <&smmu 5>; };'),
  },
  *check(context, node) {
    const [first, ...others] = usable(context, node);
    const match = first && iommuDriver(context, first.provider);
    if (!first || !match || !['first', 'last', 'rejected'].includes(match.driver.instances)) return;
    // Without IDs the driver has nothing to program in the wrong place: several MMUs of one device may be alike.
    if (match.driver.instances === 'last' && match.traits.cells.length === 0) return;
    const second = others.find((use) => use.provider !== first.provider);
    if (!second || iommuDriver(context, second.provider)?.driver !== match.driver) return;
    const rejected = match.driver.instances === 'rejected';
    const end = rejected
      ? `the driver refuses that and ${outcome(context, node)}`
      : `the driver ${match.driver.name} programs all IDs into \`${pathOf((match.driver.instances === 'last' && others.at(-1)?.provider) || first.provider)}\``;
    yield {
      message: `\`iommus\` names \`${pathOf(first.provider)}\` and \`${pathOf(second.provider)}\`; ${end}.`,
      span: second.phandle.span,
    };
  },
};

const duplicate: Rule = {
  id: 'iommus-duplicate-specifier',
  severity: 'info',
  title: 'The same specifier twice in one `iommus`',
  properties: ['iommus'],
  doc: `Two entries name the same IOMMU with the same cells. Linux accepts that; it translates nothing more.
Delete one, or correct the ID that was meant.`,
  source: 'Linux 6.12 drivers/iommu/iommu.c:iommu_fwspec_add_ids',
  example: {
    bad: board(SMMU_V3, 'dma { iommus = <&smmu 4>, <&smmu 4>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>, <&smmu 5>; };'),
  },
  *check(context, node) {
    const seen = new Set<string>();
    for (const { provider, args, phandle } of usable(context, node)) {
      const key = `${pathOf(provider)} ${args.map((cell) => cell.value).join(' ')}`;
      if (seen.has(key)) {
        yield {
          message: `\`iommus\` lists this specifier of \`${pathOf(provider)}\` twice; Linux gains nothing from the second.`,
          span: phandle.span,
        };
      }
      seen.add(key);
    }
  },
};

const GENERIC_BUSES = new Set(['simple-bus', 'simple-mfd', 'syscon', 'simple-pm-bus']);

const notInherited: Rule = {
  id: 'iommus-not-inherited',
  severity: 'warning',
  fixable: true,
  title: '`iommus` on a bus whose devices have none',
  properties: ['iommus'],
  doc: `A bus node has \`iommus\`, and the devices below it do not. Linux does not walk up the tree for an IOMMU:
the property concerns the bus node alone, which does no DMA, and the devices get direct DMA.
Move \`iommus\` to the devices that do DMA. The quick fix does it where the bus has only one device; with several of them
the tree does not say which device has which ID.`,
  source:
    'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure; Documentation/devicetree/bindings/iommu/iommu.txt, Notes',
  example: {
    bad: board(SMMU_V3, 'bus { compatible = "simple-bus"; iommus = <&smmu 4>; dma { compatible = "vendor,dma"; }; };'),
    good: board(SMMU_V3, 'bus { compatible = "simple-bus"; dma { compatible = "vendor,dma"; iommus = <&smmu 4>; }; };'),
  },
  *check(context, node) {
    const names = compatibles(node);
    const property = node.properties.get('iommus');
    if (!property || !isLive(node) || !isGenericBus(node)) return;
    const devices = [...node.children.values()].filter((child) => isLive(child) && child.properties.has('compatible'));
    if (devices.length === 0 || devices.some((child) => child.properties.has('iommus'))) return;
    const edits = moveToChild(context, node, property);
    yield {
      message: `\`${names[0]}\` does no DMA itself, and Linux does not hand its \`iommus\` down; ${devices.length === 1 ? 'the device below gets' : 'the devices below get'} direct DMA.`,
      span: lastSet(property).name,
      related: devices.slice(0, 5).map((child) => ({ message: 'has no `iommus`', span: nodeSpan(child) })),
      ...(edits && { fix: planned(`Move \`iommus\` to \`${devices[0]?.name}\``, edits) }),
    };
  },
};

function isGenericBus(node: DtNode): boolean {
  const names = compatibles(node);
  return names.length > 0 && names.every((name) => GENERIC_BUSES.has(name));
}

/** To the only device of the bus, also counting disabled ones, which another board may enable. */
function moveToChild({ text }: RuleContext, bus: DtNode, property: DtProperty): TextEdit[] | undefined {
  const [child, ...others] = [...bus.children.values()].filter((each) => each.properties.has('compatible'));
  if (!child || others.length > 0 || isGenericBus(child) || isPciHost(child) || property.origins.length > 1) return;
  const { span, name } = lastSet(property);
  const source = text(span.file);
  const value = /^\s*=\s*(.*?)\s*;$/s.exec(source.slice(name.end, span.end))?.[1];
  const block = child.origins.find((origin) => origin.kind === 'open' && origin.span.file === span.file);
  const isWritten = source.slice(name.start, name.end) === property.name;
  if (value === undefined || !block || !isWritten) return undefined;
  const added = insertProperty(text, child, { name: 'iommus', value }, block);
  return added && [...removeProperty(text, property), added];
}

const unconfiguredBus: Rule = {
  id: 'iommus-on-unconfigured-bus',
  severity: 'warning',
  fixable: true,
  title: '`iommus` on a device of a bus without DMA',
  properties: ['iommus'],
  doc: `Devices on I2C, SPI, MDIO, DSI, serial, USB, SLIMbus and SoundWire do no DMA of their own, and Linux configures none
for them, so their \`iommus\` is never read. The controller moves the data. Put \`iommus\` on the controller.`,
  source: 'Linux 6.12 drivers/base/dd.c:really_probe (no dma_configure in these bus types)',
  example: {
    bad: board(
      SMMU_V3,
      'i2c { compatible = "vendor,i2c"; #address-cells = <1>; #size-cells = <0>; codec@10 { compatible = "vendor,codec"; reg = <0x10>; iommus = <&smmu 4>; }; };',
    ),
    good: board(
      SMMU_V3,
      'i2c { compatible = "vendor,i2c"; #address-cells = <1>; #size-cells = <0>; iommus = <&smmu 4>; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    const found = existence(machineOf(context.tree, context.platform), node);
    if (!property || found.bus !== 'other') return;
    yield {
      message: `A device on ${found.busName} does no DMA of its own; Linux never reads this \`iommus\`.`,
      span: lastSet(property).name,
      fix: deletion(context, property),
      tag: 'unnecessary',
    };
  },
};

const onPciHost: Rule = {
  id: 'iommus-on-pci-host',
  severity: 'info',
  title: '`iommus` on a PCI host bridge',
  properties: ['iommus'],
  needs: ['xen-grant-pci-iommus'],
  doc: `The functions behind a PCI host bridge get their IOMMU from \`iommu-map\`; Linux never uses \`iommus\` for them.
On the bridge node it concerns only the bridge's own platform device, which matters where the bridge itself does DMA,
for example as an MSI or DMA engine. Use \`iommu-map\` for the functions.`,
  source: 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure; Documentation/devicetree/bindings/pci/pci-iommu.txt',
  example: {
    bad: board(SMMU_V3, 'pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; iommus = <&smmu 4>; };'),
    good: board(
      SMMU_V3,
      'pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; iommu-map = <0x0 &smmu 0x0 0x10000>; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    if (!property || !isPciHost(node) || !isLive(node)) return;
    const end = node.properties.has('iommu-map')
      ? 'for the functions behind it Linux reads `iommu-map`'
      : 'without `iommu-map` Linux gives the functions behind it direct DMA';
    if (usesOf(context, node).length === 0) return;
    yield { message: `\`iommus\` on a PCI host bridge is for the bridge alone; ${end}.`, span: lastSet(property).name };
  },
};

const onPciFunction: Rule = {
  id: 'iommus-on-pci-function',
  severity: 'warning',
  fixable: true,
  title: '`iommus` on a PCI function',
  properties: ['iommus'],
  needs: ['viommu-behind-iommu'],
  doc: `Linux never reads \`iommus\` of a PCI device: its requester ID is looked up in the \`iommu-map\` of the host bridge.
The property has no effect. Map the function's requester ID in \`iommu-map\`, as the quick fix does where the function is on
the bridge's own bus and the map has no other answer for it.`,
  source: 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure, drivers/pci/pci-driver.c:pci_dma_configure',
  example: {
    bad: board(
      SMMU_V3,
      'pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; bus-range = <0 0>; ranges; nic@1,0 { reg = <0x800 0 0 0 0>; iommus = <&smmu 4>; }; };',
    ),
    good: board(
      SMMU_V3,
      'pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; bus-range = <0 0>; ranges; iommu-map = <0x8 &smmu 0x4 0x1>; nic@1,0 { reg = <0x800 0 0 0 0>; }; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    if (!property || !node.parent || strings(node.parent.properties.get('device_type'))[0] !== 'pci') return;
    if (node.properties.get('reg')?.value.bytes.length !== 20) return;
    const edits = mapOfFunction(context, node);
    yield {
      message:
        'Linux never reads `iommus` of a PCI function; it looks the requester ID up in `iommu-map` of the host bridge.',
      span: lastSet(property).name,
      ...(edits && { fix: planned(`Move it into \`iommu-map\` of \`${pathOf(node.parent)}\``, edits) }),
    };
  },
};

export const IOMMUS_DEVICE_RULES: readonly Rule[] = [
  mixedDrivers,
  multiInstance,
  duplicate,
  notInherited,
  unconfiguredBus,
  onPciHost,
  onPciFunction,
];
