// SPDX-License-Identifier: MIT
// `iommus` lists: each way in which Linux stops reading, and what the message says that it does then.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkFix, checkNoFix, checkNone } from '#test/support/check.ts';

const SMMU = `	smmu: iommu@1000000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x1000000 0x0 0x20000>;
		#iommu-cells = <1>;
	};`;

/** A board with an SMMUv3 that registers, and one device with these properties. */
function board(device: string, more = ''): string {
  return `/ {
	#address-cells = <2>;
	#size-cells = <2>;
${SMMU}
${more}	dma: dma@2000000 {
		compatible = "vendor,dma";
		reg = <0x0 0x2000000 0x0 0x1000>;
${device}
	};
};
`;
}

describe('a list that Linux reads', () => {
  it('is left alone', () => checkNone(board('\t\tiommus = <&smmu 4>, <&smmu 0x10>;')));
  it('may name the IOMMU by number', () =>
    checkNone(board('\t\tiommus = <0x99 4>;').replace('#iommu-cells', 'phandle = <0x99>;\n\t\t#iommu-cells')));
});

describe('the first entry', () => {
  it('is too short', () =>
    checkDiagnostics(
      board(`		iommus = <&smmu>;
//                        ^^^^^ error[iommus-length]: \`/iommu@1000000\` has \`#iommu-cells = <1>\`, but no cell follows after its phandle; Linux gives this device direct DMA.`),
    ));

  it('names no node', () =>
    checkDiagnostics(
      board(`		iommus = <0x77 4>;
//                        ^^^^ error[iommus-bad-phandle]: No node has the phandle \`0x77\` that \`iommus\` starts with; Linux gives this device direct DMA.`),
    ));

  it('names a node without #iommu-cells, which the fix adds', () => {
    const before = board('\t\tiommus = <&smmu 4>;').replace('\t\t#iommu-cells = <1>;\n', '');
    checkFix('iommus-missing-iommu-cells', before, board('\t\tiommus = <&smmu 4>;'));
  });

  it('names something else without #iommu-cells, for which no count is known', () =>
    checkNoFix('iommus-missing-iommu-cells', board('\t\tiommus = <&other 4>;', '\tother: other { };\n')));

  it('stays where the board deletes it', () =>
    checkNoFix(
      'iommus-missing-iommu-cells',
      `${board('\t\tiommus = <&smmu 4>;')}\n&smmu {\n\t/delete-property/ #iommu-cells;\n};\n`,
    ));

  it('is a phandle of 0', () => checkFix('iommus-empty', board('\t\tiommus = <0>;'), board('').replace('\n\n', '\n')));
});

describe('a later entry', () => {
  it('that cannot be read ends the list, and the ones before it stay', () =>
    checkDiagnostics(
      board(`		iommus = <&smmu 4>, <&smmu>;
//                                   ^^^^^ error[iommus-tail-ignored]: \`/iommu@1000000\` has \`#iommu-cells = <1>\`, but no cell follows after its phandle; Linux uses the first entry and ignores the rest.`),
    ));

  it('is what a surplus cell is taken for', () =>
    checkDiagnostics(
      board(`		iommus = <&smmu 4 0x7f80>;
//                                ^^^^^^ error[iommus-tail-ignored]: \`0x7f80\` is at a place where \`iommus\` needs the next phandle, but no node has that phandle; Linux uses the first entry and ignores the rest.`),
    ));

  it('whose IOMMU is disabled takes the others with it', () =>
    checkDiagnostics(
      board(
        `		iommus = <&smmu 4>, <&off 4>;
//                                   ^^^^ error[iommus-disabled-drops-all]: \`/off\` is disabled, so Linux drops all entries of \`iommus\`, also those of enabled IOMMUs; Linux gives this device direct DMA.`,
        '\toff: off { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; };\n',
      ),
    ));
});

