// SPDX-License-Identifier: MIT
// The formatter on each `.dts`, `.dtsi` and `.dtso` of Linux: only blanks change, a second run changes nothing, and a
// sample of boards, with all that they include formatted, has the blob that it had. Says how many lines it touches.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText } from '#base/bytes.ts';
import type { FileReader, SourceFile } from '#base/files.ts';
import { applyEdits, lineStarts, positionAt } from '#base/text.ts';
import { format } from '#ide/format/format.ts';
import type { Change } from '#syntax/parser.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { Frontend } from '#tree/frontend.ts';
import { DEFINES, diskReader, grammar, kernelIncludes, type Run } from './core.ts';
import { difference } from './fdt.ts';
import { allArchitectures, deviceTrees } from './kernel.ts';

export function checkFormat({ kernel, report }: Run, every: number): void {
  const files = deviceTrees(kernel, allArchitectures(kernel), ['.dts', '.dtsi', '.dtso']);
  const part = report.part('formatted files', files.length);
  const sum = { lines: 0, touched: 0, inStyle: 0, time: 0 };
  for (const file of files) {
    const text = decodeText(readFileSync(join(kernel, file)));
    const ast = grammar.parse(text);
    const start = performance.now();
    const changes = format(text, ast);
    sum.time += performance.now() - start;
    const after = applied(text, changes);
    const starts = lineStarts(text);
    sum.lines += starts.length - 1;
    sum.touched += touched(starts, changes);
    if (changes.length === 0) sum.inStyle++;
    const again = format(after, grammar.parse(after));
    if (solid(text) !== solid(after)) part.fail(`${file}: more than blanks changed`);
    else if (again[0]) part.fail(`${file}:${positionAt(lineStarts(after), again[0].start).line + 1}: not stable`);
    else part.pass();
  }
  part.done(
    `${sum.inStyle} in style; ${sum.touched} of ${sum.lines} lines touched, ${((100 * sum.touched) / sum.lines).toFixed(2)} %; ${((5000 * sum.time) / sum.lines).toFixed(0)} ms for 5000 lines`,
  );
  compareBlobs({ kernel, report }, every);
}

function applied(text: string, changes: readonly Change[]): string {
  return applyEdits(
    text,
    changes.map(({ start, end, text: by }) => ({ span: { file: '', start, end }, text: by })),
  );
}

/** The words and marks in their order: none changed, none came together, none came apart but keywords and comments. */
function solid(text: string): string {
  const apart = text.replace(/\*\/|\/\*|\/[a-z-]+\//g, ' $& ');
  return apart.match(/[^\s{}();=<>,[\]:]+|[{}();=<>,[\]:]/g)?.join(' ') ?? '';
}

function touched(starts: readonly number[], changes: readonly Change[]): number {
  const lines = new Set<number>();
  for (const { start, end } of changes) {
    const last = positionAt(starts, end).line;
    for (let line = positionAt(starts, start).line; line <= last; line++) lines.add(line);
  }
  return lines.size;
}

function compareBlobs({ kernel, report }: Pick<Run, 'kernel' | 'report'>, every: number): void {
  const boards = deviceTrees(kernel).filter((_, index) => index % every === 0);
  const part = report.part('blobs of formatted boards', boards.length);
  const plain = diskReader(decodeText);
  const files = new Map<string, SourceFile | undefined>();
  const formattedReader: FileReader = {
    ...plain,
    read(path) {
      if (!files.has(path)) files.set(path, formatted(plain.read(path)));
      return files.get(path);
    },
  };
  function formatted(file: SourceFile | undefined): SourceFile | undefined {
    if (!file || !/\.dts[io]?$/.test(file.path)) return file;
    return { path: file.path, text: applied(file.text, format(file.text, grammar.parse(file.text))) };
  }
  for (const board of boards) {
    const options = { includePaths: kernelIncludes(kernel), defines: DEFINES };
    const blob = (reader: FileReader) => {
      const tree = new Frontend(grammar, reader).evaluate(join(kernel, board), options);
      return Buffer.from(writeBlob(tree, { symbols: true }));
    };
    const why = difference(blob(formattedReader), blob(plain));
    if (why === undefined) part.pass();
    else part.fail(`${board}: ${why}`);
  }
  part.done('with -@');
}
