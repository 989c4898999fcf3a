// SPDX-License-Identifier: MIT
// Rules about the IOMMU's own node: its cells, its bus, its groups and domains.
import { insertProperty, isDeleted } from '#rules/edits/edits.ts';
import { repair, setCells } from '#rules/edits/repairs.ts';
import { board, GIC, SMMU_V3 } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { entriesOf, iommuDriver, isXens, usesByProvider } from '#rules/engine/uses.ts';
import { isLive, lastSet, nodeSpan, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { forcedText } from '#wording/statements/domains.ts';

const DART = 'iommu { compatible = "apple,t8103-dart"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };';

/** Drivers whose cells have a rule of their own. */
const OWN_CELL_RULE = new Set(['arm-smmu-v3', 'xen-grant-dma']);

const bindingMismatch: Rule = {
  id: 'iommu-cells-binding-mismatch',
  severity: 'error',
  fixable: true,
  title: '`#iommu-cells` that the binding of the IOMMU does not allow',
  properties: ['#iommu-cells'],
  knows: 'node',
  doc: `The binding of the IOMMU fixes how many cells follow its phandle, and this node says another number.
Some drivers refuse each master (MediaTek, Apple, Qualcomm), others read the cells wrongly without a message.
Set the number of the binding and adapt the masters.`,
  source: 'Documentation/devicetree/bindings/iommu/*.yaml (Linux 6.12) and the of_xlate of each driver',
  example: {
    bad: board(GIC, DART.replace('<1>', '<2>')),
    good: board(GIC, DART),
  },
  *check(context, node) {
    const property = node.properties.get('#iommu-cells');
    const match = iommuDriver(context, node);
    const count = u32(property);
    if (!property || !match || count === undefined || OWN_CELL_RULE.has(match.driver.name)) return;
    const { cellCounts, cellCountOutcome, title } = match.driver;
    if (cellCounts.length === 0 || cellCounts.includes(count)) return;
    const unused = (usesByProvider(context).get(node) ?? []).length === 0;
    const only = cellCounts.length === 1 ? cellCounts[0] : undefined;
    yield {
      message: `${title} takes ${cellCounts.join(' or ')} ${cellCounts.join() === '1' ? 'cell' : 'cells'}, and \`#iommu-cells\` says ${count}; ${cellCountOutcome}.`,
      span: lastSet(property).name,
      ...(only !== undefined && unused && { fix: setCells(context, property, only) }),
    };
  },
};

/** Nodes that some `iommus` or `iommu-map` names although they have no `#iommu-cells`: reported at the master. */
function namedByMasters(context: RuleContext): Set<DtNode> {
  const named = new Set<DtNode>();
  for (const master of context.nodesWith('iommus')) {
    const { stop } = specifiers(context.tree, master.properties.get('iommus'), '#iommu-cells');
    if (stop?.reason === 'no-cells' && stop.provider) named.add(stop.provider);
  }
  for (const host of context.nodesWith('iommu-map')) {
    for (const { provider } of entriesOf(context, host, 'iommu-map') ?? []) {
      if (provider) named.add(provider);
    }
  }
  return named;
}

const missingOnProvider: Rule = {
  id: 'iommu-cells-missing-on-provider',
  severity: 'error',
  fixable: true,
  title: 'IOMMU without `#iommu-cells`',
  scope: 'tree',
  properties: ['compatible'],
  knows: 'all',
  doc: `The node is an IOMMU that Linux drives, but has no \`#iommu-cells\`, so no device can name it.
The SMMUv3 driver prints \`missing #iommu-cells property\` and gives up. Add it with the number from the binding.
Where a master already points to the node, the report is at the master (\`iommus-missing-iommu-cells\` and its kin).`,
  source:
    'Documentation/devicetree/bindings/iommu/iommu.txt; Linux 6.12 drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_dt_probe',
  example: {
    bad: board('iommu { compatible = "arm,smmu-v3"; };'),
    good: board(SMMU_V3),
  },
  *check(context) {
    let named: Set<DtNode> | undefined;
    for (const node of context.nodesWith('compatible')) {
      if (node.properties.has('#iommu-cells') || node.properties.has('mmu-masters')) continue;
      const driver = iommuDriver(context, node)?.driver;
      if (!driver || driver.cellCounts.length === 0 || !isLive(node)) continue;
      named ??= namedByMasters(context);
      if (named.has(node)) continue;
      const repairable = driver.cellCounts.length === 1 && !isDeleted(context.text, node, '#iommu-cells');
      const count = repairable ? driver.cellCounts[0] : undefined;
      yield {
        message: `${driver.title} without \`#iommu-cells\`; no device can name it in \`iommus\`.`,
        span: nodeSpan(node),
        node,
        ...(count !== undefined && {
          fix: repair(`Add \`#iommu-cells = <${count}>\``, () =>
            insertProperty(context.text, node, { name: '#iommu-cells', value: `<${count}>` }),
          ),
        }),
      };
    }
  },
};

const parentDmaRanges: Rule = {
  id: 'iommu-parent-dma-ranges',
  severity: 'hint',
  title: 'IOMMU on a bus without `dma-ranges`',
  properties: ['#iommu-cells'],
  knows: 'all',
  doc: `The binding asks for a \`dma-ranges\` on the bus of every IOMMU, so that a kernel without IOMMU support knows what the
masters can reach. Linux does not check it. Add an empty \`dma-ranges;\` to the bus when it passes all addresses.`,
  source: 'Documentation/devicetree/bindings/iommu/iommu.txt (Linux 6.12)',
  example: {
    bad: board(`bus { compatible = "simple-bus"; ${SMMU_V3} };`),
    good: board(`bus { compatible = "simple-bus"; dma-ranges; ${SMMU_V3} };`),
  },
  *check(context, node) {
    if (!node.parent?.parent || node.parent.properties.has('dma-ranges') || !isLive(node)) return;
    if (!iommuDriver(context, node) || strings(node.parent.properties.get('device_type'))[0] === 'pci') return;
    yield {
      message: `\`${pathOf(node.parent)}\` has no \`dma-ranges\`, which the binding asks for on the bus of an IOMMU; Linux does not check it.`,
      span: nodeSpan(node),
    };
  },
};

const singleGroup: Rule = {
  id: 'iommu-single-group',
  severity: 'hint',
  title: 'IOMMU whose masters all share one group',
  scope: 'tree',
  properties: ['iommus', 'iommu-map'],
  doc: `The driver of this IOMMU puts all masters of an instance into one IOMMU group: they share one address space, and
VFIO can only assign them together. That is how the hardware works; it is worth knowing before passing one of them on.`,
  source: 'Linux 6.12, the device_group operation of each driver in drivers/iommu',
  example: {
    bad: board(
      'mmu: iommu { compatible = "sprd,iommu-v1"; #iommu-cells = <0>; };',
      'dma-a { iommus = <&mmu>; };',
      'dma-b { iommus = <&mmu>; };',
    ),
    good: board('mmu: iommu { compatible = "sprd,iommu-v1"; #iommu-cells = <0>; };', 'dma-a { iommus = <&mmu>; };'),
  },
  *check(context) {
    for (const [provider, list] of usesByProvider(context)) {
      const match = iommuDriver(context, provider);
      const masters = new Set(list.map((use) => use.master));
      if (match?.traits.grouping !== 'instance' || masters.size < 2 || !isLive(provider)) continue;
      if (isXens(context, provider)) continue;
      yield {
        message: `${masters.size} masters of \`${pathOf(provider)}\` share one IOMMU group; Linux gives them one address space.`,
        span: nodeSpan(provider),
        node: provider,
        related: [...masters].slice(0, 5).map((master) => ({ message: 'a master', span: nodeSpan(master) })),
      };
    }
  },
};

const identityForced: Rule = {
  id: 'iommu-identity-forced',
  severity: 'hint',
  title: 'IOMMU whose driver never translates DMA by itself',
  properties: ['#iommu-cells'],
  doc: `The driver of this IOMMU asks for an identity domain, so the DMA API of its masters works on CPU addresses as without
IOMMU. Only drivers that attach a domain themselves use the translation.`,
  source: 'Linux 6.12, def_domain_type of each driver in drivers/iommu',
  example: {
    bad: board(
      GIC,
      'mc: memory-controller { compatible = "nvidia,tegra210-mc"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };',
      'dma { iommus = <&mc 1>; };',
    ),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 1>; };'),
  },
  *check(context, node) {
    const match = iommuDriver(context, node);
    const rule = match?.driver.domainRules.find(
      (each) =>
        each.type === 'identity' &&
        !each.implementation &&
        !each.clients &&
        !each.binding &&
        !each.pciId &&
        !each.hardware,
    );
    if (!rule || !isLive(node) || !usesByProvider(context).has(node)) return;
    yield {
      message: `The driver ${match?.driver.name} forces an identity domain: ${forcedText(rule.why)}.`,
      span: nodeSpan(node),
    };
  },
};

export const PROVIDER_RULES: readonly Rule[] = [
  bindingMismatch,
  missingOnProvider,
  parentDmaRanges,
  singleGroup,
  identityForced,
];
