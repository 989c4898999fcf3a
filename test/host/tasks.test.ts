// SPDX-License-Identifier: MIT
// docs/tasks/*.md: each page from top to bottom, its files written, its commands run, their output as the page shows it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Folder, temporaryFolders } from '#test/support/cli.ts';

const PAGES = readdirSync('docs/tasks')
  .filter((name) => name.endsWith('.md'))
  .sort();
const hasGit = spawnSync('git', ['--version']).status === 0;
/** Fills commands that have no output yet, for a person to read: `FILL=1 npx vitest run test/host/tasks.test.ts`. */
const fills = process.env.FILL === '1';

interface Command {
  readonly line: string;
  readonly shown: string;
}

/** `$ command`, and what follows up to the next one. */
function commandsOf(block: string): Command[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({ line: part.split('\n', 1)[0] ?? '', shown: part.slice(part.indexOf('\n') + 1) }));
}

/** As a shell splits, as far as the pages go. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain!,
  );
}

async function said(folder: Folder, line: string): Promise<string> {
  const [program = '', ...words] = wordsOf(line);
  const to = words.indexOf('>');
  const args = to < 0 ? words : words.slice(0, to);
  if (program === 'dt-iommu') {
    const { out, error } = await folder.run(...args);
    if (to < 0) return out + error;
    writeFileSync(join(folder.path, words[to + 1] ?? ''), out);
    return error;
  }
  if (program !== 'git') throw new Error(`${program}: the pages run dt-iommu and git only`);
  const own = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=A Reader', '-c', 'user.email=reader@example.org', '-c', 'init.defaultBranch=main'];
  const ran = spawnSync('git', [...who, ...args], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...process.env, ...own },
  });
  return ran.stdout + ran.stderr;
}

/** A line `…` stands for any lines. */
function matcher(shown: string): RegExp {
  const escaped = shown.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/^…\n/gm, '(?:.*\\n)*?')}$`);
}

const newFolder = temporaryFolders();

test('has the tasks that the README promises', () => {
  expect(PAGES.length).toBeGreaterThanOrEqual(5);
});

test.each(PAGES)('%s', async (name) => {
  const path = `docs/tasks/${name}`;
  const page = readFileSync(path, 'utf8');
  const folder = newFolder('//- /readme\n');
  let filled = page;
  let ran = 0;
  for (const [block, kind, file = '', text = ''] of page.matchAll(/^```(dts|console|file) ?(\S*)\n(.*?)^```$/gms)) {
    if (kind !== 'console') {
      mkdirSync(dirname(join(folder.path, file)), { recursive: true });
      writeFileSync(join(folder.path, file), text);
      continue;
    }
    let told = '```console\n';
    for (const { line, shown } of commandsOf(text)) {
      if (!hasGit && (line.startsWith('git ') || line.includes('--changed-since'))) continue;
      const output = await said(folder, line);
      ran++;
      if (fills && shown.trim() === '') told += `$ ${line}\n${output}`;
      else {
        told += `$ ${line}\n${shown}`;
        expect(output, `${name}: ${line}`).toMatch(matcher(shown));
      }
    }
    filled = filled.replace(block, () => `${told}\`\`\``);
  }
  expect(ran).toBeGreaterThan(1);
  if (fills) writeFileSync(path, filled);
});
