// SPDX-License-Identifier: MIT
// A page in the editor area that shows the lanes of a board, follows the cursor, and leads to the line.
import * as vscode from 'vscode';
// The messages are types alone: the page is a bundle of its own.
import type { FromPage, ToPage } from '../../webview/messages.ts';
import { nameOf, nodesAt, openDocuments } from '../documents.ts';
import type {
  BootViewResult,
  DmaDetailsResult,
  DmaLanesResult,
  DmaMapChangedParams,
  NamedPlace,
  TextResult,
  WhatIfResult,
} from '../protocol.ts';
import type { Running } from '../running.ts';
import { fillPage } from './page-html.ts';
import { chosenConfig } from './wishes.ts';

/** Before the board is asked for once more, when nothing says that the server is ready; in milliseconds. */
const AGAIN = 1000;

/** What the rest of the extension does for the map. */
export interface MapHelp {
  readonly active: () => vscode.TextDocument | undefined;
  /** `on`: the wish for another platform; empty: the board's own. */
  readonly explain: (board: string, path: string, on: string) => unknown;
  readonly showRule: (id: string) => unknown;
  /** Shows a board on another platform beside the map. */
  readonly showBeside: (board: string, on: string) => unknown;
}

interface PanelParts {
  readonly running: Running;
  readonly folder: vscode.Uri;
  readonly help: MapHelp;
  /** The board that it showed when the window was closed, or that it stays with. */
  readonly board: string | undefined;
  /** The wish for the platform that it stays with; empty: the board's own. */
  readonly on: string;
}

