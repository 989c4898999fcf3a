// SPDX-License-Identifier: MIT
// The command line as a script sees it: exit codes, streams, files written, and the JSON of the contracts.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { VERSION } from '#host/version.ts';
import { temporaryFolders } from '#test/support/cli.ts';

const SOC = `//- /soc.dtsi
/ {
	#address-cells = <1>;
	#size-cells = <1>;

	aliases {
		net = "/ethernet@3000";
	};

	smmu: iommu@1000 {
		compatible = "arm,smmu-v3";
		reg = <0x1000 0x20000>;
		#iommu-cells = <1>;
	};

	off: iommu@30000 {
		compatible = "arm,smmu-v3";
		reg = <0x30000 0x20000>;
		#iommu-cells = <1>;
		status = "disabled";
	};

	eth: ethernet@3000 {
		compatible = "example,ethernet";
		reg = <0x3000 0x1000>;
		iommus = <&off 4>;
	};
};
`;
const BOARDS = `//- /a.dts
/dts-v1/;
#include "soc.dtsi"
//- /sub/b.dts
/dts-v1/;
#include "../soc.dtsi"
/ { model = "B"; };
${SOC}`;
const GUEST = `//- /guest.dts
/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;
	compatible = "xen,xenvm";

	virtio@2000000 {
		compatible = "virtio,mmio";
		reg = <0x2000000 0x200>;
		dma-coherent;
		xen,backend-domid = <1>;
	};
};
`;

const folder = temporaryFolders();
const boards = folder(BOARDS);

