// SPDX-License-Identifier: MIT
// The model's vocabulary: what is answered (DmaReport), and what a system may decide.
import type { Span } from '#base/text.ts';
import type { Alternative, Condition, Statement } from '#model/statements/index.ts';
import type { ReservedBecause } from '#model/statements/reserved.ts';
import type { XenTable } from '#model/statements/xen.ts';

/** Result tokens of contracts.md section 3. */
export type Verdict =
  | 'no-device'
  | 'not-configured'
  | 'direct'
  | 'direct+swiotlb'
  | 'restricted-pool'
  | 'iommu-dma'
  | 'iommu-dma-fq'
  | 'iommu-identity'
  | 'defer'
  | 'defer->direct'
  | 'xen-swiotlb'
  | 'xen-grant';

export type Certainty = 'certain' | 'depends';

/** One decision on the way, in the order in which Linux takes them. */
export interface Step {
  readonly statement: Statement;
  readonly evidence: readonly Span[];
  /** `Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate`. */
  readonly authority: string;
  readonly certainty: Certainty;
  readonly dependsOn?: Condition;
  /** On the one step that would have to be another for another verdict. */
  readonly decides?: true;
}

export interface DecodedId {
  /** `stream-id`, `endpoint-id`, `backend-domid`, `micro-tlb`, `m4u-port`, … */
  readonly kind: string;
  readonly id: number;
  readonly mask: number | null;
}

export interface IommuUse {
  readonly path: string;
  /** Registry name; `null` for a node that no Linux driver binds. */
  readonly driver: string | null;
  readonly args: readonly number[];
  readonly ids: readonly DecodedId[];
}

export interface Reserved {
  /** Hexadecimal, inclusive. */
  readonly start: string;
  readonly end: string;
  readonly type: 'msi' | 'direct' | 'direct-relaxable' | 'reserved';
  readonly why: ReservedBecause;
}

export interface Deferral {
  readonly on: string;
  readonly reason: string;
  readonly seconds: number | null;
  readonly log: string;
}

export interface DmaWindow {
  readonly dmaStart: string;
  readonly cpuStart: string;
  readonly size: string;
}

export interface XenFacts {
  readonly backendDomid?: number;
  /** `dom0`, the domain's name, or in words why no domain has it. */
  readonly owner?: string;
  readonly sharesP2m?: boolean;
  /** Whether the addresses of the domain (the owner, or the domain itself) are those of the machine. */
  readonly directMap?: boolean;
  /** Of a domain: with each IOMMU; of an IOMMU: with each domain. */
  readonly tables?: readonly XenTable[];
  /** Of an IOMMU that Xen drives. */
  readonly limits?: readonly XenLimit[];
}

/** Something of an IOMMU of which there is only so much. */
export interface XenLimit {
  readonly kind: 'contexts' | 'micro-tlbs' | 'streams';
  readonly used: number;
  /** Who uses it: domains for contexts, else the devices' paths. */
  readonly by: readonly string[];
  /** `null` where only the hardware tells. */
  readonly available: number | null;
}

export interface PciMaps {
  readonly maps: readonly {
    readonly ridBase: number;
    readonly length: number;
    readonly iommu: string;
    readonly outBase: number;
  }[];
  readonly mask: number;
}

/** A device without a node whose driver or maker sets its DMA up by this node. */
export interface MadeDevice {
  /** `host1x-ctx.0` */
  readonly name: string;
  /** Its ID in the node's `iommu-map`. */
  readonly id: number;
  readonly verdict: Verdict;
  readonly group: string | null;
  readonly iommus: readonly IommuUse[];
}

/** What a device gets where a condition turns out otherwise. */
export interface Otherwise {
  readonly when: Alternative;
  readonly verdict: Verdict;
}

/** The effective DMA set-up of one device; the `devices` entry of `dt-iommu explain --format json`. */
export interface DmaReport {
  readonly path: string;
  readonly label: string | null;
  readonly compatible: readonly string[];
  readonly verdict: Verdict;
  readonly certainty: Certainty;
  /** All conditions, the first one first; absent where the answer is certain. */
  readonly dependsOn?: readonly Condition[];
  readonly iommus: readonly IommuUse[];
  readonly group: string | null;
  readonly deferred: Deferral | null;
  readonly coherent: boolean;
  /** Highest bus address the device can emit, hexadecimal; `null` when nothing in the tree limits it. */
  readonly dmaLimit: string | null;
  readonly dmaRanges: readonly DmaWindow[];
  readonly reserved: readonly Reserved[];
  readonly xen: XenFacts | null;
  readonly log: readonly string[];
  readonly steps: readonly Step[];
  readonly pci?: PciMaps;
  /** Devices that the node's driver makes and sets up by the node. */
  readonly makes?: readonly MadeDevice[];
  readonly rid?: string;
  /** What the device gets in the first of the other cases, where the answer hangs on something unknown. */
  readonly alternative?: Otherwise;
  /** What it gets in each of them. */
  readonly alternatives?: readonly Otherwise[];
}
