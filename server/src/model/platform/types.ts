// SPDX-License-Identifier: MIT
// The model's vocabulary: what is asked (Platform), and releases of Linux.
import type { DeviceTree } from '#tree/types.ts';
import type { Gate } from './releases.ts';

export type PlatformKind = 'linux' | 'xen-dom0' | 'xen-domu' | 'xen-host' | 'kvm' | 'zephyr';

/** Everything that the tree itself cannot tell (`facts` A.9). An input, never guessed silently. */
export interface Platform {
  readonly kind: PlatformKind;
  readonly arch: 'arm64' | 'arm' | 'riscv' | 'powerpc' | 'mips' | 'x86' | 'other';
  /** `[6, 12]`. */
  readonly kernelVersion: readonly [number, number];
  /** Symbols of a `.config` (`y`, `m`, or the literal value), or `undefined`: every driver of the arch is assumed. */
  readonly kernelConfig?: ReadonlyMap<string, string>;
  readonly kernelConfigPath?: string;
  readonly cmdline: string;
  /** Names of the fields above that nobody stated. */
  readonly assumed: readonly string[];
  /** The Xen system that the tree is part of, as its host or as a partial tree. */
  readonly xen?: XenSystem;
  /** The Xen that reads the tree; absent where none does. */
  readonly xenBuild?: XenBuild;
  /** A file beside a partial tree that starts Xen domains, where nobody says which host the tree belongs to. */
  readonly xenHostNearby?: string;
}

/** `[4, 20, 4]`: a release of Xen with its point release. */
export type XenVersion = readonly [number, number, number];

/** A Xen: which release, and what it was built with. */
export interface XenBuild {
  readonly version: XenVersion;
  /** Nobody said which: the newest one that is known. */
  readonly assumed: boolean;
  /** Symbols of its `.config`; absent: it may have been built with or without any of them. */
  readonly config?: ReadonlyMap<string, string>;
  readonly configPath?: string;
}

/** A host's tree and the partial trees that Xen reads for the domains it starts: one machine in several trees. */
export interface XenSystem {
  readonly host: DeviceTree;
  readonly domains: readonly XenDomain[];
  readonly build?: XenBuild;
}

export interface XenDomain {
  /** Path of the domain's node in the host's tree; absent where only the boot loader makes that node. */
  readonly node?: string;
  /** The partial tree. */
  readonly tree: DeviceTree;
}

export type Arch = Platform['arch'];

/** `[6, 12]`: major and minor number of a Linux release. */
export type KernelVersion = Platform['kernelVersion'];

/** Linux releases that have `since` and not `until`; an absent bound is open. */
export interface Versions {
  readonly since?: Gate;
  readonly until?: Gate;
}
