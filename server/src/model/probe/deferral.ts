// SPDX-License-Identifier: MIT
// How long a probe waits for an IOMMU that never comes, and what Linux prints when it gives up.
import type { Order } from '#model/iommu/subject.ts';
import type { Machine } from '#model/platform/machine.ts';
import { deferralLimit } from '#model/platform/platform.ts';
import type { Because } from '#model/statements/platform.ts';

/** The wait of drivers/base/dd.c:driver_deferred_probe_check_state. */
export interface Wait {
  /** After the last driver was registered; `undefined`: for ever. */
  readonly seconds: number | undefined;
  /** Where that comes from. */
  readonly from: Because;
  /** What the kernel prints for the device then. */
  readonly log: string;
  /** Whether fw_devlink then lets go of those who wait for a supplier without a driver, too. */
  readonly releases: boolean;
}

export function timeoutOf({ platform }: Machine): Wait {
  const { value, because } = deferralLimit(platform);
  const { seconds, log, releases } = value;
  return seconds === null
    ? { seconds: undefined, from: because, log: '', releases }
    : { seconds, from: because, log, releases };
}

/** The end of the wait for a supplier. */
export function orderAfter(wait: Wait, { on, reason }: { readonly on: string; readonly reason: string }): Order {
  const verdict = wait.seconds === undefined ? 'defer' : 'defer->direct';
  return { verdict, deferral: { on, reason, seconds: wait.seconds ?? null, log: wait.log } };
}
