// SPDX-License-Identifier: MIT
// What the rules about Xen's host tree ask in common: its IOMMUs, and an example to start from.
import { machineOf } from '#model/platform/machine.ts';
import { usable } from '#model/xen/drivers.ts';
import { board, GIC } from '#rules/engine/example.ts';
import type { PlatformKind, RuleContext } from '#rules/engine/rule.ts';
import type { DtNode } from '#tree/types.ts';

/** Rules about the tree that the boot loader hands to Xen. */
export const XEN_HOST: readonly PlatformKind[] = ['xen-host'];

/** The IOMMUs that Xen brings up; none when its command line switches them off. */
export function xenIommus({ tree, platform }: RuleContext): readonly DtNode[] {
  return usable(machineOf(tree, platform));
}

/** An SMMUv2 that Xen drives, with the label `smmu`. */
export const XEN_SMMU =
  'smmu: iommu-smmu { compatible = "arm,smmu-v2"; #iommu-cells = <1>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>, <&gic 3>; };';

/** A host tree with an SMMU that Xen drives. */
export function smmuBoard(...statements: readonly string[]): string {
  return board(GIC, XEN_SMMU, ...statements);
}
