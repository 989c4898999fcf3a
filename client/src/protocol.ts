// SPDX-License-Identifier: MIT
// The requests of our own as the client sees them: the server's types, and nothing else of the server.
export type {
  ActivityParams,
  BoardsResult,
  BootViewResult,
  DmaDetailsResult,
  DmaLanesResult,
  DmaMapChangedParams,
  DmaMapResult,
  ExplainResult,
  Feature,
  LendParams,
  LentFiles,
  LogResult,
  NamedPlace,
  OutlineEntry,
  OverlaysResult,
  ResolvedPlace,
  ResolvedTreeResult,
  TextResult,
  WhatIfResult,
} from '#host/lsp/protocol.ts';
