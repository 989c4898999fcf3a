// SPDX-License-Identifier: MIT
// MSI controllers whose Linux drivers ask for an IOVA of their doorbell.

/** Match tables of the callers of iommu_dma_prepare_msi in drivers/irqchip (Linux 6.12): ITS, v2m, Layerscape. */
export const MAPPING_MSI_CONTROLLERS: readonly string[] = [
  'arm,gic-v3-its',
  'arm,gic-v2m-frame',
  'fsl,1s1021a-msi',
  'fsl,1s1043a-msi',
  'fsl,ls1012a-msi',
  'fsl,ls1021a-msi',
  'fsl,ls1043a-msi',
  'fsl,ls1043a-v1.1-msi',
  'fsl,ls1046a-msi',
];
