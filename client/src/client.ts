// SPDX-License-Identifier: MIT
// What desktop and web share: which documents are served, the commands, the status item that names the active board.
import * as vscode from 'vscode';
import { type BaseLanguageClient, type LanguageClientOptions, RevealOutputChannelOn } from 'vscode-languageclient';
import { selectBoard } from './boards/board-picker.ts';
import { addBoard, addOverlay } from './boards/project-file.ts';
import { RememberedBoards } from './boards/remembered-boards.ts';
import { activeDocument, editorAtHand, identifier, LANGUAGES, openDocuments, servedSchemes } from './documents.ts';
import { Log } from './log.ts';
import type { ExplainResult, Feature, LogResult, TextResult } from './protocol.ts';
import { reportProblem } from './report/problem-report.ts';
import { Running, type StartClient } from './running.ts';
import { StatusItem, tellOpened } from './status/status-item.ts';
import { showMenu } from './status/status-menu.ts';
import { tabSizeOfFirstFiles } from './tab-size.ts';
import { Blobs, isBlob, openText } from './views/blobs.ts';
import { compare } from './views/compare.ts';
import { DmaMaps } from './views/dma-maps.ts';
import { DmaSideBar } from './views/dma-side-bar.ts';
import { LivePages } from './views/pages.ts';
import { HOVER_COMMANDS, ResolvedTrees } from './views/resolved-trees.ts';

const FEATURES = 'devicetreeIommu.features';
const FEATURE_NAMES: readonly Feature[] = ['completion', 'formatting', 'hover', 'navigation', 'semanticTokens'];

/** Pages that the server writes: reports, resolved trees, rules. */
const PAGES = 'devicetree-iommu';

/** Made by the host with the options of each start: a restart takes the boards that were chosen meanwhile along. */
export type MakeClient = (options: LanguageClientOptions) => Promise<BaseLanguageClient>;

function clientOptions(log: Log, remembered: RememberedBoards, storage: vscode.Uri): LanguageClientOptions {
  return {
    documentSelector: LANGUAGES.flatMap((language) => servedSchemes().map((scheme) => ({ language, scheme }))),
    initializationOptions: {
      rulePage: 'command:devicetreeIommu.showRule?%5B%22{id}%22%5D',
      suggestCommand: 'editor.action.triggerSuggest',
      // vscode-languageclient 11 forgets a document whose tab comes back before the last pull has ended: what is
      // typed there is then not pulled any more (its `knows` counts a request whose answer will be thrown away).
      pushDiagnostics: true,
      selectedBoards: remembered.all(),
      cacheFolder: storage.toString(),
      activity: true,
      without: leftToOthers(),
    },
    outputChannel: log.channel,
    middleware: log.middleware(),
    markdown: {
      isTrusted: { enabledCommands: HOVER_COMMANDS },
      supportThemeIcons: true,
    },
    // A request that fails is told in the output channel: while one types, a message each time would be in the way.
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
}

/** Features that a setting switches off, because another extension has them. */
function leftToOthers(): string[] {
  const features = vscode.workspace.getConfiguration(FEATURES);
  return FEATURE_NAMES.filter((name) => features.get(name) === false);
}

/** Starts the server and everything that depends on it; the result is for the tests in VS Code. */
export async function activateWith(context: vscode.ExtensionContext, make: MakeClient): Promise<BaseLanguageClient> {
  const log = new Log();
  const remembered = new RememberedBoards(context.workspaceState);
  context.subscriptions.push(log, tabSizeOfFirstFiles());
  const start: StartClient = async () => {
    const client = await make(clientOptions(log, remembered, context.globalStorageUri));
    log.started(context.extension, client);
    return client;
  };
  const running = new Running(await start());
  const pages = new Pages();
  const status = new StatusItem(running, log);
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
    vscode.workspace.onDidChangeConfiguration((event) => {
      // What a server offers is fixed when it starts.
      if (event.affectsConfiguration(FEATURES)) void running.restart(start);
    }),
    { dispose: () => void running.client.stop() },
    vscode.workspace.registerTextDocumentContentProvider(PAGES, pages),
    status,
    new Blobs(running),
    trees,
    live,
    new DmaSideBar(running, activeDocument),
    new DmaMaps(running, context.extensionUri, {
      active: activeDocument,
      explain: (board, node, on) => explainIn(running, live, { textDocument: { uri: board }, node, on }),
      showRule: (id) => showRule(running, pages, id),
    }),
    ...registerCommands({
      explain: (at) => explain(running, live, at),
      compare: (at) => compare(running, live, at),
      showTree: (at) => showTree(trees, at),
      explainLog: () => explainLog(running, pages),
      showRule: (id) => showRule(running, pages, String(id)),
      selectBoard: () => selectBoard({ running, remembered, trees }),
      addBoard: (at) => addBoard(at),
      addOverlay: (at) => addOverlay(running, at),
      reportProblem: () => reportProblem({ running, log, extension: context.extension }),
      menu: () => showMenu(status),
      showOutput: () => log.channel.show(true),
      openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', 'devicetreeIommu'),
      openWalkthrough: async () => {
        await vscode.commands.executeCommand(
          'workbench.action.openWalkthrough',
          `${context.extension.id}#start`,
          false,
        );
        if (openDocuments().length > 0) await tellOpened();
      },
      restart: () => running.restart(start),
    }),
  );
  return running.client;
}

