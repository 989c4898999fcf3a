// SPDX-License-Identifier: MIT
// A platform that differs from the board's own in what the user names, and the board on it.
import { texts } from '#base/language.ts';
import { memo } from '#base/memo.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { driverNamed } from '#model/drivers/index.ts';
import { withConfig, withKind, withOption, withRelease, withSymbol } from '#model/platform/other-platform.ts';
import type { Platform, PlatformKind } from '#model/platform/types.ts';
import type { DeviceTree } from '#tree/types.ts';
import type { DmaMap } from './dma-map.ts';

/** The text of a `.config` by the name that the user gave, or why there is none, in words that follow the name. */
export type ReadConfig = (name: string) => { readonly text: string } | { readonly complaint: string };

interface Start {
  readonly tree: DeviceTree;
  readonly platform: Platform;
}

/** Longer wishes are none. */
const MAX_WISH = 1000;
const RELEASES = ['5.15', '6.1', '6.6', '6.12', '6.18', '7.3'];
const KINDS: readonly PlatformKind[] = ['linux', 'xen-host', 'xen-dom0', 'xen-domu', 'kvm'];

/**
 * What is worth another look from where the board is: Xen below a machine's Linux, none below a dom0 and its host, the
 * other hypervisor around a guest.
 */
const OTHER_KINDS: Readonly<Record<PlatformKind, readonly PlatformKind[]>> = {
  linux: ['xen-host'],
  'xen-host': ['linux', 'xen-dom0'],
  'xen-dom0': ['linux', 'xen-host'],
  'xen-domu': ['kvm'],
  kvm: ['xen-domu'],
  zephyr: [],
};

/** Why a wish cannot be granted. */
const REFUSALS = texts({
  zephyr: 'Zephyr sets its DMA up when it is built.',
  noConfig: 'No .config is known: name one with the setting devicetreeIommu.kernelConfig, then change an option of it.',
  grammar:
    'An option of the command line, CONFIG_NAME=y, m or n, CONFIG_NAME alone (the other way round), a release such as 6.1, a platform (linux, kvm, xen-host, xen-dom0, xen-domu), or kernel-config=FILE.',
});

/** The platform with what is wished, or why not. Several wishes are apart by blanks. */
export function wishedPlatform(start: Start, wish: string, read?: ReadConfig): Platform | string {
  if (start.platform.kind === 'zephyr') return REFUSALS.zephyr;
  if (!/^[!-~]+( +[!-~]+)*$/.test(wish) || wish.length > MAX_WISH) return REFUSALS.grammar;
  let { platform } = start;
  for (const word of wish.split(/ +/)) {
    const next = withWord({ tree: start.tree, platform }, word, read);
    if (typeof next === 'string') return next;
    platform = next;
  }
  return platform;
}

function withWord({ tree, platform }: Start, word: string, read: ReadConfig | undefined): Platform | string {
  const [, major, minor] = /^v?(\d{1,2})\.(\d{1,3})$/.exec(word) ?? [];
  if (major !== undefined && minor !== undefined) return withRelease(platform, [Number(major), Number(minor)]);
  const kind = KINDS.find((each) => each === word);
  if (kind) return withKind(platform, tree, kind);
  if (word === 'zephyr') return REFUSALS.zephyr;
  const [, file] = /^kernel-config=(.+)$/.exec(word) ?? [];
  if (file !== undefined && read) {
    const found = read(file);
    return 'complaint' in found ? `${file} ${found.complaint}.` : withConfig(platform, tree, found.text, file);
  }
  const [, symbol, value] = /^CONFIG_(\w+)(?:=([ymn]))?$/.exec(word) ?? [];
  if (symbol === undefined) return withOption({ ...platform, assumed: without(platform.assumed) }, word);
  if (platform.kernelConfig === undefined) return REFUSALS.noConfig;
  const now = platform.kernelConfig.get(symbol) ?? 'n';
  return withSymbol(platform, symbol, value ?? (now === 'n' ? 'y' : 'n'));
}

function without(assumed: Platform['assumed']): Platform['assumed'] {
  return assumed.filter((each) => each !== 'cmdline');
}

/** What is worth asking about the board. */
export function wishesFor({ platform }: Pick<Snapshot, 'platform'>, { iommus }: DmaMap): string[] {
  const release = platform.kernelVersion.join('.');
  const symbols = iommus.flatMap(({ driver }) => driverNamed(driver ?? '')?.config ?? []);
  const built = platform.kernelConfig ? [...new Set(symbols)].map((symbol) => `CONFIG_${symbol}=n`) : [];
  const isArm = platform.arch === 'arm64' || platform.arch === 'arm';
  return [
    ...(iommus.length > 0 ? ['iommu.passthrough=1', 'iommu.strict=0'] : []),
    'swiotlb=force',
    'fw_devlink=off',
    ...built,
    ...(isArm ? OTHER_KINDS[platform.kind] : []),
    ...RELEASES.filter((each) => each !== release),
  ];
}

/** By wish: a map, its details and its boot order are asked for one after the other. */
const KEPT = 4;

const boardsOn = memo((_: Snapshot) => new Map<string, Snapshot>());

/** The board on the wished platform; text: why not. */
export function boardOn(snapshot: Snapshot, wish: string, read: ReadConfig): Snapshot | string {
  const known = boardsOn(snapshot);
  const found = known.get(wish);
  // A file may be another one since.
  if (found && !wish.includes('kernel-config=')) return found;
  const platform = wishedPlatform(snapshot, wish, read);
  if (typeof platform === 'string') return platform;
  const board = snapshot.on(platform);
  known.set(wish, board);
  for (const oldest of known.keys()) {
    if (known.size <= KEPT) break;
    known.delete(oldest);
  }
  return board;
}
