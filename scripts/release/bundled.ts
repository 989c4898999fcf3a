// SPDX-License-Identifier: MIT
// Which packages of others are part of what ships, from esbuild's own account of its inputs, and their licences' texts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Bundled
 * @property {string} name
 * @property {string} version
 * @property {string} license as its package.json says
 * @property {string} text its licence; empty where it ships none
 * @property {string[]} within the files of dist/ that have parts of it
 */

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/**
 * @param {ReadonlyMap<string, Iterable<string>>} inputs for each file of dist/ what it was made from, relative to the root
 * @param {string} root
 * @returns {Bundled[]} by name
 */
export function bundledPackages(inputs, root) {
  /** @type {Map<string, Bundled>} by name and version: a linked folder has two paths */
  const packages = new Map();
  for (const [output, files] of inputs) {
    const folders = new Set([...files].map((file) => PACKAGE.exec(file)?.[0]));
    for (const folder of folders) {
      if (folder === undefined) continue;
      const at = path.join(root, folder);
      const { name, version, license } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8'));
      const key = `${name}@${version}`;
      const known = packages.get(key) ?? { name, version, license, text: licenceText(at), within: [] };
      packages.set(key, { ...known, within: [...new Set([...known.within, output])].sort() });
    }
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bundled]) => bundled);
}

/** @param {string} folder */
function licenceText(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[sc]e|copying|notice)([.-]|$)/i.test(name));
  return files
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}

/** @param {readonly Bundled[]} packages */
export function noticesText(packages) {
  const parts = packages.map(
    ({ name, version, license, text, within }) =>
      `${'-'.repeat(78)}\n${name} ${version} (${license})\nPart of ${within.join(', ')}\n\n${text}\n`,
  );
  return `Devicetree IOMMU has parts of the packages below, each under its own licence.\n\n${parts.join('\n')}`;
}
