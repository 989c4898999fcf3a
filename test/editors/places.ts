// SPDX-License-Identifier: MIT
// Where an editor is: on this machine, or in a root of a newer Debian that has newer editors.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installCommand, ROOT, type Run } from '#test/support/machine.ts';

/** A program that is not there is given with {@link Run.code} `null`. */
export interface Place {
  readonly name: string;
  /** A new folder, as this machine names it. */
  folder(): string;
  /** Runs a program in such a folder, which is its home too, with `dt-iommu` on the path. */
  run(folder: string, words: readonly [string, ...string[]]): Run;
}

/** What hangs ends here; an editor's script ends by itself when the server says nothing. */
export const HANGS = 180_000;

export const here: Place = {
  name: 'here',
  folder: () => mkdtempSync(join(tmpdir(), 'dt-iommu-editor-')),
  run(folder, [program, ...words]) {
    const bin = join(folder, 'bin');
    installCommand(bin);
    const env = { ...process.env, ...homeOf(folder), PATH: `${bin}${delimiter}${process.env.PATH}` };
    return runOf(spawnSync(program, words, { cwd: folder, env, encoding: 'utf8', timeout: HANGS }));
  },
};

const homeOf = (folder: string) => ({
  HOME: folder,
  XDG_CONFIG_HOME: join(folder, '.config'),
  XDG_STATE_HOME: folder,
  XDG_DATA_HOME: folder,
});

function runOf({ status, stdout, stderr, error }: ReturnType<typeof spawnSync>): Run {
  return { code: error ? null : status, out: String(stdout ?? ''), error: String(error ?? stderr ?? '') };
}

/**
 * A Debian of its own with the editors of `suite`, this machine's Node, and `dt-iommu` of dist/.
 * @returns why it cannot be had, where it cannot
 */
export function debian(suite: string, packages: readonly string[]): Place | string {
  const made = spawnSync(join(ROOT, 'scripts/debian-root.sh'), [suite, 'libstdc++6', ...packages], {
    encoding: 'utf8',
  });
  if (made.status !== 0) return (made.stderr || String(made.error)).trim();
  const root = made.stdout.trim();
  const command = join(root, 'opt/dt-iommu');
  cpSync(join(ROOT, 'dist'), join(command, 'dist'), { recursive: true });
  const node = join(root, 'usr/local/bin/node');
  if (!existsSync(node)) copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  mkdirSync(join(root, 'work'), { recursive: true });
  return {
    name: suite,
    folder: () => mkdtempSync(join(root, 'work/')),
    run(folder, words) {
      const within = folder.slice(root.length);
      const settings = {
        ...homeOf(within),
        PATH: `${within}/bin:/usr/local/bin:/usr/bin:/bin`,
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
      };
      installCommand(join(folder, 'bin'), { node: '/usr/local/bin/node', root: '/opt/dt-iommu/' });
      const env = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
      // Terminals and processes of its own, gone with the program: nothing is mounted for others to see.
      const mounts = `mount -t devpts -o newinstance,ptmxmode=0666 devpts '${root}/dev/pts'`;
      const apart = ['--mount', '--pid', '--fork', '--kill-child', `--mount-proc=${root}/proc`];
      const inside = ['chroot', root, 'env', '-i', '-C', within, ...env, ...words];
      const script = [...apart, 'sh', '-c', `${mounts} && exec "$@"`, 'sh', ...inside];
      return runOf(spawnSync('unshare', script, { encoding: 'utf8', timeout: HANGS }));
    },
  };
}
