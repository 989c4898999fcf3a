// SPDX-License-Identifier: MIT
// The model against what Linux did: every observation of the kernel lab, without QEMU.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compareWithKernel } from '#ide/live/agreement.ts';
import type { Observation } from '#ide/live/observation.ts';
import { allCases } from './cases.ts';
import { predictor } from './predict.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const predict = await predictor(here('../..'));
const cases = allCases(here('trees'));

describe.each(readdirSync(here('observations')))('Linux %s', (kernel) => {
  const kernelConfig = gunzipSync(readFileSync(here(`observations/${kernel}/config.gz`))).toString();
  const kernelVersion = kernel.replace('-own', '');
  const booted = cases.filter(({ kernels }) => kernels.includes(kernel));

  test.each(booted.map((tree) => [tree.name, tree] as const))('%s', (name, { file, text, cmdline, xen, unseen }) => {
    const observation = JSON.parse(readFileSync(here(`observations/${kernel}/${name}.json`), 'utf8')) as Observation;
    const fields = compareWithKernel(
      predict({ file, text, kernelVersion, kernelConfig, cmdline, xen }),
      observation,
      unseen,
    );
    expect(fields.length).toBeGreaterThan(xen === 'domu' ? 12 : 40);
    expect(fields.filter(({ outcome }) => outcome === 'differs')).toEqual([]);
  });
});

test('an observation for each tree and kernel, and no other', () => {
  const expected = cases.flatMap(({ name, kernels }) => kernels.map((kernel) => `${kernel}/${name}.json`));
  const committed = readdirSync(here('observations'), { recursive: true, encoding: 'utf8' });
  expect(committed.filter((path) => path.endsWith('.json')).sort()).toEqual(expected.sort());
});
