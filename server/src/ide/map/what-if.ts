// SPDX-License-Identifier: MIT
// The board on a platform that differs in one thing that the user names: what changes, by kind of change.
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { withFunctions } from '#ide/explain/bridge-functions.ts';
import { type ChangeRow, changeRows } from '#ide/explain/changes.ts';
import { configureAll } from '#model/configure.ts';
import { driverNamed } from '#model/drivers/index.ts';
import { withOption } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import { platformText } from '#wording/values.ts';
import type { DmaMap } from './dma-map.ts';

export type WhatIf =
  | { readonly refused: string }
  | { readonly platform: string; readonly rows: readonly ChangeRow[]; readonly same: number };

/** Longer options are no options. */
const MAX_OPTION = 200;
const RELEASES = ['5.15', '6.1', '6.6', '6.12', '6.18', '7.3'];

/** An option of the command line, `CONFIG_NAME=y`, `m` or `n`, `CONFIG_NAME` turned over, or a release such as `6.1`. */
export function whatIf(snapshot: Snapshot, map: DmaMap, wish: string): WhatIf {
  const other = wishedPlatform(snapshot.platform, wish.trim());
  if (typeof other === 'string') return { refused: other };
  const right = new Map(configureAll(snapshot.tree, other).map((report) => [report.path, report]));
  const masters = new Set(map.devices.map(({ path }) => path));
  const there = { tree: snapshot.tree, platform: other };
  const pairs = snapshot
    .reports()
    .filter(({ path }) => masters.has(path))
    .map((left) => ({ left, right: right.get(left.path) }));
  return { platform: platformText(other).replaceAll('`', ''), ...changeRows(withFunctions(pairs, snapshot, there)) };
}

/** The platform with what is wished, or why not. `CONFIG_NAME` alone turns the option over. */
export function wishedPlatform(platform: Platform, wish: string): Platform | string {
  if (platform.kind === 'zephyr') return 'Zephyr sets its DMA up when it is built.';
  const [, major, minor] = /^v?(\d{1,2})\.(\d{1,3})$/.exec(wish) ?? [];
  if (major !== undefined && minor !== undefined) {
    return { ...platform, kernelVersion: [Number(major), Number(minor)], assumed: without(platform, 'kernelVersion') };
  }
  const [, symbol, value] = /^CONFIG_(\w+)(?:=([ymn]))?$/.exec(wish) ?? [];
  if (symbol !== undefined) {
    if (platform.kernelConfig === undefined) {
      return 'No .config is known: name one with the setting devicetreeIommu.kernelConfig, then change an option of it.';
    }
    const now = platform.kernelConfig.get(symbol) ?? 'n';
    const other = value ?? (now === 'n' ? 'y' : 'n');
    return { ...platform, kernelConfig: new Map(platform.kernelConfig).set(symbol, other) };
  }
  if (!/^[!-~]+( [!-~]+)*$/.test(wish) || wish.length > MAX_OPTION) {
    return 'An option of the command line, CONFIG_NAME=y, m or n, CONFIG_NAME alone (the other way round), or a release such as 6.1.';
  }
  return { ...withOption(platform, wish), assumed: without(platform, 'cmdline') };
}

function without({ assumed }: Platform, name: Platform['assumed'][number]): Platform['assumed'] {
  return assumed.filter((each) => each !== name);
}

/** What is worth asking about the board. */
export function wishesFor({ platform }: Snapshot, { iommus }: DmaMap): string[] {
  const release = platform.kernelVersion.join('.');
  const symbols = iommus.flatMap(({ driver }) => driverNamed(driver ?? '')?.config ?? []);
  const built = platform.kernelConfig ? [...new Set(symbols)].map((symbol) => `CONFIG_${symbol}=n`) : [];
  return [
    ...(iommus.length > 0 ? ['iommu.passthrough=1', 'iommu.strict=0'] : []),
    'swiotlb=force',
    'fw_devlink=off',
    ...built,
    ...RELEASES.filter((each) => each !== release),
  ];
}
