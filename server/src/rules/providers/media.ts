// SPDX-License-Identifier: MIT
// Rules about the IOMMUs of media and mobile chips: Rockchip, Exynos, MediaTek, Apple, Qualcomm.
import { inVersions } from '#model/platform/releases.ts';
import { board, GIC } from '#rules/engine/example.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, type Use, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { cells, isAvailable, isLive, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

/** The entries of `iommus` whose IOMMU has this driver and is enabled. */
function usesOfDriver(context: RuleContext, node: DtNode, driver: string): Use[] {
  return usesOf(context, node).filter(
    (use) => use.via === 'iommus' && isLive(use.provider) && iommuDriver(context, use.provider)?.driver.name === driver,
  );
}

function otherProviders(uses: readonly Use[]): Use[] {
  return uses.filter((use, at) => uses.findIndex((each) => each.provider === use.provider) === at).slice(1);
}

const ROCKCHIP = 'mmu_a: iommu-a { compatible = "rockchip,iommu"; #iommu-cells = <0>; };';

const rockchipMixed: Rule = {
  id: 'rockchip-mixed-generations',
  severity: 'error',
  title: 'Rockchip IOMMUs of two generations',
  scope: 'tree',
  doc: `The tree has enabled nodes with \`rockchip,iommu\` and with \`rockchip,rk3568-iommu\`. The driver has one set of table
operations for the whole system: it warns at the second kind and does not probe it, and its masters wait in vain. Since Linux 7.3
each IOMMU has the operations of its kind. A chip has one kind; correct the \`compatible\`.`,
  source: 'Linux 6.12 drivers/iommu/rockchip-iommu.c:rk_iommu_probe',
  example: {
    bad: board(ROCKCHIP, 'mmu_b: iommu-b { compatible = "rockchip,rk3568-iommu"; #iommu-cells = <0>; };'),
    good: board(ROCKCHIP, 'mmu_b: iommu-b { compatible = "rockchip,iommu"; #iommu-cells = <0>; };'),
    platform: { kernelVersion: [6, 12] },
  },
  *check(context) {
    let first: { node: DtNode; kind: string | null } | undefined;
    for (const node of context.nodesWith('#iommu-cells')) {
      const match = iommuDriver(context, node);
      if (match?.driver.name !== 'rockchip' || !isLive(node)) continue;
      if (!inVersions(context.platform.kernelVersion, match.driver.uniform ?? {})) return;
      first ??= { node, kind: match.traits.implementation };
      if (match.traits.implementation === first.kind) continue;
      yield {
        message: `\`${pathOf(first.node)}\` is of another generation; the driver serves one in a system and does not probe this IOMMU.`,
        span: nodeSpan(node),
        node,
      };
    }
  },
};

const rockchipMultiple: Rule = {
  id: 'rockchip-multiple-iommus',
  severity: 'warning',
  title: 'Master with several Rockchip IOMMUs',
  properties: ['iommus'],
  doc: `The driver keeps one IOMMU per master, the last one in \`iommus\`. The DMA that passes the others is not mapped.
Where two IOMMUs work in parallel, describe them as one node with two \`reg\` entries.`,
  source: 'Linux 6.12 drivers/iommu/rockchip-iommu.c:rk_iommu_of_xlate',
  example: {
    bad: board(ROCKCHIP, ROCKCHIP.replace('mmu_a: iommu-a', 'mmu_b: iommu-b'), 'vpu { iommus = <&mmu_a>, <&mmu_b>; };'),
    good: board(ROCKCHIP, 'vpu { iommus = <&mmu_a>; };'),
  },
  *check(context, node) {
    const uses = usesOfDriver(context, node, 'rockchip');
    const [second] = otherProviders(uses);
    const last = uses.at(-1);
    if (!second || !last) return;
    yield {
      message: `\`iommus\` names several IOMMUs; the Rockchip driver uses only the last one, \`${pathOf(last.provider)}\`.`,
      span: second.phandle.span,
    };
  },
};

const SYSMMU =
  'ccu: clock { #clock-cells = <1>; };\n\tsysmmu: sysmmu { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; clocks = <&ccu 1>; clock-names = "sysmmu"; interrupts-extended = <&gic 1>; };';

