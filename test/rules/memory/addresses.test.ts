// SPDX-License-Identifier: MIT
// `dma-ranges`, coherence, reserved memory: what Linux makes of windows and regions that do not fit.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkFix, checkNone } from '#test/support/check.ts';

/** A bus with these properties and one device below a 32-bit root, and 2 GiB of RAM from 0 on. */
function board(bus: string, root = ''): string {
  return `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@0 {
		device_type = "memory";
		reg = <0x0 0x80000000>;
	};
${root}	bus@80000000 {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x80000000 0x1000000>;
${bus}
		dma@1000 {
			compatible = "vendor,dma";
			reg = <0x1000 0x100>;
		};
	};
};
`;
}

describe('dma-ranges', () => {
  it('that reach all RAM are left alone', () => checkNone(board('\t\tdma-ranges = <0x0 0x0 0x80000000>;')));

  it('that leave RAM out make Linux bounce', () =>
    checkDiagnostics(
      board(`		dma-ranges = <0x0 0x0 0x40000000>;
//              ^^^^^^^^^^ info[dma-ranges-excludes-ram]: RAM up to \`0x7fffffff\` is beyond what this bus reaches (\`0x3fffffff\`); Linux bounces DMA there through swiotlb.`),
    ));

  it('with a last address for a size are literal from 6.10 on', () =>
    checkDiagnostics(
      board(`		dma-ranges = <0x0 0x0 0xffffffff>;
//              ^^^^^^^^^^ warning[dma-ranges-odd-size]: The size \`0xffffffff\` is odd; Linux takes it literally, so the last byte is out of reach.`),
    ));

  it('with a last address for a size are corrected before', () =>
    checkDiagnostics(`//- /board.dts kernel:6.1
/dts-v1/;
${board(`		dma-ranges = <0x0 0x0 0xffffffff>;
//              ^^^^^^^^^^ warning[dma-ranges-odd-size]: The size \`0xffffffff\` is odd; Linux prints \`Invalid size\` and adds one.`)}`));

  it('of size 0 may be meant for the boot loader', () =>
    checkDiagnostics(
      board(
        `		dma-ranges = <0x0 0x0 0x0>;
//              ^^^^^^^^^^ warning[dma-ranges-zero-size]…`.replace(']…', ']'),
      ),
    ));

  it('of a disabled bus do not matter', () =>
    checkNone(board('\t\tstatus = "disabled";\n\t\tdma-ranges = <0x0 0x0 0x40000000>;')));

  it('on the device itself have no effect', () =>
    checkDiagnostics(
      board('\t\tdma-ranges = <0x0 0x0 0x80000000>;').replace(
        'reg = <0x1000 0x100>;',
        `reg = <0x1000 0x100>;
			dma-ranges;
//                      ^^^^^^^^^^ warning[dma-ranges-on-leaf]`,
      ),
    ));
});

describe('coherence', () => {
  it('stated twice is settled without a change for Linux', () => {
    const device = (text: string): string => board('\t\tdma-ranges;').replace('reg = <0x1000 0x100>;', text);
    checkFix(
      'dma-coherent-and-noncoherent',
      device('reg = <0x1000 0x100>;\n\t\t\tdma-noncoherent;\n\t\t\tdma-coherent; /* snooped */'),
      device('reg = <0x1000 0x100>;\n\t\t\tdma-coherent; /* snooped */'),
    );
  });
});

describe('/reserved-memory', () => {
  const node = (cells: string): string => `	reserved-memory {
${cells}
		region@1000 {
			reg = <0x1000 0x1000>;
		};
	};
`;

  it('with the cells of the root is read', () =>
    checkNone(board('', node('\t\t#address-cells = <1>;\n\t\t#size-cells = <1>;\n\t\tranges;'))));

  it('with other cells is ignored as a whole', () =>
    checkDiagnostics(
      board('', node('\t\t#address-cells = <2>;\n\t\t#size-cells = <1>;\n\t\tranges;'))
        .replace('reg = <0x1000 0x1000>', 'reg = <0x0 0x1000 0x1000>')
        .replace(
          'reserved-memory {',
          `reserved-memory {
//      ^^^^^^^^^^^^^^^ error[reserved-memory-cells]: \`/reserved-memory\` has \`#address-cells = <2>\` and the root <1>; Linux ignores it and uses the memory of its regions.`,
        ),
    ));
});
