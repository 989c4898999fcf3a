// SPDX-License-Identifier: MIT
// Rules about what Xen's SMMU and IPMMU drivers refuse or misread where those of Linux do not.
import { xenDriver } from '#model/xen/drivers.ts';
import { dependsOnCut } from '#model/xen/host.ts';
import { board, board32, GIC, SMMU_V3_AT } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { cells, cellTarget, compatibles, isAvailable, nodeSpan, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { smmuBoard, XEN_HOST } from './host.ts';

const SMMU = 'Xen 4.22 xen/drivers/passthrough/arm/smmu.c';
const IPMMU = 'Xen 4.22 xen/drivers/passthrough/arm/ipmmu-vmsa.c';

/** MAX_MASTER_STREAMIDS of smmu.c. */
const MAX_STREAMS = 16;
/** SMR_ID_MASK and SMR_MASK_MASK of smmu.c. */
const STREAM_BITS = 0x7fff;

function entries({ tree }: RuleContext, node: DtNode) {
  return specifiers(tree, node.properties.get('iommus'), '#iommu-cells').entries;
}

function isXenSmmu({ platform }: RuleContext, node: DtNode): boolean {
  return xenDriver(platform, node)?.name === 'smmu' && isAvailable(node);
}

const streamLimit: Rule = {
  id: 'xen-smmu-stream-id-limit',
  severity: 'error',
  title: 'More than 16 streams of one device at an SMMUv1 or v2 of Xen',
  properties: ['iommus'],
  platforms: XEN_HOST,
  doc: `Xen keeps the stream-matching entries of a device in an array of 16 and fills in one for each entry of \`iommus\` without a check, so
that a 17th writes over what lies behind. Cover several IDs with one entry through the mask in a second cell.`,
  source: `${SMMU}:arm_smmu_dt_add_device_legacy (MAX_MASTER_STREAMIDS)`,
  example: {
    bad: smmuBoard(`dma { iommus = ${Array.from({ length: 17 }, (_, id) => `<&smmu ${id}>`).join(', ')}; };`),
    good: smmuBoard('dma { iommus = <&smmu 0>, <&smmu 1>; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    const all = entries(context, node);
    const over = all[MAX_STREAMS];
    if (!over || !isXenSmmu(context, over.provider)) return;
    yield {
      message: `\`iommus\` has ${all.length} entries; Xen has room for ${MAX_STREAMS} streams of a device and writes past it.`,
      span: over.phandle.span,
    };
  },
};

const streamRange: Rule = {
  id: 'xen-smmu-stream-id-range',
  severity: 'warning',
  title: 'Stream ID or mask beyond 15 bits at an SMMUv1 or v2 of Xen',
  properties: ['iommus'],
  platforms: XEN_HOST,
  needs: ['smmu-streamid-range', 'smmu-mask-range'],
  doc: `Xen keeps 15 bits of a stream ID and of a mask (Linux 16) and drops the rest without a message, so the SMMU matches another
stream and the device's DMA faults. Write the ID that the SoC's manual gives.`,
  source: `${SMMU}:arm_smmu_dt_xlate_generic (SMR_ID_MASK)`,
  example: {
    bad: smmuBoard('dma { iommus = <&smmu 0x8004>; };'),
    good: smmuBoard('dma { iommus = <&smmu 0x4>; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    for (const { provider, args } of entries(context, node)) {
      if (!isXenSmmu(context, provider)) continue;
      const wide = args.slice(0, 2).find(({ value }) => value > STREAM_BITS);
      if (!wide) continue;
      const kept = (wide.value & STREAM_BITS).toString(16);
      yield {
        message: `Xen keeps 15 bits of this cell and uses 0x${kept} in place of 0x${wide.value.toString(16)}.`,
        span: wide.span,
      };
    }
  },
};

const duplicateMaster: Rule = {
  id: 'xen-smmu-duplicate-master',
  severity: 'error',
  title: 'Device twice in `mmu-masters`',
  properties: ['mmu-masters'],
  platforms: XEN_HOST,
  doc: `\`mmu-masters\` names the device in two entries. Xen prints \`rejecting multiple registrations for master device\` and the probe
of the SMMU ends with \`-EBUSY\`, which Xen answers with a panic. Put all its stream IDs into one entry, or better, move to \`iommus\`.`,
  source: SMMU,
  example: {
    bad: board(
      GIC,
      'dma: dma { #stream-id-cells = <1>; };',
      'smmu-old { compatible = "arm,smmu-v1"; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; mmu-masters = <&dma 4>, <&dma 5>; };',
    ),
    good: smmuBoard('dma { iommus = <&smmu 4>, <&smmu 5>; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    const { tree } = context;
    if (!isXenSmmu(context, node)) return;
    const property = node.properties.get('mmu-masters');
    const seen = new Set<DtNode>();
    const all = cells(tree, property);
    for (let at = 0; at < all.length; ) {
      const cell = all[at];
      const master = cell && cellTarget(tree, cell);
      if (!cell || !master) return;
      if (seen.has(master)) {
        yield {
          message: `\`${pathOf(master)}\` is in \`mmu-masters\` twice; Xen rejects the second entry, and its SMMU does not come up.`,
          span: cell.span,
        };
        return;
      }
      seen.add(master);
      at += 1 + (u32(master.properties.get('#stream-id-cells')) ?? 0);
    }
  },
};

const V3_INTERRUPTS = ['combined', 'eventq', 'priq', 'gerror'];

const interruptNames: Rule = {
  id: 'xen-smmuv3-interrupt-names',
  severity: 'warning',
  title: 'SMMUv3 whose interrupts have no name that Xen looks up',
  properties: ['interrupts', 'interrupts-extended'],
  platforms: XEN_HOST,
  knows: 'all',
  needs: ['smmuv3-interrupt-names'],
  doc: `Xen finds the interrupts of an SMMUv3 by name: \`combined\`, or else \`eventq\`, \`priq\` and \`gerror\`. None of these is in
\`interrupt-names\`, so Xen uses no interrupt, prints \`no evtq irq - events will not be reported!\`, and faults of devices stay unseen.
Add the names.`,
  source: 'Xen 4.22 xen/drivers/passthrough/arm/smmu-v3.c:arm_smmu_device_probe, arm_smmu_setup_unique_irqs',
  example: {
    bad: board32(GIC, SMMU_V3_AT.replace(' };', ' interrupts-extended = <&gic 1>; };')),
    good: board32(GIC, SMMU_V3_AT.replace(' };', ' interrupts-extended = <&gic 1>; interrupt-names = "combined"; };')),
    platform: { kind: 'xen-host' },
  },
  *check({ platform }, node) {
    if (xenDriver(platform, node)?.name !== 'smmu-v3' || !isAvailable(node)) return;
    const names = strings(node.properties.get('interrupt-names'));
    if (names.some((name) => V3_INTERRUPTS.includes(name))) return;
    yield {
      message:
        'Xen looks up `combined`, `eventq`, `priq` and `gerror` and finds none, so faults at this SMMU stay unseen.',
      span: nodeSpan(node),
    };
  },
};

function isIpmmu({ platform }: RuleContext, node: DtNode): boolean {
  const live = isAvailable(node) && !node.properties.has('xen,passthrough');
  return xenDriver(platform, node)?.name === 'ipmmu-vmsa' && live;
}

function isRoot(node: DtNode): boolean {
  return !node.properties.has('renesas,ipmmu-main');
}

/** The IPMMUs of a tree that Xen probes. */
function ipmmus(context: RuleContext): DtNode[] {
  return context.nodesWith('compatible').filter((node) => isIpmmu(context, node));
}

const POWER = 'sysc: power-controller { #power-domain-cells = <1>; };';
const PRR = 'chipid { compatible = "renesas,prr"; };';

function ipmmu(properties: string): string {
  return `main: iommu-main { compatible = "renesas,ipmmu-r8a77965"; #iommu-cells = <1>; power-domains = <&sysc 0>; ${properties} };`;
}

const ROOT = ipmmu('interrupts-extended = <&gic 1>;');
const CACHE = 'renesas,ipmmu-r8a77965"; #iommu-cells = <1>; power-domains = <&sysc 0>; renesas,ipmmu-main = <&main 1>;';
const HOST = { kind: 'xen-host' } as const;
const GOOD_IPMMU = board(GIC, POWER, PRR, ROOT);

const noRoot: Rule = {
  id: 'xen-ipmmu-no-root',
  severity: 'error',
  title: 'Cache IPMMU without an enabled root IPMMU',
  scope: 'tree',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `For Xen the IPMMU without \`renesas,ipmmu-main\` is the root, and a cache waits with \`-EAGAIN\` until it is there. No root is
enabled, so the wait never ends: Xen panics with \`Couldn't configure correctly all the IOMMUs.\` Enable the root.`,
  source: `${IPMMU}:ipmmu_probe; xen/drivers/passthrough/arm/iommu.c:iommu_hardware_setup`,
  example: {
    bad: board(
      GIC,
      POWER,
      PRR,
      ipmmu('interrupts-extended = <&gic 1>; status = "disabled";'),
      `iommu-cache { compatible = "${CACHE} };`,
    ),
    good: GOOD_IPMMU,
    platform: HOST,
  },
  *check(context) {
    const all = ipmmus(context);
    const [cache] = all;
    if (!cache || all.some(isRoot)) return;
    yield {
      message:
        'No root IPMMU (one without `renesas,ipmmu-main`) is enabled, so Xen waits for it without end and panics.',
      span: nodeSpan(cache),
      node: cache,
    };
  },
};

function rootRule(rule: Pick<Rule, 'id' | 'title' | 'doc' | 'source'>, bad: string, find: FindAtRoot): Rule {
  return {
    ...rule,
    severity: 'error',
    scope: 'tree',
    properties: ['compatible'],
    platforms: XEN_HOST,
    knows: 'all',
    example: { bad, good: GOOD_IPMMU, platform: HOST },
    *check(context) {
      for (const node of ipmmus(context).filter(isRoot)) {
        const message = find(context, node);
        if (message !== undefined) yield { message, span: nodeSpan(node), node };
      }
    },
  };
}

type FindAtRoot = (context: RuleContext, node: DtNode) => Finding['message'] | undefined;

const noPrr = rootRule(
  {
    id: 'xen-ipmmu-no-prr',
    title: 'IPMMU without the product register that Xen asks',
    doc: `Xen reads the chip's revision from the \`renesas,prr\` node to learn whether the IPMMU can do stage 2. There is none, so it prints
\`Failed to find PRR node\` and leaves the IPMMU alone; with cache IPMMUs in the tree it panics. Add the node from the SoC's \`.dtsi\`.`,
    source: `${IPMMU}:ipmmu_stage2_supported`,
  },
  board(GIC, POWER, ROOT),
  (context) => {
    if (context.nodesWith('compatible').some((node) => compatibles(node).includes('renesas,prr'))) return undefined;
    return 'The tree has no `renesas,prr` node, so Xen cannot tell whether the IPMMU does stage 2 and does not use it.';
  },
);

const rootInterrupt = rootRule(
  {
    id: 'xen-ipmmu-root-irq',
    title: 'Root IPMMU without an interrupt',
    doc: `The root IPMMU reports faults for all. Without \`interrupts\` Xen prints \`No IRQ found\`, and the failed probe ends in a panic.
Add the interrupts from the SoC's \`.dtsi\`.`,
    source: `${IPMMU}:ipmmu_probe`,
  },
  board(POWER, PRR, ipmmu('')),
  (_context, node) => {
    if (node.properties.has('interrupts') || node.properties.has('interrupts-extended')) return undefined;
    return 'The root IPMMU has no `interrupts`; its probe in Xen fails, and Xen panics.';
  },
);

const stage1Only: Rule = {
  id: 'xen-ipmmu-stage1-only',
  severity: 'warning',
  title: 'IPMMU of a chip that Xen does not support',
  scope: 'tree',
  properties: ['#iommu-cells'],
  platforms: XEN_HOST,
  doc: `Xen on Arm lets an IOMMU walk the domain's own page table in stage 2 and has no other mode. Its IPMMU driver takes R-Car H3,
M3-W, M3-W+, M3-N, S4 (4.17) and V4H (4.20); this chip is not in its table, whatever its IPMMU could do. Its masters are unprotected, or
fail where another IOMMU is up.
Disable the nodes in trees for Xen. Reported once, at the first of them.`,
  source: `${IPMMU}; xen/arch/arm/Kconfig:IOMMU_FORCE_PT_SHARE`,
  example: {
    bad: board(
      GIC,
      POWER,
      'iommu-main { compatible = "renesas,ipmmu-r8a774c0"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; power-domains = <&sysc 0>; };',
    ),
    good: GOOD_IPMMU.replace('iommu-main {', 'iommu-main { status = "disabled";'),
    platform: HOST,
  },
  *check(context) {
    const all = context
      .nodesWith('#iommu-cells')
      .filter((node) => isAvailable(node) && unsupported(context, node) !== undefined);
    const [first] = all;
    if (!first) return;
    const more = all.length > 1 ? ` (the same holds for ${all.length - 1} more)` : '';
    yield {
      message: `\`${unsupported(context, first)}\` is not in the table of Xen's IPMMU driver${more}: Xen leaves it alone, and its masters are not protected.`,
      span: nodeSpan(first),
      node: first,
    };
  },
};

/** The name of an IPMMU that Xen's driver does not take. */
function unsupported({ platform }: RuleContext, node: DtNode): string | undefined {
  return xenDriver(platform, node) ? undefined : compatibles(node).find((name) => name.startsWith('renesas,ipmmu-'));
}

const share: Rule = {
  id: 'xen-ipmmu-p2m-share',
  severity: 'info',
  title: 'IPMMU that can share the P2M from revision 3.0 of the chip on',
  scope: 'tree',
  properties: ['compatible'],
  platforms: XEN_HOST,
  needs: ['xen-ipmmu-no-prr', 'xen-ipmmu-root-irq'],
  doc: `R-Car H3 and M3-W do stage 2 from cut 3.0 on. On an older one Xen prints \`P2M sharing is not supported in current SoC revision\`,
and with cache IPMMUs in the tree it panics, because they wait for the root. Which cut it is, the chip tells at boot;
for an old one disable the IPMMUs or boot with \`iommu=no\`.`,
  source: `${IPMMU}:ipmmu_stage2_supported, ipmmu_probe`,
  example: {
    bad: GOOD_IPMMU.replace('r8a77965', 'r8a7795'),
    good: smmuBoard(),
    platform: HOST,
  },
  *check(context) {
    const node = ipmmus(context).find(dependsOnCut);
    if (!node) return;
    yield {
      message: 'This IPMMU walks a P2M only from cut 3.0 of the chip on; on an older one Xen refuses it.',
      span: nodeSpan(node),
      node,
    };
  },
};

export const XEN_HOST_DRIVER_RULES: readonly Rule[] = [
  streamLimit,
  streamRange,
  duplicateMaster,
  interruptNames,
  noRoot,
  noPrr,
  rootInterrupt,
  stage1Only,
  share,
];
