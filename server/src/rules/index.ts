// SPDX-License-Identifier: MIT
// Every rule there is, family after family: the only list.
import { BINDING_RULES } from '#rules/bindings/rules.ts';
import { OVERLAY_RULES } from '#rules/dtc/overlay.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { TEXT_RULES } from '#rules/engine/text.ts';
import { XEN_GRANT_DEVICE_RULES } from '#rules/grant-dma/devices.ts';
import { XEN_GRANT_RULES } from '#rules/grant-dma/names.ts';
import { XEN_GRANT_NODE_RULES } from '#rules/grant-dma/node.ts';
import { IOMMUS_DEVICE_RULES } from '#rules/iommus/device.ts';
import { ID_RANGE_RULES } from '#rules/iommus/id-range.ts';
import { IOMMUS_RULES } from '#rules/iommus/iommus.ts';
import { NAMED_ID_RULES } from '#rules/iommus/named-ids.ts';
import { NEEDED_IOMMU_RULES } from '#rules/iommus/needed.ts';
import { REFUSED_MASTER_RULES } from '#rules/iommus/refused-master.ts';
import { OPTION_NAME_RULES } from '#rules/kernel/option-names.ts';
import { KERNEL_OPTION_RULES } from '#rules/kernel/options.ts';
import { HOST1X_RULES } from '#rules/maps/host1x.ts';
import { IOMMU_MAP_RULES } from '#rules/maps/iommu-map.ts';
import { IOMMU_MAP_MASK_RULES } from '#rules/maps/iommu-map-mask.ts';
import { MSI_RULES } from '#rules/maps/msi.ts';
import { MSI_CONTROLLER_RULES } from '#rules/maps/msi-controllers.ts';
import { MSI_MAP_RULES } from '#rules/maps/msi-map.ts';
import { PCI_RULES } from '#rules/maps/pci.ts';
import { COHERENCE_RULES } from '#rules/memory/coherence.ts';
import { DMA_POOL_RULES } from '#rules/memory/dma-pools.ts';
import { DMA_RANGES_RULES } from '#rules/memory/dma-ranges.ts';
import { DMA_BUS_RULES } from '#rules/memory/dma-ranges-buses.ts';
import { DMA_WINDOW_RULES } from '#rules/memory/dma-windows.ts';
import { IOMMU_ADDRESSES_RULES } from '#rules/memory/iommu-addresses.ts';
import { IOMMU_ADDRESSES_DEVICE_RULES } from '#rules/memory/iommu-addresses-device.ts';
import { REACH_RULES } from '#rules/memory/reach.ts';
import { RESERVED_MEMORY_RULES } from '#rules/memory/reserved-memory.ts';
import { RISCV_CACHE_RULES } from '#rules/memory/riscv-cache.ts';
import { LEGACY_VENDOR_RULES } from '#rules/migrations/vendor-forms.ts';
import { ARM_SMMU_RULES } from '#rules/providers/arm-smmu.ts';
import { SMMU_STREAM_RULES } from '#rules/providers/arm-smmu-streams.ts';
import { MEDIA_RULES } from '#rules/providers/media.ts';
import { MEDIATEK_RULES } from '#rules/providers/mediatek.ts';
import { PROVIDER_NEEDS_RULES } from '#rules/providers/needs.ts';
import { PROBE_RULES } from '#rules/providers/probe.ts';
import { PROVIDER_RULES } from '#rules/providers/provider.ts';
import { QUALCOMM_RULES } from '#rules/providers/qualcomm.ts';
import { RENESAS_RULES } from '#rules/providers/renesas.ts';
import { UNLISTED_STREAM_RULES } from '#rules/providers/unlisted-streams.ts';
import { PROVIDER_VALUE_RULES } from '#rules/providers/values.ts';
import { VIRTIO_IOMMU_RULES } from '#rules/providers/virtio-iommu.ts';
import { NAME_LIST_RULES } from '#rules/spelling/name-lists.ts';
import { NAME_SPELLING_RULES } from '#rules/spelling/property-names.ts';
import { VALUE_SPELLING_RULES } from '#rules/spelling/status.ts';
import { STDOUT_PATH_RULES } from '#rules/spelling/stdout-path.ts';
import { UNIT_ADDRESS_SPELLING_RULES } from '#rules/spelling/unit-address.ts';
import { XEN_ASSIGNED_INTERRUPT_RULES } from '#rules/xen/assigned-interrupts.ts';
import { XEN_ASSIGNMENT_RULES } from '#rules/xen/assignment.ts';
import { XEN_DOM0LESS_RULES } from '#rules/xen/dom0less.ts';
import { XEN_DOMAIN_MODULE_RULES } from '#rules/xen/domain-modules.ts';
import { XEN_DOMAIN_RESOURCE_RULES } from '#rules/xen/domain-resources.ts';
import { XEN_DOMAIN_SHARING_RULES } from '#rules/xen/domain-sharing.ts';
import { XEN_DOMAIN_TREE_RULES } from '#rules/xen/domain-tree.ts';
import { XEN_GUEST_LAYOUT_RULES } from '#rules/xen/guest-layout.ts';
import { XEN_HARDWARE_DOMAIN_RULES } from '#rules/xen/hardware-domain.ts';
import { XEN_BOOT_RULES } from '#rules/xen/host-boot.ts';
import { XEN_HOST_DRIVER_RULES } from '#rules/xen/host-drivers.ts';
import { XEN_HOST_IOMMU_RULES } from '#rules/xen/host-iommu.ts';
import { XEN_LIMIT_RULES } from '#rules/xen/limits.ts';
import { XEN_PARTIAL_RULES } from '#rules/xen/partial.ts';
import { XEN_PARTIAL_DEVICE_RULES } from '#rules/xen/partial-device.ts';
import { XEN_PASSTHROUGH_RULES } from '#rules/xen/passthrough.ts';
import { XEN_SMMU_V3_RULES } from '#rules/xen/smmu-v3.ts';
import { XEN_STATIC_MEMORY_RULES } from '#rules/xen/static-memory.ts';
import { DTC_RULES } from './dtc/index.ts';

