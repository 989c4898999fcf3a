// SPDX-License-Identifier: MIT
// The drivers of a compatible: where the sources of Linux around the file write it, in the subsystem that its binding
// belongs to, the files with a like name first. Read on demand, within bounds.
import { join } from '#base/files.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';

/** Where drivers of a folder of bindings are, if that has another name. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  arm: ['drivers/soc', 'drivers/bus', 'drivers/firmware', 'drivers/hwtracing', 'drivers/perf'],
  clock: ['drivers/clk'],
  cpu: ['drivers/cpuidle', 'drivers/cpufreq'],
  display: ['drivers/gpu/drm', 'drivers/video'],
  firmware: ['drivers/firmware', 'drivers/clk', 'drivers/soc'],
  gpio: ['drivers/gpio', 'drivers/pinctrl'],
  gpu: ['drivers/gpu/drm', 'drivers/gpu/host1x'],
  hwlock: ['drivers/hwspinlock'],
  'interrupt-controller': ['drivers/irqchip'],
  'memory-controllers': ['drivers/memory'],
  mfd: ['drivers/mfd', 'drivers/soc'],
  pci: ['drivers/pci', 'drivers/phy'],
  power: ['drivers/power', 'drivers/pmdomain', 'drivers/soc'],
  'reserved-memory': ['drivers/of', 'kernel/dma', 'drivers/soc'],
  rng: ['drivers/char/hw_random'],
  security: ['drivers/char/tpm'],
  serial: ['drivers/tty'],
  soc: ['drivers/soc', 'drivers/firmware', 'drivers/bus'],
  sound: ['sound'],
  spi: ['drivers/spi', 'drivers/mtd'],
  sram: ['drivers/misc', 'drivers/soc'],
  timer: ['drivers/clocksource'],
  tpm: ['drivers/char/tpm'],
};

/** One that is asked for may take some tenths of a second, no more. */
const MAX_FOLDERS = 1500;
const MAX_CHARACTERS = 48_000_000;
const MAX_DEPTH = 6;
/** Files that are still looked at behind one that has it: a compatible has one driver, seldom several. */
const MORE = 150;

/** Places of `"compatible"` in the drivers; empty outside of a Linux tree and where files come from an editor. */
export function matchTables({ files, knowledge, file, root }: View, compatible: string): Span[] {
  if (files.lent) return [];
  const [path] =
    knowledge
      .bindings(file)
      ?.bindingsNaming(compatible)
      .map((document) => document.path) ?? [];
  const [, top, folder] = /^(.*)\/Documentation\/devicetree\/bindings\/([^/]+)\//.exec(path ?? '') ?? [];
  const tree = top ?? root();
  if (tree === undefined || !files.isFolder(join(tree, 'drivers'))) return [];
  const folders = folder === undefined ? ['drivers'] : (FOLDERS[folder] ?? [`drivers/${folder}`]);
  const near = search(
    files,
    folders.map((name) => join(tree, name)),
    compatible,
  );
  return near.length > 0 || folder === undefined ? near : search(files, [join(tree, 'drivers')], compatible, true);
}

/** `alike`: only files whose names share a word with the compatible. */
function search(files: View['files'], folders: readonly string[], compatible: string, alike = false): Span[] {
  const words = wordsOf(compatible);
  const sources = sourcesBelow(files, folders)
    .map((path) => ({ path, score: scoreOf(path, words) }))
    .filter(({ score }) => !alike || score > 0)
    .sort((a, b) => b.score - a.score);
  const found: Span[] = [];
  const mentioned: Span[] = [];
  let left = MAX_CHARACTERS;
  let more = Number.POSITIVE_INFINITY;
  for (const { path } of sources) {
    if (left <= 0 || more-- <= 0) break;
    const text = files.peek(path) ?? '';
    left -= text.length;
    const before = found.length;
    const quoted = `"${compatible}"`;
    for (let at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + 1)) {
      const matches = MATCH.test(text.slice(Math.max(0, at - 80), at));
      (matches ? found : mentioned).push({ file: path, start: at + 1, end: at + 1 + compatible.length });
    }
    if (before === 0 && found.length > 0) more = MORE;
  }
  return found.length > 0 ? found : mentioned;
}

/** An entry of a table, `IRQCHIP_DECLARE(…, "…"` and its like; elsewhere a driver asks for a node of another one. */
const MATCH = /\.compatible\s*=\s*$|(?:DECLARE|MATCH)\w*\([^"\n]*$/;

function sourcesBelow(files: View['files'], folders: readonly string[]): string[] {
  const pending = folders.map((path) => ({ path, depth: 0 }));
  const found: string[] = [];
  let looked = 0;
  for (let next = pending.shift(); next && looked < MAX_FOLDERS; next = pending.shift(), looked++) {
    for (const name of files.list(next.path)) {
      if (name.endsWith('.c')) found.push(join(next.path, name));
      else if (name.endsWith('/') && name !== 'include/' && next.depth < MAX_DEPTH)
        pending.push({ path: join(next.path, name.slice(0, -1)), depth: next.depth + 1 });
    }
  }
  return found;
}

/** `fsl,imx8mp-fec` → `imx8mp`, `fec`; of a chip also its family, `imx8m`. */
function wordsOf(compatible: string): readonly string[] {
  const own = compatible.toLowerCase().split(/[,_-]/);
  const families = own.flatMap((word) => /^[a-z]{2,}\d/.exec(word)?.[0].replace(/\d$/, '') ?? []);
  return [...new Set([...own, ...families])].filter((word) => word.length > 1);
}

function scoreOf(path: string, words: readonly string[]): number {
  const name = path.slice(path.lastIndexOf('/', path.lastIndexOf('/') - 1)).toLowerCase();
  return words.filter((word) => name.includes(word)).length;
}
