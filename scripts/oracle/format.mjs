// SPDX-License-Identifier: MIT
// The formatter on each `.dts`, `.dtsi` and `.dtso` of Linux: only blanks change, a second run changes nothing, and a
// sample of boards, with all that they include formatted, has the blob that it had. Says how many lines it touches.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskReader, grammar, kernelIncludes, loadCore } from './core.mjs';
import { difference } from './fdt.mjs';
import { allArchitectures, deviceTrees } from './kernel.mjs';

export async function checkFormat({ kernel, report }, every) {
  const core = await loadCore();
  const parser = await grammar();
  const files = deviceTrees(kernel, allArchitectures(kernel), ['.dts', '.dtsi', '.dtso']);
  const part = report.part('formatted files', files.length);
  const sum = { lines: 0, touched: 0, inStyle: 0, time: 0 };
  for (const file of files) {
    const text = core.decodeText(readFileSync(join(kernel, file)));
    const ast = parser.parse(text);
    const start = performance.now();
    const changes = core.format(text, ast);
    sum.time += performance.now() - start;
    const after = applied(core, text, changes);
    const starts = core.lineStarts(text);
    sum.lines += starts.length - 1;
    sum.touched += touched(core, starts, changes);
    if (changes.length === 0) sum.inStyle++;
    const again = core.format(after, parser.parse(after));
    if (solid(text) !== solid(after)) part.fail(`${file}: more than blanks changed`);
    else if (again.length > 0)
      part.fail(`${file}:${core.positionAt(core.lineStarts(after), again[0].start).line + 1}: not stable`);
    else part.pass();
  }
  part.done(
    `${sum.inStyle} in style; ${sum.touched} of ${sum.lines} lines touched, ${((100 * sum.touched) / sum.lines).toFixed(2)} %; ${((5000 * sum.time) / sum.lines).toFixed(0)} ms for 5000 lines`,
  );
  await compareBlobs(core, parser, { kernel, report, every });
}

function applied(core, text, changes) {
  return core.applyEdits(
    text,
    changes.map(({ start, end, text: by }) => ({ span: { file: '', start, end }, text: by })),
  );
}

/** The words and marks in their order: none changed, none came together, none came apart but keywords and comments. */
function solid(text) {
  const apart = text.replace(/\*\/|\/\*|\/[a-z-]+\//g, ' $& ');
  return apart.match(/[^\s{}();=<>,[\]:]+|[{}();=<>,[\]:]/g)?.join(' ') ?? '';
}

function touched(core, starts, changes) {
  const lines = new Set();
  for (const { start, end } of changes) {
    const last = core.positionAt(starts, end).line;
    for (let line = core.positionAt(starts, start).line; line <= last; line++) lines.add(line);
  }
  return lines.size;
}

async function compareBlobs(core, parser, { kernel, report, every }) {
  const boards = deviceTrees(kernel).filter((_, index) => index % every === 0);
  const part = report.part('blobs of formatted boards', boards.length);
  const plain = diskReader(core.decodeText);
  const files = new Map();
  const formattedReader = {
    ...plain,
    read(path) {
      if (!files.has(path)) files.set(path, formatted(plain.read(path)));
      return files.get(path);
    },
  };
  function formatted(file) {
    if (!file || !/\.dts[io]?$/.test(file.path)) return file;
    return { path: file.path, text: applied(core, file.text, core.format(file.text, parser.parse(file.text))) };
  }
  for (const board of boards) {
    const options = { includePaths: kernelIncludes(kernel), defines: [['__DTS__', undefined]] };
    const blob = (reader) => {
      const tree = new core.Frontend(parser, reader).evaluate(join(kernel, board), options);
      return Buffer.from(core.writeBlob(tree, { symbols: true }));
    };
    const why = difference(blob(formattedReader), blob(plain));
    if (why === undefined) part.pass();
    else part.fail(`${board}: ${why}`);
  }
  part.done('with -@');
}
