// SPDX-License-Identifier: MIT
// Rules about MediaTek's M4U: the local arbiters (larbs) behind it, the chip's registers that it reads, its regions.
import type { Span } from '#base/text.ts';
import { insertProperty } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board, GIC } from '#rules/engine/example.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { compatibles, isAvailable, isLive, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { type ListStop, specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

const PARSE = 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_mm_dts_parse';
/** MTK_LARB_NR_MAX */
const LARBS = 32;
const REFUSED = 'Linux refuses the M4U, and its masters wait for it in vain';

interface Larb {
  readonly node: DtNode;
  readonly id: number;
  /** Where the M4U names it. */
  readonly span: Span;
}

interface LarbList {
  /** The enabled ones, in the order of the list. */
  readonly larbs: readonly Larb[];
  readonly stop?: ListStop;
}

/** What an enabled M4U of the multimedia masters lists; `undefined` for every other node. */
function larbsOf(context: RuleContext, node: DtNode): LarbList | undefined {
  if (iommuDriver(context, node)?.driver.name !== 'mtk' || !isLive(node)) return undefined;
  const { entries, stop } = specifiers(context.tree, node.properties.get('mediatek,larbs'), '#larb-cells', 0);
  const larbs = entries
    .filter(({ provider }) => isAvailable(provider))
    .map(({ provider, phandle, index }) => {
      return { node: provider, id: u32(provider.properties.get('mediatek,larb-id')) ?? index, span: phandle.span };
    });
  return { larbs, ...(stop && { stop }) };
}

/** The two larbs of the examples, their arbiter, and an M4U that lists them. */
function chip({ larb0 = '', larb1 = '', list = '<&larb0>, <&larb1>', smi1 = 'smi' } = {}): string {
  return board(
    GIC,
    'smi: smi { compatible = "mediatek,mt8183-smi-common"; };',
    'other_smi: smi-other { compatible = "mediatek,mt8183-smi-common"; };',
    `larb0: larb-0 { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&smi>; ${larb0}};`,
    `larb1: larb-1 { compatible = "mediatek,mt8183-smi-larb"; ${smi1 && `mediatek,smi = <&${smi1}>; `}${larb1}};`,
    `m4u: iommu { compatible = "mediatek,mt8183-m4u"; #iommu-cells = <1>; mediatek,larbs = ${list}; interrupts-extended = <&gic 1>; };`,
  );
}

const larbsUnreadable: Rule = {
  id: 'mtk-larbs-unreadable',
  severity: 'error',
  title: '`mediatek,larbs` with a phandle that names no node',
  properties: ['mediatek,larbs'],
  knows: 'all',
  doc: `Every cell of \`mediatek,larbs\` is the phandle of a larb. One of them names no node, and Linux then refuses the whole
M4U with \`-EINVAL\`. It never registers: its masters wait until the deferred probe timeout and run untranslated.
Correct the phandle.`,
  source: PARSE,
  example: { bad: chip({ list: '<&larb0 0x77>' }), good: chip() },
  *check(context, node) {
    const stop = larbsOf(context, node)?.stop;
    if (!stop || stop.reason === 'unresolved') return;
    yield {
      message: `\`0x${stop.phandle.value.toString(16)}\` in \`mediatek,larbs\` is the phandle of no node; ${REFUSED}.`,
      span: stop.phandle.span,
    };
  },
};

const larbsNoneEnabled: Rule = {
  id: 'mtk-larbs-none-enabled',
  severity: 'error',
  title: 'M4U whose larbs are all disabled',
  properties: ['mediatek,larbs'],
  needs: ['mtk-larbs-unreadable'],
  knows: 'all',
  doc: `Linux leaves disabled larbs out, and needs at least one enabled one to find the SMI common block behind it. There is
none, so the M4U is refused with \`-EINVAL\` and never registers. Enable the larbs of the masters that are used, or disable
the M4U.`,
  source: PARSE,
  example: {
    bad: chip({ larb0: 'status = "disabled"; ', larb1: 'status = "disabled"; ' }),
    good: chip({ larb0: 'status = "disabled"; ' }),
  },
  *check(context, node) {
    const list = larbsOf(context, node);
    if (!list || list.stop || list.larbs.length > 0) return;
    yield { message: `All larbs of this M4U are disabled; ${REFUSED}.`, span: nodeSpan(node) };
  },
};

