// SPDX-License-Identifier: MIT
// Arm SMMU v1 to v3: who gets a stream, what happens to the others, and the window that is kept for MSI doorbells.
import { hex } from '#base/numbers.ts';
import { memoryBanks } from '#model/addresses/memory.ts';
import { madeBy } from '#model/devices/existence.ts';
import type { Binding } from '#model/iommu/binding.ts';
import { pciPlacement } from '#model/iommu/groups.ts';
import { iommuMap } from '#model/iommu/id-map.ts';
import { owner, registersForAll } from '#model/iommu/masters.ts';
import { sayDoorbell } from '#model/iommu/msi.ts';
import type { Region } from '#model/iommu/reserved.ts';
import { streamBits, streamPlacement } from '#model/iommu/streams.ts';
import type { DmaSystem, Subject, Translation } from '#model/iommu/subject.ts';
import type { Machine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { decides, doubt, follow, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import type { GroupAlternative } from '#model/statements/groups.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const SMMU_DRIVERS: readonly string[] = ['arm-smmu', 'arm-smmu-v3'];

function claims({ binding }: Subject): boolean {
  return SMMU_DRIVERS.includes(binding.reached[0]?.state.match?.driver.name ?? '') && binding.outcome === 'bound';
}

function translate(subject: Subject, steps: Steps): Translation {
  const { machine, node, binding, id } = subject;
  const driver = binding.reached[0]?.state.match?.driver;
  const iommu = owner(binding);
  if (!driver || !iommu) return {};
  const authority = `Linux 6.12 ${driver.source}:${driver.name === 'arm-smmu' ? 'arm_smmu_find_sme' : 'arm_smmu_insert_master'}`;
  if (!registersForAll(machine) && id !== undefined) doubtWidth(machine, binding, steps);
  if (id !== undefined) {
    const answer = refusedFunction(subject, authority, steps);
    if (answer.refused === undefined && driver.grouping !== 'stream-match') doubtFunction(subject, iommu, steps);
    return answer;
  }
  const placement = streamPlacement(machine, iommu).get(node);
  if (!placement) return {};
  const { doubt: condition } = placement;
  if (condition !== undefined && !doubtOfAll(machine, condition)) {
    doubt(steps, condition);
    otherwise(steps, condition, placement.refused ? 'iommu-dma' : afterDoubt(condition));
  }
  if (placement.refused !== undefined) {
    for (const line of [placement.log, placement.again]) if (line !== undefined) steps.log.push(line);
    const { refused: why, rival } = placement;
    const statement = { kind: 'device-refused', who: 'device', why, blocked: true } as const;
    if (!rival) say(steps, authority, statement);
    else sayIf(steps, authority, statement, { dependsOn: { kind: 'rival-first', rival: pathOf(rival) } });
    decides(steps);
    return { refused: placement.refused };
  }
  const rival =
    placement.rival ?? (registersForAll(machine) && !madeBy(machine, node) ? undefined : mappedHere(subject, iommu));
  if (rival) {
    const path = pathOf(rival);
    const dependsOn: GroupAlternative = placement.rival
      ? { kind: 'device-first', rival: path }
      : { kind: 'function-of-map-first', host: path };
    sayIf(steps, authority, { kind: 'streams-overlap', rival: path, ofFunctions: !placement.rival }, { dependsOn });
    otherwise(steps, dependsOn, 'direct');
  }
  return placement.group === undefined ? {} : { group: placement.group };
}

/** Whether it decides about all masters, which takedown.ts tells. */
function doubtOfAll(machine: Machine, condition: GroupAlternative): boolean {
  return (
    registersForAll(machine) && (condition.kind !== 'smmu-hardware' || condition.what.kind !== 'most-context-banks')
  );
}

/** With more context banks than interrupts for them the SMMU itself fails to probe. */
function afterDoubt(condition: GroupAlternative): Verdict {
  const fails = condition.kind === 'smmu-hardware' && condition.what.kind === 'most-context-banks';
  return fails ? 'defer->direct' : 'direct';
}

/** IDs that need more than the bits which the SMMUv3 is known to have. */
function doubtWidth(machine: Machine, { reached }: Binding, steps: Steps): void {
  for (const { ids, state } of reached) {
    if (state.match?.driver.name !== 'arm-smmu-v3') continue;
    const wide = ids.find(({ id }) => id >= 2 ** streamBits(machine, state.node));
    if (!wide) continue;
    const bits = { kind: 'stream-bits', iommu: state.path, id: wide.id, assumed: true } as const;
    doubt(steps, bits);
    otherwise(steps, bits, 'direct');
  }
}

/** A bridge whose map sends some function to a stream of this device. */
function mappedHere({ machine, binding }: Subject, iommu: DtNode): DtNode | undefined {
  // Equal streams of an SMMU v1 or v2 share an entry, whoever comes first.
  const strict = binding.reached[0]?.state.match?.driver.grouping !== 'stream-match';
  const all = binding.reached.flatMap((bound) => bound.ids);
  const ids = all.filter(({ mask }) => strict || mask !== null).map(({ id }) => id);
  return treeNodes(machine).withIommuMap.find((bridge) =>
    iommuMap(machine, bridge).map?.rows.some(({ provider, out, length }) => {
      const first = out[0] ?? 0;
      return provider === iommu && ids.some((id) => id >= first && id < first + length);
    }),
  );
}

/** A function whose stream another one behind its host bridge has already. */
function refusedFunction(subject: Subject, authority: string, steps: Steps): Translation {
  const { refused, log, error, steps: why } = pciPlacement(subject) ?? {};
  if (refused === undefined || !why) return {};
  follow(steps, why);
  if (log !== undefined) steps.log.push(log);
  const dependsOn = { kind: 'function-first' } as const;
  const statement = { kind: 'device-refused', who: 'function', why: refused, blocked: false } as const;
  sayIf(steps, authority, statement, { dependsOn });
  decides(steps);
  otherwise(steps, dependsOn, 'iommu-dma');
  if (error !== undefined && registersForAll(subject.machine)) {
    const early = { kind: 'function-before-iommu', host: pathOf(subject.configuredBy) } as const;
    doubt(steps, early);
    otherwise(steps, early, 'defer->direct');
  }
  return { refused };
}

/** What a function's place depends on: devices and other functions with the same stream ID. */
function doubtFunction({ machine, binding, configuredBy }: Subject, iommu: DtNode, steps: Steps): void {
  const id = binding.reached[0]?.ids[0]?.id;
  for (const [node, { group }] of streamPlacement(machine, iommu)) {
    if (group !== `${pathOf(iommu)}#${hex(id ?? 0)}`) continue;
    const first = { kind: 'function-or-device-first', device: pathOf(node) } as const;
    doubt(steps, first);
    otherwise(steps, first, 'direct');
  }
  for (const host of treeNodes(machine).withIommuMap) {
    if (host === configuredBy || !sendsTo(machine, host, iommu, id)) continue;
    const first = { kind: 'function-of-map-first', host: pathOf(host) } as const;
    doubt(steps, first);
    otherwise(steps, first, 'direct');
  }
  const mask = iommuMap(machine, configuredBy).map?.mask ?? 0xffffffff;
  if ((mask & 0xffff) === 0xffff) return;
  const equal = { kind: 'equal-function-first' } as const;
  doubt(steps, equal);
  otherwise(steps, equal, 'direct');
}

/** Whether the map of another host bridge has a function with the stream. */
function sendsTo(machine: Machine, host: DtNode, iommu: DtNode, id: number | undefined): boolean {
  const rows = iommuMap(machine, host).map?.rows ?? [];
  return rows.some(({ provider, out: [first = 0], length }) => {
    return provider === iommu && id !== undefined && id >= first && id < first + length;
  });
}

/** The window for VFIO and its kin; the DMA API takes doorbell addresses from its own IOVA space instead. */
function reserve(subject: Subject, steps: Steps): Region[] {
  const driver = subject.binding.reached[0]?.state.match?.driver;
  const window = driver?.msiWindow;
  if (!driver || !window) return [];
  const authority = `Linux 6.12 ${driver.source}:arm_smmu_get_resv_regions`;
  const ram = memoryBanks(subject.machine).find(
    ({ start, size }) => start <= window.end && window.start < start + size,
  );
  say(steps, authority, { kind: 'msi-window', ...window, overRam: ram !== undefined });
  sayDoorbell(subject, steps);
  return [{ ...window, type: 'msi', why: { kind: 'software-msi-window', driver: driver.name } }];
}

export const SMMU_MSI: DmaSystem = {
  id: 'smmu-msi',
  title: 'Arm SMMU, stream matching and MSI',
  source: 'drivers/iommu/arm/',
  claims,
  translate,
  reserve,
};
