// SPDX-License-Identifier: MIT
// Entry of `dist/server.cjs`: the language server on standard input and output.
import { serveStreams } from './lsp/stdio.ts';

serveStreams(process.stdin, process.stdout);
