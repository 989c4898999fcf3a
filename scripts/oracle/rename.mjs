// SPDX-License-Identifier: MIT
// Labels and macros of boards of Linux renamed and renamed back: each board that reads a changed file has the blob that
// it had, and the second renaming gives the files that there were. What is refused is counted by its reason.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diskReader, grammar, kernelIncludes, loadCore } from './core.mjs';
import { difference } from './fdt.mjs';
import { deviceTrees } from './kernel.mjs';

/** Of the boards that a renaming reaches, those that are compiled. */
const COMPILED = 3;

export async function checkRename({ kernel, report }, every) {
  const core = await loadCore();
  const parser = await grammar();
  const boards = deviceTrees(kernel, ['arm64']).filter((_, index) => index % every === 0);
  const part = report.part('labels and macros renamed and back', boards.length);
  const refused = new Map();
  let edits = 0;
  for (const board of boards) {
    const path = join(kernel, board);
    const files = folderReader(diskReader(core.decodeText));
    const analysis = new core.Analysis(parser, files);
    const { tree } = analysis.glance(path);
    for (const name of [lastLabel(tree), ownMacro(tree, path)]) {
      if (name === undefined) continue;
      const there = renamed(core, analysis, { ...name, newName: `RENAMED_${name.name}` });
      if (there.refusal !== undefined) {
        const why = there.refusal.replace(/[\w.,/-]*\.(?:dtsi?|h)\b|(?:label|macro) \w+/g, '…');
        refused.set(why, (refused.get(why) ?? 0) + 1);
        continue;
      }
      edits += there.edits.length;
      const changed = applied(core, files, there.edits);
      const readers = [...new Set([...changed.keys()].flatMap((file) => analysis.readersOf(file)))].slice(0, COMPILED);
      const compile = (reader) => (each) => blobOf(core, parser, { reader, kernel, board: each });
      const [before, after] = [files, over(files, changed)].map((reader) => readers.map(compile(reader)));
      const why = readers.map((_, index) => difference(after[index], before[index])).find((each) => each !== undefined);
      const maker = there.edits.find(({ span }) => span.file === name.file && span.start <= name.start);
      const again = new core.Analysis(parser, over(files, changed));
      const start = movedTo(name, there.edits);
      const back = renamed(core, again, { ...name, name: `RENAMED_${name.name}`, start, newName: name.name });
      const same =
        back.edits &&
        [...applied(core, over(files, changed), back.edits)].every(([file, text]) => text === files.read(file)?.text);
      if (why !== undefined) part.fail(`${board}: ${name.name}: ${why}`);
      else if (!maker || !same) part.fail(`${board}: ${name.name}: the way back: ${back.refusal ?? 'another text'}`);
      else part.pass();
    }
  }
  const reasons = [...refused].sort((a, b) => b[1] - a[1]).map(([why, count]) => `${count}: ${why}`);
  part.done(`${edits} edits; refused: ${reasons.join(' ') || 'none'}`);
}

/** The label that the board's own file makes last, or that is made last of all. */
function lastLabel(tree) {
  const labels = [...tree.labels].flatMap(([name, nodes]) =>
    nodes.flatMap((node) => node.labels.filter((label) => label.name === name)),
  );
  const own = labels.filter(({ span }) => span.file === tree.file);
  const label = (own.length > 0 ? own : labels).at(-1);
  return label && { name: label.name, file: label.span.file, start: label.span.start };
}

function ownMacro(tree, path) {
  for (const name of tree.macros.names()) {
    const span = tree.macros.history(name)[0]?.span;
    if (span?.file === path) return { name, file: path, start: span.start };
  }
  return undefined;
}

function renamed(core, analysis, { file, name, start, newName }) {
  const text = analysis.files.read(file)?.text ?? '';
  const offset = text.indexOf(name, start);
  const view = analysis.view(file);
  const steps = core.rename({ analysis, view, offset, newName, refuses: () => undefined });
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Where a place is after edits before it. */
function movedTo({ file, start }, edits) {
  const before = edits.filter(({ span }) => span.file === file && span.end <= start);
  return before.reduce((at, { span, text }) => at + text.length - (span.end - span.start), start);
}

function applied(core, files, edits) {
  const changed = new Map();
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    const own = edits.filter(({ span }) => span.file === file);
    changed.set(file, core.applyEdits(files.read(file).text, own));
  }
  return changed;
}

function blobOf(core, parser, { reader, kernel, board }) {
  const options = { includePaths: kernelIncludes(kernel), defines: [['__DTS__', undefined]] };
  const tree = new core.Frontend(parser, reader).evaluate(board, options);
  return Buffer.from(core.writeBlob(tree, { symbols: false }));
}

/** What an analysis asks of folders, beside the files. */
function folderReader(reader) {
  const stat = (path) => statSync(path, { throwIfNoEntry: false });
  return {
    ...reader,
    peek: (path) => reader.read(path)?.text,
    isFile: (path) => stat(path)?.isFile() ?? false,
    isFolder: (path) => stat(path)?.isDirectory() ?? false,
    list: (folder) =>
      stat(folder)?.isDirectory()
        ? readdirSync(folder, { withFileTypes: true }).map((entry) =>
            entry.isDirectory() ? `${entry.name}/` : entry.name,
          )
        : [],
  };
}

function over(files, changed) {
  const kept = new Map([...changed].map(([path, text]) => [path, { path, text }]));
  const read = (path) => kept.get(path) ?? files.read(path);
  return { ...files, read, peek: (path) => read(path)?.text };
}
