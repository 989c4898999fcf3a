// SPDX-License-Identifier: MIT
// The board on a platform that differs in what the user names: what changes, by kind of change.
import { t } from '#base/language.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { withFunctions } from '#ide/explain/bridge-functions.ts';
import { type ChangeRow, changeRows } from '#ide/explain/changes.ts';
import { configureAll } from '#model/configure.ts';
import { platformText, VERDICTS } from '#wording/values.ts';
import type { DmaMap, MapDevice } from './dma-map.ts';
import { nameOf } from './names.ts';
import { sentence } from './outline.ts';
import { type ReadConfig, wishedPlatform } from './wish.ts';

export type WhatIf =
  | { readonly refused: string }
  | { readonly platform: string; readonly rows: readonly ChangeRow[]; readonly same: number };

export function whatIf(snapshot: Snapshot, map: DmaMap, wish: string, read?: ReadConfig): WhatIf {
  const other = wishedPlatform(snapshot, wish.trim(), read);
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

/** A map on another platform, which says of each device what it is on the board's own. */
export function besideOwn(own: DmaMap, other: DmaMap): DmaMap {
  const before = new Map(own.devices.map((device) => [device.path, device]));
  const there = new Set(other.devices.map(({ path }) => path));
  const was = new Map<string, string>();
  for (const device of other.devices) {
    const known = before.get(device.path);
    if (!known) was.set(device.path, t('no device that does DMA'));
    else if (facts(own, known) !== facts(other, device)) was.set(device.path, sentence(own, known));
    else if (known.verdict !== device.verdict) was.set(device.path, VERDICTS[known.verdict]);
    else if (known.group !== device.group)
      was.set(device.path, t('in {0}', known.group ? t('the group {0}', known.group) : t('no group')));
  }
  return { ...other, was, gone: own.devices.filter(({ path }) => !there.has(path)).map(nameOf) };
}

/** Without Linux's name for the operations, which other releases give to the same. */
function facts(map: DmaMap, device: MapDevice): string {
  return sentence(map, { ...device, ops: null });
}
