// SPDX-License-Identifier: MIT
// The resolved tree of a board as a document: it follows what is typed and the cursor, and leads to every place that set it.
import * as vscode from 'vscode';
import type { DmaMapChangedParams, ResolvedPlace, ResolvedTreeResult, TextResult } from '../protocol.ts';
import type { Running } from '../running.ts';
import { lineFor, nodesOf, type TextNode } from './resolved-lines.ts';
import { ResolvedMarks } from './resolved-marks.ts';

/** Hovers have links to these commands of ours, and to no others. */
export const HOVER_COMMANDS = ['devicetreeIommu.explain', 'devicetreeIommu.showMap', 'devicetreeIommu.showWaits'];

/** Scheme of the texts; the query is the URI of the board. */
export const RESOLVED_SCHEME = 'devicetree-resolved';

/** After the cursor rests, in milliseconds: a file is not opened for each line that it passes. */
const REST = 150;
/** Before the board is asked for once more, when the server does not know it yet; in milliseconds. */
const AGAIN = 1000;

export class ResolvedTrees
  implements
    vscode.TextDocumentContentProvider,
    vscode.DocumentLinkProvider,
    vscode.HoverProvider,
    vscode.DefinitionProvider,
    vscode.FoldingRangeProvider,
    vscode.DocumentSymbolProvider,
    vscode.Disposable
{
  readonly #running: Running;
  readonly #disposables: vscode.Disposable[];
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #marks = new ResolvedMarks(RESOLVED_SCHEME);
  /** By the URI of the document: what it shows, or will in a moment. */
  readonly #shown = new Map<string, ResolvedTreeResult>();
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(running: Running) {
    this.#running = running;
    const selector = { scheme: RESOLVED_SCHEME };
    this.#disposables = [
      this.#changed,
      this.#marks,
      vscode.workspace.registerTextDocumentContentProvider(RESOLVED_SCHEME, this),
      vscode.languages.registerDocumentLinkProvider(selector, this),
      vscode.languages.registerHoverProvider(selector, this),
      vscode.languages.registerDefinitionProvider(selector, this),
      vscode.languages.registerFoldingRangeProvider(selector, this),
      vscode.languages.registerDocumentSymbolProvider(selector, this, { label: vscode.l10n.t('Resolved Tree') }),
      running.listen('dtIommu/dmaMapChanged', ({ board }: DmaMapChangedParams) => this.#refresh(board)),
      running.onRestarted(() => this.#refresh(undefined)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#moved(textEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        // What the line of the cursor made may stand elsewhere now.
        const editor = vscode.window.activeTextEditor;
        const isSource = editor && editor.document.uri.scheme !== RESOLVED_SCHEME;
        if (isSource && document.uri.scheme === RESOLVED_SCHEME) this.#moved(editor);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#rest);
    for (const each of this.#disposables) each.dispose();
  }

  /** Beside the editor, with the line of its cursor in sight. */
  async show(board: vscode.Uri): Promise<void> {
    const source = vscode.window.activeTextEditor;
    const textDocument = { uri: board.toString() };
    const found = await this.#running.request<ResolvedTreeResult>('dtIommu/resolvedTree', { textDocument });
    if (!found) {
      void vscode.window.showInformationMessage(vscode.l10n.t('This file cannot be read as a device tree.'));
      return;
    }
    const document = await vscode.workspace.openTextDocument(resolvedUri(found.board));
    await vscode.languages.setTextDocumentLanguage(document, 'dts');
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: false,
      preserveFocus: true,
    });
    if (source) this.#followSource(source);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const textDocument = { uri: uri.query };
    const found = await this.#running
      .request<ResolvedTreeResult>('dtIommu/resolvedTree', { textDocument })
      .catch(() => null);
    if (!found) {
      // After a restart of the window the board may not have reached the server yet.
      setTimeout(() => this.#shown.has(uri.toString()) || this.#changed.fire(uri), AGAIN);
      return `/* ${vscode.l10n.t('The board is being read, or cannot be.')} */\n`;
    }
    this.#shown.set(uri.toString(), found);
    this.#marks.told(uri, found);
    return found.text;
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const shown = this.#of(document);
    return (shown?.places ?? []).flatMap((place) => {
      const uri = shown?.files[place.file];
      if (place.end === 0 || uri === undefined) return [];
      const range = new vscode.Range(place.line, place.start, place.line, place.end);
      const { line, character } = place.position;
      const target = vscode.Uri.parse(uri).with({ fragment: `L${line + 1},${character + 1}` });
      return [new vscode.DocumentLink(range, target)];
    });
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const found = await this.#running.request<TextResult>('dtIommu/resolvedHover', {
      textDocument: { uri: document.uri.query },
      position,
      line: document.lineAt(position.line).text,
    });
    if (!found) return undefined;
    const text = new vscode.MarkdownString(found.text, true);
    text.isTrusted = { enabledCommands: HOVER_COMMANDS };
    return new vscode.Hover(text);
  }

  /** Where the line was set; the place that counts first. */
  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.Location[] {
    const shown = this.#of(document);
    const places = shown?.places.filter(({ line }) => line === position.line) ?? [];
    return places.flatMap((place) => locationOf(shown, place) ?? []);
  }

  provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
    // The closing brace stays in sight.
    const rangesOf = ({ start, end, children }: TextNode): vscode.FoldingRange[] => [
      ...(end - 1 > start ? [new vscode.FoldingRange(start, end - 1)] : []),
      ...children.flatMap(rangesOf),
    ];
    return nodesOf(document.getText()).flatMap(rangesOf);
  }

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    const symbolOf = ({ name, start, end, children }: TextNode): vscode.DocumentSymbol => {
      const head = document.lineAt(start).range;
      const symbol = new vscode.DocumentSymbol(
        name,
        '',
        vscode.SymbolKind.Struct,
        new vscode.Range(start, 0, end, document.lineAt(end).text.length),
        new vscode.Range(start, document.lineAt(start).firstNonWhitespaceCharacterIndex, start, head.end.character),
      );
      symbol.children = children.map(symbolOf);
      return symbol;
    };
    return nodesOf(document.getText()).map(symbolOf);
  }

  /** What the document shows; nothing while another text is on its way. */
  #of(document: vscode.TextDocument): ResolvedTreeResult | undefined {
    const shown = this.#shown.get(document.uri.toString());
    return shown?.text === document.getText() ? shown : undefined;
  }

  #refresh(board: string | undefined): void {
    for (const document of vscode.workspace.textDocuments) {
      const { uri } = document;
      if (uri.scheme !== RESOLVED_SCHEME) continue;
      if (board === undefined || this.#shown.get(uri.toString())?.board === board) this.#changed.fire(uri);
    }
  }

  /** Only the editor that has the cursor leads; what is moved here leads nowhere. */
  #moved(editor: vscode.TextEditor): void {
    if (editor !== vscode.window.activeTextEditor) return;
    clearTimeout(this.#rest);
    const isTree = editor.document.uri.scheme === RESOLVED_SCHEME;
    this.#rest = setTimeout(() => (isTree ? void this.#followTree(editor) : this.#followSource(editor)), REST);
  }

  /** Every resolved tree in sight that has something from the line of the cursor. */
  #followSource({ document, selection }: vscode.TextEditor): void {
    const uri = document.uri.toString();
    for (const editor of vscode.window.visibleTextEditors) {
      const shown = editor.document.uri.scheme === RESOLVED_SCHEME ? this.#of(editor.document) : undefined;
      const file = shown?.files.findIndex((each) => vscode.Uri.parse(each).toString() === uri) ?? -1;
      const line = shown && file >= 0 ? lineFor(shown.places, file, selection.active.line) : undefined;
      if (line !== undefined) select(editor, new vscode.Position(line, 0));
    }
  }

  /** The place that counts, in an editor beside the tree. */
  async #followTree({ document, selection, viewColumn }: vscode.TextEditor): Promise<void> {
    const shown = this.#of(document);
    const place = shown?.places.find(({ line }) => line === selection.active.line);
    const at = shown && place && locationOf(shown, place);
    if (!at) return;
    const others = vscode.window.visibleTextEditors.filter(
      (editor) => editor.viewColumn !== viewColumn && editor.document.uri.scheme !== RESOLVED_SCHEME,
    );
    const open = others.find((editor) => editor.document.uri.toString() === at.uri.toString());
    if (open) select(open, at.range.start);
    else if (others[0]?.viewColumn !== undefined) {
      await vscode.window.showTextDocument(at.uri, {
        viewColumn: others[0].viewColumn,
        selection: at.range,
        preview: true,
        preserveFocus: true,
      });
    }
  }
}

/** `board (resolved).dts`: what ends in `.dts` has the language. */
function resolvedUri(board: string): vscode.Uri {
  const { path } = vscode.Uri.parse(board);
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.dts[io]?$/, '');
  return vscode.Uri.from({ scheme: RESOLVED_SCHEME, path: `/${name} (resolved).dts`, query: board });
}

function locationOf(shown: ResolvedTreeResult | undefined, place: ResolvedPlace): vscode.Location | undefined {
  const uri = shown?.files[place.file];
  const { line, character } = place.position;
  return uri === undefined
    ? undefined
    : new vscode.Location(vscode.Uri.parse(uri), new vscode.Position(line, character));
}

function select(editor: vscode.TextEditor, at: vscode.Position): void {
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
