// SPDX-License-Identifier: MIT
// The restricted DMA pool of a device without an IOMMU: which one Linux takes, and whether it can be used.
import { readsReserved } from '#model/addresses/memory.ts';
import { subjectLine } from '#model/devices/device-name.ts';
import type { Subject } from '#model/iommu/subject.ts';
import type { Machine } from '#model/platform/machine.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { at, decides, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import { cells, cellTarget, compatibles, isAvailable, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const SET_BUFFER = 'Linux 6.12 drivers/of/device.c:of_dma_set_restricted_buffer';
const SETUP = 'Linux 6.12 kernel/dma/swiotlb.c:rmem_swiotlb_setup';

/** Properties that make Linux refuse the pool when it boots. */
const FORBIDDEN = ['reusable', 'linux,cma-default', 'linux,dma-default', 'no-map'] as const;

/** True when all DMA of the device bounces through a pool of its own. */
export function takesRestrictedPool(subject: Subject, steps: Steps): boolean {
  const { machine, node, configuredBy } = subject;
  const pool = restrictedPool(machine, node, configuredBy);
  if (!pool) return false;
  const path = pathOf(pool);
  const state = isEnabled(machine.platform, 'DMA_RESTRICTED_POOL');
  const where = at(node, 'memory-region');
  if (state === 'off') {
    say(steps, SET_BUFFER, { kind: 'no-restricted-pools', pool: path }, where);
    return false;
  }
  const bad = FORBIDDEN.find((property) => pool.properties.has(property));
  const unplaced = (!pool.properties.has('reg') && !pool.properties.has('size')) || !readsReserved(machine);
  if (bad !== undefined || unplaced) {
    steps.log.push(subjectLine(machine, subject, 'failed to initialise "restricted-dma-pool" memory node'));
    say(steps, SETUP, { kind: 'pool-refused', pool: path, property: bad ?? null }, where);
    return false;
  }
  steps.log.push(subjectLine(machine, subject, `assigned reserved memory node ${pool.name}`));
  const used = { kind: 'pool-used', pool: path } as const;
  if (state === 'unknown') {
    const dependsOn = { kind: 'restricted-pools-built' } as const;
    sayIf(steps, SET_BUFFER, used, { dependsOn, evidence: [where] });
    otherwise(steps, dependsOn, 'direct');
  } else {
    say(steps, SET_BUFFER, used, where);
  }
  decides(steps);
  return true;
}

/** A step for a pool that an IOMMU makes useless. */
export function sayPoolUnused(subject: Subject, steps: Steps): void {
  const pool = restrictedPool(subject.machine, subject.node, subject.configuredBy);
  if (!pool) return;
  const authority = 'Linux 6.12 drivers/of/device.c:of_dma_configure_id';
  say(steps, authority, { kind: 'pool-unused', pool: pathOf(pool) }, at(subject.node, 'memory-region'));
}

/** The first pool that `memory-region` of the device lists, or of the bus that configures it. */
export function restrictedPool(machine: Machine, node: DtNode, configuredBy: DtNode): DtNode | undefined {
  for (const holder of [node, configuredBy]) {
    const list = cells(machine.tree, holder.properties.get('memory-region'));
    if (list.length === 0) continue;
    for (const cell of list) {
      const region = cellTarget(machine.tree, cell);
      if (region && compatibles(region).includes('restricted-dma-pool') && isAvailable(region)) return region;
    }
    return undefined;
  }
  return undefined;
}
