// SPDX-License-Identifier: MIT
// `npm run bench`: what a typing user feels on four boards of Linux: keystroke to diagnostics, hover, map, ready, memory.
//
//   npm run bench -- [--kernel DIR] [--edits 100] [--push] [FILE…]
//   npm run bench -- --scale        how work grows with its size (scale.ts)
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { kernelDir, ROOT } from '../oracle/kernel.ts';
import { main as scale } from './scale.ts';

const BOARDS = [
  'qcom/sm8550-qrd',
  'freescale/imx8mp-evk',
  'nvidia/tegra234-p3737-0000+p3701-0000',
  'renesas/r8a77951-salvator-xs',
].map((name) => `arch/arm64/boot/dts/${name}.dts`);
const server = path.join(ROOT, 'dist/cli.cjs');

interface Settings {
  readonly edits: number;
  /** Diagnostics are pushed, not pulled. */
  readonly push: boolean;
}

interface Position {
  readonly line: number;
  readonly character: number;
}

/** A message of the server, as far as it is read. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params: { readonly uri: string; readonly version: number };
  readonly result?: unknown;
}

interface Waiting {
  readonly uri: string;
  readonly version: number;
  readonly resolve: (params: unknown) => void;
}

/** A client over the pipes of a server process; measures in milliseconds of this process's clock. */
class Client {
  #process = spawn(process.execPath, [server, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  #buffer = Buffer.alloc(0);
  readonly #pending = new Map<number | undefined, (result: unknown) => void>();
  #published: readonly Waiting[] = [];
  #id = 0;
  readonly #push: boolean;

