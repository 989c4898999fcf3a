// SPDX-License-Identifier: MIT
// Which binding is for a compatible: the files of a tree, read bit by bit and kept as names.
import { join } from '#base/files.ts';
import type { BindingFiles, Borrowed, Wanted } from './files.ts';
import { IndexQueue } from './index-queue.ts';
import { type Scan, scanBinding } from './scan.ts';
import { scanZephyr, type ZephyrScan } from './zephyr-scan.ts';

/** Linux 7.3 has 16 MB of bindings; beyond this bound nothing is read. */
const MAX_CHARACTERS = 64_000_000;

export interface IndexedBinding {
  /** Below the folder of the bindings: `iommu/arm,smmu.yaml`. */
  readonly name: string;
  readonly title: string;
  readonly hasCompatible: boolean;
}

/** What the lines of a file say; neither: it is no binding. */
export interface FileScan {
  readonly schema?: Scan;
  readonly zephyr?: ZephyrScan;
}

/** What an earlier session found in a file, and which version of it that was. */
export interface KnownScan {
  readonly stamp: string;
  readonly scan: FileScan;
}

/** Keeps between sessions what an index has found; it may forget at any time, and never throws. */
export interface IndexMemory {
  load(folder: string): ReadonlyMap<string, KnownScan> | undefined;
  save(folder: string, known: ReadonlyMap<string, KnownScan>): void;
}

export class BindingIndex {
  readonly folder: string;
  /** Zephyr keeps bindings of its own form there. */
  readonly isZephyr: boolean;
  readonly #files: BindingFiles;
  readonly #queue: IndexQueue;
  readonly #memory: IndexMemory | undefined;
  /** By name, from an earlier session; asked for when the first file is read. */
  #known: ReadonlyMap<string, KnownScan> | undefined;
  /** For a later one. */
  #learned = new Map<string, KnownScan>();
  #fresh = 0;
  #characters = 0;
  readonly #byCompatible = new Map<string, IndexedBinding | IndexedBinding[]>();
  readonly #byPattern: { readonly pattern: string; readonly binding: IndexedBinding }[] = [];
  readonly #selecting: IndexedBinding[] = [];
  readonly #all = new Map<string, IndexedBinding>();
  /** Bindings of Zephyr by file name, by which they include each other. */
  readonly #byFileName = new Map<string, string>();

  constructor(files: BindingFiles, folder: string, memory?: IndexMemory) {
    this.#files = files;
    this.folder = folder;
    this.isZephyr = folder.endsWith('/dts/bindings');
    this.#queue = new IndexQueue(folder);
    this.#memory = files.stamp ? memory : undefined;
  }

  get done(): boolean {
    return this.#queue.done;
  }

  /** Reads on, about so many characters. */
  step(characters: number): void {
    for (let left = characters; left > 0 && !this.done; ) {
      const file = this.#queue.nextFile();
      if (file !== undefined) left -= this.#read(file);
      else left -= this.#list(this.#queue.nextFolder() ?? '');
      if (this.done) this.#finish();
    }
  }

  /** What is to be fetched next, where files come from elsewhere: {@link give} takes it. */
  wanted(): Wanted {
    return this.#queue.wanted(this.#characters > MAX_CHARACTERS);
  }

  /** What was wanted; absent: there is none. */
  give({ folders, texts }: Borrowed): void {
    const waited = this.#queue.arrived();
    for (const name of waited.folders) this.#queue.listed(name, folders.get(join(this.folder, name)) ?? []);
    for (const name of waited.texts) this.#scanned(name, this.#scan(texts.get(join(this.folder, name)) ?? ''));
  }

