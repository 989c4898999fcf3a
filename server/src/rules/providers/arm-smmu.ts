// SPDX-License-Identifier: MIT
// Rules about the nodes of Arm SMMUs: the deprecated binding, cells, interrupts, and clients that stay untranslated.
import { inVersions } from '#model/platform/releases.ts';
import { deletion, planned, setCells } from '#rules/edits/repairs.ts';
import { board, GIC, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, isXens, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { convertMasters } from '#rules/migrations/mmu-masters.ts';
import { compatibles, isLive, lastSet, nodeSpan, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { forcedText } from '#wording/statements/domains.ts';

const DT_PROBE = 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_device_dt_probe';

const OLD_SMMU = `${GIC}\n\tsmmu-old { compatible = "arm,smmu-v1"; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; mmu-masters = <&old 4>; };`;
const OLD_MASTER = 'old: dma-old { #stream-id-cells = <1>; };';

const legacyMasters: Rule = {
  id: 'smmu-legacy-mmu-masters',
  severity: 'warning',
  fixable: true,
  title: 'SMMU with the deprecated `mmu-masters`',
  properties: ['mmu-masters'],
  needs: ['smmu-mixed-bindings', 'smmu-mmu-masters-unreadable', 'xen-smmu-duplicate-master'],
  knows: 'node',
  doc: `\`mmu-masters\` lists the masters on the SMMU, the form before \`iommus\`. Linux prints \`deprecated "mmu-masters" DT
property in use\`: without CONFIG_ARM_SMMU_LEGACY_DT_BINDINGS the masters get no translation, with it identity domains,
and since Linux 6.1 only those that are made after their SMMU, or exist when another one registers. Write \`#iommu-cells\` on the SMMU and \`iommus\` on every master.`,
  source: DT_PROBE,
  example: {
    bad: board(OLD_SMMU, OLD_MASTER),
    good: board(mmu500(1), 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('mmu-masters');
    if (!property || isExynos(context, node)) return;
    const conversion = convertMasters(context);
    const why = 'refused' in conversion ? `; there is no quick fix, because ${conversion.refused}` : '';
    yield {
      message: `\`mmu-masters\` is deprecated; Linux gives these masters no translating domain${why}.`,
      span: lastSet(property).name,
      tag: 'deprecated',
      ...('edits' in conversion && { fix: planned(conversionTitle(context), conversion.edits) }),
    };
  },
};

function conversionTitle(context: RuleContext): string {
  const { length } = context.nodesWith('mmu-masters');
  return `Convert to \`iommus\` on every master${length > 1 ? ` of ${length} SMMUs` : ''}`;
}

const mastersUnreadable: Rule = {
  id: 'smmu-mmu-masters-unreadable',
  severity: 'error',
  title: '`mmu-masters` with an entry that does not parse',
  properties: ['mmu-masters'],
  knows: 'all',
  doc: `After each phandle in \`mmu-masters\` come as many stream IDs as \`#stream-id-cells\` of that master says. Linux reads the
list anew for every device, and an entry that names no node, a node without \`#stream-id-cells\`, or too few IDs ends it with
an error: masters after it, and all that no entry before it is for, are refused. Complete the entry.`,
  source:
    'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:__find_legacy_master_phandle, drivers/of/base.c:of_phandle_iterator_next',
  example: {
    bad: board(OLD_SMMU, 'old: dma-old { };'),
    good: board(mmu500(1), 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const list = specifiers(context.tree, node.properties.get('mmu-masters'), '#stream-id-cells');
    const { stop } = list;
    if (!stop || stop.reason === 'unresolved' || !isLive(node) || isExynos(context, node)) return;
    const path = stop.provider ? pathOf(stop.provider) : '';
    const what =
      stop.reason === 'no-cells'
        ? `\`${path}\` has no \`#stream-id-cells\``
        : stop.reason === 'short'
          ? `\`${path}\` has \`#stream-id-cells = <${stop.wanted}>\`, and fewer IDs follow`
          : `\`0x${stop.phandle.value.toString(16)}\` is the phandle of no node`;
    yield {
      message: `${what}; Linux cannot read \`mmu-masters\` from there on and refuses the masters that it has not found before.`,
      span: stop.phandle.span,
    };
  },
};

const mixedBindings: Rule = {
  id: 'smmu-mixed-bindings',
  severity: 'error',
  fixable: true,
  title: 'SMMUs with both bindings in one tree',
  properties: ['mmu-masters'],
  doc: `One SMMU has \`mmu-masters\` and another one has not. Linux takes the form of the SMMU that it probes first for the
whole system and refuses each other one with \`not probing due to mismatched DT properties\`: masters that name such a one
in \`iommus\` wait for the deferred probe timeout, those of its \`mmu-masters\` get direct DMA. Convert all to \`iommus\`.`,
  source: DT_PROBE,
  example: {
    bad: board(OLD_SMMU, OLD_MASTER, mmu500(1).replace(`${GIC}\n\t`, ''), 'dma { iommus = <&smmu 4>; };'),
    good: board(mmu500(1), 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('mmu-masters');
    if (!property || !isLive(node)) return;
    const other = context
      .nodesWith('#iommu-cells')
      .find((each) => !each.properties.has('mmu-masters') && isLive(each) && isArmSmmu(context, each));
    if (!other) return;
    const conversion = convertMasters(context);
    yield {
      message: `\`${pathOf(other)}\` has no \`mmu-masters\`; Linux drives only the SMMUs that have the form of the first one that it probes.`,
      span: lastSet(property).name,
      related: [{ message: 'the other SMMU', span: nodeSpan(other) }],
      ...('edits' in conversion && { fix: planned(conversionTitle(context), conversion.edits) }),
    };
  },
};

/** Samsung's own `mmu-masters` has no IDs: see `exynos-mmu-masters`. */
function isExynos(context: RuleContext, node: DtNode): boolean {
  return iommuDriver(context, node)?.driver.name === 'exynos';
}

function isArmSmmu(context: RuleContext, node: DtNode): boolean {
  return iommuDriver(context, node)?.driver.name === 'arm-smmu';
}

const streamIdCells: Rule = {
  id: 'smmu-stream-id-cells',
  severity: 'warning',
  fixable: true,
  title: '`#stream-id-cells` on a node that no SMMU lists',
  properties: ['#stream-id-cells'],
  knows: 'all',
  doc: `\`#stream-id-cells\` belongs to the deprecated \`mmu-masters\`, and no SMMU of this tree lists the node there.
Nothing reads it. Delete it.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_register_legacy_master',
  example: {
    bad: board('dma { #stream-id-cells = <1>; };'),
    good: board('dma { };'),
  },
  *check(context, node) {
    const property = node.properties.get('#stream-id-cells');
    if (!property) return;
    for (const smmu of context.nodesWith('mmu-masters')) {
      const list = specifiers(context.tree, smmu.properties.get('mmu-masters'), '#stream-id-cells');
      if (list.stop || list.entries.some(({ provider }) => provider === node)) return;
    }
    yield {
      message: 'No SMMU lists this node in `mmu-masters`; nothing reads `#stream-id-cells`.',
      span: lastSet(property).name,
      fix: deletion(context, property),
      tag: 'unnecessary',
    };
  },
};

const contextInterrupts: Rule = {
  id: 'smmu-context-irqs',
  severity: 'info',
  title: 'SMMUv2 with a single context interrupt',
  properties: ['#global-interrupts'],
  doc: `An SMMUv2 needs one interrupt for each of its context banks, and this node lists one beside the global ones.
When the hardware has more banks, Linux prints \`found only 1 context irq(s) but … required\` and gives up.
Where the banks share a line, repeat it.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_device_probe',
  example: {
    bad: board(mmu500(1).replace('"arm,mmu-500"', '"arm,smmu-v2"')),
    good: board(mmu500(1).replace('"arm,mmu-500"', '"arm,smmu-v2"').replace('<&gic 2>', '<&gic 2>, <&gic 3>')),
  },
  *check(context, node) {
    const globals = u32(node.properties.get('#global-interrupts'));
    const list = specifiers(context.tree, node.properties.get('interrupts-extended'), '#interrupt-cells');
    const isV2 = compatibles(node).some((name) => name === 'arm,smmu-v2' || name.endsWith('smmu-v2'));
    if (globals === undefined || !isV2 || !isArmSmmu(context, node) || list.stop || !isLive(node)) return;
    if (list.entries.length !== globals + 1) return;
    yield {
      message: 'One context interrupt is listed; Linux gives up when this SMMUv2 has more than one context bank.',
      span: nodeSpan(node),
    };
  },
};

const maskUnused: Rule = {
  id: 'smmu-stream-match-mask-unused',
  severity: 'info',
  fixable: true,
  title: '`stream-match-mask` next to two-cell specifiers',
  properties: ['stream-match-mask'],
  doc: `With \`#iommu-cells = <2>\` each specifier of \`iommus\` brings its own mask, and Linux does not look at
\`stream-match-mask\` for it. It counts only for streams that come with one cell: those of \`iommu-map\`, and then there is
nothing to say. Delete it, and write the mask in the specifiers where it is needed.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_of_xlate',
  example: {
    bad: board(mmu500(2).replace('#global-', 'stream-match-mask = <0x7f80>;\n\t\t#global-')),
    good: board(mmu500(1).replace('#global-', 'stream-match-mask = <0x7f80>;\n\t\t#global-')),
  },
  *check(context, node) {
    const property = node.properties.get('stream-match-mask');
    if (!property || u32(node.properties.get('#iommu-cells')) !== 2) return;
    const uses = usesByProvider(context).get(node) ?? [];
    if (uses.some(({ via }) => via === 'iommu-map') || node.properties.has('mmu-masters')) return;
    yield {
      message: 'Each specifier has its own mask here; Linux does not read `stream-match-mask`.',
      span: lastSet(property).name,
      fix: deletion(context, property),
      tag: 'unnecessary',
    };
  },
};

const identityClient: Rule = {
  id: 'smmu-qcom-identity-client',
  severity: 'hint',
  title: 'Client that the SMMU leaves untranslated',
  properties: ['iommus'],
  doc: `Linux has a list of clients (displays, GPU, modem loader) that start before the SMMU or program it themselves. Behind
an SMMU with this vendor code they get an identity domain: the DMA API works with CPU addresses.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu-qcom.c:qcom_smmu_def_domain_type',
  example: {
    bad: board(
      mmu500(2).replace('"arm,mmu-500"', '"qcom,sdm845-smmu-500", "arm,mmu-500"'),
      'display { compatible = "qcom,sdm845-mdss"; iommus = <&smmu 0x880 0x8>; };',
    ),
    good: board(mmu500(2), 'display { compatible = "qcom,sdm845-mdss"; iommus = <&smmu 0x880 0x8>; };'),
  },
  *check(context, node) {
    const [use] = usesOf(context, node);
    const match = use?.via === 'iommus' ? iommuDriver(context, use.provider) : undefined;
    const names = compatibles(node);
    const rule = match?.driver.domainRules.find(
      (each) =>
        each.type === 'identity' &&
        inVersions(context.platform.kernelVersion, each) &&
        each.implementation === match.traits.implementation &&
        each.clients?.some((name) => names.includes(name)),
    );
    if (!use || !rule || !isLive(use.provider)) return;
    yield {
      message: `\`${pathOf(use.provider)}\` leaves this client untranslated: ${forcedText(rule.why)}.`,
      span: lastSet(use.property).name,
    };
  },
};

const v3Cells: Rule = {
  id: 'smmuv3-cells',
  severity: 'error',
  fixable: true,
  title: 'SMMUv3 whose `#iommu-cells` is not 1',
  properties: ['#iommu-cells'],
  knows: 'node',
  doc: `The driver accepts only one cell, the stream ID. With another number it prints \`invalid #iommu-cells value\` and fails
to probe, so every master waits for the deferred probe timeout; before Linux 6.10 it registered and let every stream through
untranslated. Set 1 and give each specifier one cell.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_dt_probe',
  example: { bad: board(SMMU_V3.replace('<1>', '<2>')), good: board(SMMU_V3) },
  *check(context, node) {
    const property = node.properties.get('#iommu-cells');
    const count = u32(property);
    if (!property || count === 1 || isXens(context, node)) return;
    const driver = iommuDriver(context, node)?.driver;
    if (driver?.name !== 'arm-smmu-v3') return;
    const unused = !usesByProvider(context).has(node);
    const fatal = inVersions(context.platform.kernelVersion, driver.cellCountFatal ?? {});
    const end = fatal ? 'this IOMMU never registers' : 'this IOMMU lets every stream through untranslated';
    yield {
      message: `The SMMUv3 driver takes one cell and prints \`invalid #iommu-cells value (${count ?? 0})\`; ${end}.`,
      span: lastSet(property).name,
      ...(unused && { fix: setCells(context, property, 1) }),
    };
  },
};

const V3_INTERRUPTS = new Set(['combined', 'eventq', 'gerror', 'priq', 'cmdq-sync']);

const v3InterruptNames: Rule = {
  id: 'smmuv3-interrupt-names',
  severity: 'warning',
  title: 'SMMUv3 interrupt under a name that Linux does not look up',
  properties: ['interrupt-names'],
  doc: `The driver finds its interrupts by the names \`eventq\`, \`gerror\` and \`priq\`, or takes the single one named
\`combined\`. An interrupt with another name is not used, and without \`eventq\` faults are not reported.
Correct the name.`,
  source:
    'Linux 6.12 drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_probe; Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml',
  example: {
    bad: board(GIC, SMMU_V3.replace(' };', ' interrupts-extended = <&gic 1>; interrupt-names = "events"; };')),
    good: board(GIC, SMMU_V3.replace(' };', ' interrupts-extended = <&gic 1>; interrupt-names = "combined"; };')),
  },
  *check(context, node) {
    const property = node.properties.get('interrupt-names');
    if (!property || iommuDriver(context, node)?.driver.name !== 'arm-smmu-v3') return;
    const names = strings(property);
    const unknown = names.find((name) => !V3_INTERRUPTS.has(name));
    if (unknown !== undefined) {
      const message = `Linux looks up no SMMUv3 interrupt named \`${unknown}\`, so it does not use this one.`;
      yield { message, span: lastSet(property).name };
    } else if (names.includes('combined') && names.length > 1) {
      const message = 'With an interrupt named `combined` Linux does not use the others.';
      yield { message, span: lastSet(property).name };
    }
  },
};

const v3Unheard: Rule = {
  id: 'smmuv3-unnamed-interrupts',
  severity: 'warning',
  title: 'SMMUv3 whose interrupts Linux does not find',
  properties: ['#iommu-cells'],
  needs: ['smmuv3-interrupt-names', 'xen-smmuv3-interrupt-names'],
  knows: 'all',
  doc: `The node lists interrupts, but the driver looks them up by name and finds no \`eventq\` or \`gerror\`, nor a single one
named \`combined\`. Unless the SMMU writes MSIs, Linux prints \`no evtq irq - events will not be reported!\`: DMA that faults
fails without a word in the log. Add \`interrupt-names\`.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_probe, arm_smmu_setup_unique_irqs',
  example: {
    bad: board(GIC, SMMU_V3.replace(' };', ' interrupts-extended = <&gic 1>, <&gic 2>; };')),
    good: board(
      GIC,
      SMMU_V3.replace(' };', ' interrupts-extended = <&gic 1>, <&gic 2>; interrupt-names = "eventq", "gerror"; };'),
    ),
  },
  *check(context, node) {
    const property = node.properties.get('interrupts') ?? node.properties.get('interrupts-extended');
    if (!property || node.properties.has('msi-parent')) return;
    if (iommuDriver(context, node)?.driver.name !== 'arm-smmu-v3' || !isLive(node)) return;
    const names = strings(node.properties.get('interrupt-names'));
    const missing = ['eventq', 'gerror'].find((name) => !names.includes(name));
    if (missing === undefined || names.includes('combined')) return;
    const effect = missing === 'eventq' ? 'faults of the masters' : 'errors of the SMMU';
    yield {
      message: `No interrupt of this SMMUv3 is named \`${missing}\`; Linux reports no ${effect}.`,
      span: lastSet(node.properties.get('interrupt-names') ?? property).name,
    };
  },
};

export const ARM_SMMU_RULES: readonly Rule[] = [
  legacyMasters,
  mastersUnreadable,
  mixedBindings,
  streamIdCells,
  contextInterrupts,
  maskUnused,
  identityClient,
  v3Cells,
  v3InterruptNames,
  v3Unheard,
];
