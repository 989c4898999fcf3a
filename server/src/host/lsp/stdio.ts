// SPDX-License-Identifier: MIT
// The language server on a process: `dt-iommu lsp --stdio`, and what the desktop extension starts.
import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { readGrammar } from '#host/grammar.ts';
import { DiskFiles } from '#host/sources.ts';
import { housekeeping } from './housekeeping.ts';
import { checkingParams } from './params.ts';
import { serve } from './server.ts';
import { StoredIndexes } from './stored-indexes.ts';
import { readTexts } from './texts.ts';

/** Serves until the client says `exit` or goes away. */
export function serveStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
  const connection = createConnection(new StreamMessageReader(input), new StreamMessageWriter(output), checkingParams);
  const memory = (folder: string) => new StoredIndexes(folder);
  serve(connection, { grammar: readGrammar(), files: new DiskFiles(), memory, texts: readTexts, rest: housekeeping() });
  // A client that went away without `exit` waits for nothing; a timer of the reader would keep the process for it.
  input.once('end', leave).once('error', leave);
  output.once('error', leave);
  connection.listen();
}

function leave(): void {
  process.exit(1);
}