const larbIdRange: Rule = {
  id: 'mtk-larb-id-range',
  severity: 'error',
  title: 'Larb with a number beyond 31',
  properties: ['mediatek,larbs'],
  needs: ['mtk-larbs-unreadable'],
  knows: 'all',
  doc: `A larb has the number of its \`mediatek,larb-id\`, else its place in \`mediatek,larbs\`, and Linux has room for 32.
With a larger one it refuses the M4U with \`-EINVAL\`, which then never registers. Write the number from the chip's manual.`,
  source: PARSE,
  example: { bad: chip({ larb1: 'mediatek,larb-id = <32>; ' }), good: chip({ larb1: 'mediatek,larb-id = <31>; ' }) },
  *check(context, node) {
    const larb = larbsOf(context, node)?.larbs.find(({ id }) => id >= LARBS);
    if (!larb) return;
    yield {
      message: `\`${pathOf(larb.node)}\` is larb ${larb.id}, and Linux knows 0 to ${LARBS - 1}; ${REFUSED}.`,
      span: larb.span,
      related: [{ message: 'the larb', span: nodeSpan(larb.node) }],
    };
  },
};

const larbTwice: Rule = {
  id: 'mtk-larb-id-duplicate',
  severity: 'error',
  title: 'Two larbs of an M4U with one number',
  properties: ['mediatek,larbs'],
  needs: ['mtk-larbs-unreadable', 'mtk-larb-id-range'],
  knows: 'all',
  doc: `Two enabled larbs of the list have the same number, by \`mediatek,larb-id\` or, without it, by their place in the list;
or one larb is listed twice. Linux refuses the M4U with \`-EEXIST\`. Give each larb the number from the chip's manual.`,
  source: PARSE,
  example: { bad: chip({ larb1: 'mediatek,larb-id = <0>; ' }), good: chip({ larb1: 'mediatek,larb-id = <7>; ' }) },
  *check(context, node) {
    const first = new Map<number, Larb>();
    for (const larb of larbsOf(context, node)?.larbs ?? []) {
      const known = first.get(larb.id);
      if (!known) {
        first.set(larb.id, larb);
        continue;
      }
      yield {
        message: `\`${pathOf(larb.node)}\` is larb ${larb.id}, as is \`${pathOf(known.node)}\`; ${REFUSED}.`,
        span: larb.span,
        related: [{ message: 'the other one', span: known.span }],
      };
      return;
    }
  },
};

/** The SMI common block of a larb, behind a sub-common one where there are two levels. */
function smiCommon(context: RuleContext, larb: DtNode): DtNode | undefined {
  const next = (node: DtNode): DtNode | undefined =>
    specifiers(context.tree, node.properties.get('mediatek,smi'), '#smi-cells', 0).entries[0]?.provider;
  const near = next(larb);
  return near && (next(near) ?? near);
}

const larbNoSmi: Rule = {
  id: 'mtk-larb-no-smi',
  severity: 'error',
  title: 'Larb without `mediatek,smi`',
  properties: ['mediatek,larbs'],
  needs: ['mtk-larbs-unreadable', 'mtk-larb-id-range', 'mtk-larb-id-duplicate'],
  knows: 'all',
  doc: `An enabled larb names with \`mediatek,smi\` the SMI common block that it is connected to. Without it the
larb's own probe fails with \`-EINVAL\`, the M4U that lists it waits for its driver without end, and no master of the M4U is
translated. Add the property to the larb.`,
  source: `Linux 6.12 drivers/memory/mtk-smi.c:mtk_smi_device_link_common; ${PARSE}`,
  example: { bad: chip({ smi1: '' }), good: chip() },
  *check(context, node) {
    for (const { node: larb, span } of larbsOf(context, node)?.larbs ?? []) {
      if (larb.properties.has('mediatek,smi')) continue;
      yield {
        message: `${pathOf(larb)} has no mediatek,smi, so its probe fails and Linux defers this M4U without end: its masters wait for the deferred probe timeout, then they get direct DMA.`,
        span,
        related: [{ message: 'the larb', span: nodeSpan(larb) }],
      };
      return;
    }
  },
};

