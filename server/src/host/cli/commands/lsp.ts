// SPDX-License-Identifier: MIT
// `dt-iommu lsp`: the language server, for any editor.
import type { Arguments, Command } from '#host/cli/arguments.ts';
import { Failure } from '#host/cli/io.ts';

export const lspCommand: Command = {
  name: 'lsp',
  operands: '--stdio',
  summary: 'The language server on standard input and output, for any editor.',
  examples: [['lsp --stdio', 'what an editor starts']],
  // The protocol's library reads the second by itself, and ends the process once there is no such client any more.
  options: ['stdio', 'clientProcessId'],
  run: lsp,
};

async function lsp({ values }: Arguments): Promise<number> {
  if (!values.stdio) throw new Failure('lsp speaks on standard input and output only; say so with --stdio');
  // The protocol's library is a fifth of what other commands would load for nothing.
  const { serveStreams } = await import('#host/lsp/stdio.ts');
  serveStreams(process.stdin, process.stdout);
  // The server ends the process when its client says `exit` or goes away.
  return new Promise<number>(() => undefined);
}
