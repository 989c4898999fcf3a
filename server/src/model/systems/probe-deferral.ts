// SPDX-License-Identifier: MIT
// A device whose IOMMU is not registered: how long its probe waits, what Linux then prints, and what it gets.
import { deviceLine, deviceName, subjectLine } from '#model/devices/device-name.ts';
import type { DmaSystem, Order, Subject } from '#model/iommu/subject.ts';
import { takedownOf } from '#model/iommu/takedown.ts';
import { GATES } from '#model/platform/gates.ts';
import type { Machine } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { orderAfter, timeoutOf } from '#model/probe/deferral.ts';
import { type DeviceLink, doubtful, endless, releasing, waitReason } from '#model/probe/device-links.ts';
import { at, decides, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const CHECK_SUPPLIERS = 'Linux 6.12 drivers/base/core.c:device_links_check_suppliers';
const CHECK_STATE = 'Linux 6.12 drivers/base/dd.c:driver_deferred_probe_check_state';
const TIMEOUT = 'Linux 6.12 drivers/base/dd.c:deferred_probe_timeout_work_func';
/** Known by their descriptions, not read or booted: the result is the same, the moment is another. */
const SINCE_6_14 = 'Linux 6.14 drivers/iommu/iommu.c:iommu_fwspec_init (46b3df8eb9bd, as described)';
const SINCE_6_15 = 'Linux 6.15 drivers/iommu/iommu.c:iommu_device_register (bcb81ac6ae3c, as described)';

/** PCI functions have no links of their own: their host bridge has. */
function missingSupplier({ machine, node, bus }: Subject): DeviceLink | undefined {
  return bus === 'platform' || bus === 'amba' ? endless(machine, node) : undefined;
}

/** A supplier that Linux insists on and that never comes: the probe does not get as far as the IOMMU. */
function stuck(subject: Subject, steps: Steps): Order | undefined {
  const { machine, node } = subject;
  const link = missingSupplier(subject);
  if (!link) return undefined;
  const on = pathOf(link.supplier);
  const evidence = [at(node, link.property.name)];
  const property = link.property.name;
  const statement = { kind: 'waits-for-supplier', property, supplier: on, why: link.why ?? null } as const;
  if (link.device) say(steps, CHECK_SUPPLIERS, statement, ...evidence);
  else {
    const dependsOn = { kind: 'supplier-set-up-early', supplier: on } as const;
    sayIf(steps, CHECK_SUPPLIERS, statement, { dependsOn, evidence });
  }
  decides(steps);
  const log = pendingLine(machine, link);
  if (log !== undefined) steps.log.push(`${deviceName(machine, node)}: ${log}`);
  return { verdict: 'defer', deferral: { on, reason: 'supplier', seconds: null, log: log ?? '' } };
}

/** What Linux prints about the device when the timeout is over; before 6.8 without the reason. */
function pendingLine(machine: Machine, link: DeviceLink): string | undefined {
  const { seconds, releases } = timeoutOf(machine);
  if (seconds === undefined || seconds === 0 || !releases) return undefined;
  if (!has(machine.platform.kernelVersion, GATES.pendingReason)) return 'deferred probe pending';
  return `deferred probe pending: platform: ${waitReason(machine, link)}`;
}

/** Suppliers that Linux insists on without end, and that may have no driver. */
function doubtSuppliers({ machine, node }: Subject, steps: Steps): void {
  for (const { supplier, property, device = supplier } of doubtful(machine, node)) {
    const [{ name }, path] = [property, pathOf(supplier)];
    const dependsOn = { kind: 'driver-binds', device: pathOf(device) } as const;
    const statement = { kind: 'waits-for-supplier', property: name, supplier: path, why: null } as const;
    sayIf(steps, CHECK_SUPPLIERS, statement, { dependsOn, evidence: [at(node, name)] });
    otherwise(steps, dependsOn, 'defer');
  }
}

/** The IOMMU of a device that itself waits for a supplier without a driver, until the timeout. */
function lateIommu({ machine, binding }: Subject): { iommu: string; link: DeviceLink } | undefined {
  if (binding.outcome !== 'bound') return undefined;
  for (const { state } of binding.reached) {
    const link = releasing(machine, state.node);
    if (link) return { iommu: state.path, link };
  }
  return undefined;
}

/** After the timeout all are tried again, and the device may come before its IOMMU (seen in 1 of 9 boots of 6.12). */
function doubtOrder(subject: Subject, steps: Steps): void {
  const late = lateIommu(subject);
  if (!late) return;
  const { iommu, link } = late;
  const dependsOn = { kind: 'iommu-before-device', iommu } as const;
  sayIf(steps, TIMEOUT, { kind: 'iommu-comes-late', iommu, supplier: pathOf(link.supplier) }, { dependsOn });
  otherwise(steps, dependsOn, 'defer->direct');
}

/**
 * A master that was set up before the registration ended: the driver has linked it to the IOMMU, and no timeout lets go of
 * a link that a driver made.
 */
function heldByLink({ machine, node, binding }: Subject, steps: Steps): Order | undefined {
  const iommu = binding.reached.at(-1)?.state.node;
  const ended = iommu && takedownOf(machine, iommu).ended;
  if (!ended) return undefined;
  const on = pathOf(iommu);
  if (ended.joined.has(node)) steps.log.push(deviceLine(machine, node, 'Adding to iommu group N'));
  else if (ended.master === node && ended.log !== undefined) steps.log.push(ended.log);
  if (!ended.linked.has(node)) return undefined;
  say(steps, CHECK_SUPPLIERS, { kind: 'held-by-link', iommu: on });
  decides(steps);
  const log = notReady(machine, iommu);
  if (log !== undefined) steps.log.push(`${deviceName(machine, node)}: ${log}`);
  return { verdict: 'defer', deferral: { on, reason: 'supplier', seconds: null, log: log ?? '' } };
}

/** What Linux prints at the timeout about a device whose supplier has a link and no driver. */
function notReady(machine: Machine, supplier: DtNode): string | undefined {
  const { seconds, releases } = timeoutOf(machine);
  if (seconds === undefined || seconds === 0 || !releases) return undefined;
  return `deferred probe pending: platform: supplier ${deviceName(machine, supplier)} not ready`;
}

function order(subject: Subject, steps: Steps): Order | undefined {
  const { machine, binding } = subject;
  const without = stuck(subject, steps);
  if (without) return without;
  if (binding.outcome !== 'waiting') {
    doubtSuppliers(subject, steps);
    doubtOrder(subject, steps);
    return undefined;
  }
  const held = heldByLink(subject, steps);
  if (held) return held;
  const awaited = binding.reached.at(-1)?.state;
  const on = awaited?.path ?? '';
  const reason = awaited?.registration.kind === 'never' ? awaited.registration.reason : 'no-driver';
  const wait = timeoutOf(machine);
  const { kernelVersion } = machine.platform;
  const authority = has(kernelVersion, GATES.waitsInFwspec) ? SINCE_6_14 : CHECK_STATE;
  if (wait.seconds === undefined) {
    say(steps, authority, { kind: 'waits-for-iommu', iommu: on, seconds: null, because: wait.from });
    decides(steps);
    return orderAfter(wait, { on, reason });
  }
  steps.log.push(subjectLine(machine, subject, wait.log));
  say(steps, authority, { kind: 'waits-for-iommu', iommu: on, seconds: wait.seconds, because: wait.from });
  decides(steps);
  if (has(kernelVersion, GATES.configuresAtRegistration)) {
    say(steps, SINCE_6_15, { kind: 'configured-before-probe' });
  }
  const driver = awaited?.match?.driver;
  if (driver?.unattached === 'fault' && reason === 'probe-fails') {
    const left = { kind: 'left-by-firmware' } as const;
    sayIf(steps, `Linux 6.12 ${driver.source}`, left, { dependsOn: left });
  }
  return orderAfter(wait, { on, reason });
}

export const PROBE_DEFERRAL: DmaSystem = {
  id: 'probe-deferral',
  title: 'Probe deferral and its end',
  source: 'drivers/base/dd.c',
  claims: (subject) =>
    subject.binding.outcome === 'waiting' ||
    missingSupplier(subject) !== undefined ||
    doubtful(subject.machine, subject.node).length > 0 ||
    lateIommu(subject) !== undefined,
  order,
};
