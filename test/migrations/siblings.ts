// SPDX-License-Identifier: MIT
// Migrations beside the one of Xen's grants, before and after, with all that changes in the blob: for tests and proof.

/** In fixture notation (test/support/fixture.ts); the platform is in the metadata. */
export interface Sibling {
  readonly title: string;
  readonly rule: string;
  readonly before: string;
  readonly after: string;
  /** Every difference of the blobs, but for phandles: `- /path:property`, `+ /path:property`; both for another value. */
  readonly differences: readonly string[];
}

/** A property with another value. */
function changed(property: string): string[] {
  return [`- ${property}`, `+ ${property}`];
}

const MASTERS = 'smmu-legacy-mmu-masters';

/** An SMMU with what its last line says, and masters. */
export function smmuBoard(label: string, smmu: string, masters: string): string {
  return `/dts-v1/;
/ {
	${label}iommu {
		compatible = "arm,smmu-v1";
		#global-interrupts = <1>;
		interrupts = <1>, <2>;
		${smmu}
	};
${masters}};
`;
}

export function master(name: string, binding: string): string {
  return `\n\t${name}: ${name}-engine {\n\t\tcompatible = "acme,${name}";\n\t\t${binding};\n\t};\n`;
}

export function pcieMaster(binding: string): string {
  return `\n\tpcie: pcie {\n\t\tdevice_type = "pci";\n\t\t#address-cells = <3>;\n\t\t#size-cells = <2>;\n\t\t${binding};\n\t};\n`;
}

/** With a second SMMU, `/iommu-2`. */
export function twoSmmus(first: string, second: string, masters: string): string {
  const other = smmuBoard('', second, '').split('\n').slice(2, 8).join('\n').replace('iommu {', 'other: iommu-2 {');
  return smmuBoard('smmu: ', first, `\n${other}\n${masters}`);
}

const ON_SMMU = ['- /iommu:mmu-masters', '+ /iommu:#iommu-cells'];
const ON_DMA = ['- /dma-engine:#stream-id-cells', '+ /dma-engine:iommus'];
const ON_NET = ['- /net-engine:#stream-id-cells', '+ /net-engine:iommus'];

function shared(smmu: string, dma: string): string {
  const soc = smmuBoard('', smmu, master('dma', dma)).replace('/dts-v1/;\n', '');
  return `//- /board.dts\n/dts-v1/;\n#include "soc.dtsi"\n\n&dma {\n\tstatus = "disabled";\n};\n//- /soc.dtsi\n${soc}`;
}

