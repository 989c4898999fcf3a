// SPDX-License-Identifier: MIT
// The board on another platform: what changes, one row for all devices that change alike.
import { element, marked } from './dom.ts';
import { t } from './l10n.ts';
import type { MapContent, WhatIfResult } from './messages.ts';

type Changed = Extract<WhatIfResult, { readonly rows: unknown }>;
type Row = Changed['rows'][number];

export class WhatIfList {
  readonly element = element('div', { id: 'what-if', class: 'pane', hidden: true });
  readonly #input = element('input', {
    id: 'wish',
    type: 'text',
    placeholder: 'iommu.passthrough=1, CONFIG_ARM_SMMU=n, 6.1, xen-host',
    'aria-label': t('Options of the command line, CONFIG_NAME=y, a release, a hypervisor, apart by blanks'),
  });
  readonly #wishes = element('div', { class: 'filters', role: 'group', 'aria-label': t('Worth asking') });
  #inEditor = false;
  readonly #answer = element('div', { 'aria-live': 'polite' });

  constructor(ask: (wish: string) => void) {
    const form = element(
      'form',
      { class: 'wish' },
      this.#input,
      element('button', { class: 'btn', type: 'submit' }, t('Compare')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      ask(this.#input.value);
    });
    this.element.append(element('h2', {}, t('What if the board booted with …')), form, this.#wishes, this.#answer);
  }

  suggest({ wishes, inEditor }: Pick<MapContent, 'wishes' | 'inEditor'>): void {
    this.#inEditor = inEditor;
    const button = (wish: string) =>
      element(
        'button',
        { class: 'fl', type: 'button', 'data-action': 'wish', 'data-wish': wish },
        element('code', {}, wish),
      );
    const choose = element(
      'button',
      { class: 'fl', type: 'button', 'data-action': 'choose-config' },
      t('Another .config…'),
    );
    this.#wishes.replaceChildren(...wishes.map(button), ...(inEditor ? [choose] : []));
  }

  draw(wish: string, result: WhatIfResult | null): void {
    this.#input.value = wish;
    if (wish === '' || !result) this.#answer.replaceChildren();
    else if ('refused' in result) this.#answer.replaceChildren(element('p', {}, result.refused));
    else this.#answer.replaceChildren(...changesElement(result), ...(this.#inEditor ? [besideButton(wish)] : []));
  }
}

function besideButton(wish: string): HTMLElement {
  return element(
    'p',
    {},
    element(
      'button',
      { class: 'btn sec', type: 'button', 'data-action': 'beside', 'data-wish': wish },
      t('Show the map of this platform beside this one'),
    ),
  );
}

function changesElement({ platform, rows, same }: Changed): HTMLElement[] {
  const head = [t('Devices'), t('Now'), t('Then'), t('Because')].map((text) => element('th', { scope: 'col' }, text));
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, head)),
    element('tbody', {}, rows.map(rowElement)),
  );
  const others =
    same === 1 ? t('1 device that does DMA stays as it is.') : t('{0} devices that do DMA stay as they are.', same);
  const rest = rows.length === 0 ? `${t('Nothing changes.')} ${others}` : others;
  return [element('p', { class: 'dim' }, platform), ...(rows.length === 0 ? [] : [table]), element('p', {}, rest)];
}

function rowElement({ devices, alike, apart, why }: Row): HTMLElement {
  const [verdict, ...others] = alike;
  const links = devices.flatMap(({ path, name }, index) => [
    index === 0 ? '' : ', ',
    element('button', { class: 'linkish', type: 'button', 'data-action': 'select', 'data-path': path }, name),
  ]);
  const more = others.map(({ name, before, after }) =>
    element('div', {}, `${name}: ${before ?? t('none')} → ${after ?? t('none')}`),
  );
  const own = apart.length === 0 ? [] : [element('div', { class: 'dim' }, t('{0}: of each its own', apart.join(', ')))];
  const reason = why
    ? [
        why.of !== null && element('span', { class: 'dim' }, `${t('of {0}:', why.of)} `),
        ...marked(why.text),
        element('p', { class: 'auth' }, why.authority),
      ]
    : [];
  return element(
    'tr',
    {},
    element('td', {}, element('b', {}, `${devices.length} `), links),
    element('td', {}, verdict?.before ?? ''),
    element('td', {}, verdict?.after === verdict?.before ? t('as now') : (verdict?.after ?? ''), more, own),
    element('td', {}, reason),
  );
}
