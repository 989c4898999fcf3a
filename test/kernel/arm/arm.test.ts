// SPDX-License-Identifier: MIT
// The model against what 32-bit Linux did (scripts/kernel-lab/arm.ts): which devices get an Arm mapping, and which none.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DmaReport } from '#model/report/types.ts';
import { predictor } from '#test/kernel/predict.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const predict = await predictor(here('../../..'));

interface Seen {
  readonly node: string;
  readonly bound: boolean;
  readonly group?: number;
  /** What attaching an Arm mapping returned, where Linux tried. */
  readonly attached?: number;
  readonly log?: readonly string[];
}

/** What the guest said, in the words of the report: only a mapping translates. A device that no driver looked at has no answer. */
function verdictOf({ group, attached, bound, log = [] }: Seen): DmaReport['verdict'] | undefined {
  if (group !== undefined) return attached === 0 ? 'iommu-dma' : 'direct';
  if (log.some((line) => line.includes('ignoring dependency'))) return 'defer->direct';
  return bound ? 'direct' : undefined;
}

const kinds = /Adding to iommu group|Failed to attached|ignoring dependency/;
const withoutDriver = (line: string) => line.replace(/^[^ ]+ ([^ ]+: )/, '$1');
const said = (lines: readonly string[] = []) =>
  lines
    .filter((line) => kinds.test(line))
    .map(withoutDriver)
    .sort();

function company<T extends { readonly group?: number | string | null }>(
  all: readonly T[],
  { group }: T,
  name: (one: T) => string,
) {
  return group === undefined || group === null ? [] : all.filter((other) => other.group === group).map(name);
}

describe.each(['6.1', '6.12'])('Linux %s on 32-bit Arm', (kernelVersion) => {
  const { config, trees } = JSON.parse(readFileSync(here(`${kernelVersion}.json`), 'utf8')) as {
    readonly config: string;
    readonly trees: Readonly<Record<string, readonly Seen[]>>;
  };

  test.each(Object.entries(trees))('%s', (name, devices) => {
    const file = here(`trees/${name}.dts`);
    const cmdline = /\* Cmdline: (.*)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    const { reports, platform } = predict({ file, kernelVersion, kernelConfig: config, cmdline, xen: false });
    expect(platform.arch).toBe('arm');
    const seen = devices.filter((device) => verdictOf(device) !== undefined);
    expect(seen.length).toBeGreaterThan(8);
    const report = ({ node }: Seen) => reports.find(({ path }) => path === node);
    const nodes = reports.filter(({ path }) => seen.some(({ node }) => node === path));
    const observed = seen.map((device) => ({
      node: device.node,
      verdict: verdictOf(device),
      group: company(seen, device, ({ node }) => node),
      log: said(device.log),
    }));
    const predicted = seen.map((device) => {
      const own = report(device);
      return {
        node: device.node,
        verdict: own?.verdict,
        group: own ? company(nodes, own, ({ path }) => path).sort() : [],
        log: said(own?.log),
      };
    });
    expect(predicted.map((one) => ({ ...one, group: one.group }))).toEqual(
      observed.map((one) => ({ ...one, group: [...one.group].sort() })),
    );
    // Behind an IOMMU a device without a mapping has no driver either.
    for (const device of seen.filter(({ attached }) => attached !== undefined)) {
      expect(device.bound, device.node).toBe(device.attached === 0);
    }
  });
});
