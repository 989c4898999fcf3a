// SPDX-License-Identifier: MIT
// Rules about `iommu-map-mask`: which bits of an ID the map looks at.
import { hex } from '#base/numbers.ts';
import { deletion } from '#rules/edits/repairs.ts';
import { board, host, SMMU_V3 } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { entriesOf } from '#rules/engine/uses.ts';
import { lastSet, u32 } from '#tree/query.ts';

const MAP_ID = 'Linux 6.12 drivers/of/base.c:of_map_id';

const maskExcludesBase: Rule = {
  id: 'iommu-map-mask-excludes-base',
  severity: 'error',
  title: '`iommu-map` with a first ID that the mask cuts off',
  properties: ['iommu-map'],
  knows: 'node',
  doc: `The first ID of an entry has bits that \`iommu-map-mask\` clears, so the entry could never match as written.
Linux prints \`Invalid iommu-map translation\` and fails with \`-EFAULT\` for each ID that reaches the entry: those
functions get direct DMA. Clear the bits in the ID, or set them in the mask.`,
  source: MAP_ID,
  example: {
    bad: board(SMMU_V3, host('iommu-map = <0x100 &smmu 0x0 0x100>; iommu-map-mask = <0xff>;')),
    good: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x100>; iommu-map-mask = <0xff>;')),
  },
  *check(context, node) {
    const mask = u32(node.properties.get('iommu-map-mask'));
    if (mask === undefined) return;
    for (const { base } of entriesOf(context, node, 'iommu-map') ?? []) {
      if ((base.value & ~mask) === 0) continue;
      yield {
        message: `\`iommu-map-mask = <${hex(mask)}>\` clears bits of the first ID \`${hex(base.value)}\`; Linux fails for every ID that reaches this entry.`,
        span: base.span,
      };
    }
  },
};

const maskWide: Rule = {
  id: 'iommu-map-mask-wide',
  severity: 'info',
  title: '`iommu-map-mask` wider than a PCI requester ID',
  properties: ['iommu-map-mask'],
  knows: 'node',
  doc: `A PCI requester ID has 16 bits, and the binding allows a mask of at most 0xffff.
Linux ignores the higher bits, because no ID has them. Write the mask with 16 bits, or leave it out.`,
  source: 'dt-schema schemas/pci/pci-iommu.yaml; Documentation/devicetree/bindings/pci/pci-iommu.txt (Linux 6.12)',
  example: {
    bad: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x10000>; iommu-map-mask = <0xffffffff>;')),
    good: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x10000>; iommu-map-mask = <0xffff>;')),
  },
  *check(_context, node) {
    const property = node.properties.get('iommu-map-mask');
    const mask = u32(property);
    if (!property || mask === undefined || mask <= 0xffff || !isPciHost(node)) return;
    yield {
      message: `\`iommu-map-mask = <${hex(mask)}>\` has more than the 16 bits of a PCI requester ID; Linux finds nothing in the others.`,
      span: lastSet(property).name,
    };
  },
};

const maskAlone: Rule = {
  id: 'iommu-map-mask-alone',
  severity: 'warning',
  fixable: true,
  title: '`iommu-map-mask` without `iommu-map`',
  properties: ['iommu-map-mask'],
  knows: 'all',
  doc: 'Linux reads the mask only together with `iommu-map` on the same node. Without a map it does nothing. Delete it, or add the map.',
  source: MAP_ID,
  example: { bad: board(host('iommu-map-mask = <0xff>;')), good: board(host('')) },
  *check(context, node) {
    const property = node.properties.get('iommu-map-mask');
    if (!property || node.properties.has('iommu-map')) return;
    yield {
      message: '`iommu-map-mask` is here without `iommu-map`; Linux never reads it.',
      span: lastSet(property).name,
      fix: deletion(context, property),
      tag: 'unnecessary',
    };
  },
};

export const IOMMU_MAP_MASK_RULES: readonly Rule[] = [maskExcludesBase, maskWide, maskAlone];
