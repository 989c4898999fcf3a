// SPDX-License-Identifier: MIT
// What the drivers of the other IOMMUs print, in Linux 6.12 and 7.3, where their sources say it.
import type { LogFormat } from './format.ts';

const IPMMU = 'drivers/iommu/ipmmu-vmsa.c';
const VIRTIO = 'drivers/iommu/virtio-iommu.c';
const MTK = 'drivers/iommu/mtk_iommu.c';
const MTK1 = 'drivers/iommu/mtk_iommu_v1.c';
const DART = 'drivers/iommu/apple-dart.c';
const ROCKCHIP = 'drivers/iommu/rockchip-iommu.c';

/** A row of a driver that names the IOMMU. */
const iommu = (topic: LogFormat['topic'], format: string, fields: string, ...source: string[]): LogFormat => ({
  topic,
  format,
  fields,
  named: 'iommu',
  source,
});

/** A row of a driver that names the master. */
const master = (topic: LogFormat['topic'], format: string, fields: string, ...source: string[]): LogFormat => ({
  ...iommu(topic, format, fields, ...source),
  named: 'device',
});

export const IOMMU_LINES: readonly LogFormat[] = [
  iommu('fault', 'Unhandled fault: status 0x%08x iova 0x%lx', 'status iova', `${IPMMU}:ipmmu_domain_irq`),
  iommu('fault', 'Page Table Walk Abort @0x%lx', 'iova', `${IPMMU}:ipmmu_domain_irq`),
  iommu('fault', 'Multiple TLB hits @0x%lx', 'iova', `${IPMMU}:ipmmu_domain_irq`),
  iommu('stuck', 'TLB sync timed out -- MMU may be deadlocked', '', `${IPMMU}:ipmmu_tlb_sync`),
  master('attach-fails', 'Cannot attach to IPMMU', '', `${IPMMU}:ipmmu_attach_device`),
  master('attach-fails', 'Unable to initialize IPMMU context', '', `${IPMMU}:ipmmu_attach_device`),
  master(
    'attach-fails',
    "Can't create IOMMU mapping - DMA-OPS will not work",
    '',
    `${IPMMU}:ipmmu_probe_finalize`,
    `${MTK1}:mtk_iommu_v1_probe_finalize`,
  ),
  iommu(
    'fault',
    '%s fault from EP %u at %#llx [%s%s%s]',
    '*reason *endpoint iova - - access',
    `${VIRTIO}:viommu_fault_handler`,
  ),
  iommu('fault', '%s fault from EP %u', '*reason *endpoint', `${VIRTIO}:viommu_fault_handler`),
  master(
    'device-refused',
    'granule 0x%lx larger than system page size 0x%lx',
    '- -',
    `${VIRTIO}:viommu_domain_finalise`,
    `${VIRTIO}:viommu_domain_alloc_paging`,
  ),
  iommu(
    'fault',
    'fault type=0x%x iova=0x%llx pa=0x%llx master=0x%x(larb=%d port=%d) layer=%d %s',
    'status iova - - *larb *port - access',
    `${MTK}:mtk_iommu_isr`,
  ),
  iommu(
    'fault',
    'fault type=0x%x iova=0x%x pa=0x%x larb=%d port=%d',
    'status iova - *larb *port',
    `${MTK1}:mtk_iommu_v1_isr`,
  ),
  master(
    'device-refused',
    'Can NOT find the region for larb(%d-%x).',
    '*larb -',
    `${MTK}:mtk_iommu_get_iova_region_id`,
  ),
  master(
    'device-refused',
    'Can only use one larb. Fail@larb%d-%d.',
    '- -',
    `${MTK}:mtk_iommu_probe_device`,
    `${MTK1}:mtk_iommu_v1_probe_device`,
  ),
  master('device-refused', 'PCI dev can only have one port.', '', `${MTK}:mtk_iommu_config`),
  master(
    'device-refused',
    'invalid #iommu-cells(%d) property for IOMMU',
    '-',
    `${MTK}:mtk_iommu_of_xlate`,
    `${MTK1}:mtk_iommu_v1_create_mapping`,
  ),
  iommu('iommu-fails', 'mediatek,smi property is not right @larb%d.', '-', `${MTK}:mtk_iommu_mm_dts_parse`),
  iommu('iommu-fails', 'Failed @ IRQ-%d Request', '-', `${MTK}:mtk_iommu_hw_init`, `${MTK1}:mtk_iommu_v1_hw_init`),
  iommu(
    'fault',
    'translation fault: status:0x%x stream:%d code:0x%x (%s) at 0x%llx',
    'status *stream - *reason iova',
    `${DART}:apple_dart_t8020_irq`,
    `${DART}:apple_dart_t8110_irq`,
  ),
  master('group-fails', 'Failed to merge DART IOMMU groups.', '', `${DART}:apple_dart_device_group`),
  iommu('iommu-fails', 'Too many streams (%d > %d)', '- -', `${DART}:apple_dart_probe`),
  iommu('iommu-fails', 'DART is locked down until reboot: %08x', '-', `${DART}:apple_dart_hw_reset`),
  iommu('fault', 'Page fault at %pad of type %s', 'iova access', `${ROCKCHIP}:rk_iommu_irq`),
  iommu('fault', 'Page fault while iommu not attached to domain?', '', `${ROCKCHIP}:rk_iommu_irq`),
  iommu('bus-error', 'BUS_ERROR occurred at %pad', 'iova', `${ROCKCHIP}:rk_iommu_irq`),
  iommu('stuck', 'FORCE_RESET command timed out', '', `${ROCKCHIP}:rk_iommu_force_reset`),
  iommu('stuck', 'Error during raw reset. MMU_DTE_ADDR is not functioning', '', `${ROCKCHIP}:rk_iommu_force_reset`),
  iommu('stuck', 'Enable stall request timed out, status: %#08x', '-', `${ROCKCHIP}:rk_iommu_enable_stall`),
  iommu(
    'fault',
    '%s: [%s] %s FAULT occurred at %#x',
    '*client access *reason iova',
    'drivers/iommu/exynos-iommu.c:show_fault_information',
  ),
  iommu(
    'fault',
    'Page fault for %pad (master %d, dir %s)',
    'iova *stream access',
    'drivers/iommu/sun50i-iommu.c:sun50i_iommu_report_fault',
  ),
  iommu(
    'fault',
    '%s: errs:0x%08x da:0x%08x pgd:0x%p *pgd:px%08x',
    '- status iova - -',
    'drivers/iommu/omap-iommu.c:iommu_fault_handler',
  ),
  iommu(
    'fault',
    '%s: errs:0x%08x da:0x%08x pgd:0x%p *pgd:0x%08x pte:0x%p *pte:0x%08x',
    '- status iova - - - -',
    'drivers/iommu/omap-iommu.c:iommu_fault_handler',
  ),
  {
    ...iommu(
      'fault',
      'Fault %d devid: 0x%x iotval: %llx iotval2: %llx',
      '*event *sid iova -',
      'drivers/iommu/riscv/iommu.c:riscv_iommu_fault',
    ),
    only: ['7.3'],
  },
  {
    ...iommu(
      'stuck',
      'Hardware error: command execution timeout',
      '',
      'drivers/iommu/riscv/iommu.c:riscv_iommu_cmd_sync',
    ),
    only: ['7.3'],
  },
  {
    ...iommu('fault', 'unexpected int_status=%08x', 'status', 'drivers/iommu/vsi-iommu.c:vsi_iommu_irq'),
    only: ['7.3'],
  },
  iommu(
    'fault',
    '%s: %s%s @%pa: %s (%s%s)',
    '*swgroup - access iova *reason - -',
    'drivers/memory/tegra/mc.c:tegra30_mc_handle_irq',
  ),
];
