// SPDX-License-Identifier: MIT
// The time as cpp writes it into `__DATE__`, `__TIME__` and `__TIMESTAMP__` (libcpp, macro.cc). No other part of the
// project reads a clock.
import { env } from 'node:process';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const two = (value: number): string => String(value).padStart(2, '0');

/** When this run began, or the second since 1970 that SOURCE_DATE_EPOCH names, in UTC, as gcc has it. */
export function buildTime(): { readonly date: string; readonly time: string } {
  const { SOURCE_DATE_EPOCH: epoch } = env;
  const isFixed = epoch !== undefined && /^[0-9]+$/.test(epoch);
  const shifted = isFixed ? new Date(Number(epoch) * 1000) : local(started);
  return { date: `${month(shifted)} ${shifted.getUTCFullYear()}`, time: clock(shifted) };
}

const started = new Date();

/** When a file was changed last, in local time. */
export function timestamp(mtimeMs: number): string {
  const time = local(new Date(mtimeMs));
  return `${DAYS[time.getUTCDay()]} ${month(time)} ${clock(time)} ${time.getUTCFullYear()}`;
}

/** A date whose UTC fields are the local ones of another. */
function local(time: Date): Date {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
}

function month(time: Date): string {
  return `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2, ' ')}`;
}

function clock(time: Date): string {
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
}
