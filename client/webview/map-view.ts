// SPDX-License-Identifier: MIT
// The lanes on the page: drawn anew only where they are others, with the focus where it was.
import type { Choice } from './choice.ts';
import { element, icon } from './dom.ts';
import { oneStop } from './keyboard.ts';
import { t } from './l10n.ts';
import { gateElement, laneElement } from './lanes.ts';
import type { Lanes } from './messages.ts';
import { testOf } from './search.ts';

export class MapView {
  readonly element = element('div', { id: 'map' });
  readonly #choice: Choice;
  readonly #lanes = element('div', { class: 'lanes' });
  readonly #rest = element('div', { class: 'rest' });
  /** What each lane was drawn from. */
  readonly #drawn = new Map<string, { readonly from: string; readonly element: HTMLElement | null }>();
  /** The device in which the cursor of the editor is. */
  #cursor: string | null = null;

  constructor(choice: Choice) {
    this.#choice = choice;
    const names = [t('Devices that do DMA'), t('translated by'), t('memory')].map((name) => element('span', {}, name));
    this.element.append(element('div', { class: 'colh', 'aria-hidden': 'true' }, names), this.#lanes, this.#rest);
  }

  draw(lanes: Lanes): void {
    const focused = this.#focused();
    this.#lanes.dataset.rail = lanes.memory;
    this.#drawLanes(lanes);
    this.#drawRest(lanes);
    this.mark();
    if (focused) this.#focus(focused);
    oneStop(this.element);
  }

  tell(text: string): void {
    this.#drawn.clear();
    this.#rest.replaceChildren();
    this.#lanes.replaceChildren(element('p', { class: 'empty' }, text));
  }

  /** Lanes that are drawn from the same as before stay as they are. */
  #drawLanes({ lanes }: Lanes): void {
    const { query, ways, flag, open } = this.#choice;
    const view = { shows: testOf(this.#choice), isOpen: (key: string) => this.#choice.isOpen(key) };
    const how = JSON.stringify([query, [...ways], flag, [...open]]);
    const shown = lanes.flatMap((lane) => {
      const from = `${how}${JSON.stringify(lane)}`;
      let drawn = this.#drawn.get(lane.key);
      if (drawn?.from !== from) {
        drawn = { from, element: laneElement(lane, view) };
        this.#drawn.set(lane.key, drawn);
      }
      return drawn.element ?? [];
    });
    if (shown.length === 0) this.#lanes.replaceChildren(this.#empty());
    else put(shown, this.#lanes);
    this.element.classList.toggle('nothing', shown.length === 0);
  }

  #empty(): HTMLElement {
    if (!this.#choice.filters) return element('p', { class: 'empty' }, t('No device of this board does DMA.'));
    const clear = { class: 'linkish', type: 'button', 'data-action': 'clear' };
    return element(
      'p',
      { class: 'empty' },
      `${t('No device matches.')} `,
      element('button', clear, t('Clear search and filters')),
    );
  }

  #drawRest({ idle, notes }: Lanes): void {
    const open = this.#choice.open.has('idle');
    const names = idle.slice(0, 9).map(({ name, kind }) => (kind === 'off' ? t('{0} (disabled)', name) : name));
    const title = idle.length === 1 ? t('1 IOMMU without a master') : t('{0} IOMMUs without a master', idle.length);
    const more = idle.length > names.length ? ', …' : '';
    const toggle = element(
      'button',
      {
        class: 'linkish',
        type: 'button',
        tabindex: '-1',
        'data-action': 'toggle',
        'data-key': 'idle',
        'aria-expanded': String(open),
      },
      icon('chevron', open ? 'down' : ''),
      open ? title : `${title}: ${names.join(', ')}${more}`,
    );
    this.#rest.replaceChildren(
      ...(idle.length === 0 ? [] : [element('div', { class: 'idle' }, toggle)]),
      ...(open ? [element('div', { class: 'idlegrid' }, idle.map(gateElement))] : []),
      element(
        'footer',
        { class: 'foot' },
        notes.map((note) => element('div', {}, note)),
      ),
    );
  }

  /** Which button is selected, and which the cursor of the editor is in. */
  mark(): void {
    const { selected } = this.#choice;
    for (const each of this.element.querySelectorAll<HTMLElement>('[data-path]')) {
      const { path } = each.dataset;
      each.classList.toggle('sel', path === selected);
      each.classList.toggle('at', path === this.#cursor);
      if (path === selected) each.setAttribute('aria-current', 'true');
      else each.removeAttribute('aria-current');
    }
  }

  follow(path: string | null): void {
    this.#cursor = path;
    this.mark();
    if (path !== null) this.#at(path)?.scrollIntoView({ block: 'nearest' });
  }

  stopAt(stop: HTMLElement): void {
    oneStop(this.element, stop);
    stop.focus();
    stop.scrollIntoView({ block: 'nearest' });
  }

  stopAtSelected(): void {
    const found = this.#at(this.#choice.selected ?? '');
    if (found) this.stopAt(found);
  }

  #at(path: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
  }

  #focused(): DOMStringMap | undefined {
    const { activeElement } = document;
    return activeElement instanceof HTMLElement && this.element.contains(activeElement)
      ? { ...activeElement.dataset }
      : undefined;
  }

  #focus({ path, key }: DOMStringMap): void {
    const all = [...this.element.querySelectorAll<HTMLElement>('button[tabindex]')];
    const found = all.find(({ dataset }) => dataset.path === path && dataset.key === key);
    if (found && found !== document.activeElement) found.focus({ preventScroll: true });
  }
}

/** Leaves in their place those that are there: taken out and put back, a lane is laid out anew. */
function put(wanted: readonly Element[], parent: Element): void {
  for (const each of [...parent.children]) {
    const next = wanted.includes(each) ? undefined : wanted[[...parent.children].indexOf(each)];
    if (next && !parent.contains(next)) each.replaceWith(next);
    else if (!wanted.includes(each)) each.remove();
  }
  for (const [index, each] of wanted.entries()) {
    const there = parent.children[index] ?? null;
    if (there !== each) parent.insertBefore(each, there);
  }
}