const SMMU_MASTERS: readonly Sibling[] = [
  {
    title: 'mmu-masters: iommus on every master, #iommu-cells on the SMMU',
    rule: MASTERS,
    before: smmuBoard(
      '',
      'mmu-masters = <&dma 0x4 0x5>, <&net 0x10>;',
      master('dma', '#stream-id-cells = <2>') + master('net', '#stream-id-cells = <1>'),
    ),
    after: smmuBoard(
      'smmu: ',
      '#iommu-cells = <1>;',
      master('dma', 'iommus = <&smmu 0x4>, <&smmu 0x5>') + master('net', 'iommus = <&smmu 0x10>'),
    ),
    differences: [...ON_SMMU, ...ON_DMA, ...ON_NET],
  },
  {
    title: 'mmu-masters with a PCI bridge: a map of requester IDs, which is how Linux read it',
    rule: MASTERS,
    before: smmuBoard('smmu: ', 'mmu-masters = <&pcie 0>;', pcieMaster('#stream-id-cells = <1>')),
    after: smmuBoard('smmu: ', '#iommu-cells = <1>;', pcieMaster('iommu-map = <0x0 &smmu 0x0 0x10000>')),
    differences: [...ON_SMMU, '- /pcie:#stream-id-cells', '+ /pcie:iommu-map'],
  },
  {
    title: 'mmu-masters with macros, comments and a disabled master',
    rule: MASTERS,
    before: `#define DMA_SID 0x4\n${smmuBoard('smmu: ', 'mmu-masters = <&dma DMA_SID>; /* one */', master('dma', 'status = "disabled"; #stream-id-cells = <1>'))}`,
    after: `#define DMA_SID 0x4\n${smmuBoard('smmu: ', '#iommu-cells = <1>; /* one */', master('dma', 'status = "disabled"; iommus = <&smmu DMA_SID>'))}`,
    differences: [...ON_SMMU, ...ON_DMA],
  },
  {
    title: 'mmu-masters of several SMMUs at once, because Linux takes one form for all',
    rule: MASTERS,
    before: twoSmmus(
      'mmu-masters = <&dma 0x4>;',
      'mmu-masters = <&net 0x5>;',
      master('dma', '#stream-id-cells = <1>') + master('net', '#stream-id-cells = <1>'),
    ),
    after: twoSmmus(
      '#iommu-cells = <1>;',
      '#iommu-cells = <1>;',
      master('dma', 'iommus = <&smmu 0x4>') + master('net', 'iommus = <&other 0x5>'),
    ),
    differences: [...ON_SMMU, '- /iommu-2:mmu-masters', '+ /iommu-2:#iommu-cells', ...ON_DMA, ...ON_NET],
  },
  {
    title: 'mmu-masters beside an SMMU that has the present binding',
    rule: 'smmu-mixed-bindings',
    before: twoSmmus('mmu-masters = <&dma 0x4>;', '#iommu-cells = <1>;', master('dma', '#stream-id-cells = <1>')),
    after: twoSmmus('#iommu-cells = <1>;', '#iommu-cells = <1>;', master('dma', 'iommus = <&smmu 0x4>')),
    differences: [...ON_SMMU, ...ON_DMA],
  },
  {
    title: 'mmu-masters in a shared file: nothing changes in the board file',
    rule: MASTERS,
    before: shared('mmu-masters = <&dma 0x4>;', '#stream-id-cells = <1>'),
    after: shared('#iommu-cells = <1>;', 'iommus = <&smmu 0x4>').replace('iommu {', 'smmu: iommu {'),
    differences: [...ON_SMMU, ...ON_DMA],
  },
];

/** A bridge with a map towards an SMMU of two cells, for a kernel release. */
export function mapBoard(map: string, kernel: string): string {
  return `//- /board.dts kernel:${kernel}
/dts-v1/;
/ {
	smmu: iommu {
		compatible = "arm,mmu-500";
		#iommu-cells = <2>;
		#global-interrupts = <1>;
		interrupts = <1>, <2>;
	};

	pcie {
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
		iommu-map = ${map};
	};
};
`;
}

export const OLD_MAP = '<0x0 &smmu 0x1400 0x1>, <0x100 &smmu 0x1401 0x1>';
export const NEW_MAP = '<0x0 &smmu 0x1400 0x0 0x1>, <0x100 &smmu 0x1401 0x0 0x1>';

function four(entry: (n: number) => string): string {
  return Array.from({ length: 4 }, (_, n) => entry(n)).join(', ');
}

const MAP_CHANGED = changed('/pcie:iommu-map');

const MAPS: readonly Sibling[] = [
  {
    title: 'iommu-map for 7.2: all output cells',
    rule: 'iommu-map-cells-mismatch',
    before: mapBoard(OLD_MAP, '7.2'),
    after: mapBoard(NEW_MAP, '7.2'),
    differences: MAP_CHANGED,
  },
  {
    title: 'iommu-map for 7.2: an entry for each ID of a short range',
    rule: 'iommu-map-length',
    before: mapBoard('<0x8 &smmu 0x1400 0x2>', '7.2'),
    after: mapBoard('<0x8 &smmu 0x1400 0x0 0x1>,\n\t\t\t    <0x9 &smmu 0x1401 0x0 0x1>', '7.2'),
    differences: MAP_CHANGED,
  },
  {
    title: 'iommu-map for older kernels: one output cell',
    rule: 'iommu-map-length',
    before: mapBoard(NEW_MAP, '6.12'),
    after: mapBoard(OLD_MAP, '6.12'),
    differences: MAP_CHANGED,
  },
  {
    title: 'iommu-map for older kernels, where its length happens to be a multiple of four',
    rule: 'iommu-map-length',
    before: mapBoard(
      four((n) => `<0x${n} &smmu 0x${n} 0x0 0x1>`),
      '6.12',
    ),
    after: mapBoard(
      four((n) => `<0x${n} &smmu 0x${n} 0x1>`),
      '6.12',
    ),
    differences: MAP_CHANGED,
  },
];

