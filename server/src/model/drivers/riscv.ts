// SPDX-License-Identifier: MIT
// The RISC-V IOMMU, as platform device and as PCI function.
import { GATES } from '#model/platform/gates.ts';
import { GIB, LONG_DESCRIPTOR_4K_PAGES, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const RISCV: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'riscv-iommu',
  title: 'RISC-V IOMMU',
  config: 'RISCV_IOMMU',
  since: GATES.riscvIommu,
  arches: ['riscv'],
  compatibles: [
    ...strings('match', ['riscv,iommu'], {
      traits: {
        // Where the unit can send messages and finds no controller for them, it falls back on wires, and needs one.
        needs: [
          {
            kind: 'interrupts',
            unless: 'msi-parent',
            enforced: true,
            log: 'error -ENODEV: no IRQ resources provided',
          },
        ],
      },
    }),
    ...strings('binding', ['qemu,riscv-iommu']),
    ...strings('pci-node', ['riscv,pci-iommu', 'pci1efd,edf1']),
  ],
  cellCounts: [1],
  cells: [
    {
      kind: 'device-id',
      bits: 32,
      min: 0,
      max: 0xffffff,
      outside: 'the device directory has at most three levels, 24 bits of ID',
    },
  ],
  grouping: 'device',
  pageSizes: [...LONG_DESCRIPTOR_4K_PAGES, 512 * GIB],
  iovaBits: null,
  paBits: 56,
  domains: ['identity', 'blocked', 'dma', 'unmanaged'],
  unattached: 'fault',
  instances: 'first',
  notes: [
    'The width of IOVAs is 38, 47 or 56 bits: Sv39, Sv48 or Sv57 without the sign bit.',
    'A unit in bare mode refuses masters with -ENODEV (riscv_iommu_probe_device).',
  ],
  binding: 'iommu/riscv,iommu.yaml',
  source: 'drivers/iommu/riscv/iommu.c',
};
