// SPDX-License-Identifier: MIT
// What changed in a resolved tree since its files were saved, marked in the margin, the scroll bar and the lines.
import * as vscode from 'vscode';
import type { ResolvedTreeResult } from '../protocol.ts';
import { changesBetween, type LineChange } from './resolved-lines.ts';

/** Lines of what stood there before that a hover shows. */
const MAX_LINES = 20;

type Kind = LineChange['kind'];

/** A sign for each kind: colour is never all that tells them apart. */
const LOOKS: Readonly<Record<Kind, readonly [sign: string, color: string, background?: string]>> = {
  added: ['M8 3v10M3 8h10', 'editorGutter.addedBackground', 'diffEditor.insertedLineBackground'],
  changed: ['M2 9q3-5 6-1t6-1', 'editorGutter.modifiedBackground', 'editor.wordHighlightBackground'],
  removed: ['M3 8h10', 'editorGutter.deletedBackground'],
};

/** Colours of the signs, as both kinds of themes can show them: an image takes none of the theme. */
const SIGNS: Readonly<Record<Kind, string>> = { added: '#2ea043', changed: '#0078d4', removed: '#f85149' };

export class ResolvedMarks implements vscode.Disposable {
  readonly #scheme: string;
  readonly #kinds: ReadonlyMap<Kind, vscode.TextEditorDecorationType>;
  /** By the URI of the document: the text when its files were saved last. */
  readonly #saved = new Map<string, string>();
  /** The files of each document. */
  readonly #files = new Map<string, readonly string[]>();
  readonly #disposables: vscode.Disposable[];

  constructor(scheme: string) {
    this.#scheme = scheme;
    this.#kinds = new Map(
      (['added', 'changed', 'removed'] as const).map((kind) => [kind, decorationOf(kind)] as const),
    );
    this.#disposables = [
      ...this.#kinds.values(),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#mark(document)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const { document } of editors) this.#mark(document);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => this.#savedFile(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#saved.delete(uri.toString());
        this.#files.delete(uri.toString());
      }),
    ];
  }

  dispose(): void {
    for (const each of this.#disposables) each.dispose();
  }

  /** The server gave a text: without unsaved files it is what was saved. The first one is what marks count from. */
  told(uri: vscode.Uri, { text, files }: ResolvedTreeResult): void {
    const key = uri.toString();
    this.#files.set(key, files);
    if (!this.#saved.has(key) || !isDirty(files)) this.#saved.set(key, text);
  }

  #savedFile({ uri }: vscode.TextDocument): void {
    for (const document of vscode.workspace.textDocuments) {
      const key = document.uri.toString();
      const files = this.#files.get(key) ?? [];
      const isPart = files.some((file) => vscode.Uri.parse(file).toString() === uri.toString());
      if (document.uri.scheme !== this.#scheme || !isPart || isDirty(files)) continue;
      this.#saved.set(key, document.getText());
      this.#mark(document);
    }
  }

  #mark(document: vscode.TextDocument): void {
    if (document.uri.scheme !== this.#scheme) return;
    const editors = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
    const saved = this.#saved.get(document.uri.toString());
    if (editors.length === 0 || saved === undefined) return;
    const changes = changesBetween(saved, document.getText());
    for (const editor of editors) {
      for (const [kind, type] of this.#kinds) {
        editor.setDecorations(
          type,
          changes.filter((change) => change.kind === kind).map((change) => markOf(document, change)),
        );
      }
    }
  }
}

function decorationOf(kind: Kind): vscode.TextEditorDecorationType {
  const [sign, color, background] = LOOKS[kind];
  const image = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><path d="${sign}" fill="none" stroke="${SIGNS[kind]}" stroke-width="2"/></svg>`;
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    gutterIconPath: vscode.Uri.parse(`data:image/svg+xml,${encodeURIComponent(image)}`),
    gutterIconSize: 'contain',
    overviewRulerColor: new vscode.ThemeColor(color),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    ...(background !== undefined && { backgroundColor: new vscode.ThemeColor(background) }),
  });
}

function markOf(document: vscode.TextDocument, { kind, start, end, before }: LineChange): vscode.DecorationOptions {
  const last = Math.min(Math.max(start, end - 1), document.lineCount - 1);
  const range = new vscode.Range(Math.min(start, last), 0, last, 0);
  const hover = new vscode.MarkdownString();
  if (kind === 'added') hover.appendText(vscode.l10n.t('Not there when the files were saved.'));
  else {
    const when =
      kind === 'changed'
        ? vscode.l10n.t('When the files were saved:')
        : vscode.l10n.t('Gone since the files were saved:');
    hover.appendText(when);
    const more = before.length > MAX_LINES ? ['…'] : [];
    hover.appendCodeblock([...before.slice(0, MAX_LINES), ...more].join('\n'), 'dts');
  }
  return { range, hoverMessage: hover };
}

function isDirty(files: readonly string[]): boolean {
  const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty);
  return files.some((file) => dirty.some(({ uri }) => uri.toString() === vscode.Uri.parse(file).toString()));
}
