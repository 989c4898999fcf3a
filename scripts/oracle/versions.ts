// SPDX-License-Identifier: MIT
// What each dtc makes of small trees on which they differ, or which are easily taken wrong: exit code and blob, with and
// without `-@` and `-f`. test/oracle/versions/*.dts with expected.json (written by `npm run test:oracle -- versions --write`), and
// as many random trees as RANDOM_TREES says (50). Debian's dtc is asked, and those of trixie and sid where they can be fetched.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileText } from '#test/support/compile-text.ts';
import { grammar, type Run } from './core.ts';
import { ROOT } from './kernel.ts';
import { randomTree } from './random-tree.ts';

const folder = join(ROOT, 'test/oracle/versions');
const script = join(ROOT, 'scripts/debian-dtc.sh');
const FLAGS = ['', '-@', '-f', '-f -@'];
const RANDOM = Number(process.env.RANDOM_TREES ?? 50);

export interface Dtc {
  readonly program: string;
  readonly version: string;
}

/** This machine's and those of newer suites; one that cannot be had is named and skipped. */
export function allDtcs(): Dtc[] {
  const found = [dtcOf('dtc')];
  for (const suite of ['trixie', 'sid']) {
    const fetched = spawnSync(script, [suite], { encoding: 'utf8' });
    if (fetched.status === 0) found.push(dtcOf(fetched.stdout.trim()));
    else console.log(`dtc of ${suite}: skipped: ${fetched.stderr.trim()}`);
  }
  return found;
}

function dtcOf(program: string): Dtc {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return { program, version: /\d+\.\d+\.\d+/.exec(said)?.[0] ?? said };
}

/** `2`, or `0 ` and the hash of the blob; `undefined` where dtc itself crashes. */
function theirs({ program }: Dtc, file: string, flags: string, output: string): string | undefined {
  const options = ['-q', '-q', '-q', '-I', 'dts', '-O', 'dtb', '-b', '0', ...flags.split(' ').filter(Boolean)];
  const { status } = spawnSync(program, [...options, '-o', output, file], { timeout: 20_000 });
  if (status === null || status > 2) return undefined;
  return status === 0 ? `0 ${hash(readFileSync(output))}` : String(status);
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

export function compareVersions({ report, write }: Run): void {
  const names = readdirSync(folder).filter((name) => name.endsWith('.dts'));
  const cases = names.map((name): [name: string, text: string] => [name, readFileSync(join(folder, name), 'utf8')]);
  for (let seed = 1; seed <= RANDOM; seed++) cases.push([`random tree ${seed}`, randomTree(seed)]);
  const work = mkdtempSync(join(tmpdir(), 'dtc-versions-'));
  const recorded: Record<string, Record<string, Record<string, string | undefined>>> = {};
  try {
    for (const dtc of allDtcs()) {
      const part = report.part(`dtc ${dtc.version}: exit codes and blobs`, cases.length);
      for (const [name, text] of cases) {
        const file = join(work, 'in.dts');
        writeFileSync(file, text);
        const said = FLAGS.map((flags) => [flags, theirs(dtc, file, flags, join(work, 'out.dtb'))] as const);
        const different = said.flatMap(([flags, answer]) => {
          const own =
            answer === undefined ? undefined : compileText(grammar, text, { version: dtc.version, flags, hash });
          return own === answer ? [] : [`${flags}: dtc ${answer}, ours ${own}`];
        });
        if (names.includes(name)) recorded[name] = { ...recorded[name], [dtc.version]: Object.fromEntries(said) };
        if (different.length === 0) part.pass();
        else part.fail(`${name}: ${different.join('; ')}`);
      }
      part.done();
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (write) writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(recorded, null, 2)}\n`);
}
