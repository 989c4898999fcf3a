// SPDX-License-Identifier: MIT
// The GitHub action of ci/github: its steps run by bash as the runner does, on a repository of its own.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine, put, ROOT, type Run } from '#test/support/machine.ts';
import { FLEET, OLD } from './fleet.ts';

const ACTION = readFileSync(join(ROOT, 'ci/github/action.yml'), 'utf8');
/** Our file has no anchors and no flow beyond this. */
const STEPS = [...ACTION.matchAll(/^ {6}run: (.*)$/gm)].map(([, command = '']) => command);

const machine = new Machine();

/** All steps, with the environment that the runner gives; the first that fails is the last. */
function act(cwd: string, wishes: Readonly<Record<string, string>> = {}): Run {
  const env = {
    GITHUB_ACTION_PATH: join(ROOT, 'ci/github'),
    GITHUB_STEP_SUMMARY: join(machine.bin, 'summary'),
    VERSION: 'latest',
    DT_IOMMU_FORMAT: 'github',
    ...wishes,
  };
  let last: Run = { code: null, out: '', error: 'no steps' };
  for (const command of STEPS) {
    last = machine.run(cwd, ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', command], env);
    if (last.code !== 0) break;
  }
  return last;
}

const sarif = (file: string) => JSON.parse(readFileSync(file, 'utf8')).runs[0].results;

test('each input reaches the script as text', () => {
  const inputs = [...ACTION.matchAll(/^ {2}([\w-]+):\n {4}description:/gm)].map(([, name]) => name);
  expect(inputs).toEqual(['paths', 'base', 'baseline', 'fail-on', 'options', 'sarif', 'version']);
  for (const name of inputs) expect(ACTION).toMatch(new RegExp(`^ {8}[A-Z_]+: \\$\\{\\{ inputs\\.${name}[ }]`, 'm'));
  for (const command of STEPS) expect(command).not.toContain('${{');
  const script = readFileSync(join(ROOT, 'ci/check.sh'), 'utf8');
  for (const [, name] of ACTION.matchAll(/^ {8}(DT_IOMMU_\w+):/gm)) expect(script).toMatch(new RegExp(`\\b${name}\\b`));
});

test('all boards, where there is no base', () => {
  const { code, out } = act(machine.repository(FLEET));
  expect(code).toBe(1);
  expect(out).toMatch(/^::error file=boards\/soc\.dtsi,line=4,/m);
});

test('only what a change brings', () => {
  const at = machine.repository(FLEET);
  put(at, {
    'boards/soc.dtsi': `/* moved */\n\n${OLD}`,
    'boards/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { x = <&new>; };\n',
  });
  machine.commit(at);
  const { code, out, error } = act(at, { DT_IOMMU_BASE: 'HEAD~1', DT_IOMMU_SARIF: 'out.sarif' });
  expect({ code, error }).toEqual({ code: 1, error: '' });
  expect(out).toMatch(/^::error file=boards\/b\.dts,line=3,[^\n]*\n$/);
  const physicalLocation = { artifactLocation: { uri: 'boards/b.dts' } };
  expect(sarif(join(at, 'out.sarif'))).toMatchObject([{ baselineState: 'new', locations: [{ physicalLocation }] }]);
  expect(machine.run(at, ['git', 'worktree', 'list']).out.trim().split('\n')).toHaveLength(1);
});

test('a change that brings nothing', () => {
  const at = machine.repository(FLEET);
  put(at, { 'boards/soc.dtsi': `\n${OLD}`, 'boards/new board.dts': '/dts-v1/;\n/ {};\n' });
  machine.commit(at);
  expect(act(at, { DT_IOMMU_BASE: 'HEAD~1', DT_IOMMU_PATHS: 'boards\n' })).toMatchObject({ code: 0, out: '' });
});

test('a change of no board, with an empty report', () => {
  const at = machine.repository(FLEET);
  put(at, { README: 'x' });
  machine.commit(at);
  const { code, out } = act(at, { DT_IOMMU_BASE: 'HEAD~1', DT_IOMMU_SARIF: 'out.sarif' });
  expect(code).toBe(0);
  expect(out).toMatch(/^No board reads a file that differs/);
  expect(sarif(join(at, 'out.sarif'))).toEqual([]);
});

test('a part of the repository, a baseline, options, severity', () => {
  const at = machine.repository(FLEET);
  put(at, {
    'inc/x.h': '#define X 1\n',
    'boards/d.dts': '/dts-v1/;\n#include <x.h>\n/ { status = "okey"; x = <X>; };\n',
  });
  machine.commit(at);
  const boards = join(at, 'boards');
  const wishes = { DT_IOMMU_PATHS: 'd.dts', DT_IOMMU_OPTIONS: '-I\n../inc' };
  expect(act(boards, wishes).code).toBe(0);
  const strict = act(boards, { ...wishes, DT_IOMMU_FAIL_ON: 'warning', DT_IOMMU_BASE: 'HEAD~1' });
  expect(strict).toMatchObject({ code: 1, out: expect.stringMatching(/^::warning file=d\.dts,line=/) });
  const known = ['dt-iommu', 'check', 'd.dts', '-I', '../inc', '--format', 'sarif', '-o', 'known.sarif'] as const;
  expect(machine.run(boards, known).code).toBe(0);
  expect(act(boards, { ...wishes, DT_IOMMU_FAIL_ON: 'warning', DT_IOMMU_BASELINE: 'known.sarif' }).code).toBe(0);
});

test.each(['PATHS', 'BASE', 'BASELINE', 'FAIL_ON', 'OPTIONS'])('DT_IOMMU_%s is text, whatever is in it', (name) => {
  const ran = join(machine.bin, `ran-${name}`);
  const { code } = act(machine.repository(FLEET), { [`DT_IOMMU_${name}`]: `$(touch ${ran}); touch ${ran}` });
  expect(code).toBeGreaterThan(0);
  expect(existsSync(ran)).toBe(false);
});

test('a base that is an option', () => {
  const written = join(machine.bin, 'written');
  expect(act(machine.repository(FLEET), { DT_IOMMU_BASE: `--output=${written}` }).code).toBe(2);
  expect(existsSync(written)).toBe(false);
});
