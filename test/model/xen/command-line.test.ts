// SPDX-License-Identifier: MIT
// Xen's command line as xen/common/kernel.c:parse_params and passthrough/iommu.c:parse_iommu_param read it (Xen 4.22).
import { describe, expect, it } from 'vitest';
import type { XenBuild } from '#model/platform/types.ts';
import { iommuSwitch, xenArguments } from '#model/xen/command-line.ts';
import { treeOf } from '../../support/tree.ts';

const XEN: XenBuild = { version: [4, 22, 0], assumed: true };

function chosen(content: string) {
  return treeOf(`/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; chosen { ${content} }; };`);
}

function iommu(words: string) {
  return iommuSwitch(chosen(`xen,xen-bootargs = "${words}";`), XEN);
}

describe('iommu=', () => {
  it.each([
    ['', true],
    ['iommu=off', false],
    ['iommu=0', false],
    ['iommu=disable', false],
    ['no-iommu', false],
    ['no-iommu=', false],
    // parse_params: a negated custom option with a value is invalid.
    ['no-iommu=on', true],
    // parse_bool does not know the empty text.
    ['iommu', true],
    ['iommu=off iommu=on', true],
    ['iommu=on iommu=off', false],
    ['iommu=off,on', true],
    ['iommu=verbose,off', false],
    ['iommu=OFF', true],
    ['iommu=off,debug', false],
    ['xiommu=off', true],
  ])('%j: %s', (words, enabled) => expect(iommu(words).enabled).toBe(enabled));

  it('the word that decided', () => expect(iommu('iommu=off no-iommu').word).toBe('no-iommu'));

  it.each([
    ['iommu=force', 'iommu=force'],
    ['iommu=required,verbose', 'iommu=required,verbose'],
    ['iommu=force iommu=no-force', undefined],
    ['iommu=force=0', undefined],
    ['iommu=force=yes', 'iommu=force=yes'],
  ])('%j forces by %j', (words, forced) => expect(iommu(words).forced).toBe(forced));
});

describe('where it stands (bootinfo-fdt.c:boot_fdt_cmdline)', () => {
  const KERNEL = (bootargs: string) =>
    `module@1 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 1 0 1>; ${bootargs} };`;

  it.each([
    ['xen,xen-bootargs = "a"; bootargs = "b";', ['a']],
    // Alone, `bootargs` is dom0's.
    ['bootargs = "b";', []],
    [`bootargs = "b"; ${KERNEL('')}`, []],
    ['bootargs = "b"; xen,dom0-bootargs = "c";', ['b']],
    [`bootargs = "b"; ${KERNEL('bootargs = "d";')}`, ['b']],
    [`bootargs = "b"; ${KERNEL('bootargs = "";')}`, []],
    [`bootargs = "b"; modules { ${KERNEL('bootargs = "d";')} };`, ['b']],
    // The kernel of a domain is not that of dom0.
    [`bootargs = "b"; domU1 { compatible = "xen,domain"; ${KERNEL('bootargs = "d";')} };`, []],
  ])('%s', (content, words) => expect(xenArguments(chosen(content), XEN)).toEqual(words));

  it('what Xen was built with comes first, or is all', () => {
    const tree = chosen('xen,xen-bootargs = "iommu=on";');
    const built = (...more: [string, string][]): XenBuild => ({
      ...XEN,
      config: new Map([['CMDLINE', 'iommu=off'], ...more]),
    });
    expect(xenArguments(tree, built())).toEqual(['iommu=off', 'iommu=on']);
    expect(iommuSwitch(tree, built()).enabled).toBe(true);
    expect(iommuSwitch(tree, built(['CMDLINE_OVERRIDE', 'y'])).enabled).toBe(false);
  });
});
