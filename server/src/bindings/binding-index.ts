// SPDX-License-Identifier: MIT
// Which binding is for a compatible: the files of a tree, read bit by bit and kept as names.
import { join } from '#base/files.ts';
import type { BindingFiles } from './files.ts';
import { scanBinding } from './scan.ts';
import { scanZephyr } from './zephyr-scan.ts';

/** Linux 7.3 has 5715 bindings in 900 folders, 16 MB; beyond these bounds nothing is read. */
const MAX_FILES = 20_000;
const MAX_FOLDERS = 5000;
const MAX_CHARACTERS = 64_000_000;

export interface IndexedBinding {
  /** Below the folder of the bindings: `iommu/arm,smmu.yaml`. */
  readonly name: string;
  readonly title: string;
  readonly hasCompatible: boolean;
}

export class BindingIndex {
  readonly folder: string;
  /** Zephyr keeps bindings of its own form there. */
  readonly isZephyr: boolean;
  readonly #files: BindingFiles;
  readonly #folders: string[] = [''];
  #queue: string[] = [];
  #folderCount = 0;
  #fileCount = 0;
  #characters = 0;
  readonly #byCompatible = new Map<string, IndexedBinding | IndexedBinding[]>();
  readonly #byPattern: { readonly pattern: string; readonly binding: IndexedBinding }[] = [];
  readonly #selecting: IndexedBinding[] = [];
  readonly #all = new Map<string, IndexedBinding>();
  /** Bindings of Zephyr by file name, by which they include each other. */
  readonly #byFileName = new Map<string, string>();

  constructor(files: BindingFiles, folder: string) {
    this.#files = files;
    this.folder = folder;
    this.isZephyr = folder.endsWith('/dts/bindings');
  }

  get done(): boolean {
    return this.#folders.length === 0 && this.#queue.length === 0;
  }

  /** Reads on, about so many characters. */
  step(characters: number): void {
    for (let left = characters; left > 0 && !this.done; ) {
      const next = this.#queue.pop();
      if (next !== undefined) left -= this.#read(next);
      else left -= this.#list(this.#folders.pop() ?? '');
    }
  }

  #list(folder: string): number {
    if (this.#folderCount++ > MAX_FOLDERS) return 1;
    const names = this.#files.list(join(this.folder, folder));
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (name.endsWith('/')) this.#folders.push(path.slice(0, -1));
      else if (name.endsWith('.yaml')) this.#queue.push(path);
    }
    return 500 + names.length * 20;
  }

  #read(name: string): number {
    if (this.#fileCount++ > MAX_FILES || this.#characters > MAX_CHARACTERS) return 1;
    const text = this.#files.peek(join(this.folder, name)) ?? '';
    this.#characters += text.length;
    const scan = scanBinding(text);
    if (scan) {
      const binding = { name, title: scan.title, hasCompatible: scan.hasCompatible };
      this.#all.set(name, binding);
      for (const compatible of scan.compatibles) this.#add(compatible, binding);
      for (const pattern of scan.patterns) this.#byPattern.push({ pattern, binding });
      if (scan.selects) this.#selecting.push(binding);
    } else if (this.isZephyr) this.#addZephyr(name, text);
    return text.length + 200;
  }

  #addZephyr(name: string, text: string): void {
    const scan = scanZephyr(text);
    if (!scan) return;
    const fileName = name.slice(name.lastIndexOf('/') + 1);
    if (!this.#byFileName.has(fileName)) this.#byFileName.set(fileName, name);
    const { title } = scan;
    for (const { compatible, depth } of scan.compatibles) {
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
