// SPDX-License-Identifier: MIT
// The macros of headers that a file could include, read bit by bit in the pauses and kept as names.
import { basename, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';

/** Linux 7.3 has 1191 headers of bindings with 4.8 MB in all; beyond these bounds nothing is read. */
const MAX_HEADERS = 5000;
const MAX_CHARACTERS = 32_000_000;
const MAX_FOLDERS = 2000;
/** A folder of the user's own that has no `dt-bindings` is not searched deeper. */
const MAX_DEPTH = 3;

/** A header that is not read yet. */
interface Found {
  /** As an include names it, without brackets. */
  readonly include: string;
  readonly path: string;
}

interface Header extends Found {
  /** `\nNAME\nNAME(a, b)\n`: one text for all, so that a hundred thousand names cost a few megabytes. */
  readonly names: string;
}

export interface HeaderMacro {
  readonly name: string;
  /** `(a, b)` of a function-like one. */
  readonly parameters: string;
  readonly include: string;
  readonly path: string;
}

const DEFINITION = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^)\n]*\))?[ \t]+[^\s]/gm;

export class HeaderIndex {
  readonly #files: FileSystem;
  readonly #folders: { readonly path: string; readonly include: string; readonly depth: number }[] = [];
  readonly #queue: Found[] = [];
  readonly #headers = new Map<string, Header>();
  readonly #seen = new Set<string>();
  #characters = 0;
  #looked = 0;

  /** `includePaths` are where the build looks for includes. */
  constructor(files: FileSystem, includePaths: readonly string[]) {
    this.#files = files;
    for (const path of includePaths) {
      const bindings = ['dt-bindings', 'zephyr/dt-bindings'].filter((name) => files.isFolder(join(path, name)));
      for (const name of bindings) this.#folders.push({ path: join(path, name), include: `${name}/`, depth: 0 });
      // A project's own `include` has thousands of headers that no device tree reads.
      const own = bindings.length === 0 && !/\/(?:include|src|dts|include-prefixes)$/.test(path);
      if (own) this.#folders.push({ path, include: '', depth: MAX_DEPTH });
    }
  }

  /** Every header is read. */
  get done(): boolean {
    return this.#folders.length === 0 && this.#queue.length === 0;
  }

  /** Reads on, about so many characters. */
  step(characters: number): void {
    for (let left = characters; left > 0 && !this.done; ) {
      const next = this.#queue.pop();
      if (next) left -= this.#read(next);
      else {
        this.#list();
        left -= 2000;
      }
    }
  }

  #list(): void {
    const folder = this.#folders.shift();
    if (!folder || this.#looked++ > MAX_FOLDERS) return;
    for (const name of this.#files.list(folder.path)) {
      const path = join(folder.path, name.replace(/\/$/, ''));
      if (name.endsWith('/')) {
        const depth = folder.depth === 0 ? 0 : folder.depth - 1;
        if (folder.depth !== 1) this.#folders.push({ path, include: `${folder.include}${name}`, depth });
      } else if (name.endsWith('.h')) this.#add({ include: `${folder.include}${name}`, path });
    }
  }

  /** The same header on two of the paths is the one that the build finds first. */
  #add(found: Found): void {
    if (this.#seen.has(found.include) || this.#seen.size > MAX_HEADERS) return;
    this.#seen.add(found.include);
    this.#queue.push(found);
  }

  #read(found: Found): number {
    if (this.#characters > MAX_CHARACTERS) return 1;
    const text = this.#files.peek(found.path) ?? '';
    this.#characters += text.length;
    const lines = [''];
    for (const [, name = '', parameters = ''] of text.matchAll(DEFINITION)) lines.push(`${name}${parameters}`);
    // Joining copies: a piece of a text would keep the whole text.
    this.#headers.set(found.path, { ...found, names: [...lines, ''].join('\n') });
    return text.length + 200;
  }

  /** A header changed. */
  forget(path: string): void {
    const known = this.#headers.get(path);
    if (known) this.#queue.push(known);
  }

  /** Headers with what they are called, for those who look for one that fits. */
  includes(): Iterable<{ readonly include: string; readonly path: string }> {
    return this.#headers.values();
  }

  macrosOf(path: string): HeaderMacro[] {
    const header = this.#headers.get(path);
    return header ? header.names.split('\n').flatMap((line) => (line === '' ? [] : [macroOf(header, line)])) : [];
  }

  /** Macros whose names begin so, or so in capitals; no more than `limit`. */
  startingWith(word: string, limit: number): HeaderMacro[] {
    const found: HeaderMacro[] = [];
    const starts = new Set([`\n${word}`, `\n${word.toUpperCase()}`]);
    for (const header of this.#headers.values()) {
      for (const start of starts) {
        for (let at = header.names.indexOf(start); at >= 0; at = header.names.indexOf(start, at + 1)) {
          if (found.length >= limit) return found;
          found.push(macroOf(header, header.names.slice(at + 1, header.names.indexOf('\n', at + 1))));
        }
      }
    }
    return found;
  }

  /** The headers that define a macro. */
  defining(name: string): HeaderMacro[] {
    return this.startingWith(name, 500).filter((macro) => macro.name === name);
  }
}

function macroOf({ include, path }: Found, line: string): HeaderMacro {
  const open = line.indexOf('(');
  if (open < 0) return { name: line, parameters: '', include, path };
  return { name: line.slice(0, open), parameters: line.slice(open), include, path };
}

/** How the subsystem's headers are sorted below `dt-bindings`. */
const TOPICS: readonly (readonly [RegExp, string])[] = [
  [/clock/, 'clock'],
  [/^resets$/, 'reset'],
  [/^power-domains$/, 'power'],
  [/^interconnects$/, 'interconnect'],
  [/gpios?$/, 'gpio'],
  [/^interrupt/, 'interrupt-controller'],
  [/^phys$/, 'phy'],
  [/^dmas$/, 'dma'],
  [/^iommus$|^mediatek,larb/, 'memory'],
  [/thermal|^trip/, 'thermal'],
  [/pin/, 'pinctrl'],
  [/^mboxes$/, 'mailbox'],
  [/^linux,(?:code|keymap|input-type)$/, 'input'],
];

/** How well a header's name fits a provider that a property names: 0 is not at all. */
export function fitOf(include: string, compatible: readonly string[], property: string): number {
  const name = basename(include).replace(/\.h$/, '').toLowerCase();
  const topic = TOPICS.find(([pattern]) => pattern.test(property))?.[1];
  const right = topic !== undefined && include.includes(`/${topic}/`);
  if (compatible.includes(name) || compatible.some((each) => each.replace(/^[^,]*,/, '') === name))
    return right ? 4 : 3;
  const parts = compatible.flatMap((each) => each.replace(/^[^,]*,/, '').split('-'));
  const chips = parts.filter((part) => /\d/.test(part) && part.length > 3);
  const words = name.split(/[-,_]/);
  return right && chips.some((chip) => words.includes(chip)) ? 2 : 0;
}
