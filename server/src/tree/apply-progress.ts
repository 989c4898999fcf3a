// SPDX-License-Identifier: MIT
// How far the statements of a board have been applied.
import { type Headers, NO_HEADERS } from './headers.ts';

/** What dtc has read so far at the top: nothing, `/dts-v1/`, or a node. */
type Phase = 'start' | 'header' | 'nodes';

/** How far an applier has come between two statements of the top. */
export interface ApplierMark {
  readonly reservations: number;
  readonly plugin: boolean;
  readonly irregular: boolean;
  readonly unread: boolean;
  readonly omits: boolean;
  readonly progress: Readonly<Progress>;
}

/** What has been counted and seen at the top. */
export interface Progress {
  phase: Phase;
  statements: number;
  fragments: number;
  headers: Headers;
}

export const NOTHING_READ: Readonly<Progress> = { phase: 'start', statements: 0, fragments: 0, headers: NO_HEADERS };
