// SPDX-License-Identifier: MIT
// What Git shows beside a file: a repository with a history and a merge in progress, in VS Code with its Git extension.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNodeHost } from './run-node.mjs';
import { prepared } from './session.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const guest = readFileSync(path.join(here, 'fixtures/linux/arch/arm64/boot/dts/acme/guest.dts'), 'utf8');

/** Other lines in front and another order: an edit that counts in this text does harm in that one. */
const older = (comment) =>
  `/* ${comment} */\n`.repeat(12) + guest.replace('\t\tdma-coherent;\n', '').replace('0x200>', '0x100>');

/** Two folders with a file of the same name; one is a repository. Gives the workspace file. */
function prepare({ folder }) {
  const repository = path.join(folder, 'repository');
  const second = path.join(folder, 'second');
  mkdirSync(repository);
  mkdirSync(second);
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const write = (name, text) => writeFileSync(path.join(repository, name), text);
  const commit = (message) => {
    git('add', '-A');
    git('commit', '-q', '-m', message);
  };
  git('init', '-q', '-b', 'main');
  write('guest.dts', older('the first version'));
  write('merged.dts', guest);
  commit('first');
  write('guest.dts', older('the second version, which is HEAD'));
  commit('second');
  git('checkout', '-q', '-b', 'theirs');
  write('merged.dts', guest.replace('0x2000000 0x200', '0x2000000 0x1000'));
  commit('theirs');
  git('checkout', '-q', 'main');
  write('merged.dts', `// ours\n// ours\n${guest.replace('0x2000000 0x200', '0x2000000 0x400')}`);
  commit('ours');
  try {
    git('merge', 'theirs');
    throw new Error('the merge has no conflict');
  } catch (error) {
    if (error.status !== 1) throw error;
  }
  write('guest.dts', guest);
  writeFileSync(path.join(second, 'guest.dts'), `// second\n${guest}`);
  const workspace = path.join(folder, 'git.code-workspace');
  writeFileSync(workspace, JSON.stringify({ folders: [{ path: repository }, { path: second }] }));
  return { workspace };
}

const extension = prepared('E2E_EXTENSION');
const code = await runInNodeHost({
  extension,
  tests: path.join(extension, 'e2e/git.cjs'),
  settings: { 'git.enabled': true, 'git.autofetch': false, 'git.confirmSync': false, 'git.autorefresh': true },
  prepare,
});
if (code !== 0) console.error(`The tests ended with ${code}.`);
process.exit(code === 0 ? 0 : 1);
