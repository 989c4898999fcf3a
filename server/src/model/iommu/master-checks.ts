// SPDX-License-Identifier: MIT
// What some drivers still check of a master when they set it up: MediaTek's larbs, Qualcomm's context banks, crowds.
import { rawCells } from '#model/addresses/addresses.ts';
import { subjectLine } from '#model/devices/device-name.ts';
import { type Steps, sayIf } from '#model/report/steps.ts';
import type { BindingReason } from '#model/statements/binding.ts';
import { cells, cellTarget, isAvailable, pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Binding, Bound } from './binding.ts';
import { partOf } from './groups.ts';
import { mastersByIommu, owner } from './masters.ts';
import type { Subject } from './subject.ts';

export interface MasterRefusal {
  readonly why: BindingReason;
  readonly authority: string;
  readonly log?: string;
  /** What probe_device returns, where it is not -ENODEV. */
  readonly error?: number;
}

/** The part of a subject that the drivers look at. */
type Checked = Pick<Subject, 'machine' | 'node' | 'binding' | 'bus' | 'configuredBy' | 'id'>;

/** Why the IOMMU's driver turns a master away that its of_xlate took; `undefined`: it does not. */
export function refusedByDriver(subject: Checked): MasterRefusal | undefined {
  const [first] = subject.binding.reached;
  switch (first?.state.match?.driver.name) {
    case 'mtk':
      return first.state.match.traits.implementation === 'mm' ? refusedLarb(subject, first) : undefined;
    case 'qcom-iommu':
      return refusedContext(subject.binding);
    case 'riscv-iommu':
      return refusedDeviceId(subject.binding);
    default:
      return undefined;
  }
}

/** The device directory of a RISC-V IOMMU has three levels at most: an ID of more than 24 bits has no place in it. */
function refusedDeviceId({ reached }: Binding): MasterRefusal | undefined {
  const most = reached[0]?.state.match?.traits.cells[0]?.max ?? 0;
  const wide = reached.flatMap(({ ids }) => ids).find(({ id }) => id > most);
  if (!wide) return undefined;
  const authority = 'Linux 7.3 drivers/iommu/riscv/iommu.c:riscv_iommu_probe_device';
  return { why: { kind: 'beyond-directory', id: wide.id }, authority };
}

/** The driver masks the number (MTK_M4U_TO_LARB): of an ID of more than ten bits it looks at the lower ones. */
const larbOf = (id: number): number => (id >>> 5) & 31;

function refusedLarb(subject: Checked, first: Bound): MasterRefusal | undefined {
  const { machine, binding } = subject;
  const ids = binding.reached.flatMap((bound) => bound.ids.map(({ id }) => id));
  const larb = larbOf(ids[0] ?? 0);
  const authority = 'Linux 7.3 drivers/iommu/mtk_iommu.c:mtk_iommu_probe_device';
  const larbs = new Set(ids.map(larbOf));
  const other = [...larbs][1];
  if (other !== undefined && !first.state.match?.traits.severalLarbs) {
    const log = subjectLine(machine, subject, `Can only use one larb. Fail@larb${larb}-${other}.`);
    return { why: { kind: 'two-larbs', first: larb, other }, authority, log, error: -22 };
  }
  const known = larbsOf(subject, first.state.node);
  const missing = [...larbs].find((each) => !known.has(each));
  if (missing !== undefined) {
    return { why: { kind: 'no-such-larb', iommu: first.state.path, larb: missing }, authority, error: -22 };
  }
  const { iovaRegions } = first.state.match?.traits ?? {};
  if (!iovaRegions || partOf(iovaRegions, ids) !== undefined) return undefined;
  const ports = ids.reduce((bits, id) => (bits | (1 << (id & 31))) >>> 0, 0);
  return {
    why: { kind: 'no-iova-region', larb },
    authority: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_get_iova_region_id',
    error: -22,
    log: subjectLine(machine, subject, `Can NOT find the region for larb(${larb}-${ports.toString(16)}).`),
  };
}

/** Numbers of the larbs behind an IOMMU: their own, or their place in the list. */
function larbsOf({ machine }: Checked, iommu: DtNode): Set<number> {
  const found = new Set<number>();
  cells(machine.tree, iommu.properties.get('mediatek,larbs')).forEach((cell, index) => {
    const larb = cellTarget(machine.tree, cell);
    if (larb && isAvailable(larb)) found.add(u32(larb.properties.get('mediatek,larb-id')) ?? index);
  });
  return found;
}

/** A context bank is a child whose number is stated, or the page of its registers. */
function refusedContext({ reached }: Binding): MasterRefusal | undefined {
  for (const { state, ids } of reached) {
    const banks = [...state.node.children.values()].map((child) => {
      const [offset = 0] = rawCells(child.properties.get('reg'));
      return u32(child.properties.get('qcom,ctx-asid')) ?? Math.floor(offset / 0x1000);
    });
    const missing = ids.find(({ id }) => !banks.includes(id));
    if (!missing) continue;
    const authority = 'Linux 6.12 drivers/iommu/arm/arm-smmu/qcom_iommu.c:qcom_iommu_of_xlate';
    return { why: { kind: 'no-context-bank', iommu: state.path, bank: missing.id }, authority };
  }
  return undefined;
}

/** An IOMMU that keeps one master: the one probed last takes it from the others. */
export function doubtCrowd({ machine, node, binding }: Subject, steps: Steps): void {
  const driver = binding.reached[0]?.state.match?.driver;
  const iommu = owner(binding);
  if (driver?.mastersPerInstance === undefined || !iommu) return;
  const others = (mastersByIommu(machine).get(iommu) ?? []).filter((master) => master.node !== node);
  const [rival] = others;
  if (!rival || others.length < driver.mastersPerInstance) return;
  const path = pathOf(rival.node);
  const crowded = { kind: 'crowded', iommu: pathOf(iommu), rival: path } as const;
  const dependsOn = { kind: 'rival-takes-iommu', rival: path } as const;
  sayIf(steps, `Linux 6.12 ${driver.source}`, crowded, { dependsOn });
}
