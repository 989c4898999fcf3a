// SPDX-License-Identifier: MIT
// The registry of Linux's IOMMU drivers: which driver binds a node, with the hardware traits its strings select.
import { inVersions } from '#model/platform/releases.ts';
import type { KernelVersion } from '#model/platform/types.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { ALLWINNER } from './allwinner.ts';
import { APPLE_DART } from './apple-dart.ts';
import { ARM_SMMU } from './arm-smmu.ts';
import { ARM_SMMU_V3 } from './arm-smmu-v3.ts';
import { FREESCALE_PAMU } from './freescale-pamu.ts';
import { MEDIATEK, MEDIATEK_V1 } from './mediatek.ts';
import { NVIDIA_TEGRA } from './nvidia-tegra.ts';
import { QUALCOMM_MSM, QUALCOMM_SECURE } from './qualcomm.ts';
import { RENESAS_IPMMU } from './renesas-ipmmu.ts';
import { RISCV } from './riscv.ts';
import { ROCKCHIP } from './rockchip.ts';
import { S390 } from './s390.ts';
import { SAMSUNG_EXYNOS } from './samsung-exynos.ts';
import { SPRD } from './sprd.ts';
import { TI_OMAP } from './ti-omap.ts';
import type { DriverCompatible, IommuDriver, IommuTraits } from './types.ts';
import { VERISILICON } from './verisilicon.ts';
import { VIRTIO_IOMMU } from './virtio-iommu.ts';
import { XEN_GRANT_DMA } from './xen-grant-dma.ts';

/** Every IOMMU driver of Linux that a device tree can reach, and s390's; a string occurs once in the whole table. */
export const DRIVERS: readonly IommuDriver[] = [
  ARM_SMMU,
  ARM_SMMU_V3,
  VIRTIO_IOMMU,
  XEN_GRANT_DMA,
  RENESAS_IPMMU,
  ROCKCHIP,
  SAMSUNG_EXYNOS,
  MEDIATEK,
  MEDIATEK_V1,
  TI_OMAP,
  ALLWINNER,
  SPRD,
  NVIDIA_TEGRA,
  APPLE_DART,
  QUALCOMM_MSM,
  QUALCOMM_SECURE,
  FREESCALE_PAMU,
  S390,
  RISCV,
  VERISILICON,
];

export interface DriverMatch {
  readonly driver: IommuDriver;
  /** The string of the node that binds it. */
  readonly compatible: DriverCompatible;
  /** The driver's traits with what all strings of the node change, the node's first string last. */
  readonly traits: IommuTraits;
}

/** A compatible string that the registry knows, and what it means there. */
export interface KnownString {
  readonly driver: IommuDriver;
  readonly compatible: DriverCompatible;
}

const KNOWN: ReadonlyMap<string, KnownString> = new Map(
  DRIVERS.flatMap((driver) => driver.compatibles.map((compatible) => [compatible.name, { driver, compatible }])),
);

/**
 * The driver that Linux binds to a node as an IOMMU, as `of_match_node` chooses: the node's earliest string that is in
 * a match table (or names a PCI function's node). `undefined`: none does in this release; {@link knownStrings} says
 * what the node's strings are then. Whether the driver is built is another question (`driverState`).
 */
export function driverFor(node: DtNode, version: KernelVersion): DriverMatch | undefined {
  const known = knownStrings(node);
  for (const { driver, compatible } of known) {
    if (compatible.role !== 'match' && compatible.role !== 'pci-node') continue;
    if (!inVersions(version, driver) || !inVersions(version, compatible)) continue;
    if (driver.requiresProperty !== undefined && !node.properties.has(driver.requiresProperty)) continue;
    return { driver, compatible, traits: traitsOf(driver, known, version) };
  }
  return undefined;
}

/** By the list of strings, which stays the same object while the text says the same. */
const looked = new WeakMap<readonly string[], readonly KnownString[]>();

/** What the registry knows about a node's strings, in the node's order, in whatever role. */
export function knownStrings(node: DtNode): readonly KnownString[] {
  const names = compatibles(node);
  let known = looked.get(names);
  if (!known) {
    known = names.flatMap((name) => KNOWN.get(name) ?? []);
    looked.set(names, known);
  }
  return known;
}

/** What the registry knows about one string. */
export function knownString(name: string): KnownString | undefined {
  return KNOWN.get(name);
}

/** The row with this name (`arm-smmu-v3`). */
export function driverNamed(name: string): IommuDriver | undefined {
  return DRIVERS.find((driver) => driver.name === name);
}

function traitsOf(driver: IommuDriver, known: readonly KnownString[], version: KernelVersion): IommuTraits {
  const changes = known
    .filter((entry) => entry.driver === driver && inVersions(version, entry.compatible))
    .map((entry) => entry.compatible.traits ?? {});
  const { cells, grouping, pageSizes, iovaBits, paBits, implementation } = driver;
  const base: IommuTraits = { cells, grouping, pageSizes, iovaBits, paBits, implementation, needs: [] };
  const needs = [driver, ...changes].flatMap((source) => source.needs ?? []);
  const traits: IommuTraits = Object.assign(base, ...changes.toReversed());
  return { ...traits, needs };
}

/** Whether the driver keeps the `iommu-addresses` of a master, in releases that know them. */
export function honoursReserved(driver: IommuDriver, version: KernelVersion): boolean {
  return driver.honoursReserved && inVersions(version, driver.reservedSince ? { since: driver.reservedSince } : {});
}
