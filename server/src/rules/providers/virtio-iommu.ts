// SPDX-License-Identifier: MIT
// Rules about virtio-iommu: the node that stands for it, its place among PCI functions, and its endpoint IDs.
import { hex } from '#base/numbers.ts';
import { insertProperty } from '#rules/edits/edits.ts';
import { deletion, repair } from '#rules/edits/repairs.ts';
import { board, GIC, SMMU_V3 } from '#rules/engine/example.ts';
import { isPciHost, lastId, requesterId } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { entriesOf, iommuDriver, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { cells, compatibles, isLive, lastSet, nodeSpan, pathOf, u32, unitAddress } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

const MMIO = `${GIC}\n\tviommu: virtio-iommu { compatible = "virtio,mmio"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;

/** A host bridge with a virtio-iommu as function 00:01.0 and these properties. */
function hostWith(properties: string, unit = '1,0', reg = '<0x800 0 0 0 0>'): string {
  return `pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; bus-range = <0 0>; ranges; ${properties} viommu: iommu@${unit} { compatible = "virtio,pci-iommu", "pci1af4,1057"; reg = ${reg}; #iommu-cells = <1>; }; };`;
}

function isViommu(context: RuleContext, node: DtNode): boolean {
  return iommuDriver(context, node)?.driver.name === 'virtio-iommu';
}

const behindIommu: Rule = {
  id: 'viommu-behind-iommu',
  severity: 'error',
  fixable: true,
  title: 'virtio-iommu that is itself behind an IOMMU',
  properties: ['#iommu-cells'],
  doc: `The node of a virtio-iommu has \`iommus\`. The binding excludes that: the DMA of an IOMMU is not managed by an IOMMU.
Linux reads it as of any device: the virtio-iommu waits for the other IOMMU, or for itself until the deferred probe timeout.
Remove \`iommus\` from this node.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/virtio/pci-iommu.yaml and mmio.yaml',
  example: {
    bad: board(SMMU_V3, MMIO.replace('<1>; interrupts', '<1>; iommus = <&smmu 1>; interrupts')),
    good: board(MMIO),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    if (!property || !isViommu(context, node)) return;
    yield {
      message:
        'The binding has no virtio-iommu behind an IOMMU; with iommus Linux lets this one wait for the IOMMU that it names.',
      span: lastSet(property).name,
      fix: deletion(context, property),
    };
  },
};

const selfMapped: Rule = {
  id: 'viommu-self-mapped',
  severity: 'error',
  title: '`iommu-map` that sends a virtio-iommu to itself',
  properties: ['iommu-map'],
  doc: `The map covers the requester ID of the virtio-iommu's own function. The device then waits for the IOMMU that it is
itself, and so does every other function, until the deferred probe timeout. Leave its ID out of the map.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/virtio/pci-iommu.yaml; drivers/iommu/of_iommu.c:of_iommu_xlate',
  example: {
    bad: board(hostWith('iommu-map = <0x0 &viommu 0x0 0x10000>;')),
    good: board(hostWith('iommu-map = <0x0 &viommu 0x0 0x8>, <0x9 &viommu 0x9 0xfff7>;')),
  },
  *check(context, node) {
    for (const entry of entriesOf(context, node, 'iommu-map') ?? []) {
      const { provider } = entry;
      if (!provider || provider.parent !== node || !isViommu(context, provider)) continue;
      const own = requesterId(context.tree, provider);
      const mask = u32(node.properties.get('iommu-map-mask')) ?? 0xffffffff;
      if (own === undefined || entry.length.value === 0) continue;
      const masked = (own & mask) >>> 0;
      if (masked < entry.base.value || masked > lastId(entry)) continue;
      yield {
        message: `The entry covers ${hex(own)}, the requester ID of \`${pathOf(provider)}\` itself; Linux makes it wait for itself, and all others with it.`,
        span: entry.base.span,
      };
    }
  },
};

const pciReg: Rule = {
  id: 'viommu-pci-reg',
  severity: 'error',
  title: 'virtio-iommu function whose node Linux cannot match',
  properties: ['#iommu-cells'],
  doc: `Linux finds the node of a PCI function by device and function number in \`reg\`: five cells, the first one
bus << 16 | device << 11 | function << 8. With a shorter \`reg\` the node belongs to no device, no IOMMU registers for it, and
its masters wait for the deferred probe timeout. Where the unit address says another function, Linux goes by \`reg\`.`,
  source:
    'Linux 6.12 drivers/pci/of.c:pci_set_of_node, of_pci_get_devfn; Documentation/devicetree/bindings/virtio/pci-iommu.yaml',
  example: {
    bad: board(hostWith('', '1,0', '<0x800>')),
    good: board(hostWith('')),
  },
  *check(context, node) {
    const match = iommuDriver(context, node);
    if (match?.compatible.role !== 'pci-node' || !node.parent || !isPciHost(node.parent)) return;
    const property = node.properties.get('reg');
    const [high] = cells(context.tree, property);
    if (!property || !high || property.value.bytes.length < 20) {
      const span = property ? lastSet(property).name : nodeSpan(node);
      yield { message: 'A PCI function has a `reg` of five cells; Linux finds no device for this node.', span };
      return;
    }
    const device = (high.value >>> 11) & 31;
    const fn = (high.value >>> 8) & 7;
    const wanted = fn === 0 ? [`${device.toString(16)}`, `${device.toString(16)},0`] : [`${device.toString(16)},${fn}`];
    const unit = unitAddress(node);
    if (unit === undefined || wanted.includes(unit)) return;
    yield {
      message: `\`reg\` says device ${device}, function ${fn}, and the node is called \`${node.name}\`; Linux goes by \`reg\`.`,
      severity: 'warning',
      span: lastSet(property).name,
    };
  },
};

const endpointDuplicate: Rule = {
  id: 'viommu-endpoint-duplicate',
  severity: 'warning',
  title: 'Endpoint ID of a virtio-iommu on two devices',
  properties: ['iommus', 'iommu-map'],
  scope: 'tree',
  doc: `All masters of a virtio-iommu share one space of endpoint IDs, also those of several PCI segments. Two that have the
same ID are one endpoint for the device: attaching the second changes the translation of the first.
Shift the output IDs of one of them.`,
  source: 'Linux 6.12 drivers/iommu/virtio-iommu.c:viommu_attach_dev; virtio 1.2, section 5.13.6.3',
  example: {
    bad: board(MMIO, 'dma-a { iommus = <&viommu 4>; };', 'dma-b { iommus = <&viommu 4>; };'),
    good: board(MMIO, 'dma-a { iommus = <&viommu 4>; };', 'dma-b { iommus = <&viommu 5>; };'),
  },
  *check(context) {
    for (const [provider, uses] of usesByProvider(context)) {
      if (!isViommu(context, provider)) continue;
      for (const [at, later] of uses.entries()) {
        const id = later.args[0];
        const earlier = uses.slice(0, at).find((use) => use.master !== later.master && meet(use, later));
        if (!earlier || !id) continue;
        yield {
          message: `\`${pathOf(earlier.master)}\` has an endpoint ID of this entry too; \`${pathOf(provider)}\` takes both for one endpoint.`,
          span: id.span,
          node: later.master,
          related: [{ message: 'the other entry', span: earlier.phandle.span }],
        };
      }
    }
  },
};

function meet(a: ReturnType<typeof usesOf>[number], b: ReturnType<typeof usesOf>[number]): boolean {
  const first = a.args[0]?.value ?? 0;
  const second = b.args[0]?.value ?? 0;
  return first < second + b.count && second < first + a.count;
}

const notProvider: Rule = {
  id: 'viommu-mmio-not-provider',
  severity: 'error',
  fixable: true,
  title: '`iommus` that points to a virtio-mmio node without `#iommu-cells`',
  properties: ['iommus'],
  knows: 'all',
  doc: `A \`virtio,mmio\` node is an IOMMU only with \`#iommu-cells\`. Without it Linux prints \`could not get #iommu-cells\` and
the device gets direct DMA. Add \`#iommu-cells = <1>\` when the device behind the node is a virtio-iommu.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/virtio/mmio.yaml; drivers/of/base.c:of_phandle_iterator_next',
  example: {
    bad: board(MMIO.replace(' #iommu-cells = <1>;', ''), 'dma { iommus = <&viommu 4>; };'),
    good: board(MMIO, 'dma { iommus = <&viommu 4>; };'),
  },
  *check(context, node) {
    const { stop, entries } = specifiers(context.tree, node.properties.get('iommus'), '#iommu-cells');
    const provider = stop?.provider;
    if (entries.length > 0 || stop?.reason !== 'no-cells' || !provider) return;
    if (!compatibles(provider).includes('virtio,mmio')) return;
    yield {
      message: `\`${pathOf(provider)}\` is a virtio device without \`#iommu-cells\`, which is not an IOMMU; Linux gives this device direct DMA.`,
      span: stop.phandle.span,
      fix: repair(`Add \`#iommu-cells = <1>\` to \`${pathOf(provider)}\``, () =>
        insertProperty(context.text, provider, { name: '#iommu-cells', value: '<1>' }),
      ),
    };
  },
};

