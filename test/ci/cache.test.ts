// SPDX-License-Identifier: MIT
// `check --cache DIR`: the report of a run that remembers is that of one that does not, and only what changed is read.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CacheFolder } from '#host/cli/cache/folder.ts';
import { digest } from '#host/cli/cache/observed.ts';
import { type Folder, type Ran, temporaryFolders } from '#test/support/cli.ts';

const folder = temporaryFolders();
const FLEET = `//- /dt-iommu.json
{ "includePaths": ["include", "more"], "boards": [{ "file": "b/three.dts", "overlays": ["b/three.dtso"] }] }
//- /include/number.h
#define NUMBER 4
//- /more/late.h
#define LATE 1
//- /soc.dtsi
#include <number.h>
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	/* dt-iommu-ignore iommu-map-uncovered: nobody needs it */
	off: iommu@30000 {
		compatible = "arm,smmu-v3";
		reg = <0x30000 0x20000>;
		#iommu-cells = <1>;
		status = "disabled";
	};
	eth: ethernet@3000 {
		compatible = "example,ethernet";
		reg = <0x3000 0x1000>;
		iommus = <&off NUMBER>;
	};
};
//- /a/one.dts
/dts-v1/;
#include "../soc.dtsi"
//- /a/two.dts
/dts-v1/;
#include "../soc.dtsi"
#include <late.h>
/ { x = <&nobody LATE>; };
//- /b/three.dts
/dts-v1/;
/ { base: three { }; };
//- /b/three.dtso
/dts-v1/;
/plugin/;
&base { status = "okey"; };
//- /b/four.dts
/dts-v1/;
/ { status = "okey"; data = /incbin/("data.bin"); };
//- /b/data.bin
x
//- /b/five.dts
/dts-v1/;
/* dt-iommu-ignore-file iommu-map-uncovered: nobody needs it */
/ { time = __TIMESTAMP__; };
`;

const BOARDS = ['a/one', 'a/two', 'b/five', 'b/four', 'b/three'];

interface Kept {
  readonly board: string;
  readonly path: string;
  /** Another one once it was written again. */
  readonly version: string;
}

function records(at: Folder): Kept[] {
  const cache = join(at.path, '.cache');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
    .flatMap((name) => {
      const path = join(cache, name);
      const text = readFileSync(path, 'utf8');
      const { key } = JSON.parse(text.slice(text.indexOf('\n') + 1));
      if (key === undefined) return [];
      const board = key.slice(key.lastIndexOf('\n') + 1 + at.path.length + 1).replace(/\.dts$/, '');
      return [{ board, path, version: `${name} ${statSync(path).ino}` }];
    });
}

const check = (at: Folder, ...more: string[]): Promise<Ran> => at.run('check', '.', ...more);

/** Runs with and without; says which boards were worked out anew. */
async function anew(at: Folder, ...more: string[]): Promise<string[]> {
  const plain = await check(at, '--format', 'json', ...more);
  const before = records(at).map(({ version }) => version);
  expect(await check(at, '--format', 'json', '--cache', '.cache', ...more)).toEqual(plain);
  const after = records(at).filter(({ version }) => !before.includes(version));
  return after.map(({ board }) => board).sort();
}

describe('a second run', () => {
  test.each([['text'], ['json'], ['sarif'], ['github'], ['gitlab']])(
    'says the same in %s, with the same exit code',
    async (format) => {
      const at = folder(FLEET);
      for (const more of [[], ['--shard', '1/2'], ['--fail-on', 'info'], ['--quiet'], ['--syntax-only']]) {
        if (more[0] === '--shard' && !/json|sarif/.test(format)) continue;
        const plain = await check(at, '--format', format, ...more);
        for (let run = 0; run < 2; run++) {
          expect(await check(at, '--format', format, '--cache', '.cache', ...more)).toEqual(plain);
        }
      }
    },
  );

  test('reads nothing anew, also for a part of it, a depfile and from another folder', async () => {
    const at = folder(FLEET);
    expect(await anew(at)).toEqual(BOARDS);
    expect(await anew(at)).toEqual([]);
    // A part has what repairs would change, for the SARIF that it may become.
    expect(await anew(at, '--shard', '2/5')).toEqual(['a/two']);
    expect(await anew(at, '--shard', '1/2')).toEqual(['a/one', 'b/five']);
    expect(await anew(at, '--shard', '1/2')).toEqual([]);
    expect(await anew(at, '--jobs', '1')).toEqual([]);
    const deps = async (...more: string[]) => {
      await check(at, '-o', 'out', '--depfile', 'out.d', ...more);
      return at.read('out.d').toString();
    };
    expect(await deps('--cache', '.cache')).toBe(await deps());
    expect(await at.run('check', 'b', '--cache', '.cache')).toEqual(await at.run('check', 'b'));
    expect(await anew(at)).toEqual([]);
  });
});

