// SPDX-License-Identifier: MIT
// What a kernel was told: the symbols of a `.config`, and the options of a command line that concern DMA.
import { own } from '#base/own.ts';
import type { Arch, KernelVersion } from './types.ts';

export interface KernelConfig {
  /** Without `CONFIG_`: `y`, `m`, or the literal value without quotes. Symbols that are not set are absent. */
  readonly symbols: ReadonlyMap<string, string>;
  /** From the header that Kconfig writes, where the file still has it. */
  readonly version?: KernelVersion;
  readonly arch?: Arch;
}

/** Options that are absent were not given, or had a value that Linux rejects and ignores. */
export interface CommandLine {
  /** iommu.passthrough */
  readonly passthrough?: boolean;
  /** iommu.strict */
  readonly strict?: boolean;
  /** iommu.forcedac */
  readonly forceDac?: boolean;
  readonly swiotlb?: { readonly slabs?: number; readonly areas?: number; readonly mode?: 'force' | 'noforce' };
  /** Seconds; negative: wait for ever. */
  readonly deferredProbeTimeout?: number;
  readonly fwDevlink?: 'off' | 'permissive' | 'on' | 'rpm';
  /** fw_devlink.strict */
  readonly fwDevlinkStrict?: boolean;
  /** iommu=, which only x86 reads (arch/x86/kernel/pci-dma.c:iommu_setup). */
  readonly x86Iommu?: (typeof X86_WORDS)[number];
  /** arm-smmu.disable_bypass */
  readonly smmuDisableBypass?: boolean;
  /** arm-smmu-v3.disable_bypass */
  readonly smmuV3DisableBypass?: boolean;
  /** vfio_iommu_type1.allow_unsafe_interrupts */
  readonly allowUnsafeInterrupts?: boolean;
  /** initcall_blacklist: functions, of all its places. */
  readonly initcallBlacklist?: readonly string[];
  /** module_blacklist */
  readonly moduleBlacklist?: readonly string[];
}

const ARCHES: Readonly<Record<string, Arch>> = {
  arm64: 'arm64',
  arm: 'arm',
  riscv: 'riscv',
  powerpc: 'powerpc',
  mips: 'mips',
  x86: 'x86',
  x86_64: 'x86',
  i386: 'x86',
};

/** Reads a `.config` (or a defconfig); lines that are neither an assignment nor a comment are left out. */
export function parseKernelConfig(text: string): KernelConfig {
  const symbols = new Map<string, string>();
  for (const line of text.split('\n')) {
    const set = /^CONFIG_([A-Za-z0-9_]+)=(.*?)\r?$/.exec(line);
    if (set) {
      const [, name = '', value = ''] = set;
      if (value === 'n') symbols.delete(name);
      else symbols.set(name, /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value);
      continue;
    }
    const unset = /^# CONFIG_([A-Za-z0-9_]+) is not set/.exec(line);
    if (unset?.[1] !== undefined) symbols.delete(unset[1]);
  }
  const header = /^# Linux\/([a-z0-9_]+) (\d+)\.(\d+)\S* Kernel Configuration/m.exec(text);
  const arch = header?.[1] === undefined ? undefined : own(ARCHES, header[1]);
  return {
    symbols,
    ...(header && { version: [Number(header[2]), Number(header[3])] as const }),
    ...(arch && { arch }),
  };
}

/** `6.12`, `6.12.117-amd64`, `v7.2-rc1`; `undefined` for anything else. */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:[.+~_-][\w.+~-]*)?$/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/**
 * Reads a kernel command line as Linux's parse_args does: blanks separate, double quotes hold together, `-` equals `_`
 * in names, the last of several counts, and what follows `--` belongs to init.
 */
export function parseCommandLine(text: string): CommandLine {
  const given: { -readonly [Name in keyof CommandLine]: CommandLine[Name] } = {};
  for (const word of commandLineWords(text)) {
    if (word === '--') break;
    const at = word.indexOf('=');
    const name = (at < 0 ? word : word.slice(0, at)).replaceAll('-', '_');
    const value = at < 0 ? undefined : word.slice(at + 1);
    Object.assign(given, own(READERS, name)?.(value));
    // The others replace what stands before them, this one adds to it.
    if (name === 'initcall_blacklist')
      given.initcallBlacklist = [...(given.initcallBlacklist ?? []), ...(value ?? '').split(',')];
  }
  return given;
}

const X86_WORDS = ['pt', 'nopt', 'off', 'force', 'soft'] as const;

type Reader = (value: string | undefined) => CommandLine;

/** By name, with `_` for `-`. */
const READERS: Readonly<Record<string, Reader>> = {
  'iommu.passthrough': flag('passthrough'),
  'iommu.strict': flag('strict'),
  'iommu.forcedac': flag('forceDac'),
  swiotlb: (value) => ({ swiotlb: swiotlb(value ?? '') }),
  deferred_probe_timeout: (value) =>
    value !== undefined && /^[-+]?\d+$/.test(value) ? { deferredProbeTimeout: Number(value) } : {},
  fw_devlink: (value) =>
    value === 'off' || value === 'permissive' || value === 'on' || value === 'rpm' ? { fwDevlink: value } : {},
  'fw_devlink.strict': flag('fwDevlinkStrict'),
  module_blacklist: (value) => ({ moduleBlacklist: (value ?? '').split(',') }),
  iommu: (value) => {
    const word = X86_WORDS.find((known) => value?.split(',').includes(known));
    return word === undefined ? {} : { x86Iommu: word };
  },
  'arm_smmu.disable_bypass': flag('smmuDisableBypass', true),
  'arm_smmu_v3.disable_bypass': flag('smmuV3DisableBypass', true),
  'vfio_iommu_type1.allow_unsafe_interrupts': flag('allowUnsafeInterrupts', true),
};

/** A boolean; `bare`: module parameters may stand without a value, which means true. */
function flag(name: keyof CommandLine, bare = false): Reader {
  return (value) => {
    const on = value === undefined ? bare || undefined : truth(value);
    return on === undefined ? {} : { [name]: on };
  };
}

/** As kstrtobool: only the first letter counts, and a second one after `o`. */
function truth(value: string): boolean | undefined {
  if (/^([yt1]|on)/i.test(value)) return true;
  return /^([nf0]|of)/i.test(value) ? false : undefined;
}

function swiotlb(value: string): NonNullable<CommandLine['swiotlb']> {
  const [, slabs, areas, mode] = /^(\d*),?(\d*),?(.*)$/.exec(value) ?? [];
  return {
    ...(slabs && { slabs: Number(slabs) }),
    ...(areas && { areas: Number(areas) }),
    ...((mode === 'force' || mode === 'noforce') && { mode }),
  };
}

/** The words of a command line, quotes taken off. */
export function commandLineWords(text: string): string[] {
  return (text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []).map((word) => word.replaceAll('"', ''));
}
