// SPDX-License-Identifier: MIT
// What the rules about Xen's host tree ask in common: its IOMMUs, its command line, an example to start from.
import { machineOf } from '#model/machine.ts';
import { usable } from '#model/xen-host.ts';
import { compatibles, nodeByPath, strings } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { board, GIC } from './example.ts';
import type { PlatformKind, RuleContext } from './rule.ts';

/** Rules about the tree that the boot loader hands to Xen. */
export const XEN_HOST: readonly PlatformKind[] = ['xen-host'];

/** The words of Xen's command line in `/chosen`, in order. */
export function xenBootArguments({ tree }: RuleContext): readonly string[] {
  const chosen = nodeByPath(tree, '/chosen');
  const text = strings(chosen?.properties.get('xen,xen-bootargs'))[0] ?? '';
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The settings of `name=a,b` on Xen's command line, from every place where it stands. */
export function bootSettings(context: RuleContext, name: string): readonly string[] {
  return xenBootArguments(context)
    .filter((word) => word.startsWith(`${name}=`))
    .flatMap((word) => word.slice(name.length + 1).split(','));
}

const OFF = new Set(['no', 'off', '0', 'false', 'disable']);

/** The IOMMUs that Xen brings up; none when its command line switches them off. */
export function xenIommus(context: RuleContext): readonly DtNode[] {
  if (bootSettings(context, 'iommu').some((setting) => OFF.has(setting))) return [];
  return usable(machineOf(context.tree, context.platform));
}

/** The domains that Xen itself starts: children of `/chosen` with `xen,domain`. */
export function domains({ tree }: RuleContext): DtNode[] {
  const chosen = nodeByPath(tree, '/chosen');
  return [...(chosen?.children.values() ?? [])].filter((node) => compatibles(node).includes('xen,domain'));
}

/** An SMMUv2 that Xen drives, with the label `smmu`. */
export const XEN_SMMU =
  'smmu: iommu-smmu { compatible = "arm,smmu-v2"; #iommu-cells = <1>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>, <&gic 3>; };';

/** A host tree with an SMMU that Xen drives. */
export function smmuBoard(...statements: readonly string[]): string {
  return board(GIC, XEN_SMMU, ...statements);
}
