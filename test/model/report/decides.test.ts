// SPDX-License-Identifier: MIT
// One step of each report would have to be another one for another verdict, and says so.
import { expect, test } from 'vitest';
import { plainReportAt } from '#test/support/reports.ts';

const BOARD = `/ { #address-cells = <1>; #size-cells = <1>;
  smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; #iommu-cells = <1>; };
  off: iommu@30000 { compatible = "arm,smmu-v3"; reg = <0x30000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
  plain@60000 { compatible = "a,b"; reg = <0x60000 0x100>; };
  dma@61000 { compatible = "a,b"; reg = <0x61000 0x100>; iommus = <&smmu 1>, <&smmu 2>; };
  lost@62000 { compatible = "a,b"; reg = <0x62000 0x100>; iommus = <&off 1>; };
  idle@63000 { compatible = "a,b"; reg = <0x63000 0x100>; status = "disabled"; };
  pcie@40000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
    #address-cells = <3>; #size-cells = <2>; iommu-map = <0 &smmu 0x100 0x100>; };
};`;

test.each([
  ['/plain@60000', '', 'no-iommus'],
  ['/dma@61000', '', 'entry-taken'],
  ['/dma@61000', 'iommu.passthrough=1', 'passes-through'],
  ['/lost@62000', '', 'entry-refused'],
  ['/pcie@40000000', '', 'iommu-map-of-functions'],
])('%s with "%s": %s', (path, cmdline, kind) => {
  const { steps } = plainReportAt(BOARD, path, { cmdline });
  const [decisive, ...others] = steps.filter(({ decides }) => decides);
  expect(decisive?.statement).toMatchObject({ kind });
  expect(others).toEqual([]);
});

test('where no device is made, the last step is the reason', () => {
  const { steps } = plainReportAt(BOARD, '/idle@63000');
  expect(steps.map(({ decides }) => decides)).toEqual([...steps.slice(1).map(() => undefined), true]);
});
