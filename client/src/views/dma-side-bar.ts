// SPDX-License-Identifier: MIT
// The side bar: the DMA of the active board as a native tree, which follows the cursor and leads to the line.
import * as vscode from 'vscode';
import { nameOf, nodesAt } from '../documents.ts';
import type { DmaMapChangedParams, DmaMapResult, OutlineEntry } from '../protocol.ts';
import type { Running } from '../running.ts';

/** Before the board is asked for once more, when nothing says that the server is ready; in milliseconds. */
const AGAIN = 1000;
/** VS Code takes a changed tree over within 200 milliseconds; what is revealed before that is sought in the old one. */
const SETTLED = 300;
const TRIES = 10;

/** An icon and its colour for each kind of entry; colour is never all that tells them apart. */
const ICONS: Readonly<Record<OutlineEntry['kind'], readonly [icon: string, color?: string]>> = {
  translated: ['shield', 'charts.green'],
  identity: ['shield', 'charts.purple'],
  direct: ['arrow-right', 'charts.blue'],
  bounced: ['redo', 'charts.orange'],
  grant: ['key', 'charts.purple'],
  dom0: ['vm', 'charts.blue'],
  domain: ['vm', 'charts.green'],
  refused: ['circle-slash', 'descriptionForeground'],
  waiting: ['watch', 'charts.yellow'],
  problem: ['warning', 'list.warningForeground'],
  note: ['info'],
  group: ['link'],
  iommu: ['shield', 'charts.green'],
  'iommu-off': ['circle-slash', 'descriptionForeground'],
  host: ['circuit-board'],
  id: ['symbol-numeric'],
  section: ['list-tree'],
};

export class DmaSideBar implements vscode.TreeDataProvider<OutlineEntry>, vscode.Disposable {
  readonly #running: Running;
  readonly #active: () => vscode.TextDocument | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<OutlineEntry>;
  readonly #parents = new Map<OutlineEntry, OutlineEntry>();
  /** The first of each node; problems and rows of a bridge stand for others. */
  readonly #entries = new Map<string, OutlineEntry>();
  readonly #disposables: vscode.Disposable[];
  #shown: DmaMapResult | undefined;
  #asking = 0;
  #moves = 0;
  #settled: ReturnType<typeof setTimeout> | undefined;

  constructor(running: Running, active: () => vscode.TextDocument | undefined) {
    this.#running = running;
    this.#active = active;
    this.#view = vscode.window.createTreeView('devicetreeIommu.dma', { treeDataProvider: this, showCollapseAll: true });
    const changed = ({ board }: DmaMapChangedParams) => board === this.#shown?.board && void this.#refresh();
    this.#disposables = [
      this.#view,
      this.#changed,
      running.listen('dtIommu/dmaMapChanged', changed),
      running.onRestarted(() => void this.#refresh()),
      this.#view.onDidChangeVisibility(() => void this.#refresh()),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && void this.#refresh()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void this.#follow(textEditor)),
      vscode.commands.registerCommand('devicetreeIommu.refreshDma', () => this.#refresh()),
      vscode.commands.registerCommand('devicetreeIommu.revealNode', reveal),
      vscode.commands.registerCommand('devicetreeIommu.copyPath', copyPath),
    ];
    void this.#refresh();
  }

  getChildren(entry?: OutlineEntry): OutlineEntry[] {
    return [...(entry ? entry.children : (this.#shown?.outline ?? []))];
  }

  getParent(entry: OutlineEntry): OutlineEntry | undefined {
    return this.#parents.get(entry);
  }

  getTreeItem(entry: OutlineEntry): vscode.TreeItem {
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    const state = entry.children.length === 0 ? None : entry.open ? Expanded : Collapsed;
    const item = new vscode.TreeItem(entry.label, state);
    const [icon, color] = ICONS[entry.kind];
    item.id = entry.id;
    item.description = entry.description;
    item.tooltip = entry.tooltip;
    item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
    item.contextValue = entry.path === undefined ? 'section' : 'node';
    item.accessibilityInformation = { label: `${entry.label}, ${entry.description}` };
    if (entry.location)
      item.command = { command: 'devicetreeIommu.revealNode', title: vscode.l10n.t('Go to Node'), arguments: [entry] };
    return item;
  }

  dispose(): void {
    clearTimeout(this.#settled);
    for (const each of this.#disposables) each.dispose();
  }

  /** The last answer that was asked for wins; an editor without a device tree leaves what is shown. */
  async #refresh(): Promise<void> {
    const document = this.#active();
    if (!document || !this.#view.visible) return;
    const asked = ++this.#asking;
    const textDocument = { uri: document.uri.toString() };
    const found = await this.#running.request<DmaMapResult>('dtIommu/dmaMap', { textDocument }).catch(() => null);
    if (asked !== this.#asking) return;
    if (!found) {
      // The document may not have reached the server yet.
      if (this.#shown === undefined) setTimeout(() => void this.#refresh(), AGAIN);
      return;
    }
    this.#shown = found;
    this.#parents.clear();
    this.#entries.clear();
    this.#remember(found.outline);
    this.#view.description = nameOf(found.board);
    this.#view.message =
      found.outline.length === 0 ? vscode.l10n.t('No device of this board does DMA, and it has no IOMMU.') : '';
    this.#view.badge =
      found.problems > 0
        ? { value: found.problems, tooltip: vscode.l10n.t('{0} problems with DMA', found.problems) }
        : undefined;
    this.#changed.fire();
    // What is typed may have moved the device of the cursor.
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => {
      const editor = vscode.window.activeTextEditor;
      if (editor) void this.#follow(editor);
    }, SETTLED);
  }

  #remember(entries: readonly OutlineEntry[], parent?: OutlineEntry): void {
    for (const entry of entries) {
      if (parent) this.#parents.set(entry, parent);
      const { path, kind } = entry;
      const isDevice = path !== undefined && kind !== 'problem' && kind !== 'id';
      // Who waits is at its IOMMU, too, with all that belongs to it.
      if (isDevice && (this.#entries.get(path)?.kind ?? 'waiting') === 'waiting') this.#entries.set(path, entry);
      this.#remember(entry.children, entry);
    }
  }

  /** Selects the entry of the innermost node around the cursor that has one. */
  async #follow(editor: vscode.TextEditor): Promise<void> {
    if (!this.#view.visible || !this.#shown || editor.document !== this.#active()) return;
    const moved = ++this.#moves;
    const paths = await nodesAt(this.#running, this.#shown.board, editor);
    const path = paths.find((each) => this.#entries.has(each));
    const entry = moved === this.#moves && path !== undefined ? this.#entries.get(path) : undefined;
    if (entry) await this.#select(entry, moved);
  }

  /** A busy window takes longer to take a changed tree over: tried again, as long as nothing else is to be selected. */
  async #select(entry: OutlineEntry, moved: number): Promise<void> {
    for (let tries = 0; tries < TRIES && moved === this.#moves && this.#view.visible; tries++) {
      await this.#view.reveal(entry, { select: true, focus: false });
      if (this.#view.selection[0] === entry) return;
      await new Promise((resolve) => setTimeout(resolve, SETTLED));
    }
  }
}

async function reveal(entry: OutlineEntry): Promise<void> {
  if (!entry.location) return;
  const { uri, range } = entry.location;
  const start = new vscode.Position(range.start.line, range.start.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), {
    selection: new vscode.Range(start, start),
    preview: true,
    preserveFocus: true,
  });
}

async function copyPath(entry: OutlineEntry): Promise<void> {
  if (entry.path !== undefined) await vscode.env.clipboard.writeText(entry.path);
}
