// SPDX-License-Identifier: MIT
// virtio-iommu: what its masters get, and what only the running device can say (MSI region, features of virtio masters).
import { isPciBus } from '#model/addresses/addresses.ts';
import { subjectLine } from '#model/devices/device-name.ts';
import { functionOf } from '#model/devices/pci-topology.ts';
import { mapBinding } from '#model/iommu/binding.ts';
import type { Region } from '#model/iommu/reserved.ts';
import type { DmaSystem, Order, Subject, Translation } from '#model/iommu/subject.ts';
import { orderAfter, timeoutOf } from '#model/probe/deferral.ts';
import { decides, doubt, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import { compatibles } from '#tree/query.ts';
import { hostBridge } from './subject-of.ts';

function driverOf({ binding }: Subject) {
  const driver = binding.reached[0]?.state.match?.driver;
  return driver?.name === 'virtio-iommu' ? driver : undefined;
}

function translate(subject: Subject, steps: Steps): Translation {
  const state = subject.binding.reached[0]?.state;
  if (subject.binding.outcome !== 'bound' || !state) return {};
  const authority = 'Linux 6.12 drivers/iommu/virtio-iommu.c:viommu_probe';
  const mmio = compatibles(state.node).includes('virtio,mmio');
  const dependsOn = { kind: 'is-virtio-iommu', mmio } as const;
  sayIf(steps, authority, { kind: 'virtio-iommu-only-if', mmio }, { dependsOn });
  otherwise(steps, dependsOn, 'defer->direct');
  const id = subject.binding.reached[0]?.ids[0]?.id ?? 0;
  if (subject.bus !== 'pci') doubt(steps, { kind: 'endpoint-known', id });
  if (compatibles(subject.node).includes('virtio,mmio')) doubt(steps, { kind: 'access-platform-offered' });
  return {};
}

function reserve(subject: Subject, steps: Steps): Region[] {
  const driver = driverOf(subject);
  const window = driver?.msiWindow;
  if (!driver || !window) return [];
  const authority = 'Linux 6.12 drivers/iommu/virtio-iommu.c:viommu_get_resv_regions';
  say(steps, authority, { kind: 'msi-window-unless-reported', ...window });
  doubt(steps, { kind: 'msi-region-reported' });
  return [{ ...window, type: 'msi', why: { kind: 'software-msi-window', driver: driver.name } }];
}

/** A virtio-iommu function that the map of its own host bridge sends to itself waits for itself. */
function mapsItself(subject: Subject): boolean {
  const provider = subject.binding.reached[0]?.state.node;
  if (!provider?.parent || !isPciBus(provider.parent)) return false;
  const host = hostBridge(provider);
  const own = mapBinding(subject.machine, host, [functionOf(subject.machine, host, provider).id]);
  return own.reached[0]?.state.node === provider;
}

/** Linux has no rule for the cycle: the function is released by the timeout and registers only then. */
function order(subject: Subject, steps: Steps): Order | undefined {
  const { binding, node } = subject;
  const provider = binding.reached[0]?.state;
  if (!provider || binding.outcome !== 'bound' || !mapsItself(subject)) return undefined;
  const wait = timeoutOf(subject.machine);
  const iommu = provider.path;
  const own = node === provider.node;
  const statement = own ? ({ kind: 'maps-itself' } as const) : ({ kind: 'provider-maps-itself', iommu } as const);
  say(steps, 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate', statement);
  decides(steps);
  if (!own) doubt(steps, { kind: 'iommu-first-after-timeout', iommu });
  else if (wait.seconds !== undefined) steps.log.push(subjectLine(subject.machine, subject, wait.log));
  return orderAfter(wait, { on: provider.path, reason: 'cycle' });
}

export const VIRTIO_IOMMU_SYSTEM: DmaSystem = {
  id: 'virtio-iommu',
  title: 'virtio-iommu',
  source: 'drivers/iommu/virtio-iommu.c',
  claims: (subject) => driverOf(subject) !== undefined,
  translate,
  reserve,
  order,
};
