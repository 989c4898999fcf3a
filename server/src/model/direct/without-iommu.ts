// SPDX-License-Identifier: MIT
// What a device gets that no IOMMU translates for: a restricted pool, bouncing, plain direct DMA; and what an IOMMU that
// is on does to its streams all the same.
import { hex } from '#base/numbers.ts';
import { memoryBanks, outOfReach } from '#model/addresses/memory.ts';
import type { Subject } from '#model/iommu/subject.ts';
import { unattachedStream } from '#model/iommu/unattached-stream.ts';
import { hasSwiotlb, optionsOf } from '#model/platform/platform.ts';
import { at, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import { takesRestrictedPool } from './restricted-pool.ts';

const CAPABLE = 'Linux 6.12 include/linux/dma-direct.h:dma_capable';
const MAP_PAGE = 'Linux 6.12 kernel/dma/direct.h:dma_direct_map_page';

/** The verdict, with its steps. */
export function withoutIommu(subject: Subject, steps: Steps): Verdict {
  sayUnattached(subject, steps);
  if (takesRestrictedPool(subject, steps)) return 'restricted-pool';
  const { machine, addressing } = subject;
  const { mode } = optionsOf(machine.platform).swiotlb ?? {};
  if (mode === 'force') {
    say(steps, MAP_PAGE, '`swiotlb=force` makes every transfer bounce through swiotlb.');
    return 'direct+swiotlb';
  }
  const gap = outOfReach(memoryBanks(machine), addressing);
  if (gap === undefined) return 'direct';
  if (gap === 'unknown') {
    const text =
      'The tree describes no RAM: only what lies in the windows of `dma-ranges` is reached without bouncing.';
    sayIf(steps, CAPABLE, text, { dependsOn: 'the RAM that the boot loader adds to the tree' });
    steps.alternative ??= { when: 'the machine has RAM outside the windows', verdict: 'direct+swiotlb' };
    return 'direct';
  }
  const bounds = `${hex(gap.start)} to ${hex(gap.start + gap.size - 1n)}`;
  const swiotlb = hasSwiotlb(machine.platform);
  const outcome = swiotlb.value
    ? 'buffers there bounce through swiotlb'
    : `transfers there fail, as there is no swiotlb (${swiotlb.because})`;
  say(steps, CAPABLE, `The device cannot reach the RAM from ${bounds}: ${outcome}.`);
  return 'direct+swiotlb';
}

/** An IOMMU that is up, refused the device and blocks what it does not know. */
function sayUnattached({ machine, binding }: Subject, steps: Steps): void {
  if (binding.outcome === 'none' || binding.outcome === 'waiting') return;
  for (const { state } of binding.reached) {
    const { match, registration, available, path } = state;
    // A driver without groups (xen,grant-dma) has no hardware behind it.
    if (!match || match.traits.grouping === 'none' || !available || registration.kind !== 'registered') continue;
    const { value, because } = unattachedStream(machine.platform, match.driver);
    const outcome = value === 'fault' ? 'blocks' : 'lets pass untranslated';
    const text = `${quoted(path)} is on and ${outcome} what comes from no device that it took (${because}).`;
    say(steps, `Linux 6.12 ${match.driver.source}`, text, at(state.node, 'compatible'));
    return;
  }
}
