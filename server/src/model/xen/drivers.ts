// SPDX-License-Identifier: MIT
// The IOMMU drivers of Xen on Arm: what they take by release and configuration, and what their probe insists on.
import { rawCells, readNumber } from '#model/addresses/addresses.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import type { Platform } from '#model/platform/types.ts';
import { isSince, xenOf, xenOption } from '#model/platform/xen-build.ts';
import type { NoXenDriver } from '#model/statements/xen.ts';
import { compatibles, isAvailable, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { iommuSwitch } from './command-line.ts';
import { inheritedCells } from './modules.ts';

/** A driver below xen/drivers/passthrough/arm. All of them let the IOMMU walk the domain's own P2M, in stage 2. */
export interface XenDriver {
  readonly name: string;
  readonly file: string;
  readonly compatibles: readonly string[];
  /** Releases from which on a name is in the driver's table; absent: as long as the driver is there. */
  readonly since?: Readonly<Record<string, readonly [number, number]>>;
  /** Without `CONFIG_`. */
  readonly symbol: string;
  readonly idKind: string;
  /** Bits of an ID that the driver keeps. */
  readonly idMask: number;
  /** IDs from here on are refused. */
  readonly idEnd?: number;
  /** `#iommu-cells` that it insists on. */
  readonly cells?: number;
  /** Set when a default build of Xen lacks it, and nobody says how this one was built. */
  readonly option?: string;
  /** What Xen makes the IOMMU forget after a change of a domain's P2M. */
  readonly flush: string;
}

const DRIVERS: readonly XenDriver[] = [
  {
    name: 'smmu',
    file: 'smmu.c',
    compatibles: ['arm,smmu-v1', 'arm,mmu-400', 'arm,mmu-401', 'arm,smmu-v2', 'arm,mmu-500'],
    symbol: 'ARM_SMMU',
    idKind: 'stream-id',
    idMask: 0x7fff,
    flush: 'the whole context of the domain',
  },
  {
    name: 'smmu-v3',
    file: 'smmu-v3.c',
    compatibles: ['arm,smmu-v3'],
    symbol: 'ARM_SMMU_V3',
    idKind: 'stream-id',
    idMask: 0xffffffff,
    cells: 1,
    option: 'CONFIG_ARM_SMMU_V3 (needs CONFIG_EXPERT)',
    flush: 'what it holds for the VMID of the domain',
  },
  {
    name: 'ipmmu-vmsa',
    file: 'ipmmu-vmsa.c',
    compatibles: [
      'renesas,ipmmu-r8a7795',
      'renesas,ipmmu-r8a77965',
      'renesas,ipmmu-r8a7796',
      'renesas,ipmmu-r8a77961',
      'renesas,ipmmu-r8a779f0',
      'renesas,ipmmu-r8a779g0',
    ],
    since: {
      'renesas,ipmmu-r8a77961': [4, 16],
      'renesas,ipmmu-r8a779f0': [4, 17],
      'renesas,ipmmu-r8a779g0': [4, 20],
    },
    symbol: 'IPMMU_VMSA',
    idKind: 'micro-tlb',
    idMask: 0xffffffff,
    idEnd: 64,
    cells: 1,
    option: 'CONFIG_IPMMU_VMSA (selected by the R-Car platforms)',
    flush: 'the whole context of the domain, because the hardware has no selective flush',
  },
];

/** The same driver in a Xen that is known to be built with it. */
const BUILT = new Map(
  DRIVERS.map((driver) => {
    const { option: _, ...built } = driver;
    return [driver, built as XenDriver];
  }),
);

/** The driver of the platform's Xen for a node, whether or not it comes up. */
export function xenDriver(platform: Platform, node: DtNode): XenDriver | undefined {
  const names = compatibles(node);
  const build = xenOf(platform);
  const driver = DRIVERS.find(({ compatibles: known, since }) =>
    known.some((name) => names.includes(name) && isSince(build, since?.[name] ?? [4, 0])),
  );
  if (!driver) return undefined;
  const state = xenOption(build, driver.symbol);
  return state === 'off' ? undefined : state === 'on' ? BUILT.get(driver) : driver;
}

/** Why this Xen has no driver for a node that another one has. */
export function missingDriver(platform: Platform, node: DtNode): NoXenDriver | undefined {
  if (xenDriver(platform, node)) return undefined;
  const names = compatibles(node);
  const driver = DRIVERS.find(({ compatibles: known }) => known.some((name) => names.includes(name)));
  if (!driver) return undefined;
  if (xenOption(xenOf(platform), driver.symbol) === 'off') {
    return { kind: 'built-without', symbol: driver.symbol };
  }
  const since = names.map((name) => driver.since?.[name]).find((release) => release !== undefined);
  return since && { kind: 'taken-since', driver: driver.name, release: since.join('.') };
}

/** IOMMUs that Xen brings up; `xen,passthrough` on an IOMMU keeps Xen from using it. */
export const usable = perMachine<readonly DtNode[]>((machine) =>
  iommuSwitch(machine.tree, xenOf(machine.platform)).enabled
    ? treeNodes(machine).all.filter((node) => isProbed(machine, node) && cameUp(machine, node))
    : [],
);

/** An IOMMU whose driver Xen starts. */
export function isProbed({ platform }: Machine, node: DtNode): boolean {
  return xenDriver(platform, node) !== undefined && isAvailable(node) && !node.properties.has('xen,passthrough');
}

/** What the tree tells of the driver's own probe; a property that it needs and lacks keeps it out. */
function cameUp(machine: Machine, node: DtNode): boolean {
  const driver = xenDriver(machine.platform, node);
  if (driver?.name === 'smmu') return node.properties.has('#global-interrupts');
  if (driver?.name === 'smmu-v3') return smmuV3Failure(node) === undefined;
  return treeNodes(machine).all.some((other) => compatibles(other).includes('renesas,prr'));
}

/** Bytes of an SMMUv3's first window that Xen asks for (smmu-v3.c:arm_smmu_resource_size). */
const TWO_PAGES = 0x20000n;
const ONE_PAGE = 0x10000n;
const PAGE0_ONLY = 'cavium,cn9900-broken-page1-regspace';

export type SmmuV3Failure =
  | { readonly kind: 'no-cells' }
  | { readonly kind: 'cells'; readonly cells: number }
  | { readonly kind: 'no-reg' }
  | { readonly kind: 'small-reg'; readonly size: bigint; readonly wanted: bigint };

/** What makes the probe of an SMMUv3 fail with an error other than -ENODEV, on which Xen stops (smmu-v3.c). */
export function smmuV3Failure(node: DtNode): SmmuV3Failure | undefined {
  const cells = u32(node.properties.get('#iommu-cells'));
  if (cells === undefined) return { kind: 'no-cells' };
  if (cells !== 1) return { kind: 'cells', cells };
  const { address, size } = inheritedCells(node.parent);
  const reg = rawCells(node.properties.get('reg'));
  if (reg.length < address + size || size === 0) return { kind: 'no-reg' };
  const least = node.properties.has(PAGE0_ONLY) ? ONE_PAGE : TWO_PAGES;
  const length = readNumber(reg, address, size);
  return length < least ? { kind: 'small-reg', size: length, wanted: least } : undefined;
}
