// SPDX-License-Identifier: MIT
// Renaming over every file and board that it reaches. It is tried on all of them before anybody sees it: a board that
// would not be the same afterwards, except for what was meant, is the reason to refuse.

import { basename } from '#base/files.ts';
import { t } from '#base/language.ts';
import { applyEdits, type Span, type TextEdit } from '#base/text.ts';
import type { Analysis, View } from '#ide/analysis.ts';
import { labelMentions, macroMentions } from '#ide/navigation/mentions.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { difference, type Meant } from './compare.ts';
import { nodeRenaming } from './node-names.ts';
import { type Maker, reach, type Steps } from './reach.ts';
import { nameFault, type Refusal, type Subject, subjectAt } from './subject.ts';

export interface RenameRequest {
  readonly analysis: Analysis;
  readonly view: View;
  readonly offset: number;
  readonly newName: string;
  /** Why a file may not be changed; `undefined`: it may. */
  refuses(file: string): string | undefined;
}

export interface Renaming {
  readonly edits: readonly TextEdit[];
  /** How many boards it was tried on. */
  readonly boards: number;
}

/** What stands at the cursor, or why it cannot be renamed whatever its name becomes. */
export function prepareRename(view: View, offset: number): Subject | Refusal {
  return subjectAt(view, offset);
}

/** In steps; what the files are must not change between them. */
export function* rename(request: RenameRequest): Steps<Renaming | Refusal> {
  const { analysis, view, offset, newName } = request;
  const subject = subjectAt(view, offset);
  if ('refusal' in subject) return subject;
  const fault = nameFault(subject, newName);
  if (fault !== undefined) return { refusal: fault };
  const plan = yield* planned(request, subject);
  if ('refusal' in plan) return plan;
  for (const file of new Set(plan.edits.map(({ span }) => span.file))) {
    const why = request.refuses(file);
    if (why !== undefined) return { refusal: `${file}: ${why}.` };
  }
  const why = yield* trial(analysis, plan);
  if (why !== undefined) return { refusal: why };
  return { edits: plan.edits, boards: plan.trees.size };
}

export interface Plan {
  readonly trees: ReadonlyMap<string, DeviceTree>;
  readonly edits: readonly TextEdit[];
  meant(tree: DeviceTree): Meant;
}

function planned(request: RenameRequest, subject: Subject): Steps<Plan | Refusal> {
  switch (subject.kind) {
    case 'label':
      return wordRenaming(request, {
        name: subject.name,
        what: t('label {0}', subject.name),
        makers: (tree) => labelSpans(tree, subject.name),
        spans: labelMentions,
      });
    case 'macro':
      return wordRenaming(request, {
        name: subject.name,
        what: t('macro {0}', subject.name),
        makers: (tree) => macroSpans(tree, subject.name),
        spans: macroMentions,
      });
    case 'node':
      return nodeRenaming(request, subject);
  }
}

function labelSpans(tree: DeviceTree, name: string): Span[] {
  const nodes = tree.labels.get(name) ?? [];
  const onNodes = nodes.flatMap((node) => node.labels.filter((label) => label.name === name));
  const inner = tree.innerLabels.flatMap((property) => [...property.labels, ...property.value.labels]);
  return [...onNodes, ...inner.filter((label) => label.name === name)].map(({ span }) => span);
}

function macroSpans(tree: DeviceTree, name: string): Span[] {
  return tree.macros.history(name).flatMap(({ span }) => span ?? []);
}

interface Word {
  readonly name: string;
  readonly what: string;
  makers(tree: DeviceTree): readonly Span[];
  spans(file: string, text: string, name: string): Span[];
}

/** Labels and macros are the same word wherever they stand. */
function* wordRenaming(
  { analysis, view, newName }: RenameRequest,
  { name, what, makers, spans }: Word,
): Steps<Plan | Refusal> {
  const text = (file: string) => analysis.files.read(file)?.text ?? '';
  const made = makers(view.snapshot.tree);
  if (made.length === 0)
    return { refusal: t('No file says where {0} comes from: the build or an option defines it.', what) };
  const unwritten = made.find(({ file, start }) => !text(file).startsWith(name, macroStart(text(file), start, name)));
  if (unwritten) return { refusal: t('The {0} comes out of a macro in {1}.', what, basename(unwritten.file)) };
  const shared = made.find(({ file }) => isSharedWithC(file));
  if (shared)
    return { refusal: t('{0} is a header that C code reads, too; it is not looked at here.', basename(shared.file)) };
  const mentions = (file: string) => spans(file, text(file), name).length > 0;
  const reached = yield* reach({ analysis, first: view.snapshot, makers, mentions, what });
  if ('refusal' in reached) return reached;
  const { boards, files } = reached;
  const trees = new Map([...boards].map(([board, { tree }]) => [board, tree]));
  const taken = takenBy(trees.values(), newName) ?? definedBy(analysis, trees.keys(), newName);
  if (taken !== undefined) return { refusal: taken };
  const header = [...files].find(isSharedWithC);
  if (header !== undefined) return { refusal: t('{0} names it, a header that C code reads, too.', basename(header)) };
  const edits = [...files].flatMap((file) => spans(file, text(file), name).map((span) => ({ span, text: newName })));
  const same = (node: DtNode) => node.name;
  const reference = (ref: string) => ref.replace(/^[^/]*/, (word) => (word === name ? newName : word));
  return { trees, edits, meant: () => ({ name: same, reference }) };
}

/** The place of a definition may be that of the whole directive. */
function macroStart(text: string, start: number, name: string): number {
  const directive = /^#[ \t]*define[ \t]+/.exec(text.slice(start, start + 80));
  return directive && text.startsWith(name, start + directive[0].length) ? start + directive[0].length : start;
}

/** Headers of bindings and of the architecture: drivers include them. */
function isSharedWithC(file: string): boolean {
  return file.endsWith('.h') && /\/include\//.test(file);
}

function takenBy(trees: Iterable<DeviceTree>, name: string): string | undefined {
  for (const tree of trees) {
    const [maker] = [...labelSpans(tree, name), ...macroSpans(tree, name)] as readonly Maker[];
    if (maker) return t('{0} is there already, in {1}.', name, basename(maker.file));
    if (tree.macros.history(name).length > 0) return t('{0} is a macro of cpp or of the build.', name);
  }
  return undefined;
}

function definedBy(analysis: Analysis, boards: Iterable<string>, name: string): string | undefined {
  for (const board of boards) {
    if (analysis.definesOf(board).includes(name)) return t('{0} is a macro that the build defines.', name);
  }
  return undefined;
}

/** Why the edits are not made: the first board that would be another one. */
function* trial(analysis: Analysis, { trees, edits, meant }: Plan): Steps<string | undefined> {
  const copy = analysis.copy();
  const files = [...new Set(edits.map(({ span }) => span.file))];
  for (const file of files) {
    const text = analysis.files.read(file)?.text ?? '';
    copy.open(
      file,
      applyEdits(
        text,
        edits.filter(({ span }) => span.file === file),
      ),
    );
  }
  try {
    for (const [board, before] of trees) {
      const why = difference(before, copy.glance(board).tree, meant(before));
      yield;
      if (why !== undefined) return t('On {0} more than the name would change: {1}', basename(board), why);
    }
    return undefined;
  } finally {
    for (const file of files) copy.close(file);
  }
}
