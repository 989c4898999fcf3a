// SPDX-License-Identifier: MIT
// Requests whose parameters are of another shape than their method's: they are answered with "invalid params" before a
// handler sees them.
import { type ConnectionOptions, ErrorCodes, ResponseError } from 'vscode-languageserver';
import * as protocol from './protocol.ts';

/** The method that a request with wrong parameters goes to; nothing answers it but {@link refusal}. */
const REFUSED = '$/dtIommu/refused';

/** The error for a request that no handler takes; `ready` throws where the server answers none. */
export function refusal(method: string, params: unknown, ready: (asked: string) => unknown): Error {
  if (method === REFUSED && isObject(params) && typeof params.method === 'string') {
    ready(params.method);
    return new ResponseError(ErrorCodes.InvalidParams, `${params.method}: ${params.fault}`);
  }
  ready(method);
  return new ResponseError(ErrorCodes.MethodNotFound, `${method} is not offered`);
}

/** What a connection is created with. */
export const checkingParams: ConnectionOptions = {
  messageStrategy: {
    handleMessage(message, next) {
      const { id, method, params } = message as { readonly id?: unknown; readonly method?: unknown; params?: unknown };
      const fault = id !== undefined && typeof method === 'string' ? faultOf(method, params) : undefined;
      next(
        fault === undefined ? message : ({ ...message, method: REFUSED, params: { method, fault } } as typeof message),
      );
    },
  },
};

type Fields = Readonly<Record<string, unknown>>;
type Is = (value: unknown) => boolean;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Is = (value) => typeof value === 'string';
const isCount: Is = (value) => Number.isInteger(value) && (value as number) >= 0;
const isPosition: Is = (value) => isObject(value) && isCount(value.line) && isCount(value.character);
const isRange: Is = (value) => isObject(value) && isPosition(value.start) && isPosition(value.end);
const isDocument: Is = (value) => isObject(value) && isText(value.uri);
const isPositions: Is = (value) => Array.isArray(value) && value.every(isPosition);
const isTexts: Is = (value) => Array.isArray(value) && value.every(isText);
const isCompared: Is = (value) => isDocumentOf(value) && (value.overlays === undefined || isTexts(value.overlays));
const isDocumentOf = (value: unknown): value is Fields => isObject(value) && isDocument(value.textDocument);
const isContext: Is = (value) => isObject(value) && Array.isArray(value.diagnostics);
const isOptional =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value);

const DOCUMENT = { textDocument: isDocument };
const PLACE = { ...DOCUMENT, position: isPosition };
const PART = { ...DOCUMENT, range: isRange };
const ON = { ...DOCUMENT, on: isOptional(isText) };
const NODE = { ...ON, node: isText };

/** What must hold of the fields of a request that is answered here. */
const REQUESTS: Readonly<Record<string, Readonly<Record<string, Is>>>> = {
  initialize: { capabilities: isObject },
  'textDocument/codeAction': { ...PART, context: isContext },
  'textDocument/codeLens': DOCUMENT,
  'textDocument/completion': PLACE,
  'textDocument/declaration': PLACE,
  'textDocument/definition': PLACE,
  'textDocument/diagnostic': DOCUMENT,
  'textDocument/documentHighlight': PLACE,
  'textDocument/documentLink': DOCUMENT,
  'textDocument/documentSymbol': DOCUMENT,
  'textDocument/foldingRange': DOCUMENT,
  'textDocument/formatting': DOCUMENT,
  'textDocument/hover': PLACE,
  'textDocument/implementation': PLACE,
  'textDocument/inlayHint': PART,
  'textDocument/onTypeFormatting': { ...PLACE, ch: isText },
  'textDocument/prepareCallHierarchy': PLACE,
  'textDocument/prepareRename': PLACE,
  'textDocument/prepareTypeHierarchy': PLACE,
  'textDocument/rangeFormatting': PART,
  'textDocument/references': PLACE,
  'textDocument/rename': { ...PLACE, newName: isText },
  'textDocument/selectionRange': { ...DOCUMENT, positions: isPositions },
  'textDocument/semanticTokens/full': DOCUMENT,
  'textDocument/semanticTokens/full/delta': { ...DOCUMENT, previousResultId: isText },
  'textDocument/semanticTokens/range': PART,
  'textDocument/signatureHelp': PLACE,
  'textDocument/typeDefinition': PLACE,
  'workspace/executeCommand': { command: isText, arguments: isOptional(Array.isArray) },
  'workspace/symbol': { query: isText },
  [protocol.blob.method]: DOCUMENT,
  [protocol.boards.method]: DOCUMENT,
  [protocol.bootView.method]: NODE,
  [protocol.compare.method]: { ...DOCUMENT, overlays: isOptional(isTexts), with: isCompared },
  [protocol.dmaDetails.method]: NODE,
  [protocol.dmaLanes.method]: ON,
  [protocol.dmaMap.method]: DOCUMENT,
  [protocol.dmaPicture.method]: { ...ON, only: isOptional(isTexts) },
  [protocol.explain.method]: { ...DOCUMENT, position: isOptional(isPosition), node: isOptional(isText) },
  [protocol.explainPage.method]: NODE,
  [protocol.log.method]: { ...DOCUMENT, text: isText },
  [protocol.nodesAt.method]: { ...PLACE, file: isText },
  [protocol.overlays.method]: DOCUMENT,
  [protocol.resolvedHover.method]: { ...PLACE, line: isText },
  [protocol.resolvedTree.method]: DOCUMENT,
  [protocol.rule.method]: { id: isText },
  [protocol.selectBoard.method]: { ...DOCUMENT, board: (value) => value === null || isText(value) },
  [protocol.topology.method]: DOCUMENT,
  [protocol.tree.method]: DOCUMENT,
  [protocol.whatIf.method]: { ...ON, wish: isText },
};

/** What is wrong with the parameters of a request; of a method that is not known here nothing is. */
function faultOf(method: string, params: unknown): string | undefined {
  if (!Object.hasOwn(REQUESTS, method)) return undefined;
  if (!isObject(params)) return 'the parameters are no object';
  const wrong = Object.entries(REQUESTS[method] ?? {}).find(([field, is]) => !is(params[field]));
  return wrong && `"${wrong[0]}" is missing or of another type`;
}
