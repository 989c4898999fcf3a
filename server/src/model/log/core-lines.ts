// SPDX-License-Identifier: MIT
// What Linux prints around IOMMUs, in 6.1, 6.12 and 7.3: driver core, device tree, swiotlb, CMA, reserved memory, Xen's grants.
import type { LogFormat } from './format.ts';

const IOMMU = 'drivers/iommu/iommu.c';
const DMA_IOMMU = 'drivers/iommu/dma-iommu.c';
const OF_IOMMU = 'drivers/iommu/of_iommu.c';
const DD = 'drivers/base/dd.c';
const OF_BASE = 'drivers/of/base.c';
const SWIOTLB = 'kernel/dma/swiotlb.c';
const COHERENT = 'kernel/dma/coherent.c';
const CONTIGUOUS = 'kernel/dma/contiguous.c';
const RMEM = 'drivers/of/of_reserved_mem.c';
const CMA = 'mm/cma.c';

type Topic = LogFormat['topic'];

/** A row of dev_err and its kin. */
const device = (topic: Topic, format: string, fields: string, ...source: string[]): LogFormat => ({
  topic,
  format,
  fields,
  named: 'device',
  source,
});

/** A row of pr_err and its kin. */
const plain = (prefix: string, topic: Topic, format: string, fields: string, ...source: string[]): LogFormat => ({
  topic,
  format,
  fields,
  prefix,
  source,
});

const only = (release: string, row: LogFormat): LogFormat => ({ ...row, only: [release] });