const exynosShared: Rule = {
  id: 'exynos-sysmmu-shared',
  severity: 'error',
  title: 'SysMMU with two masters',
  scope: 'tree',
  doc: `A SysMMU belongs to one master. When a second one names it, the driver forgets the first: its power state and page
tables no longer follow that master. Name the SysMMU on one device.`,
  source: 'Linux 6.12 drivers/iommu/exynos-iommu.c:exynos_iommu_of_xlate',
  example: {
    bad: board(GIC, SYSMMU, 'gsc-a { iommus = <&sysmmu>; };', 'gsc-b { iommus = <&sysmmu>; };'),
    good: board(GIC, SYSMMU, 'gsc-a { iommus = <&sysmmu>; };'),
  },
  *check(context) {
    for (const [provider, uses] of usesByProvider(context)) {
      if (iommuDriver(context, provider)?.driver.name !== 'exynos' || !isLive(provider)) continue;
      const [first] = uses;
      const second = uses.find((use) => use.master !== first?.master);
      if (!first || !second) continue;
      yield {
        message: `\`${pathOf(provider)}\` serves \`${pathOf(first.master)}\` too; Linux keeps only the master that it configures last.`,
        span: second.phandle.span,
        node: second.master,
        related: [{ message: 'the other master', span: first.phandle.span }],
      };
    }
  },
};

const M4U = [
  GIC,
  'smi: smi { compatible = "mediatek,mt8183-smi-common"; };',
  'larb0: larb-0 { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&smi>; };',
  'larb1: larb-1 { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&smi>; };',
  'm4u: iommu { compatible = "mediatek,mt8183-m4u"; #iommu-cells = <1>; mediatek,larbs = <&larb0>, <&larb1>; interrupts-extended = <&gic 1>; };',
];

/** As MTK_M4U_TO_LARB: of a longer ID the lower ten bits count. */
function larbOf(use: Use): number {
  return ((use.args[0]?.value ?? 0) >>> 5) & 31;
}

/** The entries whose IDs have a larb: those of multimedia M4Us, not of the infrastructure ones. */
function larbUses(context: RuleContext, node: DtNode): Use[] {
  return usesOfDriver(context, node, 'mtk').filter((use) => use.provider.properties.has('mediatek,larbs'));
}

const mtkMultipleLarbs: Rule = {
  id: 'mtk-multiple-larbs',
  severity: 'error',
  title: 'M4U master with ports of several larbs',
  properties: ['iommus'],
  doc: `All IDs of one master must have the same larb (ID divided by 32). Otherwise Linux prints \`Can only use one larb.\`
and refuses the master with \`-EINVAL\`; the M4U of the MT8189 takes several. Make one device node per larb.`,
  source: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_probe_device',
  example: {
    bad: board(...M4U, 'vpu { iommus = <&m4u 0x1>, <&m4u 0x21>; };'),
    good: board(...M4U, 'vpu { iommus = <&m4u 0x1>, <&m4u 0x2>; };'),
  },
  *check(context, node) {
    const [first, ...rest] = larbUses(context, node);
    const other = rest.find((use) => first && larbOf(use) !== larbOf(first));
    if (!first || !other || iommuDriver(context, first.provider)?.traits.severalLarbs) return;
    yield {
      message: `Larb ${larbOf(other)} after larb ${larbOf(first)}: a master has one larb; ${outcome(context, node)}.`,
      span: other.args[0]?.span ?? other.phandle.span,
    };
  },
};

const mtkLarbNotListed: Rule = {
  id: 'mtk-larb-not-listed',
  severity: 'error',
  title: 'M4U port of a larb that the M4U does not list',
  properties: ['iommus'],
  needs: ['mtk-multiple-larbs', 'mtk-id-range'],
  knows: 'all',
  doc: `The larb of the ID is not in \`mediatek,larbs\` of the M4U (by \`mediatek,larb-id\`, else by its place in the list), or it
is disabled. Linux refuses the master with \`-EINVAL\` and without a message, and it gets direct DMA.
List the larb, or correct the ID.`,
  source: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_mm_dts_parse, mtk_iommu_probe_device',
  example: {
    bad: board(...M4U, 'vpu { iommus = <&m4u 0x41>; };'),
    good: board(...M4U, 'vpu { iommus = <&m4u 0x21>; };'),
  },
  *check(context, node) {
    const uses = larbUses(context, node);
    const [first] = uses;
    if (!first) return;
    const list = specifiers(context.tree, first.provider.properties.get('mediatek,larbs'), '#larb-cells', 0);
    if (list.stop) return;
    const ids = list.entries
      .filter(({ provider }) => isAvailable(provider))
      .map(({ provider, index }) => u32(provider.properties.get('mediatek,larb-id')) ?? index);
    const use = uses.find((each) => !ids.includes(larbOf(each)));
    if (!use) return;
    yield {
      message: `\`${pathOf(use.provider)}\` lists no enabled larb ${larbOf(use)}; ${outcome(context, node)}.`,
      span: use.args[0]?.span ?? use.phandle.span,
    };
  },
};

