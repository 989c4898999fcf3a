// SPDX-License-Identifier: MIT
// What was found in bindings, kept on the disk: a file for each folder of bindings, written whole or not at all. What
// cannot be read, or was written by another version, is as if it were not there.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileScan, IndexMemory, KnownScan } from '#bindings/binding-index.ts';
import { onDisk } from '#host/disk-bytes.ts';
import { VERSION } from '#host/version.ts';

/** Changes with what a scan says. */
const FORMAT = 1;
/** Trees whose bindings are remembered; the one written longest ago goes first. */
const MAX_FILES = 8;
/** Linux 7.3 needs 1.3 MB. */
const MAX_BYTES = 32_000_000;
const NAME = /^bindings-[0-9a-f]{32}\.json$/;

export class StoredIndexes implements IndexMemory {
  readonly #folder: string;
  /** Of the last writing: one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = String(onDisk(folder));
  }

  load(folder: string): ReadonlyMap<string, KnownScan> | undefined {
    try {
      const path = this.#pathOf(folder);
      if (statSync(path).size > MAX_BYTES) return undefined;
      return knownIn(JSON.parse(readFileSync(path, 'utf8')), folder);
    } catch {
      return undefined;
    }
  }

  save(folder: string, known: ReadonlyMap<string, KnownScan>): void {
    const files = Object.fromEntries([...known].map(([name, { stamp, scan }]) => [name, [stamp, scan]]));
    const text = JSON.stringify({ format: FORMAT, version: VERSION, folder, files });
    // A full disk or a folder that must not be written: the next session reads the bindings again.
    this.#writing = this.#writing.then(() => this.#write(folder, text)).catch(() => undefined);
  }

  /** Everything is written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #write(folder: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const path = this.#pathOf(folder);
    const partial = `${path}.${process.pid}.tmp`;
    try {
      await rm(partial, { force: true });
      await writeFile(partial, text, { mode: 0o600, flag: 'wx' });
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await this.#prune();
  }

  async #prune(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => NAME.test(name));
    if (names.length <= MAX_FILES) return;
    const ages = await Promise.all(
      names.map(async (name) => ({ name, written: (await stat(join(this.#folder, name))).mtimeMs })),
    );
    ages.sort((a, b) => b.written - a.written);
    for (const { name } of ages.slice(MAX_FILES)) await rm(join(this.#folder, name), { force: true });
  }

  #pathOf(folder: string): string {
    const hash = createHash('sha256').update(folder).digest('hex').slice(0, 32);
    return join(this.#folder, `bindings-${hash}.json`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function knownIn(content: unknown, folder: string): ReadonlyMap<string, KnownScan> | undefined {
  if (!isFields(content) || !isFields(content.files)) return undefined;
  if (content.format !== FORMAT || content.version !== VERSION || content.folder !== folder) return undefined;
  const known = new Map<string, KnownScan>();
  for (const [name, entry] of Object.entries(content.files)) {
    if (!Array.isArray(entry)) return undefined;
    const [stamp, scan] = entry as readonly unknown[];
    if (typeof stamp !== 'string' || !isScan(scan)) return undefined;
    known.set(name, { stamp, scan });
  }
  return known;
}

function isScan(scan: unknown): scan is FileScan {
  if (!isFields(scan)) return false;
  const { schema, zephyr } = scan;
  return (schema === undefined || isSchemaScan(schema)) && (zephyr === undefined || isZephyrScan(zephyr));
}

function isSchemaScan(scan: unknown): boolean {
  if (!isFields(scan) || typeof scan.title !== 'string') return false;
  const flags = typeof scan.selects === 'boolean' && typeof scan.hasCompatible === 'boolean';
  return flags && isTexts(scan.compatibles) && isTexts(scan.patterns);
}

function isZephyrScan(scan: unknown): boolean {
  if (!isFields(scan) || typeof scan.title !== 'string' || !Array.isArray(scan.compatibles)) return false;
  return scan.compatibles.every(
    (each) => isFields(each) && typeof each.compatible === 'string' && Number.isInteger(each.depth),
  );
}
