// SPDX-License-Identifier: MIT
// What a device gets that no IOMMU translates for: a restricted pool, bouncing, plain direct DMA; and what an IOMMU that
// is on does to its streams all the same.
import { reachesNothing } from '#model/addresses/dma-ranges.ts';
import { memoryBanks, outOfReach } from '#model/addresses/memory.ts';
import { dmaRole } from '#model/devices/dma-role.ts';
import { mastersByIommu } from '#model/iommu/masters.ts';
import type { Subject } from '#model/iommu/subject.ts';
import { unattachedStream } from '#model/iommu/unattached-stream.ts';
import type { Machine } from '#model/platform/machine.ts';
import { hasSwiotlb, optionsOf } from '#model/platform/platform.ts';
import { at, decides, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { takesRestrictedPool } from './restricted-pool.ts';

const CAPABLE = 'Linux 6.12 include/linux/dma-direct.h:dma_capable';
const TRANSLATE = 'Linux 6.12 include/linux/dma-direct.h:translate_phys_to_dma';
const MAP_PAGE = 'Linux 6.12 kernel/dma/direct.h:dma_direct_map_page';

/** The verdict, with its steps. */
export function withoutIommu(subject: Subject, steps: Steps): Verdict {
  sayUnattached(subject, steps);
  if (takesRestrictedPool(subject, steps)) return 'restricted-pool';
  const { machine, addressing } = subject;
  const { mode } = optionsOf(machine.platform).swiotlb ?? {};
  if (mode === 'force') {
    say(steps, MAP_PAGE, { kind: 'swiotlb-forced' });
    decides(steps);
    return 'direct+swiotlb';
  }
  if (reachesNothing(addressing)) {
    say(steps, TRANSLATE, { kind: 'nothing-in-reach' });
    decides(steps);
    return 'direct+swiotlb';
  }
  const gap = outOfReach(memoryBanks(machine), addressing);
  if (gap === undefined) return 'direct';
  if (gap === 'unknown') {
    const dependsOn = { kind: 'ram-from-boot-loader' } as const;
    sayIf(steps, CAPABLE, { kind: 'no-ram-known' }, { dependsOn });
    otherwise(steps, dependsOn, 'direct+swiotlb');
    return 'direct';
  }
  const { value: bounces, because } = hasSwiotlb(machine.platform);
  const { start, size } = gap;
  say(steps, CAPABLE, { kind: 'out-of-reach', start, end: start + size - 1n, bounces, because });
  decides(steps);
  return 'direct+swiotlb';
}

/** An IOMMU that is up, refused the device and blocks what it does not know. */
function sayUnattached({ machine, node, binding }: Subject, steps: Steps): void {
  if (binding.outcome === 'none') sayUnlisted(machine, node, steps);
  if (binding.outcome === 'none' || binding.outcome === 'waiting') return;
  for (const { state } of binding.reached) {
    const { match, registration, available, path } = state;
    // A driver without groups (xen,grant-dma) has no hardware behind it.
    if (!match || match.traits.grouping === 'none' || !available || registration.kind !== 'registered') continue;
    const { value, because } = unattachedStream(machine.platform, match.driver);
    const streams = { kind: 'unattached-streams', iommu: path, blocked: value === 'fault', because } as const;
    say(steps, `Linux 6.12 ${match.driver.source}`, streams, at(state.node, 'compatible'));
    return;
  }
}

/** An SMMU sees the streams of whatever is wired to it; that it serves a neighbour is all that a tree tells of the wires. */
function sayUnlisted(machine: Machine, node: DtNode, steps: Steps): void {
  const { tree, platform } = machine;
  // Xen drives the IOMMUs of a host, and dom0 sees none.
  if (platform.kind === 'xen-host') return;
  if (dmaRole(tree, node, platform.kernelVersion, true).role !== 'master') return;
  for (const [iommu, masters] of mastersByIommu(machine)) {
    const driver = masters[0]?.binding.reached[0]?.state.match?.driver;
    if (!driver?.bypassOption || !masters.some((master) => master.node.parent === node.parent)) continue;
    const { value, because } = unattachedStream(platform, driver);
    if (value !== 'fault') continue;
    const statement = { kind: 'unlisted-stream', iommu: pathOf(iommu), because } as const;
    say(steps, `Linux 6.12 ${driver.source}`, statement, at(iommu, 'compatible'));
  }
}
