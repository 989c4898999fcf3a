// SPDX-License-Identifier: MIT
// Whether Linux makes a device of a node, on which bus, and what a driver makes of it by itself.

export type DeviceStatement =
  | { readonly kind: 'root' }
  | { readonly kind: 'status-off' }
  | { readonly kind: 'made-by-parent'; readonly parent: string }
  | { readonly kind: 'no-compatible' }
  | { readonly kind: 'operating-points' }
  | { readonly kind: 'taken-early'; readonly compatible: string }
  | { readonly kind: 'passed-over'; readonly folder: string }
  | { readonly kind: 'device-made'; readonly bus: 'amba' | 'platform' }
  | { readonly kind: 'child-of-controller'; readonly parent: string; readonly bus: string }
  | { readonly kind: 'not-a-bus'; readonly parent: string }
  /** `off`: the node whose `status` is why there is no device for the parent. */
  | { readonly kind: 'parent-absent'; readonly parent: string; readonly off: string | null }
  | { readonly kind: 'no-pci-function' }
  | { readonly kind: 'pci-function-off' }
  | { readonly kind: 'pci-function' }
  | { readonly kind: 'set-up-by-node'; readonly what: string }
  /** `by`: entries are counted, their lengths added up, or the DMA channels of the device are looked up. */
  | { readonly kind: 'made-by-map'; readonly count: number; readonly by: 'entries' | 'lengths' | 'channels' }
  /** Neighbours that get the same. `iommu`: path, with the kind and the values of their IDs. */
  | {
      readonly kind: 'made-devices';
      readonly first: string;
      readonly last: string;
      readonly verdict: string;
      readonly iommu: { readonly path: string; readonly idKind: string; readonly ids: readonly number[] } | null;
    }
  | { readonly kind: 'made-without-iommu'; readonly device: string; readonly node: string };

export type DeviceAlternative = { readonly kind: 'parent-makes-device' };

export type DeviceCondition =
  /** `driver`: compatible of the node above, or its path. */
  | { readonly kind: 'driver-populates'; readonly driver: string }
  /** `below`: the nearest bridge that a node describes. */
  | { readonly kind: 'undescribed-bridges'; readonly below: string | null }
  | { readonly kind: 'bus-number'; readonly bridge: string }
  | { readonly kind: 'bridge-kind'; readonly bridge: string };
