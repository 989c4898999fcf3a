// SPDX-License-Identifier: MIT
// The restricted DMA pool of a device without an IOMMU: which one Linux takes, and whether it can be used.
import { subjectLine } from '#model/devices/device-name.ts';
import type { Subject } from '#model/iommu/subject.ts';
import type { Machine } from '#model/platform/machine.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { at, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
import { cells, cellTarget, compatibles, isAvailable, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const SET_BUFFER = 'Linux 6.12 drivers/of/device.c:of_dma_set_restricted_buffer';
const SETUP = 'Linux 6.12 kernel/dma/swiotlb.c:rmem_swiotlb_setup';

/** Properties that make Linux refuse the pool when it boots. */
const FORBIDDEN = ['reusable', 'linux,cma-default', 'linux,dma-default', 'no-map'] as const;

/** True when all DMA of the device bounces through a pool of its own. */
export function takesRestrictedPool(subject: Subject, steps: Steps): boolean {
  const { machine, node, configuredBy } = subject;
  const pool = firstPool(machine, node, configuredBy);
  if (!pool) return false;
  const name = quoted(pathOf(pool));
  const state = isEnabled(machine.platform, 'DMA_RESTRICTED_POOL');
  const where = at(node, 'memory-region');
  if (state === 'off') {
    say(
      steps,
      SET_BUFFER,
      `${name} is a restricted DMA pool, but this kernel has no CONFIG_DMA_RESTRICTED_POOL.`,
      where,
    );
    return false;
  }
  const bad = FORBIDDEN.find((property) => pool.properties.has(property));
  const unplaced = !pool.properties.has('reg') && !pool.properties.has('size');
  if (bad !== undefined || unplaced) {
    const why = bad === undefined ? 'has neither `reg` nor `size`' : `has ${quoted(bad)}`;
    steps.log.push(subjectLine(machine, subject, 'failed to initialise "restricted-dma-pool" memory node'));
    say(
      steps,
      SETUP,
      `The restricted DMA pool ${name} ${why}, so Linux refuses it and the device goes on without.`,
      where,
    );
    return false;
  }
  steps.log.push(subjectLine(machine, subject, `assigned reserved memory node ${pool.name}`));
  const text = `No IOMMU translates, so all DMA bounces through the restricted DMA pool ${name}.`;
  if (state === 'unknown') {
    sayIf(steps, SET_BUFFER, text, { dependsOn: 'CONFIG_DMA_RESTRICTED_POOL', evidence: [where] });
    steps.alternative ??= { when: 'the kernel has no CONFIG_DMA_RESTRICTED_POOL', verdict: 'direct' };
  } else {
    say(steps, SET_BUFFER, text, where);
  }
  return true;
}

/** A step for a pool that an IOMMU makes useless. */
export function sayPoolUnused(subject: Subject, steps: Steps): void {
  const pool = firstPool(subject.machine, subject.node, subject.configuredBy);
  if (!pool) return;
  const text = `The device is behind an IOMMU, so Linux does not use the restricted DMA pool ${quoted(pathOf(pool))}.`;
  say(steps, 'Linux 6.12 drivers/of/device.c:of_dma_configure_id', text, at(subject.node, 'memory-region'));
}

function firstPool(machine: Machine, node: DtNode, configuredBy: DtNode): DtNode | undefined {
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
