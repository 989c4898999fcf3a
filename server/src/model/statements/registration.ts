// SPDX-License-Identifier: MIT
// Whether an IOMMU ends up registered with Linux's IOMMU core, and why it never does.
import type { Alternative, Reason, Statement } from './index.ts';

export type RegistrationStatement = { readonly kind: 'never-registered'; readonly why: RegistrationReason };

/** What a node lacks for its driver. */
export type Lack =
  | { readonly kind: 'property'; readonly property: string }
  | { readonly kind: 'clock-names'; readonly sets: readonly (readonly string[])[] }
  | { readonly kind: 'interrupts'; readonly found: number; readonly wanted: number }
  | { readonly kind: 'registers'; readonly found: bigint; readonly wanted: bigint }
  | { readonly kind: 'usable-reg' }
  /** The node that the property names has no device. */
  | { readonly kind: 'supplier'; readonly property: string };

/** Notes of driver rows on strings that no driver of this release binds. */
export type StringNote =
  | 'tegra-ahb'
  | 'tegra30-smmu'
  | 'tegra20-gart'
  | 'tegra-memory-controller'
  | 'context-bank'
  | 'translation-buffer'
  | 'command-queue-virtualisation'
  | 'virtio-mmio'
  | 'virtio-pci'
  | 'omap-syscon'
  | 'page-size-limit'
  | 'gpu-stream-zero'
  | 'no-identity-list'
  | 'no-aarch64-tables'
  | 'infra-banks';

export type RegistrationReason =
  | { readonly kind: 'needs-itself' }
  /** Before Linux 6.8 one driver serves all IOMMUs. */
  | { readonly kind: 'other-driver-first'; readonly first: string }
  | { readonly kind: 'no-device'; readonly why: Statement | null }
  | { readonly kind: 'no-compatible' }
  | { readonly kind: 'no-iommu-driver'; readonly compatible: string }
  | {
      readonly kind: 'string-not-bound';
      readonly compatible: string;
      readonly driver: string;
      readonly role: string;
      readonly note: StringNote | null;
    }
  | { readonly kind: 'driver-not-built'; readonly driver: string; readonly symbol: string }
  | { readonly kind: 'driver-left-out'; readonly driver: string; readonly option: string }
  | { readonly kind: 'probe-prints'; readonly log: string }
  | { readonly kind: 'lacks'; readonly lack: Lack; readonly log: string | null }
  | { readonly kind: 'supplier-disabled'; readonly property: string; readonly supplier: string }
  | {
      readonly kind: 'supplier-not-built';
      readonly property: string;
      readonly supplier: string;
      readonly symbol: string;
    }
  | { readonly kind: 'root-ipmmu' }
  | { readonly kind: 'other-generation'; readonly first: string }
  /** `mmu-masters`: all IOMMUs must have it, or none. */
  | {
      readonly kind: 'form-differs';
      readonly has: boolean;
      readonly property: string;
      readonly first: string;
      readonly log: string;
    }
  | { readonly kind: 'only-listed-masters'; readonly property: string }
  /** Since Linux 6.15 a device that the driver refuses ends the registration. */
  | { readonly kind: 'master-refused'; readonly master: string; readonly why: Reason; readonly error: number };

export type RegistrationCondition = Alternative | { readonly kind: 'iommu-probed-first'; readonly iommu: string };
