// SPDX-License-Identifier: MIT
// Citations by release: most are read in the source of 6.12 and stand in that of 7.3 alike.

/** Functions of 6.12 whose part another one has in 7.3; `npm run test:oracle -- citations` finds names that are gone. */
const ONLY_6_12: Readonly<Record<string, string>> = {
  'kernel/dma/direct.h:dma_direct_map_page': 'kernel/dma/direct.h:dma_direct_map_phys',
  'drivers/iommu/dma-iommu.c:iommu_dma_prepare_msi': 'drivers/iommu/dma-iommu.c:iommu_dma_sw_msi',
  'drivers/of/irq.c:of_msi_map_id': 'drivers/of/irq.c:of_msi_xlate',
};

const known = new Map<string, string>();

/** The same citation of 7.3. */
export function inNewest(authority: string): string {
  let newest = known.get(authority);
  if (newest === undefined) {
    newest = rewritten(authority);
    known.set(authority, newest);
  }
  return newest;
}

function rewritten(authority: string): string {
  const release = 'Linux 6.12 ';
  if (!authority.startsWith(release)) return authority;
  const place = authority.slice(release.length);
  return `Linux 7.3 ${ONLY_6_12[place] ?? place}`;
}
