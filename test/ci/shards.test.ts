// SPDX-License-Identifier: MIT
// Work that several machines share: parts join to the report of one, byte for byte; and what a build system is told.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { depfileText } from '#host/cli/depfile.ts';
import { type Folder, temporaryFolders } from '#test/support/cli.ts';

const folder = temporaryFolders();
/** Two boards need the comment of the second shared file; none needs that of the first; the last board has no problem. */
const FLEET = `//- /soc.dtsi
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
		iommus = <&off 4>;
	};
};
//- /a/one.dts
/dts-v1/;
#include "../soc.dtsi"
//- /a/two.dts
/dts-v1/;
#include "../soc.dtsi"
/ { x = <&nobody>; };
//- /b/three.dts
/dts-v1/;
#include "../soc.dtsi"
&off { status = "okay"; };
//- /b/four.dts
/dts-v1/;
/ { status = "okey"; };
//- /b/five.dts
/dts-v1/;
#include "../soc.dtsi"
/ { model = "five"; };
`;

async function sharded(at: Folder, count: number, format: string, path = '.'): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = `part${index + 1}.${format}`;
      const shard = `${index + 1}/${count}`;
      writeFileSync(join(at.path, name), (await at.run('check', path, '--shard', shard, '--format', format)).out);
      return name;
    }),
  );
}

describe('parts', () => {
  const at = folder(FLEET);
  const formats = ['json', 'sarif', 'text', 'github'];
  test.each([1, 2, 3, 5, 9])('of %i machines are the report of one, in every format', async (count) => {
    const parts = await sharded(at, count, 'json');
    // In whatever order they come.
    parts.reverse();
    for (const format of formats) {
      const whole = await at.run('check', '.', '--format', format);
      expect(await at.run('merge', ...parts, '--format', format)).toEqual(whole);
    }
    const sarif = await sharded(at, count, 'sarif');
    for (const format of formats) {
      expect(await at.run('merge', ...sarif, '--format', format)).toEqual(
        await at.run('check', '.', '--format', format),
      );
    }
  });

  test('the comment that no board of any machine needs is told once all are there', async () => {
    const whole = await at.run('check', '.', '--format', 'json');
    expect(JSON.parse(whole.out).problems.map(({ rule }: { rule: string }) => rule)).toContain('unused-ignore');
  });

  test('baseline, severity and quiet are the business of merge', async () => {
    const parts = await sharded(at, 3, 'json');
    for (const more of [['--fail-on', 'warning'], ['--quiet'], ['--baseline', 'part2.json']]) {
      expect(await at.run('merge', ...parts, ...more)).toEqual(await at.run('check', '.', ...more));
    }
    await at.run('merge', ...parts, '-o', 'all.txt');
    expect(at.read('all.txt').toString()).toBe((await at.run('check', '.')).out);
  });

  test.each(['examples', 'test/model/systems', 'test/kernel/trees'])('of %s', async (path) => {
    const real = join(process.cwd(), path);
    const whole = await at.run('check', real, '--format', 'sarif');
    expect(await at.run('merge', ...(await sharded(at, 4, 'sarif', real)), '--format', 'sarif')).toEqual(whole);
  });

  test('that could not check all make the whole end with 2', async () => {
    const own = folder(FLEET);
    rmSync(join(own.path, 'a/one.dts'));
    writeFileSync(join(own.path, 'a/one.dts'), 'x'.repeat(11 << 20));
    const whole = await own.run('check', '.', '--format', 'json');
    expect(whole.code).toBe(2);
    expect(await own.run('merge', ...(await sharded(own, 3, 'json')), '--format', 'json')).toEqual(whole);
  });

  test('wrong parts are exit code 2 and one line', async () => {
    const [one = '', two = ''] = await sharded(at, 2, 'json');
    writeFileSync(join(at.path, 'whole.json'), (await at.run('check', '.', '--format', 'json')).out);
    writeFileSync(join(at.path, 'damaged.json'), at.read(one).toString().replace('"read": {', '"read": { "x": "y",'));
    writeFileSync(
      join(at.path, 'old.json'),
      at
        .read(one)
        .toString()
        .replace(/"tool": "[^"]*"/, '"tool": "0.0.1"'),
    );
    writeFileSync(join(at.path, 'half.json'), at.read(one).toString().slice(0, 99));
    const cases = [
      [[], /merge what\?/],
      [[one], /part 2\/2 is missing/],
      [[one, two, two], /give each part once/],
      [[one, 'absent.json'], /absent\.json: cannot be read/],
      [['whole.json'], /is no part of a run/],
      [['damaged.json', two], /is damaged/],
      [['old.json', two], /is of dt-iommu 0\.0\.1/],
      [['half.json', two], /cannot be read as JSON/],
    ] as const;
    for (const [names, expected] of cases) {
      const { code, out, error } = await at.run('merge', ...names);
      expect({ names, code, out, error }).toEqual({ names, code: 2, out: '', error: expect.stringMatching(expected) });
    }
  });
});

