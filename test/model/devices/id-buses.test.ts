// SPDX-License-Identifier: MIT
// fsl-mc, CDX, external ports, MSI doorbells: what the rows above do not show.
import { expect, test } from 'vitest';
import { configured, reportAt } from '#test/support/reports.ts';

const SMMU =
  'smmu: iommu@5000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x5000000 0x0 0x20000>; #iommu-cells = <1>; };';

function bus(compatible: string, soc: string): string {
  return `/ { #address-cells = <2>; #size-cells = <2>; ${SMMU}
    soc { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; ${soc}
      bus@80c000000 { compatible = "${compatible}"; reg = <0x8 0x0c000000 0x0 0x40>; #address-cells = <3>; #size-cells = <1>;
        iommu-map = <0x0 &smmu 0x0 0x0>, <0x17 &smmu 0x17 0x40>; };
    };
  };`;
}

test.each(['fsl,qoriq-mc', 'xlnx,versal-net-cdx'])('row 6: %s without dma-ranges is not configured', (compatible) => {
  const path = '/soc/bus@80c000000';
  expect(reportAt(bus(compatible, ''), path, { rid: 0x17 }).verdict).toBe('not-configured');
  // An empty `dma-ranges` is passed over: Linux goes on to the root, which has none.
  expect(reportAt(bus(compatible, 'dma-ranges;'), path, { rid: 0x17 }).verdict).toBe('not-configured');
  const ranges = 'dma-ranges = <0x0 0x0 0x0 0x0 0x100 0x0>;';
  expect(reportAt(bus(compatible, ranges), path, { rid: 0x18 })).toMatchObject({
    verdict: 'iommu-dma',
    rid: '0x0018',
    iommus: [{ args: [0x18] }],
  });
});

test('row 23: CDX does not wait', () => {
  const ranges = 'dma-ranges = <0x0 0x0 0x0 0x0 0x100 0x0>;';
  const over = { rid: 0x17, ...configured('MODULES=y') };
  const at = (compatible: string) => reportAt(bus(compatible, ranges), '/soc/bus@80c000000', over);
  expect(at('xlnx,versal-net-cdx')).toMatchObject({ verdict: 'direct', deferred: null });
  expect(at('fsl,qoriq-mc')).toMatchObject({ verdict: 'defer->direct' });
});

test('row 29: what is behind an external port is trusted since 6.13, and in later stable kernels', () => {
  const source = `/ { #address-cells = <2>; #size-cells = <2>; ${SMMU}
    pcie@20000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
      reg = <0x0 0x20000000 0x0 0x1000000>; iommu-map = <0x0 &smmu 0x0 0x10000>;
      port@1,0 { device_type = "pci"; reg = <0x800 0 0 0 0>; #address-cells = <3>; #size-cells = <2>; bus-range = <1 1>;
        ranges; external-facing;
        nvme@0,0 { compatible = "pci1b36,0010"; reg = <0x10000 0 0 0 0>; };
      };
      card@2,0 { compatible = "pci1af4,1000"; reg = <0x1000 0 0 0 0>; };
    };
  };`;
  const passthrough = { cmdline: 'iommu.passthrough=1' };
  const outsideMap = source.replace('<0x0 &smmu 0x0 0x10000>', '<0x100 &smmu 0x100 0x100>');
  const nvme = (kernelVersion: readonly [number, number]) =>
    reportAt(outsideMap, '/pcie@20000000/port@1,0/nvme@0,0', { ...passthrough, kernelVersion });
  expect(nvme([6, 14])).toMatchObject({ verdict: 'iommu-identity', rid: '0x0100' });
  expect(nvme([6, 12]).dependsOn).toContain('the change of Linux 6.13');
  expect(reportAt(source, '/pcie@20000000/card@2,0', passthrough).verdict).toBe('iommu-identity');
});

