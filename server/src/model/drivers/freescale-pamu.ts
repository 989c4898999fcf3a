// SPDX-License-Identifier: MIT
// Freescale's PAMU on PowerPC: an IOMMU that masters name by `fsl,liodn` and not by `iommus`.
import { GATES } from '#model/platform/gates.ts';
import { PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const FREESCALE_PAMU: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'fsl-pamu',
  title: 'Freescale PAMU',
  config: 'FSL_PAMU',
  arches: ['powerpc'],
  bus: 'soc',
  compatibles: [
    ...strings('match', ['fsl,pamu']),
    ...strings('companion', [
      'fsl,qoriq-device-config-1.0',
      'fsl,qoriq-device-config-2.0',
      'fsl,b4860-l3-cache-controller',
      'fsl,p4080-l3-cache-controller',
      'fsl,t4240-l3-cache-controller',
    ]),
  ],
  cellCounts: [],
  cellCountOutcome: 'masters have `fsl,liodn`, and `iommus` is never read',
  cells: [],
  grouping: 'device',
  pageSizes: [],
  iovaBits: 36,
  paBits: 36,
  domainRules: [
    {
      type: 'platform',
      since: GATES.pamuPlatform,
      why: 'pamu-passes-all',
      source: 'drivers/iommu/fsl_pamu_domain.c:fsl_pamu_ops',
    },
  ],
  domains: ['platform', 'unmanaged'],
  domainsBefore: [{ until: GATES.pamuPlatform, domains: ['unmanaged'] }],
  instances: 'all',
  noXlate: {},
  binding: 'powerpc/fsl/pamu.txt',
  source: 'drivers/iommu/fsl_pamu.c',
};
