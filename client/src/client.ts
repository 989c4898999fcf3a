// SPDX-License-Identifier: MIT
// What desktop and web share: which documents are served, the commands, the status item that names the active board.
import * as vscode from 'vscode';
import { type BaseLanguageClient, type LanguageClientOptions, RevealOutputChannelOn } from 'vscode-languageclient';
import { BLOB_SCHEME, Blobs, isBlob, openText } from './blobs.ts';
import { compare } from './compare.ts';
import { DmaMaps } from './dma-map-panel.ts';
import { DmaSideBar } from './dma-side-bar.ts';
import { LivePages } from './pages.ts';
import type { BoardsResult, ExplainResult, LogResult, TextResult } from './protocol.ts';
import { HOVER_COMMANDS, ResolvedTrees } from './resolved-trees.ts';
import { Running, type StartClient } from './running.ts';

/** `devicetree` is what other extensions call the same language. */
const LANGUAGES = ['dts', 'devicetree'];

/** Pages that the server writes: reports, resolved trees, rules. */
const PAGES = 'devicetree-iommu';

/**
 * Files, untitled texts, and the file systems of the workspace's folders. Other schemes are read-only texts beside a
 * file, as Git, the timeline and merge editors show them, or answers of this server: they are no questions to it.
 */
function servedSchemes(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [...new Set(['file', 'untitled', BLOB_SCHEME, ...folders.map(({ uri }) => uri.scheme)])];
}

export function clientOptions(): LanguageClientOptions {
  return {
    documentSelector: LANGUAGES.flatMap((language) => servedSchemes().map((scheme) => ({ language, scheme }))),
    initializationOptions: {
      rulePage: 'command:devicetreeIommu.showRule?%5B%22{id}%22%5D',
      suggestCommand: 'editor.action.triggerSuggest',
      // vscode-languageclient 11 forgets a document whose tab comes back before the last pull has ended: what is
      // typed there is then not pulled any more (its `knows` counts a request whose answer will be thrown away).
      pushDiagnostics: true,
    },
    markdown: {
      isTrusted: { enabledCommands: HOVER_COMMANDS },
      supportThemeIcons: true,
    },
    // A request that fails is told in the output channel: while one types, a message each time would be in the way.
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
}

/** Starts the server and everything that depends on it; the result is for the tests in VS Code. */
export async function activateWith(context: vscode.ExtensionContext, start: StartClient): Promise<BaseLanguageClient> {
  const running = new Running(await start());
  const pages = new Pages();
  const status = new BoardStatus(running);
  const trees = new ResolvedTrees(running);
  const live = new LivePages(running, context.extensionUri);
  let schemes = servedSchemes();
  const servesNewFolders = () => {
    // What a client is asked for is fixed when it starts: a folder of another file system needs a new one.
    if (servedSchemes().every((scheme) => schemes.includes(scheme))) return;
    schemes = servedSchemes();
    void running.restart(start);
  };
  context.subscriptions.push(
    vscode.workspace.onDidChangeWorkspaceFolders(servesNewFolders),
    { dispose: () => void running.client.stop() },
    vscode.workspace.registerTextDocumentContentProvider(PAGES, pages),
    status,
    new Blobs(running),
    trees,
    live,
    new DmaSideBar(running, activeDocument),
    new DmaMaps(running, context.extensionUri, {
      active: activeDocument,
      explain: (board, node) => explainIn(running, live, { textDocument: { uri: board }, node }),
      showRule: (id) => showRule(running, pages, id),
    }),
    vscode.commands.registerCommand('devicetreeIommu.selectBoard', () => selectBoard(running, status)),
    vscode.commands.registerCommand('devicetreeIommu.explain', (at?: unknown) => explain(running, live, at)),
    vscode.commands.registerCommand('devicetreeIommu.compare', (at?: unknown) =>
      compare(running, live, { at, active: activeDocument() }),
    ),
    vscode.commands.registerCommand('devicetreeIommu.showTree', (at?: unknown) => showTree(trees, at)),
    vscode.commands.registerCommand('devicetreeIommu.explainLog', () => explainLog(running, pages)),
    vscode.commands.registerCommand('devicetreeIommu.showRule', (id: string) => showRule(running, pages, id)),
    vscode.commands.registerCommand('devicetreeIommu.restart', () => running.restart(start)),
  );
  return running.client;
}

/** Read-only documents, each with the text it had when it was asked for. */
class Pages implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: PAGES, path: `/${name}` });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    return uri;
  }
}

/** Names the board of the active editor; a click chooses another. */
class BoardStatus implements vscode.Disposable {
  readonly #running: Running;
  readonly #item: vscode.StatusBarItem;
  readonly #listener: vscode.Disposable;

  constructor(running: Running) {
    this.#running = running;
    this.#item = vscode.window.createStatusBarItem('devicetreeIommu.board', vscode.StatusBarAlignment.Left);
    this.#item.name = 'Device Tree Board';
    this.#item.command = 'devicetreeIommu.selectBoard';
    this.#listener = vscode.window.onDidChangeActiveTextEditor(() => this.update());
    void this.update();
  }

  async update(): Promise<void> {
    const document = activeDocument();
    if (!document) {
      this.#item.hide();
      return;
    }
    const found = await this.#running.request<BoardsResult>('dtIommu/boards', { textDocument: identifier(document) });
    if (!found || activeDocument() !== document) return;
    this.#item.text = `$(circuit-board) ${nameOf(found.board)}`;
    this.#item.tooltip = `Board: ${REASONS[found.reason]}. Judged as ${found.platform}.`;
    this.#item.show();
  }

