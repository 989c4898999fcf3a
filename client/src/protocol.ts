// SPDX-License-Identifier: MIT
// The requests of our own as the client sees them: the server's types, and nothing else of the server.
export type { BoardsResult, ExplainResult, LendParams, LentFiles, TextResult } from '#host/lsp/protocol.ts';
