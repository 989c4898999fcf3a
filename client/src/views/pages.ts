// SPDX-License-Identifier: MIT
// Pages of text beside the editor that follow their boards while one types: a device explained, two trees compared.
import * as vscode from 'vscode';
import type { FromDocument, ToDocument } from '../../webview/document.ts';
import type { DmaMapChangedParams } from '../protocol.ts';
import type { Running } from '../running.ts';
import { isBlob, openText } from './blobs.ts';
import { fillPage } from './page-html.ts';

const TYPE = 'devicetreeIommu.page';

/** What a page shows: an answer of the server to one request. */
export interface PageRequest {
  readonly title: string;
  readonly method: string;
  readonly params: object;
}

/** What the server answers. */
interface PageResult {
  readonly markdown: string;
  /** URIs of the boards that it is about. */
  readonly boards: readonly string[];
}

/** One panel for each kind of page: the next device takes the place of the last. */
export class LivePages implements vscode.Disposable {
  readonly #running: Running;
  readonly #folder: vscode.Uri;
  readonly #panels = new Map<string, LivePage>();
  readonly #disposables: vscode.Disposable[];

  constructor(running: Running, extension: vscode.Uri) {
    this.#running = running;
    this.#folder = vscode.Uri.joinPath(extension, 'dist');
    const restore = async (panel: vscode.WebviewPanel, state: unknown) => {
      const request = requestOf(state);
      if (request) this.#adopt(panel, request);
      else panel.dispose();
    };
    this.#disposables = [vscode.window.registerWebviewPanelSerializer(TYPE, { deserializeWebviewPanel: restore })];
  }

  dispose(): void {
    for (const panel of this.#panels.values()) panel.dispose();
    for (const each of this.#disposables) each.dispose();
  }

  /** False when the server has no answer. */
  async show(request: PageRequest): Promise<boolean> {
    const found = await this.#running.request<PageResult>(request.method, request.params);
    if (!found) return false;
    const known = this.#panels.get(kindOf(request));
    if (known) {
      known.show(request);
      return true;
    }
    const panel = vscode.window.createWebviewPanel(
      TYPE,
      request.title,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [this.#folder], enableFindWidget: true },
    );
    this.#adopt(panel, request);
    return true;
  }

  #adopt(panel: vscode.WebviewPanel, request: PageRequest): void {
    const kind = kindOf(request);
    this.#panels.get(kind)?.dispose();
    const page = new LivePage(panel, { running: this.#running, folder: this.#folder, request });
    this.#panels.set(kind, page);
    panel.onDidDispose(() => {
      page.dispose();
      if (this.#panels.get(kind) === page) this.#panels.delete(kind);
    });
  }
}

interface PageParts {
  readonly running: Running;
  readonly folder: vscode.Uri;
  readonly request: PageRequest;
}

class LivePage implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #running: Running;
  readonly #disposables: vscode.Disposable[];
  #request: PageRequest;
  #shown: PageResult | undefined;
  #ready = false;
  #asking = 0;

  constructor(panel: vscode.WebviewPanel, { running, folder, request }: PageParts) {
    this.#panel = panel;
    this.#running = running;
    this.#request = request;
    const { webview } = panel;
    const changed = ({ board }: DmaMapChangedParams) => {
      if (!this.#shown || this.#shown.boards.includes(board)) void this.#refresh();
    };
    this.#disposables = [
      panel,
      webview.onDidReceiveMessage((message: FromDocument) => void this.#receive(message)),
      running.listen('dtIommu/dmaMapChanged', changed),
      running.onRestarted(() => void this.#refresh()),
      panel.onDidChangeViewState(() => panel.visible && void this.#refresh()),
    ];
    fillPage(webview, { folder, name: 'document', title: request.title });
  }

  dispose(): void {
    this.#asking++;
    for (const each of this.#disposables.splice(0)) each.dispose();
  }

  show(request: PageRequest): void {
    this.#request = request;
    this.#panel.title = request.title;
    this.#panel.reveal(undefined, true);
    void this.#refresh();
  }

  async #receive(message: FromDocument): Promise<void> {
    if (message.type === 'ready') {
      this.#ready = true;
      await this.#refresh();
      // Only places that the server named.
    } else if (this.#shown?.markdown.includes(`](${message.href})`)) await this.#open(message.href);
  }

  /** The last answer that was asked for wins; without one what is shown stays. */
  async #refresh(): Promise<void> {
    if (!this.#ready || !this.#panel.visible) return;
    const asked = ++this.#asking;
    const { method, params } = this.#request;
    const found = await this.#running.request<PageResult>(method, params).catch(() => null);
    if (asked !== this.#asking || !found) return;
    this.#shown = found;
    const message: ToDocument = { type: 'page', markdown: found.markdown, state: this.#request };
    void this.#panel.webview.postMessage(message);
  }

  /** Beside the page, never over it. */
  async #open(href: string): Promise<void> {
    const [plain = '', line = ''] = href.split('#L');
    const at = new vscode.Position(Math.max(0, (Number.parseInt(line, 10) || 1) - 1), 0);
    const column = this.#panel.viewColumn;
    const open = vscode.window.visibleTextEditors.find((editor) => editor.viewColumn !== column)?.viewColumn;
    const uri = vscode.Uri.parse(plain);
    const target = isBlob(uri) ? await openText(uri) : await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(target, {
      viewColumn: open ?? (column === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One),
      selection: new vscode.Range(at, at),
      preview: true,
    });
  }
}

function kindOf({ method }: PageRequest): string {
  return method;
}

/** What the page kept; our methods only. */
function requestOf(state: unknown): PageRequest | undefined {
  const { title, method, params } = (state ?? {}) as Partial<PageRequest>;
  const isOurs = typeof method === 'string' && /^dtIommu\/\w+$/.test(method) && typeof title === 'string';
  return isOurs && params !== null && typeof params === 'object' ? { title, method, params } : undefined;
}
