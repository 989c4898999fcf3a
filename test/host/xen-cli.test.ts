// SPDX-License-Identifier: MIT
// The options about Xen on the command line: the release, its configuration, and a script of U-Boot as changes to a host.
import { afterAll, describe, expect, it } from 'vitest';
import { folderOf } from '#test/support/cli.ts';

const folder = folderOf(`//- /host.dts
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x0 0x40000000 0x0 0x40000000>;
	};

	smmu: iommu@9050000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x9050000 0x0 0x20000>;
		#iommu-cells = <1>;
	};

	chosen {
		stdout-path = "serial0";
	};

	dma@1000 {
		compatible = "vendor,dma";
		reg = <0x0 0x1000 0x0 0x1000>;
		iommus = <&smmu 4>;
		xen,passthrough;
	};
};
//- /boot.cmd
setenv host 0x48000000
load mmc 0:1 $host host.dtb
fdt addr $host
fdt set /chosen \\#address-cells <0x2>
fdt set /chosen \\#size-cells <0x2>
fdt set /chosen xen,xen-bootargs "console=dtuart no-iommu"
fdt mknod /chosen domU1
fdt set /chosen/domU1 compatible "xen,domain"
fdt set /chosen/domU1 memory <0x0 0x20000>
fdt set /chosen/domU1 cpus <0>
fdt mknod /chosen/domU1 module@49000000
fdt set /chosen/domU1/module@49000000 compatible "multiboot,kernel" "multiboot,module"
fdt set /chosen/domU1/module@49000000 reg <0x0 0x49000000 0x0 0x100000>
booti 0x4a000000 - $host
//- /xen.config
CONFIG_ARM_64=y
CONFIG_ARM_SMMU=y
# CONFIG_ARM_SMMU_V3 is not set
`);
afterAll(() => folder.remove());

describe('--uboot-script', () => {
  it('changes the tree of the host, and findings have the line of the script', async () => {
    const { out } = await folder.run('check', 'host.dts', '--uboot-script', 'boot.cmd');
    expect(out).toMatch(/^boot\.cmd:10:\d+: error: .* \[xen-domain-cpus-range\]$/m);
    expect(out).toMatch(/\[xen-passthrough-unprotected\]/);
    expect(out).not.toMatch(/\[dtc\/.*boot\.cmd/);
  });

  it('the same for a blob', async () => {
    await folder.run('compile', 'host.dts', '-o', 'host.dtb');
    const { out } = await folder.run('check', 'host.dtb', '--uboot-script', 'boot.cmd');
    expect(out).toMatch(/^boot\.cmd:10:\d+: error: /m);
  });

  it('without it, the script says what it is', async () => {
    const { out } = await folder.run('check', 'boot.cmd');
    expect(out).toMatch(/^boot\.cmd:1:1: error: This is a script of U-Boot/);
    expect(out).toMatch(/^1 file, 1 error, /m);
  });

  it('needs a script that is there', async () => {
    const { code, error } = await folder.run('check', 'host.dts', '--uboot-script', 'none.cmd');
    expect([code, error]).toEqual([2, expect.stringContaining('none.cmd')]);
  });
});

describe('--xen-version and --xen-config', () => {
  const platform = async (...more: string[]) => {
    const { out } = await folder.run('explain', 'host.dts', '--platform', 'xen-host', '--format', 'json', ...more);
    return JSON.parse(out).platform;
  };

  it('in JSON', async () => {
    expect(await platform()).toMatchObject({
      xenVersion: '4.22',
      xenConfig: null,
      assumed: expect.arrayContaining(['xenVersion']),
    });
    const stated = await platform('--xen-version', '4.17', '--xen-config', 'xen.config');
    expect(stated).toMatchObject({ xenVersion: '4.17', xenConfig: expect.stringMatching(/xen\.config$/) });
    expect(stated.assumed).not.toContain('xenVersion');
  });

  it('a Xen without the driver protects nothing', async () => {
    const { out } = await folder.run('check', 'host.dts', '--platform', 'xen-host', '--xen-config', 'xen.config');
    expect(out).toMatch(/has no driver for `\/iommu@9050000`: it is built without CONFIG_ARM_SMMU_V3/);
  });

  it.each([
    [['--xen-version', 'four'], /--xen-version is not a release of Xen like "4\.20"/],
    [['--xen-config', 'boot.cmd'], /--xen-config: boot\.cmd has no `CONFIG_…` line; give the \.config of a Xen/],
    [['--xen-config', 'none'], /--xen-config: none does not exist/],
  ])('%j', async (words, message) => {
    const { code, error } = await folder.run('check', 'host.dts', ...words);
    expect([code, error]).toEqual([2, expect.stringMatching(message)]);
  });
});
