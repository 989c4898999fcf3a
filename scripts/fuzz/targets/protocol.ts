// SPDX-License-Identifier: MIT
// Messages as no client should send them: each request gets one answer, and the server goes on and says what is right.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StreamMessageReader } from 'vscode-languageserver/node';
import { CAPABILITIES, type Reply } from '../client.ts';
import { projectFiles, SNIPPETS } from '../generate/project.ts';
import { Pick } from '../random.ts';
import { type Run, type Target, timeLeft } from '../run.ts';
import { Enough, shrinkList } from '../shrink.ts';

export const protocol: Target = {
  name: 'protocol',
  unit: 'messages to a server process',
  share: 1,
  run: talk,
};

const SERVER = 'dist/cli.cjs';
/** To one process. */
const MESSAGES = 150;
/** For all of its answers; in milliseconds. */
const PATIENCE = 6_000;
const MAX_SHRINKING = 40_000;

async function talk(run: Run): Promise<number> {
  if (!existsSync(SERVER)) {
    run.skip(`all: ${SERVER} is not built (npm run build)`);
    return 0;
  }
  let count = 0;
  for (let number = 0; timeLeft(run); number++) {
    const seed = run.seed * 100_000 + number;
    const pick = new Pick(seed);
    const folder = join(run.folder, `p${seed}`);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of projectFiles(pick)) writeFileSync(join(folder, file), text);
    const messages = Array.from({ length: MESSAGES }, () => message(pick, folder));
    count += messages.length;
    const fault = await conversation(messages, folder, pick.below(64) + 1);
    if (fault === undefined) continue;
    const until = Date.now() + MAX_SHRINKING;
    const least = await shrinkList(messages, async (candidates) => {
      const verdicts: boolean[] = [];
      if (Date.now() > until) throw new Enough();
      for (const candidate of candidates) verdicts.push((await conversation(candidate, folder, 64)) !== undefined);
      return verdicts;
    });
    const text = least.map((each) => JSON.stringify(each)).join('\n');
    run.fail({ name: `p${seed}`, what: fault, seed, files: { 'messages.jsonl': text } });
  }
  return count;
}

/** A message, or bytes that are none. */
type Sent = { readonly id?: unknown; readonly method?: unknown; readonly params?: unknown } | { readonly raw: string };

/** What is wrong with how the server takes the messages, which arrive in pieces of so many bytes. */
async function conversation(messages: readonly Sent[], folder: string, piece: number): Promise<string | undefined> {
  const server = new Server();
  try {
    // Before anything else, and again later: it must answer with errors.
    for (const each of messages.slice(0, 3)) server.send(each, piece);
    const first = await server.ask('initialize', {
      processId: null,
      rootUri: `file://${folder}`,
      capabilities: CAPABILITIES,
    });
    if (!first) return server.fault('no answer to initialize');
    server.send({ method: 'initialized', params: {} }, 1 << 20);
    for (const each of messages.slice(3)) server.send(each, piece);
    const uri = `file://${folder}/afterwards.dts`;
    const text = '/dts-v1/;\n/ { a = <1> };\n';
    server.send(
      { method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'dts', version: 1, text } } },
      64,
    );
    const last = await server.ask('textDocument/diagnostic', { textDocument: { uri } });
    const items = (last?.result as { items?: { code: string }[] } | undefined)?.items;
    if (items?.length !== 1 || items[0]?.code !== 'syntax/error') {
      return server.fault(
        `a board with one syntax error is answered with ${JSON.stringify(last ?? null).slice(0, 200)}`,
      );
    }
    await server.settled();
    return server.unanswered();
  } finally {
    server.end();
  }
}

class Server {
  readonly #process: ChildProcess;
  readonly #expected = new Map<string, number>();
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  #exit: string | undefined;
  #errors = '';
  #id = 0;

