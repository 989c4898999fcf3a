// SPDX-License-Identifier: MIT
// The maps of the window: one that follows the editor, and those that stay at a board or at another platform beside it.
import * as vscode from 'vscode';
import { openDocuments } from '../documents.ts';
import type { Running } from '../running.ts';
import { DmaMapPanel, type MapHelp } from './dma-map-panel.ts';
import { pickWish } from './wishes.ts';

const TYPE = 'devicetreeIommu.map';

/** A map that stays where it is. */
interface Stay {
  readonly board: string;
  readonly on: string;
}

/** The first is made when it is asked for. */
export class DmaMaps implements vscode.Disposable {
  readonly #running: Running;
  readonly #folder: vscode.Uri;
  readonly #help: Omit<MapHelp, 'showBeside'>;
  readonly #disposables: vscode.Disposable[];
  #map: DmaMapPanel | undefined;
  readonly #kept = new Set<DmaMapPanel>();

  constructor(running: Running, extension: vscode.Uri, help: Omit<MapHelp, 'showBeside'>) {
    this.#running = running;
    this.#folder = vscode.Uri.joinPath(extension, 'dist');
    this.#help = help;
    const ofNode = (node?: { readonly path?: string }) => node?.path;
    this.#disposables = [
      vscode.commands.registerCommand('devicetreeIommu.showMap', (node) => this.#show(ofNode(node), 'map')),
      vscode.commands.registerCommand('devicetreeIommu.showWaits', (node) => this.#show(ofNode(node), 'boot')),
      vscode.commands.registerCommand('devicetreeIommu.whatIf', () => this.#whatIf()),
      vscode.commands.registerCommand('devicetreeIommu.mapBeside', () => this.#chooseBeside()),
      vscode.commands.registerCommand('devicetreeIommu.mapKeep', () => this.#keep()),
      vscode.commands.registerCommand('devicetreeIommu.mapGoTo', (node) => this.#front()?.goTo(ofNode(node) ?? '')),
      vscode.commands.registerCommand('devicetreeIommu.mapExplain', (node) =>
        this.#front()?.explain(ofNode(node) ?? ''),
      ),
      vscode.window.registerWebviewPanelSerializer(TYPE, {
        deserializeWebviewPanel: async (panel, state) => this.#restore(panel, state),
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
    // One that stays already may be in front.
    if (!this.#map || this.#front() !== this.#map) return;
    this.#stay(this.#map);
  }

  #stay(map: DmaMapPanel): void {
    map.keep();
    this.#kept.add(map);
    this.#map = undefined;
  }

  /** With a path: that device is selected, or what it waits for is shown. */
  #show(path: string | undefined, view: 'map' | 'boot'): void {
    this.#following(path === undefined).show(path, view);
  }

  #following(preserveFocus: boolean): DmaMapPanel {
    this.#map ??= this.#follow(this.#open(this.#columnBehind(this.#kept), preserveFocus), undefined);
    return this.#map;
  }

  /** The board of the map in front, else that of the editor. */
  #board(): string | undefined {
    const front = this.#panels().find(({ isActive }) => isActive);
    const board = front?.board ?? (this.#help.active() ?? openDocuments()[0])?.uri.toString();
    if (board === undefined) void vscode.window.showInformationMessage(vscode.l10n.t('Open a device tree first.'));
    return board;
  }

  /** What another platform changes: in the map in front, else in the one that follows. */
  async #whatIf(): Promise<void> {
    const board = this.#board();
    if (board === undefined) return;
    const front = this.#panels().find(({ isActive }) => isActive);
    const picked = await pickWish(this.#running, board, vscode.l10n.t('What if the board booted with …'));
    if (picked === undefined) return;
    if (front) front.ask(picked);
    else {
      const map = this.#following(false);
      map.show(undefined, 'map');
      map.ask(picked);
    }
  }

  async #chooseBeside(): Promise<void> {
    const board = this.#board();
    if (board === undefined) return;
    const front = this.#panels().find(({ isActive }) => isActive);
    const picked = await pickWish(this.#running, board, vscode.l10n.t('The map of the board on another platform'));
    if (picked !== undefined) this.#showBeside({ board, on: front?.withWish(picked) ?? picked });
  }

  /** Beside the map of the board itself, which is opened where there is none. */
  #showBeside(stay: Stay): void {
    if (this.#panels().length === 0) this.#show(undefined, 'map');
    const panel = this.#open(this.#columnBehind(this.#panels()), true);
    this.#kept.add(this.#adopt(panel, stay));
  }

  #open(viewColumn: vscode.ViewColumn, preserveFocus: boolean): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(
      TYPE,
      vscode.l10n.t('DMA Map'),
      { viewColumn, preserveFocus },
      { enableScripts: true, localResourceRoots: [this.#folder], enableFindWidget: true },
    );
  }

  /** The column behind those maps; without one, the column beside the editor. One that opens has none yet. */
  #columnBehind(maps: Iterable<DmaMapPanel>): vscode.ViewColumn {
    const all = [...maps];
    if (all.length === 0) return vscode.ViewColumn.Beside;
    const beside = (vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.One) + 1;
    return Math.min(Math.max(...all.map(({ column }) => column ?? beside)) + 1, vscode.ViewColumn.Nine);
  }

  #follow(panel: vscode.WebviewPanel, board: string | undefined): DmaMapPanel {
    if (this.#map) this.#stay(this.#map);
    this.#map = this.#adopt(panel, { board, on: '' });
    return this.#map;
  }

  /** Of several that come back with a window, the last one follows. */
  #restore(panel: vscode.WebviewPanel, state: unknown): void {
    const board = fieldOf(state, 'board');
    const on = fieldOf(state, 'on') ?? '';
    if (board !== undefined && on !== '') this.#kept.add(this.#adopt(panel, { board, on }));
    else this.#follow(panel, board);
  }

  #adopt(panel: vscode.WebviewPanel, { board, on }: { board: string | undefined; on: string }): DmaMapPanel {
    const help = {
      ...this.#help,
      showBeside: (of: string, other: string) => this.#showBeside({ board: of, on: other }),
    };
    const map = new DmaMapPanel(panel, { running: this.#running, folder: this.#folder, help, board, on });
    panel.onDidDispose(() => {
      map.dispose();
      this.#kept.delete(map);
      if (this.#map === map) this.#map = undefined;
    });
    return map;
  }
}

/** What the page kept; whatever else is there is ignored. */
function fieldOf(state: unknown, name: 'board' | 'on'): string | undefined {
  const value = ((state ?? {}) as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}
