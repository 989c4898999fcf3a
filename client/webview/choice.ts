// SPDX-License-Identifier: MIT
// What the user chose on the page: search, filters, what is open, what is selected, how large it is.
import type { Flag, PageState, ViewName, Way } from './messages.ts';
import type { Filter } from './search.ts';

const LEAST = 0.6;
const MOST = 2;

export class Choice implements Filter {
  query = '';
  readonly ways = new Set<Way>();
  flag: Flag | null = null;
  /** Keys of series and lists. */
  readonly open = new Set<string>();
  selected: string | null = null;
  view: ViewName = 'map';
  boot: string | null = null;
  wish = '';
  zoom = 1;
  scroll = 0;

  constructor(state?: PageState) {
    if (!state) return;
    this.query = state.query;
    for (const way of state.ways) this.ways.add(way);
    this.flag = state.flag;
    for (const key of state.open) this.open.add(key);
    this.selected = state.selected;
    this.view = state.view ?? 'map';
    this.boot = state.boot ?? null;
    this.wish = state.wish ?? '';
    this.zoom = state.zoom;
    this.scroll = state.scroll;
  }

  state(board: string, on: string): PageState {
    const { query, ways, flag, open, selected, view, boot, wish, zoom, scroll } = this;
    return { board, on, query, ways: [...ways], flag, open: [...open], selected, view, boot, wish, zoom, scroll };
  }

  get filters(): boolean {
    return this.query.trim() !== '' || this.ways.size > 0 || this.flag !== null;
  }

  /** Whatever is found is seen. */
  isOpen(key: string): boolean {
    return this.open.has(key) || this.query.trim() !== '';
  }

  toggleOpen(key: string): void {
    if (!this.open.delete(key)) this.open.add(key);
  }

  toggleFilter(way: Way | undefined, flag: Flag | undefined): void {
    if (way !== undefined && !this.ways.delete(way)) this.ways.add(way);
    if (flag !== undefined) this.flag = this.flag === flag ? null : flag;
  }

  clearFilters(): void {
    this.query = '';
    this.ways.clear();
    this.flag = null;
  }

  scale(factor: number): void {
    this.zoom = Math.max(LEAST, Math.min(MOST, this.zoom * factor));
  }
}
