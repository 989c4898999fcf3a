// SPDX-License-Identifier: MIT
// What the systems decide: Xen grants, virtio-iommu, waits for an IOMMU or a supplier, Xen's own operations.
import type { Reason } from './index.ts';
import type { Because } from './platform.ts';

/** Where the virtio core reads the backend's domain. */
export type GrantSource = { readonly in: 'iommus' } | { readonly in: 'iommu-map'; readonly id: number };

export type GrantStatement =
  | { readonly kind: 'not-virtio' }
  | { readonly kind: 'grant-cells'; readonly provider: string; readonly cells: number }
  | { readonly kind: 'grants-too-new'; readonly since: string; readonly pci: boolean }
  | { readonly kind: 'grants-not-built'; readonly symbol: string }
  | { readonly kind: 'not-under-xen' }
  | { readonly kind: 'grants-from'; readonly source: GrantSource; readonly provider: string; readonly domid: number }
  | { readonly kind: 'only-virtio-functions' }
  | { readonly kind: 'grant-address'; readonly domid: number }
  | { readonly kind: 'virtio-features-needed' }
  | { readonly kind: 'xen-virtio-assumed' };

export type GrantCondition = { readonly kind: 'virtio-function' };

export type GrantAlternative = { readonly kind: 'grant-backport' };

export type VirtioIommuStatement =
  | { readonly kind: 'virtio-iommu-only-if'; readonly mmio: boolean }
  | { readonly kind: 'maps-itself' }
  | { readonly kind: 'provider-maps-itself'; readonly iommu: string };

export type VirtioIommuCondition =
  | { readonly kind: 'endpoint-known'; readonly id: number }
  | { readonly kind: 'access-platform-offered' }
  | { readonly kind: 'msi-region-reported' };

export type VirtioIommuAlternative = { readonly kind: 'is-virtio-iommu'; readonly mmio: boolean };

export type WaitStatement =
  | {
      readonly kind: 'waits-for-supplier';
      readonly property: string;
      readonly supplier: string;
      readonly why: Reason | null;
    }
  | { readonly kind: 'iommu-comes-late'; readonly iommu: string; readonly supplier: string }
  /** `seconds: null`: without end. */
  | {
      readonly kind: 'waits-for-iommu';
      readonly iommu: string;
      readonly seconds: number | null;
      readonly because: Because;
    }
  /** By a link that the driver of an IOMMU made before its registration ended. */
  | { readonly kind: 'held-by-link'; readonly iommu: string }
  | { readonly kind: 'configured-before-probe' }
  | { readonly kind: 'left-by-firmware' };

export type WaitCondition =
  | { readonly kind: 'supplier-set-up-early'; readonly supplier: string }
  | { readonly kind: 'left-by-firmware' }
  | { readonly kind: 'iommu-first-after-timeout'; readonly iommu: string };

export type WaitAlternative =
  | { readonly kind: 'driver-binds'; readonly device: string }
  | { readonly kind: 'iommu-before-device'; readonly iommu: string };

/** Why a supplier never comes. */
export type SupplierReason =
  | { readonly kind: 'nothing-provides' }
  | { readonly kind: 'provider-not-built'; readonly device: string; readonly symbol: string }
  | { readonly kind: 'not-built-without-timeout'; readonly symbol: string; readonly because: Because }
  | { readonly kind: 'option-off'; readonly symbol: string };

export type BusStatement =
  | { readonly kind: 'iommus-hidden-by-xen' }
  | { readonly kind: 'bus-does-not-insist' }
  | { readonly kind: 'cdx-does-not-wait' };

/** Operations of Linux under Xen. */
export type XenOpsStatement =
  | { readonly kind: 'assigned-from-host'; readonly device: string; readonly domain: string }
  | { readonly kind: 'dma-untranslated-in-domain' }
  | { readonly kind: 'no-swiotlb-xen'; readonly owner: string }
  | { readonly kind: 'swiotlb-xen' }
  | { readonly kind: 'iommu-ops-replaced' }
  | { readonly kind: 'iommu-visible-to-dom0' };
