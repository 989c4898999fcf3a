// SPDX-License-Identifier: MIT
// The same devices on two platforms: a row for all that change alike, or device by device.
import { printable } from '#base/text.ts';
import { type ChangeRow, changeRows, changesOf, differences, namesOf, type Pair } from '#ide/explain/changes.ts';
import { type JsonPlace, platformJson, reportJson } from '#ide/explain/report-json.ts';
import type { Platform } from '#model/platform/types.ts';

/** Columns of the devices' names, unless the terminal says. */
const WIDTH = 100;

/** One row for each kind of change, with the reason; then how many devices are the same. `isMaster`: it does DMA itself. */
export function byChange(
  pairs: readonly Pair[],
  platforms: readonly [string, string],
  { isMaster, width = WIDTH }: { readonly isMaster: (path: string) => boolean; readonly width?: number | undefined },
): string {
  const masters = pairs.filter(({ left }) => isMaster(left.path));
  const { rows, same } = changeRows(masters);
  const others = pairs.filter((pair) => !isMaster(pair.left.path) && differences(pair).length > 0).length;
  const lines = rows.flatMap((row) => ['', ...rowLines(row, width)]);
  const left = others === 0 ? [] : ['', `${others} more that do no DMA of their own are left out (--all)`];
  return closed(platforms, [...lines, ...left], { same, all: masters.length });
}

/** The devices that differ with what differs, then how many are the same. */
export function sideBySide(pairs: readonly Pair[], platforms: readonly [string, string]): string {
  const different = pairs.flatMap((pair) => {
    const changes = changesOf(pair);
    return changes.length === 0 ? [] : [{ path: pair.left.path, changes }];
  });
  const lines = different.flatMap(({ path, changes }) => [
    path,
    ...changes.flatMap(({ name, before, after }) => [`  ${name}`, `    A  ${before ?? '-'}`, `    B  ${after ?? '-'}`]),
  ]);
  return closed(platforms, ['', ...lines], { same: pairs.length - different.length, all: pairs.length });
}

function closed(
  platforms: readonly [string, string],
  lines: readonly string[],
  { same, all }: { readonly same: number; readonly all: number },
): string {
  const head = [`A  ${platforms[0]}`, `B  ${platforms[1]}`];
  const end = `${same} of ${all} devices are the same on both`;
  return `${[...head, ...lines, ...(lines.at(-1) === '' ? [] : ['']), end].map(printable).join('\n')}\n`;
}

function rowLines({ devices, alike, apart, why }: ChangeRow, width: number): string[] {
  const [verdict, ...others] = alike;
  const count = `${devices.length} ${devices.length === 1 ? 'device' : 'devices'}`;
  const stays = verdict?.before === verdict?.after;
  return [
    ...(stays
      ? [`${count}  ${verdict?.before}`]
      : [`${count}  A  ${verdict?.before}`, `${' '.repeat(count.length)}  B  ${verdict?.after}`]),
    ...folded(namesOf(devices), width),
    ...others.map(({ name, before, after }) => `  ${name}: ${before ?? 'none'} → ${after ?? 'none'}`),
    ...(apart.length > 0 ? [`  ${apart.join(', ')}: of each device its own (name it to see)`] : []),
    ...(why ? [`  because${why.of === null ? '' : `, of ${why.of}`}: ${why.text}`, `    ${why.authority}`] : []),
  ];
}

function folded(names: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const word = index < names.length - 1 ? `${name},` : name;
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** `dt-iommu explain --compare … --format json`: both reports of every device, and in which facts they differ. */
export function compareJson(
  pairs: readonly Pair[],
  platforms: readonly [Platform, Platform],
  places: readonly [JsonPlace, JsonPlace],
): object {
  const devices = pairs.map((pair) => ({
    path: pair.left.path,
    differs: differences(pair),
    a: reportJson(pair.left, places[0]),
    b: pair.right ? reportJson(pair.right, places[1]) : null,
  }));
  return { version: 1, platforms: { a: platformJson(platforms[0]), b: platformJson(platforms[1]) }, devices };
}