const larbsOtherSmi: Rule = {
  id: 'mtk-larbs-two-smi',
  severity: 'error',
  title: 'Larbs of one M4U behind two SMI common blocks',
  properties: ['mediatek,larbs'],
  needs: ['mtk-larbs-unreadable', 'mtk-larb-id-range', 'mtk-larb-id-duplicate', 'mtk-larb-no-smi'],
  knows: 'all',
  doc: `All larbs of one M4U lead, directly or over one sub-common block, to the same SMI common block. Here they do not:
Linux prints \`mediatek,smi property is not right\` and refuses the M4U. Correct \`mediatek,smi\` of the larb, or list it at
the other M4U.`,
  source: PARSE,
  example: { bad: chip({ smi1: 'other_smi' }), good: chip() },
  *check(context, node) {
    let first: { readonly larb: Larb; readonly smi: DtNode } | undefined;
    for (const larb of larbsOf(context, node)?.larbs ?? []) {
      const smi = smiCommon(context, larb.node);
      if (!smi) return;
      first ??= { larb, smi };
      if (first.smi === smi) continue;
      yield {
        message: `\`${pathOf(larb.node)}\` leads to \`${pathOf(smi)}\` and \`${pathOf(first.larb.node)}\` to \`${pathOf(first.smi)}\`; ${REFUSED}.`,
        span: larb.span,
        related: [{ message: 'the first larb', span: first.larb.span }],
      };
      return;
    }
  },
};

/** Chips whose driver reads the 4 GiB mode from the infrastructure registers, and the string it looks for instead. */
const INFRACFG: Readonly<Record<string, string | undefined>> = {
  'mediatek,mt2712-m4u': 'mediatek,mt2712-infracfg',
  'mediatek,mt8173-m4u': 'mediatek,mt8173-infracfg',
  'mediatek,mt6795-m4u': undefined,
};

const MT8173 = [
  GIC,
  'ccu: clock { #clock-cells = <1>; };',
  'infra: syscon { compatible = "mediatek,mt8173-infrasys", "syscon"; };',
  'smi: smi { compatible = "mediatek,mt8173-smi-common"; };',
  'larb: larb { compatible = "mediatek,mt8173-smi-larb"; mediatek,smi = <&smi>; };',
];
const MT8173_M4U =
  'compatible = "mediatek,mt8173-m4u"; #iommu-cells = <1>; mediatek,larbs = <&larb>; interrupts-extended = <&gic 1>; clocks = <&ccu 0>; clock-names = "bclk";';

const noInfracfg: Rule = {
  id: 'mtk-infracfg-missing',
  severity: 'error',
  fixable: true,
  title: 'M4U that cannot find the infrastructure registers',
  properties: ['mediatek,larbs'],
  knows: 'all',
  doc: `On MT2712, MT6795 and MT8173 the driver asks the infrastructure registers whether the 4 GiB mode is on. It finds them
by \`mediatek,infracfg\`, on MT2712 and MT8173 also by the compatible string of an old node. Neither is there, so the probe
fails. Add \`mediatek,infracfg\` with the phandle of the registers.`,
  source: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_probe',
  example: {
    bad: board(...MT8173, `iommu { ${MT8173_M4U} };`),
    good: board(...MT8173, `iommu { ${MT8173_M4U} mediatek,infracfg = <&infra>; };`),
  },
  *check(context, node) {
    if (node.properties.has('mediatek,infracfg') || !larbsOf(context, node)) return;
    const name = compatibles(node).find((each) => Object.hasOwn(INFRACFG, each));
    if (name === undefined) return;
    const old = INFRACFG[name];
    if (old !== undefined && hasCompatible(context, old)) return;
    const other = old === undefined ? '' : ` and no node is \`${old}\``;
    const label = infracfgLabel(context);
    yield {
      message: `There is no \`mediatek,infracfg\`${other}; ${REFUSED}.`,
      span: nodeSpan(node),
      ...(label !== undefined && {
        fix: repair(`Add \`mediatek,infracfg = <&${label}>\``, () =>
          insertProperty(context.text, node, { name: 'mediatek,infracfg', value: `<&${label}>` }),
        ),
      }),
    };
  },
};

/** The label of the infrastructure registers, where the tree has exactly one such node. */
function infracfgLabel(context: RuleContext): string | undefined {
  const found = context.nodesWith('compatible').filter((node) => {
    const names = compatibles(node);
    return names.includes('syscon') && names.some((name) => /^mediatek,mt\d+-infra(cfg|sys)$/.test(name));
  });
  return found.length === 1 ? found[0]?.labels[0]?.name : undefined;
}

function hasCompatible(context: RuleContext, name: string): boolean {
  return context.nodesWith('compatible').some((node) => compatibles(node).includes(name));
}

