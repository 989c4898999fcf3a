// SPDX-License-Identifier: MIT
// The requests of our own: boards, reports, topology, rule pages; those about maps and trees are in files of their own.
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { inEnglish, t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import type { Progress } from '#host/lsp/asking.ts';
import { placeName, rangeOf } from '#host/lsp/convert.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import { briefExplanationOf, explanationOf } from '#ide/explain/device-explanation.ts';
import { explanationPage, ruleMarkdown } from '#ide/explain/markdown.ts';
import { code } from '#ide/explain/markup.ts';
import { nodeNamed } from '#ide/explain/node-name.ts';
import { explainJson } from '#ide/explain/report-json.ts';
import { reportText } from '#ide/explain/report-text.ts';
import { topologyOf } from '#ide/explain/topology.ts';
import { nodeAt } from '#ide/navigation/places.ts';
import type { DmaReport } from '#model/report/types.ts';
import { CATALOGUE } from '#rules/index.ts';
import { platformText } from '#wording/values.ts';
import { registerLog } from './log.ts';
import { type Handle, registerMap } from './maps.ts';
import { registerPages } from './pages.ts';
import { registerTrees } from './trees.ts';

export function registerRequests(connection: Connection, answer: Answer, progress: Progress): void {
  const handle: Handle = <P, R extends object>(
    { method }: protocol.Request<P, R | null>,
    compute: (session: Session, params: P) => R | null,
  ) => {
    connection.onRequest<unknown, void>(method, (params: P, token: CancellationToken) =>
      answer<R | null>(method, token, (session) => compute(session, params)),
    );
  };
  // With `all` this reads the includes of every source below the architecture's folder, the first time; without it the
  // status item asks, after each pause.
  connection.onRequest<unknown, void>(
    protocol.boards.method,
    (params: protocol.BoardsParams, token: CancellationToken) => {
      const ask = () => answer(protocol.boards.method, token, (session) => boardsOf(session, params));
      return params.all ? progress(() => t('Devicetree IOMMU: looking for boards'), ask) : ask();
    },
  );
  handle(protocol.selectBoard, (session, params) => {
    const { analysis, workspace } = session;
    const path = workspace.path(params.textDocument.uri);
    analysis.selectBoard(path, params.board === null ? undefined : workspace.path(params.board));
    session.boardChanged(path);
    return boardsOf(session, params);
  });
  registerLog(connection, answer);
  handle(protocol.explain, explain);
  handle(protocol.topology, (session, params) => {
    const view = viewOf(session, params);
    return view && inEnglish(() => topologyOf(view.snapshot));
  });
  registerMap(handle);
  registerTrees(handle);
  registerPages(handle);
  handle(protocol.rule, (_session, { id }) => {
    const text = rulePage(id);
    return text === undefined ? null : { text };
  });
}

export function rulePage(id: string): string | undefined {
  const rule = CATALOGUE.byId.get(id);
  return rule && ruleMarkdown(rule);
}

function viewOf({ analysis, workspace }: Session, { textDocument }: protocol.DocumentParams): View | null {
  return analysis.view(workspace.path(textDocument.uri)) ?? null;
}

function boardsOf(session: Session, params: protocol.BoardsParams): protocol.BoardsResult | null {
  const { analysis, workspace } = session;
  const view = viewOf(session, params);
  if (!view) return null;
  const { choice, file, snapshot } = view;
  const boards = analysis.boardsOf(file, params.all === true);
  const projectFile = analysis.projectFile(file);
  const platform = () => platformText(snapshot.platform);
  session.mapAsked(choice.board);
  return {
    board: workspace.uri(choice.board),
    reason: choice.reason,
    boards: boards.map((board) => workspace.uri(board)),
    platform: params.english === true ? inEnglish(platform) : platform(),
    assumed: snapshot.platform.assumed,
    overlays: choice.overlays.map((overlay) => workspace.uri(overlay)),
    names: namesOf(session, file),
    projectFile: projectFile === undefined ? null : workspace.uri(projectFile),
  };
}

/** A board without a name is called by its file there. */
function namesOf({ analysis, workspace }: Session, file: string): Record<string, string> {
  const named = analysis.projectBoards(file).filter((board) => board.name !== board.file);
  return Object.fromEntries(named.map((board) => [workspace.uri(board.file), board.name]));
}

export function explain(session: Session, params: protocol.ExplainParams): protocol.ExplainResult | null {
  const view = viewOf(session, params);
  if (!view) return null;
  const { workspace } = session;
  const { snapshot } = view;
  const reports = reportsOf(session, view, params);
  const all = params.node === undefined && params.position === undefined;
  const explanations = reports.map((report) => (all ? briefExplanationOf : explanationOf)(snapshot, report));
  const place = (span: Span) => placeName(span, snapshot.line(span));
  // What programs read, and what the command line prints, is the same in every language.
  const english = inEnglish(() => ({
    ...explainJson(explanations, snapshot.platform, (span) => ({
      file: workspace.uri(span.file),
      range: rangeOf(workspace, span),
    })),
    text: [
      ...explanations.map((explanation) => reportText(explanation.report, place, explanation)),
      platformText(snapshot.platform),
    ].join('\n\n'),
  }));
  return {
    ...english,
    markdown: explanations
      .map((explanation) => explanationPage(explanation, snapshot.platform, { place: (span) => code(place(span)) }))
      .join('\n\n---\n\n'),
  };
}

function reportsOf({ workspace }: Session, view: View, { position, node: name }: protocol.ExplainParams): DmaReport[] {
  const { snapshot } = view;
  if (position === undefined && name === undefined) return snapshot.reports();
  const node =
    name !== undefined
      ? nodeNamed(snapshot.tree, name)
      : position && nodeAt(view, workspace.lines(view.file).offset(position));
  const report = node && snapshot.report(node);
  return report ? [report] : [];
}
