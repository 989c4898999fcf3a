// SPDX-License-Identifier: MIT
// The forms in which trees name the domain of a virtio backend, before and after: for the tests and for the proof.

/** In fixture notation (test/support/fixture.ts); files that the fix leaves alone are not in `after`. */
export interface Form {
  readonly title: string;
  readonly rule: string;
  readonly before: string;
  readonly after: string;
  /** The device whose DMA is looked at: its path, and the domain that serves it. */
  readonly device: string;
  readonly domid: number;
  /** For a PCI function: its requester ID; `device` is then the host bridge. */
  readonly rid?: number;
  /** An overlay has no device of its own, so that the model says nothing of it. */
  readonly overlay?: true;
}

const BACKEND = 'xen-backend-domid-legacy';

/** A guest with one virtio-mmio device, `binding` indented by two tabs, and other nodes. */
export function guest(binding: string, nodes = '', compatible = 'virtio,mmio'): string {
  return `/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	hypervisor {
		compatible = "xen,xen";
	};
${nodes}
	virtio@2000000 {
		compatible = "${compatible}";
		reg = <0x0 0x2000000 0x0 0x200>;
		interrupts = <1>;
${binding}
	};
};
`;
}

export const PROVIDER = `
	xen_iommu: xen-iommu {
		compatible = "xen,grant-dma";
		#iommu-cells = <1>;
	};
`;

const DEVICE = { rule: BACKEND, device: '/virtio@2000000', domid: 1 };
const CONVERTED = '\t\tiommus = <&xen_iommu 1>;\n\t\tdma-coherent;';

/** The same domain in several writings; only the name changes and the provider comes in. */
function writing(title: string, [before, after]: readonly [string, string], domid: number, head = ''): Form {
  return {
    ...DEVICE,
    title,
    domid,
    before: head + guest(`\t\txen,backend-domid = ${before};`, PROVIDER),
    after: head + guest(`\t\tiommus = ${after};\n\t\tdma-coherent;`, PROVIDER),
  };
}

const VALUES: readonly Form[] = [
  writing('a decimal number', ['<1>', '<&xen_iommu 1>'], 1),
  writing('a hexadecimal number', ['<0x1>', '<&xen_iommu 0x1>'], 1),
  writing('the last domain', ['<0x7fef>', '<&xen_iommu 0x7fef>'], 0x7fef),
  writing('a macro', ['<BACKEND>', '<&xen_iommu BACKEND>'], 2, '#define BACKEND 2\n'),
  writing('a macro with arguments', ['<DOM(2)>', '<&xen_iommu DOM(2)>'], 3, '#define DOM(n) ((n) + 1)\n'),
  writing('an expression', ['<(1 << 2)>', '<&xen_iommu (1 << 2)>'], 4),
  writing('32 bits in so many words', ['/bits/ 32 <5>', '/bits/ 32 <&xen_iommu 5>'], 5),
  writing('comments and odd spacing', ['/* a */ < 6 /* b */ >', '/* a */ <&xen_iommu 6 /* b */ >'], 6),
];

