// SPDX-License-Identifier: MIT
// The IOMMUs of TI's OMAP and DRA7, which remote processors and the camera attach to by hand.
import { GATES } from '#model/platform/gates.ts';
import { PLAIN_IOMMU, SHORT_DESCRIPTOR_PAGES, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const TI_OMAP: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'omap',
  title: 'TI OMAP and DRA7 IOMMU',
  config: 'OMAP_IOMMU',
  arches: ['arm'],
  compatibles: [
    ...strings('match', ['ti,omap2-iommu', 'ti,omap4-iommu', 'ti,dra7-iommu']),
    ...strings('match', ['ti,dra7-dsp-iommu'], {
      traits: {
        needs: [
          {
            kind: 'property',
            name: 'ti,syscon-mmuconfig',
            enforced: true,
            log: 'ti,syscon-mmuconfig property is missing',
          },
        ],
      },
      note: 'omap-syscon',
    }),
  ],
  cellCounts: [0],
  cellCountOutcome: 'each cell is taken for another phandle (omap_iommu_probe_device)',
  cells: [],
  grouping: 'instance',
  pageSizes: SHORT_DESCRIPTOR_PAGES,
  iovaBits: 32,
  paBits: 32,
  needs: [{ kind: 'interrupts', enforced: true }],
  domains: ['identity', 'unmanaged'],
  domainsBefore: [{ until: GATES.identityDomains, domains: ['unmanaged'] }],
  instances: 'all',
  unseenByArm: { until: GATES.mastersNeedSpec },
  noXlate: { since: GATES.mastersNeedSpec, until: GATES.omapXlate },
  notes: [
    'From 6.8 to 6.12 a master needs a firmware specification, and this driver has no of_xlate: -ENODEV, direct DMA at once.',
    'Several instances in one `iommus` are attached alike: the same mappings in each.',
  ],
  binding: 'iommu/ti,omap-iommu.txt',
  source: 'drivers/iommu/omap-iommu.c',
};
