// SPDX-License-Identifier: MIT
// The elements for devices: cards, bridges with the rows of their map, series that open.
import { type Child, element, icon, spoken } from './dom.ts';
import type { IconName } from './icons.ts';
import { t } from './l10n.ts';
import type { BridgeRow, Card, Item, Series, Way } from './messages.ts';
import { functionsOf, isSerious } from './search.ts';

/** What is shown of the lanes, and how. */
export interface View {
  readonly shows: (card: Card) => boolean;
  /** Series and lists of refused devices are open while something is searched. */
  readonly isOpen: (key: string) => boolean;
}

/** The icon of each kind of DMA: colour is never all that tells them apart. */
export const WAY_ICONS: Readonly<Record<Way, IconName>> = {
  translated: 'shield',
  identity: 'through',
  direct: 'arrow',
  bounced: 'bounce',
  grant: 'grant',
  dom0: 'xen',
  domain: 'xen',
  refused: 'off',
  waiting: 'clock',
};

/** IDs on a card; the details have all. */
const CHIPS = 2;

export function itemElement(item: Item, view: View): HTMLElement | null {
  return 'card' in item ? cardElement(item.card, view) : seriesElement(item.series, view);
}

/** An item of a list, or nothing where the filter leaves the card out. */
export function cardElement(card: Card, view: View): HTMLElement | null {
  if (!view.shows(card)) return null;
  const { name, node, kind, facts } = card;
  return element(
    'li',
    { class: 'cell' },
    element(
      'button',
      { class: `card w-${card.way}`, ...asksFor(card) },
      element('span', { class: 'ic' }, icon(kind)),
      element(
        'span',
        { class: 'tx' },
        element('span', { class: 'l1' }, element('span', { class: 'nm' }, name), flags(card)),
        element('span', { class: 'l2' }, chips(card), element('span', { class: 'mt' }, metaOf(node, facts))),
      ),
    ),
  );
}

