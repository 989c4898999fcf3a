// SPDX-License-Identifier: MIT
// How long a probe waits for a supplier that never comes, and what Linux prints when it gives up.
import { commandLine } from './domains.ts';
import type { Machine } from './machine.ts';
import { isEnabled } from './platform.ts';
import type { Order } from './subject.ts';

const TIMED_OUT = 'deferred probe timeout, ignoring dependency';
const NO_MODULES = 'ignoring dependency for device, assuming no driver';

/** The wait of drivers/base/dd.c:driver_deferred_probe_check_state. */
export interface Wait {
  /** After the last driver was registered; `undefined`: for ever. */
  readonly seconds: number | undefined;
  /** Where that comes from, for a sentence. */
  readonly from: string;
  /** What the kernel prints for the device then. */
  readonly log: string;
}

export function timeoutOf(machine: Machine): Wait {
  if (isEnabled(machine.platform, 'MODULES') === 'off')
    return { seconds: 0, from: 'a kernel without modules', log: NO_MODULES };
  const given = commandLine(machine).deferredProbeTimeout;
  if (given === undefined) return { seconds: 10, from: 'the default with CONFIG_MODULES', log: TIMED_OUT };
  const from = `\`deferred_probe_timeout=${given}\``;
  return given < 0 ? { seconds: undefined, from, log: '' } : { seconds: given, from, log: TIMED_OUT };
}

/** The end of the wait for a supplier. */
export function orderAfter(wait: Wait, { on, reason }: { readonly on: string; readonly reason: string }): Order {
  const verdict = wait.seconds === undefined ? 'defer' : 'defer->direct';
  return { verdict, deferral: { on, reason, seconds: wait.seconds ?? null, log: wait.log } };
}
