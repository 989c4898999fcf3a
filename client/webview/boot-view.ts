// SPDX-License-Identifier: MIT
// Who waits for whom, as columns by level with a line for each wait that leads to the next column.
import { element, icon } from './dom.ts';
import { t } from './l10n.ts';
import type { BootViewResult } from './messages.ts';
import { waitCount, waitList } from './waits.ts';

type Edge = BootViewResult['edges'][number];
type BootNode = BootViewResult['levels'][number][number];

const SVG = 'http://www.w3.org/2000/svg';
/** Devices in a column; more are counted. */
const MOST = 40;
/** Suppliers in the list of those that hold up masters. */
const HOLDERS = 12;

export class BootPicture {
  readonly element = element('div', { id: 'boot', class: 'pane', hidden: true });
  readonly #lines = document.createElementNS(SVG, 'svg');
  #columns: HTMLElement | undefined;
  #boot: BootViewResult | null = null;

  constructor() {
    this.#lines.setAttribute('class', 'lines');
    this.#lines.setAttribute('aria-hidden', 'true');
    new ResizeObserver(() => this.#connect()).observe(this.element);
  }

  draw(boot: BootViewResult | null): void {
    this.#boot = boot;
    this.#columns = undefined;
    if (!boot) {
      this.element.replaceChildren(
        element('p', { class: 'empty' }, t('Select a device on the map to see what it waits for.')),
      );
      return;
    }
    const { name, levels, cycles, waits: own, holders } = boot;
    const before = levels.flat().length - 1;
    const columns = element('div', { class: 'levels' });
    columns.append(this.#lines, ...levels.map((nodes, index) => columnElement(nodes, index, boot)));
    columns.style.setProperty('--n', String(levels.length));
    this.#columns = columns;
    const waits =
      before === 0
        ? t('It waits for no other device.')
        : [
            before === 1
              ? t('{0} levels, 1 device before it.', levels.length)
              : t('{0} levels, {1} devices before it.', levels.length, before),
            t(
              'The longest way is marked; a level says what must be bound before, not when. A device that is chosen becomes the one that waits.',
            ),
          ].join(' ');
    this.element.replaceChildren(
      element('h2', {}, t('What {0} waits for', name)),
      element('p', { class: 'dim' }, waits),
      element(
        'div',
        { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': t('What {0} waits for, by level', name) },
        columns,
      ),
      ...(own.length > 0 ? [element('h2', {}, t('{0} of {1} itself', waitCount(own), name)), waitList(own)] : []),
      ...cycles.map(cycleElement),
      ...holdersElement(holders),
    );
    this.#connect();
  }

  /** Lines where the boxes are: again whenever the page has another size. */
  #connect(): void {
    const columns = this.#columns;
    if (!this.#boot || !columns || this.element.hidden) return;
    const origin = columns.getBoundingClientRect();
    const boxes = new Map(
      [...columns.querySelectorAll<HTMLElement>('[data-path]')].map((box) => [box.dataset.path ?? '', box]),
    );
    const column = (box: HTMLElement) => box.closest('.level')?.getAttribute('data-level');
    const path = ({ from, to, onWay }: Edge): SVGElement[] => {
      const [a, b] = [boxes.get(from), boxes.get(to)];
      if (!a || !b) return [];
      const [left, right] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
      const [x1, y1] = [left.right - origin.left, left.top + left.height / 2 - origin.top];
      const [x2, y2] = [right.left - origin.left, right.top + right.height / 2 - origin.top];
      const next = Number(column(b)) - Number(column(a)) === 1;
      const middle = (x1 + x2) / 2;
      const line = document.createElementNS(SVG, 'path');
      // A wait over several levels is a stub: its line would cross the boxes between.
      line.setAttribute(
        'd',
        next || onWay ? `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` : `M${x1} ${y1}h9`,
      );
      line.setAttribute('class', onWay ? 'way' : 'wait');
      return [line];
    };
    const edges = this.#boot.edges.toSorted((a, b) => Number(a.onWay) - Number(b.onWay));
    this.#lines.replaceChildren(...edges.flatMap(path));
  }
}

function columnElement(nodes: readonly BootNode[], index: number, boot: BootViewResult): HTMLElement {
  const shown = nodes.slice(0, MOST);
  const more = nodes.length - shown.length;
  return element(
    'div',
    { class: 'level', 'data-level': index },
    element('h3', {}, index === 0 ? t('waits for no supplier') : t('after level {0}', index)),
    element(
      'ul',
      { role: 'list' },
      shown.map((node) => element('li', {}, nodeElement(node, boot))),
    ),
    more > 0 && element('p', { class: 'dim' }, t('and {0} more', more)),
  );
}

function nodeElement(
  { path, name, driver, onWay, stuck }: BootNode,
  { path: target, edges }: BootViewResult,
): HTMLElement {
  const waits = edges.filter(({ to }) => to === path).length;
  const looks = ['bn', ...(onWay ? ['way'] : []), ...(path === target ? ['me'] : []), ...(stuck ? ['stuck'] : [])];
  return element(
    'button',
    {
      class: looks.join(' '),
      type: 'button',
      'data-action': 'boot',
      'data-path': path,
      'aria-current': path === target ? 'true' : null,
      'aria-description': onWay
        ? t('waits for {0} of these, on the longest way', waits)
        : t('waits for {0} of these', waits),
    },
    element('b', {}, name),
    driver !== null && element('small', {}, driver),
    stuck !== null && element('small', { class: 'why' }, icon('clock'), stuck),
  );
}

function cycleElement(cycle: readonly string[]): HTMLElement {
  const shown = cycle.slice(0, 12).join(', ');
  const more = cycle.length > 12 ? ` ${t('and {0} more', cycle.length - 12)}` : '';
  return element(
    'p',
    { class: 'circ' },
    icon('link'),
    element('span', {}, t('Wait for each other, so Linux drops the links between them: {0}', `${shown}${more}`)),
  );
}

function holdersElement(holders: BootViewResult['holders']): HTMLElement[] {
  if (holders.length === 0) return [];
  const most = holders[0]?.masters.length ?? 1;
  const rows = holders.slice(0, HOLDERS).map(({ path, name, masters }) => {
    const bar = element('i', { class: 'hold', 'aria-hidden': 'true' });
    bar.style.setProperty('--f', String(masters.length / most));
    return element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        element('button', { class: 'linkish', type: 'button', 'data-action': 'boot', 'data-path': path }, name),
      ),
      element('td', {}, bar, ` ${masters.length} `, element('span', { class: 'dim' }, masters.join(', '))),
    );
  });
  const head = [t('Supplier'), t('Masters that wait for it themselves')].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  return [
    element('h2', {}, t('Who holds up whom')),
    element('table', {}, element('thead', {}, element('tr', {}, head)), element('tbody', {}, rows)),
  ];
}
