// SPDX-License-Identifier: MIT
// What the model knows of an IOMMU driver, as data: the shape of the rows in `drivers/`.
import type { Gate } from '#model/platform/releases.ts';
import type { Arch, Versions } from '#model/platform/types.ts';
import type { ForcedReason, HardwareTrait } from '#model/statements/domains.ts';
import type { RegistrationReason, StringNote } from '#model/statements/registration.ts';

/** What one cell of a driver's specifier means. */
export interface CellMeaning {
  /** Kind of the decoded ID, or `mask`. */
  readonly kind: string;
  /** Bits of the cell that the driver keeps; the rest is cut off without a message. */
  readonly bits: number;
  readonly min: number;
  /** Largest value that the hardware can have; where only its registers tell, the largest that `bits` can hold. */
  readonly max: number;
  /** What Linux does with a value outside `min`…`max`. */
  readonly outside: string;
}

/** What hardware of one driver can do, and what another compatible string may change (see {@link DriverCompatible}). */
export interface IommuTraits {
  /** The meaning of each specifier cell by position. */
  readonly cells: readonly CellMeaning[];
  /** What shares one group: devices never, all masters of an instance, equal or contained stream matches, … */
  readonly grouping: 'device' | 'instance' | 'stream-match' | 'stream' | 'iova-region' | 'swgroup' | 'none';
  /** Bytes; empty when only the hardware tells. */
  readonly pageSizes: readonly number[];
  /** Width of the IOVA space; `null` when only the hardware tells. */
  readonly iovaBits: number | null;
  readonly paBits: number | null;
  /** Code that the driver adds for this integration (`qcom`, `nvidia`, …); domain rules and filters refer to it. */
  readonly implementation: string | null;
  readonly needs: readonly DriverNeed[];
  /** Several IOVA spaces behind one instance, chosen by the ID. */
  readonly iovaRegions?: IovaRegions;
  /** A master may have ports of several larbs. */
  readonly severalLarbs?: true;
  /** IDs that share one group although they differ. */
  readonly idSets?: readonly IdSet[];
}

/** IDs that the driver puts into one group. */
export interface IdSet {
  readonly name: string;
  readonly ids: readonly number[];
}

/**
 * IOVA spaces of an IOMMU whose IDs are `larb << 5 | port`. A master's group and aperture follow from the first region
 * that has all its ports; a region that lies inside a master's own is reserved there.
 */
export interface IovaRegions {
  readonly regions: readonly {
    readonly start: bigint;
    readonly size: bigint;
    /** Larb number → bit mask of its ports in this region; `undefined`: every port of every larb. */
    readonly ports?: Readonly<Record<number, number>>;
  }[];
  /** Ports that have a page table (and a group) of their own, instead of by region: inclusive port numbers. */
  readonly banks?: readonly { readonly bank: number; readonly first: number; readonly last: number }[];
  /** All instances of the chip share tables and groups. */
  readonly shared: boolean;
}

export type CompatibleRole =
  /** In the driver's match table: binds. */
  | 'match'
  /** Not in the match table (a fallback string binds); the driver looks for it to change what it does. */
  | 'variant'
  /** Only the binding names it; a fallback string binds. */
  | 'binding'
  /** Node of a PCI function: Linux finds it by `reg` and binds by PCI ID, not by this string. */
  | 'pci-node'
  /** Bound by a driver, but no master can point to it: context bank, translation buffer, bridge. */
  | 'companion'
  /** A node that once was an IOMMU; no driver reads it any more. */
  | 'legacy'
  /** Looks like an IOMMU (even has `#iommu-cells`), but Linux registers none for it. */
  | 'not-iommu';

export interface DriverCompatible extends Versions {
  readonly name: string;
  readonly role: CompatibleRole;
  /** What this string changes against the driver's row. */
  readonly traits?: Partial<IommuTraits>;
  readonly note?: StringNote;
}

