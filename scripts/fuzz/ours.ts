// SPDX-License-Identifier: MIT
// What `dt-iommu compile` makes of many inputs: the command itself, in this process.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '#host/cli/main.ts';
import type { Case, Verdict } from './oracle.ts';

let batch = 0;

/** Whether the command can be told which dtc counts; else it is this machine's. */
export async function knowsVersions(): Promise<boolean> {
  return (await run(['compile', '--help'])).said.includes('--dtc-version');
}

export async function compileCases(
  folder: string,
  cases: readonly Case[],
  includes: readonly string[],
  version: string | undefined,
): Promise<Map<string, Verdict>> {
  const base = join(folder, `ours${batch++}`);
  const verdicts = new Map<string, Verdict>();
  try {
    for (const symbols of [false, true]) {
      const some = cases.filter((each) => each.symbols === symbols);
      if (some.length === 0) continue;
      const from = join(base, symbols ? 'symbols' : 'plain');
      mkdirSync(from, { recursive: true });
      for (const { name, text } of some) writeFileSync(join(from, `${name}.dts`), text);
      const flags = [...includes.flatMap((path) => ['-I', path]), ...(symbols ? ['-@'] : [])];
      if (version !== undefined) flags.push('--dtc-version', version);
      const ran = await run(['compile', from, '--out-dir', `${from}.out`, '--quiet', ...flags]);
      if (ran.code === 2) throw new Error(`dt-iommu compile failed: ${ran.said}`);
      const lines = ran.said.split('\n');
      for (const { name } of some) {
        const file = join(`${from}.out`, `${name}.dtb`);
        const said = lines.filter((line) => line.includes(`${name}.dts`)).join('\n');
        verdicts.set(name, { ...(existsSync(file) && { blob: readFileSync(file) }), said });
      }
    }
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  return verdicts;
}

async function run(argv: readonly string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const add = (text: string) => {
    said += text;
  };
  const code = await main(argv, { cwd: '/', out: add, error: add, color: false, interactive: false });
  return { code, said };
}
