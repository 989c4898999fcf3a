// SPDX-License-Identifier: MIT
// `npm run bench`: what a typing user feels on four boards of Linux, in the board's file and in the chip's: from a key to
// its diagnostics and to all that the editor asks for, completion, hover, map, formatting, ready, memory.
//
//   npm run bench -- [--kernel DIR] [--edits 100] [--pause 60] [FILE…]
//   npm run bench -- --scale        how work grows with its size (scale.ts)
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { kernelDir } from '../oracle/kernel.ts';
import { Client, Document, type Position, SERVER } from './client.ts';
import { main as scale } from './scale.ts';

/** Boards, and the file of their chip that has most lines. */
const BOARDS = [
  ['qcom/sm8550-qrd.dts', 'qcom/sm8550.dtsi'],
  ['freescale/imx8mp-evk.dts', 'freescale/imx8mp.dtsi'],
  ['nvidia/tegra234-p3737-0000+p3701-0000.dts', 'nvidia/tegra234.dtsi'],
  ['renesas/r8a77951-salvator-xs.dts', 'renesas/r8a77951.dtsi'],
];

/** Lines that are begun, each up to where completion is asked for, and what the editor has closed behind that. */
const BEGUN = [
  ['\n\tc', ''],
  ['\n\tclocks = <&', '>'],
  ['\n\tinterrupts = <GIC_', '>'],
  ['\n\tstatus = "', '"'],
  ['\n\tiommus = <&', '>'],
] as const;

interface Pace {
  readonly edits: number;
  /** Milliseconds between two keys. */
  readonly pause: number;
}

/** Milliseconds, and MB. */
interface Measured {
  readonly initialized: number;
  readonly ready: number;
  readonly diagnostics: readonly number[];
  readonly all: readonly number[];
  readonly completion: readonly number[];
  readonly hover: readonly number[];
  readonly map: readonly number[];
  readonly formatting: readonly number[];
  readonly memory: { readonly now: number; readonly peak: number };
}

/** One server, one file edited; the board beside it is open where the file is a shared one. */
async function measure(file: string, board: string | undefined, { edits, pause }: Pace): Promise<Measured> {
  const client = new Client();
  const text = readFileSync(file, 'utf8');
  const start = performance.now();
  await client.initialize();
  const initialized = performance.now() - start;
  const opened = performance.now();
  if (board !== undefined) new Document(client, pathToFileURL(board).href, readFileSync(board, 'utf8'));
  const document = new Document(client, pathToFileURL(file).href, text);
  await document.diagnostics();
  const ready = performance.now() - opened;
  const at = numberNearMiddle(text);
  await document.asked(at);
  // Nobody types in the first seconds, in which bindings are indexed.
  await rest(3000);
  const each = async (count: number, work: (edit: number) => Promise<void>): Promise<number[]> => {
    const times: number[] = [];
    for (let edit = 0; edit < count; edit++) {
      const sent = performance.now();
      await work(edit);
      times.push(performance.now() - sent);
      await rest(pause);
    }
    return times;
  };
  // A digit behind the number, and away again.
  const key = (edit: number) => {
    const isIn = edit % 2 === 1;
    document.change(at, { ...at, character: at.character + (isIn ? 1 : 0) }, isIn ? '' : '1');
  };
  const diagnostics = await each(edits, async (edit) => {
    key(edit);
    await document.diagnostics();
  });
  const all = await each(edits, async (edit) => {
    key(edit);
    await document.asked(at);
  });
  const map = await each(40, async (edit) => {
    key(edit);
    await document.time('dtIommu/dmaLanes');
  });
  const completion = await completions(document, text, at, () => rest(pause));
  const hover = await hovers(document, text);
  const options = { tabSize: 8, insertSpaces: false };
  const formatting = await each(5, async () => void (await document.time('textDocument/formatting', { options })));
  const memory = client.memory();
  await client.stop();
  return { initialized, ready, diagnostics, all, completion, hover, map, formatting, memory };
}

