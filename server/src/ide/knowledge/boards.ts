// SPDX-License-Identifier: MIT
// What the other boards of a tree say: compatibles with the names of their nodes and the properties that they have.
import { basename, dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';

/** The device trees of arm64 in Linux 7.3 have 50 MB; those of the vendor are read first, and these bounds end it. */
const MAX_CHARACTERS = 24_000_000;
const MAX_FILES = 4000;
const MAX_FOLDERS = 400;
/** Of one compatible. */
const MAX_NAMES = 200;

export interface Devices {
  /** How many nodes have the compatible as their first, or how many blocks change the label's node. */
  count: number;
  /** Names of the nodes, without addresses. */
  readonly names: Set<string>;
  /** Property → how many of the nodes have it. */
  readonly properties: Map<string, number>;
}

/** A node, or what changes one, up to the first brace in it: nearly always all of its properties. */
const NODE = /(&?[\w,.+-]+)(?:@[\w,.]+)?\s*\{([^{}]*)/g;
const COMPATIBLE = /(?:^|[\s;])compatible\s*=\s*((?:"[^"\n]*"[\s,]*)+);/;
const PROPERTY = /(?:^|;)\s*([\w,#.+?-]+)\s*(?=[=;])/g;

export class BoardIndex {
  readonly #files: FileSystem;
  readonly #folders: string[];
  readonly #queue: string[] = [];
  readonly #devices = new Map<string, Devices>();
  /** What `&label { … }` sets, by label. */
  readonly #changes = new Map<string, Devices>();
  readonly #words = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #like: string;
  #characters = 0;
  #looked = 0;
  #read = 0;

  /** From the folder of a file upwards to `top`, what is called alike first; what changes later is not read again. */
  constructor(files: FileSystem, file: string, top: string | undefined) {
    this.#files = files;
    this.#like = basename(file);
    const folder = dirname(file);
    this.#folders = [folder];
    if (top !== undefined) {
      for (let at = folder; at !== top && at.startsWith(top) && at !== '/'; ) {
        at = dirname(at);
        this.#folders.push(at);
      }
    }
  }

  get done(): boolean {
    return this.#folders.length === 0 && this.#queue.length === 0;
  }

  step(characters: number): void {
    for (let left = characters; left > 0 && !this.done; ) {
      const next = this.#queue.shift();
      if (next !== undefined) left -= this.#readFile(next);
      else {
        this.#list(this.#folders.shift() ?? '');
        left -= 2000;
      }
    }
  }

  #list(folder: string): void {
    if (this.#seen.has(folder) || this.#looked++ > MAX_FOLDERS) return;
    this.#seen.add(folder);
    const names = [...this.#files.list(folder)];
    for (const name of names.sort((a, b) => this.#likeness(b) - this.#likeness(a))) {
      if (name.endsWith('/')) this.#folders.push(join(folder, name.slice(0, -1)));
      else if (/\.dtsi?$/.test(name)) this.#queue.push(join(folder, name));
    }
  }

  /** Files of one chip begin alike. */
  #likeness(name: string): number {
    let length = 0;
    while (length < name.length && name[length] === this.#like[length]) length++;
    return length;
  }

  #readFile(path: string): number {
    if (this.#characters > MAX_CHARACTERS || this.#read++ > MAX_FILES) return 1;
    const text = (this.#files.peek(path) ?? '').replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
    this.#characters += text.length;
    for (const [, name = '', body = ''] of text.matchAll(NODE)) this.#addNode(name, body);
    return text.length + 200;
  }

  #addNode(name: string, body: string): void {
    if (name.startsWith('&')) {
      this.#addProperties(this.#devicesOf(this.#changes, name.slice(1)), body);
      return;
    }
    const list = COMPATIBLE.exec(body)?.[1];
    if (list === undefined) return;
    const compatible = [...list.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
    for (const [at, each] of compatible.entries()) {
      const devices = this.#devicesOf(this.#devices, each);
      if (devices.names.size < MAX_NAMES) devices.names.add(this.#word(name));
      if (at === 0) this.#addProperties(devices, body);
    }
  }

  #devicesOf(all: Map<string, Devices>, name: string): Devices {
    let devices = all.get(name);
    if (!devices) {
      devices = { count: 0, names: new Set(), properties: new Map() };
      all.set(this.#word(name), devices);
    }
    return devices;
  }

  #addProperties(devices: Devices, body: string): void {
    devices.count++;
    for (const [, property = ''] of body.matchAll(PROPERTY)) {
      devices.properties.set(this.#word(property), (devices.properties.get(property) ?? 0) + 1);
    }
  }

  /** A copy of its own, once for all: a piece of a text would keep the whole text. */
  #word(text: string): string {
    let word = this.#words.get(text);
    if (word === undefined) {
      word = [...text].join('');
      this.#words.set(word, word);
    }
    return word;
  }

  devices(compatible: string): Devices | undefined {
    return this.#devices.get(compatible);
  }

  /** What boards set in the node of a label. */
  changes(label: string): Devices | undefined {
    return this.#changes.get(label);
  }

  compatibles(): Iterable<readonly [string, Devices]> {
    return this.#devices;
  }
}
