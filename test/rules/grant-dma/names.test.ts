// SPDX-License-Identifier: MIT
// The former names of Xen's grant DMA binding: found everywhere but in Zephyr, and converted where one answer is right.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkFix, checkNoFix, checkNone } from '#test/support/check.ts';

function guest(binding: string, nodes = ''): string {
  return `/ {
	#address-cells = <2>;
	#size-cells = <2>;
${nodes}
	virtio@2000000 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000000 0x0 0x200>;
${binding}
	};
};
`;
}

const GRANT = `	xen_iommu: xen-iommu {
		compatible = "xen,grant-dma";
		#iommu-cells = <1>;
	};
`;

describe('xen,backend-domid', () => {
  it('is read by no Linux', () =>
    checkDiagnostics(
      guest(`		xen,backend-domid = <1>;
//              ^^^^^^^^^^^^^^^^^ 💡 warning[xen-backend-domid-legacy]: No Linux reads \`xen,backend-domid\`, so this device gets no grant DMA; since 5.19 it is \`iommus = <&xen_iommu 1>\`.`),
    ));

  it('is right in Zephyr', () =>
    checkNone(`//- /board.dts platform:zephyr\n/dts-v1/;\n${guest('\t\txen,backend-domid = <1>;')}`));

  it('becomes iommus to the grant node that there is, in the numbers of the file', () =>
    checkFix(
      'xen-backend-domid-legacy',
      guest('\t\txen,backend-domid = <0x1>;', GRANT),
      guest('\t\tiommus = <&xen_iommu 0x1>;\n\t\tdma-coherent;', GRANT),
    ));

  it('keeps a macro', () =>
    checkFix(
      'xen-backend-domid-legacy',
      `#define BACKEND 2\n${guest('\t\txen,backend-domid = <BACKEND>;', GRANT)}`,
      `#define BACKEND 2\n${guest('\t\tiommus = <&xen_iommu BACKEND>;\n\t\tdma-coherent;', GRANT)}`,
    ));

  it('labels a grant node that has no label', () =>
    checkFix(
      'xen-backend-domid-legacy',
      guest('\t\txen,backend-domid = <1>;', GRANT.replace('xen_iommu: ', '')),
      guest('\t\tiommus = <&xen_iommu 1>;\n\t\tdma-coherent;', GRANT),
    ));

  it('gets a grant node at the end of the root when there is none', () =>
    checkFix(
      'xen-backend-domid-legacy',
      guest('\t\txen,backend-domid = <1>;\n\t\tdma-coherent;'),
      guest('\t\tiommus = <&xen_iommu 1>;\n\t\tdma-coherent;').replace(/\};\n$/, `\n${GRANT}};\n`),
    ));

  it.each([
    ['several cells', '<1 2>'],
    ['a string', '"1"'],
    ['a reserved domain', '<0x7ff0>'],
  ])('has no repair for %s', (_, value) =>
    checkNoFix('xen-backend-domid-legacy', guest(`\t\txen,backend-domid = ${value};`)),
  );
});

describe('xen,dev-domid', () => {
  it('is the same under its first name', () =>
    checkFix(
      'xen-dev-domid-legacy',
      guest('\t\txen,dev-domid = <3>;', GRANT),
      guest('\t\tiommus = <&xen_iommu 3>;\n\t\tdma-coherent;', GRANT),
    ));
});