/** From the last key of a line that is begun to what completes it; the line goes again afterwards. */
async function completions(
  document: Document,
  text: string,
  near: Position,
  pause: () => Promise<void>,
): Promise<number[]> {
  const end = text.split('\n')[near.line]?.length ?? 0;
  const start = { line: near.line, character: end };
  const times: number[] = [];
  for (let round = 0; round < 8; round++) {
    for (const [begun, closed] of BEGUN) {
      // The quote comes with its other half in one change; of the others the last letter is typed.
      const typed = begun.endsWith('"') ? `"${closed}` : begun.slice(-1);
      const rest = begun.endsWith('"') ? '' : closed;
      document.change(start, start, begun.slice(0, -1) + rest);
      await document.diagnostics();
      await pause();
      const last = { line: near.line + 1, character: begun.length - 2 };
      const position = { ...last, character: last.character + 1 };
      const sent = performance.now();
      document.change(last, last, typed);
      await document.time('textDocument/completion', { position, context: { triggerKind: 1 } });
      times.push(performance.now() - sent);
      document.change(start, { ...last, character: last.character + typed.length + rest.length }, '');
      await document.diagnostics();
    }
  }
  return times;
}

/** A hover in the middle of each line with a word, at most 400 of them. */
async function hovers(document: Document, text: string): Promise<number[]> {
  const lines = [...text.split('\n').entries()].filter(([, content]) => /\w/.test(content));
  const step = Math.ceil(lines.length / 400);
  const times: number[] = [];
  for (const [line, content] of lines.filter((_, index) => index % step === 0)) {
    times.push(await document.time('textDocument/hover', { position: { line, character: content.length >> 1 } }));
  }
  return times;
}

/** Behind a number in a cell, in the line nearest to the middle that has one. */
function numberNearMiddle(text: string): Position {
  const lines = text.split('\n');
  const middle = lines.length >> 1;
  for (let distance = 0; distance < middle; distance++) {
    for (const line of [middle + distance, middle - distance]) {
      const match = /^\s*[\w,.-]+\s*=\s*<(?:[^<>]*\s)?(?:0x[0-9a-f]+|\d+)(?=[\s>])/i.exec(lines[line] ?? '');
      if (match && !/^\s*(reg|ranges)\b/.test(lines[line] ?? '') && /;\s*$/.test(lines[line] ?? ''))
        return { line, character: match[0].length };
    }
  }
  // A board of few words: a comment grows instead.
  return { line: 0, character: 3 };
}

/** What so large a share of the times does not exceed. */
function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const COLUMNS: readonly (readonly [string, (measured: Measured) => number])[] = [
  ['start', ({ initialized }) => initialized],
  ['ready', ({ ready }) => ready],
  ['p50', ({ diagnostics }) => percentile(diagnostics, 0.5)],
  ['p95', ({ diagnostics }) => percentile(diagnostics, 0.95)],
  ['all50', ({ all }) => percentile(all, 0.5)],
  ['all95', ({ all }) => percentile(all, 0.95)],
  ['max', ({ all }) => percentile(all, 1)],
  ['compl', ({ completion }) => percentile(completion, 0.95)],
  ['hover', ({ hover }) => percentile(hover, 0.95)],
  ['map', ({ map }) => percentile(map, 0.95)],
  ['format', ({ formatting }) => percentile(formatting, 0.5)],
  ['RSS', ({ memory }) => memory.now],
  ['peak', ({ memory }) => memory.peak],
];

export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kernel: { type: 'string' },
      edits: { type: 'string', default: '100' },
      pause: { type: 'string', default: '60' },
      scale: { type: 'boolean', default: false },
    },
  });
  if (values.scale) return scale();
  if (!existsSync(SERVER)) {
    console.error('bench needs dist/: npm run build');
    return 2;
  }
  const pace = { edits: Number(values.edits), pause: Number(values.pause) };
  console.log(`${pace.edits} keys of each kind and file; milliseconds, MB; all but p50, all50 and format: p95`);
  console.log(`${COLUMNS.map(([name]) => name.padStart(6)).join(' ')}  file`);
  for (const [file, board] of positionals.length > 0 ? named(positionals) : known(values.kernel ?? kernelDir())) {
    const measured = await measure(file, board, pace);
    const cells = COLUMNS.map(([name, of]) => of(measured).toFixed(/^[a-z]/.test(name) && name !== 'ready' ? 1 : 0));
    console.log(`${cells.map((cell) => cell.padStart(6)).join(' ')}  ${path.basename(file)}`);
  }
  return 0;
}

function named(files: readonly string[]): [string, string | undefined][] {
  return files.map((file) => [path.resolve(file), undefined]);
}

/** Each board's file, then each chip's with the board that is open beside it. */
function known(kernel: string): [string, string | undefined][] {
  const boards = BOARDS.map((names) => names.map((name) => path.join(kernel, 'arch/arm64/boot/dts', name)));
  return [
    ...boards.map(([board]): [string, undefined] => [board as string, undefined]),
    ...boards.map(([board, shared]): [string, string | undefined] => [shared as string, board]),
  ];
}