  #list(folder: string): number {
    const names = this.#files.list(join(this.folder, folder));
    this.#queue.listed(folder, names);
    return 500 + names.length * 20;
  }

  #read(name: string): number {
    if (this.#characters > MAX_CHARACTERS) return 1;
    const path = join(this.folder, name);
    const stamp = this.#memory && this.#files.stamp?.(path);
    const known = stamp === undefined ? undefined : this.#remembered(name);
    if (known && known.stamp === stamp) {
      this.#learned.set(name, known);
      this.#scanned(name, known.scan);
      return 500;
    }
    const text = this.#files.peek(path) ?? '';
    const scan = this.#scan(text);
    if (stamp !== undefined) {
      this.#learned.set(name, { stamp, scan });
      this.#fresh++;
    }
    this.#scanned(name, scan);
    return text.length + 200;
  }

  #remembered(name: string): KnownScan | undefined {
    this.#known ??= this.#memory?.load(this.folder) ?? new Map();
    return this.#known.get(name);
  }

  /** Everything is read: what a later session can start from is handed over, if it is not what was there. */
  #finish(): void {
    const gone = this.#known !== undefined && this.#known.size !== this.#learned.size;
    if (this.#memory && (this.#fresh > 0 || gone)) this.#memory.save(this.folder, this.#learned);
    this.#known = undefined;
    this.#learned = new Map();
    this.#fresh = 0;
  }

  #scan(text: string): FileScan {
    this.#characters += text.length;
    const schema = scanBinding(text);
    if (schema) return { schema };
    const zephyr = this.isZephyr ? scanZephyr(text) : undefined;
    return zephyr ? { zephyr } : {};
  }

  #scanned(name: string, { schema, zephyr }: FileScan): void {
    if (zephyr) this.#addZephyr(name, zephyr);
    if (!schema) return;
    const { title, hasCompatible } = schema;
    const binding = { name, title, hasCompatible };
    this.#all.set(name, binding);
    for (const compatible of schema.compatibles) this.#add(compatible, binding);
    for (const pattern of schema.patterns) this.#byPattern.push({ pattern, binding });
    if (schema.selects) this.#selecting.push(binding);
  }

  #addZephyr(name: string, { title, compatibles }: ZephyrScan): void {
    const fileName = name.slice(name.lastIndexOf('/') + 1);
    if (!this.#byFileName.has(fileName)) this.#byFileName.set(fileName, name);
    for (const { compatible, depth } of compatibles) {
      const part = depth === 0 ? name : `${name}#${depth}`;
      const binding = this.#all.get(part) ?? { name: part, title, hasCompatible: true };
      this.#all.set(part, binding);
      this.#add(compatible, binding);
    }
  }

  #add(compatible: string, binding: IndexedBinding): void {
    const known = this.#byCompatible.get(compatible);
    if (known === undefined) this.#byCompatible.set(compatible, binding);
    else if (Array.isArray(known)) known.push(binding);
    else this.#byCompatible.set(compatible, [known, binding]);
  }

  /** Bindings that name a compatible, those first that have a `compatible` of their own. */
  named(compatible: string): readonly IndexedBinding[] {
    this.#queue.prefer(compatible);
    const known = this.#byCompatible.get(compatible);
    const list = known === undefined ? [] : Array.isArray(known) ? known : [known];
    return [...list].sort((a, b) => Number(b.hasCompatible) - Number(a.hasCompatible) || (a.name < b.name ? -1 : 1));
  }

  /** Bindings whose pattern may accept a compatible. */
  patterned(): readonly { readonly pattern: string; readonly binding: IndexedBinding }[] {
    return this.#byPattern;
  }

  /** Bindings that say themselves to which nodes they apply. */
  selecting(): readonly IndexedBinding[] {
    return this.#selecting;
  }

  /** A binding in Zephyr's form. */
  fileNamed(fileName: string): string | undefined {
    return this.#byFileName.get(fileName);
  }

  binding(name: string): IndexedBinding | undefined {
    return this.#all.get(name);
  }

  get size(): number {
    return this.#all.size;
  }

  compatibles(): Iterable<string> {
    return this.#byCompatible.keys();
  }
}
