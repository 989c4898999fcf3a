// SPDX-License-Identifier: MIT
// The boot order in words: what a device's probe waits for and what ends it, and a board's devices level by level.
import type { SupplierDriver } from '#model/devices/supplier-drivers.ts';
import type { BootOrder, BootStep, BootWait } from '#model/probe/boot-order.ts';
import { reasonText } from '#wording/statements/index.ts';
import { becausePlain } from '#wording/statements/platform.ts';

/** `CONFIG_SM_GCC_8550, a module`: the driver and whether the kernel has it. */
export function supplierDriverText({ symbol, state }: SupplierDriver): string {
  if (symbol === undefined) return 'always built in';
  const name = `CONFIG_${symbol}`;
  if (state === 'builtin') return `${name}, built in`;
  if (state === 'module') return `${name}, a module`;
  return state === 'off' ? `${name}, not built` : name;
}

/** `clocks /soc/clock-controller@1000 (CONFIG_X, a module): the probe waits until …`. */
export function waitText(wait: BootWait): string {
  return `${wait.property ?? 'parent'} ${wait.on}${driverNote(wait)}: ${endText(wait)}`;
}

/** The same without the outcome, for a list. */
export function waitName({ property, on }: BootWait): string {
  return `${on} (${property ?? 'parent'})`;
}

function driverNote({ driver }: BootWait): string {
  return driver ? ` (${supplierDriverText(driver)})` : '';
}

/** What ends the wait, a clause. */
export function endText(wait: BootWait): string {
  const { by, end, device, seconds } = wait;
  const why = wait.why === null ? '' : reasonText(wait.why);
  const whose = device === null ? 'its driver' : `the driver of ${device}`;
  if (end === 'nothing') return 'set up before devices exist, nothing waits';
  if (by === 'driver') return releasedText(wait);
  if (by === 'parent') return parentText(wait, why);
  if (by === 'dma') {
    if (end === 'bound') return 'DMA setup waits until the IOMMU is registered';
    if (end === 'module') return `DMA setup waits until its module is loaded${giveUp(seconds)}`;
    return `never registered, because ${why}; DMA setup waits ${timeText(seconds)}`;
  }
  switch (end) {
    case 'bound':
      return `the probe waits until ${whose} binds`;
    case 'module':
      return `the probe waits until the module of ${whose} is loaded${giveUp(seconds)}`;
    case 'timeout':
      return `no driver comes; ${seconds === 0 ? 'Linux lets the probe start once the built-in drivers are done' : `the probe waits ${seconds} s`}, then the device's own driver decides`;
    case 'never':
      return `the probe waits without end, because ${why}`;
    case 'unknown':
      return `no driver of Linux is known for it; the probe waits until one binds${giveUp(seconds)}`;
  }
}

function parentText({ end }: BootWait, why: string): string {
  if (end === 'never') return `its driver, which makes this device, never binds, because ${why}`;
  return end === 'module' ? 'its driver makes this device once its module is loaded' : 'its driver makes this device';
}

function releasedText({ released, cycle }: BootWait): string {
  switch (released) {
    case 'optional':
      return "optional, Linux does not wait; the device's own driver asks for it";
    case 'cycle':
      return `it waits for this device, too${through(cycle ?? [])}, so Linux drops the link; the device's own driver asks for it`;
    default:
      return "fw_devlink does not hold the probe back; the device's own driver asks for it";
  }
}

/** What lies between the supplier and the device that it waits for. */
function through(cycle: readonly string[]): string {
  return cycle.length > 2 ? ` (by way of ${wayText(cycle.slice(2))})` : '';
}

function giveUp(seconds: number | null): string {
  if (seconds === null) return ', without end';
  return seconds === 0 ? ', or Linux gives up at the end of its own start' : `, or Linux gives up after ${seconds} s`;
}

function timeText(seconds: number | null): string {
  if (seconds === null) return 'without end';
  return seconds === 0 ? 'until the built-in drivers are done' : `${seconds} s and goes on without`;
}

/** The wait that a reader should know of: one without end, else one that a timeout or the loading of a module ends. */
export function decisiveWait(waits: readonly BootWait[]): BootWait | undefined {
  const held = waits.filter(({ by }) => by !== 'driver');
  const ofEnd = (end: BootWait['end']): BootWait | undefined => held.find((wait) => wait.end === end);
  return ofEnd('never') ?? ofEnd('timeout') ?? ofEnd('module');
}

/** `/clock → /power-controller → /iommu`, shortened in the middle. */
export function wayText(way: readonly string[]): string {
  const shown = way.length > 5 ? [...way.slice(0, 2), '…', ...way.slice(-2)] : way;
  return shown.join(' → ');
}

/** The lines of `dt-iommu explain --boot-order`. */
export function bootOrderText({ steps, cycles, fwDevlink }: BootOrder): string {
  const strict = fwDevlink.strict ? ', strict' : '';
  const lines = [`boot order by the suppliers of each device (${becausePlain(fwDevlink.because)}${strict})`];
  let level = 0;
  for (const step of steps) {
    if (step.level !== level) {
      level = step.level;
      const after = level === 1 ? 'wait for no other device' : `after level ${level - 1}`;
      lines.push('', `${level}. ${after}`);
    }
    lines.push(...stepLines(step));
  }
  if (cycles.length > 0) {
    lines.push('', 'wait for each other, so Linux drops the links between them');
    for (const cycle of cycles) lines.push(`   ${cycle.join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

function stepLines({ path, driver, waits }: BootStep): string[] {
  const lines = [`   ${path}${driver ? `  ${supplierDriverText(driver)}` : ''}`];
  const after = waits.filter(isPlain);
  if (after.length > 0) lines.push(`      after ${after.map(waitName).join(', ')}`);
  for (const wait of waits) {
    if (wait.by !== 'driver' && wait.end !== 'nothing' && !isPlain(wait)) lines.push(`      ${waitText(wait)}`);
  }
  return lines;
}

/** A wait that is over when the other device is bound, and says nothing more. */
function isPlain({ by, end }: BootWait): boolean {
  return by !== 'driver' && (end === 'bound' || (by === 'parent' && end === 'unknown'));
}
