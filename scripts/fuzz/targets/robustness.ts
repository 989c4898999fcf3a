// SPDX-License-Identifier: MIT
// Whatever a text is, there is an answer: every truncation of boards, random bytes, hostile names. Nothing throws, no
// rule fails, spans lie inside their files, an edited board is what a fresh one is, and nothing takes long.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceFile } from '#base/files.ts';
import { readGrammar } from '#host/grammar.ts';
import { DiskFiles } from '#host/sources.ts';
import { Analysis } from '#ide/analysis.ts';
import { describeTree, toText } from '#test/support/describe-tree.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { Frontend } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { mutateBytes } from '../generate/mutate.ts';
import { treeText } from '../generate/trees.ts';
import { kernelBoards } from '../kernel.ts';
import { Pick } from '../random.ts';
import { type Run, type Target, timeLeft } from '../run.ts';

export const robustness: Target = {
  name: 'robustness',
  unit: 'broken texts',
  share: 2,
  run: breakTexts,
};

/** Of the processor, for one text of a board's size; in milliseconds. */
const TOO_LONG = 3000;

async function breakTexts(run: Run): Promise<number> {
  const boards = kernelBoards(run);
  let count = 0;
  for (let number = 0; timeLeft(run); number++) {
    const seed = run.seed * 100_000 + number;
    const pick = new Pick(seed);
    if (number % 3 === 0 && boards.length > 0) count += await truncations(run, seed, pick.of(boards));
    else if (number % 3 === 1) count += await randomTexts(run, seed);
    else count += await wholeAnalyses(run, seed);
  }
  return count;
}

/** Each prefix of a board, one unit shorter than the last, as an editor's undo would make them; some from nothing. */
async function truncations(run: Run, seed: number, board: string): Promise<number> {
  const grammar = await readGrammar();
  const disk = new DiskFiles();
  const text = disk.read(board)?.text ?? '';
  const document = grammar.open(text);
  let file: SourceFile = { path: board, text };
  const reader = { read: (path: string) => (path === board ? file : disk.read(path)) };
  const frontend = new Frontend(grammar, reader);
  const live = frontend.live(board);
  const kernel = board.slice(0, board.indexOf('/arch/'));
  const options = {
    includePaths: [join(kernel, 'scripts/dtc/include-prefixes')],
    defines: [['__DTS__', undefined]] as const,
  };
  let length = text.length;
  try {
    for (; length >= 0 && timeLeft(run); length--) {
      const cut = text.slice(0, length);
      document.edit([{ start: length, end: document.text.length, text: '' }]);
      file = { path: board, text: cut };
      frontend.adopt(file, document.ast);
      const fault = attempt(() => {
        const tree = live.evaluate(options);
        if (length % 97 !== 0) return undefined;
        const fresh = new Frontend(grammar, reader).evaluate(board, options);
        const same = toText(describeTree(tree)) === toText(describeTree(fresh));
        return spanFault(tree, reader) ?? (same ? undefined : 'edited and fresh differ');
      });
      if (fault === undefined) continue;
      run.fail({
        name: `t${seed}x${length}`,
        what: `${board} cut at ${length}: ${fault}`,
        seed,
        files: { 'board.dts': cut },
      });
      break;
    }
  } finally {
    document.close();
  }
  return text.length - length;
}

const TEXTS = 200;

async function randomTexts(run: Run, seed: number): Promise<number> {
  const grammar = await readGrammar();
  for (let index = 0; index < TEXTS; index++) {
    const pick = new Pick(seed * 1000 + index);
    const text = hostileText(pick);
    const file = { path: '/board.dts', text };
    const reader = { read: (path: string) => (path === file.path ? file : undefined) };
    const fault = attempt(() => {
      const frontend = new Frontend(grammar, reader);
      const tree = frontend.evaluate(file.path, { includePaths: [], defines: [] });
      toText(describeTree(tree));
      writeBlob(tree, { symbols: true });
      return spanFault(tree, reader);
    });
    if (fault !== undefined) {
      run.fail({ name: `r${seed}x${index}`, what: fault, seed, files: { 'board.dts': text } });
    }
  }
  return TEXTS;
}

const NAMES = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'length',
  'prototype',
  'NaN',
];

function hostileText(pick: Pick): string {
  const kind = pick.below(6);
  if (kind === 0) return String.fromCharCode(...pick.times(400, () => pick.below(pick.chance(80) ? 128 : 65536)));
  if (kind === 1) return pick.times(200, () => pick.of(PIECES)).join('');
  if (kind === 2)
    return treeText(pick).replace(/\b(soc|bus|dma|uart|i2c|clk|l\d|reg|status|clocks)\b/g, () => pick.of(NAMES));
  if (kind === 3) return repeated(pick);
  return mutateBytes(pick, mutateBytes(pick, treeText(pick)));
}

