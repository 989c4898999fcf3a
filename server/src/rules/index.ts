// SPDX-License-Identifier: MIT
// Every rule there is, family after family: the only list.
import { catalogue } from './catalogue.ts';
import { COHERENCE_RULES } from './coherence.ts';
import { DMA_RANGES_RULES } from './dma-ranges.ts';
import { ARM_SMMU_RULES } from './drivers-arm-smmu.ts';
import { MEDIA_RULES } from './drivers-media.ts';
import { RENESAS_RULES } from './drivers-renesas.ts';
import { VIRTIO_IOMMU_RULES } from './drivers-virtio-iommu.ts';
import { DTC_RULES } from './dtc/index.ts';
import { ID_RANGE_RULES } from './id-range.ts';
import { IOMMU_ADDRESSES_RULES } from './iommu-addresses.ts';
import { IOMMU_MAP_RULES } from './iommu-map.ts';
import { IOMMU_MAP_MASK_RULES } from './iommu-map-mask.ts';
import { IOMMUS_RULES } from './iommus.ts';
import { IOMMUS_DEVICE_RULES } from './iommus-device.ts';
import { MSI_RULES } from './msi.ts';
import { PCI_RULES } from './pci.ts';
import { PROBE_RULES } from './probe.ts';
import { PROVIDER_RULES } from './provider.ts';
import { PROVIDER_NEEDS_RULES } from './provider-needs.ts';
import { RESERVED_MEMORY_RULES } from './reserved-memory.ts';
import type { Rule } from './rule.ts';
import { SMMU_STREAM_RULES } from './smmu-streams.ts';
import { XEN_GRANT_RULES } from './xen-grant.ts';

export const RULES: readonly Rule[] = [
  ...IOMMUS_RULES,
  ...IOMMUS_DEVICE_RULES,
  ...IOMMU_MAP_RULES,
  ...IOMMU_MAP_MASK_RULES,
  ...PROVIDER_RULES,
  ...PROVIDER_NEEDS_RULES,
  ...ID_RANGE_RULES,
  ...SMMU_STREAM_RULES,
  ...ARM_SMMU_RULES,
  ...VIRTIO_IOMMU_RULES,
  ...RENESAS_RULES,
  ...MEDIA_RULES,
  ...PCI_RULES,
  ...MSI_RULES,
  ...DMA_RANGES_RULES,
  ...COHERENCE_RULES,
  ...RESERVED_MEMORY_RULES,
  ...IOMMU_ADDRESSES_RULES,
  ...PROBE_RULES,
  ...XEN_GRANT_RULES,
  ...DTC_RULES,
];

/** The rules in the order in which they run. */
export const CATALOGUE = catalogue(RULES);
