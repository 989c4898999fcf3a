// SPDX-License-Identifier: MIT
// Packs a checkout into the VSIX and the npm package so that the same sources give the same bytes.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../oracle/kernel.ts';

const run = promisify(execFile);

export const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const contentsFile = path.join(ROOT, 'scripts/release/contents.json');
/** What either package has, by name. */
export const CONTENTS = JSON.parse(readFileSync(contentsFile, 'utf8')) as Readonly<Record<Kind, readonly string[]>>;

type Kind = 'vsix' | 'npm';

/** What `npm pack --json` says of a package. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

export interface Artefact {
  readonly file: string;
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** Sorted. */
  readonly contents: readonly string[];
}

/**
 * Packs `root`, a checkout with its node_modules, which is built on the way (`vscode:prepublish`); `epoch`, in seconds, is
 * the time of everything in the VSIX.
 */
export async function packAll(root: string, out: string, epoch: number): Promise<Readonly<Record<Kind, Artefact>>> {
  mkdirSync(out, { recursive: true });
  // vsce keeps modes and local times, which are the machine's.
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch), TZ: 'UTC' };
  await run(process.execPath, [path.join(root, 'build.mjs')], { cwd: root, env });
  for (const name of CONTENTS.vsix) plainMode(path.join(root, name.replace(/^extension\//, '')));
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) plainMode(path.join(root, name));
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const vsix = path.join(out, `devicetree-iommu-${version}.vsix`);
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await run(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsix], { cwd: root, env });
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', path.resolve(out)];
  const said = JSON.parse((await run(NPM, pack, { cwd: root, env })).stdout) as Record<string, Packed>;
  const [packed] = Object.values(said);
  if (packed === undefined) throw new Error('npm pack packed nothing');
  const tgz = path.join(out, `devicetree-iommu-${version}-npm.tgz`);
  renameSync(path.join(out, packed.filename), tgz);
  return {
    vsix: artefact(vsix, zipNames(readFileSync(vsix))),
    npm: artefact(
      tgz,
      packed.files.map((file) => file.path),
    ),
  };
}

function plainMode(file: string): void {
  // Two processes may build at the same time: only what differs is touched.
  if (existsSync(file)) chmodSync(file, file.endsWith('cli.cjs') ? 0o755 : 0o644);
}

function artefact(file: string, contents: readonly string[]): Artefact {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file, sha256, size: bytes.length, contents: [...contents].sort() };
}

/** The names in a zip's central directory (APPNOTE 4.3.12). */
export function zipNames(zip: Buffer): string[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}
