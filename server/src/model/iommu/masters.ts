// SPDX-License-Identifier: MIT
// Which devices each IOMMU serves, in the order in which Linux makes them.
import { existence } from '#model/devices/existence.ts';
import { perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
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

/** The instance that counts where a device names several. */
export function owner(binding: Binding): DtNode | undefined {
  const first = binding.reached[0]?.state;
  return first?.match?.driver.instances === 'last' ? binding.reached.at(-1)?.state.node : first?.node;
}
