// SPDX-License-Identifier: MIT
// The playground: a tree that was pasted, its problems, what stands under the mouse or the cursor, its DMA map.
import MarkdownIt from 'markdown-it';
import { Editor, type Position } from './editor.ts';
import { MapFrame } from './map.ts';
import { Server } from './server.ts';

interface Diagnostic {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly severity: number;
  readonly code: string;
  readonly message: string;
}

interface Edit {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly newText: string;
}

interface CodeAction {
  readonly title: string;
  readonly diagnostics?: readonly Diagnostic[];
  readonly edit?: WorkspaceEdit;
}

interface WorkspaceEdit {
  readonly changes?: Readonly<Record<string, readonly Edit[]>>;
  readonly documentChanges?: readonly { readonly edits: readonly Edit[] }[];
}

const URI = 'file:///playground/board.dts';
const SEVERITIES = ['', 'error', 'warning', 'info', 'hint'];
const REST_MS = 250;
const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const element = (name: string, className: string, text: string) => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

/** Without HTML of its own, and without styles, which the page forbids. */
const markdown = new MarkdownIt({ html: false, linkify: false });
for (const cell of ['th_open', 'td_open']) {
  markdown.renderer.rules[cell] = (tokens, at) => `<${tokens[at]?.tag ?? 'td'}>`;
}

const editor = new Editor(byId<HTMLTextAreaElement>('text'), byId('behind'));
const about = byId('about');
const list = byId('problems');
const status = byId('status');
const pages = (id: string) => `docs/rules/${id.split('/').map(encodeURIComponent).join('/')}.html`;
let version = 0;
let asked = 0;
let diagnostics: readonly Diagnostic[] = [];

function settings(): object {
  const [platform = '', kernelVersion = ''] = byId<HTMLSelectElement>('platform').value.split(' ');
  return { ...(platform && { platform }), ...(kernelVersion && { kernelVersion }) };
}

async function start(): Promise<Server> {
  const server = await Server.start('server-web.js', {
    runtime: 'web-tree-sitter.wasm',
    grammar: 'tree-sitter-devicetree.wasm',
  });
  const nothing = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));
  server.answer('dtIommu/lend', (params) => {
    const { texts, folders } = params as { texts: string[]; folders: string[] };
    return { texts: nothing(texts), folders: nothing(folders) };
  });
  server.answer('workspace/configuration', (params) => (params as { items: unknown[] }).items.map(() => settings()));
  await server.request('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true, diagnostics: { refreshSupport: true } },
      textDocument: {
        diagnostic: {},
        hover: { contentFormat: ['markdown'] },
        codeAction: {
          codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } },
          resolveSupport: { properties: ['edit'] },
          dataSupport: true,
        },
      },
    },
    initializationOptions: { rulePage: new URL('docs/rules/{id}.html', location.href).href },
  });
  server.notify('initialized', {});
  return server;
}

function show(text: string, where: string): void {
  about.dataset.at = where;
  about.innerHTML = markdown.render(text);
}

/** What a place is about; nothing there keeps what was shown. */
async function hover(server: Server, position: Position): Promise<void> {
  const found = await server.request<{ contents: { value: string } | string } | null>('textDocument/hover', {
    textDocument: { uri: URI },
    position,
  });
  if (!found) return;
  show(typeof found.contents === 'string' ? found.contents : found.contents.value, `${position.line + 1}`);
}

async function repairsOf(server: Server, problem: Diagnostic): Promise<CodeAction[]> {
  const found = await server.request<CodeAction[] | null>('textDocument/codeAction', {
    textDocument: { uri: URI },
    range: problem.range,
    context: { diagnostics: [problem], only: ['quickfix'] },
  });
  return (found ?? []).filter((action) => action.diagnostics?.some(({ code }) => code === problem.code) ?? false);
}

async function apply(server: Server, action: CodeAction): Promise<void> {
  const { edit } = action.edit ? action : await server.request<CodeAction>('codeAction/resolve', action);
  const edits = [
    ...(edit?.changes?.[URI] ?? []),
    ...(edit?.documentChanges?.flatMap((change) => change.edits) ?? []),
  ].map(({ range, newText }) => ({ start: editor.offsetAt(range.start), end: editor.offsetAt(range.end), newText }));
  for (const { start, end, newText } of edits.sort((a, b) => b.start - a.start)) editor.replace(start, end, newText);
  changed(server);
}

