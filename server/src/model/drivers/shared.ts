// SPDX-License-Identifier: MIT
// Records that several driver families share: page tables, windows, and the row of an IOMMU without special cases.
import { GATES } from '#model/platform/gates.ts';
import type { CellMeaning, DriverCompatible, IommuDriver } from './types.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** 32-bit Arm short descriptors: small and large pages, sections, supersections. */
export const SHORT_DESCRIPTOR_PAGES: readonly number[] = [4 * KIB, 64 * KIB, MIB, 16 * MIB];

/** 64-bit Arm and RISC-V tables with a 4 KiB granule. */
export const LONG_DESCRIPTOR_4K_PAGES: readonly number[] = [4 * KIB, 2 * MIB, GIB];

/** 64-bit Arm tables with any of the three granules. */
export const LONG_DESCRIPTOR_PAGES: readonly number[] = [
  ...LONG_DESCRIPTOR_4K_PAGES,
  16 * KIB,
  32 * MIB,
  64 * KIB,
  512 * MIB,
];

/** MSI_IOVA_BASE and MSI_IOVA_LENGTH of the drivers that hand out a window for doorbells to VFIO. */
export const SOFTWARE_MSI_WINDOW = { start: 0x8000000n, end: 0x80fffffn } as const;

/**
 * What most media IOMMUs have in common: one table per master or instance, no lazy mode, no reserved regions, and DMA
 * that passes untranslated until a domain is attached. A row states only where it differs.
 */
export const PLAIN_IOMMU = {
  bus: 'platform',
  tristate: false,
  cellCountChecked: 'nobody',
  cellCountOutcome: 'cells are read without looking at their number',
  implementation: null,
  needs: [],
  domainRules: [],
  domains: ['identity', 'dma', 'unmanaged'],
  honoursReserved: false,
  msiWindow: null,
  unattached: 'bypass',
  notes: [],
} as const satisfies Partial<IommuDriver>;

/** Rows for strings of one role that differ in nothing else. */
export function strings(
  role: DriverCompatible['role'],
  names: readonly string[],
  rest: Omit<DriverCompatible, 'name' | 'role'> = {},
): DriverCompatible[] {
  return names.map((name) => ({ name, role, ...rest }));
}

/** A cell of which the driver keeps all 32 bits. */
export function wholeCell(kind: string, max: number, outside: string): CellMeaning {
  return { kind, bits: 32, min: 0, max, outside };
}

/** Clocks that the driver takes when they are there: a provider that never comes holds its probe up all the same. */
export const OPTIONAL_CLOCKS = { kind: 'clocks', names: [], enforced: false } as const;

/** Identity domains came to the media IOMMUs in 6.7; before, passthrough fell back to translation. */
export const IDENTITY_SINCE_6_7 = [{ until: GATES.identityDomains, domains: ['dma', 'unmanaged'] }] as const;
