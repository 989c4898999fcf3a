// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { driverNamed } from '#model/drivers/index.ts';
import { unattachedStream } from '#model/iommu/unattached-stream.ts';
import { parseCommandLine, parseKernelConfig, parseKernelVersion } from '#model/platform/kernel-options.ts';
import {
  defaultDomain,
  deferralLimit,
  driverState,
  fwDevlink,
  hasRestrictedPools,
  isEnabled,
  platformOf,
  type Statements,
} from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import { treeOf } from '#test/support/tree.ts';

/** A platform of an empty tree that says nothing about itself. */
function stated(statements: Statements = {}): Platform {
  return platformOf(treeOf('/ { };'), statements);
}

describe('a .config', () => {
  const config = parseKernelConfig(
    [
      '#',
      '# Linux/arm64 6.12.57 Kernel Configuration',
      '#',
      'CONFIG_ARM_SMMU_V3=y',
      'CONFIG_VIRTIO_IOMMU=m\r',
      '# CONFIG_XEN_VIRTIO is not set',
      'CONFIG_CMDLINE="root=/dev/vda \\"quoted\\""',
      'CONFIG_HZ=250',
      'CONFIG_OLD=y',
      '# CONFIG_OLD is not set',
    ].join('\n'),
  );

  test('symbols', () => {
    expect(Object.fromEntries(config.symbols)).toEqual({
      ARM_SMMU_V3: 'y',
      VIRTIO_IOMMU: 'm',
      CMDLINE: 'root=/dev/vda "quoted"',
      HZ: '250',
    });
  });

  test('its header', () => {
    expect(config.version).toEqual([6, 12]);
    expect(config.arch).toBe('arm64');
    expect(parseKernelConfig('CONFIG_X=y')).not.toHaveProperty('version');
  });

  test.each([
    ['6.12', [6, 12]],
    ['v7.2-rc1', [7, 2]],
    ['6.1.192-2+deb12', [6, 1]],
    ['4.19', [4, 19]],
    ['next', undefined],
    ['6', undefined],
  ])('release %s', (text, version) => expect(parseKernelVersion(text)).toEqual(version));
});

describe('a command line', () => {
  test.each([
    ['iommu.passthrough=1 iommu.strict=0', { passthrough: true, strict: false }],
    ['iommu.passthrough=on iommu.passthrough=nope', { passthrough: false }],
    ['iommu.passthrough', {}],
    ['iommu.passthrough=2', {}],
    ['deferred_probe_timeout=-1', { deferredProbeTimeout: -1 }],
    ['deferred_probe_timeout=5s', {}],
    ['arm-smmu.disable_bypass=0 arm_smmu_v3.disable_bypass', { smmuDisableBypass: false, smmuV3DisableBypass: true }],
    ['fw_devlink=permissive fw-devlink.strict=1', { fwDevlink: 'permissive', fwDevlinkStrict: true }],
    ['fw_devlink=maybe', {}],
    ['swiotlb=force', { swiotlb: { mode: 'force' } }],
    ['swiotlb=65536,4,noforce', { swiotlb: { slabs: 65536, areas: 4, mode: 'noforce' } }],
    ['swiotlb=512,force', { swiotlb: { slabs: 512, mode: 'force' } }],
    ['dyndbg="file dd.c +p iommu.strict=1" quiet', {}],
    ['quiet -- iommu.strict=1', {}],
    ['iommu.forcedac=1', { forceDac: true }],
    ['iommu=force,pt', { x86Iommu: 'pt' }],
  ])('%s', (text, options) => expect(parseCommandLine(text)).toEqual(options));
});

