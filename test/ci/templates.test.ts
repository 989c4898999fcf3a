// SPDX-License-Identifier: MIT
// The GitLab template on each of its machines, the pre-commit hooks, the recipe for kernel developers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine, put, ROOT } from '#test/support/machine.ts';
import { FLEET } from './fleet.ts';

const machine = new Machine();
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test('the GitLab template: machines and the report', () => {
  const at = machine.repository(FLEET);
  const text = read('ci/gitlab.yml');
  const script = /script:\n {4}- >-\n((?: {6}.*\n)+)/.exec(text)?.[1]?.replace(/^ +/gm, '').replaceAll('\n', ' ') ?? '';
  const report = [...text.matchAll(/^ {4}- (dt-iommu merge .*)$/gm)].map(([, command = '']) => command);
  const total = Number(/^ {2}parallel: (\d+)$/m.exec(text)?.[1]);
  expect(report).toHaveLength(2);
  expect(total).toBeGreaterThan(1);
  const wishes = { DT_IOMMU_PATHS: '.', DT_IOMMU_FAIL_ON: 'error', CI_NODE_TOTAL: String(total) };
  const bash = (command: string, env: Readonly<Record<string, string>>) =>
    machine.run(at, ['bash', '-eo', 'pipefail', '-c', command], { ...wishes, ...env });
  for (let index = 1; index <= total; index++) expect(bash(script, { CI_NODE_INDEX: String(index) }).code).toBe(0);

  expect(bash(report[0] ?? '', {}).code).toBe(0);
  expect(JSON.parse(readFileSync(join(at, 'gl-code-quality-report.json'), 'utf8'))).toMatchObject([
    { severity: 'major', location: { path: 'boards/soc.dtsi', lines: { begin: 4 } } },
  ]);
  const { code, out } = machine.run(at, ['dt-iommu', 'check', '.']);
  expect(bash(report[1] ?? '', {})).toMatchObject({ code, out });

  expect(bash(script, { CI_NODE_INDEX: '1', CI_MERGE_REQUEST_DIFF_BASE_SHA: 'HEAD' }).code).toBe(0);
  expect(JSON.parse(readFileSync(join(at, 'dt-iommu-1.json'), 'utf8')).files).toBe(0);
});

test('the pre-commit hooks', () => {
  const at = machine.repository(FLEET);
  put(at, { 'boards/c.dts': '/dts-v1/;\n/ {\n  x;\n};\n' });
  const text = read('.pre-commit-hooks.yaml');
  const entries = [...text.matchAll(/^ {2}entry: (.*)$/gm)].map(([, entry = '']) => entry.split(' '));
  const [pattern] = [...text.matchAll(/^ {2}files: (.*)$/gm)].map(([, each = '']) => new RegExp(each));
  const files = [...Object.keys(FLEET), 'README'].filter((name) => pattern?.test(name));
  expect(files).toEqual(Object.keys(FLEET));
  expect(entries).toHaveLength(2);
  const [checks = [], formats = []] = entries;
  const hook = ([program = '', ...words]: readonly string[], ...names: readonly string[]) =>
    machine.run(at, [program, ...words, ...names]);
  expect(hook(checks, ...files)).toMatchObject({ code: 1, out: expect.stringMatching(/^boards\/soc\.dtsi:/) });
  expect(hook(checks, 'boards/c.dts').code).toBe(0);
  expect(hook(formats, 'boards/c.dts', 'boards/a.dts')).toMatchObject({ code: 1, out: 'boards/c.dts\n' });
});

const RECIPES = [...read('docs/ci.md').matchAll(/^dt-iommu (check .*--changed-since [^#\n]*)/gm)].map(
  ([, words = '']) => words.trim(),
);

test('docs/ci.md has recipes beside make dtbs_check', () => expect(RECIPES).not.toEqual([]));

test.each(RECIPES)('dt-iommu %s', (recipe) => {
  const at = machine.repository(FLEET);
  put(at, { 'arch/arm64/boot/dts/vendor/x.dts': '/dts-v1/;\n/ { x = <&new>; };\n' });
  machine.git(at, 'branch', 'origin-master');
  const before = join(machine.bin, 'before.json');
  writeFileSync(before, machine.run(at, ['dt-iommu', 'check', 'boards', '--format', 'json']).out);
  const words = recipe.replace('/tmp/before.json', before).replace('origin/master...', 'origin-master');
  const { code, out } = machine.run(at, ['bash', '-c', `dt-iommu ${words}`]);
  expect(code).toBe(1);
  expect(out).toMatch(/^arch\/arm64\/boot\/dts\/vendor\/x\.dts:2/);
});
