// SPDX-License-Identifier: MIT
// The boards that the user chose for shared files, kept for this workspace: a new window shows them again.
import type * as vscode from 'vscode';

const KEY = 'selectedBoards';
/** The choice made longest ago goes first. */
const MAX = 200;

export class RememberedBoards {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  /** Board by file, both as URIs; what is stored otherwise counts as nothing. */
  all(): Readonly<Record<string, string>> {
    const stored = this.#state.get<unknown>(KEY);
    const entries = Object.entries(stored !== null && typeof stored === 'object' ? stored : {});
    return Object.fromEntries(entries.filter((each): each is [string, string] => typeof each[1] === 'string'));
  }

  /** `null`: the best one again. */
  async choose(file: string, board: string | null): Promise<void> {
    const others = Object.entries(this.all()).filter(([each]) => each !== file);
    const kept = board === null ? others : [...others, [file, board] as const].slice(-MAX);
    await this.#state.update(KEY, Object.fromEntries(kept));
  }
}