describe('a disabled IOMMU', () => {
  const off = SMMU.replace('\t};', '\t\tstatus = "disabled";\n\t};');
  const before = board('\t\tiommus = <&smmu 4>;').replace(SMMU, off);

  it('is named with the place that disables it, and what the device gets', () =>
    checkDiagnostics(
      before.replace(
        '\t\tiommus = <&smmu 4>;',
        `		iommus = <&smmu 4>;
//              ^^^^^^ 💡 warning[iommus-target-disabled]: \`iommus\` points to \`/iommu@1000000\`, which is disabled; Linux gives this device direct DMA.`,
      ),
    ));

  it('is enabled where the board itself disables it', () =>
    checkFix('iommus-target-disabled', before, before.replace('"disabled"', '"okay"')));

  it('is enabled in the board when a shared file disables it, in the file’s own line ends', () => {
    const soc = `//- /soc.dtsi\n${before}`;
    const main = '//- /board.dts\n/dts-v1/;\r\n#include "soc.dtsi"\r\n';
    const added = '\r\n&smmu {\r\n\tstatus = "okay";\r\n};\r\n';
    checkFix('iommus-target-disabled', main + soc, main + added + soc);
  });

  it('does not matter to a device that is disabled too', () =>
    checkNone(before.replace('iommus =', 'status = "disabled";\n\t\tiommus =')));

  it('below a disabled bus is waited for', () =>
    checkDiagnostics(
      board(
        `		iommus = <&inner 4>;
//              ^^^^^^ warning[iommus-target-disabled]: \`iommus\` points to \`/bus/iommu\`, which is below a disabled node; its probe waits until the deferred probe timeout, then Linux gives it direct DMA.`,
        '\tbus { compatible = "simple-bus"; status = "disabled"; inner: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; }; };\n',
      ),
    ));
});

describe('the IOMMU is none for Linux', () => {
  it('because nothing binds it', () =>
    checkDiagnostics(
      board(
        `		iommus = <&own 4>;
//                        ^^^^ warning[iommus-target-not-iommu]: \`/own\` has \`compatible = "vendor,iommu"\`, which no IOMMU driver of Linux that is known to this tool binds; its probe waits until the deferred probe timeout, then Linux gives it direct DMA.`,
        '\town: own { compatible = "vendor,iommu"; #iommu-cells = <1>; };\n',
      ),
    ));

  const omap = board(
    '\t\tiommus = <&mmu>;',
    '\tmmu: mmu@3000000 { compatible = "ti,omap4-iommu"; reg = <0x0 0x3000000 0x0 0x1000>; #iommu-cells = <0>; interrupts-extended = <&gic 1>; };\n\tgic: gic { interrupt-controller; #interrupt-cells = <1>; };\n',
  );
  const arm = { platform: { kind: 'linux', arch: 'arm', kernelVersion: [6, 12], cmdline: '', assumed: [] } } as const;

  it('because the driver lost its masters in 6.8', () =>
    checkDiagnostics(
      omap.replace(
        '<&mmu>;',
        `<&mmu>;
//                        ^^^^ warning[iommus-no-linux-driver]: \`iommus\` points to \`/mmu@3000000\`, but the driver omap of Linux 6.12 takes no masters; Linux gives this device direct DMA.`,
      ),
      arm,
    ));

  it('but not in 6.13, which gave them back', () => checkNone(`//- /board.dts kernel:6.13\n/dts-v1/;\n${omap}`, arm));
});

describe('an IOMMU that is off', () => {
  const off = SMMU.replace('smmu:', 'off:')
    .replaceAll('1000000', '3000000')
    .replace('\t};', '\t\tstatus = "disabled";\n\t};\n');
  const chip = (severity: string, more: string) => `//- /board.dts
/dts-v1/;
#include "chip.dtsi"
${more}
//- /chip.dtsi
${board(`\t\tiommus = <&off 4>;\n//\t\t^^^^^^ 💡 ${severity}[iommus-target-disabled]`, off)}`;

  it('in the file of the chip, for boards to enable, is not a warning', () => checkDiagnostics(chip('info', '')));

  it('by the board is one', () => checkDiagnostics(chip('warning', '&off { status = "disabled"; };')));

  it('means nothing to a device that is off itself', () =>
    checkNone(board('\t\tiommus = <&off 4>;\n\t\tstatus = "disabled";', off)));
});
