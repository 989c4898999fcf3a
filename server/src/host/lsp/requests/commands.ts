// SPDX-License-Identifier: MIT
// `workspace/executeCommand`: what VS Code shows by requests of our own, as text that any editor can show.
import { type Connection, type ExecuteCommandParams, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { inEnglish, t } from '#base/language.ts';
import { placeName } from '#host/lsp/convert.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import { bootOrderText } from '#ide/explain/boot-text.ts';
import type { ChangeRow } from '#ide/explain/changes.ts';
import { nodeNamed } from '#ide/explain/node-name.ts';
import { dmaMap } from '#ide/map/dma-map.ts';
import { whatIf } from '#ide/map/what-if.ts';
import { bootOrder } from '#model/probe/boot-order.ts';
import { printTree } from '#tree/blob/print.ts';
import { explainLog } from './log.ts';
import { configReader, tableOf } from './maps.ts';
import { compare } from './pages.ts';
import { explain, rulePage } from './requests.ts';

/** What came as the only argument: nobody has checked it. */
type Given = Readonly<Record<string, unknown>>;

/** The text, or `null` where the document, the node or the rule is not there. */
type Command = (session: Session, given: Given) => string | null;

/** By name: that of the request with the same parameters. */
const TEXTS: Readonly<Record<string, Command>> = {
  [protocol.explain.method]: (session, given) =>
    ofDocument(given, (document) => {
      const { node, position } = given;
      const at = position as protocol.ExplainParams['position'];
      const named = typeof node === 'string' ? { node } : {};
      return explain(session, { ...document, ...named, ...(isPosition(at) && { position: at }) })?.markdown ?? null;
    }),
  [protocol.tree.method]: ofView(({ snapshot }) =>
    printTree(snapshot.tree, (span) => placeName(span, snapshot.line(span))),
  ),
  [protocol.dmaMap.method]: ofView((view) => inEnglish(() => tableOf(dmaMap(view.snapshot), view))),
  [protocol.bootView.method]: ofView(({ snapshot: { tree, platform } }, { node: name }) => {
    const node = typeof name === 'string' ? nodeNamed(tree, name) : undefined;
    if (name !== undefined && !node) return null;
    return bootOrderText(bootOrder(tree, platform, node && [node]));
  }),
  [protocol.whatIf.method]: ofView((view, { wish }, session) => {
    const { snapshot } = view;
    const read = configReader(session, view);
    const found = whatIf(snapshot, dmaMap(snapshot), typeof wish === 'string' ? wish : '', read);
    if ('refused' in found) return found.refused;
    const rows = found.rows.map(rowText);
    return [found.platform, '', ...rows, t('{0} devices as before.', found.same)].join('\n');
  }),
  [protocol.compare.method]: (session, given) =>
    ofDocument(given, (document) => {
      const other = (given.with ?? {}) as Given;
      return ofDocument(other, (second) => {
        const sides = { ...document, ...overlaysOf(given), with: { ...second, ...overlaysOf(other) } };
        return compare(session, sides)?.markdown ?? null;
      });
    }),
  [protocol.log.method]: (session, given) => explainLog(session, given as unknown as protocol.LogParams)?.text ?? null,
  [protocol.rule.method]: (_session, { id }) => (typeof id === 'string' ? (rulePage(id) ?? null) : null),
};

export const COMMANDS: readonly string[] = Object.keys(TEXTS);

export function registerCommands(connection: Connection, answer: Answer): void {
  connection.onExecuteCommand(({ command, arguments: [given] = [] }: ExecuteCommandParams, token) => {
    const text = Object.hasOwn(TEXTS, command) ? TEXTS[command] : undefined;
    if (!text) throw new ResponseError(LSPErrorCodes.RequestFailed, `${command} is not a command`);
    const fields: Given = typeof given === 'object' && given !== null ? given : {};
    return answer(command, token, (session) => text(session, fields));
  });
}

function ofDocument(given: Given, compute: (document: protocol.DocumentParams) => string | null): string | null {
  const { uri } = (given.textDocument ?? {}) as { readonly uri?: unknown };
  return typeof uri === 'string' ? compute({ textDocument: { uri } }) : null;
}

function ofView(compute: (view: View, given: Given, session: Session) => string | null): Command {
  return (session, given) =>
    ofDocument(given, ({ textDocument: { uri } }) => {
      const { analysis, workspace } = session;
      const view = analysis.view(workspace.path(uri));
      return view ? compute(view, given, session) : null;
    });
}

function isPosition(value: unknown): value is protocol.ExplainParams['position'] & object {
  const { line, character } = (value ?? {}) as { readonly line?: unknown; readonly character?: unknown };
  return Number.isInteger(line) && Number.isInteger(character);
}

function overlaysOf({ overlays }: Given): Pick<protocol.ComparedTree, 'overlays'> {
  return Array.isArray(overlays) && overlays.every((uri) => typeof uri === 'string') ? { overlays } : {};
}

function rowText({ devices, alike, apart, why }: ChangeRow): string {
  const changed = alike.filter(({ before, after }) => before !== after);
  return [
    devices.map(({ path }) => path).join(', '),
    ...changed.map(({ name, before, after }) => `  ${name}: ${before ?? t('none')} → ${after ?? t('none')}`),
    ...(apart.length > 0 ? [`  ${t('also other: {0}', apart.join(', '))}`] : []),
    ...(why ? [`  ${why.text} (${why.authority})`] : []),
    '',
  ].join('\n');
}