const mmioMultiple: Rule = {
  id: 'virtio-mmio-iommus-multiple',
  severity: 'warning',
  title: 'virtio-mmio device with several `iommus` entries',
  properties: ['iommus'],
  needs: ['xen-grant-not-first'],
  doc: `A virtio-mmio device is one endpoint, and its binding allows one entry in \`iommus\`. Linux programs all of them;
the device uses one. Keep the entry of the device.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/virtio/mmio.yaml',
  example: {
    bad: board(SMMU_V3, 'virtio { compatible = "virtio,mmio"; iommus = <&smmu 4>, <&smmu 5>; };'),
    good: board(SMMU_V3, 'virtio { compatible = "virtio,mmio"; iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const list = usesOf(context, node).filter((use) => use.via === 'iommus');
    const second = list[1];
    if (!second || !isLive(second.provider) || !compatibles(node).includes('virtio,mmio')) return;
    if (iommuDriver(context, second.provider)?.traits.grouping === 'none') return;
    yield {
      message:
        'A virtio-mmio device is one endpoint; its binding allows one entry in `iommus`, and Linux programs all.',
      span: second.phandle.span,
    };
  },
};

export const VIRTIO_IOMMU_RULES: readonly Rule[] = [
  behindIommu,
  selfMapped,
  pciReg,
  endpointDuplicate,
  notProvider,
  mmioMultiple,
];
