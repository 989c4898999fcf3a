// SPDX-License-Identifier: MIT
// `dt-iommu log`: what a kernel's or Xen's log says about DMA, each line with its node and its likely cause.
import { createReadStream, statSync } from 'node:fs';
import { type Arguments, type Command, PLATFORM_OPTIONS, TREE_OPTIONS } from '#host/cli/arguments.ts';
import { absolute, isFolder } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { openSnapshot, Places, tellErrors } from '#host/cli/one-board.ts';
import { reason } from '#host/cli/output.ts';
import { logJson, logReport, logText } from '#ide/log/log-report.ts';
import { type LogContents, LogReader, MAX_LINE } from '#model/log/reader.ts';

export const logCommand: Command = {
  name: 'log',
  operands: 'FILE --tree BOARD',
  summary:
    "What a kernel's log says about DMA: each line with its node, its likely cause and the rule that tells of it.",
  details: [
    'FILE is the output of dmesg, a journal or a console, of Linux or Xen; - is standard input.',
    'BOARD is a source or a blob: the tree that was booted.',
    'Without --kernel-version and --cmdline, those that the log begins with count.',
    'Exit code: 0 nothing was found, 1 something, 2 wrong usage or an unreadable file.',
  ],
  examples: [
    ['log boot.log --tree board.dts', 'which node each line is about, and its likely cause'],
    ['log - --tree board.dts < boot.log', 'the same from standard input'],
  ],
  options: ['tree', 'format', ...PLATFORM_OPTIONS, ...TREE_OPTIONS],
  formats: ['text', 'json'],
  run: log,
};

async function log(args: Arguments, io: Io): Promise<number> {
  const { operands, values } = args;
  const [name] = operands;
  if (name === undefined) throw new Failure('which log? Give its file, or - for standard input');
  if (operands.length > 1) throw new Failure(`one log at a time, not also '${operands[1]}'`);
  const { tree } = values;
  if (tree === undefined) throw new Failure('--tree BOARD says which tree was booted: its .dts or .dtb');
  const contents = await readLogFile(name, io);
  const stated = { ...fromLog(contents), ...definedOf(values) };
  const board = await openSnapshot({ operands: [tree], values: { ...values, ...stated } }, io);
  const places = new Places(board.session, io);
  const report = logReport(board.snapshot, contents);
  if (values.format === 'json') io.out(`${JSON.stringify(logJson(report, places.range), undefined, 2)}\n`);
  else io.out(logText(report, { place: places.line, log: name === '-' ? 'standard input' : name }));
  const code = tellErrors({ session: board.session, tree: board.snapshot.tree }, io);
  return Math.max(code, report.answers.length > 0 ? 1 : 0);
}

/** What the log says about the platform, for options that nobody gave. */
function fromLog({ release, cmdline }: LogContents): Partial<Arguments['values']> {
  const version = /^\d+\.\d+/.exec(release ?? '')?.[0];
  return { ...(version !== undefined && { 'kernel-version': version }), ...(cmdline !== undefined && { cmdline }) };
}

function definedOf({ 'kernel-version': version, cmdline }: Arguments['values']): Partial<Arguments['values']> {
  return { ...(version !== undefined && { 'kernel-version': version }), ...(cmdline !== undefined && { cmdline }) };
}

/** A log may have gigabytes: it is read in pieces, and of a line without an end no more than counts is kept. */
async function readLogFile(name: string, io: Io): Promise<LogContents> {
  const reader = new LogReader();
  let rest = '';
  try {
    for await (const piece of streamOf(name, io)) {
      const lines = (rest + piece).split('\n');
      rest = (lines.pop() ?? '').slice(0, 2 * MAX_LINE);
      for (const line of lines) reader.read(line);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${name}: cannot be read (${reason(error)}); check the path`);
  }
  if (rest !== '') reader.read(rest);
  return reader.finish();
}

async function* latin1(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  for await (const chunk of chunks) yield Buffer.from(chunk).toString('latin1');
}

function streamOf(name: string, io: Io): AsyncIterable<string> {
  // One byte is one character: names and numbers of printk are ASCII, and a broken log stays readable.
  const encoding = 'latin1';
  if (name === '-') return latin1(io.input?.() ?? process.stdin);
  const path = absolute(io.cwd, name);
  if (isFolder(path, name)) throw new Failure(`${name}: is a folder; give the file of a log`);
  if (!statSync(path).isFile()) throw new Failure(`${name}: is not a file; - reads standard input`);
  return createReadStream(path, { encoding, highWaterMark: 1 << 20 });
}
