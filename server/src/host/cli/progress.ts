// SPDX-License-Identifier: MIT
// A line on the terminal that shows how far long work has come.
import type { Io } from './io.ts';

export interface Progress {
  step(): void;
  /** Takes the line away. */
  end(): void;
}

const SILENT_MS = 1000;
const REDRAW_MS = 100;

/** Draws nothing in the first second, and never when standard error is not a terminal. */
export function startProgress(io: Io, what: string, total: number): Progress {
  const start = Date.now();
  let done = 0;
  let drawn = 0;
  return {
    step() {
      done++;
      const now = Date.now();
      if (!io.interactive || now - start < SILENT_MS || now - drawn < REDRAW_MS) return;
      drawn = now;
      io.error(`\r${what} ${done}/${total}\x1b[K`);
    },
    end() {
      if (drawn > 0) io.error('\r\x1b[K');
    },
  };
}
