// SPDX-License-Identifier: MIT
// What is known of files that no board reads is read in the pauses, turn by turn, until there is nothing left.
import { CancellationToken } from 'vscode-languageserver';
import type { Answer } from './server.ts';

/** Between two turns of reading, for requests that arrive meanwhile; in milliseconds. */
const TURN = 10;

/** Begins to read after so many milliseconds, unless that is going on. */
export function reader(answer: Answer): (delay?: number) => void {
  let running = false;
  const turn = async (): Promise<void> => {
    const more = await answer('index', CancellationToken.None, ({ analysis }) => analysis.knowledge.work()).catch(
      () => false,
    );
    running = more;
    if (more) setTimeout(() => void turn(), TURN);
  };
  return (delay = TURN) => {
    if (running) return;
    running = true;
    setTimeout(() => void turn(), delay);
  };
}
