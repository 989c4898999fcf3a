// SPDX-License-Identifier: MIT
// The DMA map: a page in the editor area that shows a board's lanes, follows the cursor, and leads to the line.
import * as vscode from 'vscode';
// The messages are types alone: the page is a bundle of its own.
import type { FromPage, ToPage } from '../../webview/messages.ts';
import { nameOf, openDocuments } from '../documents.ts';
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

const TYPE = 'devicetreeIommu.map';
/** Before the board is asked for once more, when nothing says that the server is ready; in milliseconds. */
const AGAIN = 1000;

/** What the rest of the extension does for the map. */
export interface MapHelp {
  readonly active: () => vscode.TextDocument | undefined;
  readonly explain: (board: string, path: string) => unknown;
  readonly showRule: (id: string) => unknown;
}

/** One panel that follows the editor, made when it is asked for, and those that were kept at their boards beside it. */
export class DmaMaps implements vscode.Disposable {
  readonly #running: Running;
  readonly #folder: vscode.Uri;
  readonly #help: MapHelp;
  readonly #disposables: vscode.Disposable[];
  #map: DmaMapPanel | undefined;
  readonly #kept = new Set<DmaMapPanel>();

  constructor(running: Running, extension: vscode.Uri, help: MapHelp) {
    this.#running = running;
    this.#folder = vscode.Uri.joinPath(extension, 'dist');
    this.#help = help;
    const ofNode = (node?: { readonly path?: string }) => node?.path;
    this.#disposables = [
      vscode.commands.registerCommand('devicetreeIommu.showMap', (node) => this.#show(ofNode(node), 'map')),
      vscode.commands.registerCommand('devicetreeIommu.showWaits', (node) => this.#show(ofNode(node), 'boot')),
      vscode.commands.registerCommand('devicetreeIommu.mapKeep', () => this.#keep()),
      vscode.commands.registerCommand('devicetreeIommu.mapGoTo', (node) => this.#front()?.goTo(ofNode(node) ?? '')),
      vscode.commands.registerCommand('devicetreeIommu.mapExplain', (node) =>
        this.#front()?.explain(ofNode(node) ?? ''),
      ),
      vscode.window.registerWebviewPanelSerializer(TYPE, {
        deserializeWebviewPanel: async (panel, state) => this.#adopt(panel, boardOf(state)),
      }),
    ];
  }

  dispose(): void {
    for (const each of [...this.#panels(), ...this.#disposables]) each.dispose();
  }

  #panels(): DmaMapPanel[] {
    return [...this.#kept, ...(this.#map ? [this.#map] : [])];
  }

  /** The one that the user looks at. */
  #front(): DmaMapPanel | undefined {
    return this.#panels().find(({ isActive }) => isActive) ?? this.#map;
  }

  /** It stays with its board; the next map that is asked for is another one, so that two can be held side by side. */
  #keep(): void {
    if (!this.#map) return;
    this.#map.keep();
    this.#kept.add(this.#map);
    this.#map = undefined;
  }

  /** With a path: that device is selected, or what it waits for is shown. */
  #show(path: string | undefined, view: 'map' | 'boot'): void {
    if (!this.#map) {
      const panel = vscode.window.createWebviewPanel(
        TYPE,
        vscode.l10n.t('DMA Map'),
        { viewColumn: this.#column(), preserveFocus: path === undefined },
        { enableScripts: true, localResourceRoots: [this.#folder], enableFindWidget: true },
      );
      this.#adopt(panel, undefined);
    }
    this.#map?.show(path, view);
  }

  /** Beside the editor, and beside those that are kept. */
  #column(): vscode.ViewColumn {
    const taken = [...this.#kept].flatMap(({ column }) => column ?? []);
    return taken.length === 0 ? vscode.ViewColumn.Beside : Math.min(Math.max(...taken) + 1, vscode.ViewColumn.Nine);
  }

  #adopt(panel: vscode.WebviewPanel, board: string | undefined): void {
    // Several that come back with a window: the last one follows.
    this.#keep();
    const map = new DmaMapPanel(panel, { running: this.#running, folder: this.#folder, help: this.#help, board });
    this.#map = map;
    panel.onDidDispose(() => {
      map.dispose();
      this.#kept.delete(map);
      if (this.#map === map) this.#map = undefined;
    });
  }
}

interface PanelParts {
  readonly running: Running;
  readonly folder: vscode.Uri;
  readonly help: MapHelp;
  /** The board that it showed when the window was closed. */
  readonly board: string | undefined;
}

class DmaMapPanel implements vscode.Disposable {
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
  #isKept = false;
  #select: { readonly path: string; readonly view: 'map' | 'boot' } | undefined;
  #asking = 0;

  constructor(panel: vscode.WebviewPanel, { running, folder, help, board }: PanelParts) {
    this.#panel = panel;
    this.#running = running;
    this.#help = help;
    this.#board = board;
    const { webview } = panel;
    const changed = ({ board: other }: DmaMapChangedParams) => other === this.#board && void this.#refresh();
    this.#disposables = [
      panel,
      webview.onDidReceiveMessage((message: FromPage) => void this.#receive(message)),
      running.listen('dtIommu/dmaMapChanged', changed),
      running.onRestarted(() => void this.#refresh()),
      panel.onDidChangeViewState(() => panel.visible && void this.#refresh()),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && void this.#switch(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#follow(textEditor)),
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
    this.#panel.title = this.#isKept ? vscode.l10n.t('DMA Map: {0}, kept', name) : vscode.l10n.t('DMA Map: {0}', name);
  }

  show(path: string | undefined, view: 'map' | 'boot'): void {
    this.#panel.reveal(undefined, path === undefined);
    this.#select = path === undefined ? undefined : { path, view };
    // Chosen in another page: a device tree that is open.
    this.#board = this.#help.active()?.uri.toString() ?? this.#board ?? openDocuments()[0]?.uri.toString();
    void this.#refresh();
  }

  goTo(path: string): Thenable<unknown> | undefined {
    return this.#reveal(this.#shown?.places[path], true);
  }

  explain(path: string): void {
    if (this.#board !== undefined) this.#help.explain(this.#board, nodeOf(path));
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
    this.#post({ type: 'map', content: { board, name, platform, lanes, places, wishes } });
    if (this.#select) this.#post({ type: 'select', ...this.#select });
    this.#select = undefined;
    const editor = vscode.window.activeTextEditor;
    if (editor) this.#follow(editor);
  }

  #ask<R>(method: string, params: object): Promise<R | null> {
    return this.#running.request<R>(method, { textDocument: { uri: this.#board }, ...params }).catch(() => null);
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

  /** The device that is opened on the line of the cursor, or last before it in the same file. */
  #follow({ document, selection }: vscode.TextEditor): void {
    if (!this.#shown || document !== this.#help.active()) return;
    const uri = document.uri.toString();
    const { line } = selection.active;
    let best: { readonly path: string; readonly line: number } | undefined;
    for (const [path, place] of Object.entries(this.#shown.places)) {
      const start = place.range.start.line;
      const here = start <= line && start >= (best?.line ?? 0) && vscode.Uri.parse(place.uri).toString() === uri;
      if (here) best = { path, line: start };
    }
    this.#post({ type: 'cursor', path: best?.path ?? null });
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

/** What the page kept; whatever else is there is ignored. */
function boardOf(state: unknown): string | undefined {
  const board = state !== null && typeof state === 'object' && 'board' in state ? state.board : undefined;
  return typeof board === 'string' ? board : undefined;
}

/** A device without a node has the path of the one that makes it. */
function nodeOf(path: string): string {
  return path.split('#')[0] ?? path;
}