describe('a depfile', () => {
  test('names the board, what it includes, the project and what it names', async () => {
    const at = folder(`//- /dt-iommu.json
{ "kernelConfig": ".config" }
//- /.config
CONFIG_ARM_SMMU=y
//- /b/board.dts
/dts-v1/;
#include "my soc.dtsi"
/ { data = /incbin/("a#b.bin"); };
`);
    writeFileSync(join(at.path, 'b/my soc.dtsi'), '/ {};\n');
    writeFileSync(join(at.path, 'b/a#b.bin'), 'x');
    const { code } = await at.run(
      'check',
      'b/board.dts',
      '-o',
      'out $1.json',
      '--depfile',
      'out.d',
      '--format',
      'json',
    );
    expect(code).toBe(0);
    const names = ['.config', 'b/a\\#b.bin', 'b/board.dts', 'b/my\\ soc.dtsi', 'dt-iommu.json'];
    const rules = names.map((name) => `\n${name}:\n`).join('');
    expect(at.read('out.d').toString()).toBe(`out\\ $$1.json: \\\n  ${names.join(' \\\n  ')}\n${rules}`);
    expect(JSON.parse(at.read('out $1.json').toString()).files).toBe(2);
  });

  test('needs the name of what depends', async () => {
    const at = folder(FLEET);
    expect(await at.run('check', '.', '--depfile', 'x.d')).toMatchObject({
      code: 2,
      error: expect.stringMatching(/-o FILE/),
    });
  });

  const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

  test.skipIf(!has('make'))('is read by make', () => {
    const at = folder('//- /x\n');
    for (const name of ['a b', 'c#d', 'e$f', 'g']) writeFileSync(join(at.path, name), '');
    writeFileSync(join(at.path, 'deps'), depfileText('out', ['a b', 'c#d', 'e$f', 'g', 'gone.h']));
    writeFileSync(join(at.path, 'Makefile'), 'out:\n\ttouch out\n-include deps\n');
    const make = (...more: string[]) => spawnSync('make', ['-C', at.path, ...more], { encoding: 'utf8' });
    expect(make('out').status).toBe(0);
    // The header that is gone makes it anew each time; without it nothing is done twice.
    writeFileSync(join(at.path, 'deps'), depfileText('out', ['a b', 'c#d', 'e$f', 'g']));
    expect(make('-q', 'out').status).toBe(0);
    for (const name of ['a b', 'c#d', 'e$f']) {
      const later = new Date(Date.now() + 10_000);
      writeFileSync(join(at.path, name), 'x');
      spawnSync('touch', ['-d', later.toISOString(), join(at.path, name)]);
      expect([name, make('-q', 'out').status]).toEqual([name, 1]);
      spawnSync('touch', ['-d', '2001-01-01', join(at.path, name)]);
    }
  });

  test.skipIf(!has('ninja'))('docs/fleet has an example for ninja that does only what is needed', () => {
    const at = folder(FLEET);
    cpSync('docs/fleet/build.ninja', join(at.path, 'build.ninja'));
    for (const name of ['one', 'two']) cpSync(join(at.path, 'a/one.dts'), join(at.path, `boards/${name}.dts`));
    writeFileSync(
      join(at.path, 'dt-iommu'),
      `#!/bin/sh\nexec '${process.execPath}' '${process.cwd()}/dist/cli.cjs' "$@"\n`,
      { mode: 0o755 },
    );
    const env = { ...process.env, PATH: `${at.path}:${process.env.PATH}` };
    const ninja = () => spawnSync('ninja', ['-C', at.path], { encoding: 'utf8', env });
    expect(ninja().stdout).toMatch(/\[2\/2\]/);
    expect(ninja().stdout).toContain('no work to do');
    writeFileSync(join(at.path, 'soc.dtsi'), `${readFileSync(join(at.path, 'soc.dtsi'), 'utf8')}\n`);
    expect(ninja().stdout).toMatch(/\[2\/2\]/);
  });
});