function registerCommands(commands: Readonly<Record<string, (at?: unknown) => unknown>>): vscode.Disposable[] {
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`devicetreeIommu.${name}`, (at?: unknown) => run(at)),
  );
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

/** `at`: the node of a hover's link; else the one at the cursor. */
async function explain(running: Running, pages: LivePages, at: unknown): Promise<void> {
  if (isNodeOf(at)) await explainIn(running, pages, at);
  else {
    const editor = await editorAtHand();
    const position = editor?.selection.active;
    if (editor && position) await explainIn(running, pages, { textDocument: identifier(editor.document), position });
  }
}

async function explainIn(running: Running, pages: LivePages, params: NodeOf | AtCursor): Promise<void> {
  const found = await running.request<ExplainResult>('dtIommu/explain', params);
  const device = found?.devices[0] as { readonly path: string; readonly label: string | null } | undefined;
  if (!device) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The cursor is in no node of the device tree.'));
    return;
  }
  const name = device.label ?? device.path.slice(device.path.lastIndexOf('/') + 1);
  const { textDocument } = params;
  await pages.show({
    title: vscode.l10n.t('Explain: {0}', name),
    method: 'dtIommu/explainPage',
    params: { textDocument, node: device.path, ...('on' in params && { on: params.on }) },
  });
}

interface NodeOf {
  readonly textDocument: { readonly uri: string };
  readonly node: string;
  /** The wish for another platform. */
  readonly on?: string;
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

/** `at`: a blob of the explorer; else the board of the active editor. */
async function showTree(trees: ResolvedTrees, at: unknown): Promise<void> {
  const blob = at instanceof vscode.Uri && isBlob(at) ? await openText(at) : undefined;
  const document = blob ?? (await editorAtHand())?.document;
  if (document) await trees.show(document.uri);
}

/** A log is selected, open, or on the clipboard; the board is the one of the document that is open beside it. */
async function explainLog(running: Running, pages: Pages): Promise<void> {
  const document = activeDocument() ?? openDocuments()[0];
  if (!document) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Open the device tree of the board first; then select or copy its log.'),
    );
    return;
  }
  const text = (await logText()).trim();
  const found =
    text === '' ? null : await running.request<LogResult>('dtIommu/log', { textDocument: identifier(document), text });
  if (found) await show(pages.put('kernel-log.txt', found.text));
  else {
    const text = vscode.l10n.t('Select lines of a kernel log, or copy them to the clipboard.');
    void vscode.window.showInformationMessage(text);
  }
}

async function logText(): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  const log = editor && !LANGUAGES.includes(editor.document.languageId) ? editor : undefined;
  if (!log) return vscode.env.clipboard.readText();
  return log.document.getText(log.selection.isEmpty ? undefined : log.selection);
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
