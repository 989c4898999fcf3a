// SPDX-License-Identifier: MIT
// `--changed-since`: the boards of a repository that a patch touches, by Git's own word and by what each board reads.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Folder, folderOf } from '#test/support/cli.ts';

const BOARDS = `//- /boards/direct.dts
/dts-v1/;
#include "soc.dtsi"
//- /boards/deep.dts
/dts-v1/;
#ifdef NEVER
#include "soc.dtsi"
#endif
#include <more.h>
/ {};
//- /boards/blob.dts
/dts-v1/;
/ { data = /incbin/("data.bin"); };
//- /boards/macro.dts
/dts-v1/;
#define WHICH "none.h"
#include WHICH
/ {};
//- /boards/other.dts
/dts-v1/;
/ {};
//- /boards/data.bin
x
//- /boards/soc.dtsi
/ {};
//- /include/more.h
#include "constants.h"
//- /include/constants.h
#define ONE 1
//- /dt-iommu.json
{ "includePaths": ["include"], "boards": [{ "file": "boards/other.dts", "overlays": ["boards/more.dtso"] }] }
//- /boards/more.dtso
/dts-v1/;
/plugin/;
&{/} {};
`;

const hasGit = (() => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

const folders: Folder[] = [];
afterAll(() => {
  for (const made of folders) made.remove();
});

function git(at: Folder, ...words: string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...who, ...words], { cwd: at.path, stdio: 'ignore' });
}

function plainFolder(): Folder {
  const at = folderOf(BOARDS);
  folders.push(at);
  return at;
}

function repository(): Folder {
  const at = plainFolder();
  git(at, 'init', '-q');
  git(at, 'add', '-A');
  git(at, 'commit', '-q', '-m', 'first');
  return at;
}

async function touched(at: Folder): Promise<string[]> {
  const { code, out } = await at.run('check', '.', '--changed-since', 'HEAD', '--list-boards', '--format', 'json');
  expect(code).toBe(0);
  const names: string[] = JSON.parse(out).boards;
  // Nobody can tell what a macro names: with any change that board counts.
  return names.map((name) => name.replace(/^boards\/(\w+)\.dts$/, '$1'));
}

describe.skipIf(!hasGit)('boards that a patch touches', () => {
  const at = hasGit ? repository() : plainFolder();
  const cases: [string, () => void, string[]][] = [
    ['nothing changed', () => {}, []],
    ['a header behind a header', () => writeFileSync(join(at.path, 'include/constants.h'), '\n'), ['deep', 'macro']],
    [
      'a shared file, also under #if',
      () => writeFileSync(join(at.path, 'boards/soc.dtsi'), '/ { a; };\n'),
      ['deep', 'direct', 'macro'],
    ],
    ['a header that is gone', () => rmSync(join(at.path, 'include/more.h')), ['deep', 'macro']],
    ['a file that hides another', () => writeFileSync(join(at.path, 'boards/more.h'), '\n'), ['deep', 'macro']],
    ['bytes', () => writeFileSync(join(at.path, 'boards/data.bin'), 'y'), ['blob', 'macro']],
    [
      'an overlay of the project',
      () => writeFileSync(join(at.path, 'boards/more.dtso'), '/dts-v1/;\n/plugin/;\n'),
      ['macro', 'other'],
    ],
    [
      'the project',
      () => writeFileSync(join(at.path, 'dt-iommu.json'), '{ "includePaths": ["include"] }'),
      ['blob', 'deep', 'direct', 'macro', 'other'],
    ],
    ['a new board', () => writeFileSync(join(at.path, 'boards/new.dts'), '/dts-v1/;\n/ {};\n'), ['macro', 'new']],
  ];
  test.each(cases)('%s', async (_, change, expected) => {
    change();
    expect(await touched(at)).toEqual(expected);
    git(at, 'clean', '-fdq');
    git(at, 'checkout', '-q', '.');
  });

  test('runs no program that the repository names', async () => {
    const own = repository();
    const trap = join(own.path, 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\ntouch '${own.path}/ran'\n`);
    chmodSync(trap, 0o755);
    for (const key of ['core.fsmonitor', 'diff.external', 'core.pager', 'diff.x.textconv', 'diff.x.command'])
      git(own, 'config', key, trap);
    writeFileSync(join(own.path, '.gitattributes'), '*.dts diff=x\n');
    writeFileSync(join(own.path, 'boards/other.dts'), '/dts-v1/;\n/ { a; };\n');
    expect(await touched(own)).toContain('other');
    expect(existsSync(join(own.path, 'ran'))).toBe(false);
  });

  test('a revision is never an option', async () => {
    const { code, error } = await at.run('check', '.', `--changed-since=--output=${at.path}/written`);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(/takes a revision of Git/) });
    expect(existsSync(join(at.path, 'written'))).toBe(false);
  });

  test('an unknown revision is exit code 2 and one line', async () => {
    const { code, out, error } = await at.run('check', '.', '--changed-since', 'no-such');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^dt-iommu: --changed-since: git says: .*no-such.*\n$/);
  });
});

test('without git it is exit code 2 and one line', async () => {
  const at = plainFolder();
  const before = process.env.PATH;
  process.env.PATH = at.path;
  try {
    const { code, out, error } = await at.run('check', '.', '--changed-since', 'HEAD');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toBe('dt-iommu: --changed-since: there is no git to ask; install it, or name the files\n');
  } finally {
    process.env.PATH = before;
  }
});