export interface Family {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** The rules by what they are about, in the order of the documentation. */
export const FAMILIES: readonly Family[] = [
  {
    title: 'The `iommus` of a device',
    rules: [...IOMMUS_RULES, ...IOMMUS_DEVICE_RULES, ...NAMED_ID_RULES, ...NEEDED_IOMMU_RULES, ...REFUSED_MASTER_RULES],
  },
  { title: '`iommu-map` and `iommu-map-mask`', rules: [...IOMMU_MAP_RULES, ...IOMMU_MAP_MASK_RULES] },
  {
    title: 'The node of an IOMMU',
    rules: [...PROVIDER_RULES, ...PROVIDER_NEEDS_RULES, ...PROVIDER_VALUE_RULES, ...ID_RANGE_RULES],
  },
  { title: 'Arm SMMU', rules: [...ARM_SMMU_RULES, ...SMMU_STREAM_RULES, ...UNLISTED_STREAM_RULES] },
  { title: 'virtio-iommu', rules: VIRTIO_IOMMU_RULES },
  { title: 'Renesas IPMMU', rules: RENESAS_RULES },
  {
    title: 'IOMMUs of media and mobile chips',
    rules: [...MEDIA_RULES, ...MEDIATEK_RULES, ...QUALCOMM_RULES, ...LEGACY_VENDOR_RULES],
  },
  { title: 'PCI and other buses with IDs', rules: [...PCI_RULES, ...HOST1X_RULES] },
  { title: 'Message signalled interrupts', rules: [...MSI_RULES, ...MSI_MAP_RULES, ...MSI_CONTROLLER_RULES] },
  { title: '`dma-ranges`', rules: [...DMA_RANGES_RULES, ...DMA_BUS_RULES, ...DMA_WINDOW_RULES, ...REACH_RULES] },
  { title: 'Coherence', rules: [...COHERENCE_RULES, ...RISCV_CACHE_RULES] },
  {
    title: 'Reserved memory',
    rules: [...RESERVED_MEMORY_RULES, ...DMA_POOL_RULES, ...IOMMU_ADDRESSES_RULES, ...IOMMU_ADDRESSES_DEVICE_RULES],
  },
  { title: 'Probing', rules: PROBE_RULES },
  { title: 'The kernel that boots the tree', rules: [...KERNEL_OPTION_RULES, ...OPTION_NAME_RULES] },
  { title: 'Xen grant DMA', rules: [...XEN_GRANT_RULES, ...XEN_GRANT_NODE_RULES, ...XEN_GRANT_DEVICE_RULES] },
  {
    title: 'IOMMUs under Xen',
    rules: [...XEN_HOST_IOMMU_RULES, ...XEN_HOST_DRIVER_RULES, ...XEN_SMMU_V3_RULES, ...XEN_BOOT_RULES],
  },
  { title: 'Devices for other domains of Xen', rules: XEN_PASSTHROUGH_RULES },
  {
    title: 'Domains that Xen starts',
    rules: [
      ...XEN_DOM0LESS_RULES,
      ...XEN_HARDWARE_DOMAIN_RULES,
      ...XEN_DOMAIN_MODULE_RULES,
      ...XEN_DOMAIN_RESOURCE_RULES,
      ...XEN_STATIC_MEMORY_RULES,
      ...XEN_DOMAIN_SHARING_RULES,
    ],
  },
  {
    title: 'Partial device trees of Xen',
    rules: [...XEN_PARTIAL_RULES, ...XEN_PARTIAL_DEVICE_RULES, ...XEN_GUEST_LAYOUT_RULES],
  },
  {
    title: 'A Xen host and the partial trees of its domains',
    rules: [...XEN_ASSIGNMENT_RULES, ...XEN_ASSIGNED_INTERRUPT_RULES, ...XEN_DOMAIN_TREE_RULES, ...XEN_LIMIT_RULES],
  },
  { title: 'Overlays', rules: OVERLAY_RULES },
  {
    title: 'Names and values that Linux looks for',
    rules: [
      ...VALUE_SPELLING_RULES,
      ...NAME_SPELLING_RULES,
      ...NAME_LIST_RULES,
      ...STDOUT_PATH_RULES,
      ...UNIT_ADDRESS_SPELLING_RULES,
    ],
  },
  { title: 'What the bindings say', rules: BINDING_RULES },
  { title: 'The text itself', rules: TEXT_RULES },
  { title: 'Checks of dtc', rules: DTC_RULES },
];

export const RULES: readonly Rule[] = FAMILIES.flatMap((family) => family.rules);

/** The rules in the order in which they run. */
export const CATALOGUE = catalogue(RULES);