const PROVIDERS: readonly Form[] = [
  {
    ...DEVICE,
    title: 'no provider: one at the end of the root',
    before: guest('\t\txen,backend-domid = <1>;'),
    after: guest(CONVERTED).replace(/\};\n$/, `${PROVIDER}};\n`),
  },
  {
    ...DEVICE,
    title: 'a provider with another name and label',
    before: guest('\t\txen,backend-domid = <1>;', PROVIDER.replace('xen_iommu: xen-iommu', 'grants: iommu-of-xen')),
    after: guest(
      '\t\tiommus = <&grants 1>;\n\t\tdma-coherent;',
      PROVIDER.replace('xen_iommu: xen-iommu', 'grants: iommu-of-xen'),
    ),
  },
  {
    ...DEVICE,
    title: 'a provider without a label',
    before: guest('\t\txen,backend-domid = <1>;', PROVIDER.replace('xen_iommu: ', '')),
    after: guest(CONVERTED, PROVIDER),
  },
  {
    ...DEVICE,
    title: 'a provider without a label in another file',
    before: `//- /board.dts\n#include "xen.dtsi"\n${guest('\t\txen,backend-domid = <1>;').replace('/dts-v1/;\n', '')}//- /xen.dtsi\n/dts-v1/;\n/ {${PROVIDER.replace('xen_iommu: ', '')}};\n`,
    after: `//- /board.dts\n#include "xen.dtsi"\n${guest(CONVERTED).replace('/dts-v1/;\n', '')}//- /xen.dtsi\n/dts-v1/;\n/ {${PROVIDER}};\n`,
  },
  {
    ...DEVICE,
    title: 'a provider without #iommu-cells',
    before: guest('\t\txen,backend-domid = <1>;', PROVIDER.replace('\t\t#iommu-cells = <1>;\n', '')),
    after: guest(CONVERTED, PROVIDER),
  },
  {
    ...DEVICE,
    title: 'a provider with wrong #iommu-cells',
    before: guest('\t\txen,backend-domid = <1>;', PROVIDER.replace('<1>', '<0>')),
    after: guest(CONVERTED, PROVIDER),
  },
  {
    ...DEVICE,
    title: 'a disabled provider is left alone',
    before: guest('\t\txen,backend-domid = <1>;', PROVIDER.replace('<1>;', '<1>;\n\t\tstatus = "disabled";')),
    after: guest(
      '\t\tiommus = <&xen_iommu_1 1>;\n\t\tdma-coherent;',
      PROVIDER.replace('<1>;', '<1>;\n\t\tstatus = "disabled";'),
    ).replace(/\};\n$/, `${PROVIDER.replace('xen_iommu: xen-iommu', 'xen_iommu_1: xen-iommu-1')}};\n`),
  },
  {
    ...DEVICE,
    title: 'a tree of a decompiler: numbers for phandles',
    before: guest('\t\txen,backend-domid = <0x01>;', '\n\tgic {\n\t\tphandle = <0xfde9>;\n\t};\n'),
    after: guest(
      '\t\tiommus = <0xfdea 0x01>;\n\t\tdma-coherent;',
      '\n\tgic {\n\t\tphandle = <0xfde9>;\n\t};\n',
    ).replace(
      /\};\n$/,
      '\n\txen-iommu {\n\t\tcompatible = "xen,grant-dma";\n\t\t#iommu-cells = <0x01>;\n\t\tphandle = <0xfdea>;\n\t};\n};\n',
    ),
  },
  {
    ...DEVICE,
    title: 'a tree of a toolstack with its own provider',
    before: guest(
      '\t\txen,backend-domid = <0x01>;',
      PROVIDER.replace('xen_iommu: xen-iommu', 'xen_iommu').replace('<1>;', '<1>;\n\t\tphandle = <0xfde9>;'),
    ),
    after: guest(
      '\t\tiommus = <0xfde9 0x01>;\n\t\tdma-coherent;',
      PROVIDER.replace('xen_iommu: xen-iommu', 'xen_iommu').replace('<1>;', '<1>;\n\t\tphandle = <0xfde9>;'),
    ),
  },
];

const DEVICES: readonly Form[] = [
  {
    ...DEVICE,
    title: 'iommus with the same provider and domain: merged',
    before: guest('\t\tiommus = <&xen_iommu 1>;\n\t\txen,backend-domid = <1>;\n\t\tdma-coherent;', PROVIDER),
    after: guest(CONVERTED, PROVIDER),
  },
  {
    ...DEVICE,
    title: 'coherence that is inherited is not stated again',
    before: guest('\t\txen,backend-domid = <1>;', PROVIDER).replace('/ {\n', '/ {\n\tdma-coherent;\n'),
    after: guest('\t\tiommus = <&xen_iommu 1>;', PROVIDER).replace('/ {\n', '/ {\n\tdma-coherent;\n'),
  },
  {
    ...DEVICE,
    title: 'its first name',
    rule: 'xen-dev-domid-legacy',
    before: guest('\t\txen,dev-domid = <1>;', PROVIDER),
    after: guest(CONVERTED, PROVIDER),
  },
  {
    ...DEVICE,
    title: 'a node on one line',
    before: guest('', PROVIDER).replace(/interrupts = .*\n\n/, 'interrupts = <1>; xen,backend-domid = <1>;\n'),
    after: guest('', PROVIDER).replace(
      /interrupts = .*\n\n/,
      'interrupts = <1>; iommus = <&xen_iommu 1>; dma-coherent;\n',
    ),
  },
];

const BRIDGE = `		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x10000000 0x0 0x10000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		bus-range = <0x0 0xff>;
		ranges = <0x2000000 0x0 0x20000000 0x0 0x20000000 0x0 0x10000000>;
`;

