// SPDX-License-Identifier: MIT
// The DMA of a board as a table for a terminal: by IOMMU, problems and waits first, what many answers hang on once.
import { hex } from '#base/numbers.ts';
import { printable } from '#base/text.ts';
import { limitName } from '#wording/values.ts';
import { type DmaMap, groupCount, type MapDevice, type MapIommu, mastersOf, withoutIommu } from './dma-map.ts';
import { commonMask, functionsOf, idText, mapRowText, nameOf, nameOfPath, opsText, WAYS } from './names.ts';
import { baseOf, ownerName, seriesOf } from './series.ts';
import type { Way } from './ways.ts';

export interface TableOptions {
  /** The board's file, as the user named it. */
  readonly board: string;
  /** `Linux 7.3 on arm64 (assumed: …)`. */
  readonly platform: string;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Devices that no IOMMU has although they name something. */
const DIRECT_NOTES: Partial<Record<Way, string>> = { waiting: 'waiting', refused: 'what they name is none' };

/** Rows of a map that are listed. */
const MAX_ROWS = 4;
/** Problems that are listed; `check` has all. */
const MAX_PROBLEMS = 8;

const HEAD = row(['DEVICE', 'ID', 'DMA OPS', 'COH', 'BITS', 'NOTE']);

/** The table, a line each, no longer than the width but for the last, which is a command. */
export function overviewTable(map: DmaMap, { board, platform, width }: TableOptions): string[] {
  const lines = [
    ...folded(`${board.slice(board.lastIndexOf('/') + 1)}   `, platform, width),
    `${counted(map.devices.length, 'device does', 'devices do')} DMA${ways(map.devices)}`,
    ...problemLines(map),
    ...waitLines(map),
  ];
  const weight = (iommu: MapIommu) => mastersOf(map, iommu).filter(({ way }) => way !== 'refused').length;
  const used = map.iommus.filter((iommu) => mastersOf(map, iommu).length > 0).sort((a, b) => weight(b) - weight(a));
  for (const iommu of used) lines.push('', ...iommuLines(map, iommu));
  lines.push(...directLines(map, width), ...idleLines(map, used, width), ...leftLines(map));
  // A command is copied: it is never cut.
  return [
    ...lines.map(printable).map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)),
    nextLine(map, board),
  ];
}

