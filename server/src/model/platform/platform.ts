// SPDX-License-Identifier: MIT
// The platform: built from the tree and what was stated; and what its kernel does by default, by release and option.
import { memo } from '#base/memo.ts';
import type { Because } from '#model/statements/platform.ts';
import { compatibles, nodeByPath, strings } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { GATES } from './gates.ts';
import { type CommandLine, parseCommandLine, parseKernelConfig, parseKernelVersion } from './kernel-options.ts';
import { has, inVersions } from './releases.ts';
import type { Arch, KernelVersion, Platform, PlatformKind, Versions } from './types.ts';
import { type XenStatements, xenBuild } from './xen-build.ts';

/** What somebody said: settings, the project file, the command line, the source tree that the file lies in. */
export interface Statements extends XenStatements {
  readonly kind?: PlatformKind;
  readonly arch?: Arch;
  /** `6.12`; text that is no version counts as unsaid. */
  readonly kernelVersion?: string;
  /** What the version is in the absence of a better source: it counts as assumed. */
  readonly likelyVersion?: KernelVersion;
  /** The text of a `.config`. */
  readonly kernelConfig?: string;
  readonly kernelConfigPath?: string;
  readonly cmdline?: string;
}

/** An answer about the kernel, with the fields of the platform that it rests on and that nobody stated. */
export interface Answer<T> {
  readonly value: T;
  /** What decides it: an option, a symbol, or the release's default. */
  readonly because: Because;
  readonly assumed: readonly string[];
}

/** The newest release whose drivers are known here: what boots where nothing says another, named as assumed. */
export const NEWEST_VERSION: KernelVersion = [7, 3];

const DEFAULT_ARCH: Arch = 'arm64';

/**
 * The platform of a tree. A statement wins over the configuration's header, that over the tree (`/hypervisor`,
 * `/chosen`, the CPUs, the board's path), that over a default; `assumed` names the fields that are a default.
 */
export function platformOf(tree: DeviceTree, stated: Statements = {}): Platform {
  const config = stated.kernelConfig === undefined ? undefined : parseKernelConfig(stated.kernelConfig);
  const kind = stated.kind ?? hypervisorRole(tree);
  const xen = underXen(kind, stated) ? xenBuild(tree, stated) : undefined;
  const arch = stated.arch ?? config?.arch ?? archOfPath(tree.file) ?? archOfCpus(tree);
  const version = parseKernelVersion(stated.kernelVersion ?? '') ?? config?.version;
  const cmdline = stated.cmdline ?? bootArguments(tree, config?.symbols);
  const assumed = Object.entries({ kind, arch, kernelVersion: version, kernelConfig: config, cmdline })
    .filter(([, value]) => value === undefined)
    .map(([field]) => field);
  if (kind === 'xen-host' && xen?.assumed) assumed.push('xenVersion');
  return {
    kind: kind ?? 'linux',
    arch: arch ?? DEFAULT_ARCH,
    kernelVersion: version ?? stated.likelyVersion ?? NEWEST_VERSION,
    ...(config && { kernelConfig: config.symbols }),
    ...(config && stated.kernelConfigPath !== undefined && { kernelConfigPath: stated.kernelConfigPath }),
    cmdline: cmdline ?? '',
    assumed,
    ...(xen && { xenBuild: xen }),
  };
}

/** Trees that a Xen reads or made; where somebody names a Xen, it counts for what boots on it. */
function underXen(kind: PlatformKind | undefined, { xenVersion, xenConfig }: Statements): boolean {
  return kind?.startsWith('xen-') ?? (xenVersion !== undefined || xenConfig !== undefined);
}

/**
 * Xen writes `/hypervisor` into a guest's tree; a boot loader writes its own properties into a host's `/chosen`; and a
 * partial tree, from which Xen makes a guest's, says in `/passthrough` what of the host the guest gets.
 */
function hypervisorRole(tree: DeviceTree): PlatformKind | undefined {
  const chosen = nodeByPath(tree, '/chosen');
  const inChosen = [...(chosen?.children.values() ?? [])].flatMap((node) => [node, ...node.children.values()]);
  const booted = inChosen.some((node) =>
    compatibles(node).some((name) => name === 'multiboot,module' || name === 'xen,domain'),
  );
  if (booted || chosen?.properties.has('xen,xen-bootargs')) return 'xen-host';
  const assigned = [...(tree.root.children.get('passthrough')?.children.values() ?? [])];
  if (assigned.some(({ properties }) => properties.has('xen,path') || properties.has('xen,reg'))) return 'xen-domu';
  if (isForToolstack(tree)) return 'xen-domu';
  const hypervisor = tree.root.children.get('hypervisor');
  return hypervisor && compatibles(hypervisor).includes('xen,xen') ? 'xen-domu' : undefined;
}