const PCI = (map: string, binding: string): string => `/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	hypervisor {
		compatible = "xen,xen";
	};
${PROVIDER}
	pcie@10000000 {
${BRIDGE}${map}
		virtio@1,0 {
			compatible = "pci1af4,1042";
			reg = <0x800 0x0 0x0 0x0 0x0>;
${binding}		};
	};
};
`;

const FUNCTION = { rule: BACKEND, device: '/pcie@10000000', domid: 3, rid: 8 };

const PCI_FORMS: readonly Form[] = [
  {
    ...FUNCTION,
    title: 'a PCI function: the first entry of iommu-map',
    before: PCI('', '\t\t\txen,backend-domid = <3>;\n'),
    after: PCI('\t\tiommu-map = <0x8 &xen_iommu 3 0x1>;\n', '').replace('\n\n\t\tvirtio@', '\n\n\t\tvirtio@'),
  },
  {
    ...FUNCTION,
    title: 'a PCI function: another entry of iommu-map',
    before: PCI('\t\tiommu-map = <0x10 &xen_iommu 2 0x1>;\n', '\t\t\txen,backend-domid = <3>;\n'),
    after: PCI('\t\tiommu-map = <0x10 &xen_iommu 2 0x1>, <0x8 &xen_iommu 3 0x1>;\n', ''),
  },
  {
    ...FUNCTION,
    title: 'a PCI function: a linear map with the wrong domain is split',
    before: PCI('\t\tiommu-map = <0x7 &xen_iommu 1 0x3>;\n', '\t\t\txen,backend-domid = <3>;\n'),
    after: PCI('\t\tiommu-map = <0x7 &xen_iommu 1 0x1>, <0x8 &xen_iommu 3 0x1>, <0x9 &xen_iommu 3 0x1>;\n', ''),
  },
  {
    ...FUNCTION,
    title: 'a PCI function: a map that says it already',
    before: PCI('\t\tiommu-map = <0x8 &xen_iommu 3 0x1>;\n', '\t\t\txen,backend-domid = <3>;\n'),
    after: PCI('\t\tiommu-map = <0x8 &xen_iommu 3 0x1>;\n', ''),
  },
];

const OVERLAY_PCI = (map: string, binding: string, tail = ''): string => `//- /board.dtso
/dts-v1/;
/plugin/;

&pcie {
${map}	virtio@1,0 {
		compatible = "pci1af4,1042";
		reg = <0x800 0x0 0x0 0x0 0x0>;
${binding}	};
};
${tail}`;

const PCI_OVERLAYS: readonly Form[] = [
  {
    ...FUNCTION,
    title: 'a PCI function in an overlay: iommu-map of the target',
    overlay: true,
    before: OVERLAY_PCI('', '\t\txen,backend-domid = <0x3>;\n'),
    after: OVERLAY_PCI('\tiommu-map = <0x8 &xen_iommu 0x3 0x1>;\n\n', '', `\n&{/} {${PROVIDER}};\n`),
  },
  {
    ...FUNCTION,
    title: 'another PCI function in the overlay: the next entry',
    overlay: true,
    before: OVERLAY_PCI(
      '\tiommu-map = <0x10 &xen_iommu 2 0x1>;\n\n',
      '\t\txen,backend-domid = <3>;\n',
      `\n&{/} {${PROVIDER}};\n`,
    ),
    after: OVERLAY_PCI(
      '\tiommu-map = <0x10 &xen_iommu 2 0x1>, <0x8 &xen_iommu 3 0x1>;\n\n',
      '',
      `\n&{/} {${PROVIDER}};\n`,
    ),
  },
];

const SHARED = (binding: string, tail = ''): string =>
  guest(binding)
    .replace('\tvirtio@', '\tdisk: virtio@')
    .replace(/\};\n$/, `${tail}};\n`);

/** The board that the overlays are for. */
export const OVERLAID = SHARED('', `\n\tpcie: pcie@10000000 {\n${BRIDGE}\t};\n`);