export const CORE_LINES: readonly LogFormat[] = [
  device('group-fails', 'Failed to add to iommu group %d: %d', '- *error', `${IOMMU}:iommu_group_alloc_device`),
  device(
    'domain-conflict',
    'IOMMU driver error, requesting conflicting def_domain_type, %s and %s, for devices in group %u.',
    '- - -',
    `${IOMMU}:iommu_get_def_domain_type`,
  ),
  device(
    'not-trusted',
    'Device is not trusted, but driver is overriding group %u to %s, refusing to probe.',
    '- -',
    `${IOMMU}:iommu_get_default_domain_type`,
  ),
  device(
    'direct-mapping',
    'Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the device without a 1:1 mapping. Contact your platform vendor.',
    '',
    `${IOMMU}:__iommu_device_set_domain`,
  ),
  device(
    'direct-mapping',
    'IOMMU driver was not able to establish FW requested direct mapping.',
    '',
    `${IOMMU}:iommu_setup_default_domain`,
  ),
  device(
    'reservation',
    'treating non-direct mapping [%pr] -> [%pap-%pap] as reservation',
    '- start end',
    `${OF_IOMMU}:iommu_resv_region_get_type`,
  ),
  device(
    'reservation',
    'failed to parse memory region %pOF: %d',
    '*node error',
    `${OF_IOMMU}:of_iommu_get_resv_regions`,
  ),
  device('reservation', 'Cannot reserve IOVA region of 0 size', '', `${OF_IOMMU}:of_iommu_get_resv_regions`),
  device('reservation', 'Failed to reserve IOVA [%pa-%pa]', 'start end', `${DMA_IOMMU}:iova_reserve_pci_windows`),
  plain('', 'aperture', 'specified DMA range outside IOMMU capability', '', `${DMA_IOMMU}:iommu_dma_init_domain`),
  plain(
    '',
    'aperture',
    'Failed to set up IOMMU for device %s; retaining platform DMA ops',
    '*who',
    `${DMA_IOMMU}:iommu_setup_dma_ops`,
  ),
  device('timeout', 'deferred probe timeout, ignoring dependency', '', `${DD}:driver_deferred_probe_check_state`),
  device(
    'no-supplier-driver',
    'ignoring dependency for device, assuming no driver',
    '',
    `${DD}:driver_deferred_probe_check_state`,
  ),
  device('pending', 'deferred probe pending: %s', 'reason', `${DD}:deferred_probe_timeout_work_func`),
  device('iommu-fails', 'probe with driver %s failed with error %d', 'driver *error', `${DD}:call_driver_probe`),
  // Booted: Debian's 6.1.
  only(
    '6.1',
    plain('', 'iommu-fails', '%s: probe of %s failed with error %d', 'driver *who *error', `${DD}:call_driver_probe`),
  ),
  plain(
    '',
    'cycle',
    '%pfwf: Fixed dependency cycle(s) with %pfwf',
    '*node *other',
    'drivers/base/core.c:fw_devlink_create_devlink',
    'drivers/base/core.c:__fwnode_link_cycle',
  ),
  only(
    '7.3',
    plain(
      'OF: ',
      'map-mask',
      '%pOF: Invalid %s translation - %s (0x%x) ignores id-base (0x%x)',
      '*node *property - mask base',
      `${OF_BASE}:of_map_id`,
    ),
  ),
  only(
    '6.12',
    plain(
      'OF: ',
      'map-mask',
      '%pOF: Invalid %s translation - %s-mask (0x%x) ignores id-base (0x%x)',
      '*node *property - mask base',
      `${OF_BASE}:of_map_id`,
    ),
  ),
  plain(
    'OF: ',
    'map-uncovered',
    '%pOF: no %s translation for id 0x%x on %pOF',
    '*node *property *rid -',
    `${OF_BASE}:of_map_id`,
  ),
  plain('OF: ', 'map-length', '%pOF: Error: Bad %s length: %d', '*node *property length', `${OF_BASE}:of_map_id`),
  only(
    '7.3',
    plain(
      'OF: ',
      'map-cells',
      '%pOF: Unsupported %s - cannot handle %d-ID range with %d-cell output specifier',
      '*node *property - -',
      `${OF_BASE}:of_map_id`,
    ),
  ),
  plain(
    'OF: ',
    'list-broken',
    '%pOF: could not get %s for %pOF',
    '*node *property *other',
    `${OF_BASE}:of_phandle_iterator_next`,
  ),
  plain('OF: ', 'list-broken', '%pOF: could not find phandle %d', '*node -', `${OF_BASE}:of_phandle_iterator_next`),
  plain('OF: ', 'list-broken', '%pOF: %s = %d found %td', '*node *property - -', `${OF_BASE}:of_phandle_iterator_next`),
  plain(
    'OF: ',
    'dma-ranges',
    'translation of DMA address(%llx) to CPU address failed node(%pOF)',
    'start *node',
    'drivers/of/address.c:of_dma_get_range',
  ),
  device(
    'restricted-pool',
    'failed to initialise "restricted-dma-pool" memory node',
    '',
    'drivers/of/device.c:of_dma_set_restricted_buffer',
  ),
  device(
    'restricted-pool',
    'Restricted DMA pool must be accessible within the linear mapping.',
    '',
    `${SWIOTLB}:rmem_swiotlb_device_init`,
  ),
  device(
    'bounce-full',
    'swiotlb buffer is full (sz: %zd bytes), total %lu (slots), used %lu (slots)',
    'size total used',
    `${SWIOTLB}:swiotlb_tbl_map_single`,
  ),
  device(
    'bounce-absent',
    "Can not allocate SWIOTLB buffer earlier and can't now provide you with the DMA bounce buffer",
    '',
    `${SWIOTLB}:swiotlb_tbl_map_single`,
  ),
  device(
    'bounce-unreachable',
    'swiotlb addr %pad+%zu overflow (mask %llx, bus limit %llx).',
    'bus size *mask *limit',
    `${SWIOTLB}:swiotlb_map`,
  ),
  plain('software IO TLB: ', 'bounce-absent', 'No low mem', '', `${SWIOTLB}:swiotlb_print_info`),
  plain(
    'software IO TLB: ',
    'bounce-absent',
    '%s: Failed to allocate %zu bytes tlb structure',
    '- size',
    `${SWIOTLB}:swiotlb_memblock_alloc`,
  ),
  device(
    'beyond-mask',
    'DMA addr %pad+%zu overflow (mask %llx, bus limit %llx).',
    'bus size *mask *limit',
    'kernel/dma/direct.h:dma_direct_map_page',
    'kernel/dma/direct.c:dma_direct_map_phys',
    'kernel/dma/direct.c:dma_direct_map_resource',
  ),
  device(
    'pool-beyond-mask',
    "reserved memory is beyond device's set DMA address range",
    '',
    `${COHERENT}:rmem_dma_device_init`,
  ),
  only(
    '7.3',
    plain(
      '',
      'pool-fails',
      'Reserved memory: failed to init DMA memory pool at %pa, size %zu KiB',
      '*start -',
      `${COHERENT}:dma_init_coherent_memory`,
    ),
  ),
  only(
    '6.12',
    plain(
      '',
      'pool-fails',
      'Reserved memory: failed to init DMA memory pool at %pa, size %zd MiB',
      '*start -',
      `${COHERENT}:dma_init_coherent_memory`,
    ),
  ),
  plain('', 'pool-fails', 'Reserved memory: unable to setup CMA region', '', `${CONTIGUOUS}:rmem_cma_setup`),
  plain('', 'pool-fails', 'Reserved memory: incorrect alignment of CMA region', '', `${CONTIGUOUS}:rmem_cma_setup`),
  plain('cma: ', 'cma-inactive', 'CMA area %s could not be activated', '*region', `${CMA}:cma_activate_area`),
  plain(
    'cma: ',
    'cma-full',
    '%s: %s: alloc failed, req-size: %lu pages, ret: %d',
    '- *region pages error',
    `${CMA}:__cma_alloc`,
    `${CMA}:__cma_alloc_frozen`,
  ),
  plain('cma: ', 'pool-fails', 'Failed to reserve %ld MiB', 'size', `${CMA}:cma_declare_contiguous_nid`),
  only(
    '6.12',
    plain('cma: ', 'pool-fails', 'Failed to reserve %ld MiB on node %d', 'size -', `${CMA}:cma_declare_contiguous_nid`),
  ),
  plain(
    'cma: ',
    'pool-fails',
    'Region at %pa must be aligned to %pa bytes',
    'start -',
    `${CMA}:__cma_declare_contiguous_nid`,
    `${CMA}:cma_declare_contiguous_nid`,
  ),
  only(
    '6.1',
    plain(
      'OF: fdt: ',
      'region-fails',
      "Reserved memory: failed to reserve memory for node '%s': base %pa, size %lu MiB",
      '*region start -',
      /* Linux 6.1 */ 'drivers/of/fdt.c:__reserved_mem_reserve_reg',
    ),
  ),
  only(
    '6.1',
    plain(
      'OF: fdt: ',
      'regions-ignored',
      'Reserved memory: unsupported node format, ignoring',
      '',
      /* Linux 6.1 */ 'drivers/of/fdt.c:__fdt_scan_reserved_mem',
    ),
  ),
  plain(
    'OF: reserved mem: ',
    'region-fails',
    "Reserved memory: failed to reserve memory for node '%s': base %pa, size %lu MiB",
    '*region start -',
    `${RMEM}:__reserved_mem_reserve_reg`,
  ),
  plain(
    'OF: reserved mem: ',
    'region-fails',
    "failed to allocate memory for node '%s': size %lu MiB",
    '*region -',
    `${RMEM}:__reserved_mem_alloc_size`,
  ),
  plain(
    'OF: reserved mem: ',
    'region-fails',
    "invalid size property in '%s' node.",
    '*region',
    `${RMEM}:__reserved_mem_alloc_size`,
  ),
  plain(
    'OF: reserved mem: ',
    'regions-ignored',
    'Reserved memory: unsupported node format, ignoring',
    '',
    `${RMEM}:fdt_scan_reserved_mem_reg_nodes`,
    `${RMEM}:fdt_scan_reserved_mem_late`,
    `${RMEM}:fdt_scan_reserved_mem`,
  ),
  plain(
    '',
    'regions-overlap',
    '%s (%pa--%pa) overlaps with %s (%pa--%pa)',
    '*region - - *otherRegion - -',
    `${RMEM}:__rmem_check_for_overlap`,
  ),
  device(
    'grants-fail',
    'Cannot set up Xen grant DMA ops, retain platform DMA ops',
    '',
    'drivers/xen/grant-dma-ops.c:xen_grant_setup_dma_ops',
  ),
  plain(
    '',
    'no-cache-operations',
    '%s %s: device non-coherent but no non-coherent operations supported',
    '- *who',
    'arch/riscv/mm/dma-noncoherent.c:arch_setup_dma_ops',
  ),
  device('needs-iommu', 'Missing iommu stream-id', '', 'drivers/dma/tegra186-gpc-dma.c:tegra_dma_probe'),
];
