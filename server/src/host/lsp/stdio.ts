// SPDX-License-Identifier: MIT
// The language server on a process: `dt-iommu lsp --stdio`, and what the desktop extension starts.
import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { readGrammar } from '#host/grammar.ts';
import { DiskFiles } from '#host/sources.ts';
import { serve } from './server.ts';

/** Serves until the client says `exit` or goes away. */
export function serveStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
  const connection = createConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  serve(connection, { grammar: readGrammar(), files: new DiskFiles() });
  connection.listen();
}
