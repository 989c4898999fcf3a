// SPDX-License-Identifier: MIT
// An SMMUv3 under Xen: what its probe insists on (smmu-v3.c:arm_smmu_device_probe), and streams of two devices.
import { describe, expect, it } from 'vitest';
import { only } from '../../support/analyse.ts';
import { diagnose, dts } from '../../support/check.ts';
import { parseFixture } from '../../support/fixture.ts';

const SMMU = 'compatible = "arm,smmu-v3"; reg = <0x9050000 0x20000>; #iommu-cells = <1>;';

function says(rule: string, { smmu = SMMU, rest = '', xen = '4.22', args = '' }): string {
  const text = dts(`//- /board.dts platform:xen-host xen:${xen}
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	chosen { xen,xen-bootargs = "${args}"; };
	smmu: iommu@9050000 { ${smmu} };
	${rest}
};
`);
  const { problems } = diagnose(parseFixture(text), only(rule));
  return problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n');
}

describe('xen-smmuv3-probe', () => {
  const of = (smmu: string, xen?: string, args?: string) =>
    says('xen-smmuv3-probe', { smmu, ...(xen && { xen }), ...(args && { args }) });

  it.each([
    [SMMU, /^$/],
    [
      SMMU.replace('<1>', '<2>'),
      /^error: `#iommu-cells` is 2 and not 1: A Xen with CONFIG_ARM_SMMU_V3 fails to start the SMMUv3 and panics\.$/,
    ],
    [SMMU.replace('#iommu-cells = <1>;', ''), /^error: There is no `#iommu-cells`/],
    [SMMU.replace('reg = <0x9050000 0x20000>;', ''), /^error: There is no `reg`/],
    [SMMU.replace('0x20000', '0x10000'), /^error: The first window has 0x10000 of the 0x20000 bytes/],
    [`${SMMU.replace('0x20000', '0x10000')} cavium,cn9900-broken-page1-regspace;`, /^$/],
    [`${SMMU.replace('<1>', '<2>')} status = "disabled";`, /^$/],
    [`${SMMU.replace('<1>', '<2>')} xen,passthrough;`, /^$/],
  ])('%s', (smmu, text) => expect(of(smmu)).toMatch(text));

  it('a Xen that has no such driver does not look', () =>
    expect(of(SMMU.replace('<1>', '<2>'), '4.20,ARM_SMMU=y')).toBe(''));
  it('one that certainly has it', () =>
    expect(of(SMMU.replace('<1>', '<2>'), '4.20,ARM_SMMU_V3=y')).toMatch(/: Xen fails to start/));
  it('a Xen that leaves its IOMMUs off', () => expect(of(SMMU.replace('<1>', '<2>'), '4.22', 'no-iommu')).toBe(''));
});

describe('xen-smmuv3-stream-shared', () => {
  const of = (...devices: string[]) =>
    says('xen-smmuv3-stream-shared', { rest: devices.map((each, at) => `dma@${at}000 { ${each} };`).join(' ') });

  it('two devices of dom0', () =>
    expect(of('iommus = <&smmu 4>;', 'iommus = <&smmu 4>;')).toMatch(/^error: Stream 0x4/));
  it('one device with the stream twice: arm_smmu_install_ste_for_dev skips it', () =>
    expect(of('iommus = <&smmu 4>, <&smmu 4>;')).toBe(''));
  // A device that nobody has is added to the SMMU and not attached.
  it('one of them waits for a domain', () =>
    expect(of('iommus = <&smmu 4>;', 'iommus = <&smmu 4>; xen,passthrough;')).toBe(''));
  it('a Xen with its IOMMUs off', () =>
    expect(
      says('xen-smmuv3-stream-shared', {
        args: 'iommu=off',
        rest: 'a { iommus = <&smmu 4>; }; b { iommus = <&smmu 4>; };',
      }),
    ).toBe(''));
});

describe('xen-smmuv3-stream-pci', () => {
  const of = (xen: string, inside = '', stream = '0x10') =>
    says('xen-smmuv3-stream-pci', {
      xen,
      rest: `dma { iommus = <&smmu ${stream}>; }; pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; iommu-map = <0x0 &smmu 0x0 0x100>; ${inside} };`,
    });

  it('a function that may be there', () =>
    expect(of('4.21')).toMatch(
      /^info: PCI function 00:02\.0 behind `\/pcie` has stream 0x10 as well: where there is one, Xen since 4\.21/,
    ));
  it('one that the tree describes, by configuration', () => {
    const nic = 'nic@2,0 { reg = <0x1000 0 0 0 0>; };';
    expect(of('4.21', nic)).toMatch(/^warning: .*: Xen since 4\.21 with CONFIG_PCI_PASSTHROUGH stops with a BUG\.$/);
    expect(of('4.21,ARM_SMMU_V3=y,PCI_PASSTHROUGH=y', nic)).toMatch(/^error: .*: Xen since 4\.21 stops with a BUG\.$/);
    expect(of('4.21,ARM_SMMU_V3=y', nic)).toBe('');
  });
  it('a stream beyond the map', () => expect(of('4.21', '', '0x100')).toBe(''));
  it('before Xen read the map', () => expect(of('4.20')).toBe(''));
});
