// SPDX-License-Identifier: MIT
// A person at an editor as a list of actions that can be played again, and what the server then shows.
import { mkdirSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from './client.ts';
import { SNIPPETS } from './generate/project.ts';
import type { Pick } from './random.ts';

/** Plain data; what does not fit the state any more, because others were left out, does as much as it can. */
export type Action =
  | { readonly do: 'edit'; readonly file: string; readonly changes: readonly Change[] }
  | { readonly do: 'open' | 'close' | 'save' | 'delete'; readonly file: string }
  | { readonly do: 'store'; readonly file: string; readonly text: string }
  | { readonly do: 'checkout'; readonly files: Readonly<Record<string, string>> }
  | { readonly do: 'ask'; readonly method: string; readonly file: string; readonly at: number };

/** In UTF-16 units of the text before it; absent `end`: the whole text. */
interface Change {
  readonly start: number;
  readonly end?: number;
  readonly text: string;
}

const AT_PLACES = ['hover', 'completion', 'definition', 'references'];
const WHOLE = ['documentSymbol', 'foldingRange', 'semanticTokens/full', 'documentLink', 'diagnostic'];

export class Editor {
  readonly #folder: string;
  readonly #stored = new Map<string, string>();
  readonly #open = new Map<string, { text: string; version: number }>();
  readonly #client = new Client();
  #tick = 0;

  /** Starts with these files on the disk, in a folder of its own. */
  constructor(folder: string, files: ReadonlyMap<string, string>) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of files) this.#store(file, text);
  }

  get client(): Client {
    return this.#client;
  }

  get opened(): string[] {
    return [...this.#open.keys()];
  }

  get stored(): ReadonlyMap<string, string> {
    return this.#stored;
  }

  text(file: string): string {
    return this.#open.get(file)?.text ?? this.#stored.get(file) ?? '';
  }

  async start(): Promise<void> {
    await this.#client.initialize(this.#folder);
  }

  async play(action: Action): Promise<void> {
    if (action.do === 'edit') this.#edit(action.file, action.changes);
    else if (action.do === 'open') this.#openDocument(action.file, this.#stored.get(action.file) ?? '');
    else if (action.do === 'close') this.#close(action.file);
    else if (action.do === 'save') this.#save(action.file);
    else if (action.do === 'delete') this.#changeDisk([[action.file, undefined]]);
    else if (action.do === 'store') this.#changeDisk([[action.file, action.text]]);
    else if (action.do === 'ask') await this.#ask(action.method, action.file, action.at);
    else if (action.do === 'checkout') {
      const gone = [...this.#stored.keys()].filter((file) => !(file in action.files));
      this.#changeDisk([...Object.entries(action.files), ...gone.map((file) => [file, undefined] as const)]);
    }
  }

  /** A server that was started just now is shown the same documents. */
  async fresh(): Promise<Editor> {
    const editor = new Editor(this.#folder, new Map());
    for (const [file, text] of this.#stored) editor.#stored.set(file, text);
    await editor.start();
    for (const [file, { text, version }] of this.#open) editor.#openDocument(file, text, version);
    return editor;
  }

  /** Everything that the server says of the open documents, as text. */
  async shown(places: readonly number[]): Promise<string> {
    const answers: string[] = [];
    for (const file of this.#open.keys()) {
      for (const method of WHOLE) answers.push(await this.#ask(method, file, 0));
      answers.push(await this.#ask('dtIommu/tree', file, 0), await this.#ask('dtIommu/explain', file, 0));
      for (const at of places) for (const method of AT_PLACES) answers.push(await this.#ask(method, file, at));
    }
    return answers.join('\n');
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(method: string, file: string, at: number): Promise<string> {
    const text = this.text(file);
    const name = method.startsWith('dtIommu/') ? method : `textDocument/${method}`;
    const { result, error } = await this.#client.request(name, {
      textDocument: { uri: this.#uri(file) },
      position: positionOf(text, placeIn(text, at % (text.length + 1))),
      context: { includeDeclaration: true },
    });
    // Each set of tokens has a number of its own.
    // What completion learned of other boards and headers in the pauses stays although they change: only that it answers
    // is compared.
    if (method === 'completion' && !error) return `${file} completion ${at}`;
    const answer = JSON.stringify(error ? { error } : result).replace(/"resultId":"\d+"/, '');
    return `${file} ${method} ${at}: ${answer}`;
  }

  #edit(file: string, changes: readonly Change[]): void {
    const document = this.#open.get(file);
    if (!document) return;
    const contentChanges = changes.map(({ start, end, text }) => {
      const before = document.text;
      if (end === undefined) {
        document.text = text;
        return { text };
      }
      const from = placeIn(before, start);
      const to = Math.max(from, placeIn(before, end));
      document.text = before.slice(0, from) + text + before.slice(to);
      return { range: { start: positionOf(before, from), end: positionOf(before, to) }, text };
    });
    const textDocument = { uri: this.#uri(file), version: ++document.version };
    this.#client.notify('textDocument/didChange', { textDocument, contentChanges });
  }

  #openDocument(file: string, text: string, version = 1): void {
    if (this.#open.has(file)) return;
    this.#open.set(file, { text, version });
    const textDocument = { uri: this.#uri(file), languageId: 'dts', version, text };
    this.#client.notify('textDocument/didOpen', { textDocument });
  }

  #close(file: string): void {
    if (!this.#open.delete(file)) return;
    this.#client.notify('textDocument/didClose', { textDocument: { uri: this.#uri(file) } });
  }

  #save(file: string): void {
    const document = this.#open.get(file);
    if (!document) return;
    const type = this.#stored.has(file) ? 2 : 1;
    this.#store(file, document.text);
    this.#client.notify('textDocument/didSave', { textDocument: { uri: this.#uri(file) } });
    this.#client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: this.#uri(file), type }] });
  }

  /** Somebody else's writes; an editor without changes of its own takes the new text over, as VS Code does. */
  #changeDisk(files: readonly (readonly [string, string | undefined])[]): void {
    const changes: { uri: string; type: number }[] = [];
    const takenOver: [string, string][] = [];
    for (const [file, text] of files) {
      const before = this.#stored.get(file);
      if (before === text) continue;
      if (text !== undefined && this.#open.get(file)?.text === before) takenOver.push([file, text]);
      if (text === undefined) {
        unlinkSync(join(this.#folder, file));
        this.#stored.delete(file);
      } else this.#store(file, text);
      changes.push({ uri: this.#uri(file), type: before === undefined ? 1 : text === undefined ? 3 : 2 });
    }
    if (changes.length > 0) this.#client.notify('workspace/didChangeWatchedFiles', { changes });
    for (const [file, text] of takenOver) this.#edit(file, [{ start: 0, text }]);
  }

  #store(file: string, text: string): void {
    const path = join(this.#folder, file);
    writeFileSync(path, text);
    this.#stored.set(file, text);
    // Two writes within the clock's grain are two writes.
    utimesSync(path, 1.7e9, 1.7e9 + ++this.#tick);
  }

  #uri(file: string): string {
    return `file://${this.#folder}/${file}`;
  }
}

/** No editor has a cursor behind the text, nor between `\\r` and `\\n`, which the protocol takes for the end of the line. */
function placeIn(text: string, offset: number): number {
  const at = Math.min(offset, text.length);
  return text[at - 1] === '\r' && text[at] === '\n' ? at - 1 : at;
}

/** Line and character in the protocol's sense: `\\n`, `\\r\\n` and `\\r` end lines. */
function positionOf(text: string, offset: number): { line: number; character: number } {
  let line = 0;
  let start = 0;
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at);
    if (code !== 10 && code !== 13) continue;
    if (code === 13 && text.charCodeAt(at + 1) === 10) at++;
    line++;
    start = at + 1;
  }
  return { line, character: offset - start };
}

/** The next thing that a person does. */
export function nextAction(pick: Pick, editor: Editor, branches: readonly ReadonlyMap<string, string>[]): Action {
  const { opened } = editor;
  const files = [...new Set(branches.flatMap((branch) => [...branch.keys()]))];
  // Editors do not send project files.
  const file = pick.of(files.filter((name) => !name.endsWith('.json')));
  if (opened.length === 0) return { do: 'open', file };
  const kind = pick.below(200);
  if (kind < 4) return { do: 'open', file };
  if (kind < 6) return { do: 'close', file: pick.of(opened) };
  if (kind < 9) return { do: 'save', file: pick.of(opened) };
  if (kind < 12) {
    const stored = pick.of(files);
    return { do: 'store', file: stored, text: pick.of(branches).get(stored) ?? '' };
  }
  if (kind < 13 && editor.stored.has(file)) return { do: 'delete', file };
  if (kind < 14) return { do: 'checkout', files: Object.fromEntries(pick.of(branches)) };
  if (kind < 34)
    return { do: 'ask', method: pick.of([...AT_PLACES, ...WHOLE]), file: pick.of(opened), at: pick.below(5000) };
  const target = pick.of(opened);
  return { do: 'edit', file: target, changes: editsOf(pick, editor.text(target), branches, target) };
}

function editsOf(
  pick: Pick,
  text: string,
  branches: readonly ReadonlyMap<string, string>[],
  file: string,
): readonly Change[] {
  // Back to what the file was, so that the board stays one.
  if (pick.chance(12)) return [{ start: 0, text: pick.of(branches).get(file) ?? '' }];
  const changes: Change[] = [];
  let length = text.length;
  for (let count = pick.chance(85) ? 1 : 2 + pick.below(3); count > 0; count--) {
    const change = oneEdit(pick, text, length);
    changes.push(change);
    length += change.text.length - (change.end - change.start);
  }
  return changes;
}

function oneEdit(pick: Pick, text: string, length: number): Change & { readonly end: number } {
  const at = pick.below(length + 1);
  const kind = pick.below(20);
  if (kind < 3) return { start: at, end: Math.min(length, at + 1), text: '' };
  if (kind < 4) return { start: at, end: Math.min(length, at + pick.below(60)), text: '' };
  if (kind < 6) return { start: at, end: at, text: text.slice(at, at + pick.below(60)) };
  if (kind < 13) {
    // A digit behind a digit, mostly in a value, is the commonest of all edits.
    const digit = text.slice(at).search(/\d/);
    const start = digit < 0 ? at : Math.min(length, at + digit);
    return { start, end: Math.min(length, start + pick.below(2)), text: String(pick.below(20)) };
  }
  const lineEnd = text.indexOf('\n', at);
  const start = pick.chance(60) && lineEnd >= 0 ? Math.min(length, lineEnd) : at;
  return { start, end: start, text: pick.of(SNIPPETS) };
}

/** Places in the open documents, of which both servers are asked. */
const PLACES = [0, 333, 777, 1234];

/** Which boards show the problems of a shared file is known some pauses later: so often and so far apart both are asked. */
const ROUNDS = 12;
const PAUSE_MS = 250;

/** What the server says otherwise than one that was started just now, when both have come to rest. */
export async function compare(editor: Editor): Promise<string | undefined> {
  const fresh = await editor.fresh();
  try {
    for (let round = 1; ; round++) {
      const [lived, expected] = [await editor.shown(PLACES), await fresh.shown(PLACES)];
      const [logged] = [...editor.client.logged, ...fresh.client.logged];
      if (logged !== undefined) return `the server logs ${logged.slice(0, 300)}`;
      if (lived === expected) return undefined;
      if (round === ROUNDS) return firstDifference(lived, expected);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    await fresh.close();
  }
}

function firstDifference(lived: string, fresh: string): string {
  const theirs = fresh.split('\n');
  for (const [at, line] of lived.split('\n').entries()) {
    const other = theirs[at] ?? '';
    if (line === other) continue;
    let from = 0;
    while (line[from] === other[from]) from++;
    const cut = (text: string) => text.slice(Math.max(0, from - 60), from + 60);
    return `${line.split(' ', 2).join(' ')}: …${cut(line)}… where a fresh server says …${cut(other)}…`;
  }
  return 'another number of answers';
}

/** The same for a server that lived through these actions. */
export async function differenceAfter(
  folder: string,
  files: ReadonlyMap<string, string>,
  actions: readonly Action[],
): Promise<string | undefined> {
  const editor = new Editor(folder, files);
  try {
    await editor.start();
    for (const action of actions) await editor.play(action);
    return await compare(editor);
  } finally {
    await editor.close();
    editor.remove();
  }
}