  constructor(push: boolean) {
    this.#push = push;
    this.#process.stdout.on('data', (data: Buffer) => this.#receive(data));
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#id;
    this.notify(method, params, id);
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  notify(method: string | undefined, params?: unknown, id?: number): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, params });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** Resolves when diagnostics of this version arrive, pulled or pushed. */
  diagnostics(uri: string, version: number): Promise<unknown> {
    if (!this.#push) return this.request('textDocument/diagnostic', { textDocument: { uri } });
    return new Promise((resolve) => {
      this.#published = [...this.#published, { uri, version, resolve }];
    });
  }

  /** Resident memory of the process and its highest value, in MB. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    const field = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { now: field('VmRSS'), peak: field('VmHWM') };
  }

  async stop(): Promise<void> {
    await this.request('shutdown', null);
    this.notify('exit');
  }

  #receive(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.#buffer.subarray(0, head).toString())?.[1]);
      if (this.#buffer.length < head + 4 + length) return;
      const message = JSON.parse(this.#buffer.subarray(head + 4, head + 4 + length).toString()) as Message;
      this.#buffer = this.#buffer.subarray(head + 4 + length);
      if (message.method === undefined) this.#pending.get(message.id)?.(message.result);
      else if (message.method === 'textDocument/publishDiagnostics') {
        const { uri, version } = message.params;
        this.#published = this.#published.filter((waiting) => {
          const due = waiting.uri === uri && version >= waiting.version;
          if (due) waiting.resolve(message.params);
          return !due;
        });
      } else if (message.id !== undefined) {
        this.notify(undefined, undefined, message.id);
      }
    }
  }
}

async function measure(file: string, { edits, push }: Settings) {
  const client = new Client(push);
  const text = readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const start = performance.now();
  const textDocumentCapabilities = push ? {} : { diagnostic: {} };
  await client.request('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { textDocument: textDocumentCapabilities },
  });
  client.notify('initialized', {});
  const initialized = performance.now() - start;
  const opened = performance.now();
  const pushed = push && client.diagnostics(uri, 1);
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text } });
  await (pushed || client.diagnostics(uri, 1));
  const ready = performance.now() - opened;
  // Nobody types in the first second.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const position = numberNearMiddle(text);
  const latencies: number[] = [];
  for (let edit = 0; edit < edits; edit++) {
    const version = edit + 2;
    const sent = performance.now();
    const pushed = push && client.diagnostics(uri, version);
    change(client, uri, position, edit);
    await (pushed || client.diagnostics(uri, version));
    latencies.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const hovers = await hoverTimes(client, uri, text);
  const map = await mapTime(client, uri, position, edits);
  const memory = client.memory();
  await client.stop();
  const percentile = percentiles(latencies);
  return {
    initialized,
    ready,
    p50: percentile(0.5),
    p95: percentile(0.95),
    max: percentile(1),
    hovers,
    map,
    ...memory,
  };
}

/** Puts a digit behind the number, or takes it away again: by turns, each a version of the document. */
function change(client: Client, uri: string, position: Position, edit: number): void {
  const isIn = edit % 2 === 1;
  const end = { line: position.line, character: position.character + (isIn ? 1 : 0) };
  client.notify('textDocument/didChange', {
    textDocument: { uri, version: edit + 2 },
    contentChanges: [{ range: { start: position, end }, text: isIn ? '' : '1' }],
  });
}

/** From a change to the map that has it, as a map that is shown asks for it: 95 of 100 are faster. */
async function mapTime(client: Client, uri: string, position: Position, first: number): Promise<number> {
  const times: number[] = [];
  for (let edit = first; edit < first + 40; edit++) {
    const sent = performance.now();
    change(client, uri, position, edit);
    await client.request('dtIommu/dmaLanes', { textDocument: { uri } });
    times.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  return percentiles(times)(0.95);
}

/** What so large a share of the times does not exceed. */
function percentiles(times: readonly number[]): (share: number) => number {
  const sorted = [...times].sort((a, b) => a - b);
  return (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A hover in the middle of each line with a word, after the last edit: half and 95 of 100 are faster than these. */
async function hoverTimes(client: Client, uri: string, text: string): Promise<number[]> {
  const times: number[] = [];
  for (const [line, content] of text.split('\n').entries()) {
    if (!/\w/.test(content)) continue;
    const position = { line, character: content.length >> 1 };
    const sent = performance.now();
    await client.request('textDocument/hover', { textDocument: { uri }, position });
    times.push(performance.now() - sent);
  }
  return [0.5, 0.95].map(percentiles(times));
}

/** Behind a number in a cell, in the line nearest to the middle that has one. */
function numberNearMiddle(text: string): Position {
  const lines = text.split('\n');
  const middle = lines.length >> 1;
  for (let distance = 0; distance < middle; distance++) {
    for (const line of [middle + distance, middle - distance]) {
      const match = /^\s*[\w,.-]+\s*=\s*<(?:[^<>]*\s)?(?:0x[0-9a-f]+|\d+)(?=[\s>])/i.exec(lines[line] ?? '');
      if (match && !/^\s*(reg|ranges)\b/.test(lines[line] ?? '')) return { line, character: match[0].length };
    }
  }
  // A board of few words: a comment grows instead.
  return { line: 0, character: 3 };
}

export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kernel: { type: 'string' },
      edits: { type: 'string', default: '100' },
      push: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
    },
  });
  if (values.scale) return scale();
  const root = positionals.length > 0 ? '' : (values.kernel ?? kernelDir());
  if (!existsSync(server)) {
    console.error('bench needs dist/: npm run build');
    return 2;
  }
  const files =
    positionals.length > 0
      ? positionals.map((file) => path.resolve(file))
      : BOARDS.map((file) => path.join(root, file));
  console.log(`${values.edits} edits per board, ${values.push ? 'pushed' : 'pulled'} diagnostics; milliseconds, MB`);
  console.log('start  ready    p50    p95    max  hover   (95)    map   RSS  peak  board');
  for (const file of files) {
    const { initialized, ready, p50, p95, max, hovers, map, now, peak } = await measure(file, {
      edits: Number(values.edits),
      push: values.push,
    });
    const times = [initialized, ready].map((time) => time.toFixed(0).padStart(5));
    const edits = [p50, p95, max, ...hovers, map].map((time) => time.toFixed(1).padStart(6));
    console.log(
      `${times.join('  ')} ${edits.join(' ')} ${[now, peak].map((size) => String(size).padStart(5)).join(' ')}  ${path.basename(file, '.dts')}`,
    );
  }
  return 0;
}
