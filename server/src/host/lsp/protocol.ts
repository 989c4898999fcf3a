// SPDX-License-Identifier: MIT
// The requests beyond the Language Server Protocol, typed for server and client; docs/protocol.md explains them.
import type { ExplainJson } from '#ide/explain/report-json.ts';
import type { Topology } from '#ide/explain/topology.ts';

/** A name and the types that belong to it. */
export interface Request<P, R> {
  readonly method: string;
  /** Never set: carries the types. */
  readonly types?: { readonly params: P; readonly result: R };
}

export interface DocumentParams {
  readonly textDocument: { readonly uri: string };
}

export interface ExplainParams extends DocumentParams {
  /** The device whose node holds this position; absent with `node`: every device. */
  readonly position?: { readonly line: number; readonly character: number };
  /** A path, `&label` or alias instead of a position. */
  readonly node?: string;
}

/** contracts.md section 3; files are URIs. */
export interface ExplainResult extends ExplainJson {
  /** The same as text for people. */
  readonly text: string;
  /** The same as a page in Markdown. */
  readonly markdown: string;
}

export interface BoardsParams extends DocumentParams {
  /** Look through the whole architecture, not only the file's own folder. */
  readonly all?: boolean;
}

export interface BoardsResult {
  /** The board that the document is shown with now. */
  readonly board: string;
  readonly reason: 'itself' | 'selected' | 'open' | 'project' | 'nearest' | 'alone';
  /** URIs, nearest first. */
  readonly boards: readonly string[];
  /** What the board is judged on, for people. */
  readonly platform: string;
}

export interface SelectBoardParams extends DocumentParams {
  /** `null`: back to the best one. */
  readonly board: string | null;
}

export interface TextResult {
  readonly text: string;
}

export const explain: Request<ExplainParams, ExplainResult | null> = { method: 'dtIommu/explain' };
export const topology: Request<DocumentParams, Topology | null> = { method: 'dtIommu/topology' };
export const boards: Request<BoardsParams, BoardsResult | null> = { method: 'dtIommu/boards' };
export const selectBoard: Request<SelectBoardParams, BoardsResult | null> = { method: 'dtIommu/selectBoard' };
export const tree: Request<DocumentParams, TextResult | null> = { method: 'dtIommu/tree' };
/** The page of a rule, in Markdown. */
export const rule: Request<{ readonly id: string }, TextResult | null> = { method: 'dtIommu/rule' };

/** Client to server where the server has no disk: what it must know before it can answer. */
export interface LentFiles {
  /** Text by URI; `null`: there is no such file. */
  readonly texts: Readonly<Record<string, string | null>>;
  /** Names in a folder, sub-folders with a trailing `/`; `null`: there is no such folder. */
  readonly folders: Readonly<Record<string, readonly string[] | null>>;
}

export interface LendParams {
  readonly texts: readonly string[];
  readonly folders: readonly string[];
}

/** Server to client. */
export const lend: Request<LendParams, LentFiles> = { method: 'dtIommu/lend' };

/** What the client says of itself when it starts the server. */
export interface ClientOptions {
  /** Where a problem's code leads: `{id}` is replaced by the rule's id. */
  readonly rulePage?: string;
}
