// SPDX-License-Identifier: MIT
// The side of the map: everything about the selected device or IOMMU.
import { WAY_ICONS } from './cards.ts';
import { type Child, element, icon, marked } from './dom.ts';
import { t } from './l10n.ts';
import type { Card, DmaDetailsResult, Gate, Lanes, MapContent } from './messages.ts';
import { cardsOf, isSerious } from './search.ts';
import { waitCount, waitList } from './waits.ts';

type Reason = DmaDetailsResult['reasons'][number];

/** What stands on the map for a path. */
export interface Selected {
  readonly path: string;
  readonly card: Card | undefined;
  readonly gate: Gate | undefined;
}

export function selectedIn({ lanes, idle }: Lanes, path: string): Selected | undefined {
  const card = lanes.flatMap(cardsOf).find((each) => each.path === path);
  const gates = [...lanes.flatMap(({ gate, pairs }) => [gate, ...pairs.map((pair) => pair.gate)]), ...idle];
  const gate = gates.find((each) => each.path === path);
  return card || gate ? { path, card, gate } : undefined;
}

/** The details come after the selection; what the map itself knows is there at once. */
export function detailsElement(
  { path, card, gate }: Selected,
  details: DmaDetailsResult | null,
  content: MapContent,
): HTMLElement[] {
  const { name, problems } = card ?? gate ?? { name: path, problems: [] };
  const [who = '', ...facts] = (card ?? gate)?.sentence.split(' · ') ?? [];
  return [
    headOf(card, content.lanes),
    element('h2', {}, name),
    element('p', { class: 'path' }, element('code', {}, path.split('#')[0])),
    element('p', { class: 'lead' }, who),
    element('p', { class: 'lead2' }, facts.join(' · ')),
    ...(card && card.was !== null ? [ownElement(card.was)] : []),
    actions(path, content.places[path]),
    element('div', {}, problems.map(problem)),
    element('div', {}, (card?.doubts ?? []).map(doubt)),
    ...(details ? told(details, path, content.lanes) : []),
    ...(card ? [] : masters(path, content.lanes)),
  ];
}

/** What the device is on the platform of the board itself. */
function ownElement(was: string): HTMLElement {
  return element(
    'p',
    { class: 'was' },
    icon('changed'),
    element('span', {}, t("On the board's own platform: {0}", was)),
  );
}

function headOf(card: Card | undefined, { legend }: Lanes): HTMLElement {
  const way = card?.way ?? 'translated';
  const word = card ? (legend.find((each) => each.way === way)?.word ?? '') : 'IOMMU';
  return element(
    'div',
    { class: 'dh' },
    element('span', { class: `vb w-${way}` }, icon(card ? WAY_ICONS[way] : 'shield'), word),
    element(
      'button',
      { class: 'tb', type: 'button', 'data-action': 'close', 'aria-label': t('Close details') },
      icon('close'),
    ),
  );
}

function actions(path: string, place: string | undefined): HTMLElement {
  const button = (action: string, look: string, ...children: Child[]) =>
    element('button', { class: look, type: 'button', 'data-action': action, 'data-path': path }, children);
  return element(
    'div',
    { class: 'acts' },
    place !== undefined && button('reveal', 'btn', icon('file'), place),
    button('boot', 'btn sec', icon('clock'), t('Waits')),
    button('explain', 'btn sec', icon('book'), t('Explain')),
    button('copy', 'btn sec', icon('copy'), t('Path')),
  );
}

function problem({ severity, message, rule }: Card['problems'][number]): HTMLElement {
  const serious = isSerious({ severity, message, rule });
  return element(
    'div',
    { class: serious ? 'pb w' : 'pb' },
    icon(serious ? 'warning' : 'info'),
    element(
      'span',
      {},
      `${severity}: `,
      marked(message),
      ' ',
      element('button', { class: 'linkish', type: 'button', 'data-action': 'rule', 'data-rule': rule }, rule),
    ),
  );
}

