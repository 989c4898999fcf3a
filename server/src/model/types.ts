// SPDX-License-Identifier: MIT
// The model's vocabulary: what is asked (Platform), what is answered (DmaReport), and what a system may decide.
import type { Span } from '#base/text.ts';
import type { DtNode } from '#tree/types.ts';

export type PlatformKind = 'linux' | 'xen-dom0' | 'xen-domu' | 'xen-host' | 'kvm' | 'zephyr';

/** Everything that the tree itself cannot tell (`facts` A.9). An input, never guessed silently. */
export interface Platform {
  readonly kind: PlatformKind;
  readonly arch: 'arm64' | 'arm' | 'riscv' | 'powerpc' | 'mips' | 'x86' | 'other';
  /** `[6, 12]`. */
  readonly kernelVersion: readonly [number, number];
  /** Symbols of a `.config` (`y`, `m`, or the literal value), or `undefined`: every driver of the arch is assumed. */
  readonly kernelConfig?: ReadonlyMap<string, string>;
  readonly kernelConfigPath?: string;
  readonly cmdline: string;
  /** Names of the fields above that nobody stated. */
  readonly assumed: readonly string[];
}

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
  readonly text: string;
  readonly evidence: readonly Span[];
  /** `Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate`. */
  readonly authority: string;
  readonly certainty: Certainty;
  readonly dependsOn?: string;
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
  readonly why: string;
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
  readonly owner?: string;
  readonly sharesP2m?: boolean;
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

/** The effective DMA set-up of one device; the `devices` entry of `dt-iommu explain --format json`. */
export interface DmaReport {
  readonly path: string;
  readonly label: string | null;
  readonly compatible: readonly string[];
  readonly verdict: Verdict;
  readonly certainty: Certainty;
  readonly dependsOn?: string;
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
  readonly rid?: string;
}

/** What one cell of a driver's specifier means. */
export interface CellMeaning {
  /** Kind of the decoded ID, or `mask`. */
  readonly kind: string;
  readonly bits: number;
  readonly min: number;
  readonly max: number;
}

/** One IOMMU driver as data; rows live in `model/drivers/`, one file per family. */
export interface IommuDriver {
  readonly name: string;
  readonly config: string;
  /** Compatibles in the driver's match table, and those only named by the binding (the match is on another string). */
  readonly compatibles: readonly string[];
  readonly bindingCompatibles: readonly string[];
  /** Also needs this property on the node: `virtio,mmio` is an IOMMU only with `#iommu-cells`. */
  readonly requiresProperty?: string;
  /** Allowed `#iommu-cells`; the meaning of each cell by position. */
  readonly cellCounts: readonly number[];
  /** True when the driver refuses another count (message in `cellCountLog`), false when it ignores the difference. */
  readonly cellCountEnforced: boolean;
  readonly cellCountLog?: string;
  readonly cells: readonly CellMeaning[];
  readonly grouping: 'device' | 'instance' | 'stream-match' | 'stream' | 'iova-region' | 'swgroup' | 'none';
  readonly pageSizes: readonly number[];
  readonly iovaBits: number | null;
  readonly paBits: number | null;
  readonly forcedDomain: 'identity' | 'dma' | null;
  readonly lazyCapable: boolean;
  /** Honours `iommu-addresses` of reserved-memory. */
  readonly honoursReserved: boolean;
  /** Software MSI window, when the driver makes one. */
  readonly msiWindow: { readonly start: bigint; readonly end: bigint } | null;
  /** What happens to a stream that no domain is attached to. */
  readonly unattached: 'fault' | 'bypass';
  readonly instances: 'all' | 'first' | 'last' | 'rejected' | 'two';
  readonly tristate: boolean;
  /** First mainline version, `null` when it predates 4.19. */
  readonly since: readonly [number, number] | null;
  readonly arches: readonly Platform['arch'][];
  /** Special cases, each with the authority. */
  readonly notes: readonly string[];
  readonly source: string;
}

/** A device node and the place of the tree that the walk reached. */
export interface Subject {
  readonly node: DtNode;
}
