// SPDX-License-Identifier: MIT
// The requests beyond the Language Server Protocol, typed for server and client; docs/protocol.md explains them.
import type { Range } from '#base/text.ts';
import type { ExplainJson } from '#ide/explain/report-json.ts';
import type { Topology } from '#ide/explain/topology.ts';
import type { LogJson } from '#ide/log/log-report.ts';
import type { BootView } from '#ide/map/boot-view.ts';
import type { Details, Reason } from '#ide/map/details.ts';
import type { Lanes } from '#ide/map/lanes.ts';
import type { OutlineNode } from '#ide/map/outline.ts';
import type { WhatIf } from '#ide/map/what-if.ts';

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
  /** `platform` for a report that others read, whatever the language of the client. */
  readonly english?: boolean;
}

export interface BoardsResult {
  /** The board that the document is shown with now. */
  readonly board: string;
  readonly reason: 'itself' | 'selected' | 'open' | 'project' | 'nearest' | 'alone';
  /** URIs, nearest first. */
  readonly boards: readonly string[];
  /** What the board is judged on, for people. */
  readonly platform: string;
  /** Fields of the platform that nobody stated: settings of the same names state them (`kind`: `platform`). */
  readonly assumed: readonly string[];
  /** URIs of the overlays that are applied to the board, in order. */
  readonly overlays: readonly string[];
  /** What the project file or the settings call boards of the list, by URI. */
  readonly names: Readonly<Record<string, string>>;
  /** URI of the `dt-iommu.json` that counts for the document; `null`: there is none. */
  readonly projectFile: string | null;
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

/** A place that made a line of a resolved tree. */
export interface ResolvedPlace {
  readonly line: number;
  /** The characters of the line that name the place; both 0 where none do: it was set there before. */
  readonly start: number;
  readonly end: number;
  /** Index in `files`. */
  readonly file: number;
  /** Of the name there. */
  readonly position: { readonly line: number; readonly character: number };
  /** Last line of the whole statement. */
  readonly until: number;
}

export interface ResolvedTreeResult {
  /** URI of the board. */
  readonly board: string;
  readonly text: string;
  /** URIs. */
  readonly files: readonly string[];
  readonly places: readonly ResolvedPlace[];
}

/** The resolved tree of the document's board for a view: macros beside numbers, and where every line was set. */
export const resolvedTree: Request<DocumentParams, ResolvedTreeResult | null> = { method: 'dtIommu/resolvedTree' };

export interface ResolvedHoverParams extends DocumentParams {
  readonly position: { readonly line: number; readonly character: number };
  /** The line as the client shows it: about another one nothing is said. */
  readonly line: string;
}

/** The hover of a place in that text, in Markdown. */
export const resolvedHover: Request<ResolvedHoverParams, TextResult | null> = { method: 'dtIommu/resolvedHover' };
/** The page of a rule, in Markdown. */
export const rule: Request<{ readonly id: string }, TextResult | null> = { method: 'dtIommu/rule' };

/** A page of text for a view; its links name places as `file:///soc.dtsi#L12`. */
export interface PageResult {
  readonly markdown: string;
  /** URIs of the boards that it is about: when the map of one changes, so may the page. */
  readonly boards: readonly string[];
}

/** On another platform than the board's own. */
export interface OnPlatform extends DocumentParams {
  /** What `dtIommu/whatIf` takes as a wish; absent: the board's own platform. */
  readonly on?: string;
}

export interface NodePageParams extends OnPlatform {
  /** A path, `&label` or alias. */
  readonly node: string;
}

/** All about a device. */
export const explainPage: Request<NodePageParams, PageResult | null> = { method: 'dtIommu/explainPage' };

/** A tree of a comparison: the document's board with the overlays that are known for it, or with others. */
export interface ComparedTree extends DocumentParams {
  /** URIs, instead of those that are known for the board. */
  readonly overlays?: readonly string[];
}

export interface CompareParams extends ComparedTree {
  readonly with: ComparedTree;
}

/** What differs between two boards, a board with and without overlays, a source and a blob. */
export const compare: Request<CompareParams, PageResult | null> = { method: 'dtIommu/compare' };

/** The overlays of a board: those that are applied to it, and others that are known to fit. */
export interface OverlaysResult {
  readonly board: string;
  readonly applied: readonly string[];
  readonly known: readonly string[];
}

export const overlays: Request<DocumentParams, OverlaysResult | null> = { method: 'dtIommu/overlays' };

export interface LogParams extends DocumentParams {
  /** Lines of a log of Linux or Xen. */
  readonly text: string;
}

/** What `dt-iommu log --format json` prints; files are URIs. */
export interface LogResult extends LogJson {
  /** The same as text for people. */
  readonly text: string;
}

/** What a log says about DMA, held against the document's board. */
export const log: Request<LogParams, LogResult | null> = { method: 'dtIommu/log' };
/** The text of a blob. */
export const blob: Request<DocumentParams, TextResult | null> = { method: 'dtIommu/blob' };

/** An entry of the side bar; places are locations. */
export interface OutlineEntry extends Omit<OutlineNode, 'place' | 'children'> {
  readonly location?: { readonly uri: string; readonly range: Range };
  readonly children: readonly OutlineEntry[];
}

export interface DmaMapResult {
  /** URI of the board. */
  readonly board: string;
  readonly platform: string;
  readonly outline: readonly OutlineEntry[];
  readonly problems: number;
  /** The table of `dt-iommu explain BOARD`, for editors without views. */
  readonly text: string;
}

/** The DMA of the document's board at a glance. */
export const dmaMap: Request<DocumentParams, DmaMapResult | null> = { method: 'dtIommu/dmaMap' };

/** Server to client: the map of this board, which the client asked for before, is another one now. */
export const dmaMapChanged = { method: 'dtIommu/dmaMapChanged' };

export interface DmaMapChangedParams {
  /** URI of the board. */
  readonly board: string;
}

/** A place in a file, and how people name it: `soc.dtsi:12`. */
export interface NamedPlace {
  readonly name: string;
  readonly uri: string;
  readonly range: Range;
}

export interface DmaLanesResult {
  /** URI of the board. */
  readonly board: string;
  readonly platform: string;
  readonly lanes: Lanes;
  /** Where each device and IOMMU is opened, by path. */
  readonly places: Readonly<Record<string, NamedPlace>>;
  /** What `dtIommu/whatIf` may be asked about this board. */
  readonly wishes: readonly string[];
}

/** The map of the document's board: lanes, as they are drawn. */
export const dmaLanes: Request<OnPlatform, DmaLanesResult | null> = { method: 'dtIommu/dmaLanes' };

export interface NodesAtParams extends DocumentParams {
  /** A file of the document's board, and a place in it. */
  readonly file: string;
  readonly position: { readonly line: number; readonly character: number };
}

/** Paths of the nodes around a place, the innermost first: who shows a board knows which of them it has. */
export const nodesAt: Request<NodesAtParams, { readonly paths: readonly string[] } | null> = {
  method: 'dtIommu/nodesAt',
};

export interface DmaNodeParams extends OnPlatform {
  /** Path of a device or an IOMMU of the map. */
  readonly node: string;
}

export interface DmaDetailsResult extends Omit<Details, 'reasons'> {
  readonly reasons: readonly (Omit<Reason, 'evidence'> & { readonly places: readonly NamedPlace[] })[];
}

/** What the map tells at the side about one of its devices or IOMMUs. */
export const dmaDetails: Request<DmaNodeParams, DmaDetailsResult | null> = { method: 'dtIommu/dmaDetails' };

/** Who waits for whom, up to a device. */
export const bootView: Request<DmaNodeParams, BootView | null> = { method: 'dtIommu/bootOrder' };
export type BootViewResult = BootView;

export interface WhatIfParams extends OnPlatform {
  /** `iommu.passthrough=1`, `CONFIG_NAME=y`, `6.1`, `xen-host`, `kernel-config=FILE`; several apart by blanks. */
  readonly wish: string;
}

/** What changes on the board when the platform differs in this. */
export const whatIf: Request<WhatIfParams, WhatIf | null> = { method: 'dtIommu/whatIf' };
export type WhatIfResult = WhatIf;

export interface DmaPictureParams extends OnPlatform {
  /** Paths of the devices that are drawn; absent: all. */
  readonly only?: readonly string[];
}

/** The map as an SVG file. */
export const dmaPicture: Request<DmaPictureParams, TextResult | null> = { method: 'dtIommu/dmaPicture' };

/** Client to server where the server has no disk: what it must know before it can answer. */
export interface LentFiles {
  /** Text by URI, or its bytes where they are no UTF-8; `null`: there is no such file. */
  readonly texts: Readonly<Record<string, string | Uint8Array | null>>;
  /** Names in a folder, sub-folders with a trailing `/`; `null`: there is no such folder. */
  readonly folders: Readonly<Record<string, readonly string[] | null>>;
}

export interface LendParams {
  readonly texts: readonly string[];
  readonly folders: readonly string[];
}

/** Server to client. */
export const lend: Request<LendParams, LentFiles> = { method: 'dtIommu/lend' };

/** Server to client, where `ClientOptions.activity` asks for it: what it does of its own accord has changed. */
export const activity = { method: 'dtIommu/activity' };

/** `boards`: the other boards of open shared files are asked. `index`: files that no board reads. */
export type Activity = 'boards' | 'index';

export interface ActivityParams {
  /** Nothing: it waits for the user. */
  readonly doing: readonly Activity[];
}

/** Groups of standard requests; diagnostics, quick fixes, hints and lenses have settings of their own. */
export type Feature = 'completion' | 'formatting' | 'hover' | 'navigation' | 'semanticTokens';

/** What the client says of itself when it starts the server. */
export interface ClientOptions {
  /** The boards that the user chose for shared files before, both as URIs. */
  readonly selectedBoards?: Readonly<Record<string, string>>;
  /**
   * URI of a folder on the disk in which the server may keep what it found in bindings, for the next session; outside of
   * any workspace. Absent: nothing is written.
   */
  readonly cacheFolder?: string;
  /** What another server or extension does for the user: it is not offered. */
  readonly without?: readonly Feature[];
  /** The client shows what the server does of its own accord. */
  readonly activity?: boolean;
  /** Where a problem's code leads: `{id}` is replaced by the rule's id. */
  readonly rulePage?: string;
  /** A command of the client that opens the list of completions, for the first hole of what was accepted. */
  readonly suggestCommand?: string;
  /** Diagnostics are pushed even though the client says that it can pull. */
  readonly pushDiagnostics?: boolean;
}