/** A PCI host bridge with `iommus` to a provider. */
export function bridgeBoard(compatible: string, binding: string): string {
  return `//- /board.dts platform:xen-domu
/dts-v1/;
/ {
	provider: provider {
		compatible = "${compatible}";
		#iommu-cells = <1>;
	};

	pcie {
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
		${binding}
	};
};
`;
}

/** A bus whose `iommus` one of its devices should have. */
export function busBoard(bus: string, device: string, more = ''): string {
  return `/dts-v1/;
/ {
	smmu: iommu {
		compatible = "arm,smmu-v3";
		#iommu-cells = <1>;
	};

	bus {
		compatible = "simple-bus";
${bus}
		dma {
			compatible = "acme,dma";
${device}		};
${more}	};
};
`;
}

/** A PCI host bridge with a function at device 1, and a map, if any, on the bridge. */
export function functionBoard(map: string, binding: string): string {
  return `/dts-v1/;
/ {
	smmu: iommu {
		compatible = "arm,smmu-v3";
		#iommu-cells = <1>;
	};

	pcie {
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
${map}
		nic@1,0 {
			reg = <0x800 0x0 0x0 0x0 0x0>;
${binding}		};
	};
};
`;
}

export const ON_FUNCTION = '\t\t\tiommus = <&smmu 0x77>;\n';

export const ON_BUS = '\t\tiommus = <&smmu 4>, /* write */\n\t\t\t <&smmu 5>;\n';

const PLACES: readonly Sibling[] = [
  {
    title: 'iommus to grants on a PCI host bridge: one backend for all functions',
    rule: 'xen-grant-pci-iommus',
    before: bridgeBoard('xen,grant-dma', 'iommus = <&provider 2>;'),
    after: bridgeBoard('xen,grant-dma', 'iommu-map = <0x0 &provider 2 0x1>;\n\t\tiommu-map-mask = <0x0>;'),
    differences: ['- /pcie:iommus', '+ /pcie:iommu-map', '+ /pcie:iommu-map-mask'],
  },
  {
    title: 'iommus on a PCI function: the first entry of the map',
    rule: 'iommus-on-pci-function',
    before: functionBoard('', ON_FUNCTION),
    after: functionBoard('\t\tiommu-map = <0x8 &smmu 0x77 0x1>;\n', ''),
    differences: ['- /pcie/nic@1,0:iommus', '+ /pcie:iommu-map'],
  },
  {
    title: 'iommus on a PCI function: another entry of the map',
    rule: 'iommus-on-pci-function',
    before: functionBoard('\t\tiommu-map = <0x9 &smmu 0x1 0x7>;\n', ON_FUNCTION),
    after: functionBoard('\t\tiommu-map = <0x9 &smmu 0x1 0x7>, <0x8 &smmu 0x77 0x1>;\n', ''),
    differences: ['- /pcie/nic@1,0:iommus', ...changed('/pcie:iommu-map')],
  },
  {
    title: 'iommus on a bus moves to its only device as it is written',
    rule: 'iommus-not-inherited',
    before: busBoard(ON_BUS, ''),
    after: busBoard('', ON_BUS.replace('\t\ti', '\t\t\ti')),
    differences: ['- /bus:iommus', '+ /bus/dma:iommus'],
  },
  {
    title: 'dma-coherent and dma-noncoherent together: what Linux does stays',
    rule: 'dma-coherent-and-noncoherent',
    before: busBoard('', '\t\t\tdma-coherent;\n\t\t\tdma-noncoherent;\n'),
    after: busBoard('', '\t\t\tdma-coherent;\n'),
    differences: ['- /bus/dma:dma-noncoherent'],
  },
];

const TEGRA_HEADER = '//- /include/dt-bindings/memory/tegra124-mc.h\n#define TEGRA_SWGROUP_HDA 6\n';

