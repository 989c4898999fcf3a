// SPDX-License-Identifier: MIT
// What is known of files that no board reads is read in the pauses, turn by turn, until there is nothing left.
import { CancellationToken, type Connection } from 'vscode-languageserver';
import { tellActivity } from './activity.ts';
import type { Answer } from './server.ts';

/** Between two turns of reading, for requests that arrive meanwhile; in milliseconds. */
const TURN = 10;

/** Begins to read after so many milliseconds, unless that is going on. */
export function reader(connection: Connection, answer: Answer): (delay?: number) => void {
  let running = false;
  const turn = async (): Promise<void> => {
    const more = await answer('index', CancellationToken.None, (session) => {
      const left = session.analysis.knowledge.work();
      tellActivity(connection, session, 'index', left);
      return left;
    }).catch(() => false);
    running = more;
    if (more) setTimeout(() => void turn(), TURN);
  };
  return (delay = TURN) => {
    if (running) return;
    running = true;
    setTimeout(() => void turn(), delay);
  };
}
