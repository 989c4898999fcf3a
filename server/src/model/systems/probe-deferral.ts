// SPDX-License-Identifier: MIT
// A device whose IOMMU is not registered: how long its probe waits, what Linux then prints, and what it gets.
import { subjectLine } from '#model/device-name.ts';
import { commandLine } from '#model/domains.ts';
import type { Machine } from '#model/machine.ts';
import { isEnabled } from '#model/platform.ts';
import type { DmaSystem, Order, Subject } from '#model/subject.ts';
import { quoted, say, sayIf, type Trail } from '#model/trail.ts';

const CHECK_STATE = 'Linux 6.12 drivers/base/dd.c:driver_deferred_probe_check_state';
const TIMED_OUT = 'deferred probe timeout, ignoring dependency';
const NO_MODULES = 'ignoring dependency for device, assuming no driver';

/** Seconds after the last driver was registered; `undefined`: for ever. */
function timeout(machine: Machine): { readonly seconds: number | undefined; readonly from: string } {
  const given = commandLine(machine).deferredProbeTimeout;
  if (given !== undefined) {
    return { seconds: given < 0 ? undefined : given, from: `\`deferred_probe_timeout=${given}\`` };
  }
  return { seconds: 10, from: 'the default with CONFIG_MODULES' };
}

function order(subject: Subject, trail: Trail): Order {
  const { machine, binding } = subject;
  const awaited = binding.reached.at(-1)?.state;
  const on = awaited?.path ?? '';
  const reason = awaited?.registration.kind === 'never' ? awaited.registration.reason : 'no-driver';
  if (isEnabled(machine.platform, 'MODULES') === 'off') {
    trail.log.push(subjectLine(machine, subject, NO_MODULES));
    say(
      trail,
      CHECK_STATE,
      `A kernel without modules waits for ${quoted(on)} until its own drivers are initialised, then goes on without an IOMMU.`,
    );
    return { verdict: 'defer->direct', deferral: { on, reason, seconds: 0, log: NO_MODULES } };
  }
  const { seconds, from } = timeout(machine);
  if (seconds === undefined) {
    say(trail, CHECK_STATE, `The probe waits for ${quoted(on)} without end (${from}).`);
    return { verdict: 'defer', deferral: { on, reason, seconds: null, log: '' } };
  }
  trail.log.push(subjectLine(machine, subject, TIMED_OUT));
  say(
    trail,
    CHECK_STATE,
    `The probe waits ${seconds} s for ${quoted(on)} (${from}), then Linux goes on without an IOMMU.`,
  );
  if (awaited?.match?.driver.unattached === 'fault' && reason === 'probe-fails') {
    sayIf(
      trail,
      `Linux 6.12 ${awaited.match.driver.source}`,
      'The hardware stays as the firmware left it and may block the device.',
      {
        dependsOn: 'how the firmware left the IOMMU',
      },
    );
  }
  return { verdict: 'defer->direct', deferral: { on, reason, seconds, log: TIMED_OUT } };
}

export const PROBE_DEFERRAL: DmaSystem = {
  id: 'probe-deferral',
  title: 'Probe deferral and its end',
  source: 'drivers/base/dd.c',
  claims: ({ binding }) => binding.outcome === 'waiting',
  order,
};
