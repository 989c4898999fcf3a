// SPDX-License-Identifier: MIT
// Memory that is not there or not reached: pools outside of RAM, holes, windows above 4 GiB.
import { describe, it } from 'vitest';
import { LINUX } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent } from '#test/support/check.ts';

const root = (...lines: readonly string[]) => `/ {
	#address-cells = <2>;
	#size-cells = <2>;
${lines.join('\n')}
};
`;

const memory = (reg: string) => `	memory@80000000 { device_type = "memory"; reg = ${reg}; };`;

const regions = (...lines: readonly string[]) => `	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
${lines.join('\n')}
	};`;

describe('a pool in memory that is not there', () => {
  it('lies outside of RAM, ends beyond it, or is restricted', () =>
    checkDiagnostics(
      root(
        memory('<0x0 0x80000000 0x0 0x40000000>'),
        regions(
          `		fifo@53000000 { compatible = "shared-dma-pool"; reusable; reg = <0x0 0x53000000 0x0 0x400000>; };
//                                                                        ^^^ error[dma-pool-outside-ram]: This pool lies where the memory nodes have no RAM; Linux works on pages that do not exist, and dies while it boots.
		end@bfe00000 { compatible = "shared-dma-pool"; reusable; reg = <0x0 0xbfe00000 0x0 0x400000>; };
//                                                                       ^^^ warning[dma-pool-outside-ram]: This pool reaches beyond the RAM of the memory nodes (0x80000000 to 0xbfffffff); unless the boot loader adds RAM there, Linux works on pages that do not exist, and dies while it boots.
		dma@50000000 { compatible = "restricted-dma-pool"; reg = <0x0 0x50000000 0x0 0x400000>; };
//                                                                 ^^^ error[dma-pool-outside-ram]: This pool lies where the memory nodes have no RAM; Linux faults when it sets the pool up for the device that lists it.`,
        ),
      ),
    ));

  it('lies where a boot loader may add RAM', () =>
    checkDiagnostics(
      root(
        memory('<0x0 0x80000000 0x0 0x40000000>'),
        regions(`		wifi@c0000000 { compatible = "restricted-dma-pool"; reg = <0x0 0xc0000000 0x0 0x400000>; };
//                                                                  ^^^ info[dma-pool-outside-ram]: This pool lies where the memory nodes have no RAM; unless the boot loader adds RAM there, Linux faults when it sets the pool up for the device that lists it.`),
      ),
    ));

  it('lies in RAM, over two banks that follow each other, or is a carve-out of the firmware', () =>
    checkNone(
      root(
        memory('<0x0 0x80000000 0x0 0x20000000>, <0x0 0xa0000000 0x0 0x20000000>'),
        regions(
          '		a@9fe00000 { compatible = "shared-dma-pool"; reusable; reg = <0x0 0x9fe00000 0x0 0x400000>; };',
          '		sram@53000000 { compatible = "shared-dma-pool"; no-map; reg = <0x0 0x53000000 0x0 0x400000>; };',
          '		off@10000000 { compatible = "shared-dma-pool"; reusable; status = "disabled"; reg = <0x0 0x10000000 0x0 0x400000>; };',
        ),
      ),
    ));

  it('is left alone where the boot loader fills in the memory', () =>
    checkNone(
      root(
        memory('<0x0 0x0 0x0 0x0>'),
        regions('		a@53000000 { compatible = "shared-dma-pool"; reusable; reg = <0x0 0x53000000 0x0 0x400000>; };'),
      ),
    ));
});

const HOST = (ranges: string) => `	pcie@40000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x40000000 0x0 0x10000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		ranges = <0x02000000 0x0 0x50000000 0x0 0x50000000 0x0 0x10000000>;
${ranges}
	};`;