const PIECES = [
  ...[
    '/dts-v1/;',
    '/ {',
    '};',
    '{',
    '}',
    '<',
    '>',
    '&',
    '&{',
    '"',
    "'",
    '#if ',
    '#endif\n',
    '#define ',
    '#',
    '\\\n',
    '/*',
    '*/',
  ],
  ...[
    '//',
    '\n',
    '\r',
    '\r\n',
    '\0',
    '\u{feff}',
    '\u2028',
    '\ud800',
    'a',
    '1',
    '=',
    ';',
    ':',
    '@',
    '(',
    ')',
    '[',
    ']',
    ',',
    '??/',
  ],
  ...[
    '/delete-node/ ',
    '/bits/ ',
    '/include/ ',
    '/incbin/(',
    '/memreserve/ ',
    '/plugin/;',
    '/omit-if-no-ref/ ',
    '#include "',
  ],
  ...[
    '__VA_ARGS__',
    '##',
    '__COUNTER__',
    '%{',
    '.',
    '0x',
    "'\\",
    '#include "board.dts"\n',
    '#include __FILE__\n',
    '\t',
  ],
];

/** One thing very often: what is recursive must not overflow, what is quadratic must not take minutes. */
function repeated(pick: Pick): string {
  const count = 1 + pick.below(3000);
  const [open, close] = pick.of([
    ['a {', '};'],
    ['#if 1\n', '#endif\n'],
    ['(', ')'],
    ['1 ? ', ' : 1'],
    ['a: ', ''],
    ['/ { };', ''],
    ['-', ''],
    ['"x" ', ''],
    ['<1>, ', ''],
    ['a = <1>;', ''],
    ['&l { };', ''],
    ['#define A A\n', ''],
    ['/*', '*/'],
    ['\\\n', ''],
  ] as const);
  const inner = pick.of(['', '1', 'x', 'p = <1>;']);
  const before = pick.of(['', '/dts-v1/;\n/ {', '/dts-v1/;\n/ { p = <', '#if ', '/dts-v1/;\n']);
  return `${before}${open.repeat(count)}${inner}${close.repeat(count)}`;
}

/** Everything that is asked of a board, rules and reports too. */
async function wholeAnalyses(run: Run, seed: number): Promise<number> {
  const count = 20;
  for (let index = 0; index < count; index++) {
    const pick = new Pick(seed * 1000 + index);
    const text = pick.chance(50) ? mutateBytes(pick, iommuText(pick)) : hostileText(pick);
    const fault = await analyse(text);
    if (fault !== undefined) run.fail({ name: `a${seed}x${index}`, what: fault, seed, files: { 'board.dts': text } });
  }
  return count;
}

function iommuText(pick: Pick): string {
  const path = new URL('examples/', `file://${process.cwd()}/`);
  const name = pick.of(['pci-behind-smmu.dts', 'smmu.dts']);
  try {
    return readFileSync(new URL(name, path), 'utf8');
  } catch {
    return treeText(pick);
  }
}

async function analyse(text: string): Promise<string | undefined> {
  const grammar = await readGrammar();
  const path = '/fuzz/board.dts';
  const file = { path, text };
  const files = {
    read: (asked: string) => (asked === path ? file : undefined),
    peek: (asked: string) => (asked === path ? text : undefined),
    isFile: (asked: string) => asked === path,
    isFolder: (asked: string) => asked === dirname(path),
    list: (asked: string) => (asked === dirname(path) ? ['board.dts'] : []),
  };
  return attempt(() => {
    const snapshot = new Analysis(grammar, files).board(path);
    snapshot.problems();
    snapshot.reports();
    const [crash] = snapshot.crashes();
    return crash && `rule ${crash.rule} on ${crash.node}: ${crash.message}`;
  });
}

/** What is wrong with the answer; an exception and a long time are. */
function attempt(work: () => string | undefined): string | undefined {
  const before = process.cpuUsage();
  let fault: string | undefined;
  try {
    fault = work();
  } catch (error) {
    fault =
      error instanceof Error
        ? `throws ${(error.stack ?? error.message).split('\n').slice(0, 4).join(' ')}`
        : String(error);
  }
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  return fault ?? (milliseconds > TOO_LONG ? `takes ${milliseconds.toFixed(0)} ms` : undefined);
}

function spanFault(tree: DeviceTree, reader: { read(path: string): SourceFile | undefined }): string | undefined {
  for (const { rule, span } of tree.problems) {
    const length = reader.read(span.file)?.text.length ?? 0;
    if (!(span.start >= 0 && span.start <= span.end && span.end <= length)) {
      return `${rule} is at ${span.start}–${span.end} of ${span.file}, which has ${length}`;
    }
  }
  return undefined;
}