const PLACES: readonly Form[] = [
  {
    ...DEVICE,
    title: 'a shared .dtsi: device and provider stay in one file',
    before: `//- /board.dts\n#include "guest.dtsi"\n//- /guest.dtsi\n${SHARED('\t\txen,backend-domid = <1>;')}`,
    after: `//- /board.dts\n#include "guest.dtsi"\n//- /guest.dtsi\n${SHARED(CONVERTED, PROVIDER)}`,
  },
  {
    ...DEVICE,
    title: 'a block by label in the board file',
    before: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\txen,backend-domid = <1>;\n};\n//- /guest.dtsi\n${SHARED('')}`,
    after: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\tiommus = <&xen_iommu 1>;\n\tdma-coherent;\n};\n\n/ {${PROVIDER}};\n//- /guest.dtsi\n${SHARED('')}`,
  },
  {
    ...DEVICE,
    title: 'a property under #if',
    before: guest('#if 1\n\t\txen,backend-domid = <1>;\n#endif', PROVIDER),
    after: guest(`#if 1\n${CONVERTED}\n#endif`, PROVIDER),
  },
  {
    ...DEVICE,
    title: 'set twice: both take the new name',
    domid: 2,
    before: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\txen,backend-domid = <2>;\n};\n//- /guest.dtsi\n${SHARED('\t\txen,backend-domid = <1>;', PROVIDER)}`,
    after: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\tiommus = <&xen_iommu 2>;\n};\n//- /guest.dtsi\n${SHARED(CONVERTED, PROVIDER)}`,
  },
  {
    ...DEVICE,
    title: 'deleted and set again',
    domid: 2,
    before: `${SHARED('\t\txen,backend-domid = <1>;', PROVIDER)}
&disk {
	/delete-property/ xen,backend-domid;
};

&disk {
	xen,backend-domid = <2>;
};
`,
    after: `${SHARED(CONVERTED, PROVIDER)}
&disk {
	/delete-property/ iommus;
};

&disk {
	iommus = <&xen_iommu 2>;
};
`,
  },
  {
    ...DEVICE,
    title: 'set twice without a provider: it comes into the shared file',
    domid: 2,
    before: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\txen,backend-domid = <2>;\n};\n//- /guest.dtsi\n${SHARED('\t\txen,backend-domid = <1>;')}`,
    after: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\tiommus = <&xen_iommu 2>;\n};\n//- /guest.dtsi\n${SHARED(CONVERTED, PROVIDER)}`,
  },
  {
    ...DEVICE,
    title: 'a board that overrides the domain of a shared file that is converted already',
    domid: 2,
    before: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\txen,backend-domid = <2>;\n};\n//- /guest.dtsi\n${SHARED(CONVERTED, PROVIDER)}`,
    after: `//- /board.dts\n#include "guest.dtsi"\n\n&disk {\n\tiommus = <&xen_iommu 2>;\n};\n//- /guest.dtsi\n${SHARED(CONVERTED, PROVIDER)}`,
  },
  {
    ...DEVICE,
    title: 'the neighbours are hexadecimal',
    before: guest('\t\txen,backend-domid = <0x1>;').replaceAll('<2>', '<0x2>'),
    after: guest('\t\tiommus = <&xen_iommu 0x1>;\n\t\tdma-coherent;')
      .replaceAll('<2>', '<0x2>')
      .replace(/\};\n$/, `${PROVIDER.replace('<1>', '<0x1>')}};\n`),
  },
  {
    ...DEVICE,
    title: 'an overlay with &label',
    overlay: true,
    before: '//- /board.dtso\n/dts-v1/;\n/plugin/;\n\n&disk {\n\txen,backend-domid = <1>;\n};\n',
    after: `//- /board.dtso\n/dts-v1/;\n/plugin/;\n\n&disk {\n\tiommus = <&xen_iommu 1>;\n\tdma-coherent;\n};\n\n&{/} {${PROVIDER}};\n`,
  },
  {
    ...DEVICE,
    title: 'an overlay with target-path',
    overlay: true,
    before:
      '//- /board.dtso\n/dts-v1/;\n/plugin/;\n\n/ {\n\tfragment@0 {\n\t\ttarget-path = "/virtio@2000000";\n\n\t\t__overlay__ {\n\t\t\txen,backend-domid = <1>;\n\t\t};\n\t};\n};\n',
    after:
      '//- /board.dtso\n/dts-v1/;\n/plugin/;\n\n/ {\n\tfragment@0 {\n\t\ttarget-path = "/virtio@2000000";\n\n\t\t__overlay__ {\n\t\t\tiommus = <&xen_iommu 1>;\n\t\t\tdma-coherent;\n\t\t};\n\t};\n\n\tfragment@1 {\n\t\ttarget-path = "/";\n\t\t__overlay__ {\n\t\t\txen_iommu: xen-iommu {\n\t\t\t\tcompatible = "xen,grant-dma";\n\t\t\t\t#iommu-cells = <1>;\n\t\t\t};\n\t\t};\n\t};\n};\n',
  },
];