function doubt(text: string): HTMLElement {
  return element('div', { class: 'pb' }, icon('question'), element('span', {}, t('Depends on {0}.', text)));
}

function told(
  { facts, mates, reasons, waits, otherwise }: DmaDetailsResult,
  path: string,
  lanes: Lanes,
): HTMLElement[] {
  const rows = facts.flatMap(({ term, lines }) => [
    element('dt', {}, term),
    element(
      'dd',
      {},
      lines.map((line) => element('div', {}, marked(line))),
    ),
  ]);
  const deciding = reasons.find(({ decides }) => decides);
  const stuck = waits.some((wait) => wait.stuck);
  return [
    element('dl', {}, rows),
    ...(mates.length > 0 ? [element('p', {}, `${t('Shares its group with')} `, links(mates, lanes), '.')] : []),
    ...(deciding
      ? [element('h3', {}, t('Because')), element('div', {}, reasonElement(deciding, path, reasons.indexOf(deciding)))]
      : []),
    ...(reasons.length > 1 ? [folded(t('All {0} reasons', reasons.length), false, reasonList(reasons, path))] : []),
    ...(waits.length > 0 ? [folded(waitCount(waits), stuck, waitList(waits))] : []),
    ...(otherwise.length > 0
      ? [
          folded(
            t('Elsewhere'),
            false,
            element(
              'ul',
              { class: 'wl' },
              otherwise.map((text) => element('li', {}, marked(text))),
            ),
          ),
        ]
      : []),
  ];
}

function folded(title: string, open: boolean, content: HTMLElement): HTMLElement {
  return element('details', { open }, element('summary', {}, title), content);
}

function reasonList(reasons: readonly Reason[], path: string): HTMLElement {
  return element(
    'ol',
    {},
    reasons.map((reason, index) =>
      element('li', { class: reason.decides ? 'dec' : null }, reasonElement(reason, path, index)),
    ),
  );
}

function reasonElement({ text, authority, dependsOn, places }: Reason, path: string, index: number): HTMLElement[] {
  const links = places.map(({ name }, place) =>
    element(
      'button',
      {
        class: 'linkish',
        type: 'button',
        'data-action': 'evidence',
        'data-path': path,
        'data-reason': index,
        'data-place': place,
      },
      name,
    ),
  );
  return [
    element(
      'p',
      { class: 'bec' },
      marked(text),
      dependsOn !== null && [' ', ...marked(t('Depends on {0}.', dependsOn))],
    ),
    element('p', { class: 'auth' }, authority, links.length > 0 && ' · ', ...separated(links)),
  ];
}

function separated(parts: readonly HTMLElement[]): Child[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [', ', part]));
}

/** Devices of a path's lane, as links. */
function masters(path: string, lanes: Lanes): HTMLElement[] {
  const pairs = lanes.lanes.flatMap((lane) => lane.pairs.filter(({ gate }) => gate.path === path));
  const own = lanes.lanes.filter(({ gate }) => gate.path === path).flatMap(cardsOf);
  const cards = [...own, ...pairs.flatMap((pair) => pair.cards)];
  if (cards.length === 0) return [];
  return [
    element('h3', {}, cards.length === 1 ? t('1 device') : t('{0} devices', cards.length)),
    element(
      'ul',
      { class: 'wl' },
      cards.map((card) =>
        element(
          'li',
          {},
          linkTo(card.path, card.name),
          ' ',
          element('span', { class: 'dim' }, card.chips.map(({ text }) => text).join(' ')),
        ),
      ),
    ),
  ];
}

function links(paths: readonly string[], lanes: Lanes): Child[] {
  return separated(paths.map((path) => linkTo(path, selectedIn(lanes, path)?.card?.name ?? path)));
}

function linkTo(path: string, name: string): HTMLElement {
  return element('button', { class: 'linkish', type: 'button', 'data-action': 'select', 'data-path': path }, name);
}
