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
];