describe('the platform of a tree', () => {
  test('what nothing says is assumed', () => {
    expect(stated()).toEqual({
      kind: 'linux',
      arch: 'arm64',
      kernelVersion: [7, 3],
      cmdline: '',
      assumed: ['kind', 'arch', 'kernelVersion', 'kernelConfig', 'cmdline'],
    });
  });

  test('what is stated is not', () => {
    const platform = stated({
      kind: 'kvm',
      arch: 'riscv',
      kernelVersion: '7.2',
      kernelConfig: 'CONFIG_MODULES=y',
      kernelConfigPath: '.config',
      cmdline: '',
    });
    expect(platform.assumed).toEqual([]);
    expect(platform.kernelConfigPath).toBe('.config');
    expect(isEnabled(platform, 'MODULES')).toBe('builtin');
    expect(isEnabled(platform, 'XEN')).toBe('off');
  });

  test.each<[string, string, Platform['arch'] | undefined]>([
    ['/linux/arch/arm64/boot/dts/qcom/sm8550-qrd.dts', '', 'arm64'],
    ['/linux/arch/arm/boot/dts/ti/omap/dra7-evm.dts', '', 'arm'],
    ['/linux/arch/riscv/boot/dts/thead/th1520.dts', '', 'riscv'],
    ['/u-boot/arch/arm/dts/imx8mp-evk.dts', 'compatible = "arm,cortex-a53";', 'arm64'],
    ['/u-boot/arch/arm/dts/imx6q.dts', 'compatible = "arm,cortex-a9";', 'arm'],
    ['/board.dts', 'compatible = "arm,cortex-a720";', 'arm64'],
    ['/board.dts', 'compatible = "arm,arm1176jzf-s";', 'arm'],
    ['/board.dts', 'compatible = "vendor,core", "riscv";', 'riscv'],
    ['/board.dts', 'compatible = "vendor,core"; riscv,isa = "rv64imac";', 'riscv'],
    ['/board.dts', 'compatible = "arm,armv8"; enable-method = "psci";', 'arm64'],
    ['/board.dts', 'compatible = "vendor,core";', undefined],
  ])('architecture of %s with %s', (path, cpu, arch) => {
    const platform = platformOf(treeOf(`/ { cpus { cpu { device_type = "cpu"; ${cpu} }; }; };`, path));
    expect(platform.assumed.includes('arch') ? undefined : platform.arch).toBe(arch);
  });

  test.each([
    ['hypervisor { compatible = "xen,xen-4.17", "xen,xen"; };', 'xen-domu'],
    ['hypervisor { compatible = "linux,kvm"; };', 'linux'],
    ['chosen { xen,xen-bootargs = "dom0_mem=1G"; };', 'xen-host'],
    ['passthrough { serial@1000 { xen,path = "/soc/serial@1000"; }; };', 'xen-domu'],
    ['passthrough { serial@1000 { }; };', 'xen-domu'],
    ['soc { }; passthrough { serial@1000 { }; };', 'linux'],
    ['chosen { domU1 { compatible = "xen,domain"; }; };', 'xen-host'],
    ['chosen { module { compatible = "multiboot,kernel", "multiboot,module"; }; };', 'xen-host'],
  ])('hypervisor role from %s', (text, kind) => {
    expect(platformOf(treeOf(`/ { ${text} };`)).kind).toBe(kind);
  });

  test('boot arguments come from the tree, and CONFIG_CMDLINE_FORCE beats them', () => {
    const tree = treeOf('/ { chosen { bootargs = "iommu.strict=0"; }; };');
    const builtIn = 'CONFIG_CMDLINE="iommu.passthrough=1"\n';
    expect(platformOf(tree).cmdline).toBe('iommu.strict=0');
    expect(platformOf(tree, { cmdline: 'quiet' }).cmdline).toBe('quiet');
    expect(platformOf(tree, { kernelConfig: `${builtIn}CONFIG_CMDLINE_FORCE=y` }).cmdline).toBe('iommu.passthrough=1');
    expect(platformOf(tree, { kernelConfig: builtIn }).cmdline).toBe('iommu.strict=0');
    expect(stated({ kernelConfig: builtIn }).cmdline).toBe('iommu.passthrough=1');
  });
});

describe('default domain', () => {
  const lazy = 'CONFIG_IOMMU_DMA=y\nCONFIG_IOMMU_DEFAULT_DMA_LAZY=y';
  const identity = 'CONFIG_IOMMU_DMA=y\nCONFIG_IOMMU_DEFAULT_PASSTHROUGH=y';
  test.each<[string, Statements, string]>([
    ['arm64 translates, strictly', {}, 'dma'],
    ['lazy by option', { cmdline: 'iommu.strict=0' }, 'dma-fq'],
    ['an option unknown to 4.19', { cmdline: 'iommu.strict=0', kernelVersion: '4.19' }, 'dma'],
    ['lazy by configuration', { kernelConfig: lazy }, 'dma-fq'],
    ['strict by option', { kernelConfig: lazy, cmdline: 'iommu.strict=1' }, 'dma'],
    ['passthrough by option', { cmdline: 'iommu.passthrough=1 iommu.strict=0' }, 'identity'],
    ['passthrough by configuration', { kernelConfig: identity }, 'identity'],
    ['translation by option', { kernelConfig: identity, cmdline: 'iommu.passthrough=0' }, 'dma'],
    ['arm has no IOMMU DMA operations', { arch: 'arm' }, 'identity'],
    ['and before 6.7 no default domain', { arch: 'arm', kernelVersion: '6.1' }, 'none'],
    ['riscv neither', { arch: 'riscv', kernelVersion: '6.13' }, 'identity'],
    ['x86 is lazy', { arch: 'x86' }, 'dma-fq'],
    ['iommu=pt on x86', { arch: 'x86', cmdline: 'iommu=pt' }, 'identity'],
    ['and nowhere else', { cmdline: 'iommu=pt' }, 'dma'],
  ])('%s', (_, statements, type) => expect(defaultDomain(stated(statements)).value).toBe(type));

  test('says what it rests on', () => {
    expect(defaultDomain(stated())).toEqual({
      value: 'dma',
      because: { kind: 'symbol', symbol: 'IOMMU_DEFAULT_DMA_STRICT', on: true },
      assumed: ['cmdline', 'kernelConfig'],
    });
    expect(defaultDomain(stated({ cmdline: 'iommu.passthrough=1' })).assumed).toEqual([]);
  });
});

