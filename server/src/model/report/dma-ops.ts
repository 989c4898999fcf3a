// SPDX-License-Identifier: MIT
// The DMA operations of a device by the name that Linux has for them, and the release that has them so.
import { GATES } from '#model/platform/gates.ts';
import { has } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import type { Verdict } from './types.ts';

export interface DmaOps {
  /** `dma-iommu` and `dma-direct` are called without a table of operations; the others are `struct dma_map_ops`. */
  readonly name:
    | 'dma-iommu'
    | 'iommu_dma_ops'
    | 'dma-direct'
    | 'arm_dma_ops'
    | 'iommu_ops'
    | 'xen_swiotlb_dma_ops'
    | 'xen_grant_dma_ops';
  /** What is copied through bounce buffers: what the device cannot reach, or everything. */
  readonly bounce?: 'swiotlb' | 'restricted-dma-pool';
  /** `6.12`: the release whose source has them under this name for this device. */
  readonly release: string;
}

/**
 * What `dma_map_page` of the device leads to (kernel/dma/mapping.c); `null` where nothing sets operations up, because
 * there is no device or its probe waits without end.
 */
export function dmaOps(platform: Platform, verdict: Verdict): DmaOps | null {
  const release = platform.kernelVersion.join('.');
  const name = nameOf(platform, verdict);
  if (name === null) return null;
  if (verdict === 'direct+swiotlb') return { name, bounce: 'swiotlb', release };
  if (verdict === 'restricted-pool') return { name, bounce: 'restricted-dma-pool', release };
  return { name, release };
}

function nameOf({ arch, kernelVersion }: Platform, verdict: Verdict): DmaOps['name'] | null {
  switch (verdict) {
    case 'no-device':
    case 'not-configured':
    case 'defer':
      return null;
    case 'iommu-dma':
    case 'iommu-dma-fq':
      // arch/arm/mm/dma-mapping.c:arm_setup_iommu_dma_ops. Elsewhere Linux 6.12 (b5c58b2fdc42) calls dma-iommu directly.
      if (arch === 'arm') return 'iommu_ops';
      return has(kernelVersion, GATES.dmaIommuDirect) ? 'dma-iommu' : 'iommu_dma_ops';
    case 'xen-swiotlb':
      return 'xen_swiotlb_dma_ops';
    case 'xen-grant':
      return 'xen_grant_dma_ops';
    default:
      // Linux 6.0 (ae626eb97376) took the last operations of its own from 32-bit Arm.
      return arch === 'arm' && !has(kernelVersion, GATES.armDirect) ? 'arm_dma_ops' : 'dma-direct';
  }
}