function problemItem(server: Server, problem: Diagnostic): HTMLElement {
  const item = document.createElement('li');
  const kind = SEVERITIES[problem.severity] ?? 'hint';
  const { start, end } = problem.range;
  const go = element('button', `go ${kind}`, `${start.line + 1}:${start.character + 1} ${problem.message}`);
  go.addEventListener('click', () => editor.select(editor.offsetAt(start), editor.offsetAt(end)));
  const page = document.createElement('a');
  page.href = pages(problem.code);
  page.textContent = problem.code;
  item.append(element('span', `kind ${kind}`, kind), go, page);
  void repairsOf(server, problem).then((actions) => {
    for (const action of actions.slice(0, 3)) {
      const fix = element('button', 'fix', action.title);
      fix.addEventListener('click', () => void apply(server, action));
      item.append(fix);
    }
  });
  return item;
}

function showProblems(server: Server): void {
  const marks = diagnostics.map(({ range, severity }) => ({
    start: editor.offsetAt(range.start),
    end: editor.offsetAt(range.end),
    kind: SEVERITIES[severity] ?? 'hint',
  }));
  editor.mark(marks);
  list.replaceChildren(...diagnostics.map((each) => problemItem(server, each)));
  const count = diagnostics.length;
  status.textContent = count === 0 ? 'No problems.' : `${count} problem${count === 1 ? '' : 's'}.`;
}

/** The answer to the last question counts. */
async function ask(server: Server): Promise<void> {
  const mine = ++asked;
  status.textContent = 'Working…';
  const found = await server.request<{ items?: readonly Diagnostic[] }>('textDocument/diagnostic', {
    textDocument: { uri: URI },
  });
  if (mine !== asked) return;
  diagnostics = found.items ?? [];
  showProblems(server);
}

function changed(server: Server): void {
  version++;
  server.notify('textDocument/didChange', {
    textDocument: { uri: URI, version },
    contentChanges: [{ text: editor.text }],
  });
  void ask(server).catch(fail);
}

function fail(error: unknown): void {
  status.textContent = `The server failed: ${String(error)}`;
}

function listen(server: Server): void {
  const map = new MapFrame(byId<HTMLIFrameElement>('map'), {
    server,
    uri: URI,
    reveal: ({ range }) => editor.select(editor.offsetAt(range.start), editor.offsetAt(range.end)),
    explain: (node) => {
      void server
        .request<{ markdown: string } | null>('dtIommu/explain', { textDocument: { uri: URI }, node })
        .then((found) => found && show(found.markdown, node));
    },
    rule: (id) => window.open(pages(id), '_blank', 'noopener'),
  });
  server.listen('dtIommu/dmaMapChanged', () => void map.refresh());
  server.answer('workspace/diagnostic/refresh', () => {
    void ask(server).catch(fail);
    return null;
  });
  let rest: ReturnType<typeof setTimeout> | undefined;
  const later = (ask: () => Position | undefined) => {
    clearTimeout(rest);
    rest = setTimeout(() => {
      const position = ask();
      if (position) void hover(server, position);
    }, REST_MS);
  };
  editor.area.addEventListener('input', () => changed(server));
  editor.area.addEventListener('mousemove', (event) => later(() => editor.positionUnder(event)));
  editor.area.addEventListener('keyup', () => later(() => editor.positionAt(editor.area.selectionStart)));
  byId('platform').addEventListener('change', () => {
    server.notify('workspace/didChangeConfiguration', { settings: { devicetreeIommu: settings() } });
  });
}

async function example(name: string): Promise<string> {
  return (await fetch(`examples/${name}`)).text();
}

const server = await start();
const choice = byId<HTMLSelectElement>('example');
editor.text = await example(choice.value);
server.notify('textDocument/didOpen', {
  textDocument: { uri: URI, languageId: 'dts', version, text: editor.text },
});
listen(server);
void ask(server).catch(fail);
choice.addEventListener('change', () => {
  void example(choice.value).then((text) => {
    editor.text = text;
    changed(server);
  });
});
