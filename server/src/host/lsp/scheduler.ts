// SPDX-License-Identifier: MIT
// When diagnostics are worked out and pushed: at once for the document being edited, later for the others.

/** One frame of a 60 Hz screen, in milliseconds. */
const FRAME_MS = 16;
/** In a burst of changes, something is shown at least this often. */
const MAX_WAIT_MS = 100;
/** Without changes, before documents are worked out that nobody types in: the next key does not wait for them. */
const PAUSE_MS = 200;

export interface Timers {
  now(): number;
  /** Runs `task` once after so many milliseconds, behind what has already arrived; returns what cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

export const realTimers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, task) => {
    if (milliseconds === 0 && 'setImmediate' in globalThis) return afterArrivals(task);
    const timer = setTimeout(task, milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Node's shortest timer takes a millisecond, a turn of its loop almost none. In the first turn the connection takes the
 * next message that has arrived (vscode-jsonrpc reads one per turn); what that one cancels is not run in the second.
 */
function afterArrivals(task: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(task);
  });
  return () => clearImmediate(immediate);
}

/**
 * A change after a pause is answered at once. Changes that follow each other within a frame are a burst (typing
 * faster than the screen, or a queue that built up) and are answered together.
 */
export class Scheduler {
  readonly #timers: Timers;
  readonly #publish: (path: string) => void;
  readonly #urgent = new Set<string>();
  readonly #later = new Set<string>();
  #cancel: (() => void) | undefined;
  #lastChange = Number.NEGATIVE_INFINITY;
  #firstWaiting: number | undefined;

  constructor(publish: (path: string) => void, timers: Timers = realTimers) {
    this.#publish = publish;
    this.#timers = timers;
  }

  /** `path` changed under the user's hands; `others` may be affected. */
  changed(path: string, others: Iterable<string>): void {
    const now = this.#timers.now();
    const burst = now - this.#lastChange < FRAME_MS;
    this.#lastChange = now;
    this.#firstWaiting ??= now;
    this.#urgent.add(path);
    for (const other of others) if (other !== path) this.#later.add(other);
    const waited = now - this.#firstWaiting;
    this.#arm(burst && waited < MAX_WAIT_MS ? FRAME_MS : 0);
  }

  /** Nothing that the user waits for. */
  refresh(paths: Iterable<string>): void {
    for (const path of paths) this.#later.add(path);
    if (this.#urgent.size === 0) this.#armLater();
  }

  /** The document is gone: nothing is published for it any more. */
  drop(path: string): void {
    this.#urgent.delete(path);
    this.#later.delete(path);
  }

  #armLater(): void {
    this.#arm(Math.max(FRAME_MS, this.#lastChange + PAUSE_MS - this.#timers.now()));
  }

  #arm(milliseconds: number): void {
    this.#cancel?.();
    this.#cancel = this.#timers.after(milliseconds, () => this.#run());
  }

  /** One document per turn, so that a change that arrives meanwhile goes first. */
  #run(): void {
    this.#cancel = undefined;
    const [path] = this.#urgent.size > 0 ? this.#urgent : this.#later;
    if (path === undefined) return;
    this.drop(path);
    if (this.#urgent.size === 0) this.#firstWaiting = undefined;
    this.#publish(path);
    if (this.#urgent.size > 0) this.#arm(0);
    else if (this.#later.size > 0) this.#armLater();
  }
}
