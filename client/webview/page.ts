// SPDX-License-Identifier: MIT
// The page of the map: what the extension sends is drawn, what the user does is drawn or told to the extension.
import { BootPicture } from './boot-view.ts';
import { Choice } from './choice.ts';
import { detailsElement, selectedIn } from './details.ts';
import { element } from './dom.ts';
import { bar, boardName, headline, legend, searchBox, titleBar, viewSwitch } from './head.ts';
import { nextStop } from './keyboard.ts';
import { t } from './l10n.ts';
import { MapView } from './map-view.ts';
import type { DmaDetailsResult, Flag, FromPage, MapContent, PageState, ToPage, ViewName, Way } from './messages.ts';
import { cardsOf, testOf } from './search.ts';
import { showTooltips } from './tooltip.ts';
import { WhatIfList } from './what-if-view.ts';

/** What VS Code gives a page. */
export interface Host {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}

const STEP = 1.1;

export class Page {
  readonly #host: Host;
  readonly #choice: Choice;
  readonly #map: MapView;
  readonly #boot = new BootPicture();
  readonly #whatIf: WhatIfList;
  readonly #name = element('div', { class: 'name' });
  readonly #views = element('div', {});
  readonly #summary = element('div', { class: 'summary' });
  readonly #main: HTMLElement;
  readonly #side = element('aside', { class: 'det', 'aria-label': t('Details'), hidden: true });
  readonly #live = element('div', { class: 'vh', 'aria-live': 'polite' });
  readonly #search: HTMLInputElement;
  #content: MapContent | undefined;
  #details: { readonly path: string; readonly details: DmaDetailsResult | null } | undefined;