describe('waiting for a supplier', () => {
  const timeout = 'deferred probe timeout, ignoring dependency';
  const noDriver = 'ignoring dependency for device, assuming no driver';
  test.each<[string, Statements, number | null, string]>([
    ['ten seconds', {}, 10, timeout],
    ['as told', { cmdline: 'deferred_probe_timeout=30' }, 30, timeout],
    ['for ever', { cmdline: 'deferred_probe_timeout=-1' }, null, timeout],
    ['not at all', { cmdline: 'deferred_probe_timeout=0' }, 0, timeout],
    [
      'without modules the option does not matter',
      { kernelConfig: 'CONFIG_OF=y', cmdline: 'deferred_probe_timeout=30' },
      0,
      noDriver,
    ],
    ['5.15 has a timeout of 0', { kernelVersion: '5.15' }, 0, timeout],
    ['5.4 knows no waiting', { kernelVersion: '5.4' }, 0, noDriver],
  ])('%s', (_, statements, seconds, log) => {
    expect(deferralLimit(stated(statements)).value).toMatchObject({ seconds, log });
  });

  test.each<[string, Statements, string, boolean]>([
    ['6.12', {}, 'rpm', false],
    ['6.1', { kernelVersion: '6.1' }, 'on', false],
    ['5.10', { kernelVersion: '5.10' }, 'permissive', false],
    ['strict', { cmdline: 'fw_devlink.strict=1' }, 'rpm', true],
    [
      'strict has no meaning when permissive',
      { cmdline: 'fw_devlink=permissive fw_devlink.strict=1' },
      'permissive',
      false,
    ],
  ])('fw_devlink, %s', (_, statements, mode, strict) => {
    expect(fwDevlink(stated(statements)).value).toEqual({ mode, strict });
  });
});

describe('options of drivers', () => {
  const smmu = driverNamed('arm-smmu')!;
  const smmuV3 = driverNamed('arm-smmu-v3')!;

  test.each<[string, Statements, string, string]>([
    ['both fault', {}, 'fault', 'fault'],
    ['by option', { cmdline: 'arm-smmu.disable_bypass=0', kernelVersion: '6.12' }, 'bypass', 'fault'],
    ['SMMUv3 has no option any more', { cmdline: 'arm-smmu-v3.disable_bypass=0' }, 'fault', 'fault'],
    ['but had one', { cmdline: 'arm-smmu-v3.disable_bypass=0', kernelVersion: '6.1' }, 'fault', 'bypass'],
    ['by configuration', { kernelConfig: 'CONFIG_ARM_SMMU=y' }, 'bypass', 'fault'],
  ])('unattached streams: %s', (_, statements, v2, v3) => {
    const platform = stated(statements);
    expect([smmu, smmuV3].map((driver) => unattachedStream(platform, driver).value)).toEqual([v2, v3]);
  });

  test('state of a driver', () => {
    expect(driverState(stated(), smmuV3)).toBe('unknown');
    expect(driverState(stated({ arch: 'arm' }), smmuV3)).toBe('off');
    expect(driverState(stated({ kernelConfig: 'CONFIG_ARM_SMMU_V3=m' }), smmuV3)).toBe('module');
    expect(driverState(stated({ kernelVersion: '5.18' }), driverNamed('xen-grant-dma')!)).toBe('off');
  });

  test('restricted pools', () => {
    expect(hasRestrictedPools(stated({ kernelVersion: '5.10' })).value).toBe(false);
    expect(hasRestrictedPools(stated())).toMatchObject({ value: true, assumed: ['kernelConfig'] });
    expect(hasRestrictedPools(stated({ kernelConfig: '' })).value).toBe(false);
  });
});
