// SPDX-License-Identifier: MIT
// Two boards, a board with and without an overlay, a source and a blob: what differs for DMA, then in the rest of the trees.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { withFunctions } from '#ide/explain/bridge-functions.ts';
import { type ChangeRow, changeRows, namesOf, type Pair } from '#ide/explain/changes.ts';
import { code, type Link, linkMarkdown, plain, prose, tableMarkdown } from '#ide/explain/markup.ts';
import { diffTrees, type TreeChange } from '#ide/explain/tree-diff.ts';
import { dmaMap } from '#ide/map/dma-map.ts';
import { configureAll } from '#model/configure.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import { printValue } from '#tree/blob/print.ts';
import { lastSet, nodeByPath, nodeSpan } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { platformText, verdictText } from '#wording/values.ts';

export interface ComparedBoard {
  /** Short, for people. */
  readonly name: string;
  readonly snapshot: Snapshot;
  /** Its tree, read back from a blob. */
  readonly booted: DeviceTree;
  readonly link: Link;
}

/** Devices that do DMA themselves, on either board. */
export interface DmaDifference {
  readonly rows: readonly ChangeRow[];
  readonly same: number;
  /** On the second board alone. */
  readonly added: readonly DmaReport[];
  readonly platforms: readonly [Platform, Platform];
}

/** Entries of a list; the count above it is of all. */
const MAX_LISTED = 200;
/** Characters of a value. */
const MAX_VALUE = 200;

export function compareDma(before: Snapshot, after: Snapshot): DmaDifference {
  const platform = likeFirst(before.platform, after.platform);
  const reports = configureAll(after.tree, platform);
  const right = new Map(reports.map((report) => [report.path, report]));
  const masters = mastersOf(before);
  const pairs = before
    .reports()
    .filter(({ path }) => masters.has(path))
    .map((left): Pair => ({ left, right: right.get(left.path) }));
  const others = mastersOf(after);
  const added = reports.filter(({ path }) => !masters.has(path) && others.has(path));
  return {
    ...changeRows(withFunctions(pairs, before, { tree: after.tree, platform })),
    added,
    platforms: [before.platform, platform],
  };
}

function mastersOf(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(dmaMap(snapshot).devices.map(({ path }) => path));
}

/** A blob outside a kernel's tree says nothing of the kernel that boots it: both are judged on the same one. */
export function likeFirst(first: Platform, second: Platform): Platform {
  const isAssumed = (name: string) => second.assumed.includes(name) && !first.assumed.includes(name);
  return {
    ...second,
    ...(isAssumed('kernelVersion') && { kernelVersion: first.kernelVersion }),
    ...(second.kernelConfig === undefined && first.kernelConfig !== undefined && { kernelConfig: first.kernelConfig }),
    assumed: second.assumed.filter((name) => !isAssumed(name)),
  };
}

