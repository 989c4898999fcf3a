// SPDX-License-Identifier: MIT
// Desktop entry: starts the server as a process.
import { commands, type ExtensionContext } from 'vscode';
import { LanguageClient, type ServerOptions, TransportKind } from 'vscode-languageclient/node';
import { checkAllBoards, registerCheckTasks } from './boards/check-tasks.ts';
import { activateWith } from './client.ts';

export function activate(context: ExtensionContext): Promise<unknown> {
  // The command line has the server in it: one bundle for both.
  const module = context.asAbsolutePath('dist/cli.cjs');
  const server: ServerOptions = { module, args: ['lsp'], transport: TransportKind.stdio };
  context.subscriptions.push(
    registerCheckTasks(module),
    commands.registerCommand('devicetreeIommu.checkAll', checkAllBoards),
  );
  return activateWith(context, async (options) => {
    const client = new LanguageClient('devicetreeIommu', 'Devicetree IOMMU', server, options);
    await client.start();
    return client;
  });
}