/** What makes a button stand for a device or an IOMMU. */
export function asksFor({
  path,
  sentence,
  problems,
  was = null,
}: Pick<Card, 'path' | 'sentence' | 'problems'> & Partial<Pick<Card, 'was'>>): Record<string, string> {
  const before = was === null ? '' : `. ${t("On the board's own platform: {0}", was)}`;
  const told = problems.length === 0 ? '' : `. ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  return {
    type: 'button',
    tabindex: '-1',
    'data-action': 'select',
    'data-path': path,
    'aria-description': `${sentence}${told}${before}`,
    'data-vscode-context': JSON.stringify({ webviewSection: 'device', path, preventDefaultContextMenuItems: true }),
  };
}

function metaOf(node: string | null, facts: readonly string[]): string {
  return [...(node === null ? [] : [node]), ...facts].join(' · ');
}

function flags({ problems, doubts, waits, was }: Card): HTMLElement | null {
  const serious = problems.some(isSerious);
  const marks: Child[] = [
    ...(was === null ? [] : [flag('changed', 'chg', t('changed'))]),
    ...(problems.length > 0
      ? [flag(serious ? 'warning' : 'info', serious ? 'warn' : 'note', serious ? t('problem') : t('note'))]
      : []),
    ...(doubts.length > 0 ? [flag('question', 'doubt', t('open question'))] : []),
    ...(waits === null ? [] : [flag('clock', 'wait', t('waits'))]),
  ];
  return marks.length === 0 ? null : element('span', { class: 'rt' }, marks);
}

function flag(name: IconName, look: string, word: string): HTMLElement {
  return element('span', { class: `flag ${look}` }, icon(name), spoken(` ${word}`));
}

function chips({ chips: all, refused }: Card): HTMLElement[] {
  const look = refused ? 'chip ghost' : 'chip';
  const shown = all.slice(0, CHIPS).map(({ text }) => element('span', { class: look }, text));
  const more = all.length - shown.length;
  return more > 0 ? [...shown, element('span', { class: 'chip more' }, `+${more}`)] : shown;
}

function seriesElement(series: Series, view: View): HTMLElement | null {
  const cards = series.cards.filter(view.shows);
  if (cards.length === 0) return null;
  const { key, name, of, ids, way } = series;
  const kind = cards[0]?.kind ?? 'other';
  const toggle = { type: 'button', tabindex: '-1', 'data-action': 'toggle', 'data-key': key };
  const title = [`${name} `, element('span', { class: 'times' }, `×${cards.length}`)];
  if (view.isOpen(key)) {
    return element(
      'li',
      { class: 'cell open' },
      element(
        'div',
        { class: `grp w-${way}` },
        element(
          'button',
          { class: 'grph', 'aria-expanded': 'true', ...toggle },
          icon('chevron', 'down'),
          element('span', {}, title),
          element('span', { class: 'sub' }, of),
        ),
        listOf(
          cards.map((card) => cardElement(card, view)),
          'cards in',
        ),
      ),
    );
  }
  return element(
    'li',
    { class: 'cell' },
    element(
      'button',
      { class: `card series w-${way}`, 'aria-expanded': 'false', ...toggle },
      element('span', { class: 'ic' }, icon(kind)),
      element(
        'span',
        { class: 'tx' },
        element('span', { class: 'l1' }, element('span', { class: 'nm' }, title), seriesFlags(cards)),
        element(
          'span',
          { class: 'l2' },
          ids !== null && element('span', { class: 'chip' }, ids),
          element('span', { class: 'mt' }, of),
        ),
      ),
    ),
  );
}

function seriesFlags(cards: readonly Card[]): HTMLElement {
  const serious = cards.some(({ problems }) => problems.some(isSerious));
  const noted = cards.some(({ problems }) => problems.length > 0);
  return element(
    'span',
    { class: 'rt' },
    cards.some(({ was }) => was !== null) && flag('changed', 'chg', t('changed')),
    serious ? flag('warning', 'warn', 'problem') : noted && flag('info', 'note', 'note'),
    element('span', { class: 'chev' }, icon('chevron')),
  );
}

export function listOf(items: readonly (HTMLElement | null)[], look: string): HTMLElement | null {
  const shown = items.filter((item) => item !== null);
  return shown.length === 0 ? null : element('ul', { class: look, role: 'list' }, shown);
}

/** A host bridge with what its `iommu-map` says. */
export function bridgeElement(card: Card, view: View): HTMLElement | null {
  if (!view.shows(card) && !functionsOf(card).some(view.shows)) return null;
  const { bridge } = card;
  const meta = metaOf(bridge?.noun ?? null, [...(card.node === null ? [] : [card.node]), ...card.facts]);
  return element(
    'li',
    { class: 'cell hostc' },
    element(
      'div',
      { class: `host w-${card.way}` },
      element(
        'button',
        { class: 'hh', ...asksFor(card) },
        element('span', { class: 'ic' }, icon(card.kind === 'other' ? 'bus' : card.kind)),
        element(
          'span',
          { class: 'tx' },
          element('span', { class: 'nm' }, card.name),
          element('span', { class: 'mt' }, meta),
        ),
        flags(card),
      ),
      (bridge?.rows ?? []).map((row) => rowElement(row, view)),
      bridge?.msi && element('div', { class: 'row msi' }, icon('bell'), element('span', {}, `MSI → ${bridge.msi}`)),
    ),
  );
}

function rowElement({ from, to, title, functions }: BridgeRow, view: View): HTMLElement {
  const target =
    to === null ? element('span', { class: 'plain' }, t('memory')) : element('span', { class: 'chip', title }, to);
  return element(
    'div',
    { class: 'row' },
    element('span', { class: 'rid' }, from),
    element('span', { class: 'to' }, '→'),
    target,
    functions.filter(view.shows).map((card) => buttonOf(card)),
  );
}

/** A device in a line of text. */
export function buttonOf(card: Card): HTMLElement {
  return element('button', { class: `fn w-${card.way}`, ...asksFor(card) }, icon(card.kind), card.name, flags(card));
}