/** A Tegra with its memory controller, which is the IOMMU where it has cells. */
export function tegraBoard(nodes: string, controller = ''): string {
  return `//- /board.dts
#include <dt-bindings/memory/tegra124-mc.h>
/dts-v1/;
/ {
	gic: interrupt-controller {
		interrupt-controller;
		#interrupt-cells = <1>;
	};

	${controller === '' ? '' : 'mc: '}memory-controller {
		compatible = "nvidia,tegra124-mc";
		interrupts-extended = <&gic 1>;
${controller}	};
${nodes}};
${TEGRA_HEADER}`;
}

export const TEGRA_SMMU =
  '\n\tsmmu: iommu {\n\t\tcompatible = "nvidia,tegra30-smmu";\n\t\tnvidia,#asids = <4>;\n\t\t#iommu-cells = <1>;\n\t};\n';
export const TEGRA_CELLS = '\t\t#iommu-cells = <1>;\n';

export function tegraMaster(ref: string, id = 'TEGRA_SWGROUP_HDA'): string {
  return `\n\thda {\n\t\tcompatible = "acme,hda";\n\t\tiommus = <&${ref} ${id}>;\n\t};\n`;
}

const NAMES_MC = '\n\tdc {\n\t\tcompatible = "acme,dc";\n\t\tiommus = <&mc 1>;\n\t};\n';
const NO_SMMU = ['- /iommu', '- /iommu:compatible', '- /iommu:nvidia,#asids', '- /iommu:#iommu-cells'];

export function tegraSerial(binding: string): string {
  return tegraBoard(`\n\tserial {\n\t\tcompatible = "acme,uart";\n${binding}\t};\n`, TEGRA_CELLS);
}

export const MEMORY_CLIENTS = '\t\tnvidia,memory-clients = <14>;\n';

/** A master of a MediaTek M4U, for a kernel release. */
export function codecBoard(binding: string, kernel = '6.12'): string {
  return `//- /board.dts kernel:${kernel}
/dts-v1/;
/ {
	larb: larb {
		compatible = "mediatek,mt8173-smi-larb";
	};

	m4u: iommu {
		compatible = "acme,m4u";
		#iommu-cells = <1>;
	};

	codec {
		compatible = "acme,codec";
${binding}	};
};
`;
}

export const LARB = '\t\tmediatek,larb = <&larb>;\n';
const M4U_IOMMUS = '\t\tiommus = <&m4u 0>;\n';
const SERIAL_IOMMUS = '\t\tiommus = <&mc 14>;\n';

/** Two System MMUs of Samsung, each with one master. */
function exynosBoard(first: string, second: string, masters: readonly [string, string]): string {
  const sysmmu = (name: string, binding: string) =>
    `\n\t${name}: ${name} {\n\t\tcompatible = "samsung,exynos-sysmmu";\n\t\tclocks = <&clock>;\n\t\tclock-names = "sysmmu";\n\t\tinterrupts-extended = <&gic 1>;\n\t\t${binding}\n\t};\n`;
  const device = (name: string, binding: string) =>
    `\n\t${name}: ${name} {\n\t\tcompatible = "acme,${name}";\n${binding}\t};\n`;
  const soc =
    '\n\tclock: clock {\n\t\tcompatible = "fixed-clock";\n\t\t#clock-cells = <0>;\n\t};\n\n\tgic: interrupt-controller {\n\t\tinterrupt-controller;\n\t\t#interrupt-cells = <1>;\n\t};\n';
  return `/dts-v1/;\n/ {${soc}${sysmmu('sysmmu0', first)}${sysmmu('sysmmu1', second)}${device('fimd', masters[0])}${device('mfc', masters[1])}};\n`;
}

