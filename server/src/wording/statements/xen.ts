// SPDX-License-Identifier: MIT
// Words for the tables through which IOMMUs of a Xen host translate.
import type { XenStatement, XenTable, XenTableState } from '#model/statements/xen.ts';
import { quoted } from './terms.ts';
import type { Words } from './words.ts';

const WITHOUT: Record<Exclude<XenTableState, 'in-step'>, (iommu: string) => string> = {
  'no-flag': () =>
    'it is created without an IOMMU (no XEN_DOMCTL_CDF_iommu): no device can be assigned to it, and there is nothing to keep in step',
  'switched-off': () => "Xen's command line switches the IOMMUs off",
  'not-up': (iommu) => `${iommu} does not come up in Xen`,
  'not-in-table': (iommu) => `${iommu} is not in the table of a driver of this Xen`,
};

/** `domU1: the P2M itself, from the creation of the domain on`. */
export function tableText({ domain, iommu, state, table }: XenTable, about: 'domain' | 'iommu'): string {
  const name = about === 'domain' ? iommu : domain;
  if (table === 'shared') return `${name}: the P2M itself, from the creation of the domain on`;
  return `${name}: none, ${state === 'in-step' ? '' : WITHOUT[state](iommu)}`;
}

export const XEN_STATEMENTS: Words<XenStatement> = {
  'xen-not-in-table': ({ iommu, xen, why }) =>
    `${quoted(iommu)} is not in the table of a driver of ${xen}${why === null ? '' : ` (${why})`}: Xen leaves it alone, and it protects nothing from Xen's side.`,
  'xen-own-table': ({ mirrors }) =>
    `Whether this IPMMU could walk a P2M, only the chip tells: one that does stage 1 alone would need a table of its own for each domain, from its creation on, before the first page of the P2M, with every later change (${mirrors.join(', ')}); Xen on Arm has no such mode (IOMMU_FORCE_PT_SHARE).`,
};
