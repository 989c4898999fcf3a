// SPDX-License-Identifier: MIT
// What Xen prints about its IOMMUs on Arm, where it differs from Linux; sources of Xen 4.20 to 4.23.
import type { LogFormat } from './format.ts';

const SMMU = 'xen/drivers/passthrough/arm/smmu.c';
const IPMMU = 'xen/drivers/passthrough/arm/ipmmu-vmsa.c';
const DEVICE_TREE = 'xen/drivers/passthrough/device_tree.c';

const named = (
  whose: 'iommu' | 'device',
  topic: LogFormat['topic'],
  format: string,
  fields: string,
  ...source: string[]
): LogFormat => ({ topic, format, fields, named: whose, xen: true, source });

export const XEN_LINES: readonly LogFormat[] = [
  named(
    'iommu',
    'fault',
    'Unhandled context fault: fsr=0x%x, iova=0x%08lx, fsynr=0x%x, cb=%d',
    'fsr iova fsynr *cb',
    `${SMMU}:arm_smmu_context_fault`,
  ),
  named(
    'device',
    'device-refused',
    'SMMU stream ID %d is greater than maximum allowed (%d)',
    '*ownDecimal most',
    `${SMMU}:register_smmu_master`,
  ),
  named(
    'iommu',
    'fault',
    '%pd: Unhandled fault: status 0x%08x iova 0x%lx',
    '*domain status iova',
    `${IPMMU}:ipmmu_domain_irq`,
  ),
  named('iommu', 'fault', '%pd: Page Table Walk Abort @0x%lx', '*domain iova', `${IPMMU}:ipmmu_domain_irq`),
  named(
    'iommu',
    'id-taken',
    'Micro-TLB %u already assigned to IPMMU context %u',
    '*stream -',
    `${IPMMU}:ipmmu_utlb_enable`,
  ),
  {
    topic: 'xen-assign',
    format: 'XEN_DOMCTL_assign_dt_device: assign "%s" to dom%u failed (%d)',
    fields: '*node *domain error',
    prefix: '',
    xen: true,
    source: [`${DEVICE_TREE}:iommu_do_dt_domctl`],
  },
  {
    topic: 'xen-assign',
    format: 'Failed to add %s to the IOMMU',
    fields: '*node',
    prefix: '',
    xen: true,
    source: [`${DEVICE_TREE}:iommu_do_dt_domctl`],
  },
];