const VENDORS: readonly Sibling[] = [
  {
    title: 'mmu-masters of a Samsung System MMU, whose masters have no IDs',
    rule: 'exynos-mmu-masters',
    before: exynosBoard('mmu-masters = <&fimd>;', '#iommu-cells = <0>;', ['', '\t\tiommus = <&sysmmu1>;\n']),
    after: exynosBoard('#iommu-cells = <0>;', '#iommu-cells = <0>;', [
      '\t\tiommus = <&sysmmu0>;\n',
      '\t\tiommus = <&sysmmu1>;\n',
    ]),
    differences: ['- /sysmmu0:mmu-masters', '+ /sysmmu0:#iommu-cells', '+ /fimd:iommus'],
  },
  {
    title: 'the SMMU node of the first Tegra binding gives its masters to the memory controller',
    rule: 'tegra-smmu-legacy-node',
    before: tegraBoard(NAMES_MC + TEGRA_SMMU + tegraMaster('smmu'), TEGRA_CELLS),
    after: tegraBoard(NAMES_MC + tegraMaster('mc'), TEGRA_CELLS),
    differences: [...NO_SMMU, ...changed('/hda:iommus')],
  },
  {
    title: 'the SMMU node of the first Tegra binding is deleted where nothing names it',
    rule: 'tegra-smmu-legacy-node',
    before: tegraBoard(TEGRA_SMMU, TEGRA_CELLS),
    after: tegraBoard('', TEGRA_CELLS),
    differences: NO_SMMU,
  },
  {
    title: 'nvidia,memory-clients is deleted beside iommus',
    rule: 'tegra-memory-clients-ignored',
    before: tegraSerial(SERIAL_IOMMUS + MEMORY_CLIENTS),
    after: tegraSerial(SERIAL_IOMMUS),
    differences: ['- /serial:nvidia,memory-clients'],
  },
  {
    title: 'mediatek,larb is deleted: the ID says which larb it is',
    rule: 'mtk-larb-on-master',
    before: codecBoard(LARB + M4U_IOMMUS),
    after: codecBoard(M4U_IOMMUS),
    differences: ['- /codec:mediatek,larb'],
  },
];

export const PORTS = '#include <dt-bindings/memory/mt8173-larb-port.h>\n';
export const GPIO = '#include <dt-bindings/gpio/gpio.h>\n';
const POWER = '#include <dt-bindings/power/power.h>\n';
const HEADERS = `//- /include/dt-bindings/memory/mt8173-larb-port.h
#ifndef PORTS
#define PORTS
#include <dt-bindings/memory/mtk-memory-port.h>
#define M4U_LARB1_ID 1
#define M4U_PORT_HW_VDEC_MC_EXT \\
	MTK_M4U_ID(M4U_LARB1_ID, 0) /* video */
#define M4U_PORT_SAME MTK_M4U_ID(M4U_LARB1_ID, 1)
#define M4U_PORT_OTHER MTK_M4U_ID(M4U_LARB1_ID, 1)
#endif
//- /include/dt-bindings/memory/mtk-memory-port.h
#define MTK_M4U_ID(larb, port) (((larb) << 5) | (port))
//- /include/dt-bindings/gpio/gpio.h
//- /include/dt-bindings/power/power.h
`;

/** A master with an ID, and what the file includes. */
export function idBoard(id: string, head = PORTS): string {
  return `//- /board.dts
${head}
/dts-v1/;
/ {
	m4u: iommu {
		compatible = "mediatek,mt8173-m4u";
		#iommu-cells = <1>;
	};

	codec {
		compatible = "acme,codec";
		iommus = <&m4u ${id}>;
	};
};
${HEADERS}`;
}

const NAMES: readonly Sibling[] = [
  {
    title: 'a number for which the header has a name',
    rule: 'iommus-unnamed-id',
    before: idBoard('0x20'),
    after: idBoard('M4U_PORT_HW_VDEC_MC_EXT'),
    differences: [],
  },
  {
    title: 'a number for which the header has a name: the include comes in the order of the others',
    rule: 'iommus-unnamed-id',
    before: idBoard('32', GPIO + POWER),
    after: idBoard('M4U_PORT_HW_VDEC_MC_EXT', GPIO + PORTS + POWER),
    differences: [],
  },
];

export const SIBLINGS: readonly Sibling[] = [...SMMU_MASTERS, ...MAPS, ...PLACES, ...VENDORS, ...NAMES];