const INFRA =
  'm4u: iommu { compatible = "mediatek,mt8195-iommu-infra"; #iommu-cells = <1>; interrupts-extended = <&gic 1>, <&gic 2>, <&gic 3>, <&gic 4>, <&gic 5>; };';
const PERICFG = 'syscon { compatible = "mediatek,mt8195-pericfg_ao", "syscon"; };';

const noPericfg: Rule = {
  id: 'mtk-pericfg-missing',
  severity: 'error',
  title: 'Infrastructure M4U in a tree without the peripheral registers',
  properties: ['#iommu-cells', 'compatible'],
  scope: 'tree',
  knows: 'all',
  doc: `The M4U of the infrastructure masters of MT8195 is switched on master by master in the registers of
\`mediatek,mt8195-pericfg_ao\`, which the driver finds by that string. No node has it, so the probe fails and PCIe and USB
wait for this IOMMU in vain. Add the node.`,
  source: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_probe',
  example: { bad: board(GIC, INFRA), good: board(GIC, PERICFG, INFRA) },
  *check(context) {
    for (const node of context.nodesWith('#iommu-cells')) {
      if (!compatibles(node).includes('mediatek,mt8195-iommu-infra')) continue;
      if (!iommuDriver(context, node) || !isLive(node) || hasCompatible(context, 'mediatek,mt8195-pericfg_ao'))
        continue;
      yield {
        message: `No node is \`mediatek,mt8195-pericfg_ao\`, which the driver of this M4U looks for; ${REFUSED}.`,
        span: nodeSpan(node),
        node,
      };
    }
  },
};

const MT8192 = [
  GIC,
  'ccu: clock { #clock-cells = <1>; };',
  'smi: smi { compatible = "mediatek,mt8192-smi-common"; };',
  'larb: larb { compatible = "mediatek,mt8192-smi-larb"; mediatek,smi = <&smi>; mediatek,larb-id = <13>; };',
  'm4u: iommu { compatible = "mediatek,mt8192-m4u"; #iommu-cells = <1>; mediatek,larbs = <&larb>; interrupts-extended = <&gic 1>; clocks = <&ccu 0>; clock-names = "bclk"; };',
];

const noRegion: Rule = {
  id: 'mtk-ports-without-region',
  severity: 'error',
  title: 'M4U master whose ports lie in no common IOVA region',
  properties: ['iommus'],
  needs: ['mtk-multiple-larbs', 'mtk-id-range', 'mtk-larb-not-listed'],
  doc: `On chips with 34-bit IOVAs the larb and port decide in which 4 GiB region a master's addresses lie. No region has all
ports of this master. Linux prints \`Can NOT find the region for larb\`, the device joins no group and gets direct DMA.
Correct the ports, or make a device of its own for those of another region.`,
  source: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_get_iova_region_id',
  example: {
    // Larb 13: ports 9 and 10 belong to the camera's controller, the others to another region.
    bad: board(...MT8192, 'dma { iommus = <&m4u 0x1a1>, <&m4u 0x1a9>; };'),
    good: board(...MT8192, 'dma { iommus = <&m4u 0x1a9>, <&m4u 0x1aa>; };'),
  },
  *check(context, node) {
    const uses = usesOf(context, node).filter((use) => use.via === 'iommus');
    const [first] = uses;
    const match = first && iommuDriver(context, first.provider);
    const regions = match?.traits.iovaRegions?.regions ?? [];
    if (!first || match?.driver.name !== 'mtk' || regions.length < 2 || !isLive(first.provider)) return;
    const ids = uses.map(({ args }) => args[0]?.value ?? 0);
    const larb = (ids[0] ?? 0) >>> 5;
    let ports = 0;
    for (const id of ids) ports = (ports | (1 << (id & 31))) >>> 0;
    const fits = regions.some((region) => !region.ports || ((region.ports[larb] ?? 0) & ports) >>> 0 === ports);
    if (fits) return;
    yield {
      message: `No IOVA region of \`${pathOf(first.provider)}\` has these ports of larb ${larb}; ${outcome(context, node)}.`,
      span: first.args[0]?.span ?? first.phandle.span,
    };
  },
};

/** What the driver reads before it registers, and the regions of its masters. */
export const MEDIATEK_RULES: readonly Rule[] = [
  larbsUnreadable,
  larbsNoneEnabled,
  larbIdRange,
  larbTwice,
  larbNoSmi,
  larbsOtherSmi,
  noInfracfg,
  noPericfg,
  noRegion,
];
