// SPDX-License-Identifier: MIT
// Which packages of others are part of what ships, from esbuild's own account of its inputs, and their licences' texts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A package of others of which a bundle has parts. */
export interface Bundled {
  readonly name: string;
  readonly version: string;
  /** As its package.json says. */
  readonly license: string;
  /** Its licence; empty where it ships none. */
  readonly text: string;
  /** The files of dist/ that have parts of it. */
  readonly within: readonly string[];
}

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** By name; `inputs` says for each file of dist/ what it was made from, relative to `root`. */
export function bundledPackages(inputs: ReadonlyMap<string, Iterable<string>>, root: string): Bundled[] {
  // By name and version: a linked folder has two paths.
  const packages = new Map<string, Bundled>();
  for (const [output, files] of inputs) {
    const folders = new Set([...files].map((file) => PACKAGE.exec(file)?.[0]));
    for (const folder of folders) {
      if (folder === undefined) continue;
      const at = path.join(root, folder);
      const { name, version, license } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8')) as Bundled;
      const key = `${name}@${version}`;
      const known = packages.get(key) ?? { name, version, license, text: licenceText(at), within: [] };
      packages.set(key, { ...known, within: [...new Set([...known.within, output])].sort() });
    }
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bundled]) => bundled);
}

function licenceText(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(licen[sc]e|copying|notice)([.-]|$)/i.test(name));
  return files
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}

/** The text that ships beside the bundles. */
export function noticesText(packages: readonly Bundled[]): string {
  const parts = packages.map(
    ({ name, version, license, text, within }) =>
      `${'-'.repeat(78)}\n${name} ${version} (${license})\nPart of ${within.join(', ')}\n\n${text}\n`,
  );
  return `Devicetree IOMMU has parts of the packages below, each under its own licence.\n\n${parts.join('\n')}`;
}
