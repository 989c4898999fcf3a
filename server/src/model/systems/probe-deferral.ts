// SPDX-License-Identifier: MIT
// A device whose IOMMU is not registered: how long its probe waits, what Linux then prints, and what it gets.
import { orderAfter, timeoutOf } from '#model/deferral.ts';
import { subjectLine } from '#model/device-name.ts';
import { commandLine } from '#model/domains.ts';
import { existence } from '#model/existence.ts';
import type { DmaSystem, Order, Subject } from '#model/subject.ts';
import { suppliersOf } from '#model/suppliers.ts';
import { at, quoted, say, sayIf, type Trail } from '#model/trail.ts';
import { pathOf } from '#tree/query.ts';

const ADD_LINKS = 'Linux 6.12 drivers/base/core.c:device_links_check_suppliers';
const CHECK_STATE = 'Linux 6.12 drivers/base/dd.c:driver_deferred_probe_check_state';

/** Suppliers that Linux insists on are waited for until the timeout, and without one for ever. */
function doubtSuppliers({ machine, node }: Subject, trail: Trail): void {
  const { kernelVersion: version } = machine.platform;
  const strict = commandLine(machine).fwDevlinkStrict === true;
  for (const { supplier, property } of suppliersOf(machine.tree, node, { version, strict })) {
    const { bus } = existence(machine, supplier);
    if (bus !== 'platform' && bus !== 'amba') continue;
    const path = quoted(pathOf(supplier));
    sayIf(trail, ADD_LINKS, `${quoted(property.name)} makes the probe wait for ${path}, without end.`, {
      dependsOn: `whether a driver binds ${path}`,
      evidence: [at(node, property.name)],
    });
    trail.alternative ??= { when: `no driver binds ${pathOf(supplier)}`, verdict: 'defer' };
  }
}

function order(subject: Subject, trail: Trail): Order | undefined {
  const { machine, binding } = subject;
  if (binding.outcome !== 'waiting') {
    doubtSuppliers(subject, trail);
    return undefined;
  }
  const awaited = binding.reached.at(-1)?.state;
  const on = awaited?.path ?? '';
  const reason = awaited?.registration.kind === 'never' ? awaited.registration.reason : 'no-driver';
  const wait = timeoutOf(machine);
  if (wait.seconds === undefined) {
    say(trail, CHECK_STATE, `The probe waits for ${quoted(on)} without end (${wait.from}).`);
    return orderAfter(wait, { on, reason });
  }
  trail.log.push(subjectLine(machine, subject, wait.log));
  const text = `The probe waits ${wait.seconds} s for ${quoted(on)} (${wait.from}), then Linux goes on without an IOMMU.`;
  say(trail, CHECK_STATE, text);
  const driver = awaited?.match?.driver;
  if (driver?.unattached === 'fault' && reason === 'probe-fails') {
    const left = 'The hardware stays as the firmware left it and may block the device.';
    sayIf(trail, `Linux 6.12 ${driver.source}`, left, { dependsOn: 'how the firmware left the IOMMU' });
  }
  return orderAfter(wait, { on, reason });
}

export const PROBE_DEFERRAL: DmaSystem = {
  id: 'probe-deferral',
  title: 'Probe deferral and its end',
  source: 'drivers/base/dd.c',
  claims: ({ machine, binding }) => binding.outcome === 'waiting' || timeoutOf(machine).seconds === undefined,
  order,
};