function ways(devices: readonly MapDevice[]): string {
  const parts = (Object.keys(WAYS) as Way[]).flatMap((way) => {
    const count = devices.filter((device) => device.way === way).length;
    return count === 0 ? [] : [`${count} ${WAYS[way]}`];
  });
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function problemLines({ iommus, devices }: DmaMap): string[] {
  const found = [...iommus, ...devices].flatMap((node) =>
    node.problems
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      .map(({ severity, message }) => `  ${severity.padEnd(7)} ${nameOf(node).padEnd(21)} ${plain(message)}`),
  );
  if (found.length === 0) return [];
  const more = found.length - MAX_PROBLEMS;
  return ['', 'PROBLEMS', ...found.slice(0, MAX_PROBLEMS), ...(more > 0 ? [`  and ${more} more: dt-iommu check`] : [])];
}

/** One line per supplier that is waited for. */
function waitLines(map: DmaMap): string[] {
  const waits = new Map<string, MapDevice[]>();
  for (const device of map.devices) {
    if (device.deferred) waits.set(device.deferred.on, [...(waits.get(device.deferred.on) ?? []), device]);
  }
  if (waits.size === 0) return [];
  const lines = [...waits].map(([on, devices]) => {
    const deferred = devices[0]?.deferred;
    const time = deferred?.seconds === null ? 'without end' : `${deferred?.seconds} s, then direct DMA without it`;
    const who = counted(devices.length, 'device waits', 'devices wait');
    return `  ${nameOfPath(map, on).padEnd(21)} ${who} (${deferred?.reason}): ${time}`;
  });
  return ['', 'WAITING', ...lines];
}

function iommuLines(map: DmaMap, iommu: MapIommu): string[] {
  const masters = mastersOf(map, iommu);
  const taken = masters.filter(({ way }) => way !== 'refused');
  const mask = commonMask(
    iommu.streamMask,
    taken.flatMap(({ ids }) => ids),
  );
  const lines = [`${nameOf(iommu)}  ${iommu.path}  ${gateText(map, iommu, taken, mask)}`];
  if (taken.length > 0) lines.push(HEAD);
  for (const group of seriesOf(taken)) lines.push(...deviceLines(map, group, mask));
  const refused = masters.filter(({ way }) => way === 'refused');
  const reasons = new Map<string, string[]>();
  for (const device of refused) {
    const why = iommu.enabled ? `refused${refusalText(device)}, direct` : 'it is disabled, direct';
    reasons.set(why, [...(reasons.get(why) ?? []), nameOf(device)]);
  }
  for (const [why, names] of reasons) lines.push(`  ${why}: ${names.join(', ')}`);
  return lines;
}

/** ` by ipmmu_of_xlate (-ENODEV)`. */
function refusalText({ claims }: MapDevice): string {
  const claim = claims.find(({ code }) => code !== null);
  return claim ? ` by ${claim.by.replace(/^.*[:/ ]/, '')} (${claim.code})` : '';
}

/** `arm-smmu   23 groups, 96 contexts`. */
function gateText(map: DmaMap, iommu: MapIommu, masters: readonly MapDevice[], mask: number): string {
  const groups = groupCount(map, masters);
  const limited = iommu.limits.some(({ kind }) => kind === 'contexts');
  const facts = [
    ...(groups > 0 ? [counted(groups, 'group', 'groups')] : []),
    ...(iommu.contexts === null || limited ? [] : [counted(iommu.contexts, 'context', 'contexts')]),
    ...(mask === 0 ? [] : [`mask ${hex(mask)} on every ID`]),
    ...iommu.limits.map((limit) => {
      const name = limitName(limit);
      if (limit.available === null) return counted(limit.used, name.replace(/s$/, ''), name);
      return `${limit.used} of ${limit.available} ${name}`;
    }),
  ];
  const driver = iommu.enabled ? (iommu.ownedByXen ? 'driven by Xen' : (iommu.driver ?? 'no driver')) : 'disabled';
  return facts.length === 0 ? driver : `${driver}   ${facts.join(', ')}`;
}

function deviceLines(map: DmaMap, group: readonly MapDevice[], mask: number): string[] {
  const [device] = group;
  if (!device) return [];
  if (group.length > 1) {
    const ids = group.flatMap((each) => each.ids.flatMap(({ id }) => id ?? []));
    const range = ids.length === 0 ? '' : `${hex(Math.min(...ids))}..${hex(Math.max(...ids))}`;
    const note = device.madeBy ? `made by ${nameOfPath(map, device.madeBy)}` : `of ${ownerName(map, device)}`;
    return [
      row([`${baseOf(device)} x${group.length}`, range, opsText(device), coherence(device), width(device), note]),
    ];
  }
  const id = device.host && device.ids.length === 0 ? 'by requester ID' : idsText(device, mask);
  const lines = [row([nameOf(device), id, opsText(device), coherence(device), width(device), noteOf(map, device)])];
  const { host } = device;
  const behind = map.devices.filter((each) => each.behind === device.path);
  const rows = host?.maps ?? [];
  for (const each of rows.slice(0, MAX_ROWS)) {
    if (!host) break;
    const { from, to } = mapRowText(each, host);
    const named = functionsOf(behind, each, host.mask).map(nameOf).join(', ');
    lines.push(row([`  ${from}`, to, '', '', '', named]));
  }
  if (rows.length > MAX_ROWS) lines.push(`    and ${rows.length - MAX_ROWS} more`);
  return lines;
}

function idsText({ ids }: MapDevice, mask: number): string {
  const texts = ids.map((id) => idText(id, mask));
  return texts.length > 3 ? `${texts.slice(0, 2).join(', ')}, +${texts.length - 2}` : texts.join(', ');
}

function coherence({ coherent }: MapDevice): string {
  return coherent ? 'yes' : '-';
}

function width({ bits }: MapDevice): string {
  return bits === null ? '-' : String(bits);
}

function noteOf(map: DmaMap, device: MapDevice): string {
  const mates = device.group === null ? 0 : map.devices.filter(({ group }) => group === device.group).length;
  const notes = [
    ...(device.host?.isPci ? ['PCI host'] : []),
    ...(device.owner === null ? [] : [ownerNote(device.owner)]),
    ...(mates > 1 ? ['shares its group'] : []),
    ...(device.serves > 0 ? [`serves ${device.serves}`] : []),
    ...(device.deferred ? ['waits'] : []),
    ...(device.doubts.length > 0 ? ['?'] : []),
  ];
  return notes.join(', ');
}

/** Short: what the owner is where no domain has a name. */
function ownerNote(owner: string): string {
  if (owner.startsWith('the domain')) return 'given to a domain';
  return owner.startsWith('no domain') ? 'given to no domain' : `of ${owner}`;
}

/** Names by width, so that a short arm is seen. */
function directLines(map: DmaMap, columns: number): string[] {
  const direct = withoutIommu(map);
  if (direct.length === 0) return [];
  const rows = new Map<string, string[]>();
  for (const device of direct) {
    const reach = device.bits === null ? 'no limit' : `${device.bits}-bit`;
    const key = DIRECT_NOTES[device.way] ?? (device.way === 'bounced' ? `${reach}, bounced` : reach);
    rows.set(key, [...(rows.get(key) ?? []), nameOf(device)]);
  }
  const lines = [...rows].flatMap(([key, names]) => folded(`  ${key.padEnd(23)} `, names.join(', '), columns));
  return ['', 'DIRECT   no IOMMU', ...lines];
}

function idleLines({ iommus }: DmaMap, used: readonly MapIommu[], columns: number): string[] {
  const idle = iommus.filter((iommu) => !used.includes(iommu) && !iommus.some(({ main }) => main === iommu.path));
  if (idle.length === 0) return [];
  const names = idle.map((iommu) => `${nameOf(iommu)}${iommu.enabled ? '' : ' (disabled)'}`).join(', ');
  return ['', ...folded('WITHOUT A MASTER   ', names, columns)];
}

function leftLines({ doubts, left, iommus, devices }: DmaMap): string[] {
  const notes = [...iommus, ...devices].flatMap(({ problems }) =>
    problems.filter(({ severity }) => severity === 'info' || severity === 'hint'),
  ).length;
  const open = doubts.map(({ text, count }) => `? not in the tree: ${plain(text)} (${count} devices)`);
  const more = notes > 0 ? ` ${counted(notes, 'note', 'notes')}: dt-iommu check.` : '';
  return ['', ...open, `${left.none + left.through} without DMA of their own left out (--all).${more}`];
}

function nextLine({ devices }: DmaMap, board: string): string {
  const example = devices.find(({ label, ids }) => label !== null && ids.length > 0) ?? devices[0];
  const node = example ? (example.label === null ? example.path : `'&${example.label}'`) : 'NODE';
  return `Why: dt-iommu explain ${board} ${node}`;
}

/** Message markup is for places that show it. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function folded(head: string, text: string, columns: number): string[] {
  const lines = [head];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (`${last}${word}`.length >= columns && last.trim() !== '') lines.push(`${' '.repeat(head.length)}${word} `);
    else lines[lines.length - 1] = `${last}${word} `;
  }
  return lines.map((line) => line.trimEnd());
}

function row(cells: readonly string[]): string {
  const widths = [21, 20, 20, 4, 5];
  return `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' ')}`.trimEnd();
}
