// SPDX-License-Identifier: MIT
// Drivers that make devices without nodes, or take up others, and set up the DMA of these by a node of the tree.
import { GATES } from '#model/platform/gates.ts';
import type { Versions } from '#model/platform/types.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

export interface DriverCreatedDevices extends Versions {
  readonly compatibles: readonly string[];
  /**
   * `map`: a device for each entry of `iommu-map`, set up with its number as ID, without which the maker's probe fails.
   * `channels`: where there is an `iommu-map`, each channel of `dma-channel-mask` is set up likewise.
   * `node`: devices that get what the maker's own device gets.
   */
  readonly by: 'map' | 'channels' | 'node';
  /** For `map` and `channels` what stands before the number; for `node` who is set up, for a sentence. */
  readonly what: string;
  /** `drivers/….c:function`. */
  readonly source: string;
}

/** Every caller of of_dma_configure and of_dma_configure_id in Linux 6.12 and 7.3 whose device has no node of its own. */
const DRIVER_CREATED_DEVICES: readonly DriverCreatedDevices[] = [
  {
    compatibles: ['nvidia,tegra186-host1x', 'nvidia,tegra194-host1x', 'nvidia,tegra234-host1x'],
    by: 'map',
    what: 'host1x-ctx.',
    since: GATES.host1xContexts,
    source: 'drivers/gpu/host1x/context.c:host1x_memory_context_list_init',
  },
  {
    compatibles: ['186', '194', '234', '264'].map((chip) => `nvidia,tegra${chip}-gpcdma`),
    by: 'channels',
    what: 'gpcdma.',
    since: GATES.dmaChannelMap,
    source: 'drivers/dma/tegra186-gpc-dma.c:tegra_dma_probe',
  },
  {
    compatibles: ['brcm,bcm2835-vchiq', 'brcm,bcm2836-vchiq'],
    by: 'node',
    what: 'the devices `bcm2835-audio` and `bcm2835-camera` that it makes',
    since: GATES.vchiqBus,
    source: 'drivers/staging/vc04_services/interface/vchiq_arm/vchiq_bus.c:vchiq_device_register',
  },
  {
    compatibles: ['allwinner,sun50i-h6-de3-mixer-0'],
    by: 'node',
    what: 'the device of the display engine, which has no IOMMU of its own',
    source: 'drivers/gpu/drm/sun4i/sun8i_mixer.c:sun8i_mixer_bind',
  },
  {
    compatibles: ['brcm,bcm2711-hvs', 'brcm,bcm2835-hvs', 'brcm,bcm2835-v3d', 'brcm,cygnus-v3d', 'brcm,vc4-v3d'],
    by: 'node',
    what: 'the device of the graphics as a whole, by the first such node of the tree',
    source: 'drivers/gpu/drm/vc4/vc4_drv.c:vc4_drm_bind',
  },
  {
    compatibles: ['vivante,gc'],
    by: 'node',
    what: 'the device `etnaviv` for all GPUs together, by the first enabled one',
    source: 'drivers/gpu/drm/etnaviv/etnaviv_drv.c:etnaviv_pdev_probe',
  },
];

const BY_STRING: ReadonlyMap<string, DriverCreatedDevices> = new Map(
  DRIVER_CREATED_DEVICES.flatMap((created) => created.compatibles.map((name) => [name, created])),
);

/** What the node's driver makes or takes up, in whatever release. */
export function driverCreatedDevices(node: DtNode): DriverCreatedDevices | undefined {
  for (const name of compatibles(node)) {
    const created = BY_STRING.get(name);
    if (created) return created;
  }
  return undefined;
}
