// SPDX-License-Identifier: MIT
// What Linux's own bindings say about blobs, through Debian's dt-schema: one dt-mk-schema and one dt-validate for all.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelDir } from '../oracle/kernel.ts';

/** A folder, or one file, of `Documentation/devicetree/bindings`: what a migration writes to is described there. */
const BINDINGS = ['iommu', 'virtio', 'pci/host-generic-pci.yaml'];
/** Only what these say counts: dt-schema's own rules, of root nodes say, are about the rest of the tree. */
const COUNTED = /\/(iommu|virtio|pci)\//;
const HOST_BRIDGE = '"http://devicetree.org/schemas/pci/pci-host-bridge.yaml#"';

/** What a binding refuses. */
export interface Complaint {
  readonly node: string;
  readonly text: string;
  readonly schema: string;
}

export class Schemas {
  readonly #bindings: string;
  readonly #blobs: Buffer[] = [];

  /** Throws a sentence that says what is not installed. */
  constructor() {
    if (spawnSync('dt-validate', ['--version']).error) throw new Error('no dt-validate: `apt-get install dt-schema`');
    this.#bindings = join(kernelDir(), 'Documentation/devicetree/bindings');
  }

  /** Keeps `blob` for the run; the number is its place in what `complaints` returns. */
  add(blob: Buffer): number {
    return this.#blobs.push(blob) - 1;
  }

  /** For each blob, in the order of `add`: everything that the bindings refuse. */
  complaints(): Complaint[][] {
    const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-schemas-'));
    try {
      const files = this.#blobs.map((blob, index) => {
        const file = join(folder, `${index}.dtb`);
        writeFileSync(file, blob);
        return file;
      });
      writeFileSync(join(folder, 'blobs'), files.join('\n'));
      const said = run('dt-validate', ['-s', this.#processed(folder), `@${join(folder, 'blobs')}`]);
      const found = this.#blobs.map((): Complaint[] => []);
      for (const complaint of complaintsIn(said, folder)) {
        if (COUNTED.test(complaint.schema)) found[complaint.blob]?.push(complaint);
      }
      return found;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** The file of the schemas in the form that dt-validate reads quickly. */
  #processed(folder: string): string {
    const file = join(folder, 'schemas.json');
    const sources = BINDINGS.flatMap((name) => yamlFiles(join(this.#bindings, name)));
    run('dt-mk-schema', ['-j', '-o', file, ...sources]);
    if (!readFileSync(file, 'utf8').includes(`"$id": ${HOST_BRIDGE}`)) {
      const joined = fileURLToPath(new URL('../../scripts/migrations/pci-host-bridge.yaml', import.meta.url));
      const refused = run('dt-mk-schema', ['-j', '-o', file, ...sources, joined]);
      if (refused !== '') throw new Error(`dt-mk-schema: ${refused.trim()}`);
    }
    return file;
  }
}

const yamlFiles = (path: string): string[] =>
  path.endsWith('.yaml')
    ? [path]
    : readdirSync(path)
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => join(path, name));

/** What the program wrote to stderr, where both tools speak. */
function run(program: string, args: readonly string[]): string {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  if (status === null || stderr.includes('Traceback'))
    throw new Error(`${program}: ${stderr.trim().split('\n').at(-1)}`);
  return stderr;
}

/** A complaint is a line `FILE: NODE: …`, more of it behind tabs, and last of all `From schema: FILE`. */
function* complaintsIn(said: string, folder: string): Generator<Complaint & { readonly blob: number }> {
  let open: { blob: number; node: string; text: string } | undefined;
  for (const line of said.split('\n')) {
    const start = line.startsWith(`${folder}/`)
      ? /^(\d+)\.dtb: ([^:]+): (.*)$/.exec(line.slice(folder.length + 1))
      : null;
    if (start) open = { blob: Number(start[1]), node: start[2]!, text: start[3]! };
    const schema = /^\tFrom schema: (.*)$/i.exec(line)?.[1];
    if (!open || schema === undefined) continue;
    yield { ...open, schema };
    open = undefined;
  }
}
