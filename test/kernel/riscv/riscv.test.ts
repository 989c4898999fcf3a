// SPDX-License-Identifier: MIT
// The model against what a RISC-V Linux did with QEMU's IOMMU, on the platform bus and on PCI (scripts/kernel-lab/riscv.ts).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { configure } from '#model/configure.ts';
import { predictor } from '#test/kernel/predict.ts';
import { nodeByPath } from '#tree/query.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const predict = await predictor(here('../../..'));

interface Seen {
  readonly node?: string;
  readonly rid?: number;
  readonly type?: string;
  readonly group?: number;
  /** Linux said that it has no operations for its caches. */
  readonly incoherent?: true;
}

const says = (log: readonly string[] = []) =>
  log.some((line) => line.endsWith('device non-coherent but no non-coherent operations supported'));

describe.each(['7.2'])('Linux %s on RISC-V', (kernelVersion) => {
  const { trees } = JSON.parse(readFileSync(here(`${kernelVersion}.json`), 'utf8')) as {
    readonly trees: Readonly<Record<string, readonly Seen[]>>;
  };

  test.each(Object.entries(trees))('%s', (name, devices) => {
    const file = here(`trees/${name}.dts`);
    // What decides of Debian's configuration for this architecture; IOMMU_DMA is not to be had there.
    const kernelConfig =
      'CONFIG_MODULES=y\nCONFIG_RISCV_IOMMU=y\nCONFIG_RISCV_IOMMU_PCI=y\nCONFIG_PCI_HOST_GENERIC=y\nCONFIG_RISCV_DMA_NONCOHERENT=y\n';
    const { reports, platform, tree } = predict({ file, kernelVersion, kernelConfig, cmdline: '', xen: false });
    expect(platform.arch).toBe('riscv');
    const host = nodeByPath(tree, '/soc/pci@30000000');
    const predicted = devices.map(({ node, rid }) => {
      const report =
        node !== undefined
          ? reports.find(({ path }) => path === node)
          : host && configure(tree, platform, host, { rid: rid ?? 0 });
      return {
        device: node ?? rid,
        verdict: report?.verdict,
        grouped: report?.group !== null,
        incoherent: says(report?.log),
      };
    });
    expect(predicted).toEqual(
      devices.map(({ node, rid, type, group, incoherent = false }) => ({
        device: node ?? rid,
        verdict: type === 'identity' ? 'iommu-identity' : 'direct',
        grouped: group !== undefined,
        incoherent,
      })),
    );
    // Nobody shares a group.
    const groups = devices.flatMap(({ group }) => (group === undefined ? [] : [group]));
    expect(new Set(groups).size).toBe(groups.length);
  });
});
