// SPDX-License-Identifier: MIT
// The requests of our own as the client sees them: the server's types, and nothing else of the server.
export type {
  BoardsResult,
  DmaMapChangedParams,
  DmaMapResult,
  ExplainResult,
  LendParams,
  LentFiles,
  OutlineEntry,
  TextResult,
} from '#host/lsp/protocol.ts';
