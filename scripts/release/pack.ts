// SPDX-License-Identifier: MIT
// Packs a checkout into the VSIX and the npm package so that the same sources give the same bytes.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** @type {{ vsix: string[], npm: string[] }} */
export const CONTENTS = JSON.parse(readFileSync(new URL('contents.json', import.meta.url), 'utf8'));

/**
 * @typedef {object} Artefact
 * @property {string} file
 * @property {string} sha256
 * @property {number} size
 * @property {string[]} contents sorted
 */

/**
 * @param {string} root a checkout with its node_modules; it is built on the way (`vscode:prepublish`)
 * @param {string} out
 * @param {number} epoch seconds; the time of everything in the VSIX
 * @returns {Promise<{ vsix: Artefact, npm: Artefact }>}
 */
export async function packAll(root, out, epoch) {
  mkdirSync(out, { recursive: true });
  // vsce keeps modes and local times, which are the machine's.
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch), TZ: 'UTC' };
  await run(process.execPath, [path.join(root, 'build.mjs')], { cwd: root, env });
  for (const name of CONTENTS.vsix) plainMode(path.join(root, name.replace(/^extension\//, '')));
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) plainMode(path.join(root, name));
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const vsix = path.join(out, `devicetree-iommu-${version}.vsix`);
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await run(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsix], { cwd: root, env });
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', path.resolve(out)];
  const [packed] = Object.values(JSON.parse((await run(NPM, pack, { cwd: root, env })).stdout));
  const tgz = path.join(out, `devicetree-iommu-${version}-npm.tgz`);
  renameSync(path.join(out, packed.filename), tgz);
  return {
    vsix: artefact(vsix, zipNames(readFileSync(vsix))),
    npm: artefact(
      tgz,
      packed.files.map((/** @type {{ path: string }} */ file) => file.path),
    ),
  };
}

/** @param {string} file */
function plainMode(file) {
  // Two processes may build at the same time: only what differs is touched.
  if (existsSync(file)) chmodSync(file, file.endsWith('cli.cjs') ? 0o755 : 0o644);
}

/** @param {string} file @param {string[]} contents @returns {Artefact} */
function artefact(file, contents) {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file, sha256, size: bytes.length, contents: [...contents].sort() };
}

/** The names in a zip's central directory (APPNOTE 4.3.12). @param {Buffer} zip */
export function zipNames(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}
