// SPDX-License-Identifier: MIT
// What is known of files that no board reads is read in the pauses, turn by turn, until there is nothing left.
import { CancellationToken, type Connection } from 'vscode-languageserver';
import { type Borrowed, NOTHING } from '#bindings/files.ts';
import type { Knowledge } from '#ide/knowledge/knowledge.ts';
import { tellActivity } from './activity.ts';
import type { ServerFiles } from './environment.ts';
import type { Answer } from './server.ts';

/** Between two turns of reading, for requests that arrive meanwhile; in milliseconds. */
const TURN = 10;

/** Begins to read after so many milliseconds, unless that is going on. */
export function reader(connection: Connection, answer: Answer, files: ServerFiles): (delay?: number) => void {
  let running = false;
  const turn = async (): Promise<void> => {
    let knowledge: Knowledge | undefined;
    const left = await answer('index', CancellationToken.None, (session) => {
      knowledge = session.analysis.knowledge;
      const more = knowledge.work();
      tellActivity(connection, session, 'index', more || (files.borrow !== undefined && knowledge.lacks));
      return more;
    }).catch(() => false);
    const more = left || (knowledge !== undefined && (await fetched(knowledge, files)));
    running = more;
    if (more) setTimeout(() => void turn(), TURN);
  };
  return (delay = TURN) => {
    if (running) return;
    running = true;
    setTimeout(() => void turn(), delay);
  };
}

/** What is looked over of files that the client lends, one question at a time; `false`: nothing is left to ask for. */
async function fetched(knowledge: Knowledge, files: ServerFiles): Promise<boolean> {
  const wanted = files.borrow ? knowledge.wanted() : NOTHING;
  if (!files.borrow || wanted.folders.length + wanted.texts.length === 0) return false;
  // What the client does not give is not there.
  const absent: Borrowed = { folders: new Map(), texts: new Map() };
  knowledge.give(await files.borrow(wanted).catch(() => absent));
  return true;
}
