// SPDX-License-Identifier: MIT
// Masters that `mmu-masters` of an Arm SMMU names, by release and by option, on a board as they were written before 2017.
import { expect, test } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import { configured, reportAt } from '#test/support/reports.ts';

const SMMU = (name: string, masters: string) => `compatible = "arm,mmu-401"; reg = <${name} 0x10000>;
  #global-interrupts = <1>; interrupts = <0 332 4>, <0 332 4>; mmu-masters = <${masters}>;`;

const board = (second = '') => `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
  gic: gic { #interrupt-cells = <3>; interrupt-controller; };
  smb { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges;
    sata_smmu: smmu@e0200000 { ${SMMU('0xe0200000', '&sata 0x0 0x1 0x2>, <&glue 0x8')} };
    ${second}
    sata: sata@e0300000 { compatible = "snps,dwc-ahci"; reg = <0xe0300000 0xf0000>; #stream-id-cells = <3>; dma-coherent; };
    eth: xgmac@e0700000 { compatible = "amd,xgbe-seattle-v1a"; reg = <0xe0700000 0x80000>; #stream-id-cells = <1>; };
    usb { compatible = "snps,dwc3-glue", "qcom,dwc3"; #address-cells = <1>; #size-cells = <1>; ranges;
      glue: usb@e0900000 { compatible = "snps,dwc3"; reg = <0xe0900000 0x10000>; #stream-id-cells = <1>; }; };
  };
};`;

const two = board(`smmu@e0600000 { ${SMMU('0xe0600000', '&eth 0x5')} };`);
const SATA = '/smb/sata@e0300000';
const READS: Partial<Platform> = configured('ARM_SMMU=y', 'ARM_SMMU_LEGACY_DT_BINDINGS=y', 'MODULES=y');

test('without the option nothing reads the list, and the SMMU blocks what it does not know', () => {
  const off = reportAt(board(), SATA, configured('ARM_SMMU=y', 'ARM_SMMU_DISABLE_BYPASS_BY_DEFAULT=y'));
  expect(off).toMatchObject({ verdict: 'direct', certainty: 'certain', group: null, iommus: [] });
  expect(off.steps.map(({ text }) => text).join('\n')).toContain('`/smb/smmu@e0200000` blocks its DMA');
  const unstated = reportAt(board(), SATA);
  expect(unstated).toMatchObject({ verdict: 'direct', alternative: { verdict: 'iommu-identity' } });
  expect(unstated.dependsOn).toContain('CONFIG_ARM_SMMU_LEGACY_DT_BINDINGS');
  const bypass = reportAt(board(), SATA, { cmdline: 'arm-smmu.disable_bypass=0' });
  expect(bypass.steps.map(({ text }) => text).join('\n')).toContain('lets its DMA pass');
});

test('before Linux 6.1 every master is found: identity since 5.19, no domain before', () => {
  const at = (kernelVersion: Platform['kernelVersion']) => reportAt(board(), SATA, { ...READS, kernelVersion });
  expect(at([6, 0])).toMatchObject({
    verdict: 'iommu-identity',
    group: '/smb/smmu@e0200000#0x0',
    coherent: true,
    iommus: [{ path: '/smb/smmu@e0200000', driver: 'arm-smmu', ids: [{ id: 0 }, { id: 1 }, { id: 2 }] }],
  });
  expect(at([5, 10])).toMatchObject({ verdict: 'direct', group: '/smb/smmu@e0200000#0x0' });
  expect(reportAt(board(), SATA, { kernelVersion: [4, 19] }).group).toBe('/smb/smmu@e0200000#0x0');
});

test('since Linux 6.1 only a later SMMU makes Linux look again', () => {
  expect(reportAt(board(), SATA, READS)).toMatchObject({ verdict: 'direct', group: null, certainty: 'certain' });
  expect(reportAt(two, SATA, READS)).toMatchObject({ verdict: 'iommu-identity', group: '/smb/smmu@e0200000#0x0' });
  expect(reportAt(two, '/smb/xgmac@e0700000', READS)).toMatchObject({ verdict: 'direct', group: null });
});

test('a device that a driver makes may come after its SMMU', () => {
  expect(reportAt(board(), '/smb/usb/usb@e0900000', READS)).toMatchObject({
    verdict: 'direct',
    dependsOn: 'whether the device is made before `/smb/smmu@e0200000` is bound',
    alternative: { verdict: 'iommu-identity' },
  });
});

test('an SMMU of the other form than the first does not probe', () => {
  const generic = SMMU('0xe0600000', '0').replace(/mmu-masters = .*;/, '#iommu-cells = <1>;');
  const mixed = board(`other: smmu@e0600000 { ${generic} };`).replace(
    'dma-coherent;',
    'dma-coherent; iommus = <&other 1>;',
  );
  expect(reportAt(mixed, SATA, READS)).toMatchObject({
    verdict: 'defer->direct',
    deferred: { on: '/smb/smmu@e0600000', reason: 'probe-fails' },
  });
});
