// SPDX-License-Identifier: MIT
// Labels and macros of boards of Linux renamed and renamed back: each board that reads a changed file has the blob that
// it had, and the second renaming gives the files that there were. What is refused is counted by its reason.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText } from '#base/bytes.ts';
import type { FileReader } from '#base/files.ts';
import { applyEdits, type TextEdit } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { type Renaming, rename } from '#ide/rename/rename.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { Frontend } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { DEFINES, diskReader, grammar, kernelIncludes, type Run } from './core.ts';
import { difference } from './fdt.ts';
import { deviceTrees } from './kernel.ts';

/** Of the boards that a renaming reaches, those that are compiled. */
const COMPILED = 3;

/** A name at its first mention. */
interface Named {
  readonly name: string;
  readonly file: string;
  readonly start: number;
}

export function checkRename({ kernel, report }: Run, every: number): void {
  const boards = deviceTrees(kernel, ['arm64']).filter((_, index) => index % every === 0);
  const part = report.part('labels and macros renamed and back', boards.length);
  const refused = new Map<string, number>();
  let edits = 0;
  for (const board of boards) {
    const path = join(kernel, board);
    const files = folderReader(diskReader(decodeText));
    const analysis = new Analysis(grammar, files);
    const { tree } = analysis.glance(path);
    for (const name of [lastLabel(tree), ownMacro(tree, path)]) {
      if (name === undefined) continue;
      const there = renamed(analysis, { ...name, newName: `RENAMED_${name.name}` });
      if ('refusal' in there) {
        const why = there.refusal.replace(/[\w.,/-]*\.(?:dtsi?|h)\b|(?:label|macro) \w+/g, '…');
        refused.set(why, (refused.get(why) ?? 0) + 1);
        continue;
      }
      edits += there.edits.length;
      const changed = applied(files, there.edits);
      const readers = [...new Set([...changed.keys()].flatMap((file) => analysis.readersOf(file)))].slice(0, COMPILED);
      const after = over(files, changed);
      const why = readers
        .map((each) => difference(blobOf(kernel, each, after), blobOf(kernel, each, files)))
        .find((each) => each !== undefined);
      const maker = there.edits.find(({ span }) => span.file === name.file && span.start <= name.start);
      const again = new Analysis(grammar, after);
      const start = movedTo(name, there.edits);
      const back = renamed(again, { ...name, name: `RENAMED_${name.name}`, start, newName: name.name });
      const same =
        'edits' in back && [...applied(after, back.edits)].every(([file, text]) => text === files.read(file)?.text);
      if (why !== undefined) part.fail(`${board}: ${name.name}: ${why}`);
      else if (!maker || !same)
        part.fail(`${board}: ${name.name}: the way back: ${'refusal' in back ? back.refusal : 'another text'}`);
      else part.pass();
    }
  }
  const reasons = [...refused].sort((a, b) => b[1] - a[1]).map(([why, count]) => `${count}: ${why}`);
  part.done(`${edits} edits; refused: ${reasons.join(' ') || 'none'}`);
}

/** The label that the board's own file makes last, or that is made last of all. */
function lastLabel(tree: DeviceTree): Named | undefined {
  const labels = [...tree.labels].flatMap(([name, nodes]) =>
    nodes.flatMap((node) => node.labels.filter((label) => label.name === name)),
  );
  const own = labels.filter(({ span }) => span.file === tree.file);
  const label = (own.length > 0 ? own : labels).at(-1);
  return label && { name: label.name, file: label.span.file, start: label.span.start };
}

function ownMacro(tree: DeviceTree, path: string): Named | undefined {
  for (const name of tree.macros.names()) {
    const span = tree.macros.history(name)[0]?.span;
    if (span?.file === path) return { name, file: path, start: span.start };
  }
  return undefined;
}

function renamed(
  analysis: Analysis,
  { file, name, start, newName }: Named & { readonly newName: string },
): Renaming | { readonly refusal: string } {
  const text = analysis.files.read(file)?.text ?? '';
  const offset = text.indexOf(name, start);
  const view = analysis.view(file);
  if (!view) return { refusal: `no board has ${file}` };
  const steps = rename({ analysis, view, offset, newName, refuses: () => undefined });
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Where a place is after edits before it. */
function movedTo({ file, start }: Named, edits: readonly TextEdit[]): number {
  const before = edits.filter(({ span }) => span.file === file && span.end <= start);
  return before.reduce((at, { span, text }) => at + text.length - (span.end - span.start), start);
}

function applied(files: FileReader, edits: readonly TextEdit[]): Map<string, string> {
  const changed = new Map<string, string>();
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    const own = edits.filter(({ span }) => span.file === file);
    changed.set(file, applyEdits(files.read(file)?.text ?? '', own));
  }
  return changed;
}

function blobOf(kernel: string, board: string, reader: FileReader): Buffer {
  const options = { includePaths: kernelIncludes(kernel), defines: DEFINES };
  const tree = new Frontend(grammar, reader).evaluate(board, options);
  return Buffer.from(writeBlob(tree, { symbols: false }));
}

/** What an analysis asks of folders, beside the files. */
function folderReader(reader: FileReader): FileSystem {
  const stat = (path: string) => statSync(path, { throwIfNoEntry: false });
  return {
    ...reader,
    peek: (path) => reader.read(path)?.text,
    isFile: (path: string) => stat(path)?.isFile() ?? false,
    isFolder: (path) => stat(path)?.isDirectory() ?? false,
    list: (folder) =>
      stat(folder)?.isDirectory()
        ? readdirSync(folder, { withFileTypes: true }).map((entry) =>
            entry.isDirectory() ? `${entry.name}/` : entry.name,
          )
        : [],
  };
}

function over(files: FileSystem, changed: ReadonlyMap<string, string>): FileSystem {
  const kept = new Map([...changed].map(([path, text]) => [path, { path, text }]));
  const read = (path: string) => kept.get(path) ?? files.read(path);
  return { ...files, read, peek: (path) => read(path)?.text };
}
