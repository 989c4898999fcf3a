// SPDX-License-Identifier: MIT
// The boot order in words: what a device's probe waits for and what ends it, and a board's devices level by level.
import { t } from '#base/language.ts';
import type { SupplierDriver } from '#model/devices/supplier-drivers.ts';
import type { BootOrder, BootStep, BootWait } from '#model/probe/boot-order.ts';
import { reasonText } from '#wording/statements/index.ts';
import { becausePlain } from '#wording/statements/platform.ts';

/** `CONFIG_SM_GCC_8550, a module`: the driver and whether the kernel has it. */
export function supplierDriverText({ symbol, state }: SupplierDriver): string {
  if (symbol === undefined) return t('always built in');
  const name = `CONFIG_${symbol}`;
  if (state === 'builtin') return t('{0}, built in', name);
  if (state === 'module') return t('{0}, a module', name);
  return state === 'off' ? t('{0}, not built', name) : name;
}

/** `clocks /soc/clock-controller@1000 (CONFIG_X, a module): the probe waits until …`. */
export function waitText(wait: BootWait): string {
  return `${wait.property ?? t('parent')} ${wait.on}${driverNote(wait)}: ${endText(wait)}`;
}

/** The same without the outcome, for a list. */
export function waitName({ property, on }: BootWait): string {
  return `${on} (${property ?? t('parent')})`;
}

function driverNote({ driver }: BootWait): string {
  return driver ? ` (${supplierDriverText(driver)})` : '';
}

/** What ends the wait, a clause. */
export function endText(wait: BootWait): string {
  const { by, end, device, seconds } = wait;
  const why = wait.why === null ? '' : reasonText(wait.why);
  const whose = device === null ? t('its driver') : t('the driver of {0}', device);
  if (end === 'nothing') return t('set up before devices exist, nothing waits');
  if (by === 'driver') return releasedText(wait);
  if (by === 'parent') return parentText(wait, why);
  if (by === 'dma') {
    if (end === 'bound') return t('DMA setup waits until the IOMMU is registered');
    if (end === 'module') return t('DMA setup waits until its module is loaded{0}', giveUp(seconds));
    return t('never registered, because {0}; DMA setup waits {1}', why, timeText(seconds));
  }
  switch (end) {
    case 'bound':
      return t('the probe waits until {0} binds', whose);
    case 'module':
      return t('the probe waits until the module of {0} is loaded{1}', whose, giveUp(seconds));
    case 'timeout':
      return t(
        "no driver comes; {0}, then the device's own driver decides",
        seconds === 0
          ? t('Linux lets the probe start once the built-in drivers are done')
          : t('the probe waits {0} s', seconds),
      );
    case 'never':
      return t('the probe waits without end, because {0}', why);
    case 'unknown':
      return t('no driver of Linux is known for it; the probe waits until one binds{0}', giveUp(seconds));
  }
}

function parentText({ end }: BootWait, why: string): string {
  if (end === 'never') return t('its driver, which makes this device, never binds, because {0}', why);
  return end === 'module'
    ? t('its driver makes this device once its module is loaded')
    : t('its driver makes this device');
}

function releasedText({ released, cycle }: BootWait): string {
  switch (released) {
    case 'optional':
      return t("optional, Linux does not wait; the device's own driver asks for it");
    case 'cycle':
      return t(
        "it waits for this device, too{0}, so Linux drops the link; the device's own driver asks for it",
        through(cycle ?? []),
      );
    default:
      return t("fw_devlink does not hold the probe back; the device's own driver asks for it");
  }
}

/** What lies between the supplier and the device that it waits for. */
function through(cycle: readonly string[]): string {
  return cycle.length > 2 ? t(' (by way of {0})', wayText(cycle.slice(2))) : '';
}

function giveUp(seconds: number | null): string {
  if (seconds === null) return t(', without end');
  return seconds === 0
    ? t(', or Linux gives up at the end of its own start')
    : t(', or Linux gives up after {0} s', seconds);
}

function timeText(seconds: number | null): string {
  if (seconds === null) return t('without end');
  return seconds === 0 ? t('until the built-in drivers are done') : t('{0} s and goes on without', seconds);
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
  const strict = fwDevlink.strict ? t(', strict') : '';
  const lines = [t('boot order by the suppliers of each device ({0}{1})', becausePlain(fwDevlink.because), strict)];
  let level = 0;
  for (const step of steps) {
    if (step.level !== level) {
      level = step.level;
      const after = level === 1 ? t('wait for no other device') : t('after level {0}', level - 1);
      lines.push('', `${level}. ${after}`);
    }
    lines.push(...stepLines(step));
  }
  if (cycles.length > 0) {
    lines.push('', t('wait for each other, so Linux drops the links between them'));
    for (const cycle of cycles) lines.push(`   ${cycle.join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

function stepLines({ path, driver, waits }: BootStep): string[] {
  const lines = [`   ${path}${driver ? `  ${supplierDriverText(driver)}` : ''}`];
  const after = waits.filter(isPlain);
  if (after.length > 0) lines.push(t('      after {0}', after.map(waitName).join(', ')));
  for (const wait of waits) {
    if (wait.by !== 'driver' && wait.end !== 'nothing' && !isPlain(wait)) lines.push(`      ${waitText(wait)}`);
  }
  return lines;
}

/** A wait that is over when the other device is bound, and says nothing more. */
function isPlain({ by, end }: BootWait): boolean {
  return by !== 'driver' && (end === 'bound' || (by === 'parent' && end === 'unknown'));
}
