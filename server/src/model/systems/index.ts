// SPDX-License-Identifier: MIT
// The systems in the order in which the walk asks them.
import type { DmaSystem } from '#model/iommu/subject.ts';
import { GRANT_DMA } from './grant-dma.ts';
import { PROBE_DEFERRAL } from './probe-deferral.ts';
import { SMMU_MSI } from './smmu-msi.ts';
import { VIRTIO_IOMMU_SYSTEM } from './virtio-iommu.ts';
import { XEN_P2M } from './xen-p2m.ts';

export const SYSTEMS: readonly DmaSystem[] = [GRANT_DMA, XEN_P2M, VIRTIO_IOMMU_SYSTEM, SMMU_MSI, PROBE_DEFERRAL];
