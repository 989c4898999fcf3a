// SPDX-License-Identifier: MIT
// What a string of a property means: the entry that it names, what Linux makes of a status.
import { t, texts } from '#base/language.ts';
import { own } from '#base/own.ts';
import { code } from '#ide/explain/markup.ts';
import { baseName } from '#tree/query.ts';
import type { DtProperty } from '#tree/types.ts';
import { namedEntryHover } from './cells/index.ts';
import type { Asked } from './sheet.ts';

/** drivers/of/base.c:of_device_is_available of Linux 7.3: only the first two are available. */
const STATUS: Readonly<Record<string, string>> = texts({
  okay: 'The device is in use: Linux makes it.',
  ok: 'As okay: the device is in use, Linux makes it.',
  disabled: 'The device is not in use: Linux makes none. Another file of the board may set okay.',
  reserved: 'The device works, but another program has it, firmware for instance: Linux makes none.',
  fail: 'The device does not work: Linux makes none.',
  'fail-sss': 'The device does not work, and sss says what is wrong: Linux makes none.',
  'fail-needs-probe':
    'The board may have the device or not: Linux makes none, unless a driver finds it and enables it.',
});

/** Empty where nothing is known of it. */
export function stringHover(asked: Asked, property: DtProperty, text: string, index: number): string {
  const { name, node } = property;
  if (name === 'status') {
    // A CPU that is disabled waits to be started.
    const meaning =
      baseName(node) === 'cpu' || asked.snapshot.platform.kind === 'zephyr' ? undefined : own(STATUS, text);
    return meaning === undefined ? '' : `${code(text)}\n\n${meaning}`;
  }
  if (name === 'pinctrl-names') {
    const state = `pinctrl-${index}`;
    return node.properties.has(state) ? t('{0} is the state that {1} sets', code(text), code(state)) : '';
  }
  return name.endsWith('-names') ? namedEntryHover(asked, property, index) : '';
}
