// SPDX-License-Identifier: MIT
// What a command sees of the world: where it runs, where its words go, and how it gives up.

/** A file whose bytes came by standard input. */
export interface Piped {
  /** Absolute. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface Io {
  /** Absolute; names in the output are relative to it. */
  readonly cwd: string;
  /** The result: what a pipe gets. */
  out(text: string): void;
  /** Standard input, where it is not that of the process. */
  readonly input?: () => AsyncIterable<Uint8Array>;
  /** Everything else. */
  error(text: string): void;
  /** Standard output is a terminal that shows colours. */
  readonly color: boolean;
  /** Width of the terminal; absent where the output goes elsewhere. */
  readonly columns?: number;
  /** Standard error is a terminal: progress may be drawn and taken away again. */
  readonly interactive: boolean;
}

/** Wrong usage or an unreadable file: exit code 2, and this one line, which says what to do. */
export class Failure extends Error {}

/** The streams of the process. `NO_COLOR` and `FORCE_COLOR` are honoured as everywhere. */
export function processIo(): Io {
  const { env, stdout, stderr } = process;
  const forced = env.FORCE_COLOR;
  // The reader of a pipe may stop early (`… | head`); that is its right.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  const color = forced !== undefined ? forced !== '0' : stdout.isTTY === true && (env.NO_COLOR ?? '') === '';
  return {
    cwd: process.cwd(),
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    color,
    ...(stdout.isTTY && { columns: Math.max(60, stdout.columns) }),
    interactive: stderr.isTTY === true,
  };
}
