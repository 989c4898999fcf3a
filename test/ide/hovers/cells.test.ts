// SPDX-License-Identifier: MIT
// Cell by cell: which cell the cursor is on, what it means, and what it amounts to. The expected meanings are those of
// the bindings (arm,gic-v3.yaml, gpio.txt, pci.txt) and of include/dt-bindings, read by a person.
import { expect, test } from 'vitest';
import { hoverText, shownLines } from '#test/support/hovers.ts';

const BOARD = (rest: string) => `/dts-v1/;
#define GIC_SPI 0
#define IRQ_TYPE_LEVEL_HIGH 4
#define CLK_CORE (CLK_BASE + 3)
#define CLK_BASE 0x80
#define SID(n) (0x400 | (n))
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	gic: interrupt-controller@1000 { compatible = "arm,gic-v3"; reg = <0 0x1000 0 0x1000>; interrupt-controller; #interrupt-cells = <3>; };
	its: msi-controller@3000 { compatible = "arm,gic-v3-its"; reg = <0 0x3000 0 0x1000>; msi-controller; #msi-cells = <1>; };
	smmu: iommu@20000 { compatible = "arm,smmu-v3"; reg = <0 0x20000 0 0x20000>; #iommu-cells = <1>; };
	old: iommu@40000 {
		compatible = "arm,mmu-500"; reg = <0 0x40000 0 0x20000>; #iommu-cells = <2>; #global-interrupts = <1>;
		interrupts = <0 1 4>, <0 2 4>, <0 3 4>, <0 4 4>, <0 5 4>;
	};
	gcc: clock-controller@60000 { compatible = "a,gcc"; reg = <0 0x60000 0 0x1000>; #clock-cells = <1>; #reset-cells = <1>; #power-domain-cells = <0>; };
	tlmm: pinctrl@61000 { compatible = "a,tlmm"; reg = <0 0x61000 0 0x1000>; gpio-controller; #gpio-cells = <2>; };
	bus@80000000 {
		compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x80000000 0x10000000>;
		dma-ranges = <0x40000000 0 0x40000000 0x40000000>;
		dev: dev@10000 { compatible = "a,dev"; ${rest} };
	};
};`;

function hover(rest: string): string {
  const text = hoverText(BOARD(rest), { plain: true });
  expect(shownLines(text)).toBeLessThanOrEqual(12);
  return text;
}

test('reg: the address is the CPU’s, the size is told', () => {
  expect(hover('reg = <0x10000 0x1$0000>, <0x20000 0x200>; reg-names = "core", "ice";')).toMatchInlineSnapshot(`
    "**registers \`core\` \`0x80010000\` to \`0x80010fff\` (4 KiB)**  
    CPU address \`0x80010000\` · \`0x1000\` = 4096 bytes

    | \`0x10000\` | **\`0x1000\`** |
    |---|---|
    | address (1 cell) | **size (1 cell)** |

    ---
    \`reg\` entry 1 of 2 · set in [board.dts:23](#)"
  `);
});

test('interrupts: the ID that the GIC has for it', () => {
  expect(hover('interrupts = <GIC_SPI 26$05 IRQ_TYPE_LEVEL_HIGH>;')).toMatchInlineSnapshot(`
    "**interrupt: SPI 265 (ID 297), level high**  
    at gic

    | \`GIC_SPI\` | **\`265\`** | \`IRQ_TYPE_LEVEL_HIGH\` |
    |---|---|---|
    | shared (SPI) | **number: interrupt ID 297** | level high |
    | 0 |  | 4 |

    ---
    \`interrupts\` · set in [board.dts:23](#)"
  `);
});

test('interrupts-extended: a controller for each', () => {
  expect(hover('interrupts-extended = <&gic 1 1$03 8>;')).toMatchInlineSnapshot(`
    "**interrupt PPI 13 (ID 29), level low of gic**  
    \`arm,gic-v3\`

    | \`&gic\` | \`1\` | **\`13\`** | \`8\` |
    |---|---|---|---|
    | gic, \`#interrupt-cells = <3>\` | per CPU (PPI) | **number: interrupt ID 29** | level low |

    ---
    \`interrupts-extended\` · set in [board.dts:23](#)"
  `);
});

