// SPDX-License-Identifier: MIT
// Which boards' maps a client shows, and when it is told that they may be others now.

/** Without changes, before it is told: nothing is worked out for a key that another one follows; in milliseconds. */
const PAUSE = 200;

export class MapWatch {
  readonly #boards = new Set<string>();
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** The client has the map of this board as it is now. */
  asked(board: string): void {
    this.#boards.add(board);
  }

  /**
   * Something changed; after the pause each board that was ever asked for is told. It stays one of them: what is told while
   * the client is still opening a document is lost there, and the next change must not be.
   */
  changed(tell: (board: string) => void): void {
    if (this.#boards.size === 0) return;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      for (const board of this.#boards) tell(board);
    }, PAUSE);
  }

  stop(): void {
    clearTimeout(this.#pause);
    this.#boards.clear();
  }
}
