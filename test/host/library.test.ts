// SPDX-License-Identifier: MIT
// The library as a program uses it, on texts in memory; `npm run test:release` uses the packed module.
import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import type { OpenOptions } from '#host/library/api.ts';
import { diskFiles } from '#host/library/disk.ts';
import { open, rules } from '#host/library/index.ts';
import { RULES } from '#rules/index.ts';
import { libraryPage } from '../../scripts/docs/library-page.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url));
const wasm = {
  runtime: read('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
  grammar: read('grammars/devicetree/tree-sitter-devicetree.wasm'),
};
const opened = (files: OpenOptions['files'], settings?: OpenOptions['settings']) =>
  open({ files, wasm, ...(settings && { settings }) });

const SOC = `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@9050000 {
		compatible = "arm,smmu-v3";
		reg = <0x9050000 0x20000>;
		#iommu-cells = <1>;
		status = "disabled";
	};
};
`;
const BOARD = `/dts-v1/;
#include "soc.dtsi"
/ {
	compatible = "acme,board";
	ethernet@4000000 {
		compatible = "acme,ethernet";
		reg = <0x4000000 0x1000>;
		iommus = <&smmu 16>;
	};
};
`;
const FILES = { '/board.dts': BOARD, '/soc.dtsi': SOC };

afterEach(() => {
  vi.restoreAllMocks();
});

it('runs the example of docs/library.md', async () => {
  const page = read('docs/library.md').toString();
  const [, code = ''] = /```js\nimport \{ open \} from 'devicetree-iommu';\n(.*?)```/s.exec(page) ?? [];
  const [, output = ''] = /```output\n(.*?)```/s.exec(page) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(12);
  const lines: string[] = [];
  const example = new Function('open', 'console', `return (async () => { ${code} })()`);
  await example((options: OpenOptions) => open({ ...options, wasm }), {
    log: (...words: unknown[]) => lines.push(words.join(' ')),
  });
  expect(`${lines.join('\n')}\n`).toBe(output);
});

it('exports what its interface declares, and the page shows it', async () => {
  const api = read('server/src/host/library/api.ts').toString();
  const declared = [...api.matchAll(/^export declare (?:function|const) (\w+)/gm)].map(([, name]) => name);
  expect(Object.keys(await import('#host/library/index.ts')).sort()).toEqual(declared.sort());
  const disk = read('server/src/host/library/disk-api.ts').toString();
  expect(read('docs/library-api.md').toString(), 'run `npm run docs`').toBe(libraryPage(api, disk));
  // What is declared stands by itself: it is shipped as it is.
  expect(api).not.toMatch(/^import/m);
});

it('has the rules', () => {
  expect(rules.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id));
});

it('resolves includes, asks the model and runs the rules', async () => {
  const board = (await opened(FILES, { kernelVersion: '7.3', rules: { 'iommus-target-disabled': 'error' } })).board(
    '/board.dts',
  );
  expect(board.files).toEqual(['/board.dts', '/soc.dtsi']);
  expect(board.platform).toMatchObject({ kind: 'linux', kernelVersion: '7.3' });
  const [problem] = board.problems().filter(({ rule }) => rule === 'iommus-target-disabled');
  expect(problem).toMatchObject({
    severity: 'error',
    file: '/board.dts',
    range: { start: { line: 7, character: 2 } },
    node: '/ethernet@4000000',
    related: [{ file: '/soc.dtsi' }],
  });
  expect(board.device('/ethernet@4000000')?.verdict).toBe('direct');
  expect(board.devices().map(({ path }) => path)).toContain('/ethernet@4000000');
  expect(board.device('/none')).toBeUndefined();
  expect(board.tree()).toContain('reg = <0x4000000 0x1000>; /* /board.dts:7 */');
  // FDT_MAGIC, Devicetree Specification 5.2.
  expect([...board.blob().subarray(0, 4)]).toEqual([0xd0, 0x0d, 0xfe, 0xed]);
});

it('gives repairs as edits and as texts, and changes nothing', async () => {
  const workspace = await opened(FILES);
  const rule = 'iommus-target-disabled';
  const [problem] = workspace
    .board('/board.dts')
    .problems()
    .filter((each) => each.rule === rule);
  const { fixed, texts } = workspace.fix('/board.dts', { rules: [rule] });
  expect(fixed).toBe(1);
  const changed = Object.values(texts).join('');
  expect(changed).toContain('okay');
  expect(problem?.fix).toMatch(/Enable/);
  expect(
    problem
      ?.edits()
      .map(({ text }) => text)
      .join(''),
  ).toContain('okay');
  expect(
    workspace
      .board('/board.dts')
      .problems()
      .map((each) => each.rule),
  ).toContain(rule);
  for (const [path, text] of Object.entries(texts)) workspace.edit(path, text);
  const after = workspace.board('/board.dts');
  expect(after.problems().map((each) => each.rule)).not.toContain(rule);
  expect(after.device('/ethernet@4000000')?.verdict).not.toBe('direct');
});

it('shows a shared file on the board that includes it, and what an edit makes of it', async () => {
  const workspace = await opened(FILES);
  workspace.edit('/board.dts', BOARD);
  expect(workspace.board('/soc.dtsi').file).toBe('/board.dts');
  const before = workspace.board('/board.dts');
  workspace.edit('/board.dts', BOARD.replace('&smmu 16', '&nobody 16'));
  expect(() => workspace.board('/board.dts').blob()).toThrow(/^\/board\.dts:8: /);
  expect(() => before.blob()).not.toThrow();
});

it('reads again what was said to have changed', async () => {
  const files: Record<string, string> = { ...FILES };
  const workspace = await opened({ read: (path) => files[path] });
  expect(workspace.board('/board.dts').device('/ethernet@4000000')?.verdict).toBe('direct');
  files['/soc.dtsi'] = SOC.replace('disabled', 'okay');
  expect(workspace.board('/board.dts').device('/ethernet@4000000')?.verdict).toBe('direct');
  workspace.changed(['/soc.dtsi']);
  expect(workspace.board('/board.dts').device('/ethernet@4000000')?.verdict).not.toBe('direct');
});

it('says what is wrong with what it was given', async () => {
  await expect(opened({}, { platform: 'windows' } as never)).rejects.toThrow(/platform/);
  const workspace = await opened({ 'a.dts': '/dts-v1/;\n#include "none.dtsi"\n/ { };\n', __proto__: 'x' } as never);
  expect(() => workspace.board('/b.dts')).toThrow('/b.dts: there is no such file');
  expect(workspace.board('/a.dts').missing).toContain('/none.dtsi');
  expect(() => workspace.fix('/a.dts', { rules: ['none'] })).toThrow('none: there is no such rule');
});

it('reads a kernel tree on a disk', async () => {
  const board = (await opened(diskFiles())).board(new URL('../../examples/smmu-virt.dts', import.meta.url).pathname);
  expect(board.devices().some(({ verdict }) => verdict.startsWith('iommu'))).toBe(true);
});