/** `xl`'s `device_tree=` reads `/passthrough` and `/aliases` (libxl_arm.c:copy_partial_fdt); a board is more than that. */
function isForToolstack({ root }: DeviceTree): boolean {
  const names = [...root.children.keys()].filter((name) => !name.startsWith('__'));
  return names.includes('passthrough') && names.every((name) => ['passthrough', 'aliases', 'gic'].includes(name));
}

/** Linux, Zephyr and Xen keep boards below `arch/ARCH/`; U-Boot's `arch/arm/dts` has 32-bit and 64-bit boards. */
function archOfPath(file: string): Arch | undefined {
  const [, arch, rest] = /(?:^|\/)arch\/(arm64|arm|riscv|powerpc|mips|x86)\/(boot\/)?/.exec(file) ?? [];
  return arch === undefined || (arch === 'arm' && rest === undefined) ? undefined : (arch as Arch);
}

/** Cores that run 64-bit code by name; the other Arm cores, and `enable-method` of Arm, are 32-bit. */
const ARM64_CPU = /^arm,(armv8|armv9|cortex-a(3[45]|5[3567]|[67]\d|\d{3})|cortex-x\d|neoverse)/;
const ARM32_CPU = /^arm,(armv[4-7]|arm\d|cortex-[amr]\d|sc\d|v7)/;

function archOfCpus(tree: DeviceTree): Arch | undefined {
  for (const cpu of nodeByPath(tree, '/cpus')?.children.values() ?? []) {
    if (cpu.properties.has('riscv,isa') || cpu.properties.has('riscv,isa-base')) return 'riscv';
    if (cpu.name.startsWith('PowerPC,')) return 'powerpc';
    for (const name of compatibles(cpu)) {
      if (name === 'riscv') return 'riscv';
      if (name.startsWith('mips,')) return 'mips';
      if (ARM64_CPU.test(name)) return 'arm64';
      if (ARM32_CPU.test(name)) return 'arm';
    }
    const method = strings(cpu.properties.get('enable-method'))[0];
    if (method === 'spin-table') return 'arm64';
  }
  return undefined;
}

/**
 * What Xen hands to the Linux of dom0: `xen,dom0-bootargs`, else the arguments at its kernel's module, else `bootargs`
 * (xen/arch/arm/domain_build.c:write_properties).
 */
function dom0Arguments(tree: DeviceTree): string | undefined {
  const chosen = nodeByPath(tree, '/chosen');
  const inChosen = [...(chosen?.children.values() ?? [])].filter((node) => !compatibles(node).includes('xen,domain'));
  const kernels = inChosen
    .flatMap((node) => [node, ...node.children.values()])
    .filter((node) => compatibles(node).some((name) => name === 'multiboot,kernel' || name === 'xen,linux-zimage'));
  const own = kernels.map(({ properties }) => strings(properties.get('bootargs'))[0]).find((text) => text);
  return strings(chosen?.properties.get('xen,dom0-bootargs'))[0] ?? own;
}

/** The command line, where nobody stated one: that of the tree, and what the kernel was built with. */
export function bootArguments(tree: DeviceTree, config: ReadonlyMap<string, string> | undefined): string | undefined {
  const builtIn = config?.get('CMDLINE');
  if (builtIn && config?.get('CMDLINE_FORCE') === 'y') return builtIn;
  const given = dom0Arguments(tree) ?? strings(nodeByPath(tree, '/chosen')?.properties.get('bootargs'))[0];
  if (given !== undefined && builtIn && config?.get('CMDLINE_EXTEND') === 'y') return `${given} ${builtIn}`;
  return given ?? builtIn;
}

export type Enabled = 'builtin' | 'module' | 'off' | 'unknown';

/** State of a Kconfig symbol (without `CONFIG_`); `unknown` when the platform has no configuration. */
export function isEnabled(platform: Platform, symbol: string): Enabled {
  if (platform.kernelConfig === undefined) return 'unknown';
  const value = platform.kernelConfig.get(symbol);
  return value === 'y' ? 'builtin' : value === 'm' ? 'module' : 'off';
}

