// SPDX-License-Identifier: MIT
// SARIF as its readers take it: valid by the schema of 2.1.0, repairs that give what `fix` writes, findings that keep
// their fingerprints, and a baseline made from it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Schema, Validator } from '@cfworker/json-schema';
import type { Fix, Log, Result } from 'sarif';
import { expect, test } from 'vitest';
import { lineStarts } from '#base/text.ts';
import { type Folder, temporaryFolders } from '#test/support/cli.ts';

const schemaFile = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const schema: Schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
const validator = new Validator(schema, '7', true);

const folder = temporaryFolders();
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
	virtio@3000000 {
		compatible = "virtio,mmio";
		reg = <0x3000000 0x200>;
		status = "okey";
	};
};
//- /right.dts
/dts-v1/;
/ {};
//- /broken.dts
/dts-v1/;
/ { x = <&nobody>; y = <1; };
`;

function results(out: string): Result[] {
  const log: Log = JSON.parse(out);
  expect(validator.validate(log).errors).toEqual([]);
  return log.runs[0]?.results ?? [];
}

test('is valid by the schema, for findings of every kind', async () => {
  const at = folder(GUEST);
  expect(results((await at.run('check', '.', '--format', 'sarif')).out).length).toBeGreaterThan(2);
  expect(
    results(
      (await at.run('check', 'guest.dts', '--rule-is-not', '--format', 'sarif')).out || '{"version":"2.1.0","runs":[]}',
    ),
  ).toEqual([]);
});

test('the schema refuses what SARIF does not know', () => {
  expect(validator.validate({ version: '2.1.0', runs: [{ results: [] }] }).valid).toBe(false);
});

test.each(['examples', 'test/model/systems', 'test/kernel/trees'])('is valid for %s', async (path) => {
  const at = folder(GUEST);
  const { out } = await at.run('check', join(process.cwd(), path), '--format', 'sarif');
  const found = results(out);
  expect(found.length).toBeGreaterThan(5);
  const prints = found.map(({ partialFingerprints }) => partialFingerprints?.['dtIommu/v1']);
  expect(new Set(prints).size).toBe(found.length);
});

test('a rule comes with its page', async () => {
  const { out } = await folder(GUEST).run('check', 'guest.dts', '--format', 'sarif');
  const [run] = (JSON.parse(out) as Log).runs;
  const rule = run?.tool.driver.rules?.find(({ id }) => id === 'xen-backend-domid-legacy');
  expect(rule?.help?.markdown).toMatch(/^# xen-backend-domid-legacy\n[\s\S]*## Not reported/);
  expect(rule?.shortDescription?.text).not.toBe('');
});

/** What a reader of SARIF does with one fix. */
function applied(at: Folder, fix: Fix): Map<string, string> {
  return new Map(
    fix.artifactChanges.map(({ artifactLocation, replacements }) => {
      const name = decodeURIComponent(artifactLocation.uri ?? '');
      let text = at.read(name).toString();
      const starts = lineStarts(text);
      const offset = (line = 1, column = 1) => (starts[line - 1] ?? text.length) + column - 1;
      const edits = replacements.map(
        ({ deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent }) => ({
          start: offset(startLine, startColumn),
          end: offset(endLine, endColumn),
          with: insertedContent?.text ?? '',
        }),
      );
      for (const edit of edits.sort((a, b) => b.start - a.start))
        text = text.slice(0, edit.start) + edit.with + text.slice(edit.end);
      return [name, text] as const;
    }),
  );
}

test.each(['xen-backend-domid-legacy', 'status-unknown'])(
  'its fix of %s is what `fix --write` writes',
  async (rule) => {
    const at = folder(GUEST);
    const found = results((await at.run('check', 'guest.dts', '--format', 'sarif')).out);
    const [fix] = found.find(({ ruleId }) => ruleId === rule)?.fixes ?? [];
    const text = fix && applied(at, fix).get('guest.dts');
    await at.run('fix', 'guest.dts', '--rule', rule, '--write');
    expect(text).toBe(at.read('guest.dts').toString());
  },
);

test('a baseline from SARIF hides what moved, and shows what is new', async () => {
  const at = folder(GUEST);
  writeFileSync(join(at.path, 'known.sarif'), (await at.run('check', 'guest.dts', '--format', 'sarif')).out);
  const before = at.read('guest.dts').toString();
  writeFileSync(join(at.path, 'guest.dts'), before.replace('/dts-v1/;', '/dts-v1/;\n\n/* moved */\n'));
  const check = ['check', 'guest.dts', '--fail-on', 'info', '--baseline', 'known.sarif', '--format'] as const;
  const moved = await at.run(...check, 'sarif');
  expect({ code: moved.code, found: results(moved.out) }).toEqual({ code: 0, found: [] });
  const second = before.match(/\tvirtio@2[^}]*};\n/)?.[0].replaceAll('2000000', '4000000') ?? '';
  writeFileSync(join(at.path, 'guest.dts'), before.replace(/};\s*$/, `${second}};\n`));
  const more = await at.run(...check, 'sarif');
  expect(more.code).toBe(1);
  const found = results(more.out);
  expect(found.map(({ ruleId }) => ruleId)).toContain('xen-backend-domid-legacy');
  expect(
    found.every(({ baselineState, message }) => baselineState === 'new' && !message.text?.includes('2000000')),
  ).toBe(true);
  expect((await at.run(...check, 'github')).out).toMatch(/^::\w+ file=guest\.dts,line=2\d,/m);
});

test.each([
  ['{"version":"2.1.0","runs":[{"results":[{"ruleId":"x"}]}]}', /without fingerprints/],
  ['{"version":"2.1.0"}', /is not a report/],
  ['[null]', /is not a report/],
  ['{', /cannot be read as a baseline/],
])('a baseline of %s is exit code 2', async (text, expected) => {
  const at = folder(GUEST);
  writeFileSync(join(at.path, 'known'), text);
  const { code, out, error } = await at.run('check', 'guest.dts', '--baseline', 'known');
  expect({ code, out, error }).toEqual({ code: 2, out: '', error: expect.stringMatching(expected) });
});

test.each(['{"problems":[null,1,{"file":1}]}', '{"runs":[null,{"results":7}]}'])(
  'a baseline of %s knows nothing',
  async (text) => {
    const at = folder(GUEST);
    writeFileSync(join(at.path, 'known'), text);
    expect((await at.run('check', 'broken.dts', '--baseline', 'known')).code).toBe(1);
  },
);
