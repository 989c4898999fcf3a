// SPDX-License-Identifier: MIT
// `--changed-since`: the boards of a repository that a patch touches, by Git's own word and by what each board reads.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Folder, temporaryFolders } from '#test/support/cli.ts';

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

const folder = temporaryFolders();

function git(at: Folder, ...words: string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...who, ...words], { cwd: at.path, stdio: 'ignore' });
}

function plainFolder(): Folder {
  return folder(BOARDS);
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

  test('a file is compared by its content, whatever its time and its line ends', async () => {
    const own = repository();
    const text = own.read('boards/soc.dtsi').toString();
    writeFileSync(join(own.path, 'boards/soc.dtsi'), text);
    writeFileSync(join(own.path, 'boards/other.dts'), own.read('boards/other.dts').toString().replaceAll('\n', '\r\n'));
    expect(await touched(own)).toEqual([]);
    git(own, 'checkout', '-q', '.');
    // Right after the index was written.
    git(own, 'add', '-A');
    writeFileSync(join(own.path, 'boards/soc.dtsi'), text.replace('{}', '{ }').trimEnd());
    expect(await touched(own)).toEqual(['deep', 'direct', 'macro']);
    git(own, 'add', '-A');
    expect(await touched(own)).toEqual(['deep', 'direct', 'macro']);
    git(own, 'commit', '-q', '-m', 'second');
    expect(await touched(own)).toEqual([]);
    chmodSync(join(own.path, 'boards/soc.dtsi'), 0o600);
    expect(await touched(own)).toEqual([]);
    const { out } = await own.run('check', '.', '--changed-since', 'HEAD~1..HEAD', '--list-boards');
    expect(out).toBe('boards/deep.dts\nboards/direct.dts\nboards/macro.dts\n');
    expect((await own.run('check', '.', '--changed-since', 'HEAD~1...', '--list-boards')).out).toBe(out);
    expect((await own.run('check', '.', '--changed-since', 'HEAD~1', '--list-boards')).out).toBe(out);
  });

  test('a link that leads elsewhere, a file in place of a link, a name of other letters', async () => {
    const own = plainFolder();
    symlinkSync('soc.dtsi', join(own.path, 'boards/link.dtsi'));
    writeFileSync(join(own.path, 'boards/größe.dtsi'), '/ {};\n');
    for (const name of ['link', 'größe'])
      writeFileSync(join(own.path, `boards/of-${name}.dts`), `/dts-v1/;\n#include "${name}.dtsi"\n`);
    rmSync(join(own.path, 'boards/macro.dts'));
    git(own, 'init', '-q');
    git(own, 'add', '-A');
    git(own, 'commit', '-q', '-m', 'first');
    expect(await touched(own)).toEqual([]);
    rmSync(join(own.path, 'boards/link.dtsi'));
    symlinkSync('../include/more.h', join(own.path, 'boards/link.dtsi'));
    expect(await touched(own)).toEqual(['boards/of-link.dts']);
    rmSync(join(own.path, 'boards/link.dtsi'));
    writeFileSync(join(own.path, 'boards/link.dtsi'), 'soc.dtsi');
    expect(await touched(own)).toEqual(['boards/of-link.dts']);
    git(own, 'checkout', '-q', '.');
    writeFileSync(join(own.path, 'boards/größe.dtsi'), '/ { a; };\n');
    expect(await touched(own)).toEqual(['boards/of-größe.dts']);
  });

  describe('runs no program that the repository names', () => {
    const hostile = (prepare: (own: Folder, trap: string) => void) => {
      const own = repository();
      const trap = join(own.path, '.git/trap.sh');
      writeFileSync(trap, `#!/bin/sh\ntouch '${own.path}/.git/ran'\ncat\n`, { mode: 0o755 });
      prepare(own, trap);
      writeFileSync(join(own.path, 'boards/other.dts'), '/dts-v1/;\n/ { a; };\n');
      return { own, ran: () => existsSync(join(own.path, '.git/ran')) };
    };
    const set =
      (...keys: string[]) =>
      (own: Folder, trap: string) => {
        writeFileSync(join(own.path, '.gitattributes'), '* diff=x filter=x merge=x\n');
        for (const key of keys) git(own, 'config', key, trap);
      };
    const cases: [string, (own: Folder, trap: string) => void][] = [
      ['as a monitor', set('core.fsmonitor')],
      ['as a pager', set('core.pager', 'pager.diff', 'pager.ls-files', 'pager.rev-parse')],
      ['to show differences', set('diff.external', 'diff.x.command', 'diff.x.textconv')],
      ['to clean a file', set('filter.x.clean')],
      ['to clean every file', set('filter.x.process')],
      ['to write a file', set('filter.x.smudge', 'merge.x.driver')],
      ['to edit, sign, ask', set('core.editor', 'gpg.program', 'core.askPass', 'credential.helper', 'core.sshCommand')],
      ['by another name', set('alias.rev-parse', 'alias.ls-files', 'alias.diff-index', 'alias.diff-tree')],
      [
        'in its own attributes',
        (own, trap) => {
          writeFileSync(join(own.path, '.git/info/attributes'), '* filter=y\n');
          git(own, 'config', 'filter.y.clean', trap);
          git(own, 'config', 'filter.y.required', 'true');
        },
      ],
      [
        'in a file that its configuration includes',
        (own, trap) => {
          writeFileSync(
            join(own.path, '.git/more'),
            `[core]\n\tfsmonitor = ${trap}\n[filter "x"]\n\tclean = ${trap}\n`,
          );
          git(own, 'config', 'include.path', 'more');
          writeFileSync(join(own.path, '.gitattributes'), '* filter=x\n');
        },
      ],
      [
        'as hooks',
        (own, trap) => {
          for (const name of ['post-index-change', 'fsmonitor-watchman', 'pre-commit', 'post-checkout']) {
            copyFileSync(trap, join(own.path, `.git/hooks/${name}`));
          }
        },
      ],
      [
        'to fetch what it lacks',
        (own, trap) => {
          git(own, 'config', 'extensions.partialClone', 'origin');
          git(own, 'config', 'core.repositoryFormatVersion', '1');
          git(own, 'config', 'remote.origin.promisor', 'true');
          git(own, 'config', 'remote.origin.url', `ext::${trap}`);
          git(own, 'config', 'remote.origin.uploadpack', trap);
          git(own, 'config', 'protocol.allow', 'always');
          const tree = execFileSync('git', ['rev-parse', 'HEAD:boards'], { cwd: own.path, encoding: 'utf8' }).trim();
          rmSync(join(own.path, '.git/objects', tree.slice(0, 2), tree.slice(2)));
        },
      ],
      [
        'in a submodule',
        (own, trap) => {
          const inner = folder('//- /x.dtsi\n/ {};\n');
          git(inner, 'init', '-q');
          git(inner, 'add', '-A');
          git(inner, 'commit', '-q', '-m', 'inner');
          git(own, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.path, 'boards/inner');
          git(own, 'commit', '-q', '-m', 'with a submodule');
          execFileSync('git', ['config', 'filter.x.clean', trap], { cwd: join(own.path, 'boards/inner') });
          execFileSync('git', ['config', 'core.fsmonitor', trap], { cwd: join(own.path, 'boards/inner') });
          writeFileSync(join(own.path, 'boards/inner/.gitattributes'), '* filter=x\n');
          writeFileSync(join(own.path, 'boards/inner/x.dtsi'), '/ { x; };\n');
          git(own, 'config', 'submodule.recurse', 'true');
        },
      ],
      [
        'git',
        (own, trap) => {
          copyFileSync(trap, join(own.path, 'git'));
          copyFileSync(trap, join(own.path, 'boards/git'));
        },
      ],
    ];
    test.each(cases)('%s', async (name, prepare) => {
      const { own, ran } = hostile(prepare);
      const before = process.env.PATH;
      if (name === 'git') process.env.PATH = `.:${before}`;
      try {
        for (const revision of ['HEAD', 'HEAD...', 'HEAD~0..HEAD']) {
          const { code, out } = await own.run('check', '.', '--changed-since', revision, '--list-boards');
          if (name !== 'to fetch what it lacks') expect({ code, out }).toMatchObject({ code: 0 });
          if (name !== 'to fetch what it lacks' && revision === 'HEAD') expect(out).toContain('boards/other.dts\n');
          expect(ran()).toBe(false);
        }
      } finally {
        process.env.PATH = before;
      }
    });

    test('which a plain `git diff` would run', () => {
      for (const key of ['core.fsmonitor', 'filter.x.clean', 'filter.x.process']) {
        const { own, ran } = hostile(set(key));
        try {
          git(own, 'diff', '--name-only', 'HEAD');
        } catch {
          // The trap speaks no protocol.
        }
        expect([key, ran()]).toEqual([key, true]);
      }
    });
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
