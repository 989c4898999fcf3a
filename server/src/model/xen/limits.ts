// SPDX-License-Identifier: MIT
// How many domains and devices an IOMMU of Xen can serve, and how many of the host's it does.
import { interruptCount } from '#model/iommu/state.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId, XenLimit } from '#model/report/types.ts';
import type { XenStatement } from '#model/statements/xen.ts';
import { compatibles, isAvailable, pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { usable, xenDriver } from './drivers.ts';
import { protection } from './host.ts';
import { ownersOf } from './system.ts';

/** A device behind an IOMMU of Xen, with the domains that own it. */
export interface Guarded {
  readonly device: DtNode;
  /** The one that its `iommus` names. */
  readonly iommu: DtNode;
  readonly ids: readonly DecodedId[];
  readonly owners: readonly string[];
}

/** Devices that an IOMMU of Xen protects and some domain owns, in tree order. */
export const guardedDevices = perMachine<readonly Guarded[]>((machine) =>
  treeNodes(machine).withIommus.flatMap((device) => {
    const { use } = protection(machine, device);
    const owners = use ? ownersOf(machine, device) : [];
    const iommu = use && usable(machine).find((node) => pathOf(node) === use.path);
    return use && iommu && owners.length > 0 ? [{ device, iommu, ids: use.ids, owners }] : [];
  }),
);

/** Where the contexts of an IOMMU are: its own, but the root's for every IPMMU, because caches take over its numbers. */
export function contextHolder(machine: Machine, iommu: DtNode): DtNode {
  if (xenDriver(machine.platform, iommu)?.name !== 'ipmmu-vmsa') return iommu;
  return (
    usable(machine).find(
      (node) => xenDriver(machine.platform, node) === xenDriver(machine.platform, iommu) && !isCache(node),
    ) ?? iommu
  );
}

function isCache(node: DtNode): boolean {
  return node.properties.has('renesas,ipmmu-main');
}

/** The domains that need a context of this IOMMU, each with the first of its devices. */
export function contextUsers(machine: Machine, holder: DtNode): ReadonlyMap<string, DtNode> {
  const users = new Map<string, DtNode>();
  for (const { device, iommu, owners } of guardedDevices(machine)) {
    if (contextHolder(machine, iommu) !== holder) continue;
    for (const owner of owners) if (!users.has(owner)) users.set(owner, device);
  }
  return users;
}

/** R-Car Gen4 by compatible string; the other SoCs that Xen knows are Gen3. */
const GEN4 = ['renesas,ipmmu-r8a779f0', 'renesas,ipmmu-r8a779g0'];
/** Xen keeps context 0 for itself (ipmmu-vmsa.c:ipmmu_domain_init_context). */
const IPMMU_CONTEXTS = { gen3: 7, gen4: 15 } as const;
/** Micro-TLBs that one IPMMU of R-Car Gen3 has. */
const GEN3_MICRO_TLBS = 48;

/**
 * Domains that an IOMMU has contexts for; `undefined` where the tree does not tell. Xen's SMMUv2 driver insists on one
 * interrupt per context bank, and stage 2 may use every bank; an SMMUv3 has no banks.
 */
export function contextCount(machine: Machine, iommu: DtNode): number | undefined {
  const names = compatibles(iommu);
  switch (xenDriver(machine.platform, iommu)?.name) {
    case 'ipmmu-vmsa':
      return GEN4.some((name) => names.includes(name)) ? IPMMU_CONTEXTS.gen4 : IPMMU_CONTEXTS.gen3;
    case 'smmu': {
      if (!names.includes('arm,smmu-v2') && !names.includes('arm,mmu-500')) return undefined;
      const all = interruptCount(machine, iommu);
      const global = u32(iommu.properties.get('#global-interrupts')) ?? 0;
      return all === undefined || all <= global ? undefined : all - global;
    }
    default:
      return undefined;
  }
}

/** What of this IOMMU the devices of the host take; empty for one that does not come up. */
export function limitsOf(machine: Machine, iommu: DtNode): readonly XenLimit[] {
  const driver = xenDriver(machine.platform, iommu);
  if (!driver || !usable(machine).includes(iommu)) return [];
  const own = guardedDevices(machine).filter((guarded) => guarded.iommu === iommu);
  const streams = streamLimit(iommu, driver.name, own);
  if (driver.name === 'smmu-v3' || contextHolder(machine, iommu) !== iommu) return [streams];
  const users = [...contextUsers(machine, iommu).keys()];
  return [
    { kind: 'contexts', used: users.length, by: users, available: contextCount(machine, iommu) ?? null },
    streams,
  ];
}

function streamLimit(iommu: DtNode, driver: string, own: readonly Guarded[]): XenLimit {
  const used = new Set(own.flatMap(({ ids }) => ids.map(({ id, mask }) => `${id}/${mask}`))).size;
  const by = own.map(({ device }) => pathOf(device));
  if (driver !== 'ipmmu-vmsa') return { kind: 'streams', used, by, available: null };
  const gen3 = !GEN4.some((name) => compatibles(iommu).includes(name));
  return { kind: 'micro-tlbs', used, by, available: gen3 ? GEN3_MICRO_TLBS : null };
}

const DRIVERS = 'Xen 4.22 xen/drivers/passthrough/arm';

/** The limits of an IOMMU in sentences. */
export function sayLimits(machine: Machine, iommu: DtNode, steps: Steps): void {
  for (const { kind, used, by, available } of limitsOf(machine, iommu)) {
    const file = `${DRIVERS}/${xenDriver(machine.platform, iommu)?.file}`;
    if (kind === 'contexts') {
      const contexts: XenStatement = { kind: 'xen-contexts', used, by, available };
      if (available === null)
        sayIf(steps, file, contexts, { dependsOn: { kind: 'hardware-has', what: 'context-banks' } });
      else say(steps, file, contexts);
    } else if (kind === 'micro-tlbs') {
      say(steps, `${file}:ipmmu_utlb_enable`, { kind: 'xen-micro-tlbs', used, available });
    } else if (xenDriver(machine.platform, iommu)?.name === 'smmu') {
      const dependsOn = { kind: 'hardware-has', what: 'stream-matches' } as const;
      sayIf(steps, `${file}:arm_smmu_find_sme`, { kind: 'xen-stream-matches', used }, { dependsOn });
    } else {
      const dependsOn = { kind: 'hardware-has', what: 'stream-table' } as const;
      sayIf(steps, file, { kind: 'xen-stream-table', used }, { dependsOn });
    }
  }
  sayUpkeep(machine, iommu, steps);
}

/** What Xen does so that IOMMU and P2M agree. */
export function sayUpkeep(machine: Machine, iommu: DtNode, steps: Steps): void {
  const driver = xenDriver(machine.platform, iommu);
  if (!driver || !usable(machine).includes(iommu)) return;
  const { flush } = driver;
  say(steps, 'Xen 4.22 xen/arch/arm/mmu/p2m.c:__p2m_set_entry', { kind: 'xen-flushes', iommu: pathOf(iommu), flush });
  const authority = 'Xen 4.22 xen/arch/arm/mmu/p2m.c:p2m_init (clean_pte)';
  const cleans = { kind: 'xen-cleans', unless: false, cold: [] } as const;
  if (driver.name === 'ipmmu-vmsa') say(steps, authority, cleans);
  if (driver.name === 'smmu')
    sayIf(
      steps,
      authority,
      { ...cleans, unless: true },
      { dependsOn: { kind: 'hardware-has', what: 'coherent-walks' } },
    );
  if (driver.name === 'smmu-v3') {
    const cold = usable(machine).filter((node) => isAvailable(node) && !node.properties.has('dma-coherent'));
    if (cold.length > 0) say(steps, authority, { ...cleans, cold: cold.map(pathOf) });
    else say(steps, authority, { kind: 'xen-caches-seen' });
  }
}
