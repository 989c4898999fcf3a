// SPDX-License-Identifier: MIT
// Boards with overlays, in the combinations that the Makefiles of Linux name: our merged tree against fdtoverlay's.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyOverlays } from '#tree/apply-overlays.ts';
import { kernelIncludes, type Run, Workbench } from './core.ts';
import { expectedDir, expectedForAll } from './expected.ts';
import { entries } from './fdt.ts';
import { deviceTrees } from './kernel.ts';

/** Nodes about labels and references, of which fdtoverlay keeps what we have no use for. */
const BOOKKEEPING = /^\/(?:__symbols__|__fixups__|__local_fixups__)(?:\/|$)/;

/** What we write for a label that is in no fragment; fdtoverlay keeps the number that the lost node had. */
const NOWHERE = 0xffffffff;

/** Paths relative to the kernel. */
interface Combination {
  readonly base: string;
  readonly overlays: readonly string[];
}

export async function compareOverlays({ kernel, jobs, report }: Run): Promise<void> {
  const found = combinations(kernel);
  await expectedForAll(kernel, [...new Set(found.flatMap(({ base, overlays }) => [base, ...overlays]))], jobs, () => 0);
  const part = report.part('overlays applied as fdtoverlay does', found.length);
  const dangling = new Set<string>();
  const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-overlays-'));
  const bench = new Workbench();
  try {
    for (const combination of found) {
      const theirs = fdtoverlay(kernel, combination, folder);
      const why =
        theirs === undefined
          ? 'fdtoverlay refuses it'
          : difference(merged(bench, kernel, combination), theirs, dangling);
      if (why === undefined) part.pass();
      else part.fail(`${[combination.base, ...combination.overlays].join(' + ')}: ${why}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  part.done(dangling.size > 0 ? `fdtoverlay leaves ${dangling.size} references dangling` : '');
}

/** What `NAME-dtbs := BASE.dtb OVERLAY.dtbo …` lines say. */
function combinations(kernel: string): Combination[] {
  const makefiles = new Set(deviceTrees(kernel).map((board) => join(dirname(board), 'Makefile')));
  const found: Combination[] = [];
  for (const makefile of [...makefiles].filter((path) => existsSync(join(kernel, path)))) {
    const text = readFileSync(join(kernel, makefile), 'utf8').replaceAll(/\\\n/g, ' ');
    for (const [, list = ''] of text.matchAll(/^[\w.-]+-dtbs\s*[:+]?=(.*)$/gm)) {
      const names = list
        .trim()
        .split(/\s+/)
        .map((name) => join(dirname(makefile), name));
      const base = names.find((name) => name.endsWith('.dtb'))?.replace(/b$/, 's');
      const overlays = names.filter((name) => name.endsWith('.dtbo')).map((name) => name.replace(/bo$/, 'so'));
      if (base && existsSync(join(kernel, base)) && overlays.length > 0) found.push({ base, overlays });
    }
  }
  return found;
}

function fdtoverlay(kernel: string, { base, overlays }: Combination, folder: string): Buffer | undefined {
  const blobs = expectedDir(kernel);
  const out = join(folder, 'out.dtb');
  const overlayBlobs = overlays.map((overlay) => join(blobs, overlay.replace(/\.dtso$/, '.dtbo.symbols.dtb')));
  const args = ['-i', join(blobs, base.replace(/\.dts$/, '.symbols.dtb')), '-o', out, ...overlayBlobs];
  const { status } = spawnSync('fdtoverlay', args, { timeout: 60_000 });
  return status === 0 ? readFileSync(out) : undefined;
}

function merged(bench: Workbench, kernel: string, { base, overlays }: Combination): Buffer {
  const evaluate = (path: string) => bench.evaluate(join(kernel, path), kernelIncludes(kernel), { symbols: true });
  return bench.blob(applyOverlays(evaluate(base), overlays.map(evaluate)), true);
}

/**
 * The numbers of phandles may differ, not what they stand for. Before 1.7.1, libfdt gave a node that both trees refer
 * to the overlay's number, and left the board's references to it dangling: `dangling` counts those.
 */
function difference(ours: Buffer, theirs: Buffer, dangling: Set<string>): string | undefined {
  const [left, right] = [read(ours), read(theirs)];
  for (const [key, value] of left.properties) {
    const other = right.properties.get(key);
    if (!right.properties.has(key)) return `only ours has ${key}`;
    if (value === undefined || other === undefined || value.equals(other)) continue;
    if (value.length !== other.length) return `${key} has ${value.length} bytes, fdtoverlay's ${other.length}`;
    for (let at = 0; at + 4 <= value.length; at += 4) {
      const [mine, its] = [value.readUInt32BE(at), other.readUInt32BE(at)];
      if (mine === its || (left.nodes.has(mine) && left.nodes.get(mine) === right.nodes.get(its))) continue;
      if ((left.nodes.has(mine) || mine === NOWHERE) && !right.nodes.has(its)) dangling.add(`${key}@${at}`);
      else return `${key} differs at byte ${at}`;
    }
  }
  const missing = [...right.properties.keys()].find((key) => !left.properties.has(key));
  return missing && `ours lacks ${missing}`;
}

/** Values by `path:property`, nodes by their path alone; and the nodes by phandle. */
function read(blob: Buffer): { properties: Map<string, Buffer | undefined>; nodes: Map<number, string> } {
  const properties = new Map<string, Buffer | undefined>();
  const nodes = new Map<number, string>();
  for (const { path, name, value } of entries(blob)) {
    if (BOOKKEEPING.test(path)) continue;
    if (name === 'phandle' && value) nodes.set(value.readUInt32BE(0), path);
    else properties.set(name === undefined ? path : `${path}:${name}`, value);
  }
  return { properties, nodes };
}
