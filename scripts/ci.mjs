// SPDX-License-Identifier: MIT
// `npm run test:ci`: what ci/ and docs/ci.md offer, run on a repository of its own: the steps of the GitHub action under
// bash, the script of the GitLab template on each of its machines, the pre-commit hooks, the recipe for kernel developers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file) => readFileSync(join(root, file), 'utf8');
const made = [];
let passed = 0;
let failed = 0;

function check(name, work) {
  try {
    work();
    passed++;
  } catch (error) {
    failed++;
    console.log(`failed: ${name}\n  ${error.message.replaceAll('\n', '\n  ')}`);
  }
}

function expect(value, wanted, what) {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const good =
    wanted instanceof RegExp
      ? wanted.test(shown)
      : shown === (typeof wanted === 'string' ? wanted : JSON.stringify(wanted));
  if (!good)
    throw new Error(`${what}: expected ${wanted instanceof RegExp ? wanted : JSON.stringify(wanted)}, not ${shown}`);
}

const bin = mkdtempSync(join(tmpdir(), 'dt-iommu-bin-'));
made.push(bin);
writeFileSync(join(bin, 'dt-iommu'), `#!/bin/sh\nexec '${process.execPath}' '${root}dist/cli.cjs' "$@"\n`, {
  mode: 0o755,
});
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' };

/** Runs a program in a folder; its words, its exit code and what it wrote. */
function run(cwd, words, more = {}) {
  const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), {
    cwd,
    env: { ...env, ...more },
    encoding: 'utf8',
  });
  return { code: status, out: stdout, error: stderr };
}

function git(cwd, ...words) {
  const { code, error } = run(cwd, [
    'git',
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@example.org',
    '-c',
    'commit.gpgsign=false',
    ...words,
  ]);
  if (code !== 0) throw new Error(`git ${words.join(' ')}: ${error}`);
}

function put(cwd, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
}

const OLD = '/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n\told = <&missing>;\n};\n';

/** A repository with an error that is known, in a shared file of two boards, and a third board. */
function repository() {
  const at = mkdtempSync(join(tmpdir(), 'dt-iommu-ci-'));
  made.push(at);
  git(at, 'init', '-q');
  put(at, {
    'boards/a.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
    'boards/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { model = "b"; };\n',
    'boards/c.dts': '/dts-v1/;\n/ {};\n',
    'boards/soc.dtsi': OLD,
  });
  git(at, 'add', '-A');
  git(at, 'commit', '-q', '-m', 'base');
  return at;
}

/** Our files have no anchors and no flow beyond this: the value of a key, a block of a `run`. */
function steps(text) {
  return [...text.matchAll(/^ {6}run: (.*)$/gm)].map(([, command]) => command);
}

check('the action: each input reaches the script as text', () => {
  const text = read('ci/github/action.yml');
  const inputs = [...text.matchAll(/^ {2}([\w-]+):\n {4}description:/gm)].map(([, name]) => name);
  expect(inputs, ['paths', 'base', 'baseline', 'fail-on', 'options', 'sarif', 'version'], 'inputs');
  for (const name of inputs) expect(text, new RegExp(`^ {8}[A-Z_]+: \\$\\{\\{ inputs\\.${name}[ }]`, 'm'), name);
  for (const command of steps(text)) expect(command.includes('${{'), false, 'an expression in a script');
  const names = [...text.matchAll(/^ {8}(DT_IOMMU_\w+):/gm)].map(([, name]) => name);
  for (const name of names) expect(read('ci/check.sh'), new RegExp(`\\b${name}\\b`), 'ci/check.sh');
});

