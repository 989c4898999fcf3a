// SPDX-License-Identifier: MIT
// Checks that were considered and dropped, each with the reason.

export interface Dropped {
  readonly id: string;
  readonly reason: string;
}

export const DROPPED: readonly Dropped[] = [
  {
    id: 'dma-ranges-format',
    reason:
      'the same finding at the same place as `dtc/dma_ranges_format`, and Linux itself says nothing: it reads the whole entries and leaves the rest (drivers/of/address.c:of_pci_range_parser_one).',
  },
  {
    id: 'iommu-optional-link',
    reason:
      'true of every tree with `iommus`, so it finds no mistake: that fw_devlink orders nothing by `iommus` without fw_devlink.strict=1 is part of the DMA report of each device (drivers/of/property.c:of_supplier_bindings).',
  },
  {
    id: 'xen-iommu-unsupported',
    reason:
      '`xen-dom0-iommu-visible` says it at each master, where it has consequences; an IOMMU without masters protects nothing anyway (xen/drivers/passthrough/arm/iommu.c:iommu_hardware_setup).',
  },
  {
    id: 'xen-iommus-unparsable',
    reason:
      'the rules about a broken `iommus` (`iommus-bad-phandle`, `iommus-missing-iommu-cells`, `iommus-length`, `syntax/unresolved-reference`) report the same place, also in trees for Xen.',
  },
  {
    id: 'xen-smmuv3-iommu-cells',
    reason: '`xen-smmuv3-probe` says it, with the other reasons for which the probe fails.',
  },
  {
    id: 'xen-ipmmu-iommu-cells',
    reason: 'the same finding at the same place as `iommu-cells-binding-mismatch`, which runs on trees for Xen, too.',
  },
  {
    id: 'xen-smmu-iommu-cells',
    reason: 'the same finding at the same place as `iommu-cells-binding-mismatch`, which runs on trees for Xen, too.',
  },
  {
    id: 'xen-smmu-global-interrupts',
    reason:
      'the same finding at the same place as `smmu-global-interrupts-missing`: the driver of Xen is derived from that of Linux.',
  },
  {
    id: 'xen-smmu-interrupt-count',
    reason:
      'the same finding at the same place as `smmu-interrupt-count`: the driver of Xen is derived from that of Linux.',
  },
  {
    id: 'xen-smmuv3-reg-size',
    reason: '`xen-smmuv3-probe` says it, with the other reasons for which the probe fails.',
  },
  {
    id: 'xen-smmu-legacy-binding',
    reason: 'the same finding at the same place as `smmu-legacy-mmu-masters`.',
  },
  {
    id: 'xen-ipmmu-revision',
    reason: 'is `xen-ipmmu-p2m-share`.',
  },
  {
    id: 'xen-ipmmu-utlb-range',
    reason: 'the same finding at the same place as `ipmmu-utlb-range`, whose limits are not above those of Xen.',
  },
  {
    id: 'xen-iommu-disabled-target',
    reason:
      'is `iommus-target-disabled`, which is *info* in trees for Xen; what Xen makes of it is in the DMA report of the device.',
  },
  {
    id: 'xen-iommu-mixed-drivers',
    reason: 'is `xen-mixed-iommu-types`.',
  },
  {
    id: 'xen-iommu-map-length',
    reason: 'the same finding at the same place as `iommu-map-length`, which runs on trees for Xen, too.',
  },
  {
    id: 'xen-iommu-map-mask',
    reason: 'the same finding at the same place as `iommu-map-mask-excludes-base`, which runs on trees for Xen, too.',
  },
  {
    id: 'xen-iommu-map-cells',
    reason:
      'Xen passes one output cell whatever `#iommu-cells` says, and its SMMU driver takes a mask cell that is absent for none; where its drivers want another number of cells, `xen-smmuv3-probe` and `iommu-cells-binding-mismatch` say it.',
  },
  {
    id: 'xen-backend-domid',
    reason: 'is `xen-backend-domid-legacy` and `xen-dev-domid-legacy`.',
  },
  {
    id: 'xen-grant-dma-cells',
    reason: 'is `xen-grant-cells`.',
  },
  {
    id: 'xen-grant-dma-props',
    reason: 'is `xen-grant-extra-props`.',
  },
  {
    id: 'xen-grant-dma-domid',
    reason: 'is `xen-grant-domid-range`.',
  },
  {
    id: 'xen-grant-dma-entry',
    reason: '`xen-grant-not-first` and `virtio-mmio-iommus-multiple` say it.',
  },
  {
    id: 'xen-grant-dma-in-host',
    reason:
      'Xen has no driver for the node; where an IOMMU is up, `xen-iommu-no-driver` reports the devices that name it, and elsewhere it does nothing.',
  },
  {
    id: 'xen-virtio-dma-coherent',
    reason: 'is `xen-grant-no-dma-coherent`.',
  },
  {
    id: 'xen-virtio-irq-range',
    reason:
      'the layout is that of libxl alone; xen/include/public/arch-arm.h says that it may not be relied on, and a dom0less guest has its own.',
  },
];
