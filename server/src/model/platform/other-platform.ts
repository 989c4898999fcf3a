// SPDX-License-Identifier: MIT
// The same machine on a platform that differs in one thing: another option, release, hypervisor or configuration.
import type { DeviceTree } from '#tree/types.ts';
import { parseKernelConfig } from './kernel-options.ts';
import { bootArguments } from './platform.ts';
import type { KernelVersion, Platform, PlatformKind } from './types.ts';
import { xenBuild } from './xen-build.ts';

/** Booted with one more option, which wins over what stands before it. */
export function withOption(platform: Platform, option: string): Platform {
  return { ...platform, cmdline: `${platform.cmdline} ${option}`.trim() };
}

export function withRelease(platform: Platform, kernelVersion: KernelVersion): Platform {
  return { ...platform, kernelVersion, assumed: without(platform, 'kernelVersion') };
}

/** Built with another value of a symbol; the platform has a configuration. */
export function withSymbol(platform: Platform, symbol: string, value: string): Platform {
  return { ...platform, kernelConfig: new Map(platform.kernelConfig).set(symbol, value) };
}

/** Below another hypervisor, or none. A Xen that nobody named is the one that the tree names, else the newest known. */
export function withKind(platform: Platform, tree: DeviceTree, kind: PlatformKind): Platform {
  if (kind === platform.kind) return { ...platform, assumed: without(platform, 'kind') };
  const { xenBuild: known, xen, xenHostNearby: _, ...rest } = platform;
  const build = kind.startsWith('xen-') ? (known ?? xen?.build ?? xenBuild(tree, {})) : undefined;
  const assumed = without({ assumed: without(platform, 'kind') }, 'xenVersion');
  return {
    ...rest,
    kind,
    assumed: kind === 'xen-host' && build?.assumed ? [...assumed, 'xenVersion'] : assumed,
    ...(build && { xenBuild: build }),
  };
}

/**
 * With the `.config` of another kernel. Its release counts where nobody named one, and its command line where that of
 * the platform comes from the tree and the configuration, as in {@link bootArguments}.
 */
export function withConfig(platform: Platform, tree: DeviceTree, text: string, path: string): Platform {
  const { symbols, version } = parseKernelConfig(text);
  const ownLine = bootArguments(tree, platform.kernelConfig);
  const line = platform.cmdline === (ownLine ?? '') ? bootArguments(tree, symbols) : platform.cmdline;
  const known = [
    'kernelConfig',
    ...(version && platform.assumed.includes('kernelVersion') ? ['kernelVersion'] : []),
    ...(line === undefined ? [] : ['cmdline']),
  ];
  return {
    ...platform,
    kernelConfig: symbols,
    kernelConfigPath: path,
    cmdline: line ?? '',
    ...(version && platform.assumed.includes('kernelVersion') && { kernelVersion: version }),
    assumed: platform.assumed.filter((each) => !known.includes(each)),
  };
}

export function without({ assumed }: Pick<Platform, 'assumed'>, name: string): Platform['assumed'] {
  return assumed.filter((each) => each !== name);
}
