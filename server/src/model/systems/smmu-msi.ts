// SPDX-License-Identifier: MIT
// Arm SMMU v1 to v3: who gets a stream, what happens to the others, and the window that is kept for MSI doorbells.

import { owner } from '#model/masters.ts';
import { memoryBanks } from '#model/memory.ts';
import type { Region } from '#model/reserved.ts';
import { streamPlacement } from '#model/streams.ts';
import type { DmaSystem, Subject, Translation } from '#model/subject.ts';
import { hex, quoted, say, sayIf, type Trail } from '#model/trail.ts';
import { pathOf } from '#tree/query.ts';

const SMMU_DRIVERS: readonly string[] = ['arm-smmu', 'arm-smmu-v3'];

function claims({ binding }: Subject): boolean {
  return SMMU_DRIVERS.includes(binding.reached[0]?.state.match?.driver.name ?? '') && binding.outcome === 'bound';
}

function translate(subject: Subject, trail: Trail): Translation {
  const { machine, node, binding, id } = subject;
  const driver = binding.reached[0]?.state.match?.driver;
  const iommu = owner(binding);
  if (!driver || !iommu || id !== undefined) return {};
  const placement = streamPlacement(machine, iommu).get(node);
  if (!placement) return {};
  const authority = `Linux 6.12 ${driver.source}:${driver.name === 'arm-smmu' ? 'arm_smmu_find_sme' : 'arm_smmu_insert_master'}`;
  if (placement.refused !== undefined) {
    if (placement.log !== undefined) trail.log.push(placement.log);
    const text = `The driver refuses the device, because ${placement.refused}; Linux goes on without an IOMMU, and the SMMU blocks or mistranslates its DMA.`;
    if (!placement.rival) say(trail, authority, text);
    else sayIf(trail, authority, text, { dependsOn: firstProbed(pathOf(placement.rival)) });
    return { refused: placement.refused };
  }
  if (placement.rival) {
    sayIf(
      trail,
      authority,
      `Its streams overlap those of ${quoted(pathOf(placement.rival))}; here it is probed first.`,
      {
        dependsOn: firstProbed(pathOf(placement.rival)),
      },
    );
    trail.alternative ??= { when: `${pathOf(placement.rival)} is probed first`, verdict: 'direct' };
  }
  return placement.group === undefined ? {} : { group: placement.group };
}

function firstProbed(rival: string): string {
  return `whether the device or ${quoted(rival)} is probed first`;
}

/** The window for VFIO and its kin; the DMA API takes doorbell addresses from its own IOVA space instead. */
function reserve(subject: Subject, trail: Trail): Region[] {
  const driver = subject.binding.reached[0]?.state.match?.driver;
  const window = driver?.msiWindow;
  if (!driver || !window) return [];
  const authority = `Linux 6.12 ${driver.source}:arm_smmu_get_resv_regions`;
  const bounds = `${hex(window.start)} to ${hex(window.end)}`;
  const ram = memoryBanks(subject.machine).find(
    ({ start, size }) => start <= window.end && window.start < start + size,
  );
  const overlap = ram ? '; the machine has RAM there, which a user of VFIO cannot map one to one' : '';
  say(trail, authority, `The driver keeps ${bounds} for MSI doorbells${overlap}.`);
  return [{ ...window, type: 'msi', why: `${driver.name} software MSI window` }];
}

export const SMMU_MSI: DmaSystem = {
  id: 'smmu-msi',
  title: 'Arm SMMU, stream matching and MSI',
  source: 'drivers/iommu/arm/',
  claims,
  translate,
  reserve,
};