describe('windows of a bridge', () => {
  it('leave a hole in RAM', () =>
    checkDiagnostics(
      root(
        memory('<0x0 0x80000000 0x0 0x80000000>, <0x60 0x10200000 0x0 0x1fe00000>, <0x60 0x80000000 0x0 0x80000000>'),
        HOST(`		dma-ranges = <0x02000000 0x0 0x80000000 0x0 0x80000000 0x0 0x80000000>,
//              ^^^^^^^^^^ info[dma-ranges-hole]: RAM from 0x6010200000 to 0x602fffffff lies in a hole of this dma-ranges; Linux bounces DMA there through swiotlb.
			<0x02000000 0x60 0x80000000 0x60 0x80000000 0x0 0x80000000>;`),
      ),
    ));

  it('have no hole where a region without mapping is, or on a machine with less memory', () => {
    const bridge = HOST('		dma-ranges = <0x02000000 0x0 0x80000000 0x0 0x80000000 0x0 0x20000000>;');
    const high = '		hi@a0000000 { no-map; reg = <0x0 0xa0000000 0x0 0x20000000>; };';
    checkNone(root(memory('<0x0 0x80000000 0x0 0x40000000>'), regions(high), bridge));
    checkNone(root(memory('<0x0 0x80000000 0x0 0x40000000>'), bridge), {
      platform: { ...LINUX, cmdline: 'quiet mem=512M' },
    });
  });

  it('put all RAM above 4 GiB, and say how many bits that takes', () =>
    checkDiagnostics(
      root(
        memory('<0x0 0x0 0x1 0xf0000000>'),
        HOST(`		dma-ranges = <0x03000000 0x10 0x0 0x0 0x0 0x10 0x0>;
//              ^^^^^^^^^^ info[dma-ranges-above-4g]: All RAM is at bus address 0x1000000000 and above; a card whose mask has less than 37 bits cannot do DMA here.`),
      ),
    ));

  it('have memory twice, the smaller one behind the larger', () => {
    const whole = '<0x03000000 0x10 0x0 0x0 0x0 0x10 0x0>';
    const part = '<0x03000000 0x0 0x0 0x0 0x3f000000 0x0 0x1000000>';
    checkDiagnostics(
      root(
        HOST(`		dma-ranges = ${whole}, ${part};
//              ^^^^^^^^^^ warning[dma-ranges-second-window]: The entry for bus address 0x0 is never used: the entry for 0x1000000000 comes first and leads to the same memory.`),
      ),
    );
    checkNone(root(HOST(`		dma-ranges = ${part}, ${whole};`)));
  });

  it('are lost below a bus without dma-ranges', () =>
    checkDiagnostics(
      root(`	ocp {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0xc0000000>;
		dma-ranges = <0x80000000 0x0 0x80000000 0x80000000>;
		module@51000000 {
//              ^^^^^^^^^^^^^^^ 💡 info[dma-ranges-chain-broken]: \`/ocp/module@51000000\` has no \`dma-ranges\`, so Linux does not use those of \`/ocp\` for devices on a bus below it.
			compatible = "simple-bus";
			#address-cells = <1>;
			#size-cells = <1>;
			ranges = <0x51000000 0x51000000 0x3000>, <0x0 0x20000000 0x10000000>;
			pcie@51000000 {
				compatible = "ti,dra7-pcie";
				device_type = "pci";
				reg = <0x51000000 0x2000>;
				#address-cells = <3>;
				#size-cells = <2>;
				ranges = <0x82000000 0 0x20013000 0x13000 0 0xffed000>;
			};
		};
	};`),
    ));
});

describe('a picture of the boot loader', () => {
  const SMMU = `	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x1000000 0x0 0x20000>; #iommu-cells = <1>; };`;
  const region = (name: string, more = '') =>
    regions(`		fb: ${name}@9607c000 { reg = <0x0 0x9607c000 0x0 0x800000>;${more} };`);
  const display = `	display@2000 { compatible = "example,display"; reg = <0x0 0x2000 0x0 0x1000>; iommus = <&smmu 1>; memory-region = <&fb>; };`;

  it('is not mapped by the IOMMU without iommu-addresses', () =>
    checkDiagnostics(
      root(
        SMMU,
        region('framebuffer'),
        `${display}
//                                                                                                                         ^^^ hint[memory-region-without-iova]: /reserved-memory/framebuffer@9607c000 has no iommu-addresses; where the boot loader left this device running from it, it faults once the IOMMU is on.`,
      ),
    ));

  it('is no picture', () => checkSilent('memory-region-without-iova', root(SMMU, region('firmware'), display)));
});
