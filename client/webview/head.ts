// SPDX-License-Identifier: MIT
// The head of the map: what the board is, the sentence about it, the legend that filters.
import { WAY_ICONS } from './cards.ts';
import { element, icon } from './dom.ts';
import type { IconName } from './icons.ts';
import { t } from './l10n.ts';
import type { Flag, Lanes, MapContent, ViewName, Way } from './messages.ts';
import { cardsOf, flagCounts } from './search.ts';

const FLAGS: Readonly<Record<Flag, { readonly word: string; readonly icon: IconName; readonly title: string }>> = {
  changed: {
    word: t('Changed'),
    icon: 'changed',
    title: t("Devices that are something else on the board's own platform"),
  },
  problems: { word: t('Problems'), icon: 'warning', title: t('Devices with an error or a warning') },
  notes: { word: t('Notes'), icon: 'info', title: t('Devices with a note or a hint') },
  waits: { word: t('Waits'), icon: 'clock', title: t('Devices whose setup waits for something that does not come') },
  doubts: { word: t('Open question'), icon: 'question', title: t('The tree alone does not tell') },
};

export interface Chosen {
  readonly ways: ReadonlySet<Way>;
  readonly flag: Flag | null;
}

/** Stays in the page while the map changes: who types a search keeps the caret. */
export function searchBox(query: string): { readonly box: HTMLElement; readonly input: HTMLInputElement } {
  const input = element('input', {
    id: 'q',
    type: 'search',
    value: query,
    placeholder: t('Name, path, 0x480 or 01:00.0'),
    'aria-label': t('Search names, paths, compatibles, stream IDs or PCI functions'),
  });
  const key = element('kbd', { 'aria-hidden': 'true' }, '/');
  return { box: element('span', { class: 'srch' }, icon('search'), input, key), input };
}

export function titleBar(): HTMLElement {
  const button = (action: string, label: string, text: string) =>
    element('button', { class: 'tb', type: 'button', 'data-action': action, 'aria-label': label, title: label }, text);
  return element(
    'span',
    { class: 'tools' },
    button('smaller', t('Smaller (-)'), '−'),
    button('larger', t('Larger (+)'), '+'),
    element(
      'button',
      { class: 'tb', type: 'button', 'data-action': 'export', title: t('Save what is seen as an SVG file') },
      icon('image'),
      element('span', {}, t('Export SVG')),
    ),
  );
}

const VIEWS: Readonly<Record<ViewName, string>> = {
  map: t('Map'),
  boot: t('Boot order'),
  'what-if': t('What if'),
};

/** Which view fills the page. */
export function viewSwitch(view: ViewName): HTMLElement {
  return element(
    'nav',
    { class: 'views', 'aria-label': t('Views') },
    Object.entries(VIEWS).map(([name, word]) =>
      element(
        'button',
        {
          class: 'tb',
          type: 'button',
          'data-action': 'view',
          'data-view': name,
          'aria-current': name === view ? 'page' : null,
        },
        word,
      ),
    ),
  );
}

export function boardName({ name, platform, on }: MapContent): HTMLElement {
  const wish =
    on === '' ? [] : [element('span', { class: 'chip', title: t('Not the platform of the board itself') }, on), ' '];
  return element(
    'span',
    { class: 'bsel' },
    element('b', {}, name),
    ' ',
    wish,
    element('span', { class: 'plat' }, platform),
  );
}

export function headline({ headline: parts }: Lanes): HTMLElement {
  return element(
    'h1',
    {},
    parts.map(({ text, as }) => (as === undefined ? text : element(as === 'count' ? 'b' : 'code', {}, text))),
  );
}

/** How the kinds share the board; the legend below has the numbers. */
export function bar({ legend }: Lanes): HTMLElement {
  const parts = legend.map(({ way, count }) => {
    const part = element('i', { class: `w-${way}` });
    part.style.setProperty('flex', String(count));
    return part;
  });
  const words = legend.map(({ word, count }) => `${count} ${word}`).join(', ');
  return element('div', { class: 'stack', role: 'img', 'aria-label': words }, parts);
}

export function legend(lanes: Lanes, { ways, flag }: Chosen): HTMLElement {
  const flagged = flagCounts(lanes.lanes.flatMap(cardsOf));
  return element(
    'div',
    { class: 'filters', role: 'toolbar', 'aria-label': t('Show only') },
    lanes.legend.map(({ way, word, title, count }) =>
      filter(
        { class: `fl w-${way}`, 'data-way': way, title },
        { on: ways.has(way), icon: WAY_ICONS[way], word, count },
      ),
    ),
    flagged.length > 0 && element('span', { class: 'sep' }),
    flagged.map(({ flag: each, count }) => {
      const { word, icon: name, title } = FLAGS[each];
      return filter(
        { class: `fl f-${each}`, 'data-flag': each, title },
        { on: flag === each, icon: name, word, count },
      );
    }),
  );
}

function filter(
  attributes: Readonly<Record<string, string>>,
  state: { readonly on: boolean; readonly icon: IconName; readonly word: string; readonly count: number },
): HTMLElement {
  return element(
    'button',
    { type: 'button', 'data-action': 'filter', 'aria-pressed': String(state.on), ...attributes },
    icon(state.icon),
    element('span', {}, state.word),
    element('b', {}, String(state.count)),
  );
}