/** All steps of the action, with the environment that the runner gives. */
function action(cwd, wishes = {}) {
  const summary = join(bin, `summary-${Math.random()}`);
  const more = {
    GITHUB_ACTION_PATH: join(root, 'ci/github'),
    GITHUB_STEP_SUMMARY: summary,
    VERSION: 'latest',
    DT_IOMMU_FORMAT: 'github',
    ...wishes,
  };
  let last;
  for (const command of steps(read('ci/github/action.yml'))) {
    last = run(cwd, ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', command], more);
    if (last.code !== 0) break;
  }
  return last;
}

check('the action: all boards, where there is no base', () => {
  const { code, out } = action(repository());
  expect(code, 1, 'exit code');
  expect(out, /^::error file=boards\/soc\.dtsi,line=4,/m, 'annotation');
});

check('the action: only what a change brings', () => {
  const at = repository();
  put(at, {
    'boards/soc.dtsi': `/* moved */\n\n${OLD}`,
    'boards/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { x = <&new>; };\n',
  });
  git(at, 'commit', '-qam', 'change');
  const { code, out, error } = action(at, { DT_IOMMU_BASE: 'HEAD~1', DT_IOMMU_SARIF: 'out.sarif' });
  expect(error, '', 'standard error');
  expect(code, 1, 'exit code');
  expect(out, /^::error file=boards\/b\.dts,line=3,[^\n]*\n$/, 'the one annotation');
  const { results } = JSON.parse(readFileSync(join(at, 'out.sarif'), 'utf8')).runs[0];
  expect(
    results.map((each) => [each.locations[0].physicalLocation.artifactLocation.uri, each.baselineState]),
    [['boards/b.dts', 'new']],
    'SARIF',
  );
  expect(run(at, ['git', 'worktree', 'list']).out.trim().split('\n').length, 1, 'worktrees that stay');
});

check('the action: a change that brings nothing', () => {
  const at = repository();
  put(at, { 'boards/soc.dtsi': `\n${OLD}`, 'boards/new board.dts': '/dts-v1/;\n/ {};\n' });
  git(at, 'add', '-A');
  git(at, 'commit', '-qm', 'change');
  const { code, out } = action(at, { DT_IOMMU_BASE: 'HEAD~1', DT_IOMMU_PATHS: 'boards\n' });
  expect([code, out], [0, ''], 'result');
});

check('the action: a change of no board, with an empty report', () => {
  const at = repository();
  put(at, { README: 'x' });
  git(at, 'add', '-A');
  git(at, 'commit', '-qm', 'change');
  const { code, out } = action(at, { DT_IOMMU_BASE: 'HEAD~1', DT_IOMMU_SARIF: 'out.sarif' });
  expect(code, 0, 'exit code');
  expect(out, /^No board reads a file that differs/, 'what is said');
  expect(JSON.parse(readFileSync(join(at, 'out.sarif'), 'utf8')).runs[0].results, [], 'SARIF');
});

check('the action: a part of the repository, a baseline, options, severity', () => {
  const at = repository();
  put(at, {
    'inc/x.h': '#define X 1\n',
    'boards/d.dts': '/dts-v1/;\n#include <x.h>\n/ { status = "okey"; x = <X>; };\n',
  });
  git(at, 'add', '-A');
  git(at, 'commit', '-qm', 'change');
  const wishes = { DT_IOMMU_PATHS: 'd.dts', DT_IOMMU_OPTIONS: '-I\n../inc' };
  expect(action(join(at, 'boards'), wishes).code, 0, 'a warning');
  const strict = action(join(at, 'boards'), { ...wishes, DT_IOMMU_FAIL_ON: 'warning', DT_IOMMU_BASE: 'HEAD~1' });
  expect([strict.code, strict.out.slice(0, 26)], [1, '::warning file=d.dts,line='], 'a warning that counts');
  const known = run(join(at, 'boards'), [
    'dt-iommu',
    'check',
    'd.dts',
    '-I',
    '../inc',
    '--format',
    'sarif',
    '-o',
    'known.sarif',
  ]);
  expect(known.code, 0, 'baseline');
  expect(
    action(join(at, 'boards'), { ...wishes, DT_IOMMU_FAIL_ON: 'warning', DT_IOMMU_BASELINE: 'known.sarif' }).code,
    0,
    'with it',
  );
});

check('the action: wishes are text, whatever is in them', () => {
  const at = repository();
  const evil = `$(touch ${bin}/ran); touch ${bin}/ran`;
  for (const name of ['PATHS', 'BASE', 'BASELINE', 'FAIL_ON', 'OPTIONS']) {
    const { code } = action(at, { [`DT_IOMMU_${name}`]: evil });
    expect([name, code > 0], [name, true], 'exit code');
  }
  expect(action(at, { DT_IOMMU_BASE: `--output=${bin}/ran` }).code, 2, 'a base that is an option');
  expect(run(bin, ['ls', 'ran']).code > 0, true, 'nothing was run');
});

check('the GitLab template: machines and the report', () => {
  const at = repository();
  const text = read('ci/gitlab.yml');
  const script = /script:\n {4}- >-\n((?: {6}.*\n)+)/.exec(text)?.[1].replace(/^ +/gm, '').replaceAll('\n', ' ') ?? '';
  const report = [...text.matchAll(/^ {4}- (dt-iommu merge .*)$/gm)].map(([, command]) => command);
  const total = /^ {2}parallel: (\d+)$/m.exec(text)?.[1] ?? '';
  expect(report.length, 2, 'commands of the report');
  const wishes = { DT_IOMMU_PATHS: '.', DT_IOMMU_FAIL_ON: 'error', CI_NODE_TOTAL: total };
  for (let index = 1; index <= Number(total); index++) {
    expect(
      run(at, ['bash', '-eo', 'pipefail', '-c', script], { ...wishes, CI_NODE_INDEX: String(index) }).code,
      0,
      `machine ${index}`,
    );
  }
  expect(run(at, ['bash', '-eo', 'pipefail', '-c', report[0]], wishes).code, 0, 'the report');
  const [issue, ...more] = JSON.parse(readFileSync(join(at, 'gl-code-quality-report.json'), 'utf8'));
  expect(
    [more.length, issue.severity, issue.location.path, issue.location.lines.begin],
    [0, 'major', 'boards/soc.dtsi', 4],
    'issue',
  );
  const whole = run(at, ['dt-iommu', 'check', '.']);
  const merged = run(at, ['bash', '-eo', 'pipefail', '-c', report[1]], wishes);
  expect([merged.code, merged.out], [whole.code, whole.out], 'the whole');
  const one = run(at, ['bash', '-eo', 'pipefail', '-c', script], {
    ...wishes,
    CI_NODE_INDEX: '1',
    CI_MERGE_REQUEST_DIFF_BASE_SHA: 'HEAD',
  });
  expect(
    [one.code, JSON.parse(readFileSync(join(at, 'dt-iommu-1.json'), 'utf8')).files],
    [0, 0],
    'a merge request without boards',
  );
});

check('the pre-commit hooks', () => {
  const at = repository();
  put(at, { 'boards/c.dts': '/dts-v1/;\n/ {\n  x;\n};\n' });
  const text = read('.pre-commit-hooks.yaml');
  const entries = [...text.matchAll(/^ {2}entry: (.*)$/gm)].map(([, entry]) => entry.split(' '));
  const patterns = [...text.matchAll(/^ {2}files: (.*)$/gm)].map(([, pattern]) => new RegExp(pattern));
  expect(entries.length, 2, 'hooks');
  const files = ['boards/a.dts', 'boards/c.dts', 'boards/soc.dtsi', 'README'].filter((name) => patterns[0].test(name));
  expect(files, ['boards/a.dts', 'boards/c.dts', 'boards/soc.dtsi'], 'files');
  const [checks, formats] = entries;
  const found = run(at, [...checks, ...files]);
  expect([found.code, found.out.split(':')[0]], [1, 'boards/soc.dtsi'], 'check');
  expect(run(at, [...checks, 'boards/c.dts']).code, 0, 'check of what is right');
  const styled = run(at, [...formats, 'boards/c.dts', 'boards/a.dts']);
  expect([styled.code, styled.out], [1, 'boards/c.dts\n'], 'format');
});

check('the recipe beside make dtbs_check', () => {
  const recipe = [...read('docs/ci.md').matchAll(/^dt-iommu (check .*--changed-since [^#\n]*)/gm)].map(([, words]) =>
    words.trim(),
  );
  expect(recipe.length > 0, true, 'a recipe');
  const at = repository();
  put(at, { 'arch/arm64/boot/dts/vendor/x.dts': '/dts-v1/;\n/ { x = <&new>; };\n' });
  git(at, 'branch', 'origin-master');
  const before = join(bin, 'before.json');
  writeFileSync(before, run(at, ['dt-iommu', 'check', 'boards', '--format', 'json']).out);
  for (const each of recipe) {
    const words = each.replace('/tmp/before.json', before);
    const { code, out } = run(at, ['bash', '-c', `dt-iommu ${words.replace('origin/master...', 'origin-master')}`]);
    expect(code, 1, words);
    expect(out, /^arch\/arm64\/boot\/dts\/vendor\/x\.dts:2/, words);
  }
});

for (const folder of made) rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
