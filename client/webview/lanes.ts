// SPDX-License-Identifier: MIT
// The elements for lanes and gates.
import { asksFor, bridgeElement, buttonOf, cardElement, itemElement, listOf, type View, WAY_ICONS } from './cards.ts';
import { element, icon, spoken } from './dom.ts';
import type { IconName } from './icons.ts';
import type { Frame, Gate, Lane, Pair, Section } from './messages.ts';
import { isSerious } from './search.ts';

const GATE_ICONS: Readonly<Record<Gate['kind'], IconName>> = {
  translates: 'shield',
  passes: 'through',
  grants: 'grant',
  xen: 'shield',
  refuses: 'off',
  idle: 'shield',
  off: 'off',
  none: 'arrow',
};

/** So many refused devices are listed without being asked for. */
const FEW = 2;

/** `null` where the filter leaves no card. */
export function laneElement(lane: Lane, view: View): HTMLElement | null {
  const body = [
    listOf(
      [
        ...lane.bridges.map((card) => bridgeElement(card, view)),
        ...lane.frames.map((frame) => frameElement(frame, view)),
      ],
      'feats',
    ),
    listOf(
      lane.items.map((item) => itemElement(item, view)),
      'cards',
    ),
    sections(lane.sections, view),
    listOf(
      lane.pairs.map((pair) => pairElement(pair, view)),
      lane.gate.kind === 'refuses' ? 'refs' : 'pairs',
    ),
    refusedElement(lane, view),
  ].filter((part) => part !== null);
  if (body.length === 0) return null;
  return element(
    'section',
    { class: `lane g-${lane.gate.kind}`, 'aria-label': lane.label, 'data-lane': lane.key },
    element('div', { class: 'body' }, body),
    element('div', { class: 'gatecol' }, gateElement(lane.gate)),
  );
}

function sections(all: readonly Section[], view: View): HTMLElement | null {
  const shown = all.flatMap(({ title, kind, items }) => {
    const list = listOf(
      items.map((item) => itemElement(item, view)),
      'cards',
    );
    if (!list) return [];
    const section = element('div', { class: 'cat' }, element('h2', {}, icon(kind), title), list);
    section.style.setProperty('--n', String(Math.min(list.childElementCount, 4)));
    return [section];
  });
  return shown.length === 0 ? null : element('div', { class: 'catgrid' }, shown);
}

function frameElement({ title, note, items }: Frame, view: View): HTMLElement | null {
  const list = listOf(
    items.map((item) => itemElement(item, view)),
    'cards in',
  );
  if (!list) return null;
  const frame = element(
    'li',
    { class: 'cell grpc' },
    element(
      'div',
      { class: 'grp' },
      element('div', { class: 'grph' }, icon('link'), title, element('span', { class: 'sub' }, note)),
      list,
    ),
  );
  frame.style.setProperty('--n', String(list.childElementCount));
  return frame;
}

function pairElement({ gate, cards }: Pair, view: View): HTMLElement | null {
  const shown = cards.filter(view.shows);
  if (shown.length === 0) return null;
  const own = element(
    'button',
    { class: `mini g-${gate.kind}`, ...asksForGate(gate) },
    icon(GATE_ICONS[gate.kind]),
    element('span', { class: 'nm' }, gate.name),
  );
  if (gate.kind === 'refuses' || gate.kind === 'off') {
    return element('li', { class: 'ref' }, own, element('span', { class: 'reft' }, shown.map(buttonOf)));
  }
  const card = shown[0] && cardElement(shown[0], view)?.firstElementChild;
  return element('li', { class: 'pair' }, card, element('span', { class: 'pl' }), own);
}

function refusedElement({ key, refused }: Lane, view: View): HTMLElement | null {
  const shown = refused?.cards.filter(view.shows) ?? [];
  if (!refused || shown.length === 0) return null;
  const open = shown.length <= FEW || view.isOpen(`refused ${key}`);
  const names = shown.slice(0, 8).map(({ name }) => name);
  const more = shown.length > names.length ? ` and ${shown.length - names.length} more` : '';
  return element(
    'div',
    { class: 'ghosts' },
    element(
      'button',
      {
        class: 'gh',
        type: 'button',
        tabindex: '-1',
        'data-action': 'toggle',
        'data-key': `refused ${key}`,
        'aria-expanded': String(open),
      },
      icon('chevron', open ? 'down' : ''),
      icon(WAY_ICONS.refused),
      element('span', {}, refused.title),
      !open && element('span', { class: 'names' }, `${names.join(', ')}${more}`),
    ),
    open &&
      listOf(
        shown.map((card) => cardElement(card, view)),
        'cards',
      ),
  );
}

/** A gate without a path is no button. */
function asksForGate({ path, sentence, problems }: Gate): Record<string, string> {
  return path === null ? {} : asksFor({ path, sentence, problems });
}

/** A button for an IOMMU, else only a box. */
export function gateElement(gate: Gate): HTMLElement {
  const { kind, name, node, driver, lines, needs, problems } = gate;
  const serious = problems.some(isSerious);
  const mark = element(
    'span',
    { class: `flag ${serious ? 'warn' : 'note'}` },
    icon(serious ? 'warning' : 'info'),
    spoken(serious ? ' problem' : ' note'),
  );
  return element(
    gate.path === null ? 'div' : 'button',
    { class: `gate g-${kind}`, ...asksForGate(gate) },
    element('span', { class: 'gt' }, icon(GATE_ICONS[kind]), element('b', {}, name), problems.length > 0 && mark),
    driver !== '' && element('span', { class: 'gs' }, driver),
    node !== null && element('span', { class: 'gs' }, node),
    lines.map(({ text, used }) =>
      element('span', { class: 'gl' }, used !== undefined && meter(used), element('span', {}, text)),
    ),
    needs.length > 0 && element('span', { class: 'gl' }, icon('clock'), `needs ${shortened(needs)}`),
  );
}

function shortened(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}

/** The text beside it says the numbers. */
function meter(used: number): HTMLElement {
  const bar = element('i', {});
  bar.style.setProperty('--f', String(used === 0 ? 0 : Math.max(0.03, used)));
  return element('span', { class: 'meter', 'aria-hidden': 'true' }, bar);
}