test('clocks: the macro as written, its value, every step of its expansion', () => {
  expect(hover('clocks = <&gcc 1>, <&gcc CLK$0_CORE>; clock-names = "bus", "core";')).toMatchInlineSnapshot(`
    "**clock \`core\` of gcc: \`CLK_CORE\`**  
    \`a,gcc\`

    | \`&gcc\` | **\`CLK_CORE\`** |
    |---|---|
    | gcc, \`#clock-cells = <1>\` | **clock number** |
    |  | \`0x83\` = 131 |

    ---
    \`clocks\` entry 2 of 2 · set in [board.dts:23](#)

    ---

    \`\`\`dts
    #define CLK_CORE (CLK_BASE + 3)
    \`\`\`

    Defined in [board.dts:4](#)

    \`CLK_CORE\` → \`(CLK_BASE + 3)\` → \`(0x80 + 3)\` = \`0x83\` = 131"
  `);
});

test('resets, power domains: by name', () => {
  expect(hover('resets = <&g$0cc 7>; reset-names = "rst";')).toMatchInlineSnapshot(`
    "**reset \`rst\` 7 of gcc**  
    \`a,gcc\`

    | **\`&gcc\`** | \`7\` |
    |---|---|
    | **gcc, \`#reset-cells = <1>\`** | reset number |

    ---
    \`resets\` · set in [board.dts:23](#)"
  `);
  expect(hover('power-domains = <&g$0cc>;')).toMatchInlineSnapshot(`
    "**power domain of gcc**  
    \`a,gcc\`

    | **\`&gcc\`** |
    |---|
    | **gcc, \`#power-domain-cells = <0>\`** |

    ---
    \`power-domains\` · set in [board.dts:23](#)"
  `);
});

test('gpios: line and flags', () => {
  expect(hover('reset-gpios = <&tlmm 210 $05>;')).toMatchInlineSnapshot(`
    "**GPIO 210, active low, open drain, of tlmm**  
    \`a,tlmm\`

    | \`&tlmm\` | \`210\` | **\`5\`** |
    |---|---|---|
    | tlmm, \`#gpio-cells = <2>\` | line | **active low, open drain** |

    ---
    \`reset-gpios\` · set in [board.dts:23](#)"
  `);
});

test('iommus: a mask is counted out', () => {
  expect(hover('reg = <0x10000 0x1000>; iommus = <&old 0x1c00 $00x2>;')).toMatchInlineSnapshot(`
    "**Mask \`0x2\`: 2 streams, \`0x1c00\` and \`0x1c02\`**  
    bits set in the mask do not count when the IOMMU compares

    | \`&old\` | \`0x1c00\` | **\`0x2\`** |
    |---|---|---|
    | old, \`#iommu-cells = <2>\` | stream ID | **mask** |

    dev → old, streams \`0x1c00\`, \`0x1c02\` · translated (\`dma-iommu\`, strict) · not coherent · 31-bit · its own group

    ---
    \`iommus\` · set in [board.dts:23](#)"
  `);
});

test('iommus: a macro with arguments', () => {
  expect(hover('reg = <0x10000 0x1000>; iommus = <&smmu SI$0D(5)>;')).toMatchInlineSnapshot(`
    "**dev → smmu, stream \`0x405\`**  
    translated (\`dma-iommu\`, strict) · not coherent · 31-bit · its own group

    | \`&smmu\` | **\`SID(5)\`** |
    |---|---|
    | smmu, \`#iommu-cells = <1>\` | **stream ID** |
    |  | \`0x405\` = 1029 |

    ---
    \`iommus\` · set in [board.dts:23](#)

    ---

    \`\`\`dts
    #define SID(n) (0x400 | (n))
    \`\`\`

    Defined in [board.dts:6](#)"
  `);
});