/** What decides whether a kernel has a driver: releases, architectures, and the option that builds it. */
interface BuiltByOption extends Versions {
  readonly arches: readonly Arch[];
  readonly config: string;
}

/** Whether the driver exists in this kernel: `off` on another architecture or before its first release. */
export function driverState(platform: Platform, driver: BuiltByOption): Enabled {
  if (!inVersions(platform.kernelVersion, driver)) return 'off';
  if (!driver.arches.includes(platform.arch)) return 'off';
  return isEnabled(platform, driver.config);
}

/** Whether a symbol is on (or a module); without a configuration `fallback` counts. */
export function isOn(platform: Platform, symbol: string, fallback: boolean): Answer<boolean> {
  const state = isEnabled(platform, symbol);
  const value = state === 'unknown' ? fallback : state !== 'off';
  return answer(platform, value, { kind: 'symbol', symbol, on: value }, ['kernelConfig']);
}

/** Options of the command line, parsed once per platform. */
export const optionsOf: (platform: Platform) => CommandLine = memo(({ cmdline }) => parseCommandLine(cmdline));

/** CONFIG_IOMMU_DMA: the DMA API can use an IOMMU on this architecture (`drivers/iommu/Kconfig`). */
export function hasIommuDma(platform: Platform): Answer<boolean> {
  return isOn(platform, 'IOMMU_DMA', platform.arch === 'arm64' || platform.arch === 'x86');
}

/**
 * CONFIG_ARM_DMA_USE_IOMMU: 32-bit Arm maps DMA through the IOMMU by its own operations. Nearly every IOMMU driver of
 * that architecture selects it (`drivers/iommu/Kconfig`).
 */
export function hasArmMapping(platform: Platform): Answer<boolean> {
  return isOn(platform, 'ARM_DMA_USE_IOMMU', platform.arch === 'arm');
}

/** CONFIG_DMA_RESTRICTED_POOL, since 5.15; on in arm64's defconfig, off by Kconfig's default. */
export function hasRestrictedPools(platform: Platform): Answer<boolean> {
  if (!has(platform.kernelVersion, GATES.restrictedPools)) {
    return answer(platform, false, { kind: 'no-restricted-pools', since: '5.15' }, ['kernelVersion']);
  }
  return isOn(platform, 'DMA_RESTRICTED_POOL', platform.arch === 'arm64');
}

/** Whether there is a bounce buffer: CONFIG_SWIOTLB and not `swiotlb=noforce` (`kernel/dma/swiotlb.c`). */
export function hasSwiotlb(platform: Platform): Answer<boolean> {
  if (optionsOf(platform).swiotlb?.mode === 'noforce')
    return answer(platform, false, option('swiotlb=noforce'), ['cmdline']);
  return isOn(platform, 'SWIOTLB', true);
}

/** `none`: no default domain at all, so that devices keep direct DMA and their streams no translation. */
export type DefaultDomain = 'dma' | 'dma-fq' | 'identity' | 'none';

/** The type of default domain that devices get when their driver asks for none (`drivers/iommu/iommu.c`). */
export function defaultDomain(platform: Platform): Answer<DefaultDomain> {
  const { kernelVersion } = platform;
  const mapping = hasIommuDma(platform);
  if (!mapping.value) {
    // Since 6.7 iommu_get_default_domain_type answers identity; before, the DMA domain could not be allocated.
    const value = has(kernelVersion, GATES.identityAsLastResort) ? 'identity' : 'none';
    return { value, because: mapping.because, assumed: mapping.assumed };
  }
  const { passthrough, strict, x86Iommu } = optionsOf(platform);
  if (passthrough === true) return answer(platform, 'identity', option('iommu.passthrough=1'), ['cmdline']);
  if (x86Iommu === 'pt' && platform.arch === 'x86')
    return answer(platform, 'identity', option('iommu=pt'), ['cmdline']);
  if (passthrough === undefined && isEnabled(platform, 'IOMMU_DEFAULT_PASSTHROUGH') === 'builtin') {
    return answer(platform, 'identity', { kind: 'symbol', symbol: 'IOMMU_DEFAULT_PASSTHROUGH', on: true }, ['cmdline']);
  }
  if (strict !== undefined && has(kernelVersion, GATES.strictOption)) {
    return answer(platform, strict ? 'dma' : 'dma-fq', option(`iommu.strict=${strict ? 1 : 0}`), [
      'cmdline',
      'kernelConfig',
    ]);
  }
  const lazy = isEnabled(platform, 'IOMMU_DEFAULT_DMA_LAZY');
  const value = lazy === 'builtin' || (lazy === 'unknown' && platform.arch === 'x86') ? 'dma-fq' : 'dma';
  const symbol = `IOMMU_DEFAULT_DMA_${value === 'dma' ? 'STRICT' : 'LAZY'}`;
  return answer(platform, value, { kind: 'symbol', symbol, on: true }, ['cmdline', 'kernelConfig']);
}

