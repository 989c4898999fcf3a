// SPDX-License-Identifier: MIT
// Whether a device does DMA at all: by itself, through a DMA controller, or not.
import { isPciBus } from '#model/addresses/addresses.ts';
import { compareVersions } from '#model/platform/releases.ts';
import type { KernelVersion } from '#model/platform/types.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { DMA_DRIVER_RELEASES, DMA_DRIVERS } from './dma-drivers.generated.ts';

/** `master`: reads and writes memory itself. `through`: lets a DMA controller do it. `none`: neither. */
export type DmaRole = 'master' | 'through' | 'none';

/** What a role follows from, the strongest first. */
export type RoleWhy =
  /** A property that only a master has: `iommus`, `iommu-map`, `dma-coherent`, `memory-region`. */
  | { readonly kind: 'property'; readonly property: string }
  | { readonly kind: 'pci-host' }
  /** A function on a PCI bus; its driver binds by vendor and device ID, which no tree has. */
  | { readonly kind: 'pci-function' }
  /** The driver that binds to the string uses the DMA API, in the release that was read. */
  | { readonly kind: 'driver'; readonly compatible: string; readonly release: string }
  /** `dmas` names these controllers. */
  | { readonly kind: 'channels'; readonly controllers: readonly string[] }
  | { readonly kind: 'is-iommu' }
  /** Linux makes no device for the node, or one on a bus that sets up no DMA. */
  | { readonly kind: 'no-device' }
  /** No known driver of its strings uses the DMA API. */
  | { readonly kind: 'no-driver'; readonly release: string };

export interface Role {
  readonly role: DmaRole;
  readonly why: RoleWhy;
}

type Use = keyof typeof DMA_DRIVERS;

/**
 * Drivers of the AMBA bus bind by the cell's ID, not by a string: drivers/dma/pl330.c, drivers/dma/amba-pl08x.c,
 * drivers/gpu/drm/pl111/pl111_drv.c.
 */
const AMBA: readonly string[] = ['arm,pl330', 'arm,pl080', 'arm,pl081', 'arm,pl110', 'arm,pl111'];

const USES: ReadonlyMap<Use, Readonly<Record<'both' | 'newest' | 'older', ReadonlySet<string>>>> = new Map(
  (['own', 'channel'] as const).map((use) => {
    const { both, newest, older } = DMA_DRIVERS[use];
    return [use, { both: stringsOf(both), newest: stringsOf(newest), older: stringsOf(older) }];
  }),
);

function stringsOf(vendors: Readonly<Record<string, string>>): Set<string> {
  return new Set(
    Object.entries(vendors).flatMap(([vendor, names]) =>
      names.split(' ').map((name) => (vendor === '' ? name : `${vendor},${name}`)),
    ),
  );
}

/** Whether a driver that binds to the string uses the DMA API; of the two releases that were read, the one nearer below. */
export function driverUse(string: string, version: KernelVersion): { use: Use; release: string } | undefined {
  const { newest, older } = DMA_DRIVER_RELEASES;
  const isNew = compareVersions(version, parse(newest)) >= 0;
  for (const [use, sets] of USES) {
    const found = sets.both.has(string) || (isNew ? sets.newest : sets.older).has(string);
    if (found) return { use, release: isNew ? newest : older };
  }
  return AMBA.includes(string) ? { use: 'own', release: newest } : undefined;
}

function parse(release: string): KernelVersion {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return [major, minor];
}

/**
 * The role of a node's device. `made`: Linux makes a device for it, on a bus that sets up DMA. Source: of_dma_configure_id
 * runs for every device of such a bus; whether it matters is the driver's business, so its source decides.
 */
export function dmaRole(tree: DeviceTree, node: DtNode, version: KernelVersion, made: boolean): Role {
  const has = (property: string) => node.properties.has(property);
  const by = (property: string): Role => ({ role: 'master', why: { kind: 'property', property } });
  if (has('#iommu-cells')) return { role: 'none', why: { kind: 'is-iommu' } };
  if (!made) return { role: 'none', why: { kind: 'no-device' } };
  if (has('iommus')) return by('iommus');
  if (node.parent && isPciBus(node.parent)) {
    return isPciBus(node)
      ? { role: 'none', why: { kind: 'no-device' } }
      : { role: 'master', why: { kind: 'pci-function' } };
  }
  if (isPciBus(node)) return { role: 'master', why: { kind: 'pci-host' } };
  if (has('iommu-map')) return by('iommu-map');
  const uses = compatibles(node).flatMap((compatible) => {
    const found = driverUse(compatible, version);
    return found ? [{ compatible, ...found }] : [];
  });
  const own = uses.find(({ use }) => use === 'own');
  if (own) return { role: 'master', why: { kind: 'driver', compatible: own.compatible, release: own.release } };
  const controllers = specifiers(tree, node.properties.get('dmas'), '#dma-cells').entries.map(({ provider }) =>
    pathOf(provider),
  );
  if (controllers.length > 0) {
    return { role: 'through', why: { kind: 'channels', controllers: [...new Set(controllers)] } };
  }
  for (const property of ['dma-coherent', 'memory-region']) if (has(property)) return by(property);
  const { newest, older } = DMA_DRIVER_RELEASES;
  const release = compareVersions(version, parse(newest)) >= 0 ? newest : older;
  return { role: 'none', why: { kind: 'no-driver', release } };
}
