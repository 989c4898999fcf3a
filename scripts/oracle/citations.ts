// SPDX-License-Identifier: MIT
// Every citation of Linux in the core (`Linux 6.12 drivers/of/base.c:of_map_id`) against the sources that are here: the
// file and the name in it. KERNEL_SOURCES names more source folders than the oracles' own, with colons between.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Run } from './core.ts';
import { cacheDir, kernelVersion, ROOT } from './kernel.ts';

const root = join(ROOT, 'server/src');

/** The Linux that is assumed where nobody says which (model/platform). */
const NEWEST = '7.3';

/** A path of Linux, and after a colon a name in that file; paths of Xen begin with `xen/`. */
const CITATION =
  /(?<![\w/.])((?:arch|block|drivers|fs|include|init|kernel|lib|mm|net)\/[\w.,+/-]+\.[chS])(?::([A-Za-z_]\w*))?/g;

/** What says whose a path is: the last one before it in the same text. */
const OWNER = /\b(Linux|Xen|U-Boot|Zephyr)\b(?: (\d+\.\d+)\b)?|[;\n]/g;

/** Files that speak of other programs' sources. */
const OTHERS = /^(model\/xen|rules\/xen|ide\/boards\/project-kinds)|xen-lines/;

/** Release → folder, for every source that is here. */
function sources(kernel: string): Map<string, string> {
  const cached = existsSync(cacheDir) ? readdirSync(cacheDir).filter((name) => /^linux-\d/.test(name)) : [];
  const given = (process.env.KERNEL_SOURCES ?? '').split(':').filter(Boolean);
  const folders = [kernel, ...cached.map((name) => join(cacheDir, name)), ...given];
  const found = new Map<string, string>();
  for (const folder of folders.filter((each) => existsSync(join(each, 'Makefile')))) {
    found.set(kernelVersion(folder).split('.').slice(0, 2).join('.'), folder);
  }
  return found;
}

/** The text of a module with its own constants put in, so that a citation stands whole. */
function expanded(file: string): string {
  let text = readFileSync(file, 'utf8');
  const constants = new Map(
    [...text.matchAll(/const (\w+)\s*(?::[^=]*)?=\s*(['`])([^'`]*)\2/g)].map(([, name = '', , value = '']) => [
      name,
      value,
    ]),
  );
  for (let depth = 0; depth < 3; depth++) {
    text = text.replace(/\$\{(\w+)\}/g, (all: string, name: string) => constants.get(name) ?? all);
  }
  return text;
}

interface Citation {
  readonly path: string;
  readonly name: string | undefined;
  readonly release: string | undefined;
}

/** The citations of a module, without those of other programs. */
function citationsOf(text: string): Citation[] {
  const found: Citation[] = [];
  for (const match of text.matchAll(CITATION)) {
    const line = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
    const owner = [...line.matchAll(OWNER)].filter(([word]) => word !== ';').at(-1);
    if (owner && owner[1] !== 'Linux') continue;
    const [, path = '', name] = match;
    found.push({ path, name, release: owner?.[2] });
  }
  return found;
}

export function compareCitations({ kernel, report }: Run): void {
  const folders = sources(kernel);
  const texts = new Map<string, string | undefined>();
  const read = (file: string) => {
    if (!texts.has(file)) {
      texts.set(file, existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined);
    }
    return texts.get(file);
  };
  const has = (folder: string, { path, name }: Citation) => {
    const text = read(join(folder, path));
    return text !== undefined && (name === undefined || new RegExp(`\\b${name}\\b`).test(text));
  };
  const modules = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((file) => file.endsWith('.ts') && !OTHERS.test(relative(root, file)));
  modules.push(join(ROOT, 'docs/decision-table.md'));
  const part = report.part(`citations against Linux ${[...folders.keys()].join(', ')}`);
  let skipped = 0;
  for (const file of modules) {
    const seen = new Set<string>();
    for (const citation of citationsOf(expanded(file))) {
      const { path, name, release } = citation;
      const key = `${release ?? ''} ${path}:${name ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const own = release === undefined ? undefined : folders.get(release);
      const wanted = release === undefined ? [...folders.values()] : own === undefined ? [] : [own];
      if (wanted.length === 0) skipped++;
      else if (wanted.some((folder) => has(folder, citation))) part.pass();
      // Without a release it may be of the newest, whose source is not everywhere.
      else if (release === undefined && !folders.has(NEWEST)) skipped++;
      else part.fail(`${relative(root, file)}: ${release ? `Linux ${release} ` : ''}${path}${name ? `:${name}` : ''}`);
    }
  }
  part.done(`${skipped} not judged: of releases that are not here`);
}