/** The whole comparison as a page. */
export function comparePage(before: ComparedBoard, after: ComparedBoard): string {
  const dma = compareDma(before.snapshot, after.snapshot);
  const { dma: matters, rest } = diffTrees(before.booted, after.booted);
  const [a, b] = dma.platforms.map(platformText);
  const platforms =
    a === b ? [t('On {0}.', plainText(a))] : [t('A on {0}.', plainText(a)), t('B on {0}.', plainText(b))];
  return [
    `# A: ${plain(before.name)}, B: ${plain(after.name)}`,
    platforms.map((text) => `*${text}*`).join('  \n'),
    t('## Devices whose DMA differs'),
    ...dmaParts(dma, before, after),
    ...section(t('What DMA can depend on'), matters, before, after),
    ...section(t('The rest of the tree'), rest, before, after),
    matters.length + rest.length === 0 ? t('The trees are equal.') : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function dmaParts({ rows, same, added }: DmaDifference, before: ComparedBoard, after: ComparedBoard): string[] {
  const cells = rows.map((row) => rowCells(row, before));
  if (added.length > 0) cells.push(...addedCells(added, after));
  const table = cells.length === 0 ? [] : [tableMarkdown([[t('Devices'), 'A', 'B', t('Why')], ...cells])];
  const count = t('{0} {1} the same on both.', same, same === 1 ? t('device is') : t('devices are'));
  return [...table, cells.length === 0 ? t('None: {0}', count) : count];
}

function rowCells({ devices, alike, apart, why }: ChangeRow, before: ComparedBoard): string[] {
  const [verdict, ...others] = alike;
  const stays = verdict?.before === verdict?.after;
  // What a device has no longer goes without saying.
  const told = others.filter(({ after }) => stays || after !== null);
  const facts = told.map(
    ({ name, before: was, after: is }) => `${name}: ${prose(was ?? t('none'))} → ${prose(is ?? t('none'))}`,
  );
  const each = apart.length > 0 ? [t('{0}: of each device its own', apart.join(', '))] : [];
  const [first] = devices;
  const names =
    devices.length === 1 && first ? nodeLink(first.path, first.name, before) : namesOf(devices).map(plain).join(', ');
  return [
    `**${devices.length}** ${names}`,
    prose(verdict?.before ?? ''),
    [stays ? t('as A') : prose(verdict?.after ?? ''), ...facts, ...each].join('; '),
    why ? `${why.of === null ? '' : t('of {0}: ', plain(why.of))}${prose(why.text)} *${plain(why.authority)}*` : '',
  ];
}

/** By what they get. */
function addedCells(added: readonly DmaReport[], after: ComparedBoard): string[][] {
  const groups = new Map<string, DmaReport[]>();
  for (const report of added) {
    const verdict = verdictText(report);
    groups.set(verdict, [...(groups.get(verdict) ?? []), report]);
  }
  return [...groups].map(([verdict, reports]) => {
    const devices = reports.map(({ path, label }) => ({ path, name: label ?? path.slice(path.lastIndexOf('/') + 1) }));
    const [first] = devices;
    const names =
      devices.length === 1 && first ? nodeLink(first.path, first.name, after) : namesOf(devices).map(plain).join(', ');
    return [`**${devices.length}** ${names}`, t('no such device'), prose(verdict), ''];
  });
}

function nodeLink(path: string, name: string, { snapshot, link }: ComparedBoard): string {
  const node = nodeByPath(snapshot.tree, path);
  const span = node && nodeSpan(node);
  return span && span.file !== '' ? `${plain(name)} (${linkMarkdown(link(span))})` : plain(name);
}

function section(title: string, changes: readonly TreeChange[], before: ComparedBoard, after: ComparedBoard): string[] {
  if (changes.length === 0) return [];
  const listed = changes.slice(0, MAX_LISTED).map((change) => `- ${changeText(change, before, after)}`);
  const more = changes.length - listed.length;
  return [
    `## ${title} (${changes.length})`,
    listed.join('\n'),
    ...(more > 0 ? [t('… and {0} more: `dt-iommu tree A --diff B` lists all.', more)] : []),
  ];
}

function changeText(change: TreeChange, before: ComparedBoard, after: ComparedBoard): string {
  const { path, property, kind } = change;
  const places = [
    kind === 'added' ? undefined : placeOf(change, before),
    kind === 'removed' ? undefined : placeOf(change, after),
  ];
  const links = places.filter((place) => place !== undefined);
  const where = links.length > 0 ? ` · ${[...new Set(links)].join(' → ')}` : '';
  const name = property === undefined ? code(path) : `${code(path)} ${code(property)}`;
  const lines = [
    ...(change.before ? [`A: ${code(valueText(change, before) ?? change.before)}`] : []),
    ...(change.after ? [`B: ${code(valueText(change, after) ?? change.after)}`] : []),
  ];
  const words = { added: t('only in B'), removed: t('only in A'), changed: t('differs') };
  return [`${name}: ${words[kind]}${where}`, ...lines].join('  \n  ');
}

function placeOf({ path, property }: TreeChange, { snapshot, link }: ComparedBoard): string | undefined {
  const node = nodeByPath(snapshot.tree, path);
  const set = property === undefined ? undefined : node?.properties.get(property);
  const span: Span | undefined = set ? lastSet(set).name : node && nodeSpan(node);
  return span && span.file !== '' ? linkMarkdown(link(span)) : undefined;
}

/** With the labels of the source, where there is one. */
function valueText({ path, property }: TreeChange, { snapshot }: ComparedBoard): string | undefined {
  const found = property === undefined ? undefined : nodeByPath(snapshot.tree, path)?.properties.get(property);
  const text = found && printValue(snapshot.tree, found.value);
  return text && text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

function plainText(text: string | undefined): string {
  return plain((text ?? '').replaceAll('`', ''));
}
