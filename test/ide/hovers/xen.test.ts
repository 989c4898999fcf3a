// SPDX-License-Identifier: MIT
// A Xen host with its domains: who owns a device, and whose tables its IOMMU walks.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hoverText, shownLines } from '#test/support/hovers.ts';

const SALVATOR = 'test/model/systems/xen-p2m/salvator';

/** The system with the cursor before a text of one of its files. */
function hover(file: string, before: string): string {
  const names = [file, ...['host.dts', 'domd.dts', 'domu.dts', 'dt-iommu.json'].filter((name) => name !== file)];
  const parts = names.map((name) => {
    const text = readFileSync(`${SALVATOR}/${name}`, 'utf8');
    return `//- /${name}\n${name === file ? text.replace(before, `$$0${before}`) : text}`;
  });
  const text = hoverText(parts.join('\n'));
  expect(shownLines(text)).toBeLessThanOrEqual(12);
  return text;
}

test('a device that Xen gives away', () => {
  expect(hover('host.dts', 'avb: ethernet@')).toMatchInlineSnapshot(`
    "$(shield) **avb belongs to domD, behind ipmmu_ds0, micro-TLB \`16\`**  
    Xen translates with the P2M of domD

    \`xen,passthrough\`: dom0 gets the node with \`status = "disabled"\`, so that the device can be given to a domain — [host.dts:125](#) · \`write_properties\`  
    $(question) depends on whether Xen is built with CONFIG_IPMMU_VMSA (selected by the R-Car platforms) (and 1 more)

    ---
    [Explain](explain:/soc/ethernet@e6800000) · [Show in map](showMap:/soc/ethernet@e6800000) · [5 reasons](explain:/soc/ethernet@e6800000)  
    \`/soc/ethernet@e6800000\` · [host.dts:120](#)"
  `);
});

test('an IOMMU that Xen drives, and the one with the tables', () => {
  expect(hover('host.dts', 'ipmmu_ds1: iommu@')).toMatchInlineSnapshot(`
    "$(shield) **ipmmu_ds1: 3 masters**  
    driven by Xen (\`renesas,ipmmu-r8a7795\`) · micro-TLBs: 3 of 48: sdhi0, sdhi2, sdhi3

    \`#iommu-cells = <1>\`: micro-TLB  
    sdhi0 \`32\` · sdhi2 \`34\` · sdhi3 \`35\`

    ---
    [Explain](explain:/soc/iommu@e7740000) · [Show in map](showMap:/soc/iommu@e7740000)  
    \`/soc/iommu@e7740000\` · [host.dts:96](#)"
  `);
  expect(hover('host.dts', 'ipmmu_mm: iommu@')).toMatchInlineSnapshot(`
    "$(shield) **ipmmu_mm has the tables of the other IPMMUs**  
    driven by Xen (\`renesas,ipmmu-r8a7795\`) · contexts: 3 of 7: domD, domU, dom0 · micro-TLBs: 0 of 48

    \`#iommu-cells = <1>\`: micro-TLB

    ---
    [Explain](explain:/soc/iommu@e67b0000) · [Show in map](showMap:/soc/iommu@e67b0000)  
    \`/soc/iommu@e67b0000\` · [host.dts:112](#)"
  `);
});

test('a domain', () => {
  expect(hover('host.dts', 'domD {')).toMatchInlineSnapshot(`
    "$(vm) **domD: a domain that Xen starts**  
    IOMMUs walk its P2M · not mapped one to one

    Xen cleans each changed entry of the P2M to memory, because the IOMMU does not look into the caches — \`p2m_init\`

    ---
    [Explain](explain:/chosen/domD) · [Show in map](showMap:/chosen/domD)  
    \`/chosen/domD\` · [host.dts:21](#)"
  `);
});

test('in the partial tree of its domain', () => {
  expect(hover('domd.dts', 'xen,path')).toMatchInlineSnapshot(`
    "$(vm) **ethernet@e6800000 belongs to domD**  
    \`dma-direct\` · not coherent · Xen translates with the P2M of domD

    Xen assigns \`/soc/ethernet@e6800000\` of the host to domD and takes its interrupts and its IOMMU from there — [domd.dts:25](#) · \`handle_passthrough_prop\`  
    \`/soc/iommu@e6740000\` translates the device's micro-TLB 0x10 in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step — [host.dts:124](#) · \`ipmmu-vmsa.c\`  
    $(question) depends on whether Xen is built with CONFIG_IPMMU_VMSA (selected by the R-Car platforms) (and 1 more)

    ---
    [Explain](explain:/passthrough/ethernet@e6800000) · [Show in map](showMap:/passthrough/ethernet@e6800000) · [7 reasons](explain:/passthrough/ethernet@e6800000)  
    \`xen,path\` is set in [domd.dts:25](#)"
  `);
});