describe('usage', () => {
  test.each([
    [[], /which command\?/],
    [['frobnicate'], /'frobnicate' is not a command; it is one of check, explain/],
    [['check', '--frob'], /--frob.*see `dt-iommu check --help`/],
    [['check', '--write'], /--write.*see `dt-iommu check --help`/],
    [['check', '--format', 'svg'], /one of text, json, sarif, github, gitlab/],
    [['check', '--fail-on', 'hint'], /error, warning or info/],
    [['check', 'absent.dts'], /absent\.dts: cannot be read \(ENOENT\)/],
    [['check', '--platform', 'windows', 'a.dts'], /--platform is not one of linux, xen-dom0/],
    [['check', '--kernel-version', 'new', 'a.dts'], /--kernel-version is not a version like "6\.12"/],
    [['check', '--shard', '3/2', '.'], /--shard is I\/N/],
    [['check', '--jobs', '0', '.'], /--jobs is a whole number above 0/],
    [['check', '-D', '1X', 'a.dts'], /-D takes NAME/],
    [['compile', 'a.dts'], /say where with -o/],
    [['compile', '.', '-o', 'x.dtb'], /--out-dir/],
    [['explain', 'a.dts', '&nobody'], /&nobody: no such path, label or alias/],
    [['explain', 'a.dts', '&eth', '--rid', '99:99.9'], /--rid is a bus/],
    [['explain', 'a.dts', '--compare', 'moon=full'], /--compare takes NAME=VALUE/],
    [['lsp', '--clientProcessId=1'], /say so with --stdio/],
    [['fix', 'a.dts', '--rule', 'no-such'], /'no-such' is not a rule/],
    [['rules', 'no-such'], /'no-such' is not a rule/],
    [['lsp'], /--stdio/],
  ] as const)('%j is exit code 2 and one line', async (argv, expected) => {
    const { code, out, error } = await boards.run(...argv);
    expect({ code, out, lines: error.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(error).toMatch(expected);
  });

  test('help lists the commands; each command lists its options', async () => {
    const { code, out } = await boards.run('--help');
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}([\w-]+)/gm)].map((match) => match[1] ?? '');
    const documented = [...readFileSync('docs/command-line.md', 'utf8').matchAll(/^\| `([\w-]+)/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(names.filter((name) => !documented.includes(name))).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining(['check', 'explain', 'fix', 'compile', 'tree', 'graph', 'rules', 'lsp']),
    );
    for (const name of names) expect((await boards.run(name, '--help')).out).toContain(`dt-iommu ${name}`);
    expect((await boards.run('check', '--help')).out).toContain('text (default), json, sarif, github, gitlab');
  });

  test('the version is that of the package', async () => {
    expect((await boards.run('--version')).out).toBe(`${VERSION}\n`);
    expect(VERSION).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });
});

describe('check', () => {
  test('a problem of a shared file is told once with its boards', async () => {
    const { code, out } = await boards.run('check', '.', '--format', 'json');
    const report = JSON.parse(out);
    expect({ code, version: report.version, files: report.files }).toEqual({ code: 0, version: 1, files: 3 });
    const [problem] = report.problems.filter((other: { rule: string }) => other.rule === 'iommus-target-disabled');
    expect(problem).toMatchObject({
      severity: 'info',
      file: 'soc.dtsi',
      node: '/ethernet@3000',
      boards: ['a.dts', 'sub/b.dts'],
      range: { start: { line: 24, character: 2 } },
      related: [{ file: 'soc.dtsi' }],
    });
  });

  test('an ignore comment of a shared file is unused when no board of the folder needs it', async () => {
    const commented = BOARDS.replace('\teth: ', '\t/* dt-iommu-ignore iommus-target-disabled: boot loader */\n\teth: ');
    const unused = async (text: string, ...paths: string[]) => {
      const { out } = await folder(text).run('check', ...paths, '--format', 'json');
      return JSON.parse(out)
        .problems.filter(({ rule }: { rule: string }) => rule === 'unused-ignore')
        .map(({ file, boards }: { file: string; boards: string[] }) => [file, ...boards].join(' '));
    };
    const enabled = commented.replace('\t\tstatus = "disabled";\n', '');
    expect(await unused(enabled, '.')).toEqual(['soc.dtsi a.dts sub/b.dts']);
    expect(await unused(enabled, 'a.dts')).toEqual([]);
    expect(await unused(commented, '.')).toEqual([]);
    const split = commented.replace('/ { model = "B"; };', '&off { status = "okay"; };');
    expect(await unused(split, '.')).toEqual([]);
  });

  test('a shared file is judged in the context of a board, and alone', async () => {
    const { out } = await boards.run('check', 'soc.dtsi', '--format', 'json');
    const { files, problems } = JSON.parse(out);
    expect(files).toBe(1);
    expect(problems.map((problem: { rule: string }) => problem.rule)).toContain('iommus-target-disabled');
    expect(new Set(problems.flatMap((problem: { boards: string[] }) => problem.boards))).toEqual(new Set(['a.dts']));
  });

  test('--fail-on decides about the exit code', async () => {
    expect((await boards.run('check', 'a.dts')).code).toBe(0);
    expect((await boards.run('check', 'a.dts', '--fail-on', 'warning')).code).toBe(0);
    expect((await boards.run('check', 'a.dts', '--fail-on', 'info')).code).toBe(1);
  });

  test('--quiet leaves out what does not fail, and the total', async () => {
    expect(await boards.run('check', 'a.dts', '--quiet')).toEqual({ code: 0, out: '', error: '' });
    const { out } = await boards.run('check', 'a.dts', '--quiet', '--fail-on', 'info');
    expect(out).toMatch(/^soc\.dtsi:25:3: info: .*\n( {4}.*\n)*$/);
  });

  test('a baseline makes a run clean', async () => {
    writeFileSync(join(boards.path, 'known.json'), (await boards.run('check', '.', '--format', 'json')).out);
    const { code, out } = await boards.run('check', '.', '--baseline', 'known.json', '--fail-on', 'info');
    expect({ code, out }).toEqual({ code: 0, out: '3 files, 0 errors, 0 warnings\n' });
  });

  test('the project file sets severities; a wrong one is told, not ignored', async () => {
    const project = folder(`//- /dt-iommu.json
{ "rules": { "iommus-target-disabled": "error", "iommu-parent-dma-ranges": "off" } }
${BOARDS}`);
    expect((await project.run('check', 'a.dts')).code).toBe(1);
    writeFileSync(join(project.path, 'other.json'), '{ "rules": { "iommus-target-disabled": "off" } }');
    expect((await project.run('check', 'a.dts', '--config', 'other.json', '--fail-on', 'warning')).code).toBe(0);
    writeFileSync(join(project.path, 'dt-iommu.json'), '{ "platfrom": "linux" }');
    const wrong = await project.run('check', 'a.dts');
    expect(wrong.code).toBe(2);
    expect(wrong.error).toMatch(/dt-iommu\.json:\d+:\d+: platfrom is not a field .* Is platform meant\?/);
  });

  test('a shard has its part of the boards', async () => {
    const parts = ['1/2', '2/2'].map((part) => boards.run('check', '.', '--shard', part, '--format', 'json'));
    const seen = (await Promise.all(parts)).map(({ out }) => JSON.parse(out).problems[0].boards);
    expect(seen).toEqual([['a.dts'], ['sub/b.dts']]);
  });

  test('--syntax-only reads each file alone and counts', async () => {
    const broken = folder(`${BOARDS}
//- /broken.dtso
/ { a = <1 };
`);
    const { code, out } = await broken.run('check', '--syntax-only', '.');
    expect(code).toBe(1);
    expect(out).toMatch(/^broken\.dtso:1:\d+: error: .* \[syntax\/error\]\n(.*\n)*4 files, 1 with errors\n$/);
  });

  test('sarif and github are written too', async () => {
    expect(JSON.parse((await boards.run('check', '.', '--format', 'sarif')).out).runs[0].results).not.toEqual([]);
    expect((await boards.run('check', '.', '--format', 'github')).out).toMatch(/^::notice file=soc\.dtsi,line=25,/m);
  });
});

describe('explain', () => {
  test('json has the fields of the contract, by label, path and alias', async () => {
    const { code, out } = await boards.run('explain', 'a.dts', '&eth', '/iommu@1000', 'net', '--format', 'json');
    const { version, platform, devices } = JSON.parse(out);
    expect({ code, version }).toEqual({ code: 0, version: 1 });
    expect(Object.keys(platform)).toEqual(['kind', 'arch', 'kernelVersion', 'kernelConfig', 'cmdline', 'assumed']);
    expect(devices.map((device: { path: string }) => device.path)).toEqual([
      '/ethernet@3000',
      '/iommu@1000',
      '/ethernet@3000',
    ]);
    expect(Object.keys(devices[0])).toEqual(
      expect.arrayContaining([
        ...['path', 'label', 'compatible', 'verdict', 'certainty', 'iommus', 'group', 'deferred', 'coherent'],
        ...['dmaLimit', 'dmaRanges', 'reserved', 'xen', 'log', 'steps'],
      ]),
    );
    expect(devices[0]).toMatchObject({ label: 'eth', verdict: 'direct' });
    const places = devices[0].steps.flatMap((step: { evidence: { file: string }[] }) => step.evidence);
    expect(new Set(places.map((place: { file: string }) => place.file))).toEqual(new Set(['soc.dtsi']));
  });

  test('text names the verdict, the reasons and the platform', async () => {
    const { out } = await boards.run('explain', 'a.dts', '&eth', '--kernel-version', '6.1');
    expect(out).toMatch(/^\/ethernet@3000 \(eth\)\n {2}direct DMA/);
    expect(out).toMatch(/soc\.dtsi:\d+/);
    expect(out).toMatch(/Linux 6\.1 on /);
  });

  test('a folder gives a line per board', async () => {
    const { out } = await boards.run('explain', '.');
    expect(out.trim().split('\n')).toEqual([
      expect.stringMatching(/^a\.dts: .*\d direct/),
      expect.stringMatching(/^sub\/b\.dts: .*\d direct/),
    ]);
  });

  test('a kernel configuration is read, plain or packed', async () => {
    writeFileSync(join(boards.path, 'config'), 'CONFIG_64BIT=y\n# CONFIG_ARM_SMMU_V3 is not set\n');
    writeFileSync(join(boards.path, 'config.gz'), gzipSync(boards.read('config')));
    const answers = ['config', 'config.gz'].map(async (name) => {
      const { out } = await boards.run('explain', 'a.dts', '&eth', '--kernel-config', name, '--format', 'json');
      return JSON.parse(out).platform.assumed;
    });
    for (const assumed of await Promise.all(answers)) expect(assumed).not.toContain('kernelConfig');
  });

  test('--compare has one row for all that change alike, with the reason', async () => {
    const on = folder(BOARDS.replace('status = "disabled";', ''));
    const { code, out } = await on.run('explain', 'a.dts', '--compare', 'cmdline=iommu.passthrough=1');
    expect(code).toBe(0);
    expect(out).toMatch(
      /\n1 device {2}A {2}translated by the IOMMU.*\n {10}B {2}behind the IOMMU.*\n {2}eth\n {2}because: The default domain passes addresses through \(`iommu\.passthrough=1`\)\.\n {4}Linux \S+ drivers\/iommu\/iommu\.c:iommu_subsys_init\n/,
    );
    expect(out).toMatch(/\n\n\d+ of \d+ devices are the same on both\n$/);
    expect((await on.run('explain', 'a.dts', '--all', '--compare', 'cmdline=iommu.passthrough=1')).out).toContain(
      '/ethernet@3000\n  verdict\n',
    );
  });

  test('--compare of a node shows each fact that differs', async () => {
    const on = folder(BOARDS.replace('status = "disabled";', ''));
    const { out } = await on.run('explain', 'a.dts', '&eth', '--compare', 'cmdline=iommu.passthrough=1');
    expect(out).toMatch(/^A {2}Linux .*\nB {2}Linux .*iommu\.passthrough=1/);
    expect(out).toMatch(/\/ethernet@3000\n {2}verdict\n {4}A {2}translated.*\n {4}B {2}.*untranslated/);
  });
});

describe('fix', () => {
  test('prints a diff that patch takes, and changes nothing', async () => {
    const guest = folder(GUEST);
    const before = guest.read('guest.dts').toString();
    const { code, out, error } = await guest.run('fix', 'guest.dts', '--rule', 'xen-backend-domid-legacy');
    expect({ code, error }).toEqual({ code: 0, error: '1 problem repaired, 1 file to be written; --write does it\n' });
    expect(out).toMatch(/^--- a\/guest\.dts\n\+\+\+ b\/guest\.dts\n@@ /);
    expect(out).toMatch(/^-\t\txen,backend-domid = <1>;$/m);
    expect(guest.read('guest.dts').toString()).toBe(before);
  });

  test('--write changes the file; a second run finds nothing to do', async () => {
    const guest = folder(GUEST);
    expect((await guest.run('fix', '.', '--write')).error).toMatch(/^1 problem repaired, 1 file written/);
    expect(guest.read('guest.dts').toString()).toMatch(/iommus = <&\w+ 1>;/);
    expect(await guest.run('fix', '.')).toEqual({
      code: 0,
      out: '',
      error: '0 problems repaired, 0 files to be written; --write does it\n',
    });
    expect(readdirSync(guest.path)).toEqual(['guest.dts']);
  });

  const BOARD = (path: string, include = 'guest.dtsi') =>
    `//- ${path}\n#include "${include}"\n/ { model = "${path}"; };\n`;
  const SHARED = BOARD('/a.dts') + BOARD('/b.dts') + GUEST.replace('guest.dts', 'guest.dtsi');

  test('makes no choice for the user: an IOMMU is enabled where its rule is asked for', async () => {
    expect((await boards.run('fix', 'a.dts')).out).toBe('');
    const { out } = await boards.run('fix', 'a.dts', '--rule', 'iommus-target-disabled');
    expect(out).toMatch(/^\+&off \{\n\+\tstatus = "okay";\n\+\};$/m);
  });

  test('names the boards that share a file it changes', async () => {
    const { error } = await folder(SHARED).run('fix', '.', '--rule', 'xen-backend-domid-legacy');
    expect(error).toBe(
      'guest.dtsi is part of a.dts and b.dts\n1 problem repaired, 1 file to be written; --write does it\n',
    );
  });

  test('changes no file outside the folder that was given', async () => {
    const apart = folder(BOARD('/boards/a.dts', '../guest.dtsi') + GUEST.replace('guest.dts', 'guest.dtsi'));
    expect((await apart.run('fix', 'boards')).out).toBe('');
  });

  test('keeps overlays apart that one board has: each brings its own provider, in a fragment for the root', async () => {
    const overlay = (name: string, label: string) =>
      `//- /${name}\n/dts-v1/;\n/plugin/;\n\n&${label} {\n\txen,backend-domid = <1>;\n};\n`;
    const base = GUEST.replace('\t\txen,backend-domid = <1>;\n', '').replace(
      '\tvirtio@',
      '\tnet: virtio@3000000 {\n\t\tcompatible = "virtio,mmio";\n\t};\n\n\tdisk: virtio@',
    );
    const project =
      '//- /dt-iommu.json\n{ "boards": [{ "name": "x", "file": "guest.dts", "overlays": ["a.dtso", "b.dtso"] }] }\n';
    const guest = folder(project + base + overlay('a.dtso', 'disk') + overlay('b.dtso', 'net'));
    await guest.run('fix', 'a.dtso', 'b.dtso', '--write');
    const written = (name: string) =>
      /&\{\/\} \{\n\t(\S+) \S+ \{\n\t\tcompatible = "xen,grant-dma";/.exec(String(guest.read(name)))?.[1];
    expect([written('a.dtso'), written('b.dtso')]).toEqual(['xen_iommu:', 'xen_iommu_1:']);
  });

  test('a link stays a link, and is repaired where it leads to', async () => {
    const guest = folder(GUEST.replace('guest.dts', 'boards/guest.dts'));
    symlinkSync('boards/guest.dts', join(guest.path, 'link.dts'));
    expect((await guest.run('fix', '.')).out.match(/^--- .*/gm)).toEqual(['--- a/boards/guest.dts']);
    await guest.run('fix', 'link.dts', '--write');
    expect(lstatSync(join(guest.path, 'link.dts')).isSymbolicLink()).toBe(true);
    expect(guest.read('boards/guest.dts').toString()).toMatch(/iommus = <&/);
  });

  test('leaves a file alone that is not UTF-8, to the byte', async () => {
    const guest = folder(GUEST);
    const latin = Buffer.concat([guest.read('guest.dts'), Buffer.from('/* caf\xe9 */\n', 'latin1')]);
    writeFileSync(join(guest.path, 'guest.dts'), latin);
    const { error } = await guest.run('fix', '.', '--write');
    expect(error).toMatch(/^guest\.dts: not UTF-8, so it is left as it is\n0 problems repaired/);
    expect(guest.read('guest.dts').equals(latin)).toBe(true);
  });

  describe.each([['git'], ['patch']])('%s', (tool) => {
    const absent = spawnSync(tool, ['--version']).status !== 0;
    const title = `takes the diff: blanks and quotes in names, CRLF, a BOM, no last line end (skipped without ${tool})`;
    test.skipIf(absent)(title, async () => {
      const text = folder(GUEST).read('guest.dts').toString();
      const texts = {
        'my board.dts': text,
        'a"b\\c.dts': text,
        'crlf.dts': text.replaceAll('\n', '\r\n'),
        'bom.dts': `\ufeff${text}`,
        'end.dts': text.trimEnd(),
      };
      const many = folder('//- /dt-iommu.json\n{}\n');
      for (const [name, content] of Object.entries(texts)) writeFileSync(join(many.path, name), content);
      const { out } = await many.run('fix', '.');
      const command = { git: ['apply', '-'], patch: ['-p1'] }[tool] ?? [];
      const applied = spawnSync(tool, command, { cwd: many.path, input: out });
      expect(`${applied.stdout}${applied.stderr}`).not.toMatch(/error|fail|reject/i);
      for (const name of Object.keys(texts)) expect(many.read(name).toString()).toContain('iommus = <&');
      expect((await many.run('fix', '.')).out).toBe('');
    });
  });
});

describe('compile', () => {
  test('writes the blob whole, with the name that was asked for', async () => {
    mkdirSync(join(boards.path, 'out'));
    const { code, error } = await boards.run('compile', 'a.dts', '-o', 'out/a.dtb');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const blob = boards.read('out/a.dtb');
    expect([blob.readUInt32BE(0), blob.readUInt32BE(4)]).toEqual([0xd00dfeed, blob.length]);
    expect(readdirSync(join(boards.path, 'out'))).toEqual(['a.dtb']);
  });

  test('many boards: folders are mirrored, a failure does not stop the others', async () => {
    const many = folder(`${BOARDS}
//- /c.dts
/dts-v1/;
#include "nowhere.dtsi"
/ { };
//- /d.dtso
/dts-v1/;
/plugin/;
&eth { status = "okay"; };
`);
    const { code, out, error } = await many.run('compile', '.', '--out-dir', 'out', '-@');
    expect({ code, out }).toEqual({ code: 1, out: '1 overlays, 0 failed\n3 boards, 1 failed\n' });
    expect(error).toMatch(/^c\.dts:2:\d+: error: .*nowhere\.dtsi/);
    expect(['a.dtb', 'sub/b.dtb', 'c.dtb', 'd.dtbo'].map((name) => existsSync(join(many.path, 'out', name)))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(many.read('out/a.dtb').includes('__symbols__')).toBe(true);
  });

  test('a place that cannot be written is told', async () => {
    const { code, error } = await boards.run('compile', 'a.dts', '-o', 'a.dts/x.dtb');
    expect(code).toBe(2);
    expect(error).toMatch(/a\.dts\/x\.dtb: cannot be written/);
  });
});

describe('tree', () => {
  test('dts names the line of each property', async () => {
    const { out } = await boards.run('tree', 'a.dts');
    expect(out).toContain('status = "disabled"; /* soc.dtsi:19 */');
  });

  test('json has values as text and bytes, and every origin', async () => {
    const { root } = JSON.parse((await boards.run('tree', 'sub/b.dts', '--format', 'json')).out);
    expect(root.properties.at(-1)).toMatchObject({ name: 'model', value: '"B"', bytes: '4200' });
    expect(root.origins.map((origin: { file: string }) => origin.file)).toEqual(['soc.dtsi', 'sub/b.dts']);
    const ethernet = root.children.find((child: { name: string }) => child.name === 'ethernet@3000');
    expect(ethernet).toMatchObject({ path: '/ethernet@3000', labels: ['eth'] });
  });
});

describe('graph', () => {
  const on = folder(BOARDS.replace('status = "disabled";', ''));

  test('dot: the device, its IOMMU and the ID between them', async () => {
    const { code, out } = await on.run('graph', 'a.dts', '--format', 'dot');
    expect(code).toBe(0);
    expect(out).toContain('"/ethernet@3000" -> "/iommu@30000" [label="stream ID 0x4"];');
  });

  test('svg is one well-formed picture with all of that', async () => {
    expect((await on.run('graph', 'a.dts', '-o', 'a.svg')).out).toBe('');
    const svg = on.read('a.svg').toString();
    for (const text of ['ethernet@3000', 'iommu@30000', 'arm-smmu-v3', '0x4']) {
      expect(svg).toMatch(new RegExp(`[>]${text}</text>`));
    }
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(svg.match(/<(g|svg|text|style|defs|marker)\b/g)?.length).toBe(
      svg.match(/<\/(g|svg|text|style|defs|marker)>/g)?.length,
    );
  });

  test('json has the devices without an IOMMU too', async () => {
    const { devices, links } = JSON.parse((await on.run('graph', 'a.dts', '--format', 'json')).out);
    expect(devices.length).toBeGreaterThan(links.length);
    expect(links).toEqual([{ device: '/ethernet@3000', iommu: '/iommu@30000', ids: ['stream ID 0x4'] }]);
  });
});

describe('rules', () => {
  test('json has the fields of the contract', async () => {
    const rules = JSON.parse((await boards.run('rules', '--format', 'json')).out);
    expect(rules.length).toBeGreaterThan(100);
    for (const rule of rules) {
      expect(Object.keys(rule)).toEqual(['id', 'severity', 'title', 'platforms', 'fix', 'doc', 'source']);
    }
  });

  test('one rule is explained with its example', async () => {
    const { out } = await boards.run('rules', 'iommus-target-disabled');
    expect(out).toMatch(/^iommus-target-disabled: /);
    expect(out).toMatch(/Wrong:\n\n(.*\n)+\nRight:\n/);
  });
});

test('the bundle runs boards in worker threads and ends', { skip: !existsSync('dist/cli.cjs') }, () => {
  const many = folder(
    `${Array.from({ length: 24 }, (_, at) => `//- /b${at}.dts\n/dts-v1/;\n#include "soc.dtsi"\n`).join('')}${SOC}`,
  );
  const out = execFileSync(
    process.execPath,
    [join(process.cwd(), 'dist/cli.cjs'), 'compile', '.', '--out-dir', 'out', '-j', '2'],
    {
      cwd: many.path,
      encoding: 'utf8',
    },
  );
  expect(out).toBe('24 boards, 0 failed\n');
  expect(readdirSync(join(many.path, 'out'))).toHaveLength(24);
});
