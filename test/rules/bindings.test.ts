// SPDX-License-Identifier: MIT
// The examples of the rules about bindings, held against a binding that says what Linux 7.3's iommu/arm,smmu-v3.yaml says
// of these properties.
import { beforeAll, describe, expect, test } from 'vitest';
import { BoardCheck } from '#bindings/check.ts';
import type { BindingLibrary } from '#bindings/library.ts';
import { bindingProblems } from '#rules/bindings/findings.ts';
import { BINDING_RULES } from '#rules/bindings/rules.ts';
import { library, ROOT } from '#test/bindings/trees.ts';
import { evaluateText } from '#test/support/evaluate.ts';

const SMMU_V3 = `$id: http://devicetree.org/schemas/iommu/arm,smmu-v3.yaml#
title: SMMUv3
properties:
  $nodename:
    pattern: '^iommu@[0-9a-f]*'
  compatible:
    const: arm,smmu-v3
  reg:
    maxItems: 1
  '#iommu-cells':
    const: 1
  dma-coherent: true
  msi-parent: true
  hisilicon,broken-prefetch-cmd:
    type: boolean
required:
  - compatible
  - reg
  - '#iommu-cells'
additionalProperties: false
`;

let bindings: BindingLibrary;
beforeAll(async () => {
  bindings = await library({ [`${ROOT}/iommu/arm,smmu-v3.yaml`]: SMMU_V3 });
});

function found(example: string): string[] {
  const { tree } = evaluateText(`/dts-v1/;\n${example}`);
  const check = new BoardCheck(bindings, tree);
  while (check.step() === 'more');
  return bindingProblems(tree, check.findings).map(({ rule, severity }) => `${severity} ${rule}`);
}

describe.each(BINDING_RULES.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test('is reported on its bad example, and nothing else is', () => {
    expect(found(rule.example.bad)).toEqual([`warning ${id}`]);
  });

  test('is not on its good one', () => {
    expect(found(rule.example.good)).toEqual([]);
  });
});