  constructor(host: Host, root: HTMLElement) {
    this.#host = host;
    this.#choice = new Choice(host.getState());
    this.#map = new MapView(this.#choice);
    this.#whatIf = new WhatIfList((wish) => this.#ask(wish));
    const views = [this.#map.element, this.#boot.element, this.#whatIf.element];
    this.#main = element('main', { class: 'main', tabindex: '-1' }, views);
    const { box, input } = searchBox(this.#choice.query);
    this.#search = input;
    const top = element(
      'div',
      { class: 'bar1' },
      this.#name,
      this.#views,
      element('span', { class: 'sp' }),
      box,
      titleBar(),
    );
    const head = element('header', { class: 'top' }, top, this.#summary);
    root.replaceChildren(head, element('div', { class: 'split' }, this.#main, this.#side), this.#live);
    this.#scale(1);
    showTooltips(this.#map.element);
    this.#listen();
    host.postMessage({ type: 'ready' });
  }

  receive(message: ToPage): void {
    switch (message.type) {
      case 'map':
        this.#show(message.content);
        break;
      case 'none':
        this.#content = undefined;
        this.#map.tell(message.text);
        break;
      case 'details':
        if (message.path !== this.#choice.selected) break;
        this.#details = message;
        this.#drawSide();
        break;
      case 'boot':
        this.#boot.draw(message.boot);
        break;
      case 'what-if':
        if (message.wish === this.#choice.wish) this.#whatIf.draw(message.wish, message.result);
        break;
      case 'cursor':
        this.#follow(message.path);
        break;
      case 'select':
        this.#select(message.path, false);
        this.#map.stopAtSelected();
        if (message.view === 'boot') this.#choice.boot = message.path;
        if (message.view !== this.#choice.view) this.#view(message.view);
        break;
      case 'wish':
        this.#ask(message.wish);
        break;
    }
  }

  /** Another board begins without a selection; the same one keeps it, the scroll, filters and what is open. */
  #show(content: MapContent): void {
    const before = this.#content?.board ?? this.#host.getState()?.board;
    const first = this.#content === undefined;
    if (before !== undefined && before !== content.board) {
      this.#choice.selected = null;
      this.#choice.boot = null;
      this.#choice.scroll = 0;
      this.#details = undefined;
    }
    this.#content = content;
    this.#name.replaceChildren(boardName(content));
    this.#whatIf.suggest(content);
    this.#draw();
    this.#view(this.#choice.view);
    const { selected, scroll } = this.#choice;
    if (selected !== null) this.#host.postMessage({ type: 'details', path: selected });
    if (first) this.#main.scrollTop = scroll;
  }

  #draw(): void {
    const { lanes } = this.#content ?? {};
    if (!lanes) return;
    // Kept before the legend is made anew.
    const pressed = document.activeElement?.closest<HTMLElement>('.fl')?.dataset;
    this.#summary.replaceChildren(headline(lanes), bar(lanes), legend(lanes, this.#choice));
    if (pressed) this.#focusFilter(pressed);
    this.#map.draw(lanes);
    this.#drawSide();
    this.#keep();
  }

  /** Shows one of the views, and asks for what it shows: the board may be another one. */
  #view(view: ViewName): void {
    this.#choice.view = view;
    const { boot, selected, wish } = this.#choice;
    this.#views.replaceChildren(viewSwitch(view));
    this.#map.element.hidden = view !== 'map';
    this.#boot.element.hidden = view !== 'boot';
    this.#whatIf.element.hidden = view !== 'what-if';
    const path = boot ?? selected ?? this.#content?.lanes.lanes.flatMap(cardsOf)[0]?.path;
    if (view === 'boot') {
      if (path === undefined) this.#boot.draw(null);
      else this.#host.postMessage({ type: 'boot', path });
    }
    if (view === 'what-if' && wish !== '') this.#host.postMessage({ type: 'what-if', wish });
    this.#keep();
  }

  #ask(wish: string): void {
    this.#choice.wish = wish.trim();
    this.#view('what-if');
    if (this.#choice.wish === '') this.#whatIf.draw('', null);
  }

  #keep(): void {
    if (this.#content) this.#host.setState(this.#choice.state(this.#content.board, this.#content.on));
  }

  #drawSide(): void {
    const content = this.#content;
    const path = this.#choice.selected;
    const selected = content && path !== null ? selectedIn(content.lanes, path) : undefined;
    this.#side.hidden = selected === undefined;
    if (!content || !selected) return;
    const told = this.#details?.path === selected.path ? this.#details.details : null;
    const { activeElement } = document;
    const inside = activeElement instanceof HTMLElement && this.#side.contains(activeElement);
    const { scrollTop } = this.#side;
    const open = [...this.#side.querySelectorAll('details')].map((each) => each.open);
    this.#side.replaceChildren(...detailsElement(selected, told, content));
    if (open.length > 0)
      for (const [index, each] of this.#side.querySelectorAll('details').entries())
        each.open = open[index] ?? each.open;
    this.#side.scrollTop = scrollTop;
    if (inside) this.#side.querySelector<HTMLElement>('button')?.focus();
  }

  #select(path: string | null, reveal: boolean): void {
    if (path !== this.#choice.selected) {
      this.#side.replaceChildren();
      this.#side.scrollTop = 0;
    }
    this.#choice.selected = path;
    this.#map.mark();
    this.#drawSide();
    this.#keep();
    if (path === null) return;
    this.#host.postMessage({ type: 'details', path });
    if (reveal) this.#host.postMessage({ type: 'reveal', path, focus: false });
  }

  /** The map shows where the cursor is; open details follow it. */
  #follow(path: string | null): void {
    const { selected } = this.#choice;
    if (path !== null && selected !== null && path !== selected) this.#select(path, false);
    this.#map.follow(path);
  }

  #focusFilter({ way, flag }: DOMStringMap): void {
    const all = [...this.#summary.querySelectorAll<HTMLElement>('.fl')];
    all.find(({ dataset }) => dataset.way === way && dataset.flag === flag)?.focus();
  }

  #listen(): void {
    document.addEventListener('click', (event) => this.#click(event));
    document.addEventListener('dblclick', ({ target }) => {
      const path =
        target instanceof Element ? target.closest<HTMLElement>('#map [data-path]')?.dataset.path : undefined;
      if (path !== undefined) this.#host.postMessage({ type: 'reveal', path, focus: true });
    });
    document.addEventListener('keydown', (event) => this.#key(event));
    this.#search.addEventListener('input', () => {
      this.#choice.query = this.#search.value;
      if (this.#choice.view !== 'map') this.#view('map');
      this.#filtered();
    });
    this.#main.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    const zoomed = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.#scale(event.deltaY < 0 ? STEP : 1 / STEP);
    };
    window.addEventListener('wheel', zoomed, { passive: false });
  }

  #scrolled(): void {
    this.#choice.scroll = this.#main.scrollTop;
    this.#keep();
  }

  /** Draws what is left, and says how many that are. */
  #filtered(): void {
    this.#draw();
    const all = this.#content?.lanes.lanes.flatMap(cardsOf) ?? [];
    const shown = all.filter(testOf(this.#choice)).length;
    this.#live.textContent = t('{0} of {1} devices shown', shown, all.length);
  }

  #click({ target }: Event): void {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    if (!button) return;
    const { action, path = '', key = '', way, flag } = button.dataset;
    switch (action) {
      case 'select':
        this.#select(path, true);
        if (this.#map.element.contains(button)) this.#map.stopAt(button);
        else this.#map.stopAtSelected();
        break;
      case 'view':
        this.#view((button.dataset.view ?? 'map') as ViewName);
        this.#views.querySelector<HTMLElement>('[aria-current]')?.focus();
        break;
      case 'boot':
        this.#choice.boot = path;
        this.#view('boot');
        break;
      case 'wish':
        this.#ask(button.dataset.wish ?? '');
        break;
      case 'toggle':
        this.#choice.toggleOpen(key);
        this.#draw();
        break;
      case 'filter':
        this.#choice.toggleFilter(way as Way | undefined, flag as Flag | undefined);
        this.#filtered();
        break;
      case 'close':
        this.#close();
        break;
      case 'clear':
        this.#search.value = '';
        this.#choice.clearFilters();
        this.#filtered();
        this.#search.focus();
        break;
      case 'smaller':
      case 'larger':
        this.#scale(action === 'larger' ? STEP : 1 / STEP);
        break;
      default:
        this.#tell(button.dataset);
    }
  }

  /** What the extension does. */
  #tell({ action, path = '', rule = '', reason, place, wish = '' }: DOMStringMap): void {
    switch (action) {
      case 'beside':
        this.#host.postMessage({ type: 'beside', wish });
        break;
      case 'choose-config':
        this.#host.postMessage({ type: 'choose-config' });
        break;
      case 'reveal':
        this.#host.postMessage({ type: 'reveal', path, focus: true });
        break;
      case 'evidence':
        this.#host.postMessage({ type: 'evidence', path, reason: Number(reason), place: Number(place) });
        break;
      case 'explain':
        this.#host.postMessage({ type: 'explain', path });
        break;
      case 'copy':
        this.#host.postMessage({ type: 'copy', text: path.split('#')[0] ?? path });
        break;
      case 'rule':
        this.#host.postMessage({ type: 'rule', id: rule });
        break;
      case 'export':
        this.#host.postMessage({ type: 'export', only: this.#seen() });
        break;
    }
  }

  #close(): void {
    this.#map.stopAtSelected();
    this.#select(null, false);
  }

  /** `null` without a filter. */
  #seen(): string[] | null {
    if (!this.#choice.filters) return null;
    const all = this.#content?.lanes.lanes.flatMap(cardsOf) ?? [];
    return all.filter(testOf(this.#choice)).map(({ path }) => path);
  }

  #scale(factor: number): void {
    this.#choice.scale(factor);
    document.documentElement.style.setProperty('--zoom', String(this.#choice.zoom));
    this.#keep();
  }

  #key(event: KeyboardEvent): void {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = target === this.#search;
    if (key === '/' && !typing) {
      event.preventDefault();
      this.#search.select();
    } else if (key === 'Escape') this.#escape(typing);
    else if (typing && key !== 'ArrowDown') return;
    else if (key === '+' || key === '-') this.#scale(key === '+' ? STEP : 1 / STEP);
    else if (typing || (target instanceof Node && (target === document.body || this.#map.element.contains(target)))) {
      const next = nextStop(this.#map.element, key);
      if (!next) return;
      event.preventDefault();
      this.#map.stopAt(next);
    }
  }

  #escape(typing: boolean): void {
    if (typing && this.#choice.query !== '') {
      this.#search.value = '';
      this.#choice.query = '';
      this.#filtered();
    } else if (this.#choice.selected !== null) this.#close();
  }
}