/** A resource without which the IOMMU's own probe fails, so that its masters wait for it and then give up. */
export interface DriverNeed extends Versions {
  readonly kind: /** A property of this name must exist. */
    | 'property'
    /** `clock-names` must contain all of one of the sets in `names`; with `names` empty, `clocks` must exist. */
    | 'clocks'
    | 'resets'
    /** At least `count` interrupts, else one (and more than the value of the property `name`, when given). */
    | 'interrupts'
    /** `reg` entry 0 must have `bytes` bytes. */
    | 'reg-size'
    /** Every phandle in the property `name` must have its driver bound first. */
    | 'suppliers';
  readonly name?: string;
  readonly names?: readonly (readonly string[])[];
  readonly bytes?: number;
  readonly count?: number;
  /** Not needed where the node has this property. */
  readonly unless?: string;
  /** False: Linux goes on without; what is there must still be provided. */
  readonly enforced: boolean;
  /** The line Linux prints, with printk's placeholders; absent when it says nothing. */
  readonly log?: string;
  /** What the driver's probe then returns, where the driver core prints that, too (not for -ENODEV and -ENXIO). */
  readonly error?: number;
}

/** When a driver overrides the global default domain. All the conditions that are given must hold; none: always. */
export interface DomainRule extends Versions {
  readonly type: 'identity' | 'dma' | 'platform';
  /** Only where the IOMMU node has this {@link IommuTraits.implementation}. */
  readonly implementation?: string;
  /** Only where this symbol is on. */
  readonly config?: string;
  /** Only for masters with one of these compatible strings. */
  readonly clients?: readonly string[];
  /** Only where masters are listed by this property of the IOMMU. */
  readonly binding?: string;
  /** Only for this PCI function, `vendor:device` in lower-case hexadecimal. */
  readonly pciId?: string;
  /** A condition that no tree can tell: the verdict depends on it. */
  readonly hardware?: HardwareTrait;
  readonly why: ForcedReason;
  /** `drivers/iommu/….c:function`; with its release where it is another than 6.12. */
  readonly source: string;
}

/** Which masters the driver takes at all, where it does not take every one. */
export interface ClientFilter {
  /** Releases in which PCI functions are let through. */
  readonly pci: Versions;
  /** Only where the IOMMU node has one of these. */
  readonly implementations: readonly string[];
  /** Device names (`ee100000.mmc`) of the platform devices that are let through. */
  readonly devices: readonly string[];
  /** Root compatibles of SoCs on which nobody is let through; `revision` restricts that to a cut of the chip. */
  readonly deniedSocs: readonly (Versions & { readonly compatible: string; readonly revision?: string })[];
  /** Result of `of_xlate` for the others. */
  readonly result: string;
  readonly source: string;
}

/** `dma-fq` is the lazy one; `platform` leaves the architecture's own DMA operations in place. */
export type DomainType = 'identity' | 'dma' | 'dma-fq' | 'blocked' | 'unmanaged' | 'platform';

export interface BypassOption extends Versions {
  /** As written on the command line. */
  readonly name: string;
  readonly option: 'smmuDisableBypass' | 'smmuV3DisableBypass';
  /** Symbol that decides where the option is not given; absent: the driver's `unattached`. */
  readonly config?: string;
}

