// SPDX-License-Identifier: MIT
// Rules about how Xen boots: its command line, and the PCI host bridges that it takes over.
import { isSince, xenOf, xenOption } from '#model/platform/xen-build.ts';
import { iommuSwitch, xenArguments, xenArgumentsProperty } from '#model/xen/command-line.ts';
import { board, host } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, isLive, lastSet, nodeSpan } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { smmuBoard, XEN_HOST, xenIommus } from './host.ts';

/** Where Xen's command line may stand. */
const ARGUMENTS = ['xen,xen-bootargs', 'bootargs'];

/** A finding about the command line, at its property. */
function atBootArguments({ tree }: RuleContext, message: string): Finding[] {
  const property = xenArgumentsProperty(tree);
  return property ? [{ message, span: lastSet(property).name, node: property.node }] : [];
}

/** The node that holds the command line: `/chosen`, not a module with arguments of its own. */
function isArguments({ tree }: RuleContext, node: DtNode): boolean {
  return xenArgumentsProperty(tree)?.node === node;
}

const forceAbsent: Rule = {
  id: 'xen-iommu-force-absent',
  severity: 'error',
  title: '`iommu=force` in a tree without an IOMMU that Xen drives',
  properties: ARGUMENTS,
  platforms: XEN_HOST,
  knows: 'all',
  doc: `\`iommu=force\` (or \`required\`) makes an IOMMU a condition of the boot. Xen brings up none of this tree and panics:
\`Couldn't enable IOMMU and iommu=required/force\`. Remove the option, or enable an IOMMU that Xen drives.`,
  source: 'Xen 4.22 xen/drivers/passthrough/iommu.c:iommu_setup; docs/misc/xen-command-line.pandoc',
  example: {
    bad: board('chosen { xen,xen-bootargs = "console=dtuart iommu=force"; };'),
    good: smmuBoard('chosen { xen,xen-bootargs = "console=dtuart iommu=force"; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    if (!isArguments(context, node)) return;
    const { forced } = iommuSwitch(context.tree, xenOf(context.platform));
    if (forced === undefined || xenIommus(context).length > 0) return;
    yield* atBootArguments(context, `\`${forced}\`, but Xen brings up no IOMMU of this tree and panics.`);
  },
};

const HARDWARE_DOMAIN = new Set(['strict', 'passthrough', 'map-inclusive', 'map-reserved']);

const withoutEffect: Rule = {
  id: 'xen-bootargs-iommu-arm',
  severity: 'info',
  title: 'IOMMU option of Xen without effect on Arm',
  properties: ARGUMENTS,
  platforms: XEN_HOST,
  knows: 'node',
  doc: `On Arm the page tables are always shared and dom0 is always behind the IOMMU in strict mode. \`iommu=sharept\`, and \`dom0-iommu=\`
with \`strict\`, \`passthrough\`, \`map-inclusive\` or \`map-reserved\`, are for x86: Xen ignores them or warns. Delete the word.`,
  source:
    'Xen 4.22 docs/misc/xen-command-line.pandoc (iommu, dom0-iommu); xen/drivers/passthrough/arm/iommu.c:arch_iommu_hwdom_init',
  example: {
    bad: board('chosen { xen,xen-bootargs = "dom0-iommu=strict"; };'),
    good: board('chosen { xen,xen-bootargs = "iommu=verbose"; };'),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    if (!isArguments(context, node)) return;
    for (const word of xenArguments(context.tree, xenOf(context.platform))) {
      const [name, value = ''] = word.split('=', 2);
      const settings = value.split(',').map((setting) => setting.replace(/^no-/, ''));
      const useless =
        (name === 'iommu' && settings.includes('sharept')) ||
        (name === 'dom0-iommu' && settings.some((setting) => HARDWARE_DOMAIN.has(setting)));
      if (useless)
        yield* atBootArguments(context, `Xen on Arm ignores \`${word}\`, or warns that it is not supported.`);
    }
  },
};

/** The host bridges that Xen has a driver for. */
const BRIDGES = ['pci-host-ecam-generic', 'xlnx,nwl-pcie-2.11', 'renesas,r8a779f0-pcie', 'renesas,r8a779g0-pcie'];

const noIommuMap: Rule = {
  id: 'xen-pci-no-iommu-map',
  severity: 'warning',
  title: 'PCI host bridge without `iommu-map` under a Xen with an IOMMU',
  properties: ['device_type'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `Since 4.21 a Xen that is built with \`CONFIG_PCI_PASSTHROUGH\` adds the PCI devices that dom0 reports to the IOMMU when one is up, and
finds their streams in the bridge's \`iommu-map\`. Without it adding fails with \`-ENXIO\` (SMMUv2) or \`-ENODEV\`, and dom0 reports each
device behind the bridge as rejected; Linux alone would use direct DMA. The option is off by default and needs \`CONFIG_EXPERT\`: where the
configuration is not known, this is *info*, and a Xen without it is not reported. Add \`iommu-map\`, or mark the bridge \`xen,passthrough\`.`,
  source:
    'Xen 4.22 xen/drivers/passthrough/device_tree.c:iommu_add_dt_pci_sideband_ids; xen/drivers/passthrough/pci.c:pci_add_device; xen/arch/arm/Kconfig:PCI_PASSTHROUGH',
  example: {
    bad: smmuBoard(host('compatible = "pci-host-ecam-generic";')),
    good: smmuBoard(host('compatible = "pci-host-ecam-generic"; iommu-map = <0x0 &smmu 0x0 0x8000>;')),
    platform: { kind: 'xen-host' },
  },
  *check(context, node) {
    if (!compatibles(node).some((name) => BRIDGES.includes(name)) || !isLive(node)) return;
    if (node.properties.has('iommu-map') || node.properties.has('xen,passthrough')) return;
    const build = xenOf(context.platform);
    if (xenIommus(context).length === 0 || !isSince(build, [4, 21])) return;
    const option = xenOption(build, 'PCI_PASSTHROUGH');
    if (option === 'off') return;
    const which = option === 'on' ? 'Xen 4.21 and later' : 'Xen 4.21 and later with CONFIG_PCI_PASSTHROUGH';
    yield {
      message: `${which} rejects the PCI devices behind this bridge: its IOMMU is up, and there is no \`iommu-map\`.`,
      span: nodeSpan(node),
      ...(option === 'unknown' && { severity: 'info' as const }),
    };
  },
};

export const XEN_BOOT_RULES: readonly Rule[] = [forceAbsent, withoutEffect, noIommuMap];