/** How long a device waits for a supplier whose driver does not come, and the line that ends it. */
export interface DeferralLimit {
  /** After the built-in drivers have probed; `null`: for ever. */
  readonly seconds: number | null;
  readonly log: string;
  /** Whether fw_devlink then lets go of those who wait for a supplier without a driver, too. */
  readonly releases: boolean;
}

const TIMED_OUT = 'deferred probe timeout, ignoring dependency';
const NO_DRIVER = 'ignoring dependency for device, assuming no driver';

/**
 * `drivers/base/dd.c:driver_deferred_probe_check_state` and the release's default timeout. With modules, only a timeout
 * that runs releases links: at 0 the IOMMU's wait ends with the built-in drivers, and a link's never does.
 */
export function deferralLimit(platform: Platform): Answer<DeferralLimit> {
  const { kernelVersion } = platform;
  const timeout = optionsOf(platform).deferredProbeTimeout;
  if (!has(kernelVersion, GATES.waitsForModules)) {
    // Until 5.6 nothing waits longer than the built-in drivers: the option only chose the message.
    const limit = { seconds: 0, log: timeout === 0 ? TIMED_OUT : NO_DRIVER, releases: true };
    return answer(platform, limit, { kind: 'no-wait-for-modules' }, ['kernelVersion']);
  }
  const modules = isOn(platform, 'MODULES', true);
  if (!modules.value)
    return { ...modules, because: { kind: 'no-modules' }, value: { seconds: 0, log: NO_DRIVER, releases: true } };
  if (timeout !== undefined) {
    const limit = { seconds: timeout < 0 ? null : timeout, log: TIMED_OUT, releases: timeout > 0 };
    return answer(platform, limit, option(`deferred_probe_timeout=${timeout}`), ['kernelConfig']);
  }
  const built = Number(platform.kernelConfig?.get('DRIVER_DEFERRED_PROBE_TIMEOUT'));
  if (Number.isInteger(built)) {
    const limit = { seconds: built < 0 ? null : built, log: TIMED_OUT, releases: built > 0 };
    return answer(platform, limit, { kind: 'built-in-timeout', seconds: built }, ['cmdline']);
  }
  const seconds = has(kernelVersion, GATES.tenSecondWait) ? 10 : 0;
  const limit = { seconds, log: TIMED_OUT, releases: seconds > 0 };
  return answer(platform, limit, { kind: 'default-timeout', seconds }, ['kernelVersion', 'kernelConfig', 'cmdline']);
}

export interface FwDevlink {
  /** `off` and `permissive` order no probes; `on` and `rpm` do. */
  readonly mode: 'off' | 'permissive' | 'on' | 'rpm';
  /** Optional suppliers (`iommus`, `iommu-map`, `dmas`) count too. */
  readonly strict: boolean;
}

/** Whether suppliers that the tree names are waited for (`drivers/base/core.c`). */
export function fwDevlink(platform: Platform): Answer<FwDevlink> {
  const { kernelVersion } = platform;
  const given = optionsOf(platform);
  const mode = given.fwDevlink ?? defaultFwDevlink(kernelVersion);
  const ordering = mode === 'on' || mode === 'rpm';
  const strict = ordering && given.fwDevlinkStrict === true;
  const because = { kind: given.fwDevlink === undefined ? 'default' : 'option', option: `fw_devlink=${mode}` } as const;
  return answer(platform, { mode, strict }, because, ['kernelVersion', 'cmdline']);
}

function defaultFwDevlink(version: KernelVersion): FwDevlink['mode'] {
  if (!has(version, GATES.devlinkPermissive)) return 'off';
  if (!has(version, GATES.devlinkOn)) return 'permissive';
  return has(version, GATES.devlinkRpm) ? 'rpm' : 'on';
}

function option(text: string): Because {
  return { kind: 'option', option: text };
}

/** What is so for a reason, with those of the fields that it rests on which nobody stated. */
export function answer<T>(platform: Platform, value: T, because: Because, rests: readonly string[]): Answer<T> {
  return { value, because, assumed: rests.filter((field) => platform.assumed.includes(field)) };
}
