// SPDX-License-Identifier: MIT
// `npm run bench`: what a typing user feels on four boards of Linux: keystroke to diagnostics, hover, ready, memory.
//
//   node scripts/bench.mjs [--kernel DIR] [--edits 100] [--push] [FILE…]
//   node scripts/bench.mjs --scale        how work grows with its size (bench-scale.mjs)
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadModule } from './load-core.mjs';

const { kernelDir } = await loadModule('scripts/oracle/kernel.ts');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kernel: { type: 'string' },
    edits: { type: 'string', default: '100' },
    push: { type: 'boolean' },
    scale: { type: 'boolean' },
  },
});
if (values.scale) {
  await import('./bench-scale.mjs');
  process.exit();
}
const BOARDS = [
  'qcom/sm8550-qrd',
  'freescale/imx8mp-evk',
  'nvidia/tegra234-p3737-0000+p3701-0000',
  'renesas/r8a77951-salvator-xs',
].map((name) => `arch/arm64/boot/dts/${name}.dts`);
const server = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));

/** A client over the pipes of a server process; measures in milliseconds of this process's clock. */
class Client {
  #process = spawn(process.execPath, [server, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  #buffer = Buffer.alloc(0);
  #pending = new Map();
  #published = [];
  #id = 0;

  constructor() {
    this.#process.stdout.on('data', (data) => this.#receive(data));
  }

  request(method, params) {
    const id = ++this.#id;
    this.notify(method, params, id);
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  notify(method, params, id) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, params });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** Resolves when diagnostics of this version arrive, pulled or pushed. */
  diagnostics(uri, version) {
    if (!values.push) return this.request('textDocument/diagnostic', { textDocument: { uri } });
    return new Promise((resolve) => this.#published.push({ uri, version, resolve }));
  }

  /** Resident memory of the process and its highest value, in MB. */
  memory() {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    const field = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { now: field('VmRSS'), peak: field('VmHWM') };
  }

  async stop() {
    await this.request('shutdown', null);
    this.notify('exit');
  }

  #receive(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.#buffer.subarray(0, head).toString())[1]);
      if (this.#buffer.length < head + 4 + length) return;
      const message = JSON.parse(this.#buffer.subarray(head + 4, head + 4 + length).toString());
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

async function measure(file) {
  const client = new Client();
  const text = readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const start = performance.now();
  const textDocumentCapabilities = values.push ? {} : { diagnostic: {} };
  await client.request('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { textDocument: textDocumentCapabilities },
  });
  client.notify('initialized', {});
  const initialized = performance.now() - start;
  const opened = performance.now();
  const pushed = values.push && client.diagnostics(uri, 1);
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text } });
  await (pushed || client.diagnostics(uri, 1));
  const ready = performance.now() - opened;
  // Nobody types in the first second.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const position = numberNearMiddle(text);
  const behind = { line: position.line, character: position.character + 1 };
  const latencies = [];
  for (let edit = 0; edit < Number(values.edits); edit++) {
    const version = edit + 2;
    const range = { start: position, end: edit % 2 === 0 ? position : behind };
    const sent = performance.now();
    const pushed = values.push && client.diagnostics(uri, version);
    client.notify('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range, text: edit % 2 === 0 ? '1' : '' }],
    });
    await (pushed || client.diagnostics(uri, version));
    latencies.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const hovers = await hoverTimes(client, uri, text);
  const memory = client.memory();
  await client.stop();
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  return { initialized, ready, p50: percentile(0.5), p95: percentile(0.95), max: percentile(1), hovers, ...memory };
}

/** A hover in the middle of each line with a word, after the last edit: half and 95 of 100 are faster than these. */
async function hoverTimes(client, uri, text) {
  const times = [];
  for (const [line, content] of text.split('\n').entries()) {
    if (!/\w/.test(content)) continue;
    const position = { line, character: content.length >> 1 };
    const sent = performance.now();
    await client.request('textDocument/hover', { textDocument: { uri }, position });
    times.push(performance.now() - sent);
  }
  times.sort((a, b) => a - b);
  return [0.5, 0.95].map((share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]);
}

/** Behind a number in a cell, in the line nearest to the middle that has one. */
function numberNearMiddle(text) {
  const lines = text.split('\n');
  const middle = lines.length >> 1;
  for (let distance = 0; distance < middle; distance++) {
    for (const line of [middle + distance, middle - distance]) {
      const match = /^\s*[\w,.-]+\s*=\s*<(?:[^<>]*\s)?(?:0x[0-9a-f]+|\d+)(?=[\s>])/i.exec(lines[line] ?? '');
      if (match && !/^\s*(reg|ranges)\b/.test(lines[line])) return { line, character: match[0].length };
    }
  }
  // A board of few words: a comment grows instead.
  return { line: 0, character: 3 };
}

const root = positionals.length > 0 ? undefined : (values.kernel ?? kernelDir());
if (!existsSync(server)) {
  console.error('bench needs dist/: npm run build');
  process.exit(2);
}
const files =
  positionals.length > 0 ? positionals.map((file) => path.resolve(file)) : BOARDS.map((file) => path.join(root, file));
console.log(`${values.edits} edits per board, ${values.push ? 'pushed' : 'pulled'} diagnostics; milliseconds, MB`);
console.log('start  ready    p50    p95    max  hover   (95)   RSS  peak  board');
for (const file of files) {
  const { initialized, ready, p50, p95, max, hovers, now, peak } = await measure(file);
  const times = [initialized, ready].map((time) => time.toFixed(0).padStart(5));
  const edits = [p50, p95, max, ...hovers].map((time) => time.toFixed(1).padStart(6));
  console.log(
    `${times.join('  ')} ${edits.join(' ')} ${[now, peak].map((size) => String(size).padStart(5)).join(' ')}  ${path.basename(file, '.dts')}`,
  );
}