/** One IOMMU driver as data; rows live in `model/drivers/`, one file per family. */
export interface IommuDriver extends IommuTraits, Versions {
  /** As `dt-iommu explain` names it. */
  readonly name: string;
  /** As Linux's log names the driver, where that is known and differs. */
  readonly logName?: string;
  readonly title: string;
  /** Kconfig symbol without `CONFIG_`. */
  readonly config: string;
  /** Can be a module. */
  readonly tristate: boolean;
  readonly arches: readonly Arch[];
  readonly compatibles: readonly DriverCompatible[];
  /** How Linux comes to bind it: a platform driver's table, the virtio transport, another driver, not by the tree. */
  readonly bus: 'platform' | 'virtio' | 'memory-controller' | 'soc' | 'none';
  /** Also needs this property on the node: `virtio,mmio` is an IOMMU only with `#iommu-cells`. */
  readonly requiresProperty?: string;
  /** Allowed `#iommu-cells` by the binding. */
  readonly cellCounts: readonly number[];
  /**
   * Who notices another `#iommu-cells`: `provider`, the IOMMU's own probe fails; `consumer`, of_xlate refuses the
   * master; `nobody`, the driver misreads or ignores the difference.
   */
  readonly cellCountChecked: 'provider' | 'consumer' | 'nobody';
  /**
   * Releases in which the provider's check fails its probe, where not in all: before, the driver complains, registers,
   * and lets every stream through untranslated.
   */
  readonly cellCountFatal?: Versions;
  /** What Linux prints or does then. */
  readonly cellCountOutcome: string;
  /** The form before `iommus`: a property of the IOMMU that lists its masters, and the masters' cell count. */
  readonly legacyList?: { readonly property: string; readonly cells: string; readonly config: string };
  /** Property of the IOMMU with the mask for one-cell specifiers. */
  readonly defaultMaskProperty?: string;
  readonly domainRules: readonly DomainRule[];
  readonly clientFilter?: ClientFilter;
  /** Domains that it can allocate. A default that is missing falls back to DMA; without DMA_FQ, lazy means strict. */
  readonly domains: readonly DomainType[];
  /** The same for releases before `until`, where they differ; the first row that the release has not passed counts. */
  readonly domainsBefore?: readonly { readonly until: Gate; readonly domains: readonly DomainType[] }[];
  /** Honours `iommu-addresses` of reserved-memory. */
  readonly honoursReserved: boolean;
  /** Since when it does, where that is not its first release. */
  readonly reservedSince?: Gate;
  /** Software MSI window, when the driver makes one; both ends inclusive. */
  readonly msiWindow: { readonly start: bigint; readonly end: bigint } | null;
  /** On 32-bit Arm: its Kconfig symbol selects ARM_DMA_USE_IOMMU. */
  readonly selectsArmMapping?: boolean;
  /** On 32-bit Arm: the mapping that the driver itself attaches its masters to, both ends inclusive. */
  readonly armMapping?: { readonly start: bigint; readonly end: bigint; readonly source: string };
  /** On 32-bit Arm: releases in which the set-up of operations does not see that the driver took the master. */
  readonly unseenByArm?: Versions;
  /** On 32-bit Arm: who shares a group, where that differs. */
  readonly armGrouping?: IommuTraits['grouping'];
  /** A hardware MSI region that may take the window's place, in words. */
  readonly hardwareMsi?: string;
  /** Its probe_device links the master to the IOMMU for good: the link outlives an IOMMU that then does not register. */
  readonly linksMasters?: true;
  /** What happens to a stream that no domain is attached to. */
  readonly unattached: 'fault' | 'bypass';
  /** The module parameter that lets such streams pass, in the releases that have it. */
  readonly bypassOption?: BypassOption;
  /** Several instances in one `iommus`: which of them get the IDs. `few`: all, but no more than {@link mostInstances}. */
  readonly instances: 'all' | 'first' | 'last' | 'rejected' | 'few';
  readonly mostInstances?: readonly (Versions & { readonly most: number })[];
  /** Releases in which one more ID of a master at one instance is refused. */
  readonly mostIds?: Versions & { readonly most: number };
  /** Releases in which the driver has no of_xlate (or none that works): masters get direct DMA at once. */
  readonly noXlate?: Versions;
  /** An instance of these implementations without this property never registers: masters wait in vain. */
  readonly unregistered?: {
    readonly implementations: readonly string[];
    readonly lacks: string;
    readonly why: RegistrationReason;
  };
  /** All instances of a system must have equal values of this trait; the later ones fail to probe. */
  readonly uniform?: Versions & { readonly trait: keyof IommuTraits };
  /** At most this many masters point to one instance; more overwrite each other. */
  readonly mastersPerInstance?: number;
  /** Special cases, each with the authority. */
  readonly notes: readonly string[];
  /** The binding document below Documentation/devicetree/bindings, `null` when there is none. */
  readonly binding: string | null;
  /** `drivers/iommu/….c`, the main file in Linux 6.12 (or in the first release that has it). */
  readonly source: string;
}
