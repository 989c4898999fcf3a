// SPDX-License-Identifier: MIT
// What the extension and the page of the map say to each other.
import type { BootViewResult, DmaDetailsResult, DmaLanesResult, WhatIfResult } from '#host/lsp/protocol.ts';

export type { BootViewResult, DmaDetailsResult, DmaLanesResult, WhatIfResult } from '#host/lsp/protocol.ts';

type Lanes = DmaLanesResult['lanes'];
export type Lane = Lanes['lanes'][number];
export type Gate = Lane['gate'];
export type Item = Lane['items'][number];
export type Frame = Lane['frames'][number];
export type Section = Lane['sections'][number];
export type Pair = Lane['pairs'][number];
export type Card = Lane['bridges'][number];
export type BridgeRow = NonNullable<Card['bridge']>['rows'][number];
export type Series = Extract<Item, { readonly series: unknown }>['series'];
export type Way = Card['way'];
export type { Lanes };

/** The lanes, with the name of the place where each node is opened. */
export interface MapContent {
  readonly board: string;
  readonly name: string;
  readonly platform: string;
  readonly lanes: Lanes;
  readonly places: Readonly<Record<string, string>>;
  /** Platforms that are worth asking about. */
  readonly wishes: readonly string[];
  /** The wish for the platform that the map is about; empty: the board's own. */
  readonly on: string;
  /** Other maps can stand beside it, and files be chosen. */
  readonly inEditor: boolean;
}

/** What fills the page beside the details. */
export type ViewName = 'map' | 'boot' | 'what-if';

export type ToPage =
  | { readonly type: 'map'; readonly content: MapContent }
  /** There is no board to show. */
  | { readonly type: 'none'; readonly text: string }
  | { readonly type: 'details'; readonly path: string; readonly details: DmaDetailsResult | null }
  | { readonly type: 'boot'; readonly boot: BootViewResult | null }
  | { readonly type: 'what-if'; readonly wish: string; readonly result: WhatIfResult | null }
  /** The cursor of the editor is in this device. */
  | { readonly type: 'cursor'; readonly path: string | null }
  | { readonly type: 'select'; readonly path: string; readonly view: 'map' | 'boot' }
  /** Shows what the wish changes. */
  | { readonly type: 'wish'; readonly wish: string };

export type FromPage =
  | { readonly type: 'ready' }
  /** Shows where the node is opened. */
  | { readonly type: 'reveal'; readonly path: string; readonly focus: boolean }
  | { readonly type: 'details'; readonly path: string }
  | { readonly type: 'boot'; readonly path: string }
  | { readonly type: 'what-if'; readonly wish: string }
  /** Shows the map of the wished platform beside this one. */
  | { readonly type: 'beside'; readonly wish: string }
  /** Asks for the file of another configuration. */
  | { readonly type: 'choose-config' }
  /** Shows a place of the details that are shown: which reason, which of its places. */
  | { readonly type: 'evidence'; readonly path: string; readonly reason: number; readonly place: number }
  | { readonly type: 'explain'; readonly path: string }
  | { readonly type: 'rule'; readonly id: string }
  | { readonly type: 'copy'; readonly text: string }
  /** The devices that are seen; `null`: all. */
  | { readonly type: 'export'; readonly only: readonly string[] | null };

/** What the page keeps while it is hidden or the window is closed. */
export interface PageState {
  readonly board: string;
  readonly on?: string;
  readonly query: string;
  readonly ways: readonly Way[];
  readonly flag: Flag | null;
  readonly open: readonly string[];
  readonly selected: string | null;
  readonly view: ViewName;
  /** The device whose waits are shown. */
  readonly boot: string | null;
  /** The other platform. */
  readonly wish: string;
  readonly zoom: number;
  readonly scroll: number;
}

/** Filters beside those for the kinds of DMA. */
export type Flag = 'problems' | 'notes' | 'waits' | 'doubts' | 'changed';
