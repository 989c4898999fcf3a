// SPDX-License-Identifier: MIT
// cpp and every dtc that is installed, on many inputs per process: what they make of each.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** One text for cpp and dtc, `-@` where it says so. */
export interface Case {
  /** Unique in its batch; letters and digits. */
  readonly name: string;
  readonly text: string;
  readonly symbols: boolean;
  /** False: neither a macro nor a comment nor an error of cpp reaches beyond its end, so cpp reads many at once. */
  readonly isolated: boolean;
}

export interface Dtc {
  /** `1.6.1` */
  readonly version: string;
  /** What is run. */
  readonly program: string;
}

export interface Verdict {
  /** Absent: the text is refused. */
  readonly blob?: Buffer;
  /** What was said about it. */
  readonly said: string;
}

/** Where `scripts/debian-dtc.sh` keeps those of other Debian suites. */
const FETCHED = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'devicetree-iommu/dtc');

/** The ones that are here, this machine's first; each version once. */
export function installedDtcs(): readonly Dtc[] {
  const suites = existsSync(FETCHED) ? readdirSync(FETCHED).sort() : [];
  const fetched = suites.map((suite) => join(FETCHED, suite, 'dtc')).filter((program) => existsSync(program));
  const found: Dtc[] = [];
  for (const program of ['dtc', ...fetched]) {
    const version = versionOf(program);
    if (version !== undefined && !found.some((dtc) => dtc.version === version)) found.push({ version, program });
  }
  return found;
}

function versionOf(program: string): string | undefined {
  try {
    const text = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /DTC v?(\d+\.\d+\.\d+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

export class Oracle {
  readonly dtcs: readonly Dtc[];
  readonly #folder: string;
  readonly #cc1: string;
  #batch = 0;

  constructor(folder: string, dtcs = installedDtcs()) {
    this.#folder = folder;
    this.dtcs = dtcs;
    // What `cpp` runs: without the driver in front of it half of the time is saved.
    this.#cc1 = execFileSync('gcc', ['-print-prog-name=cc1'], { encoding: 'utf8' }).trim();
  }

  /** By version of dtc, then by name of the case. `includes`: where cpp and dtc look for files. */
  async judge(
    cases: readonly Case[],
    includes: readonly string[] = [],
    dtcs = this.dtcs,
  ): Promise<Map<string, Map<string, Verdict>>> {
    const folder = join(this.#folder, `oracle${this.#batch++}`);
    mkdirSync(folder, { recursive: true });
    try {
      await this.#preprocess(folder, cases, includes);
      const answers = new Map<string, Map<string, Verdict>>();
      for (const dtc of dtcs) answers.set(dtc.version, await this.#compile(folder, cases, includes, dtc));
      return answers;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #preprocess(folder: string, cases: readonly Case[], includes: readonly string[]): Promise<void> {
    const together = cases.filter((each) => !each.isolated);
    const alone = cases.filter((each) => each.isolated);
    if (together.length > 1 && !(await this.#preprocessTogether(folder, together, includes))) alone.push(...together);
    else if (together.length === 1) alone.push(...together);
    for (const { name, text } of alone) writeFileSync(join(folder, `${name}.dts`), text);
    const cpp = this.#cpp(includes, `"$PWD/$n.dts"`, '"$n.i"');
    await shell(folder, alone, `while read n s; do ${cpp} 2>"$n.cpp" || rm -f "$n.i"; done`);
  }

  #cpp(includes: readonly string[], from: string, to: string): string {
    const search = includes.map((path) => `-I '${path}'`).join(' ');
    return `${this.#cc1} -E -quiet -nostdinc -undef -D__DTS__ -lang-asm ${search} ${from} -o ${to}`;
  }

  /** False: one of them reached beyond its end. */
  async #preprocessTogether(folder: string, cases: readonly Case[], includes: readonly string[]): Promise<boolean> {
    const text = cases.map(({ name, text }) => `#line 1 "${name}.dts"\n${text}\n@@@ ${name} @@@\n`).join('');
    writeFileSync(join(folder, 'all.dts'), text);
    const cpp = this.#cpp(includes, 'all.dts', 'all.i');
    const code = await shell(folder, [], `${cpp} 2>/dev/null`);
    if (code !== 0) return false;
    const parts = readFileSync(join(folder, 'all.i'), 'latin1').split(/^@@@ (\w+) @@@$/m);
    if (parts.length !== 2 * cases.length + 1) return false;
    for (const [at, { name }] of cases.entries()) {
      if (parts[2 * at + 1] !== name) return false;
      writeFileSync(join(folder, `${name}.i`), parts[2 * at] ?? '', 'latin1');
    }
    return true;
  }

  async #compile(
    folder: string,
    cases: readonly Case[],
    includes: readonly string[],
    dtc: Dtc,
  ): Promise<Map<string, Verdict>> {
    const { program, version } = dtc;
    const search = includes.map((path) => `-i '${path}'`).join(' ');
    const out = `"$n.${version}"`;
    const one = `'${program}' -q -I dts -O dtb -b 0 ${search} $s -o ${out} "$n.i" 2>"$n.err" || rm -f ${out}`;
    // Seconds of the processor: a thousand times what any of them needs.
    await shell(folder, cases, `ulimit -t 30; while read n s; do [ ! -e "$n.i" ] || { ${one}; }; done`);
    const found = new Map<string, Verdict>();
    for (const { name } of cases) {
      const blob = bytesOf(join(folder, `${name}.${version}`));
      const said = [join(folder, `${name}.cpp`), join(folder, `${name}.err`)].map((file) => bytesOf(file) ?? '');
      found.set(name, { ...(blob && { blob }), said: said.join('') });
    }
    return found;
  }
}

function bytesOf(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Runs a script with the cases' names and options on its input; gives its exit code. */
function shell(folder: string, cases: readonly Case[], script: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', script], { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(cases.map(({ name, symbols }) => `${name}${symbols ? ' -@' : ''}\n`).join(''));
  });
}