describe('what changes is checked again, and nothing else', () => {
  const write = (name: string, text: string) => (at: Folder) => writeFileSync(join(at.path, name), text);
  const cases: [string, (at: Folder) => void, string[]][] = [
    ['a header', write('include/number.h', '#define NUMBER 5\n'), ['a/one', 'a/two']],
    ['a shared file', write('soc.dtsi', '/ {};\n'), ['a/one', 'a/two']],
    ['a file that an include finds first now', write('include/late.h', '#define LATE 2\n'), ['a/two']],
    ['a file beside that hides one', write('a/number.h', '#define NUMBER 9\n'), []],
    [
      'a header that is gone',
      (at) => {
        // The nearest of its name is looked for up to where other tests make their folders: it is found before.
        mkdirSync(join(at.path, 'elsewhere'));
        renameSync(join(at.path, 'more/late.h'), join(at.path, 'elsewhere/late.h'));
      },
      ['a/two'],
    ],
    ['bytes that are read in', write('b/data.bin', 'y'), ['b/four']],
    ['an overlay of the project', write('b/three.dtso', '/dts-v1/;\n/plugin/;\n'), ['b/three']],
    ['the project file', write('dt-iommu.json', '{ "includePaths": ["include", "more"] }'), BOARDS],
    ['another project file nearer', write('a/dt-iommu.json', '{ "includePaths": ["../include"] }'), ['a/one', 'a/two']],
    ['a source tree around it', write('Kconfig.zephyr', ''), BOARDS],
    ['a board', write('b/four.dts', '/dts-v1/;\n/ {};\n'), ['b/four']],
    ['a new board', write('b/six.dts', '/dts-v1/;\n/ {};\n'), ['b/six']],
    ['a time that the text asks for', (at) => utimesSync(join(at.path, 'b/five.dts'), 1e9, 1e9), ['b/five']],
    ['a time that none asks for', (at) => utimesSync(join(at.path, 'soc.dtsi'), 1e9, 1e9), []],
    [
      'the same size at the same time',
      (at) => {
        const path = join(at.path, 'include/number.h');
        const { atime, mtime } = statSync(path);
        writeFileSync(path, '#define NUMBER 7\n');
        utimesSync(path, atime, mtime);
      },
      ['a/one', 'a/two'],
    ],
    [
      'a link that leads elsewhere',
      (at) => {
        writeFileSync(join(at.path, 'other.dtsi'), at.read('soc.dtsi'));
        rmSync(join(at.path, 'soc.dtsi'));
        symlinkSync('other.dtsi', join(at.path, 'soc.dtsi'));
      },
      [],
    ],
    [
      'what a link of a folder leads to',
      (at) => {
        mkdirSync(join(at.path, 'other'));
        writeFileSync(join(at.path, 'other/number.h'), at.read('include/number.h'));
        rmSync(join(at.path, 'include'), { recursive: true });
        symlinkSync('other', join(at.path, 'include'));
      },
      ['a/one', 'a/two'],
    ],
    [
      'a byte that is no UTF-8',
      (at) => writeFileSync(join(at.path, 'more/late.h'), Buffer.from([0x2f, 0x2f, 0xe4])),
      ['a/two'],
    ],
  ];
  test.each(cases)('%s', async (_, change, expected) => {
    const at = folder(FLEET);
    await anew(at);
    change(at);
    expect(await anew(at)).toEqual(expected);
    expect(await anew(at)).toEqual([]);
  });

  test('one such byte for another', async () => {
    const at = folder(FLEET);
    writeFileSync(join(at.path, 'more/late.h'), Buffer.from([0x2f, 0x2f, 0xe4]));
    await anew(at);
    writeFileSync(join(at.path, 'more/late.h'), Buffer.from([0x2f, 0x2f, 0xe5]));
    expect(await anew(at)).toEqual(['a/two']);
  });

  test.each([
    [['-I', 'more']],
    [['-D', 'X=1']],
    [['--kernel-version', '6.1']],
    [['--platform', 'xen-domu']],
    [['--cmdline', 'iommu.passthrough=1']],
    [['--dtc-version', '1.6.1']],
  ])('with %s', async (options) => {
    const at = folder(FLEET);
    await anew(at);
    expect(await anew(at, ...options)).toEqual(BOARDS);
    expect(await anew(at, ...options)).toEqual([]);
    expect(await anew(at)).toEqual([]);
  });

  test('the configuration of the kernel', async () => {
    const at = folder(FLEET);
    writeFileSync(join(at.path, 'config'), 'CONFIG_ARM_SMMU_V3=y\n');
    await anew(at, '--kernel-config', 'config');
    writeFileSync(join(at.path, 'config'), '# CONFIG_ARM_SMMU_V3 is not set\n');
    expect(await anew(at, '--kernel-config', 'config')).toEqual(BOARDS);
  });
});

