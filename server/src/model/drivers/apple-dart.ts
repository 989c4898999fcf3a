// SPDX-License-Identifier: MIT
// Apple's DART: streams of a few instances per master, and a page size that may be larger than the kernel's.
import { GATES } from '#model/platform/gates.ts';
import { KIB, OPTIONAL_CLOCKS, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver, IommuTraits } from './types.ts';

const SOURCE = 'drivers/iommu/apple-dart.c';

function dart(streams: number, paBits: number | null): Partial<IommuTraits> {
  const stream = {
    kind: 'stream-id',
    bits: 32,
    min: 0,
    max: streams - 1,
    outside: 'marked in a map without a look at the number of streams; from 256 on memory is overwritten',
  };
  return { cells: [stream], paBits };
}

export const APPLE_DART: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'apple-dart',
  title: 'Apple DART',
  config: 'APPLE_DART',
  tristate: true,
  since: GATES.dart,
  arches: ['arm64'],
  compatibles: [
    ...strings('match', ['apple,t8103-dart'], { traits: dart(16, 36) }),
    ...strings('match', ['apple,t6000-dart'], { since: GATES.dartT6000, traits: dart(16, 42) }),
    ...strings('match', ['apple,t8103-usb4-dart'], { since: GATES.dartUsb4, traits: dart(64, 36) }),
    ...strings('match', ['apple,t8110-dart'], {
      since: GATES.dartT8110,
      traits: { ...dart(256, null), iovaBits: null },
    }),
  ],
  cellCounts: [1],
  cellCountChecked: 'consumer',
  cellCountOutcome: '-EINVAL without a message',
  cells: dart(256, null).cells ?? [],
  grouping: 'stream',
  pageSizes: [4 * KIB, 16 * KIB],
  iovaBits: 32,
  paBits: 42,
  needs: [
    { kind: 'reg-size', bytes: 0x4000, enforced: true, log: 'MMIO region too small (%pr)' },
    { kind: 'interrupts', enforced: true },
    OPTIONAL_CLOCKS,
  ],
  domainRules: [
    {
      type: 'identity',
      hardware: 'dart-page-size',
      why: 'dart-page-size',
      source: `${SOURCE}:apple_dart_def_domain_type`,
    },
    {
      type: 'dma',
      hardware: 'dart-without-bypass',
      why: 'dart-without-bypass',
      source: `${SOURCE}:apple_dart_def_domain_type`,
    },
  ],
  domains: ['identity', 'dma', 'blocked', 'unmanaged'],
  honoursReserved: true,
  hardwareMsi: 'PCI functions get the doorbell page of the PCIe controller (CONFIG_PCIE_APPLE)',
  instances: 'few',
  // MAX_DARTS_PER_DEVICE of 6.12 and of 7.3.
  mostInstances: [
    { until: GATES.threeDarts, most: 2 },
    { since: GATES.threeDarts, most: 3 },
  ],
  unattached: 'fault',
  notes: [
    'All instances of one master agree on page size and bypass, or -EINVAL (apple_dart_of_xlate).',
    'Streams of one master that already belong to two groups: -EINVAL (apple_dart_device_group).',
  ],
  binding: 'iommu/apple,dart.yaml',
  source: SOURCE,
};
