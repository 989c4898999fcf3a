// SPDX-License-Identifier: MIT
// What a device itself waits for, as a list: who, by which property, and what ends it.
import { element, icon, marked } from './dom.ts';
import { t } from './l10n.ts';
import type { DmaDetailsResult } from './messages.ts';

type Waits = DmaDetailsResult['waits'];

/** `12 waits`, as the hover of the device says. */
export function waitCount(waits: Waits): string {
  return waits.length === 1 ? t('1 wait') : t('{0} waits', waits.length);
}

export function waitList(waits: Waits): HTMLElement {
  return element(
    'ul',
    { class: 'wl' },
    waits.map(({ on, property, end, stuck, dropped }) =>
      element(
        'li',
        { class: stuck ? 'bad' : dropped ? 'dim' : null },
        stuck && icon('clock'),
        element('b', {}, on),
        property === null ? '' : ` (${property})`,
        end === '' ? '' : [': ', ...marked(end)],
      ),
    ),
  );
}