test('trees of a Xen system that one process checks one after the other', async () => {
  const at = folder(`//- /dt-iommu.json
{ "boards": [{ "file": "host.dts", "domains": [{ "node": "/chosen/domU", "deviceTree": "domu.dts" }] }] }
//- /one.dtsi
/ { one; };
//- /host.dts
/dts-v1/;
/ { chosen { domU { compatible = "xen,domain"; }; }; };
//- /domu.dts
/dts-v1/;
#include "one.dtsi"
/ { passthrough { }; };
//- /other.dts
/dts-v1/;
/ { };
`);
  expect(await anew(at)).toEqual(['domu', 'host', 'other']);
  writeFileSync(join(at.path, 'one.dtsi'), '/ { two; };\n');
  expect(await anew(at)).toEqual(['domu', 'host']);
});

test('bindings that are held against the boards', async () => {
  const at = folder(`//- /Documentation/devicetree/bindings/x.yaml
$id: http://devicetree.org/schemas/x.yaml#
properties:
  compatible:
    const: example,x
  a: true
required: [compatible]
additionalProperties: false
//- /b/one.dts
/dts-v1/;
/ { x { compatible = "example,x"; b; }; };
//- /b/two.dts
/dts-v1/;
/ { };
`);
  expect(await anew(at, '--bindings')).toEqual(['b/one', 'b/two']);
  expect(await anew(at, '--bindings')).toEqual([]);
  expect(await anew(at)).toEqual(['b/one', 'b/two']);
  const path = join(at.path, 'Documentation/devicetree/bindings/x.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('a: true', 'b: true'));
  expect(await anew(at, '--bindings')).toEqual(['b/one', 'b/two']);
});

describe('the folder', () => {
  const damage: [string, (path: string) => void][] = [
    ['empty', (path) => writeFileSync(path, '')],
    ['cut', (path) => writeFileSync(path, readFileSync(path).subarray(0, 500))],
    ['changed', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"problems":[', '"problems":[7,'))],
    ['of no use', (path) => writeFileSync(path, 'x'.repeat(99))],
    [
      'of another form',
      (path) => {
        const body = JSON.stringify({ key: 'x', own: [], result: { files: [], problems: [] } });
        writeFileSync(path, `${digest(body)}\n${body}`);
      },
    ],
    [
      'without problems, under its own sum',
      (path) => {
        const text = readFileSync(path, 'utf8');
        const record = JSON.parse(text.slice(text.indexOf('\n') + 1));
        const body = JSON.stringify({ ...record, result: { files: [1] } });
        writeFileSync(path, `${digest(body)}\n${body}`);
      },
    ],
    [
      'a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      'a link',
      (path) => {
        rmSync(path);
        symlinkSync('/etc/passwd', path);
      },
    ],
  ];
  test.each(damage)('has a record that is %s: the board is checked', async (name, change) => {
    const at = folder(FLEET);
    await anew(at);
    const path = records(at).find(({ board }) => board === 'a/two')?.path ?? '';
    change(path);
    const plain = await check(at, '--format', 'json');
    const again = await check(at, '--format', 'json', '--cache', '.cache');
    expect(again.out).toBe(plain.out);
    expect(again.code).toBe(plain.code);
    expect(again.error).toMatch(name === 'a folder' ? /could be kept \((EISDIR|ENOTEMPTY|ENOTDIR)\)/ : /^[^()]*$/);
    expect(readFileSync('/etc/passwd', 'utf8')).toContain('root');
  });

  test('that cannot be used is exit code 2 and one line', async () => {
    const at = folder(FLEET);
    mkdirSync(join(at.path, 'real'));
    symlinkSync('real', join(at.path, 'link'));
    mkdirSync(join(at.path, 'locked'));
    chmodSync(join(at.path, 'locked'), 0o555);
    const cases = [
      ['link', /--cache link: is a symbolic link; name the folder itself\n$/],
      ['soc.dtsi', /--cache soc\.dtsi: is not a folder; name one\n$/],
      ['locked', /--cache locked: is read-only; .*\n$/],
      ['no/such', /--cache no\/such: cannot be written \(ENOENT\); .*\n$/],
    ] as const;
    for (const [name, expected] of cases) {
      const { code, out, error } = await check(at, '--cache', name);
      expect({ code, out, error }).toEqual({ code: 2, out: '', error: expect.stringMatching(expected) });
    }
    expect(readdirSync(join(at.path, 'real'))).toEqual([]);
    chmodSync(join(at.path, 'locked'), 0o755);
  });

  test('says what it is, and others of its files stay', async () => {
    const at = folder(FLEET);
    await anew(at);
    expect(at.read('.cache/CACHEDIR.TAG').toString()).toMatch(/^Signature: 8a477f597d28d172789f06886806bc55\n/);
    writeFileSync(join(at.path, '.cache/mine.json'), '{}');
    await anew(at, '-D', 'X');
    expect(at.read('.cache/mine.json').toString()).toBe('{}');
  });

  test('is bounded: what was used longest ago goes first', () => {
    const at = folder('//- /x\n');
    const path = join(at.path, 'cache');
    const names = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
    const first = new CacheFolder(path, 'cache', 10_000);
    for (const [index, name] of names.entries()) {
      first.write(name, 'x'.repeat(4000));
      utimesSync(join(path, `${name}.json`), 1000 + index, 1000 + index);
    }
    first.use(names[0] ?? '', 1e10);
    first.close(1e10);
    expect(readdirSync(path).sort()).toEqual(['CACHEDIR.TAG', `${names[0]}.json`, `${names[2]}.json`]);
    expect(first.trouble).toBeUndefined();
  });

  test('keeps nothing of what failed or came by standard input', async () => {
    const at = folder(FLEET);
    writeFileSync(join(at.path, 'a/two.dts'), 'x'.repeat(11 << 20));
    const args = ['check', '.', '--format', 'json'];
    expect(await at.run(...args, '--cache', '.cache')).toEqual(await at.run(...args));
    expect(
      records(at)
        .map(({ board }) => board)
        .sort(),
    ).toEqual(['a/one', 'b/five', 'b/four', 'b/three']);
    const piped = ['check', '-', '--stdin-name', 'a/one.dts', '--format', 'json'];
    const text = '/dts-v1/;\n/ { x = <&nobody>; };\n';
    expect(await at.pipe(text, ...piped, '--cache', '.cache')).toEqual(await at.pipe(text, ...piped));
    expect(await at.pipe('', ...piped, '--cache', 'none')).toEqual(await at.pipe('', ...piped));
    expect(existsSync(join(at.path, 'none'))).toBe(false);
  });
});

test('two runs at once, in worker threads, write it together', async () => {
  const at = folder(FLEET);
  for (let index = 0; index < 20; index++) writeFileSync(join(at.path, `a/more${index}.dts`), at.read('a/one.dts'));
  const cli = realpathSync('dist/cli.cjs');
  const args = ['check', '.', '--format', 'json', '--jobs', '2'];
  const run = (...more: string[]) =>
    new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [cli, ...args, ...more], { cwd: at.path });
      let out = '';
      child.stdout.on('data', (data) => {
        out += data;
      });
      child.on('close', (code) => resolve(`${code} ${out}`));
    });
  const plain = await at.run(...args);
  const whole = `${plain.code} ${plain.out}`;
  expect(await Promise.all([run('--cache', '.cache'), run('--cache', '.cache')])).toEqual([whole, whole]);
  expect(records(at).length).toBe(25);
  expect(readdirSync(join(at.path, '.cache')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(await run('--cache', '.cache')).toBe(whole);
}, 60_000);
