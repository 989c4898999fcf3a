// SPDX-License-Identifier: MIT
// virtio-iommu: a paravirtual IOMMU behind virtio-mmio or virtio-pci; the device, not the string, says what it is.
import { GATES } from '#model/platform/gates.ts';
import { PLAIN_IOMMU, SOFTWARE_MSI_WINDOW, strings, wholeCell } from './shared.ts';
import type { IommuDriver } from './types.ts';

const SOURCE = 'drivers/iommu/virtio-iommu.c';

export const VIRTIO_IOMMU: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'virtio-iommu',
  title: 'virtio-iommu',
  config: 'VIRTIO_IOMMU',
  tristate: true,
  since: GATES.virtioIommu,
  arches: ['arm64', 'x86'],
  bus: 'virtio',
  requiresProperty: '#iommu-cells',
  compatibles: [
    ...strings('match', ['virtio,mmio'], {
      // vm_find_vqs of drivers/virtio/virtio_mmio.c
      traits: { needs: [{ kind: 'interrupts', enforced: true }] },
      note: 'virtio-mmio',
    }),
    ...strings('pci-node', ['virtio,pci-iommu', 'pci1af4,1057'], {
      note: 'virtio-pci',
    }),
  ],
  cellCounts: [1],
  cells: [
    wholeCell('endpoint-id', 0xffffffff, 'Linux does not look; the device answers NOENT when the master is attached'),
  ],
  grouping: 'device',
  pageSizes: [],
  iovaBits: null,
  paBits: 64,
  domains: ['identity', 'dma', 'dma-fq', 'unmanaged'],
  domainsBefore: [
    { until: GATES.virtioIdentity, domains: ['dma', 'unmanaged'] },
    { until: GATES.virtioFlushQueue, domains: ['identity', 'dma', 'unmanaged'] },
  ],
  honoursReserved: true,
  msiWindow: SOFTWARE_MSI_WINDOW,
  hardwareMsi: 'the device reports an MSI region in its PROBE reply',
  instances: 'first',
  unattached: 'bypass',
  notes: [
    'The device must offer VIRTIO_F_VERSION_1 and VIRTIO_IOMMU_F_MAP_UNMAP, or its probe fails (viommu_probe).',
    'Whether an unattached endpoint passes is the `bypass` field of the device configuration; QEMU boots with bypass.',
    'Endpoint IDs of all PCI segments and platform devices behind one instance share one number space.',
    'Without VIRTIO_IOMMU_F_BYPASS_CONFIG an identity domain is emulated by one-to-one mappings (viommu_domain_finalise).',
  ],
  binding: 'virtio/pci-iommu.yaml',
  source: SOURCE,
};
