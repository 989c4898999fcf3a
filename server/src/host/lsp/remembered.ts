// SPDX-License-Identifier: MIT
// What an earlier session left: the boards that the user chose, as the client kept them, and what was found in bindings.
import type { Analysis } from '#ide/analysis.ts';
import type { Environment } from './environment.ts';
import type { ClientOptions } from './protocol.ts';
import { pathOfUri, schemeOf } from './uris.ts';

export function remember(
  analysis: Analysis,
  { selectedBoards, cacheFolder }: ClientOptions,
  { memory }: Environment,
): void {
  selectRemembered(analysis, selectedBoards);
  if (memory && typeof cacheFolder === 'string' && schemeOf(cacheFolder) === 'file')
    analysis.knowledge.memory = memory(pathOfUri(cacheFolder));
}

/** A board that is gone, or no longer includes the file, is not shown: the choice counts when it does again. */
function selectRemembered(analysis: Analysis, stored: unknown): void {
  if (typeof stored !== 'object' || stored === null) return;
  for (const [file, board] of Object.entries(stored)) {
    if (typeof board === 'string') analysis.selectBoard(pathOfUri(file), pathOfUri(board));
  }
}