test('the devices that host1x makes by its map', () => {
  const source = (map: string) => `/ { #address-cells = <2>; #size-cells = <2>; ${SMMU}
    host1x@13e00000 { compatible = "nvidia,tegra234-host1x"; reg = <0x0 0x13e00000 0x0 0x10000>; iommus = <&smmu 0x27>;
      iommu-map = ${map}; }; };`;
  const all = reportAt(source('<0 &smmu 0x35 1>, <1 &smmu 0x36 1>'), '/host1x@13e00000');
  expect(all.makes).toMatchObject([
    {
      name: 'host1x-ctx.0',
      id: 0,
      verdict: 'iommu-dma',
      group: `${all.iommus[0]?.path}#0x35`,
      iommus: [{ args: [0x35] }],
    },
    { name: 'host1x-ctx.1', id: 1, verdict: 'iommu-dma', group: `${all.iommus[0]?.path}#0x36` },
  ]);
  expect(all.steps.map(({ text }) => text).join('\n')).toContain(
    '`host1x-ctx.0` to `host1x-ctx.1`: iommu-dma through `/iommu@5000000` with stream ID 0x35, 0x36.',
  );
  // The number of entries counts, not their lengths: ID 1 has none here, and host1x does not probe without.
  const gap = reportAt(source('<0 &smmu 0x35 1>, <8 &smmu 0x36 1>'), '/host1x@13e00000');
  expect(gap.makes?.map(({ verdict }) => verdict)).toEqual(['iommu-dma', 'direct']);
  expect(gap.log).toContain('13e00000.host1x: Context device 1 has no IOMMU!');
  expect(reportAt(source('<0 &smmu 0x35 1>'), '/host1x@13e00000', { rid: 0 }).iommus[0]?.args).toEqual([0x35]);
});

test('MSI doorbells: mapped by the ITS, not by controllers that never ask', () => {
  const source = (controller: string) => `/ { #address-cells = <2>; #size-cells = <2>; ${SMMU}
    msi: msi@6000000 { compatible = "${controller}"; reg = <0x0 0x6000000 0x0 0x10000>; msi-controller; #msi-cells = <1>; };
    dma@7000000 { compatible = "ex,dma"; reg = <0x0 0x7000000 0x0 0x1000>; iommus = <&smmu 7>; msi-parent = <&msi 7>; };
  };`;
  const doorbell = (controller: string) =>
    reportAt(source(controller), '/dma@7000000').steps.find(
      ({ text }) => text.includes('doorbell of') || text.includes('its doorbell'),
    )?.text;
  expect(doorbell('arm,gic-v3-its')).toContain('Linux maps the doorbell of `/msi@6000000`');
  expect(doorbell('ex,msi')).toContain('does not map its doorbell');
});

// tegra_dma_probe of 7.3; the map is that of tegra264.dtsi, 6.12 does not read one.
test('the channels of the GPC DMA controller by its map', () => {
  const source = (map: string, mask = '') => `/ { #address-cells = <2>; #size-cells = <2>; ${SMMU}
    dma-controller@8400000 { compatible = "nvidia,tegra264-gpcdma"; reg = <0x0 0x8400000 0x0 0x210000>;
      iommus = <&smmu 0x800>; ${map} ${mask} };
  };`;
  const made = (text: string, kernelVersion: readonly [number, number] = [7, 3]) =>
    reportAt(text, '/dma-controller@8400000', { kernelVersion }).makes?.map(({ name, verdict, iommus }) =>
      [name, verdict, iommus[0]?.args[0]].join(' '),
    );
  const map = 'iommu-map = <1 &smmu 0x801 31>;';
  expect(made(source(map))?.length).toBe(31);
  expect(made(source(map, 'dma-channel-mask = <0x80000006>;'))).toEqual([
    'gpcdma.1 iommu-dma 2049',
    'gpcdma.2 iommu-dma 2050',
    'gpcdma.31 iommu-dma 2079',
  ]);
  expect(made(source(''))).toBe(undefined);
  expect(made(source(map), [6, 12])).toBe(undefined);
  // Channel 31 is in no entry: `Failed to get stream ID for channel 31`.
  const { steps } = reportAt(source('iommu-map = <1 &smmu 0x801 30>;'), '/dma-controller@8400000', {
    kernelVersion: [7, 3],
  });
  expect(steps.map(({ text }) => text)).toContain(
    '`gpcdma.31` has no IOMMU, so the probe of `/dma-controller@8400000` fails or waits.',
  );
});