test('iommus: an entry that is not used says who refuses it', () => {
  expect(hover('reg = <0x10000 0x1000>; iommus = <&smmu 1>, <&ol$0d 1 0>;')).toMatchInlineSnapshot(`
    "**dev → old, stream \`0x1\`**

    | **\`&old\`** | \`1\` | \`0\` |
    |---|---|---|
    | **old, \`#iommu-cells = <2>\`** | stream ID | mask |

    not used: entry 0 belongs to another driver (arm-smmu-v3), and a device can have only one — \`iommu_fwspec_init\` (-EINVAL)

    ---
    \`iommus\` entry 2 of 2 · set in [board.dts:23](#)"
  `);
});

test('another property: the number', () => {
  expect(hover('size = <0x10$00000>;')).toMatchInlineSnapshot(`"\`0x100000\` = 1048576 = 1 MiB"`);
  expect(hover('bytes = /bits/ 64 <0x10000$00000>;')).toMatchInlineSnapshot(`"\`0x100000000\` = 4294967296 = 4 GiB"`);
  expect(hover('name = "te$0xt";')).toBe('');
});

const PCI = (rest: string) =>
  hoverText(
    `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	its: msi-controller@3000 { compatible = "arm,gic-v3-its"; reg = <0 0x3000 0 0x1000>; msi-controller; #msi-cells = <1>; };
	smmu: iommu@20000 { compatible = "arm,smmu-v3"; reg = <0 0x20000 0 0x20000>; #iommu-cells = <1>; };
	pcie0: pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0 0x40000000 0 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ${rest}
	};
};`,
    { plain: true },
  );

test('ranges of a host bridge: the space, and where the CPU sees it', () => {
  expect(PCI('ranges = <0x43000000 0x8 0 0x8 $00 0 0x40000000>;')).toMatchInlineSnapshot(`
    "**64-bit memory \`0x800000000\`, prefetchable below → CPU \`0x800000000\` to \`0x83fffffff\`**  
    1 GiB · the same address

    | \`0x43000000 0x8 0\` | **\`0x8 0\`** | \`0 0x40000000\` |
    |---|---|---|
    | child address (3) | **parent address (2)** | size (2) |

    ---
    \`ranges\` · set in [board.dts:9](#)"
  `);
});

test('reg of a function', () => {
  expect(PCI('wifi@1,0 { reg = <0x0$00800 0 0 0 0>; };')).toMatchInlineSnapshot(`
    "**PCI function \`00:01.0\`, configuration space**

    | **\`0x00800 0 0\`** | \`0 0\` |
    |---|---|
    | **address (3 cells)** | size (2 cells) |

    ---
    \`reg\` · set in [board.dts:9](#)"
  `);
});

test('iommu-map and msi-map: from which functions to which IDs', () => {
  expect(PCI('iommu-map = <0x0 &smmu 0x1$0400 0x100>;')).toMatchInlineSnapshot(`
    "**\`00:00.0\` to \`00:1f.7\` → smmu, stream ID \`0x1400\` to \`0x14ff\`**

    | \`0x0\` | \`&smmu\` | **\`0x1400\`** | \`0x100\` |
    |---|---|---|---|
    | first requester ID | IOMMU smmu | **first stream ID** | number of IDs |

    ---
    \`iommu-map\` · set in [board.dts:9](#)"
  `);
  expect(PCI('msi-map-mask = <0xff00>; msi-map = <0x0 &its 0x0 0x1$00000>;')).toMatchInlineSnapshot(`
    "**\`00:00.0\` to \`ff:1f.7\` → its, device ID \`0x0\` to \`0xffff\`**  
    where the MSIs of the functions go · \`msi-map-mask\` \`0xff00\` is applied to the ID first

    | \`0x0\` | \`&its\` | \`0x0\` | **\`0x10000\`** |
    |---|---|---|---|
    | first requester ID | MSI controller its | first device ID | **number of IDs** |

    ---
    \`msi-map\` · set in [board.dts:9](#)"
  `);
});

