// SPDX-License-Identifier: MIT
// The walkthrough: steps that lead somewhere, end by themselves, and have pictures that are shipped and small.
import { readFileSync, statSync } from 'node:fs';
import { expect, it, test } from 'vitest';

interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly image: Readonly<Record<string, string>>; readonly altText: string };
  readonly completionEvents: readonly string[];
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: {
    walkthroughs: readonly { readonly steps: readonly Step[] }[];
    commands: readonly { readonly command: string }[];
  };
};
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const shipped = (JSON.parse(readFileSync('scripts/release/contents.json', 'utf8')) as { vsix: readonly string[] }).vsix;
const commands = new Set([
  ...contributes.commands.map(({ command }) => command),
  // VS Code's own.
  'workbench.action.files.openFile',
]);
const steps = contributes.walkthroughs.flatMap((each) => each.steps);
const text = (key: string) => texts[key.slice(1, -1)] ?? '';

test('there are five steps', () => expect(steps).toHaveLength(5));

it.each(steps)('$id has a command that is there, and ends with an event', ({ description, completionEvents }) => {
  const links = [...text(description).matchAll(/\]\(command:([\w.]+)\)/g)].map(([, command = '']) => command);
  expect(links).toHaveLength(1);
  expect(links.every((command) => commands.has(command))).toBe(true);
  // VS Code shows them as they are there.
  expect(text(description)).not.toMatch(/[`*]/);
  expect(completionEvents).toHaveLength(1);
  const [event = ''] = completionEvents;
  const [, command] = /^onCommand:(.*)$/.exec(event) ?? [];
  expect(event === 'onContext:devicetreeIommu.opened' || command === links[0]).toBe(true);
});

it.each(steps)('$id has a picture for each kind of theme, which the VSIX has', ({ media }) => {
  expect(Object.keys(media.image).sort()).toEqual(['dark', 'hc', 'hcLight', 'light']);
  for (const file of Object.values(media.image)) {
    expect(shipped).toContain(`extension/${file}`);
    expect(statSync(file).size).toBeLessThan(40_000);
  }
  expect(text(media.altText)).not.toBe('');
});
