// SPDX-License-Identifier: MIT
// What a request is about: a document, or a place in one.
import type { View } from '#ide/analysis.ts';
import type { Ast } from '#syntax/ast.ts';
import type { Lines } from './convert.ts';
import type { Session } from './server.ts';

/** `undefined` when there is no such file. */
export function viewAt(
  { analysis, workspace }: Pick<Session, 'analysis' | 'workspace'>,
  uri: string,
  position: { line: number; character: number },
): { readonly view: View; readonly offset: number } | undefined {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  return view && { view, offset: workspace.lines(path).offset(position) };
}

export function fileOf(
  { analysis, workspace }: Session,
  uri: string,
): { readonly view: View; readonly ast: Ast; readonly lines: Lines } | undefined {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  const ast = view?.snapshot.ast(path);
  return view && ast && { view, ast, lines: workspace.lines(path) };
}
