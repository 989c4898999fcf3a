// SPDX-License-Identifier: MIT
// The pieces from which the rules' examples are put together: they are documentation and test at once.

/** A tree whose root holds these statements, one per line. */
export function board(...statements: readonly string[]): string {
  return `/ {\n${statements.map((statement) => `\t${statement}\n`).join('')}};\n`;
}

/** An SMMUv3 with the label `smmu`. */
export const SMMU_V3 = 'smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };';

/** An SMMUv2 (MMU-500) with stream ID and mask in a specifier, with the label `smmu`. */
export const MMU_500 =
  'smmu: iommu { compatible = "arm,mmu-500"; #iommu-cells = <2>; #global-interrupts = <1>; interrupts = <1>, <2>; };';

/** The node of Xen's grant DMA with the label `xen_iommu`. */
export const GRANT_DMA = 'xen_iommu: xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };';

/** A PCI host bridge without `reg`, so that an example stays short. */
export function host(properties: string): string {
  return `pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; ${properties} };`;
}