const MACRO_NODE = (binding: string, tail: string): string => `/dts-v1/;

#define VIRTIO(address, n)\t\t\t\t\\
	virtio@address {\t\t\t\t\\
		compatible = "virtio,mmio";\t\t\\
		reg = <0x0 0x##address 0x0 0x200>;\t\\
		interrupts = <n>;\t\t\t\\
${binding}	}

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	hypervisor {
		compatible = "xen,xen";
	};
${tail ? PROVIDER : ''}
	VIRTIO(2000000, 1);
	VIRTIO(2000200, 2);
};
`;

/** A form whose definitions stand before the tree. */
function defined(title: string, [before, after]: readonly [string, string], rest: Partial<Form> = {}): Form {
  const board = (text: string) => {
    const at = text.indexOf('\n\t') + 1;
    return text.slice(0, at) + guest(text.slice(at), PROVIDER);
  };
  return { ...DEVICE, title, before: board(before), after: board(after), ...rest };
}

const MACROS: readonly Form[] = [
  defined('a macro that writes the statement', [
    '#define BACKEND(n) xen,backend-domid = <n>\n\t\tBACKEND(1);',
    '#define BACKEND(n) iommus = <&xen_iommu n>\n\t\tBACKEND(1);\n\t\tdma-coherent;',
  ]),
  defined('a macro that writes the statement with its semicolon', [
    '#define SERVED xen,backend-domid = <1>; /* domD */\n\t\tSERVED',
    '#define SERVED iommus = <&xen_iommu 1>; /* domD */\n\t\tSERVED\n\t\tdma-coherent;',
  ]),
  defined('a macro that writes the name', [
    '#define BACKEND xen,backend-domid\n\t\tBACKEND = <1>;',
    '#define BACKEND iommus\n\t\tBACKEND = <&xen_iommu 1>;\n\t\tdma-coherent;',
  ]),
  defined('a macro that writes the value', [
    '#define DOMAIN <1>\n\t\txen,backend-domid = DOMAIN;',
    '#define DOMAIN <&xen_iommu 1>\n\t\tiommus = DOMAIN;\n\t\tdma-coherent;',
  ]),
  defined('a macro through another macro', [
    '#define BACKEND(n) xen,backend-domid = <n>\n#define DOMD BACKEND(1)\n\t\tDOMD;',
    '#define BACKEND(n) iommus = <&xen_iommu n>\n#define DOMD BACKEND(1)\n\t\tDOMD;\n\t\tdma-coherent;',
  ]),
  {
    ...DEVICE,
    title: 'a macro that writes whole devices',
    before: MACRO_NODE('\t\txen,backend-domid = <n>;\t\t\t\\\n', 'provider'),
    after: MACRO_NODE('\t\tiommus = <&xen_iommu n>;\t\t\t\\\n\t\tdma-coherent;\t\t\t\\\n', 'provider'),
  },
  {
    ...DEVICE,
    title: 'a macro with two devices, one of them coherent already',
    before: `#define BACKEND(n) xen,backend-domid = <n>\n${guest('\t\tdma-coherent;\n\t\tBACKEND(1);', `${PROVIDER}\n\tvirtio@1000 {\n\t\tcompatible = "virtio,mmio";\n\t\treg = <0x0 0x1000 0x0 0x200>;\n\t\tinterrupts = <2>;\n\t\tBACKEND(2);\n\t};\n`)}`,
    after: `#define BACKEND(n) iommus = <&xen_iommu n>\n${guest('\t\tdma-coherent;\n\t\tBACKEND(1);', `${PROVIDER}\n\tvirtio@1000 {\n\t\tcompatible = "virtio,mmio";\n\t\treg = <0x0 0x1000 0x0 0x200>;\n\t\tinterrupts = <2>;\n\t\tBACKEND(2);\n\t\tdma-coherent;\n\t};\n`)}`,
  },
];

export const FORMS: readonly Form[] = [
  ...VALUES,
  ...PROVIDERS,
  ...DEVICES,
  ...PCI_FORMS,
  ...PCI_OVERLAYS,
  ...PLACES,
  ...MACROS,
];

