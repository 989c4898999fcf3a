// SPDX-License-Identifier: MIT
// The device of a node, or a function behind it: which node configures its DMA, by which ID, and what that node says.
import { own } from '#base/own.ts';
import { isPciBus } from '#model/addresses/addresses.ts';
import { coherence } from '#model/addresses/coherence.ts';
import { addressing, dmaParent } from '#model/addresses/dma-ranges.ts';
import { driverCreatedDevices } from '#model/devices/driver-created-devices.ts';
import { type Bus, existence } from '#model/devices/existence.ts';
import { aliasesOf, functionAt, functionOf, topologyDoubts } from '#model/devices/pci-topology.ts';
import { type Binding, listBinding, mapBinding } from '#model/iommu/binding.ts';
import { mapsAllToOne } from '#model/iommu/id-map.ts';
import type { Subject } from '#model/iommu/subject.ts';
import { afterRegistration } from '#model/iommu/takedown.ts';
import type { Machine } from '#model/platform/machine.ts';
import { decides, doubt, follow, newSteps, type Steps, say } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import { hostView } from '#model/xen/host.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** The device with its binding, or the verdict when its bus sets nothing up. */
export function subjectOf(machine: Machine, node: DtNode, rid: number | undefined, steps: Steps): Subject | Verdict {
  const place = existence(machine, node);
  if (place.bus === 'pci') return pciSubject(machine, node, rid, steps);
  if (rid !== undefined && isPciBus(node)) return pciSubject(machine, node, rid, steps);
  if (rid !== undefined && idBus(node)) return idSubject(machine, node, rid, steps);
  return platformSubject(machine, node, place.bus);
}

/** A device that its own node configures. */
export function platformSubject(machine: Machine, node: DtNode, bus: Bus): Subject {
  return {
    machine,
    node,
    bus,
    configuredBy: node,
    id: undefined,
    binding: visible(machine, node, () => afterRegistration(machine, node, listBinding(machine, node))),
    addressing: addressing(machine, dmaParent(machine, node).node ?? node),
    coherent: coherence(machine, node).coherent,
  };
}

function pciSubject(machine: Machine, node: DtNode, rid: number | undefined, steps: Steps): Subject {
  const host = hostBridge(node);
  const fn = rid === undefined ? functionOf(machine, host, node) : functionAt(machine, host, rid);
  if (!mapsAllToOne(machine, host)) for (const condition of topologyDoubts(fn)) doubt(steps, condition);
  const ids = aliasesOf(fn).map((alias) => alias.id);
  return {
    machine,
    node: fn.node ?? node,
    bus: 'pci',
    configuredBy: host,
    id: fn.id,
    binding: visible(machine, host, () => afterRegistration(machine, fn.node ?? node, mapBinding(machine, host, ids))),
    addressing: addressing(machine, host),
    coherent: coherence(machine, host).coherent,
  };
}

/** The binding that Linux finds in its own copy of the tree, from which Xen may have taken it. */
function visible(machine: Machine, node: DtNode, read: () => Binding): Binding {
  if (machine.platform.kind !== 'xen-host' || !hostView(machine, node).stripped) return read();
  const steps = newSteps();
  const authority = 'Xen 4.22 xen/arch/arm/domain_build.c:write_properties';
  say(steps, authority, { kind: 'iommus-hidden-by-xen' });
  decides(steps);
  return { outcome: 'none', reached: [], steps };
}

/** The outermost PCI node: the one whose own parent is no PCI bus. */
export function hostBridge(node: DtNode): DtNode {
  let host = node;
  while (host.parent && isPciBus(host.parent)) host = host.parent;
  return host;
}

/** Buses whose devices have an ID and no nodes, by the compatible string of the bus. */
const ID_BUSES: Readonly<Record<string, { readonly bus: 'fsl-mc' | 'cdx' | 'host1x'; readonly source: string }>> = {
  'fsl,qoriq-mc': { bus: 'fsl-mc', source: 'drivers/bus/fsl-mc/fsl-mc-bus.c:fsl_mc_dma_configure' },
  'xlnx,versal-net-cdx': { bus: 'cdx', source: 'drivers/cdx/cdx.c:cdx_dma_configure' },
};

function idBus(node: DtNode): (typeof ID_BUSES)[string] | undefined {
  const created = driverCreatedDevices(node);
  if (created && created.by !== 'node') return { bus: 'host1x', source: created.source };
  for (const name of compatibles(node)) {
    const bus = own(ID_BUSES, name);
    if (bus) return bus;
  }
  return undefined;
}

/** Devices of such a bus are set up only when `dma-ranges` are found (no force_dma), those of host1x always. */
export function idSubject(machine: Machine, node: DtNode, id: number, steps: Steps): Subject | Verdict {
  const where = addressing(machine, node);
  const { bus, source } = idBus(node) ?? { bus: 'fsl-mc', source: '' };
  if (where.result !== 'ok' && bus !== 'host1x') {
    follow(steps, where.steps);
    say(steps, `Linux 6.12 ${source}`, { kind: 'bus-does-not-insist' });
    decides(steps);
    return 'not-configured';
  }
  const binding = afterRegistration(machine, node, mapBinding(machine, node, [id]));
  if (bus === 'cdx' && binding.outcome === 'waiting') {
    say(steps, `Linux 6.12 ${source}`, { kind: 'cdx-does-not-wait' });
  }
  return {
    machine,
    node,
    bus,
    configuredBy: node,
    id,
    binding: bus === 'cdx' && binding.outcome === 'waiting' ? { ...binding, outcome: 'refused' } : binding,
    addressing: where,
    coherent: coherence(machine, node).coherent,
  };
}
