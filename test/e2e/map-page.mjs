// SPDX-License-Identifier: MIT
// The page of the map in a browser without VS Code: our HTML, script and style over loopback, the lanes from our server.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The language server as any editor starts it. */
export class Server {
  #child = spawn(process.execPath, [path.join(root, 'dist/cli.cjs'), 'lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  #waiting = new Map();
  #rest = Buffer.alloc(0);
  #id = 0;

  constructor() {
    this.#child.stdout.on('data', (data) => this.#read(data));
  }

  #read(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const head = this.#rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.#rest.subarray(0, head).toString())[1]);
      if (this.#rest.length < head + 4 + length) return;
      const message = JSON.parse(this.#rest.subarray(head + 4, head + 4 + length).toString());
      this.#rest = this.#rest.subarray(head + 4 + length);
      if (message.method !== undefined) continue;
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }

  #send(message) {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  request(method, params) {
    const id = ++this.#id;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
    });
  }

  async start() {
    await this.request('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    this.notify('initialized', {});
  }

  /** Opens a board; gives what the extension sends to the page. */
  async map(file, text = readFileSync(file, 'utf8')) {
    const uri = pathToFileURL(file).toString();
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text } });
    return this.content(uri);
  }

  /** `on`: another platform than the board's own. */
  async content(uri, on = '') {
    const found = await this.request('dtIommu/dmaLanes', { textDocument: { uri }, on });
    const places = Object.fromEntries(Object.entries(found.places).map(([node, { name }]) => [node, name]));
    const name = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
    const { board, platform, lanes, wishes } = found;
    return { board, name, platform, lanes, places, wishes, on, inEditor: true };
  }

  boot(uri, node) {
    return this.request('dtIommu/bootOrder', { textDocument: { uri }, node });
  }

  whatIf(uri, wish) {
    return this.request('dtIommu/whatIf', { textDocument: { uri }, wish });
  }

  details(uri, node, on = '') {
    return this.request('dtIommu/dmaDetails', { textDocument: { uri }, node, on });
  }

  stop() {
    this.#child.kill();
  }
}

/** Serves the page; `stop` ends it. */
export async function servePage() {
  const folder = mkdtempSync(path.join(tmpdir(), 'dt-iommu-map-'));
  const module = path.join(folder, 'html.mjs');
  const entryPoints = [path.join(root, 'client/webview/html.ts')];
  await build({ entryPoints, outfile: module, format: 'esm', bundle: true });
  const { webviewPage } = await import(pathToFileURL(module).toString());
  const files = {
    '/dma-map.js': ['text/javascript', readFileSync(path.join(root, 'dist/dma-map.js'))],
    '/dma-map.css': ['text/css', readFileSync(path.join(root, 'dist/dma-map.css'))],
    '/themes.css': ['text/css', readFileSync(path.join(root, 'test/e2e/themes.css'))],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url] ?? ['text/html', page];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const parts = {
    title: 'DMA Map',
    script: `${origin}/dma-map.js`,
    style: `${origin}/dma-map.css`,
    source: origin,
    nonce: 'test',
    language: 'en',
  };
  // VS Code puts the colours of the theme on the document.
  const page = webviewPage(parts).replace('</head>', `<link rel="stylesheet" href="${origin}/themes.css">\n</head>`);
  const stop = () => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { origin, stop };
}
