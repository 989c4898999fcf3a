// SPDX-License-Identifier: MIT
// How many translation contexts an IOMMU has, where its interrupts tell.
import { rawCells } from '#model/addresses/addresses.ts';
import type { DtNode } from '#tree/types.ts';

/** All interrupts behind the global ones belong to a context each (Linux 6.12 arm-smmu.c:arm_smmu_device_dt_probe). */
export function contextsOf(node: DtNode): number | null {
  const [globals] = rawCells(node.properties.get('#global-interrupts'));
  const interrupts = rawCells(node.properties.get('interrupts'));
  if (globals === undefined || interrupts.length === 0) return null;
  let parent: DtNode | undefined = node;
  while (parent && !parent.properties.has('interrupt-parent')) parent = parent.parent;
  // Three cells with every GIC, which all Arm SMMUs with this property have.
  return Math.max(0, Math.floor(interrupts.length / 3) - globals);
}
