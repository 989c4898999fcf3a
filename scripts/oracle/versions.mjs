// SPDX-License-Identifier: MIT
// What each dtc makes of small trees on which they differ, or which are easily taken wrong: exit code and blob, with and
// without `-@` and `-f`. test/oracle/versions/*.dts with expected.json (written by `oracle.mjs versions --write`), and
// as many random trees as RANDOM_TREES says (50). Debian's dtc is asked, and those of trixie and sid where they can be fetched.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { grammar, loadCore } from './core.mjs';
import { randomTree } from './random-tree.mjs';

const folder = fileURLToPath(new URL('../../test/oracle/versions', import.meta.url));
const script = fileURLToPath(new URL('../debian-dtc.sh', import.meta.url));
const FLAGS = ['', '-@', '-f', '-f -@'];
const RANDOM = Number(process.env.RANDOM_TREES ?? 50);

/** `{ program, version }` of this machine's dtc and those of newer suites; one that cannot be had is named and skipped. */
export function allDtcs() {
  const found = [dtcOf('dtc')];
  for (const suite of ['trixie', 'sid']) {
    const fetched = spawnSync(script, [suite], { encoding: 'utf8' });
    if (fetched.status === 0) found.push(dtcOf(fetched.stdout.trim()));
    else console.log(`dtc of ${suite}: skipped: ${fetched.stderr.trim()}`);
  }
  return found;
}

function dtcOf(program) {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return { program, version: /\d+\.\d+\.\d+/.exec(said)[0] };
}

/** `2`, or `0 ` and the hash of the blob; `undefined` where dtc itself crashes. */
function theirs({ program }, file, flags, output) {
  const options = ['-q', '-q', '-q', '-I', 'dts', '-O', 'dtb', '-b', '0', ...flags.split(' ').filter(Boolean)];
  const { status } = spawnSync(program, [...options, '-o', output, file], { timeout: 20_000 });
  if (status === null || status > 2) return undefined;
  return status === 0 ? `0 ${hash(readFileSync(output))}` : String(status);
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

export async function compareVersions({ report, write }) {
  const core = await loadCore();
  const parsed = await grammar();
  const ours = (text, version, flags) => core.compileText(parsed, text, { version, flags, hash });
  const names = readdirSync(folder).filter((name) => name.endsWith('.dts'));
  const cases = names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  for (let seed = 1; seed <= RANDOM; seed++) cases.push([`random tree ${seed}`, randomTree(seed)]);
  const work = mkdtempSync(join(tmpdir(), 'dtc-versions-'));
  const recorded = {};
  try {
    for (const dtc of allDtcs()) {
      const part = report.part(`dtc ${dtc.version}: exit codes and blobs`, cases.length);
      for (const [name, text] of cases) {
        const file = join(work, 'in.dts');
        writeFileSync(file, text);
        const said = FLAGS.map((flags) => [flags, theirs(dtc, file, flags, join(work, 'out.dtb'))]);
        const different = said.flatMap(([flags, answer]) => {
          const own = answer === undefined ? undefined : ours(text, dtc.version, flags);
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