  constructor() {
    this.#process = spawn(process.execPath, [SERVER, 'lsp', '--stdio'], { stdio: 'pipe' });
    this.#process.once('exit', (code, signal) => {
      this.#exit = `the process ended (${code ?? signal})`;
    });
    this.#process.stderr?.on('data', (text) => {
      this.#errors += String(text);
    });
    this.#process.stdin?.on('error', () => undefined);
    if (this.#process.stdout)
      new StreamMessageReader(this.#process.stdout).listen((each) => this.#receive(each as Reply));
  }

  send(sent: Sent, piece: number): void {
    const body = 'raw' in sent ? sent.raw : JSON.stringify({ jsonrpc: '2.0', ...sent });
    // What the server must answer: an id that is a string or a number, with a method.
    if (!('raw' in sent) && typeof sent.method === 'string' && isId(sent.id)) {
      const key = JSON.stringify(sent.id);
      this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1);
    }
    const bytes = Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    if (bytes.length / piece > 200) this.#process.stdin?.write(bytes);
    else for (let at = 0; at < bytes.length; at += piece) this.#process.stdin?.write(bytes.subarray(at, at + piece));
  }

  async ask(method: string, params: unknown): Promise<Reply | undefined> {
    const id = `own${this.#id++}`;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(JSON.stringify(id), resolve));
    this.send({ id, method, params }, 1 << 20);
    return Promise.race([reply, this.#tired()]);
  }

  /** Waits for answers that are still to come. */
  async settled(): Promise<void> {
    const until = Date.now() + PATIENCE;
    while ([...this.#expected.values()].some((count) => count > 0) && Date.now() < until && !this.#exit) await pause(5);
  }

  unanswered(): string | undefined {
    const wrong = [...this.#expected].find(([, count]) => count !== 0);
    if (wrong) return this.fault(`request ${wrong[0]} has ${wrong[1] > 0 ? 'no answer' : 'two answers'}`);
    return this.#exit ?? (/^\s+at /m.test(this.#errors) ? this.fault('prints a stack') : undefined);
  }

  fault(what: string): string {
    const [error = ''] = /^\w*Error: .*(?:\n.*)?/m.exec(this.#errors) ?? [];
    return [this.#exit, what, error].filter(Boolean).join('; ');
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }

  async #tired(): Promise<undefined> {
    const until = Date.now() + PATIENCE;
    while (Date.now() < until && !this.#exit) await pause(20);
    return undefined;
  }

  #receive(reply: Reply): void {
    if (reply.method !== undefined) {
      // A request of the server; some answers to it are nonsense.
      if (isId(reply.id)) this.send({ id: reply.id, result: null } as Sent, 64);
      return;
    }
    const key = JSON.stringify(reply.id);
    if (this.#expected.has(key)) this.#expected.set(key, (this.#expected.get(key) ?? 0) - 1);
    this.#waiting.get(key)?.(reply);
  }
}

const isId = (id: unknown): boolean => typeof id === 'string' || typeof id === 'number';

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const METHODS = [
  ...[
    'hover',
    'completion',
    'definition',
    'references',
    'documentSymbol',
    'foldingRange',
    'documentLink',
    'codeAction',
  ],
  ...['semanticTokens/full', 'diagnostic', 'rename', 'formatting', 'didOpen', 'didChange', 'didClose', 'didSave'],
].map((name) => `textDocument/${name}`);
const OTHERS = [
  ...['initialize', 'initialized', '$/cancelRequest', '$/setTrace', '$/nothing', 'workspace/didChangeConfiguration'],
  ...[
    'workspace/didChangeWatchedFiles',
    'workspace/executeCommand',
    'workspace/symbol',
    'codeAction/resolve',
    'nonsense',
  ],
  ...['dtIommu/explain', 'dtIommu/topology', 'dtIommu/boards', 'dtIommu/selectBoard', 'dtIommu/tree', 'dtIommu/rule'],
  ...[
    'constructor',
    '__proto__',
    '',
    'textDocument/',
    'workspace/didChangeWorkspaceFolders',
    'window/workDoneProgress/cancel',
  ],
];

/** Half of them are what a client sends; `shutdown` and `exit` have tests of their own. */
function message(pick: Pick, folder: string): Sent {
  if (pick.chance(4))
    return { raw: pick.of(['', '{', 'null', '[]', '"x"', '1', '{}', '\0', '{"jsonrpc":"2.0"}', '{"id":1}', '[1]']) };
  const method = pick.of(pick.chance(70) ? METHODS : OTHERS);
  const notifies = /\/did|initialized|cancel|setTrace|nothing/.test(method);
  const id = pick.chance(notifies ? 10 : 90)
    ? { id: pick.chance(90) ? pick.below(1e9) : `text ${pick.below(1e9)}` }
    : {};
  const params = pick.chance(70) ? sensible(pick, method, folder) : nonsense(pick, 3);
  return { ...id, method, ...(pick.chance(96) && { params: pick.chance(90) ? params : spoil(pick, params) }) };
}

function sensible(pick: Pick, method: string, folder: string): object {
  const uri = pick.of([
    ...['board.dts', 'soc.dtsi', 'pins.h', 'none.dts', 'other.dts', '../x.dts', 'a b.dts'].map(
      (name) => `file://${folder}/${name}`,
    ),
    ...['untitled:Untitled-1', 'git:/a.dts?HEAD', 'file://host/a.dts', 'file:', '', '::', 'file:///%zz.dts', 'a.dts'],
  ]);
  const place = () => ({ line: pick.of([0, 1, 5, 1e9, -1, 2.5]), character: pick.of([0, 3, 1e9, -1]) });
  const range = { start: place(), end: place() };
  const text = pick.of(['/dts-v1/;\n/ { };\n', '', '\u{1f600}', ...SNIPPETS]);
  const version = pick.of([1, 2, 0, -5, 7]);
  const changes = pick.times(3, () => (pick.chance(80) ? { range, text } : { text }));
  return {
    textDocument: { uri, languageId: 'dts', version, text },
    position: place(),
    range,
    context: { includeDeclaration: true, diagnostics: [] },
    contentChanges: changes,
    changes: [{ uri, type: pick.below(5) }],
    settings: { devicetreeIommu: pick.of([{}, { rules: { x: 'off' } }, { includePaths: 3 }, null, { boards: [{}] }]) },
    node: pick.of(['/soc', '&smmu', '/', '']),
    board: pick.of([uri, null]),
    id: pick.of(['iommus-not-inherited', 'x', 5]),
    event: { added: [{ uri, name: 'x' }], removed: [] },
    command: method,
    data: pick.of([undefined, { uri }, 5]),
  };
}

function nonsense(pick: Pick, depth: number): unknown {
  const kind = pick.below(depth === 0 ? 6 : 9);
  if (kind < 6) return pick.of([null, 0, -1, 'x', true, 1e300, '__proto__', '']);
  if (kind < 7) return pick.times(3, () => nonsense(pick, depth - 1));
  return Object.fromEntries(
    pick.times(4, () => [
      pick.of(['textDocument', 'position', 'uri', 'range', 'toString', 'x']),
      nonsense(pick, depth - 1),
    ]),
  );
}

/** One field somewhere is another thing. */
function spoil(pick: Pick, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || pick.chance(20)) return nonsense(pick, 2);
  const keys = Object.keys(value);
  if (keys.length === 0) return nonsense(pick, 2);
  const key = pick.of(keys);
  const fields = value as Readonly<Record<string, unknown>>;
  return Array.isArray(value) ? value.map((each) => spoil(pick, each)) : { ...fields, [key]: spoil(pick, fields[key]) };
}
