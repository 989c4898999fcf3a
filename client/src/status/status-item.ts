// SPDX-License-Identifier: MIT
// The status item: the board of the active file, what it is judged on, and what the server does; a click opens its menu.
import * as vscode from 'vscode';
import { activeDocument, identifier, nameOf, pathOf } from '../documents.ts';
import type { Log } from '../log.ts';
import type { ActivityParams, BoardsResult, DmaMapChangedParams } from '../protocol.ts';
import type { Running } from '../running.ts';

/** Before the board is asked for once more, when the document has not reached the server; in milliseconds. */
const AGAIN = 1000;

/** What is shown now; without `found` the server has not said. */
export interface Status {
  readonly document: vscode.TextDocument;
  readonly found: BoardsResult | undefined;
}

export class StatusItem implements vscode.Disposable {
  readonly #running: Running;
  readonly #log: Log;
  readonly #item: vscode.StatusBarItem;
  readonly #disposables: vscode.Disposable[];
  #status: Status | undefined;
  #doing: ActivityParams['doing'] = [];
  #asking = 0;

  constructor(running: Running, log: Log) {
    this.#running = running;
    this.#log = log;
    this.#item = vscode.window.createStatusBarItem('devicetreeIommu.board', vscode.StatusBarAlignment.Left);
    this.#item.name = vscode.l10n.t('Device Tree Board');
    this.#item.command = 'devicetreeIommu.menu';
    this.#disposables = [
      this.#item,
      vscode.window.onDidChangeActiveTextEditor(() => void this.update()),
      // Another language, for a file that had none.
      vscode.workspace.onDidOpenTextDocument((document) => document === activeDocument() && void this.update()),
      // Settings, files and what is typed: the server says when its answer may be another one.
      running.listen('dtIommu/dmaMapChanged', ({ board }: DmaMapChangedParams) => {
        if (board === this.#status?.found?.board) void this.update();
      }),
      running.listen('dtIommu/activity', ({ doing }: ActivityParams) => {
        this.#doing = doing;
        this.#show();
      }),
      running.onStateChanged(() => {
        if (running.state !== 'running') this.#doing = [];
        this.#show();
      }),
      running.onRestarted(() => void this.update()),
    ];
    void this.update();
  }

  get status(): Status | undefined {
    return this.#status;
  }

  /** One line for the menu. */
  activity(): string {
    if (this.#running.state === 'starting') return vscode.l10n.t('starting');
    if (this.#running.state === 'stopped') return vscode.l10n.t('not running');
    const texts = this.#doing.map((each) =>
      each === 'boards'
        ? vscode.l10n.t('asking the other boards of open files')
        : vscode.l10n.t('reading files near the board'),
    );
    return texts.length > 0 ? texts.join(', ') : vscode.l10n.t('ready');
  }

  /** The last answer that was asked for wins. */
  async update(): Promise<void> {
    const document = activeDocument();
    const asked = ++this.#asking;
    if (!document) {
      this.#status = undefined;
      this.#show();
      return;
    }
    if (this.#status?.document !== document) {
      this.#status = undefined;
      void tellOpened();
    }
    const params = { textDocument: identifier(document) };
    const found = await this.#running.request<BoardsResult>('dtIommu/boards', params).catch(() => null);
    if (asked !== this.#asking) return;
    this.#status = { document, found: found ?? undefined };
    if (!found) setTimeout(() => asked === this.#asking && void this.update(), AGAIN);
    else
      this.#log.board(
        `${nameOf(params.textDocument.uri)}: ${nameOf(found.board)} (${found.reason}), ${found.platform}`,
      );
    this.#show();
  }

  #show(): void {
    const { found } = this.#status ?? {};
    if (!found) {
      this.#item.hide();
      return;
    }
    const { state } = this.#running;
    const icon =
      state === 'running'
        ? this.#doing.length > 0
          ? 'sync~spin'
          : 'circuit-board'
        : state === 'starting'
          ? 'sync~spin'
          : 'error';
    this.#item.text = `$(${icon}) ${nameOf(found.board)}`;
    this.#item.tooltip = this.#tooltip(found);
    this.#item.show();
  }

  #tooltip(found: BoardsResult): vscode.MarkdownString {
    const text = new vscode.MarkdownString();
    const lines = [
      vscode.l10n.t('Board: {0} ({1})', pathOf(found.board), reasonOf(found)),
      vscode.l10n.t('Judged as: {0}', platformOf(found)),
      ...(found.assumed.length > 0
        ? [vscode.l10n.t('Assumed: {0}', found.assumed.map(assumptionText).join(', '))]
        : []),
      vscode.l10n.t('Server: {0}', this.activity()),
    ];
    // Names of files are anything: text, not Markdown.
    for (const line of lines) text.appendText(`${line}\n\n`);
    return text;
  }

  dispose(): void {
    this.#asking++;
    for (const each of this.#disposables) each.dispose();
  }
}

/** Ends a step of the walkthrough, which sees nothing but changes. */
export async function tellOpened(): Promise<void> {
  for (const value of [false, true]) {
    await vscode.commands.executeCommand('setContext', 'devicetreeIommu.opened', value);
  }
}

/** Why the file is shown with its board. */
export function reasonOf({ reason }: BoardsResult): string {
  switch (reason) {
    case 'itself':
      return vscode.l10n.t('a board');
    case 'selected':
      return vscode.l10n.t('selected');
    case 'open':
      return vscode.l10n.t('includes this file and is open');
    case 'project':
      return vscode.l10n.t('includes this file and is named in dt-iommu.json');
    case 'nearest':
      return vscode.l10n.t('the nearest board that includes this file');
    case 'alone':
      return vscode.l10n.t('no board includes this file');
  }
}

/** Without what was assumed, which has a line of its own. */
export function platformOf({ platform }: BoardsResult): string {
  return platform.replace(/ \(assumed: [^()]*\)$/, '');
}

/** A field that was assumed, in the user's words. */
export function assumptionText(field: string): string {
  switch (field) {
    case 'kind':
      return vscode.l10n.t('what boots');
    case 'arch':
      return vscode.l10n.t('the architecture');
    case 'kernelVersion':
      return vscode.l10n.t('the release of Linux');
    case 'kernelConfig':
      return vscode.l10n.t('every driver is built');
    case 'cmdline':
      return vscode.l10n.t('an empty command line');
    case 'xenVersion':
      return vscode.l10n.t('the release of Xen');
    default:
      return field;
  }
}
