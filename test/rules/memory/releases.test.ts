// SPDX-License-Identifier: MIT
// Memory as Linux 6.12 and 7.3 take it, and devices that reach all of it through their IOMMU.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';

type Release = '6.12' | '6.18' | '7.3';

function board(release: Release, nodes: string): string {
  return `//- /board.dts kernel:${release}
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
	smmu: iommu@81000000 { compatible = "arm,smmu-v3"; reg = <0x81000000 0x20000>; #iommu-cells = <1>; };
${nodes}
};
`;
}

describe('alloc-ranges that do not divide', () => {
  const pool = (release: Release, marker: string): string =>
    board(
      release,
      `	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		pool { compatible = "shared-dma-pool"; reusable; size = <0x4000000>;
			alloc-ranges = <0x0 0x0 0x40000000>;
${marker}
		};
	};`,
    );
  const has = '`alloc-ranges` has 3 cells, and the cells of the root ask for a multiple of 2;';
  const at = '//                      ^^^^^^^^^^^^';

  it('cost the region up to 6.18, and only the place in 7.3', () => {
    for (const release of ['6.12', '6.18'] as const) {
      checkDiagnostics(
        pool(release, `${at} error[reserved-memory-dynamic-format]: ${has} Linux does not reserve this region.`),
      );
    }
    checkDiagnostics(
      pool(
        '7.3',
        `${at} warning[reserved-memory-dynamic-format]: ${has} Linux does not look at them and places this region anywhere.`,
      ),
    );
  });
});

describe('dma-ranges that leave RAM out', () => {
  const pcie = (map: string, marker = ''): string =>
    board(
      '6.12',
      `	pcie@90000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x90000000 0x1000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		ranges = <0x2000000 0x0 0xa0000000 0xa0000000 0x0 0x1000000>;
		${map}
		dma-ranges = <0x2000000 0x0 0x0 0x0 0x0 0x60000000>;${marker}
	};`,
    );
  const bus = (devices: string, marker = ''): string =>
    board(
      '6.12',
      `	bus {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		dma-ranges = <0x0 0x0 0x60000000>;${marker}
		${devices}
	};`,
    );
  const found = `
//              ^^^^^^^^^^ info[dma-ranges-excludes-ram]: …`;
  const behind = 'a@92000000 { compatible = "vendor,a"; reg = <0x92000000 0x1000>; iommus = <&smmu 1>; };';
  const direct = 'b@93000000 { compatible = "vendor,b"; reg = <0x93000000 0x1000>; };';

  it('mean nothing to a bridge or devices behind an IOMMU', () => {
    checkDiagnostics(pcie('', found));
    checkNone(pcie('iommu-map = <0x0 &smmu 0x0 0x10000>;'));
    checkDiagnostics(bus(`${behind} ${direct}`, found));
  });

  it('are nothing to bounce for where every device is behind one', () =>
    checkDiagnostics(
      bus(
        behind,
        `
//              ^^^^^^^^^^ hint[dma-ranges-limit-with-iommu]: …`,
      ),
    ));
});

it('the cache of the JH7110 has operations for DMA in 7.3, not in 6.12', () => {
  const riscv = (release: Release, marker = ''): string => `//- /board.dts kernel:${release}
/dts-v1/;
/ {
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { device_type = "cpu"; compatible = "sifive,u74-mc", "riscv"; reg = <0>; riscv,isa-extensions = "i", "m", "a"; };
	};
	cache { compatible = "starfive,jh7110-ccache", "sifive,ccache0", "cache"; };
	gpu {
		compatible = "vendor,gpu";
		dma-noncoherent;${marker}
	};
};
`;
  const platform = { kind: 'linux', arch: 'riscv', kernelVersion: [7, 3], cmdline: '', assumed: [] } as const;
  checkNone(riscv('7.3'), { platform });
  checkDiagnostics(
    riscv(
      '6.12',
      `
//              ^^^^^^^^^^^^^^^ warning[riscv-noncoherent-caches]: …`,
    ),
    { platform },
  );
});