/** What has no certain repair, with words of the reason that the message gives. */
export const REFUSED: readonly { readonly title: string; readonly before: string; readonly reason: string }[] = [
  { title: 'no value', before: guest('\t\txen,backend-domid;'), reason: 'no value' },
  { title: 'two cells', before: guest('\t\txen,backend-domid = <1 2>;'), reason: '2 cells' },
  { title: '64 bits', before: guest('\t\txen,backend-domid = /bits/ 64 <1>;'), reason: '64 bits' },
  { title: 'two halves', before: guest('\t\txen,backend-domid = /bits/ 16 <0 1>;'), reason: 'not one cell' },
  { title: 'a string', before: guest('\t\txen,backend-domid = "1";'), reason: 'not one cell' },
  { title: 'a reserved domain', before: guest('\t\txen,backend-domid = <0x7ff0>;'), reason: 'not a domain ID' },
  { title: 'a reference', before: guest('\t\txen,backend-domid = <&xen_iommu>;', PROVIDER), reason: 'a reference' },
  {
    title: 'a hardware IOMMU',
    before: guest(
      '\t\tiommus = <&smmu 1>;\n\t\txen,backend-domid = <1>;',
      '\n\tsmmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };\n',
    ),
    reason: 'either that IOMMU or grants',
  },
  {
    title: 'another domain in iommus',
    before: guest('\t\tiommus = <&xen_iommu 2>;\n\t\txen,backend-domid = <1>;', PROVIDER),
    reason: 'says domain 2',
  },
  {
    title: 'two names that differ',
    before: guest('\t\txen,dev-domid = <2>;\n\t\txen,backend-domid = <1>;', PROVIDER),
    reason: '`xen,dev-domid` says domain 2',
  },
  { title: 'no virtio device', before: guest('\t\txen,backend-domid = <1>;', '', 'acme,dma'), reason: 'only virtio' },
  {
    title: 'a macro that also serves a device which is not virtio',
    before: `#define BACKEND(n) xen,backend-domid = <n>\n${guest('\t\tBACKEND(1);', `${PROVIDER}\n\tdma {\n\t\tcompatible = "acme,dma";\n\t\tBACKEND(2);\n\t};\n`)}`,
    reason: 'the macro `BACKEND` writes it for `/dma` too, where it has no right form: only virtio',
  },
  {
    title: 'a macro of a header that others use',
    before: `//- /board.dts\n#include "xen.h"\n${guest('\t\tBACKEND(1);', PROVIDER)}//- /xen.h\n#define BACKEND(n) xen,backend-domid = <n>\n`,
    reason: 'the macro `BACKEND` that writes it is in `xen.h`',
  },
  {
    title: 'a macro for the value that is used elsewhere',
    before: `#define ONE <1>\n${guest('\t\tcount = ONE;\n\t\txen,backend-domid = ONE;', PROVIDER)}`,
    reason: 'the macro `ONE` that has its value is used for something else',
  },
  {
    title: 'a macro for a PCI function',
    before: `#define BACKEND(n) xen,backend-domid = <n>\n${PCI('', '\t\t\tBACKEND(3);\n')}`,
    reason: 'it comes from a macro',
  },
  {
    title: 'a PCI function in an overlay behind some bridge',
    before: OVERLAY_PCI('', '\t\txen,backend-domid = <3>;\n').replace('<0x800', '<0x10800'),
    reason: 'whether `&pcie` is the host bridge is known only in the tree',
  },
  {
    title: 'a macro that is defined twice',
    before: `#define SERVED xen,backend-domid = <1>\n#undef SERVED\n#define SERVED xen,backend-domid = <2>\n${guest('\t\tSERVED;', PROVIDER)}`,
    reason: 'defined more than once',
  },
  {
    title: 'an #if inside the value',
    before: guest('\t\txen,backend-domid = <\n#if 1\n1\n#else\n2\n#endif\n>;'),
    reason: '#if',
  },
  {
    title: 'a provider under an #if that does not hold the device',
    before: guest('\t\txen,backend-domid = <1>;', `#if 1${PROVIDER}#endif\n`),
    reason: 'under an `#if`',
  },
  {
    title: 'a provider that only the board has',
    before: `//- /board.dts\n#include "guest.dtsi"\n\n/ {${PROVIDER}};\n//- /guest.dtsi\n${SHARED('\t\txen,backend-domid = <1>;')}`,
    reason: 'other boards with this file',
  },
  {
    title: 'a mask that hides the function',
    before: PCI(
      '\t\tiommu-map = <0x0 &xen_iommu 1 0x1>;\n\t\tiommu-map-mask = <0x0>;\n',
      '\t\t\txen,backend-domid = <3>;\n',
    ),
    reason: 'share one backend',
  },
];