test('dma-ranges: what the devices below reach', () => {
  const board = BOARD('reg = <0x10000 0x1000>; iommus = <&smmu 1>;').replace(
    '<0x40000000 0 0x40000000',
    '<0x4$00000000 0 0x40000000',
  );
  expect(hoverText(board, { plain: true })).toMatchInlineSnapshot(`
    "**bus \`0x40000000\` → memory \`0x40000000\` to \`0x7fffffff\`**  
    1 GiB · the same address

    | **\`0x40000000\`** | \`0 0x40000000\` | \`0x40000000\` |
    |---|---|---|
    | **bus address (1)** | memory address (2) | size (1) |

    the \`dma-ranges\` of bus@80000000 counts for 1 master below — [board.dts:22](#) · \`of_dma_get_range\`  
    the tree has no RAM: what lies outside is copied by swiotlb

    ---
    \`dma-ranges\` · set in [board.dts:22](#)"
  `);
});

const NEXUS = (rest: string) => `/dts-v1/;
#define IRQ_TYPE_LEVEL_HIGH 4
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	gic: interrupt-controller@1000 { compatible = "arm,gic-v3"; reg = <0 0x1000 0 0x1000>; interrupt-controller; #interrupt-cells = <3>; #address-cells = <2>; };
	old: old { interrupt-controller; #interrupt-cells = <1>; };
	pins: pinctrl { };
	pcie@2000 { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>; ${rest} };
};`;

test('interrupt-map: each row by its own parent, the pin of the bus as people call it', () => {
  const map =
    'interrupt-map = <0 0 0 1 &gic 0 0 0 149 IRQ_TYPE_LEVEL_HIGH>, <0 0 0 2 &old 7>, <0 0 0 3 &gic 0 0 0 1$051 IRQ_TYPE_LEVEL_HIGH>;';
  expect(hoverText(NEXUS(`interrupt-map-mask = <0 0 0 7>; ${map}`), { plain: true })).toMatchInlineSnapshot(`
    "**INTC of any function → gic: SPI 151 (ID 183), level high**  
    the mask leaves no bit of the address

    | \`0 0 0\` | \`3\` | \`&gic\` | \`0 0\` | \`0\` | **\`151\`** | \`IRQ_TYPE_LEVEL_HIGH\` |
    |---|---|---|---|---|---|---|
    | child address (3) | interrupt pin | gic, \`#interrupt-cells = <3>\` | address at the parent (2) | shared (SPI) | **number: interrupt ID 183** | level high |
    |  |  |  |  |  |  | 4 |

    ---
    \`interrupt-map\` entry 3 of 3 · set in [board.dts:9](#)"
  `);
  // What the mask leaves of the address is the function that is meant: device 1 of bus 0.
  const devices = 'interrupt-map-mask = <0xf800 0 0 7>; interrupt-map = <0x800 0 0 2 &ol$0d 7>;';
  expect(hoverText(NEXUS(devices), { plain: true }).split('\n')[0]).toBe('**INTB of `00:01.0` → old: 7**');
  expect(hoverText(NEXUS('interrupt-map-mask = <0 0 0 $07>;'), { plain: true })).toMatchInlineSnapshot(`
    "**Which bits are compared with \`interrupt-map\`**  
    all devices of the bus have the same rows

    | \`0 0 0\` | **\`7\`** |
    |---|---|
    | of the address (3) | **of the interrupt** |

    ---
    \`interrupt-map-mask\` · set in [board.dts:9](#)"
  `);
});

test('interrupt-map outside of PCI, without a mask', () => {
  const text = NEXUS('').replace(
    'pins: pinctrl { };',
    'nexus { #address-cells = <0>; #interrupt-cells = <2>; interrupt-map = <3 4 &old $012>; };',
  );
  expect(hoverText(text, { plain: true }).split('\n')[0]).toBe('**interrupt 3, 4 → old: 12**');
});

test('gpio-ranges: lines of the controller and pins', () => {
  expect(hoverText(NEXUS('gpio-ranges = <&pins 0 32 16>, <&pins 16 1$00 1>;'), { plain: true })).toMatchInlineSnapshot(`
    "**GPIO 16 here: pin 10 of pins**

    | \`&pins\` | \`16\` | **\`10\`** | \`1\` |
    |---|---|---|---|
    | pin controller pins | first GPIO | **first pin** | how many |

    ---
    \`gpio-ranges\` entry 2 of 2 · set in [board.dts:9](#)"
  `);
});
