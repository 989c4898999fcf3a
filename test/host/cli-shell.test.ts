// SPDX-License-Identifier: MIT
// What the command offers to people at a shell: standard input, examples, completion, the manual page, odd names.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '#host/cli/arguments.ts';
import { manPage } from '#host/cli/help.ts';
import { COMMANDS } from '#host/cli/main.ts';
import { OPTIONS } from '#host/cli/options.ts';
import { VERSION } from '#host/version.ts';
import { temporaryFolders } from '#test/support/cli.ts';

const folder = temporaryFolders();
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe('standard input', () => {
  const at = folder(`//- /boards/a.dts
/dts-v1/;
#include "soc.dtsi"
//- /boards/soc.dtsi
/ { soc: soc {}; };
`);
  const WRONG = '/dts-v1/;\n#include "soc.dtsi"\n/ { x = <&nobody>; };\n';

  test('has the includes and the name of the file that it stands for', async () => {
    const { code, out } = await at.pipe(WRONG, 'check', '-', '--stdin-name', 'boards/a.dts', '--format', 'json');
    const [problem, ...more] = JSON.parse(out).problems;
    expect({ code, more }).toEqual({ code: 1, more: [] });
    expect(problem).toMatchObject({ file: 'boards/a.dts', range: { start: { line: 2 } }, boards: ['boards/a.dts'] });
    // The file itself is right, and stays.
    expect((await at.run('check', 'boards/a.dts')).code).toBe(0);
  });

  test('may be a shared file, which a stored board shows', async () => {
    const { out } = await at.pipe('/ { soc {\n', 'check', '-', '--stdin-name', 'boards/soc.dtsi', '--format', 'json');
    expect(JSON.parse(out).problems[0]).toMatchObject({ file: 'boards/soc.dtsi', boards: ['boards/a.dts'] });
  });

  test('needs no name, and may be a blob', async () => {
    await at.run('compile', 'boards/a.dts', '-o', 'a.dtb');
    expect((await at.pipe(at.read('a.dtb'), 'check', '-')).code).toBe(0);
    const { code, out } = await at.pipe(at.read('a.dtb'), 'tree', '-', '--format', 'json');
    expect({ code, names: JSON.parse(out).children?.map((child: { name: string }) => child.name) }).toMatchObject({
      code: 0,
    });
    expect((await at.pipe(WRONG, 'check', '-')).out).toContain('stdin.dts:2:10: ');
  });

  test.each([
    [['explain', '-', '--stdin-name', 'boards/a.dts'], 'a.dts'],
    [['tree', '-', '--stdin-name', 'boards/a.dts'], 'soc: soc'],
    [['graph', '-', '--stdin-name', 'boards/a.dts', '--format', 'dot'], 'digraph'],
  ] as const)('%j takes it', async (argv, expected) => {
    const { code, out } = await at.pipe('/dts-v1/;\n#include "soc.dtsi"\n', ...argv);
    expect(code).toBe(0);
    expect(out).toContain(expected);
  });

  test.each([
    [['check', '-', '-'], /give - once/],
    [['check', '.', '--stdin-name', 'a.dts'], /--stdin-name names what - reads/],
    [['check', '-'], /more than 10 MB/, 'x'.repeat(11 << 20)],
  ] as const)('%j is exit code 2', async (argv, expected, input = '') => {
    const { code, out, error } = await at.pipe(input, ...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(expected);
  });
});

describe('names that are no UTF-8', () => {
  const at = folder('//- /b/a.dts\n/dts-v1/;\n/ {};\n');
  const put = (name: string, text: string) => writeFileSync(Buffer.from(join(at.path, name), 'latin1'), text, 'latin1');
  let possible = true;
  try {
    put('b/n\xe9.dts', '/dts-v1/;\n#include "caf\xe9.dtsi"\n/ {};\n');
    put('b/caf\xe9.dtsi', '/ { x = <1; };\n');
  } catch {
    possible = false;
  }

  test.skipIf(!possible)('are found in a folder and by includes', async () => {
    const { code, out } = await at.run('check', 'b', '--format', 'json');
    const { files, problems } = JSON.parse(out);
    expect({ code, files }).toEqual({ code: 1, files: 3 });
    expect(problems).toMatchObject([{ file: 'b/caf\udce9.dtsi', boards: ['b/n\udce9.dts'] }]);
    expect((await at.run('check', 'b', '--format', 'sarif')).out).toContain('"b/caf%E9.dtsi"');
    expect((await at.run('check', 'b')).out).toContain('1 error');
  });

  test.skipIf(!possible)('are refused where Node cannot pass them on, with the way that there is', async () => {
    const named = await at.run('check', 'b/n\ufffd.dts');
    expect(named).toMatchObject({ code: 2, error: expect.stringMatching(/not UTF-8.*name its folder, or .* check -/) });
    for (const argv of [
      ['fix', 'b'],
      ['format', 'b'],
      ['compile', 'b', '--out-dir', 'out'],
    ]) {
      const { code, error } = await at.run(...argv);
      expect({ argv, code, error }).toEqual({ argv, code: 2, error: expect.stringMatching(/not UTF-8.*rename it/) });
    }
  });
});

describe('help', () => {
  /** The words of one command of an example, as a shell splits them. */
  const words = (line: string) =>
    (line.split(';')[0] ?? '').replace(/ [<>] .*$/, '').match(/'[^']*'|"[^"]*"|\S+/g) ?? [];

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    'the examples of %s are its own',
    (name, command) => {
      expect(command.examples.some(([line]) => line.startsWith(`${name} `) || line === name)).toBe(true);
      for (const [line] of command.examples) {
        const [first, ...rest] = words(line).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
        const meant = COMMANDS.find((other) => other.name === first);
        expect(meant).toBeDefined();
        expect(() => meant && parseArguments(meant, rest)).not.toThrow();
      }
    },
  );

  test('docs/dt-iommu.1 is up to date (npm run docs)', () => {
    expect(readFileSync('docs/dt-iommu.1', 'utf8')).toBe(manPage(COMMANDS, VERSION));
  });

  test('the manual page has every option and pleases man', () => {
    const page = readFileSync('docs/dt-iommu.1', 'utf8').replaceAll('\\-', '-');
    for (const { options } of COMMANDS)
      for (const name of options) {
        const short = OPTIONS[name] as { short?: string };
        expect(page.includes(`--${name}`) || page.includes(`-${short.short}`)).toBe(true);
      }
    if (!has('man')) return;
    const { stderr, stdout } = spawnSync('man', ['--warnings', '-l', 'docs/dt-iommu.1'], {
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('dt-iommu check . --changed-since origin/main...');
  });
});

describe('completion', () => {
  test('names the shells it is for', async () => {
    const at = folder('//- /a.dts\n/dts-v1/;\n/ {};\n');
    expect(await at.run('completion', 'csh')).toMatchObject({
      code: 2,
      error: expect.stringMatching(/bash, zsh or fish/),
    });
  });

  /** What bash offers at the end of a line. */
  async function offers(line: string): Promise<string[]> {
    const at = folder('//- /a.dts\n/dts-v1/;\n/ {};\n');
    mkdirSync(join(at.path, 'folder'));
    writeFileSync(join(at.path, 'c.bash'), (await at.run('completion', 'bash')).out);
    const words = line.split(' ');
    const script = `. ./c.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _dt_iommu; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { cwd: at.path, encoding: 'utf8' }).split('\n').filter(Boolean);
  }

  test.skipIf(!has('bash')).each([
    ['dt-iommu che', ['check']],
    ['dt-iommu check --fo', ['--format']],
    ['dt-iommu check --format s', ['sarif']],
    ['dt-iommu check --platform xen-dom', ['xen-dom0', 'xen-domu']],
    ['dt-iommu check a', ['a.dts']],
    ['dt-iommu check -I f', ['folder']],
    ['dt-iommu compile --out-dir f', ['folder']],
    ['dt-iommu compile --for', []],
    ['dt-iommu completion z', ['zsh']],
  ])('bash: %s', async (line, expected) => {
    expect(await offers(line)).toEqual(expected);
  });

  test.each(['zsh', 'fish', 'bash'])('%s reads its script', async (shell) => {
    const at = folder('//- /a.dts\n/dts-v1/;\n/ {};\n');
    const { out } = await at.run('completion', shell);
    for (const { name } of COMMANDS) expect(out).toContain(name);
    writeFileSync(join(at.path, 'script'), out);
    if (!has(shell)) return;
    expect(spawnSync(shell, ['-n', join(at.path, 'script')], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