export class DmaMapPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #running: Running;
  readonly #help: MapHelp;
  readonly #disposables: vscode.Disposable[];
  #board: string | undefined;
  #shown: DmaLanesResult | undefined;
  /** The details that the page shows, whose places it names by number. */
  #details: { readonly path: string; readonly details: DmaDetailsResult } | undefined;
  #ready = false;
  /** It does not follow the editor to another board. */
  #isKept: boolean;
  readonly #on: string;
  /** Said to the page behind its next map. */
  #next: ToPage | undefined;
  #asking = 0;
  #moves = 0;

  constructor(panel: vscode.WebviewPanel, { running, folder, help, board, on }: PanelParts) {
    this.#panel = panel;
    this.#running = running;
    this.#help = help;
    this.#board = board;
    this.#on = on;
    this.#isKept = on !== '';
    const { webview } = panel;
    const changed = ({ board: other }: DmaMapChangedParams) => other === this.#board && void this.#refresh();
    this.#disposables = [
      panel,
      webview.onDidReceiveMessage((message: FromPage) => void this.#receive(message)),
      running.listen('dtIommu/dmaMapChanged', changed),
      running.onRestarted(() => void this.#refresh()),
      panel.onDidChangeViewState(() => panel.visible && void this.#refresh()),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && void this.#switch(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void this.#follow(textEditor)),
    ];
    fillPage(webview, { folder, name: 'dma-map', title: vscode.l10n.t('DMA Map') });
  }

  dispose(): void {
    this.#asking++;
    for (const each of this.#disposables.splice(0)) each.dispose();
  }

  get isActive(): boolean {
    return this.#panel.active;
  }

  get board(): string | undefined {
    return this.#board;
  }

  /** The wish for its platform, with another one behind it. */
  withWish(wish: string): string {
    return `${this.#on} ${wish}`.trim();
  }

  get column(): vscode.ViewColumn | undefined {
    return this.#panel.viewColumn;
  }

  keep(): void {
    this.#isKept = true;
    this.#entitle();
  }

  #entitle(): void {
    if (!this.#shown) return;
    const name = nameOf(this.#shown.board);
    if (this.#on !== '') this.#panel.title = vscode.l10n.t('DMA Map: {0}, {1}', name, this.#on);
    else
      this.#panel.title = this.#isKept
        ? vscode.l10n.t('DMA Map: {0}, kept', name)
        : vscode.l10n.t('DMA Map: {0}', name);
  }

  show(path: string | undefined, view: 'map' | 'boot'): void {
    this.#panel.reveal(undefined, path === undefined);
    this.#next = path === undefined ? undefined : { type: 'select', path, view };
    // Chosen in another page: a device tree that is open.
    this.#board = this.#help.active()?.uri.toString() ?? this.#board ?? openDocuments()[0]?.uri.toString();
    void this.#refresh();
  }

  /** Shows what the wish changes. */
  ask(wish: string): void {
    this.#panel.reveal();
    this.#next = { type: 'wish', wish };
    void this.#refresh();
  }

  goTo(path: string): Thenable<unknown> | undefined {
    return this.#reveal(this.#shown?.places[path], true);
  }

  explain(path: string): void {
    if (this.#board !== undefined) this.#help.explain(this.#board, nodeOf(path), this.#on);
  }

  #post(message: ToPage): void {
    if (this.#ready) void this.#panel.webview.postMessage(message);
  }

  async #receive(message: FromPage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        await this.#refresh();
        break;
      case 'reveal':
        await this.#reveal(this.#shown?.places[message.path], message.focus);
        break;
      case 'details':
        await this.#tellDetails(message.path);
        break;
      case 'evidence':
        if (this.#details?.path !== message.path) break;
        await this.#reveal(this.#details.details.reasons[message.reason]?.places[message.place], false);
        break;
      case 'boot':
        this.#post({
          type: 'boot',
          boot: await this.#ask<BootViewResult>('dtIommu/bootOrder', { node: message.path }),
        });
        break;
      case 'what-if':
        await this.#tellWhatIf(message.wish);
        break;
      case 'beside':
        if (this.#board !== undefined) this.#help.showBeside(this.#board, this.withWish(message.wish));
        break;
      case 'choose-config': {
        const wish = await chosenConfig();
        if (wish !== undefined) this.#post({ type: 'wish', wish });
        break;
      }
      case 'explain':
        this.explain(message.path);
        break;
      case 'rule':
        this.#help.showRule(message.id);
        break;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        break;
      case 'export':
        await this.#export(message.only);
        break;
    }
  }

  /** The last answer that was asked for wins. */
  async #refresh(): Promise<void> {
    if (!this.#ready || !this.#panel.visible) return;
    this.#board ??= this.#help.active()?.uri.toString();
    if (this.#board === undefined) {
      this.#post({ type: 'none', text: vscode.l10n.t('Open a device tree (.dts, .dtsi, .dtso) to see its map.') });
      return;
    }
    const asked = ++this.#asking;
    const found = await this.#ask<DmaLanesResult>('dtIommu/dmaLanes', {});
    if (asked !== this.#asking) return;
    if (!found) {
      // The document may not have reached the server yet.
      if (this.#shown === undefined) setTimeout(() => asked === this.#asking && void this.#refresh(), AGAIN);
      return;
    }
    this.#shown = found;
    this.#board = found.board;
    const name = nameOf(found.board);
    this.#entitle();
    const places = Object.fromEntries(Object.entries(found.places).map(([path, place]) => [path, place.name]));
    const { board, platform, lanes, wishes } = found;
    const content = { board, name, platform, lanes, places, wishes, on: this.#on, inEditor: true };
    this.#post({ type: 'map', content });
    if (this.#next) this.#post(this.#next);
    this.#next = undefined;
    const editor = vscode.window.activeTextEditor;
    if (editor) void this.#follow(editor);
  }

  #ask<R>(method: string, params: object): Promise<R | null> {
    return this.#running
      .request<R>(method, { textDocument: { uri: this.#board }, on: this.#on, ...params })
      .catch(() => null);
  }

  /** Another board's file is opened: its map is shown. Files of the shown board leave it. */
  async #switch({ document }: vscode.TextEditor): Promise<void> {
    if (this.#isKept || document !== this.#help.active()) return;
    const uri = document.uri.toString();
    const isPart = Object.values(this.#shown?.places ?? {}).some((place) => place.uri === uri);
    if (uri === this.#board || isPart) return;
    this.#board = uri;
    await this.#refresh();
  }

  /** The innermost node around the cursor that the map has. */
  async #follow(editor: vscode.TextEditor): Promise<void> {
    const { places, board } = this.#shown ?? {};
    if (!places || board === undefined || editor.document !== this.#help.active()) return;
    const moved = ++this.#moves;
    const paths = await nodesAt(this.#running, board, editor);
    const path = paths.find((each) => Object.hasOwn(places, each)) ?? null;
    if (moved === this.#moves) this.#post({ type: 'cursor', path });
  }

  async #tellWhatIf(wish: string): Promise<void> {
    this.#post({ type: 'what-if', wish, result: await this.#ask<WhatIfResult>('dtIommu/whatIf', { wish }) });
  }

  async #tellDetails(path: string): Promise<void> {
    const details = await this.#ask<DmaDetailsResult>('dtIommu/dmaDetails', { node: path });
    if (details) this.#details = { path, details };
    this.#post({ type: 'details', path, details });
  }

  /** Beside the map, never over it. */
  #reveal(place: NamedPlace | undefined, focus: boolean): Thenable<unknown> | undefined {
    if (!place) return undefined;
    const { start } = place.range;
    const at = new vscode.Position(start.line, start.character);
    const column = this.#panel.viewColumn;
    const open = vscode.window.visibleTextEditors.find((editor) => editor.viewColumn !== column)?.viewColumn;
    return vscode.window.showTextDocument(vscode.Uri.parse(place.uri), {
      viewColumn: open ?? (column === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One),
      selection: new vscode.Range(at, at),
      preview: true,
      preserveFocus: !focus,
    });
  }

  async #export(only: readonly string[] | null): Promise<void> {
    const found = await this.#ask<TextResult>('dtIommu/dmaPicture', only === null ? {} : { only });
    if (!found || !this.#shown) return;
    const board = vscode.Uri.parse(this.#shown.board);
    const name = board.path.slice(board.path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(board, '..', `${name}-dma.svg`),
      filters: { SVG: ['svg'] },
    });
    if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(found.text));
  }
}

/** A device without a node has the path of the one that makes it. */
function nodeOf(path: string): string {
  return path.split('#')[0] ?? path;
}
