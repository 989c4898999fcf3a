// SPDX-License-Identifier: MIT
// The boards that the user chose in an earlier session, as the client kept them.
import type { Analysis } from '#ide/analysis.ts';
import { pathOfUri } from './uris.ts';

/** A board that is gone, or no longer includes the file, is not shown: the choice counts when it does again. */
export function selectRemembered(analysis: Analysis, stored: unknown): void {
  if (typeof stored !== 'object' || stored === null) return;
  for (const [file, board] of Object.entries(stored)) {
    if (typeof board === 'string') analysis.selectBoard(pathOfUri(file), pathOfUri(board));
  }
}
