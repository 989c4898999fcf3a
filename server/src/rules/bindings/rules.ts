// SPDX-License-Identifier: MIT
// What a node may get wrong by the binding of its compatible. The bindings are those of the tree around the board, so the
// findings come from whoever has read them (`findings.ts`); here are the pages and the severities.
import { ALL_PLATFORMS, type Rule } from '#rules/engine/rule.ts';

const SOURCE = `The binding that the message names, read as dt-schema 2026.06 reads it (docs/bindings.md). What a binding says in
a way that is not understood is not judged.`;

const COMMON = `The severity is a warning where the binding, or the property, is about IOMMUs, DMA, PCI, reserved memory, MSIs,
virtio or Xen, and a hint elsewhere. It is reported on boards in trees that have bindings: in the editor, and by
\`check --bindings\`.`;

function bindingRule(rule: Pick<Rule, 'id' | 'title' | 'doc' | 'example'>): Rule {
  return {
    ...rule,
    doc: `${rule.doc} ${COMMON}`,
    severity: 'hint',
    source: SOURCE,
    platforms: ALL_PLATFORMS,
    scope: 'tree',
    knows: 'all',
    check: () => [],
  };
}

const smmu = (...statements: string[]): string =>
  `/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n\n\tiommu@9050000 {\n${statements.map((text) => `\t\t${text}\n`).join('')}\t};\n};\n`;

const SMMU_V3 = ['compatible = "arm,smmu-v3";', 'reg = <0x9050000 0x20000>;', '#iommu-cells = <1>;'];

export const BINDING_RULES: readonly Rule[] = [
  bindingRule({
    id: 'binding/required',
    title: 'Property that the binding requires and the node lacks',
    doc: `The driver may refuse the device without it, or guess. Nothing is said of nodes that are disabled: the board that
enables them may add it.`,
    example: { bad: smmu('compatible = "arm,smmu-v3";', 'reg = <0x9050000 0x20000>;'), good: smmu(...SMMU_V3) },
  }),
  bindingRule({
    id: 'binding/unknown-property',
    title: 'Property or child that the binding does not know',
    doc: `The binding lists everything that such a node may have, and this is not among it. Often the name is misspelled, or
the property is one of another device; no driver that follows the binding reads it.`,
    example: { bad: smmu(...SMMU_V3, 'msi-parents = <1>;'), good: smmu(...SMMU_V3) },
  }),
  bindingRule({
    id: 'binding/type',
    title: 'Value of another type than the binding says',
    doc: `A text where numbers belong, a number where there should be none, one number where a list belongs, or cells of
another width: the driver reads something else than what is meant, or refuses it.`,
    example: {
      bad: smmu(...SMMU_V3, 'hisilicon,broken-prefetch-cmd = <1>;'),
      good: smmu(...SMMU_V3, 'hisilicon,broken-prefetch-cmd;'),
    },
  }),
  bindingRule({
    id: 'binding/value',
    title: 'Value that the binding does not allow',
    doc: `The binding lists the values, or their least and greatest, or how names are written, and this one is not among them.`,
    example: {
      bad: smmu(...SMMU_V3.slice(0, 2), '#iommu-cells = <2>;'),
      good: smmu(...SMMU_V3),
    },
  }),
  bindingRule({
    id: 'binding/length',
    title: 'Fewer or more entries than the binding allows',
    doc: `Entries are counted as the providers and buses count cells: \`reg\` by the cells of the bus, \`clocks\` by the
\`#clock-cells\` of each clock controller.`,
    example: {
      bad: smmu(...SMMU_V3.slice(0, 1), 'reg = <0x9050000 0x20000>, <0x9070000 0x20000>;', '#iommu-cells = <1>;'),
      good: smmu(...SMMU_V3),
    },
  }),
];
