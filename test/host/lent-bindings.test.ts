// SPDX-License-Identifier: MIT
// Bindings that an editor lends (the browser build): fetched in batches, nothing twice, bounded. No clock.
import { beforeAll, expect, test } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import type { ClientFiles } from '#host/lsp/client-files.ts';
import { Analysis } from '#ide/analysis.ts';
import { completion } from '#ide/completion/completion.ts';
import { hover } from '#ide/navigation/hover.ts';
import { FILES } from '#test/bindings/trees.ts';
import { ZEPHYR_FILES } from '#test/bindings/zephyr-trees.ts';
import { grammar } from '#test/support/evaluate.ts';
import { FarFiles } from '#test/support/far-files.ts';

beforeAll(loadYaml);

/** A server's answer: what it lacks is fetched and it is asked again. */
async function answered<T>(analysis: Analysis, files: ClientFiles, compute: () => T): Promise<T> {
  for (;;) {
    const result = compute();
    const changed = await files.load();
    if (changed.length === 0) return result;
    analysis.filesChanged(changed);
  }
}

/** The pauses: so many questions. */
async function paused(analysis: Analysis, files: ClientFiles, most = 1000): Promise<number> {
  for (let asked = 0; asked < most; asked++) {
    const wanted = analysis.knowledge.wanted();
    if (wanted.folders.length + wanted.texts.length === 0) return asked;
    analysis.knowledge.give(await files.borrow(wanted));
  }
  return most;
}

function opened(stored: Readonly<Record<string, string>>, path: string, text: string) {
  const files = new FarFiles(stored);
  const analysis = new Analysis(grammar, files);
  const offset = text.indexOf('$0');
  analysis.open(path, text.replace('$0', ''));
  const link = ({ file }: { file: string }) => ({ text: 'place', href: file });
  const hovered = () => answered(analysis, files, () => hover(analysis.view(path)!, offset, { link })?.markdown ?? '');
  return { files, analysis, hovered, offset };
}

const MANY = Object.fromEntries(
  Array.from({ length: 300 }, (_, at) => [
    `/linux/Documentation/devicetree/bindings/many${at % 10}/vendor,chip${at}.yaml`,
    `$id: http://devicetree.org/schemas/x/vendor,chip${at}.yaml#\ntitle: Chip ${at}\nproperties:\n  compatible:\n    const: vendor,chip${at}\n`,
  ]),
);
const LINUX = { ...FILES, ...MANY, '/linux/Makefile': '', '/linux/arch/board.dts': '' };
const BOARD = '/linux/arch/board.dts';
const DMA = '/dts-v1/;\n/ { dma { compatible = "acme,engine-v1"; acme,de$0pth = <4>; }; };\n';

test('they are looked over in few questions, each file once, and then known as on a disk', async () => {
  const { files, analysis, hovered } = opened(LINUX, BOARD, DMA);
  expect(await hovered()).not.toContain('Depth of the queue.');
  const before = files.rounds.length;
  const questions = await paused(analysis, files);
  expect(questions).toBe(files.rounds.length - before);
  // Two levels of folders, and 64 files in each question.
  expect(questions).toBeLessThanOrEqual(9);
  const read = files.texts.filter((path) => path.endsWith('.yaml'));
  expect(read.length).toBeGreaterThan(300);
  expect(read).toEqual([...new Set(read)]);
  expect(files.folders).toEqual([...new Set(files.folders)]);
  expect(await hovered()).toContain('Depth of the queue.');
  expect(analysis.knowledge.lacks).toBe(false);
});

test('the binding that is called after the compatible at hand comes first, and is not fetched again', async () => {
  const text = '/dts-v1/;\n/ { chip { compatible = "vendor,ch$0ip299"; }; };\n';
  const { files, analysis, hovered } = opened(LINUX, BOARD, text);
  await hovered();
  // The folders; then somebody asks again.
  await paused(analysis, files, 2);
  await hovered();
  await paused(analysis, files, 1);
  expect(await hovered()).toContain('Chip 299');
  expect(files.texts.filter((path) => path.includes('chip299'))).toHaveLength(1);
  expect(analysis.knowledge.lacks).toBe(true);
});

test('of a repository that is only looked at from afar no more is fetched than what is asked for', async () => {
  const far = Object.fromEntries(Object.entries(LINUX).map(([path, text]) => [`/:vscode-vfs:github${path}`, text]));
  const text = '/dts-v1/;\n/ { chip { compatible = "vendor,ch$0ip7"; }; };\n';
  const { files, analysis, hovered } = opened(far, `/:vscode-vfs:github${BOARD}`, text);
  await hovered();
  await paused(analysis, files);
  await hovered();
  await paused(analysis, files);
  expect(await hovered()).toContain('Chip 7');
  expect(files.texts.filter((path) => path.endsWith('.yaml'))).toHaveLength(1);
});

test('a client that gives nothing ends the reading', async () => {
  const { analysis, hovered } = opened(LINUX, BOARD, DMA);
  await hovered();
  const wanted = analysis.knowledge.wanted();
  expect(wanted.folders).not.toEqual([]);
  // A question is under way: nothing else is asked for.
  expect(analysis.knowledge.wanted()).toEqual({ folders: [], texts: [], kept: [] });
  analysis.knowledge.give({ folders: new Map(), texts: new Map() });
  expect(analysis.knowledge.lacks).toBe(false);
});

test('Zephyr’s bindings are whole before they are shown', async () => {
  const text = '/dts-v1/;\n/ { bus { compatible = "acme,twowire"; $0 }; };\n';
  const path = '/ws/zephyr/boards/acme/kit/kit.dts';
  const { files, analysis, offset } = opened({ ...ZEPHYR_FILES, [path]: '' }, path, text);
  const labels = () =>
    answered(analysis, files, () => completion(analysis.view(path)!, offset).items.map(({ label }) => label));
  expect(await labels()).not.toContain('key');
  await paused(analysis, files);
  // `status` is in a file that an included file includes.
  expect(await labels()).toEqual(expect.arrayContaining(['key', 'status', 'reg']));
  expect((await labels())[0]).toBe('reg');
});
