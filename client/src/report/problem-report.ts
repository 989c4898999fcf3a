// SPDX-License-Identifier: MIT
// "Report a Problem…": what helps to understand one, in a document of the user's own; nothing is sent anywhere.
import * as vscode from 'vscode';
import { activeDocument, identifier, pathOf } from '../documents.ts';
import type { Log } from '../log.ts';
import type { BoardsResult, ExplainResult, TextResult } from '../protocol.ts';
import type { Running } from '../running.ts';
import { reducedTree } from './reduced-tree.ts';
import { type ReportFacts, reportText } from './report-text.ts';
import { versionsOf } from './report-versions.ts';

const SECTION = 'devicetreeIommu';

export interface ReportParts {
  readonly running: Running;
  readonly log: Log;
  readonly extension: vscode.Extension<unknown>;
}

export async function reportProblem({ running, log, extension }: ReportParts): Promise<void> {
  const document = activeDocument();
  const tree = document && (await askForTree(running, document));
  if (tree === null) return;
  const textDocument = document && identifier(document);
  const found =
    textDocument &&
    (await running.request<BoardsResult>('dtIommu/boards', { textDocument, english: true }).catch(() => null));
  const text = reportText({
    versions: versionsOf(running, log, extension),
    ...(document && found && { board: boardOf(document, found) }),
    settings: settingsOf(extension, document),
    problems: document ? problemsOf(document) : [],
    ...(tree && { tree }),
  });
  const report = await vscode.workspace.openTextDocument({ language: 'markdown', content: text });
  await vscode.window.showTextDocument(report);
}

type TreePart = NonNullable<ReportFacts['tree']>;

interface TreePick extends vscode.QuickPickItem {
  readonly part: TreePart | undefined;
}

/** `null`: the user wants no report; `undefined`: one without a tree. */
async function askForTree(running: Running, document: vscode.TextDocument): Promise<TreePart | undefined | null> {
  const picks: TreePick[] = [
    { label: `$(circle-slash) ${vscode.l10n.t('No part of the device tree')}`, part: undefined },
  ];
  const reduced = await reducedAtCursor(running, document);
  if (reduced) {
    picks.push({
      label: `$(filter) ${vscode.l10n.t('The device at the cursor with what it names')}`,
      description: reduced.path,
      detail: vscode.l10n.t('{0} lines of the resolved tree, without names of files', reduced.text.split('\n').length),
      part: { title: `The nodes around ${reduced.path}`, text: reduced.text },
    });
  }
  picks.push({
    label: `$(file) ${vscode.l10n.t('The file at hand')}`,
    description: pathOf(document.uri.toString()),
    part: { title: 'The file', text: document.getText() },
  });
  const picked = await vscode.window.showQuickPick(picks, {
    title: vscode.l10n.t('What of the device tree may the report show?'),
    placeHolder: vscode.l10n.t('The report is a document of yours; nothing is sent'),
  });
  return picked ? picked.part : null;
}

async function reducedAtCursor(
  running: Running,
  document: vscode.TextDocument,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const position = vscode.window.activeTextEditor?.selection.active;
  const textDocument = identifier(document);
  const [explained, tree] = await Promise.all([
    running.request<ExplainResult>('dtIommu/explain', { textDocument, position }).catch(() => null),
    running.request<TextResult>('dtIommu/tree', { textDocument }).catch(() => null),
  ]);
  const device = explained?.devices[0] as { readonly path: string } | undefined;
  const text = device && tree ? reducedTree(tree.text, device.path) : undefined;
  return device && text !== undefined ? { path: device.path, text } : undefined;
}

function boardOf(document: vscode.TextDocument, found: BoardsResult): NonNullable<ReportFacts['board']> {
  return {
    file: pathOf(document.uri.toString()),
    board: pathOf(found.board),
    reason: found.reason,
    platform: found.platform,
    overlays: found.overlays.map(pathOf),
    projectFile: found.projectFile !== null,
  };
}

/** Ours alone, with the value that counts for the document. */
function settingsOf(
  extension: vscode.Extension<unknown>,
  document: vscode.TextDocument | undefined,
): Record<string, unknown> {
  const { contributes } = extension.packageJSON as {
    readonly contributes: { readonly configuration: { readonly properties: Record<string, { default?: unknown }> } };
  };
  const configuration = vscode.workspace.getConfiguration(undefined, document ?? null);
  const entries = Object.entries(contributes.configuration.properties).flatMap(([name, { default: usual }]) => {
    const value = configuration.get<unknown>(name);
    return name.startsWith(`${SECTION}.`) && JSON.stringify(value) !== JSON.stringify(usual)
      ? [[name, value] as const]
      : [];
  });
  return Object.fromEntries(entries);
}

function problemsOf(document: vscode.TextDocument): string[] {
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ source }) => source === 'dt-iommu')
    .map(({ range, code, message }) => {
      const rule = typeof code === 'object' ? code.value : code;
      return `${range.start.line + 1}: ${rule ?? ''}: ${message.split('\n')[0]}`;
    });
}
