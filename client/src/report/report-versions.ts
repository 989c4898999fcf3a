// SPDX-License-Identifier: MIT
// The versions that a report names, in English as the rest of it.
import * as vscode from 'vscode';
import { LEVELS, type Log } from '../log.ts';
import type { Running } from '../running.ts';

export function versionsOf(
  { client, state }: Running,
  { channel }: Log,
  extension: vscode.Extension<unknown>,
): [string, string][] {
  const { version } = extension.packageJSON as { readonly version: string };
  const server = client.initializeResult?.serverInfo;
  const { env } = vscode;
  return [
    ['Extension', version],
    ['Server', `${server?.name ?? 'unknown'} ${server?.version ?? ''}, ${state}`],
    [
      'VS Code',
      `${vscode.version} (${env.appName}, ${env.appHost}, ${env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}${env.remoteName === undefined ? '' : `, ${env.remoteName}`})`,
    ],
    [
      'System',
      typeof process === 'undefined'
        ? 'browser'
        : `${process.platform} ${process.arch}, Node ${process.versions?.node ?? 'none'}`,
    ],
    ['Language', env.language],
    ['Log level', LEVELS[channel.logLevel] ?? 'unknown'],
  ];
}
