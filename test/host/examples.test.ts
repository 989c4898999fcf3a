// SPDX-License-Identifier: MIT
// The examples that people meet first: those in `broken` show what their comments say.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { main } from '#host/cli/main.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** File → rules in the order of the text, without hints. */
async function rulesOf(folder: string): Promise<Record<string, string[]>> {
  let out = '';
  const take = (text: string): void => {
    out += text;
  };
  await main(['check', folder, '--format', 'json'], {
    cwd: ROOT,
    out: take,
    error: take,
    color: false,
    interactive: false,
  });
  const found: Record<string, string[]> = {};
  for (const { file, rule, severity } of JSON.parse(out).problems) {
    const name = file.slice(folder.length + 1);
    if (severity !== 'hint') found[name] = [...(found[name] ?? []), rule];
  }
  return found;
}

test('every mistake of the broken examples is found', async () => {
  expect(await rulesOf('examples/broken')).toMatchInlineSnapshot(`
    {
      "boot-options.dts": [
        "bootargs-iommu-option-unknown",
        "bootargs-dma-option-value",
        "bootargs-iommu-passthrough",
      ],
      "dma-ranges.dts": [
        "iommu-addresses-not-in-memory-region",
        "smmu-streams-unlisted",
        "dtc/dma_ranges_format",
        "dma-ranges-zero-size",
        "dma-coherent-and-noncoherent",
      ],
      "drivers.dts": [
        "iommu-region-too-small",
        "iommu-interrupt-missing",
        "iommu-clock-names-unmatched",
        "mtk-larb-no-smi",
      ],
      "iommu-map.dts": [
        "iommu-map-length",
        "iommu-map-mask-excludes-base",
        "iommu-map-overlap",
      ],
      "iommus.dts": [
        "iommus-target-disabled",
        "iommus-length",
        "iommus-missing-iommu-cells",
        "iommus-tail-ignored",
        "iommus-not-inherited",
      ],
      "msi.dts": [
        "msi-map-uncovered",
        "msi-parent-cells",
        "msi-device-id-duplicate",
      ],
      "probe.dts": [
        "smmu-interrupt-count",
        "iommus-target-not-iommu",
      ],
      "reserved-memory.dts": [
        "reserved-memory-overlap",
        "cma-pool-alignment",
        "reserved-memory-dynamic-format",
        "shared-pool-flags",
        "restricted-pool-flags",
      ],
      "smmu.dts": [
        "smmu-global-interrupts-missing",
        "smmuv3-cells",
        "smmu-streamid-range",
        "iommu-lost-by-refused-device",
      ],
      "syntax.dts": [
        "syntax/error",
        "dtc/phandle_references",
        "syntax/error",
      ],
      "xen-guest.dts": [
        "dtc/unit_address_vs_reg",
        "xen-grant-cells",
        "xen-grant-extra-props",
        "xen-grant-domid-range",
        "xen-grant-no-dma-coherent",
      ],
      "xen-host.dts": [
        "xen-domain-cpus",
        "xen-domain-memory",
        "xen-passthrough-unprotected",
        "xen-boolean-has-value",
      ],
    }
  `);
});
