// SPDX-License-Identifier: MIT
// Stream matching on an SMMUv2, pair by pair as arm_smmu_find_sme decides: shared, refused, or apart.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';

/** Devices with these values of `iommus`, `;` included, in this order, behind one MMU-500. */
function masters(...entries: readonly string[]): string {
  const devices = entries.map((entry, at) => `\tdma-${at} {\n\t\tiommus = ${entry}\n\t};\n`);
  return `/ {
	gic: interrupt-controller {
		interrupt-controller;
		#interrupt-cells = <1>;
	};
	smmu: iommu {
		compatible = "arm,mmu-500";
		#iommu-cells = <2>;
		#global-interrupts = <1>;
		interrupts-extended = <&gic 1>, <&gic 2>;
	};
${devices.join('')}};
`;
}

/** The line under a first stream ID: carets as wide as it, and what is reported. */
function under(id: string, text: string): string {
  return `\n//${' '.repeat('iommus = <&smmu '.length + 14)}${'^'.repeat(id.length)} ${text}`;
}

describe('two entries', () => {
  it('apart are fine', () => checkNone(masters('<&smmu 0x80 0x3>;', '<&smmu 0x84 0x3>;')));

  it('that are equal share a group, which is only a hint', () =>
    checkNone(masters('<&smmu 0x80 0x3>;', '<&smmu 0x80 0x3>;')));

  it('of which one contains the other share it or not, by probe order', () => {
    const expected =
      'warning[smmu-shared-stream]: 0x84 and 0x80 mask 0xf of `/dma-0` contain one another; by probe order Linux shares the entry or refuses the wider one.';
    checkDiagnostics(masters('<&smmu 0x80 0xf>;', `<&smmu 0x84 0x0>;${under('0x84', expected)}`));
  });

  it('that overlap in part exclude each other', () => {
    const expected =
      'error[smmu-smr-conflict]: 0x80 mask 0x5 and 0x80 mask 0x3 of `/dma-0` overlap; Linux refuses the one that it probes later with `-EINVAL`.';
    checkDiagnostics(masters('<&smmu 0x80 0x3>;', `<&smmu 0x80 0x5>;${under('0x80', expected)}`));
  });

  it('on different SMMUs have nothing to do with each other', () => {
    const other =
      '\tother: other-iommu { compatible = "arm,mmu-500"; #iommu-cells = <2>; #global-interrupts = <1>; interrupts-extended = <&gic 3>, <&gic 4>; };';
    checkNone(masters('<&smmu 0x80 0x3>;', '<&other 0x80 0x5>;').replace('\tdma-0', `${other}\n\tdma-0`));
  });

  it('do not meet when one device is disabled', () =>
    checkNone(
      masters('<&smmu 0x80 0x3>;', '<&smmu 0x80 0x5>;').replace('dma-1 {', 'dma-1 {\n\t\tstatus = "disabled";'),
    ));
});

describe('two entries of one device', () => {
  it('may contain one another, the wider one first', () => checkNone(masters('<&smmu 0x80 0xf>, <&smmu 0x84 0x0>;')));

  it('the narrower one first makes Linux refuse the device', () => {
    const expected =
      'error[smmu-smr-conflict]: 0x80 mask 0xf and 0x84 of an earlier entry overlap; Linux refuses the device with `-EINVAL`.';
    checkDiagnostics(masters(`<&smmu 0x84 0x0>,\n\t\t         <&smmu 0x80 0xf>;${under('0x80', expected)}`));
  });
});

describe('one-cell specifiers', () => {
  it('all have the mask of the SMMU', () => {
    const hints = under('0x103', 'hint[smmu-id-inside-mask]') + under('0x103', 'hint[smmu-shared-stream]');
    checkDiagnostics(
      masters('<&smmu 0x102>;', `<&smmu 0x103>;${hints}`).replace('<2>;', '<1>;\n\t\tstream-match-mask = <0x1>;'),
    );
  });
});
