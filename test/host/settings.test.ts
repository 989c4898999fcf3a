// SPDX-License-Identifier: MIT
// The manifest and the code say the same: settings, rule levels, platforms, what is in the package.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GROUP_NAMES } from '#host/lsp/features/offered.ts';
import { readSettings, readShown, SECTION, SETTINGS } from '#host/lsp/settings.ts';
import { PLATFORM_KINDS, RULE_LEVELS } from '#ide/boards/project.ts';
import { LENS_DEFAULTS } from '#ide/hints/code-lenses.ts';
import { HINT_DEFAULTS } from '#ide/hints/inlay-hints.ts';
import { folderOf } from '#test/support/cli.ts';

const SHOWN = [
  ...Object.entries(HINT_DEFAULTS).map(([kind, usual]) => ({ group: 'inlayHints', kind, usual })),
  ...Object.entries(LENS_DEFAULTS).map(([kind, usual]) => ({ group: 'codeLens', kind, usual })),
].map((each) => ({ ...each, name: `${each.group}.${each.kind}` }));

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const contributed = manifest.contributes.configuration.properties;

test('package.json contributes the settings that the server reads, and those of the client', () => {
  const shown = [...SHOWN.map(({ name }) => name)];
  const features = GROUP_NAMES.map((name) => `features.${name}`);
  const names = [...SETTINGS, ...shown, ...features, 'trace.server'].map((name) => `${SECTION}.${name}`);
  expect(Object.keys(contributed).sort()).toEqual(names.sort());
});

test.each(SHOWN)('$name is shown or not as the manifest says, and as the user says', ({ name, group, kind, usual }) => {
  expect(contributed[`${SECTION}.${name}`].default).toBe(usual);
  const key = group === 'inlayHints' ? 'hints' : 'lenses';
  const of = (value: unknown) => (readShown(value)[key] as Record<string, boolean>)[kind];
  expect([of(undefined), of({ [group]: { [kind]: !usual } }), of({ [group]: { [kind]: 'yes' } })]).toEqual([
    usual,
    !usual,
    usual,
  ]);
});

test('every default of the manifest counts as not set', () => {
  const defaults = Object.fromEntries(SETTINGS.map((name) => [name, contributed[`${SECTION}.${name}`].default]));
  const { settings, complaints } = readSettings(defaults, '/work');
  expect(complaints).toEqual([]);
  expect(settings).toEqual({ defines: {}, rules: {} });
});

test('the manifest has the platforms and the rule levels of the code', () => {
  expect(contributed[`${SECTION}.platform`].enum).toEqual([null, ...PLATFORM_KINDS]);
  expect(contributed[`${SECTION}.rules`].additionalProperties.enum).toEqual(RULE_LEVELS);
});

test('a setting that says nothing the server knows is left out, with one sentence', () => {
  const { settings, complaints } = readSettings(
    { platform: 'solaris', includePaths: ['inc'], cmdline: 'quiet' },
    '/work',
  );
  expect(settings).toEqual({ includePaths: ['/work/inc'], cmdline: 'quiet' });
  expect(complaints).toEqual([
    '`devicetreeIommu.platform` is not one of linux, xen-dom0, xen-domu, xen-host, kvm, zephyr; it is ignored.',
  ]);
});

test('the package is an allow-list', () => {
  const [first, ...rest] = readFileSync('.vscodeignore', 'utf8').trim().split('\n');
  expect(first).toBe('**');
  expect(rest.every((line) => line.startsWith('!'))).toBe(true);
});

test('the problem matcher of the task reads what `dt-iommu check` prints', async () => {
  const [matcher] = manifest.contributes.problemMatchers;
  const folder = folderOf(
    '//- /guest.dts\n/dts-v1/;\n/ { v { compatible = "virtio,mmio"; xen,backend-domid = <1>; }; };\n',
  );
  const { out } = await folder.run('check', '--no-color', '.');
  folder.remove();
  const pattern = new RegExp(matcher.pattern.regexp);
  const [found, ...more] = out.split('\n').flatMap((line) => pattern.exec(line) ?? []);
  expect(found).toMatch(/^guest\.dts:2:37: warning: No Linux reads/);
  const { file, line, column, severity, code } = matcher.pattern;
  expect([file, line, column, severity, code].map((group) => more[group - 1])).toEqual([
    'guest.dts',
    '2',
    '37',
    'warning',
    'xen-backend-domid-legacy',
  ]);
});
