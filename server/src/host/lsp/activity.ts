// SPDX-License-Identifier: MIT
// Tells a client that shows it what the server does of its own accord.
import type { Connection } from 'vscode-languageserver';
import { memo } from '#base/memo.ts';
import { type Activity, type ActivityParams, activity } from './protocol.ts';
import type { Session } from './server.ts';

const doing = memo((_session: Session) => new Set<Activity>());

export function tellActivity(connection: Connection, session: Session, what: Activity, busy: boolean): void {
  const now = doing(session);
  if (!session.options.activity || now.has(what) === busy) return;
  if (busy) now.add(what);
  else now.delete(what);
  const params: ActivityParams = { doing: [...now] };
  void connection.sendNotification(activity.method, params);
}
