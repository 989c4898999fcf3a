// SPDX-License-Identifier: MIT
// The kernel that boots the tree: options in `bootargs` and on the command line, and its configuration.
import { describe, expect, it } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import { LINUX } from '#test/support/analyse.ts';
import { checkDiagnostics, checkFix, checkNone, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';

/** A board with RAM up to 2 GiB, an SMMUv3 and a master, booted with these options. */
function board(bootargs: string, more = ''): string {
  return `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	chosen {
${bootargs}
	};
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
	smmu: iommu@1000000 {
		compatible = "arm,smmu-v3";
		reg = <0x1000000 0x20000>;
		#iommu-cells = <1>;
	};
	dma@2000000 { compatible = "vendor,dma"; reg = <0x2000000 0x1000>; iommus = <&smmu 4>; };
${more}
};
`;
}

const CONFIG = { ARM_SMMU_V3: 'y', MODULES: 'y', IOMMU_DMA: 'y', DMA_RESTRICTED_POOL: 'y' };

function kernel(cmdline: string, config?: Record<string, string>): { platform: Platform } {
  return {
    platform: { ...LINUX, cmdline, ...(config && { kernelConfig: new Map(Object.entries({ ...CONFIG, ...config })) }) },
  };
}

describe('an option in bootargs', () => {
  it('is of another architecture', () =>
    checkDiagnostics(
      board(`		bootargs = "console=ttyAMA0 iommu=pt quiet";
//                                          ^^^^^^^^ warning[bootargs-iommu-option-unknown]: \`iommu=pt\` is not an option of Linux on arm64, and has no effect; there it is \`iommu.passthrough=1\`.`),
    ));

  it('has a name that Linux does not have, in the tree and with its nearest', () =>
    checkDiagnostics(
      board(`		bootargs = "quiet arm-smmu.disable_bypas=0 deferred-probe-timeout=5 -- iommu.passthru=1";
//                                ^^^^^^^^^^^^^^^^^^^^^^^^ warning[bootargs-option-misspelled]: Linux has no option \`arm-smmu.disable_bypas\`, so \`arm-smmu.disable_bypas=0\` has no effect; \`arm-smmu.disable_bypass\` is the nearest one.`),
    ));

  it('is on the command line alone, and what follows `--` is for init', () => {
    const found = (cmdline: string) => {
      const { problems } = diagnose(parseFixture(`//- /board.dts\n/dts-v1/;\n${board('')}`), kernel(cmdline));
      return problems.filter(({ rule }) => rule === 'bootargs-option-misspelled').map(({ message }) => message);
    };
    const message =
      'Linux has no option `iommu.passthru`, so `iommu.passthru=1` has no effect; `iommu.passthrough` is the nearest one.';
    expect(found('iommu.passthru=1')).toEqual([message]);
    expect(found('quiet -- iommu.passthru=1')).toEqual([]);
  });

  it('is like nothing that its driver has', () =>
    checkDiagnostics(
      board(`		bootargs = "iommu.dma_mode=lazy modprobe.blacklist=x arm_smmu.dyndbg=+p";
//                          ^^^^^^^^^^^^^^^^^^^ warning[bootargs-option-misspelled]: Linux has no option \`iommu.dma_mode\`, so \`iommu.dma_mode=lazy\` has no effect; it has \`iommu.passthrough\`, \`iommu.strict\`, \`iommu.forcedac\`, \`iommu.debug_pagealloc\`.`),
    ));

  it('has a value that is nearly one', () =>
    checkDiagnostics(
      board(`		bootargs = "fw_devlink=of";
//                          ^^^^^^^^^^^^^ warning[bootargs-dma-option-value]: Linux takes \`off\`, \`permissive\`, \`on\` or \`rpm\` for this option and ignores \`fw_devlink=of\`; \`off\` is the nearest.`),
    ));

  it('is gone since Linux 6.10, and was there before', () => {
    checkDiagnostics(
      board(`		bootargs = "arm-smmu-v3.disable_bypass=0";
//                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[bootargs-iommu-option-unknown]: \`arm-smmu-v3.disable_bypass=0\` is gone since Linux 6.10, and has no effect.`),
    );
    checkNone(`//- /board.dts kernel:6.9\n/dts-v1/;\n${board('\t\tbootargs = "arm-smmu-v3.disable_bypass=0";')}`);
  });

  it('without effect is deleted with one blank', () => {
    const booted = (bootargs: string): string => board(`\t\tbootargs = "${bootargs}";`);
    const fix = (before: string, after: string): void => {
      checkFix('bootargs-iommu-option-unknown', booted(before), booted(after));
    };
    fix('quiet iommu=pt ro', 'quiet ro');
    fix('iommu=pt quiet', 'quiet');
    fix('quiet intel_iommu=on', 'quiet');
    fix('iommu=off', '');
  });

  it('has a value that Linux does not take', () =>
    checkDiagnostics(
      board(`		bootargs = "iommu.strict=lazy swiotlb=off deferred_probe_timeout=10s fw_devlink=strict";
//                          ^^^^^^^^^^^^^^^^^ warning[bootargs-dma-option-value]: Linux takes 0 or 1 for this option and ignores \`iommu.strict=lazy\`.
//                                            ^^^^^^^^^^^ warning[bootargs-dma-option-value]: Linux takes numbers, \`force\` or \`noforce\` for this option and ignores \`swiotlb=off\`.
//                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[bootargs-dma-option-value]: Linux takes a number of seconds for this option and ignores \`deferred_probe_timeout=10s\`.
//                                                                                   ^^^^^^^^^^^^^^^^^ warning[bootargs-dma-option-value]: Linux takes \`off\`, \`permissive\`, \`on\` or \`rpm\` for this option and ignores \`fw_devlink=strict\`.`),
    ));

  it('is one that Linux takes, or one for init', () =>
    checkNone(
      board('\t\tbootargs = "iommu.strict=off swiotlb=65536,force fw_devlink=rpm iommu.passthrough=N -- iommu=pt";'),
    ));
});

describe('iommu.passthrough', () => {
  it('leaves every master untranslated', () =>
    checkDiagnostics(
      board(`		bootargs = "iommu.passthrough=1";
//                          ^^^^^^^^^^^^^^^^^^^ info[bootargs-iommu-passthrough]: One master keeps untranslated DMA because of iommu.passthrough=1.`),
      kernel('iommu.passthrough=1'),
    ));

  it('as the default of the configuration, which the command line overrides', () => {
    const config = { IOMMU_DEFAULT_PASSTHROUGH: 'y' };
    checkDiagnostics(
      board('').replace(
        'smmu: iommu@1000000 {',
        `smmu: iommu@1000000 {
//            ^^^^^^^^^^^^^ info[bootargs-iommu-passthrough]: One master keeps untranslated DMA because of CONFIG_IOMMU_DEFAULT_PASSTHROUGH.`,
      ),
      kernel('', config),
    );
    checkNone(board(''), kernel('iommu.passthrough=0', config));
  });
});

describe('the driver of an IOMMU', () => {
  it('comes too late for masters that do not wait', () => {
    checkDiagnostics(
      board(`		bootargs = "deferred_probe_timeout=0";
//                          ^^^^^^^^^^^^^^^^^^^^^^^^ warning[bootargs-no-deferral]: One master does not wait for \`/iommu@1000000\`, whose driver is a module, and keeps direct DMA: the deferred probe timeout is 0.`),
      kernel('deferred_probe_timeout=0', { ARM_SMMU_V3: 'm' }),
    );
    checkNone(board(''), kernel('deferred_probe_timeout=0'));
    checkNone(board(''), kernel('', { ARM_SMMU_V3: 'm' }));
  });

  it('is not built', () =>
    checkDiagnostics(
      board('').replace(
        'smmu: iommu@1000000 {',
        `smmu: iommu@1000000 {
//            ^^^^^^^^^^^^^ warning[iommu-driver-not-built]: One master is not translated, because this kernel has no arm-smmu-v3 driver (CONFIG_ARM_SMMU_V3 is off): Linux waits 10 s for the IOMMU, then gives direct DMA.`,
      ),
      kernel('', { ARM_SMMU_V3: 'n' }),
    ));
});

const POOL = `	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		pool: pool@50000000 { compatible = "restricted-dma-pool"; reg = <0x50000000 0x400000>; };
	};
	wifi@3000000 {
		compatible = "vendor,wifi";
		reg = <0x3000000 0x1000>;
		memory-region = <&pool>;`;

it('restricted pools are an option of the kernel', () => {
  checkDiagnostics(
    board(
      '',
      `${POOL}
//              ^^^^^^^^^^^^^ warning[restricted-pool-not-built]: This kernel has no restricted pools (CONFIG_DMA_RESTRICTED_POOL is not set), so the device reaches all memory and \`/reserved-memory/pool@50000000\` stays unused.
	};`,
    ),
    kernel('', { DMA_RESTRICTED_POOL: 'n' }),
  );
  checkNone(board('', `${POOL}\n	};`), kernel('', {}));
  checkNone(board('', `${POOL}\n	};`));
});

describe('swiotlb=noforce', () => {
  const narrow = `	bus {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		dma-ranges = <0x0 0x40000000 0x20000000>;`;
  const device = '		dma@5000000 { compatible = "vendor,dma"; reg = <0x5000000 0x1000>; };\n	};';

  it('leaves DMA beyond the window of a bus no way', () =>
    checkDiagnostics(
      board(
        '',
        `${narrow}
//              ^^^^^^^^^^ warning[dma-ranges-no-bounce]: RAM up to \`0x7fffffff\` is beyond what this bus reaches (\`0x5fffffff\`), and \`swiotlb=noforce\` leaves nothing to bounce through: DMA there fails.
${device}`,
      ),
      kernel('swiotlb=noforce'),
    ));

  it('does no harm where the window has all RAM', () =>
    checkNone(board('', `${narrow.replace('0x20000000', '0x40000000')}\n${device}`), kernel('swiotlb=noforce')));
});

it('arm-smmu.disable_bypass=0 concerns SMMUv2 only', () => {
  const smmu2 = board(`		bootargs = "arm-smmu.disable_bypass=0";
//                          ^^^^^^^^^^^^^^^^^^^^^^^^^ info[bootargs-smmu-bypass]: \`arm-smmu.disable_bypass=0\` lets every stream that no device of the tree names pass \`/iommu@1000000\` untranslated.`).replace(
    'compatible = "arm,smmu-v3";',
    'compatible = "arm,mmu-500"; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>;',
  );
  const gic = '	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };\n};\n';
  checkDiagnostics(smmu2.replace(/\};\n$/, gic), kernel('arm-smmu.disable_bypass=0'));
  checkNone(board('		bootargs = "arm-smmu.disable_bypass=0";'), kernel('arm-smmu.disable_bypass=0'));
});
