// SPDX-License-Identifier: MIT
// A label or path that names nothing: the nearest ones by their letters, of nodes that the property can name.
import { nearest } from '#base/likeness.ts';
import type { Lack, Problem, Repair } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards/boards.ts';
import { formOf, type ListForm } from '#ide/completion/providers.ts';
import { addNode } from '#rules/edits/edits.ts';
import { written } from '#tree/dtc/value-problems.ts';
import { nodeByReference, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

/** Where no name is like it, so many that fit are still an answer. */
const MAX_FITTING = 3;

export function referenceAdvice(view: View, problem: Problem, lack: Lack): Problem {
  const { tree } = view.snapshot;
  const form = lack.property === undefined ? undefined : formOf(lack.property);
  const names = lack.name.includes('/') ? alikePaths(tree, lack.name) : alikeLabels(tree, lack.name, form);
  const choices = [...replacements(view, problem, lack.name, names), ...creation(view, lack)];
  const said = names.length > 0 ? ` ${sentence(names, form)}` : '';
  return { ...problem, message: problem.message + said, ...(choices.length > 0 && { choices }) };
}

function sentence([first = '']: readonly string[], form: ListForm | undefined): string {
  return `The nearest ${form?.what ?? 'one'} is ${written(first)}.`;
}

function alikeLabels(tree: DeviceTree, name: string, form: ListForm | undefined): string[] {
  const labels = [...tree.labels].flatMap(([label, nodes]) => {
    return nodes.some((node) => !form || form.fits(node)) ? [label] : [];
  });
  const alike = nearest(name, labels);
  // Of two or three letters nothing is like them, but they may be the beginning of what was meant.
  if (alike.length === 0 && form && name.length > 1) {
    const begun = labels
      .filter((label) => label.startsWith(name))
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    if (begun.length > 0) return begun.slice(0, MAX_FITTING);
  }
  return alike.length > 0 || !form || labels.length > MAX_FITTING ? alike : labels;
}

/** Paths that differ in one name, and nodes of the last name that lie elsewhere. */
function alikePaths(tree: DeviceTree, path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  const own = path.startsWith('/') ? [] : parts.splice(0, 1);
  let at: DtNode | undefined = own[0] === undefined ? tree.root : nodeByReference(tree, own[0]);
  let found: string[] = [];
  for (const [index, part] of parts.entries()) {
    const next: DtNode | undefined = at?.children.get(part);
    if (!next && at) {
      const rest = parts.slice(index + 1);
      const base: string = at.parent ? pathOf(at) : '';
      const here = nearest(part, at.children.keys()).map((name) => [base, name, ...rest].join('/'));
      found = here.filter((each) => nodeByReference(tree, each) !== undefined);
      break;
    }
    at = next;
  }
  const last = parts.at(-1);
  const elsewhere = found.length > 0 ? [] : walk(tree.root).filter(({ name }) => name === last);
  return [...found, ...elsewhere.map(pathOf)].slice(0, MAX_FITTING);
}

function replacements(view: View, { span }: Problem, name: string, names: readonly string[]): Repair[] {
  const { file, start, end } = span;
  const isWritten = view.snapshot.text(file).slice(start, end) === written(name);
  if (!isWritten) return [];
  return names.map((each) => {
    return { title: `Change ${written(name)} to ${written(each)}`, plan: () => [{ span, text: written(each) }] };
  });
}

/** A node with the label, at the end of the root's block in the board. */
function creation(view: View, { name, property }: Lack): Repair[] {
  const { tree } = view.snapshot;
  const block = tree.root.origins.findLast(({ kind, span }) => kind === 'open' && span.file === tree.file);
  if (property === undefined || !block || tree.plugin || !isBoard(tree.file) || name.includes('/')) return [];
  const head = `${name}: ${name.toLowerCase().replaceAll('_', '-')}`;
  const plan = () => {
    const edit = addNode((file) => view.snapshot.text(file), block, head, []);
    return edit && [edit];
  };
  return [{ title: `Create a node with the label ${name}`, plan }];
}
