// SPDX-License-Identifier: MIT
// A kernel's log against the board of a document, and blobs as text: for the extension.
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { inEnglish } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import { placeName, rangeOf } from '#host/lsp/convert.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import { isBlobUri, pathOfUri } from '#host/lsp/uris.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { logJson, logReport, logText } from '#ide/log/log-report.ts';
import { readLog } from '#model/log/reader.ts';

/** A selection or a whole file; more is cut, `dt-iommu log` reads logs of any size. */
const MAX_CHARACTERS = 32 << 20;

export function registerLog(connection: Connection, answer: Answer): void {
  connection.onRequest<unknown, void>(protocol.log.method, (params: protocol.LogParams, token: CancellationToken) =>
    answer(protocol.log.method, token, (session) => explainLog(session, params)),
  );
  connection.onRequest<unknown, void>(
    protocol.blob.method,
    (params: protocol.DocumentParams, token: CancellationToken) =>
      answer(protocol.blob.method, token, ({ analysis }) => textOfBlob(analysis.files, params)),
  );
}

export function explainLog({ analysis, workspace }: Session, params: protocol.LogParams): protocol.LogResult | null {
  const uri = params?.textDocument?.uri;
  if (typeof uri !== 'string' || typeof params.text !== 'string') return null;
  const view = analysis.view(workspace.path(uri));
  if (!view) return null;
  const { snapshot } = view;
  const place = (span: Span) => placeName(span, snapshot.line(span));
  return inEnglish(() => {
    const report = logReport(snapshot, readLog(params.text.slice(0, MAX_CHARACTERS)));
    return {
      ...logJson(report, (span) => ({ file: workspace.uri(span.file), range: rangeOf(workspace, span) })),
      text: logText(report, { place, log: 'log' }),
    };
  });
}

/** The text of a blob that an editor shows beside it: what the command line reads it as. */
function textOfBlob(files: FileSystem, { textDocument: { uri } }: protocol.DocumentParams): protocol.TextResult | null {
  const text = isBlobUri(uri) ? undefined : files.read(pathOfUri(uri))?.text;
  return text === undefined ? null : { text };
}