  dispose(): void {
    this.#listener.dispose();
    this.#item.dispose();
  }
}

const REASONS: Record<BoardsResult['reason'], string> = {
  itself: 'a board',
  selected: 'selected',
  open: 'includes this file and is open',
  project: 'includes this file and is named in dt-iommu.json',
  nearest: 'the nearest board that includes this file',
  alone: 'no board includes this file',
};

interface BoardPick extends vscode.QuickPickItem {
  /** `null`: back to the best one. */
  readonly board: string | null;
}

async function selectBoard(running: Running, status: BoardStatus): Promise<void> {
  const document = activeDocument();
  if (!document) return;
  const textDocument = identifier(document);
  const found = await running.request<BoardsResult>('dtIommu/boards', { textDocument, all: true });
  if (!found) return;
  const automatic: BoardPick = { label: '$(wand) The best one', board: null };
  const boards = found.boards.map(
    (board): BoardPick => ({
      label: nameOf(board),
      description: vscode.workspace.asRelativePath(vscode.Uri.parse(board)),
      board,
      ...(board === found.board && { iconPath: new vscode.ThemeIcon('check') }),
    }),
  );
  const picked = await vscode.window.showQuickPick([automatic, ...boards], {
    title: `Boards that include ${nameOf(textDocument.uri)}`,
    matchOnDescription: true,
  });
  if (!picked) return;
  await running.request('dtIommu/selectBoard', { textDocument, board: picked.board });
  await status.update();
}

/** `at`: the node of a hover's link; else the one at the cursor. */
async function explain(running: Running, pages: LivePages, at: unknown): Promise<void> {
  const params = isNodeOf(at) ? at : atCursor();
  if (params) await explainIn(running, pages, params);
}

async function explainIn(running: Running, pages: LivePages, params: NodeOf | AtCursor): Promise<void> {
  const found = await running.request<ExplainResult>('dtIommu/explain', params);
  const device = found?.devices[0] as { readonly path: string; readonly label: string | null } | undefined;
  if (!device) {
    void vscode.window.showInformationMessage('The cursor is in no node of the device tree.');
    return;
  }
  const name = device.label ?? device.path.slice(device.path.lastIndexOf('/') + 1);
  const { textDocument } = params;
  await pages.show({
    title: `Explain: ${name}`,
    method: 'dtIommu/explainPage',
    params: { textDocument, node: device.path },
  });
}

interface NodeOf {
  readonly textDocument: { readonly uri: string };
  readonly node: string;
}

/** Menus hand over other things. */
function isNodeOf(at: unknown): at is NodeOf {
  const { textDocument, node } = (at ?? {}) as Partial<NodeOf>;
  return typeof textDocument?.uri === 'string' && typeof node === 'string';
}

interface AtCursor {
  readonly textDocument: { readonly uri: string };
  readonly position: vscode.Position;
}

function atCursor(): AtCursor | undefined {
  const document = activeDocument();
  const position = vscode.window.activeTextEditor?.selection.active;
  return document && position && { textDocument: identifier(document), position };
}

/** `at`: a blob of the explorer; else the board of the active editor. */
async function showTree(trees: ResolvedTrees, at: unknown): Promise<void> {
  const blob = at instanceof vscode.Uri && isBlob(at) ? await openText(at) : undefined;
  const document = blob ?? activeDocument();
  if (document) await trees.show(document.uri);
}

/** A log is selected, open, or on the clipboard; the board is the one of the document that is open beside it. */
async function explainLog(running: Running, pages: Pages): Promise<void> {
  const document = activeDocument() ?? openDocuments()[0];
  if (!document) {
    void vscode.window.showInformationMessage('Open the device tree of the board first; then select or copy its log.');
    return;
  }
  const text = (await logText()).trim();
  const found =
    text === '' ? null : await running.request<LogResult>('dtIommu/log', { textDocument: identifier(document), text });
  if (found) await show(pages.put('kernel-log.txt', found.text));
  else void vscode.window.showInformationMessage('Select lines of a kernel log, or copy them to the clipboard.');
}

async function logText(): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  const log = editor && !LANGUAGES.includes(editor.document.languageId) ? editor : undefined;
  if (!log) return vscode.env.clipboard.readText();
  return log.document.getText(log.selection.isEmpty ? undefined : log.selection);
}

/** Device trees that are open, visible ones first. */
function openDocuments(): vscode.TextDocument[] {
  const visible = vscode.window.visibleTextEditors.map((editor) => editor.document);
  return [...visible, ...vscode.workspace.textDocuments].filter(isServed);
}

async function showRule(running: Running, pages: Pages, id: string): Promise<void> {
  const found = await running.request<TextResult>('dtIommu/rule', { id });
  if (!found) return;
  await preview(pages.put(`${id.replaceAll('/', '-')}.md`, found.text));
}

async function preview(page: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreviewToSide', page);
}

async function show(uri: vscode.Uri, language?: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (language) await vscode.languages.setTextDocumentLanguage(document, language);
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

function activeDocument(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && isServed(document) ? document : undefined;
}

function isServed({ languageId, uri }: vscode.TextDocument): boolean {
  return LANGUAGES.includes(languageId) && servedSchemes().includes(uri.scheme);
}

function identifier(document: vscode.TextDocument): { readonly uri: string } {
  return { uri: document.uri.toString() };
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
