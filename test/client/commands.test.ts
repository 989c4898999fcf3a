// SPDX-License-Identifier: MIT
// The commands of the manifest are those that the client registers, and menus name no others.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: {
    commands: readonly { readonly command: string }[];
    menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
  };
};
const source = readdirSync('client/src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(`client/src/${name}`, 'utf8'))
  .join('\n');
const table = /\.\.\.registerCommands\(\{(.*?)\n {4}\}\)/s.exec(source)?.[1] ?? '';
const registered = new Set([
  ...[...source.matchAll(/registerCommand\(\s*'devicetreeIommu\.(\w+)'/g)].map(([, name]) => name),
  ...[...table.matchAll(/^ {6}(\w+):/gm)].map(([, name]) => name),
]);
const commands = contributes.commands.map(({ command }) => command.replace('devicetreeIommu.', ''));

it.each(commands)('%s is registered', (name) => expect(registered).toContain(name));

test('menus have commands of the manifest', () => {
  const inMenus = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
  for (const command of inMenus) expect(commands).toContain(command.replace('devicetreeIommu.', ''));
});

test('what is registered and has no title is run by links and items alone', () => {
  expect([...registered].filter((name) => !commands.includes(name ?? '')).sort()).toEqual(['showRule']);
});
