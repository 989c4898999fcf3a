// SPDX-License-Identifier: MIT
// Every input of `npm run fuzz` that once failed, again. What cpp and dtc make of a text was written down with it.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Action, differenceAfter } from '../../scripts/fuzz/editor.ts';
import { compileCases, knowsVersions } from '../../scripts/fuzz/ours.ts';

const CORPUS = join(import.meta.dirname, 'corpus');

interface Kept {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  readonly about: {
    readonly symbols?: boolean;
    /** By version of dtc: the SHA-256 of the blob, or `refused`. */
    readonly expected?: Readonly<Record<string, string>>;
    readonly actions?: readonly Action[];
  };
}

function kept(target: string): Kept[] {
  const folder = join(CORPUS, target);
  return (existsSync(folder) ? readdirSync(folder) : []).map((name) => {
    const files = readdirSync(join(folder, name)).filter((file) => file !== 'case.json');
    return {
      name,
      files: new Map(files.map((file) => [file, readFileSync(join(folder, name, file), 'utf8')])),
      about: JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as Kept['about'],
    };
  });
}

function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-corpus-'));
  return work(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
}

test('compile gives what cpp and dtc gave', async () => {
  const all = kept('differential');
  const versions = (await knowsVersions()) ? ['1.6.1', '1.7.2', '1.8.1'] : [undefined];
  await inFolder(async (folder) => {
    const cases = all.map(({ name, files, about }) => ({
      name,
      text: files.get('board.dts') ?? '',
      symbols: about.symbols ?? false,
      isolated: true,
    }));
    for (const version of versions) {
      const verdicts = await compileCases(folder, cases, [], version);
      const expected = all.map(({ name, about }) => `${name}: ${about.expected?.[version ?? '1.6.1']}`);
      expect(all.map(({ name }) => `${name}: ${digest(verdicts.get(name)?.blob)}`)).toEqual(expected);
    }
  });
});

function digest(blob: Uint8Array | undefined): string {
  return blob ? createHash('sha256').update(blob).digest('hex') : 'refused';
}

test.each(kept('incremental').map((each) => [each.name, each] as const))(
  'the server that lived through %s says what a fresh one says',
  async (_name, { files, about }) => {
    const difference = await inFolder((folder) => differenceAfter(join(folder, 'project'), files, about.actions ?? []));
    expect(difference).toBeUndefined();
  },
);