const DARTS = ['a', 'b', 'c'].map(
  (name) =>
    `dart_${name}: iommu-${name} { compatible = "apple,t8103-dart"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`,
);

const dartTooMany: Rule = {
  id: 'dart-too-many',
  severity: 'error',
  title: 'Master with more DARTs than its driver keeps',
  properties: ['iommus'],
  doc: `The driver keeps two DARTs per master in Linux 6.12, and three in 7.3. One more is refused with \`-EINVAL\`, all entries
are dropped, and the device gets direct DMA, which the DARTs block. List no more.`,
  source: 'Linux 6.12 drivers/iommu/apple-dart.c:apple_dart_of_xlate',
  example: {
    bad: board(GIC, ...DARTS, 'dma { iommus = <&dart_a 1>, <&dart_b 1>, <&dart_c 1>; };'),
    good: board(GIC, ...DARTS, 'dma { iommus = <&dart_a 1>, <&dart_b 1>; };'),
    platform: { kernelVersion: [6, 12] },
  },
  *check(context, node) {
    const uses = usesOfDriver(context, node, 'apple-dart');
    const rows = uses[0] && iommuDriver(context, uses[0].provider)?.driver.mostInstances;
    const most = rows?.find((row) => inVersions(context.platform.kernelVersion, row))?.most;
    const surplus = most === undefined ? undefined : otherProviders(uses)[most - 1];
    if (!surplus) return;
    yield {
      message: `${pathOf(surplus.provider)} is DART number ${(most ?? 0) + 1} of this device, and the driver keeps ${most}; ${outcome(context, node)}.`,
      span: surplus.phandle.span,
    };
  },
};

/** A Qualcomm IOMMU of the older kind with one context bank, number 5. */
const QCOM =
  'ccu: clock { #clock-cells = <1>; };\n\tsmmu: iommu { compatible = "qcom,msm8916-iommu", "qcom,msm-iommu-v1"; #iommu-cells = <1>; #address-cells = <1>; #size-cells = <1>; ranges; clocks = <&ccu 1>, <&ccu 2>; clock-names = "iface", "bus"; qcom,iommu-secure-id = <17>; iommu-ctx@5000 { compatible = "qcom,msm-iommu-v1-ns"; reg = <0x5000 0x1000>; interrupts-extended = <&gic 1>; }; };';

const qcomContext: Rule = {
  id: 'qcom-iommu-context',
  severity: 'error',
  title: 'Context bank that the Qualcomm IOMMU does not have',
  properties: ['iommus'],
  knows: 'all',
  doc: `The cell is the number of a context bank: \`qcom,ctx-asid\` of an \`iommu-ctx\` child, or its \`reg\` divided by 0x1000.
No enabled child has this number. Linux warns with a stack trace, refuses the device with \`-EINVAL\`, and it gets direct DMA.
Add the child, or correct the number.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/qcom_iommu.c:qcom_iommu_of_xlate, get_asid',
  example: {
    bad: board(GIC, QCOM, 'dma { iommus = <&smmu 4>; };'),
    good: board(GIC, QCOM, 'dma { iommus = <&smmu 5>; };'),
  },
  *check(context, node) {
    for (const use of usesOfDriver(context, node, 'qcom-iommu')) {
      const banks = [...use.provider.children.values()].filter(isAvailable).map((child) => {
        const [first] = cells(context.tree, child.properties.get('reg'));
        return u32(child.properties.get('qcom,ctx-asid')) ?? (first ? Math.floor(first.value / 0x1000) : -1);
      });
      const asid = use.args[0];
      if (!asid || banks.includes(asid.value)) continue;
      yield {
        message: `\`${pathOf(use.provider)}\` has no context bank ${asid.value}; ${outcome(context, node)}.`,
        span: asid.span,
      };
    }
  },
};

export const MEDIA_RULES: readonly Rule[] = [
  rockchipMixed,
  rockchipMultiple,
  exynosShared,
  mtkMultipleLarbs,
  mtkLarbNotListed,
  dartTooMany,
  qcomContext,
];
