// SPDX-License-Identifier: MIT
// Which devices each IOMMU serves, in the order in which Linux makes them.
import { existence, madeBy } from '#model/devices/existence.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { has } from '#model/platform/releases.ts';
import type { DtNode } from '#tree/types.ts';
import { type Binding, listBinding } from './binding.ts';
import { listedMasters } from './master-lists.ts';

/** A platform or AMBA device that an IOMMU took. */
export interface Master {
  readonly node: DtNode;
  readonly binding: Binding;
}

/** The masters of each IOMMU (the instance that gets the IDs), in tree order, in which Linux makes their devices. */
export const mastersByIommu = perMachine<ReadonlyMap<DtNode, readonly Master[]>>((machine) => {
  const masters = new Map<DtNode, Master[]>();
  for (const node of [...treeNodes(machine).withIommus, ...listedMasters(machine)]) {
    const { bus } = existence(machine, node);
    if (bus !== 'platform' && bus !== 'amba') continue;
    const binding = listBinding(machine, node);
    const iommu = owner(binding);
    if (binding.outcome !== 'bound' || !iommu) continue;
    const list = masters.get(iommu);
    if (list) list.push({ node, binding });
    else masters.set(iommu, [{ node, binding }]);
  }
  return masters;
});

/** Whether an IOMMU that registers sets up all devices that are there, of all buses, as since Linux 6.15. */
export function registersForAll({ platform }: Machine): boolean {
  return has(platform.kernelVersion, GATES.configuresAtRegistration);
}

/**
 * The masters in the order in which the driver sees them. Since 6.15 that is the order of `iommu_buses` and on each bus
 * that in which the devices were made, those that another driver makes last; before, any order is possible.
 */
export function inProbeOrder(machine: Machine, masters: readonly Master[]): readonly Master[] {
  if (!registersForAll(machine)) return masters;
  const rank = ({ node }: Master): number => {
    if (madeBy(machine, node)) return 2;
    return existence(machine, node).bus === 'amba' ? 1 : 0;
  };
  return masters
    .map((master) => ({ master, rank: rank(master) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ master }) => master);
}

/** Whether the order in which two masters come is known. */
export function orderKnown(machine: Machine, a: DtNode, b: DtNode): boolean {
  return registersForAll(machine) && !(madeBy(machine, a) && madeBy(machine, b));
}

/** The instance that counts where a device names several. */
export function owner(binding: Binding): DtNode | undefined {
  const first = binding.reached[0]?.state;
  return first?.match?.driver.instances === 'last' ? binding.reached.at(-1)?.state.node : first?.node;
}
