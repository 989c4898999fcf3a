// SPDX-License-Identifier: MIT
// Rules about the IOMMUs of a host tree: those that Xen drives, those that it leaves to dom0, and their masters.
import { machineOf } from '#model/platform/machine.ts';
import { xenDriver } from '#model/xen/drivers.ts';
import { hostView } from '#model/xen/host.ts';
import { assignments } from '#model/xen/system.ts';
import { deletion } from '#rules/edits/repairs.ts';
import { board, board32, SMMU_V3_AT } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver } from '#rules/engine/uses.ts';
import { isAvailable, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { smmuBoard, XEN_HOST, xenIommus } from './host.ts';

const ADD_DEVICE = 'Xen 4.22 xen/drivers/passthrough/device_tree.c:iommu_add_dt_device';
const HARDWARE_SETUP = 'Xen 4.22 xen/drivers/passthrough/arm/iommu.c:iommu_hardware_setup';
const MMU = 'mmu: iommu-display { compatible = "sprd,iommu-v1"; #iommu-cells = <0>; };';

/** The first entry of a master's `iommus`, which decides for Xen. */
function firstEntry({ tree }: RuleContext, node: DtNode) {
  return specifiers(tree, node.properties.get('iommus'), '#iommu-cells').entries[0];
}

const noDriver: Rule = {
  id: 'xen-iommu-no-driver',
  severity: 'error',
  scope: 'tree',
  title: 'Master of an IOMMU that Xen does not drive, next to one that it does',
  properties: ['iommus'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `Xen brings up an IOMMU of this tree, and \`iommus\` of this device names another one, for which Xen has no driver. Adding the
device fails then, and with it the start of dom0: \`Could not set up … guest OS\`. Disable the other IOMMU, which
Xen takes for no IOMMU, or remove \`iommus\`. Where all that Xen drives is an SMMUv3 or an IPMMU and it is not known how Xen is built, it is
a *warning*: a Xen without these drivers boots. Reported once, at the first master.`,
  source: `${ADD_DEVICE}, xen/arch/arm/device.c:handle_device`,
  example: {
    bad: smmuBoard(MMU, 'dma { iommus = <&mmu>; };'),
    good: smmuBoard('dma { iommus = <&smmu 4>; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context) {
    const up = xenIommus(context);
    if (up.length === 0) return;
    const all = context.nodesWith('iommus').flatMap((node) => {
      const entry = firstEntry(context, node);
      if (!entry || xenDriver(context.platform, entry.provider) || !isAvailable(entry.provider)) return [];
      return node.properties.has('xen,passthrough') ? [] : [{ node, entry }];
    });
    const [first, ...more] = all;
    if (!first) return;
    const options = new Set(up.map((iommu) => xenDriver(context.platform, iommu)?.option));
    const [option] = options;
    // A Xen without the drivers of all these IOMMUs has none, and takes the masters for unprotected.
    const open = !options.has(undefined) && option !== undefined;
    const others = more.length > 0 ? ` (the same holds for ${more.length} more devices)` : '';
    yield {
      message: `${open ? `A Xen with ${option.replace(/ \(.*/, '')}` : 'Xen'} has no driver for \`${pathOf(first.entry.provider)}\` but drives another IOMMU, so adding the device fails${others} and dom0 does not start.`,
      span: first.entry.phandle.span,
      node: first.node,
      ...(open && { severity: 'warning' as const }),
    };
  },
};

const visible: Rule = {
  id: 'xen-dom0-iommu-visible',
  severity: 'warning',
  title: 'IOMMU that Xen leaves to dom0',
  properties: ['iommus'],
  platforms: XEN_HOST,
  knows: 'all',
  needs: ['xen-iommu-no-driver'],
  doc: `Linux has a driver for the IOMMU, Xen has none: the node and \`iommus\` stay in the tree of dom0. There both the IOMMU and
Xen's swiotlb want the device's DMA operations; Linux 6.12 warns, and setting a DMA mask fails with \`-EIO\`.
Disable the IOMMU in trees for Xen, or remove \`iommus\`.`,
  source: 'Xen 4.22 xen/arch/arm/domain_build.c:handle_node; Linux 6.12 kernel/dma/mapping.c:dma_supported',
  example: {
    bad: board(MMU, 'dma { compatible = "vendor,dma"; iommus = <&mmu>; };'),
    good: smmuBoard('dma { iommus = <&smmu 4>; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    const first = firstEntry(context, node);
    if (!first || xenDriver(context.platform, first.provider) || !isLive(first.provider) || !isLive(node)) return;
    if (node.properties.has('xen,passthrough') || !iommuDriver(context, first.provider)) return;
    if (iommuDriver(context, first.provider)?.driver.name === 'xen-grant-dma') return;
    // A driver may refuse the device: then Linux sets up nothing but Xen's DMA.
    const report = context.report(node);
    if (report && report.group === null && report.deferred === null) return;
    yield {
      message: `Xen has no driver for \`${pathOf(first.provider)}\`, so dom0 sees it and Linux sets up two kinds of DMA for the device.`,
      span: first.phandle.span,
    };
  },
};

const stripped: Rule = {
  id: 'xen-dom0-iommus-stripped',
  severity: 'hint',
  title: '`iommus` that dom0 does not see',
  properties: ['iommus', 'iommu-map'],
  platforms: XEN_HOST,
  doc: `Xen drives the IOMMU itself. In the tree of dom0 its node is missing, and the masters have neither \`iommus\` nor
\`iommu-map\`: Linux there uses Xen's swiotlb and knows of no IOMMU. Nothing is wrong; do not look for the IOMMU in dom0.`,
  source: 'Xen 4.22 xen/arch/arm/domain_build.c:handle_node, write_properties',
  example: {
    bad: smmuBoard('dma { iommus = <&smmu 4>; };'),
    good: smmuBoard('dma { };'),
    platform: { kind: 'xen-host' },
  },
  *check({ tree, platform }, node) {
    const property = node.properties.get('iommus') ?? node.properties.get('iommu-map');
    if (!property || !isLive(node) || !hostView(machineOf(tree, platform), node).stripped) return;
    yield {
      message: `Xen uses this \`${property.name}\` itself and leaves it out of the tree of dom0, where Linux uses Xen's swiotlb.`,
      span: lastSet(property).name,
    };
  },
};

const twoIommus: Rule = {
  id: 'xen-iommus-two-iommus',
  severity: 'error',
  title: '`iommus` with two IOMMUs in a tree for Xen',
  properties: ['iommus'],
  platforms: XEN_HOST,
  needs: ['xen-iommu-no-driver'],
  doc: `Linux lets some devices have several instances of one IOMMU; Xen allows one IOMMU per device, and the second entry fails
with \`-EINVAL\`. That ends the start of dom0, or the assignment of the device. Keep the entries of one IOMMU.`,
  source: 'Xen 4.22 xen/drivers/passthrough/arm/iommu_fwspec.c:iommu_fwspec_init',
  example: {
    bad: smmuBoard(
      'other: iommu-other { compatible = "arm,smmu-v2"; #iommu-cells = <1>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>, <&gic 3>; };',
      'dma { iommus = <&smmu 4>, <&other 4>; };',
    ),
    good: smmuBoard('dma { iommus = <&smmu 4>, <&smmu 5>; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    const { entries } = specifiers(context.tree, node.properties.get('iommus'), '#iommu-cells');
    const up = xenIommus(context);
    const [first, ...others] = entries;
    if (!first || !up.includes(first.provider)) return;
    // A disabled IOMMU ends the scan without an error.
    const second = others.find(({ provider }) => provider !== first.provider || !isAvailable(provider));
    if (!second || !isAvailable(second.provider)) return;
    yield {
      message: `Xen allows one IOMMU per device, and \`iommus\` names \`${pathOf(first.provider)}\` and \`${pathOf(second.provider)}\`; adding the device fails with -EINVAL.`,
      span: second.phandle.span,
    };
  },
};

const mixedTypes: Rule = {
  id: 'xen-mixed-iommu-types',
  severity: 'warning',
  title: 'IOMMUs of two Xen drivers in one tree',
  scope: 'tree',
  properties: ['compatible'],
  platforms: XEN_HOST,
  doc: `Xen keeps one set of IOMMU operations. The first driver that comes up sets them; the next one gets the warning
\`Cannot set IOMMU ops, already set to a different value\`, and its masters fail. Disable the IOMMUs of one kind.`,
  source: 'Xen 4.22 xen/drivers/passthrough/arm/iommu.c:iommu_set_ops',
  example: {
    bad: smmuBoard(
      'chipid { compatible = "renesas,prr"; };',
      'iommu-main { compatible = "renesas,ipmmu-r8a77965"; #iommu-cells = <1>; interrupts-extended = <&gic 4>; power-domains = <&gic>; };',
    ),
    good: smmuBoard(),
    platform: { kind: 'xen-host' },
  },
  *check(context) {
    const up = xenIommus(context);
    const first = up[0] && xenDriver(context.platform, up[0]);
    const other = up.find((node) => xenDriver(context.platform, node) !== first);
    if (!up[0] || !first || !other) return;
    yield {
      message: `Xen takes its IOMMU operations from one driver; \`${pathOf(up[0])}\` is of ${first.name} and this one of ${xenDriver(context.platform, other)?.name}, so the masters of one of them fail.`,
      span: nodeSpan(other),
      node: other,
      related: [{ message: `of ${first.name}`, span: nodeSpan(up[0]) }],
    };
  },
};

const notDefault: Rule = {
  id: 'xen-iommu-driver-not-default',
  severity: 'hint',
  title: 'IOMMU whose driver a default build of Xen lacks',
  properties: ['#iommu-cells'],
  platforms: XEN_HOST,
  doc: `The driver is in Xen's source but not in a default build: SMMUv3 needs \`CONFIG_EXPERT\` and \`CONFIG_ARM_SMMU_V3\`, the IPMMU an
R-Car platform. Without it nothing protects devices, no device can be assigned, and dom0 sees the IOMMU.
Check the configuration of the Xen that boots.`,
  source: 'Xen 4.22 xen/drivers/passthrough/Kconfig:ARM_SMMU_V3, IPMMU_VMSA',
  example: {
    bad: board32(SMMU_V3_AT),
    good: smmuBoard(),
    platform: { kind: 'xen-host' },
  },
  *check({ platform }, node) {
    const option = xenDriver(platform, node)?.option;
    if (option === undefined || !isLive(node) || u32(node.properties.get('#iommu-cells')) === undefined) return;
    const assigned = platform.xen && assignments(platform.xen).some(({ device, forced }) => device && !forced);
    const without = assigned ? '; without it Xen assigns no device that a partial tree does not force' : '';
    yield { message: `Xen drives this IOMMU only when it is built with ${option}${without}.`, span: nodeSpan(node) };
  },
};

const marked: Rule = {
  id: 'xen-iommu-marked-passthrough',
  severity: 'error',
  fixable: true,
  title: '`xen,passthrough` on an IOMMU',
  properties: ['xen,passthrough'],
  platforms: XEN_HOST,
  doc: `An IOMMU with \`xen,passthrough\` is out of use: Xen skips it as if it were absent, and dom0 gets it disabled. Its masters are
unprotected, or fail to be added where another IOMMU is up. The property belongs on the devices that are to be assigned;
remove it here.`,
  source: `Xen 4.22 xen/common/device.c:device_init; ${HARDWARE_SETUP}`,
  example: {
    bad: smmuBoard().replace('{ compatible = "arm,smmu-v2";', '{ compatible = "arm,smmu-v2"; xen,passthrough;'),
    good: smmuBoard(),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    const property = node.properties.get('xen,passthrough');
    if (!property || !xenDriver(context.platform, node) || !isAvailable(node)) return;
    yield {
      message: 'With `xen,passthrough` Xen does not use this IOMMU, and dom0 gets it disabled: it protects nothing.',
      span: lastSet(property).name,
      fix: deletion(context, property),
    };
  },
};

export const XEN_HOST_IOMMU_RULES: readonly Rule[] = [
  marked,
  noDriver,
  visible,
  twoIommus,
  mixedTypes,
  notDefault,
  stripped,
];
