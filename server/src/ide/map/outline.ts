// SPDX-License-Identifier: MIT
// The DMA of a board as a tree for a side bar: problems and waits first, then each IOMMU with its groups, devices and IDs.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import { limitName, limitText } from '#wording/values.ts';
import {
  type DmaMap,
  iommusOf,
  type MapDevice,
  type MapIommu,
  type MapNode,
  mastersOf,
  withoutIommu,
} from './dma-map.ts';
import { commonMask, functionsOf, idText, mapRowText, nameOf, nameOfPath, opsText, WAYS } from './names.ts';
import { SERIES } from './series.ts';
import type { Way } from './ways.ts';

/** What an entry stands for: decides its icon, its colour and its menu. */
export type OutlineKind = Way | 'problem' | 'note' | 'group' | 'iommu' | 'iommu-off' | 'host' | 'id' | 'section';

export interface OutlineNode {
  /** The same after an edit, so that what is open stays open. */
  readonly id: string;
  readonly kind: OutlineKind;
  readonly label: string;
  readonly description: string;
  /** One sentence. */
  readonly tooltip: string;
  /** Of the node that it stands for; absent for headings. */
  readonly path?: string;
  readonly place?: Span;
  /** Begins open. */
  readonly open?: boolean;
  readonly children: readonly OutlineNode[];
}

/** The entries at the top. */
export function outlineOf(map: DmaMap): OutlineNode[] {
  const used = map.iommus.filter((iommu) => mastersOf(map, iommu).length > 0);
  const idle = map.iommus.filter((iommu) => !used.includes(iommu));
  const direct = withoutIommu(map);
  return [
    ...problems(map),
    ...waiting(map),
    ...usedIommus(map, used),
    ...section(
      'direct',
      t('Direct'),
      t('no IOMMU'),
      direct.map((device) => deviceNode(map, device, 0)),
    ),
    ...section(
      'idle',
      t('IOMMUs without a master'),
      '',
      idle.map((iommu) => iommuNode(map, iommu)),
    ),
  ];
}

/** IOMMUs of one driver with a single master each are one entry from so many on, at the place of the first. */
function usedIommus(map: DmaMap, used: readonly MapIommu[]): OutlineNode[] {
  const keyOf = (iommu: MapIommu) => {
    const masters = mastersOf(map, iommu);
    const isPlain = masters.length === 1 && masters[0]?.way === 'translated' && masters[0].host === null;
    return isPlain && iommu.enabled && iommu.driver ? iommu.driver : undefined;
  };
  const series = new Map<string, MapIommu[]>();
  for (const iommu of used) {
    const key = keyOf(iommu);
    if (key !== undefined) series.set(key, [...(series.get(key) ?? []), iommu]);
  }
  return used.flatMap((iommu): OutlineNode[] => {
    const key = keyOf(iommu);
    const others = key === undefined ? [] : (series.get(key) ?? []);
    if (others.length < SERIES) return [iommuNode(map, iommu)];
    if (others[0] !== iommu) return [];
    const masters = others.flatMap((each) => mastersOf(map, each).map(nameOf));
    const label = t('{0} IOMMUs with one master each', others.length);
    const description = `${key} · ${masters.join(', ')}`;
    const children = others.map((each) => iommuNode(map, each));
    return [
      { id: `series ${key}`, kind: 'section', label, description, tooltip: `${label}: ${key}`, open: false, children },
    ];
  });
}

/** How many problems there are, for a badge. */
export function problemCount({ iommus, devices }: DmaMap): number {
  return [...iommus, ...devices].flatMap((node) => node.problems.filter(isSerious)).length;
}

function isSerious({ severity }: MapNode['problems'][number]): boolean {
  return severity === 'error' || severity === 'warning';
}

function problems({ iommus, devices }: DmaMap): OutlineNode[] {
  const found = [...iommus, ...devices].flatMap((node) =>
    node.problems.filter(isSerious).map(
      ({ rule, message }, index): OutlineNode => ({
        id: `problem ${node.path} ${rule} ${index}`,
        kind: 'problem',
        label: nameOf(node),
        description: plain(message),
        tooltip: `${plain(message)} (${rule})`,
        path: node.path,
        place: node.place,
        children: [],
      }),
    ),
  );
  return section('problems', t('Problems'), '', found);
}

function waiting(map: DmaMap): OutlineNode[] {
  const found = map.devices.flatMap((device) => {
    const { deferred } = device;
    if (!deferred) return [];
    const time = deferred.seconds === null ? t('without end') : `${deferred.seconds} s`;
    const node = deviceNode(map, device, 0);
    return [
      { ...node, id: `waiting ${device.path}`, description: t('for {0}, {1}', nameOfPath(map, deferred.on), time) },
    ];
  });
  return section('waiting', t('Waiting'), '', found);
}

function section(id: string, label: string, note: string, children: readonly OutlineNode[]): OutlineNode[] {
  if (children.length === 0) return [];
  const description = [String(children.length), ...(note === '' ? [] : [note])].join(' · ');
  return [
    { id, kind: 'section', label, description, tooltip: label, open: id !== 'idle' && id !== 'direct', children },
  ];
}

function iommuNode(map: DmaMap, iommu: MapIommu): OutlineNode {
  const masters = mastersOf(map, iommu);
  const taken = masters.filter(({ way }) => way !== 'refused');
  const refused = masters.filter(({ way }) => way === 'refused');
  const mask = commonMask(
    iommu.streamMask,
    taken.flatMap(({ ids }) => ids),
  );
  const driver = iommu.enabled
    ? iommu.ownedByXen
      ? t('driven by Xen')
      : (iommu.driver ?? t('no driver'))
    : t('disabled');
  const facts = [
    driver,
    ...(taken.length > 0 ? [`${taken.length} ${taken.length === 1 ? t('master') : t('masters')}`] : []),
    ...(refused.length > 0 ? [t('{0} refused', refused.length)] : []),
  ];
  const limits = iommu.limits.map((limit) => `${limitName(limit)}: ${limitText(limit)}`);
  return {
    id: `iommu ${iommu.path}`,
    kind: iommu.enabled ? 'iommu' : 'iommu-off',
    label: nameOf(iommu),
    description: facts.join(' · '),
    tooltip: [t('IOMMU {0}, {1}', iommu.path, facts.join(', ')), ...limits].join('\n'),
    path: iommu.path,
    place: iommu.place,
    open: taken.length > 0,
    children: [
      ...grouped(taken, iommu.path).map((group) => groupNode(map, group, { iommu: iommu.path, mask })),
      ...section(
        `refused ${iommu.path}`,
        t('Refused'),
        iommu.enabled ? t('direct DMA') : t('the IOMMU is disabled'),
        refused.map((device) => deviceNode(map, device, mask)),
      ),
    ],
  };
}

/** Devices of one IOMMU group, or with one owner under Xen; a device alone is a group of one. */
function grouped(devices: readonly MapDevice[], iommu: string): MapDevice[][] {
  const groups = new Map<string, MapDevice[]>();
  for (const device of devices) {
    const key = device.owner ?? device.group ?? `${iommu} ${device.path}`;
    groups.set(key, [...(groups.get(key) ?? []), device]);
  }
  return [...groups.values()];
}

function groupNode(
  map: DmaMap,
  group: readonly MapDevice[],
  { iommu, mask }: { readonly iommu: string; readonly mask: number },
): OutlineNode {
  const [first] = group;
  if (!first) return { id: '', kind: 'group', label: '', description: '', tooltip: '', children: [] };
  if (group.length === 1) return deviceNode(map, first, mask);
  const owner = first.owner;
  return {
    id: `group ${iommu} ${owner ?? first.group ?? first.path}`,
    kind: 'group',
    label: owner ?? t('One group'),
    description: t('{0} devices share an address space', group.length),
    tooltip: owner === null ? t('IOMMU group {0}', first.group ?? '') : t('Devices that Xen gives to {0}', owner),
    open: true,
    children: group.map((device) => deviceNode(map, device, mask)),
  };
}

function deviceNode(map: DmaMap, device: MapDevice, mask: number): OutlineNode {
  const ids = device.ids.map((id) => idText(id, mask));
  const description = [
    ...(ids.length > 0 ? [ids.join(', ')] : []),
    opsText(device),
    ...(device.bits === null ? [] : [t('{0}-bit', device.bits)]),
    ...(device.doubts.length > 0 ? ['?'] : []),
  ];
  return {
    id: `device ${device.path}${elsewhere(map, device)}`,
    kind: device.host ? 'host' : device.way,
    label: nameOf(device),
    description: description.join(' · '),
    tooltip: sentence(map, device),
    path: device.path,
    place: device.place,
    children: device.host ? hostRows(map, device) : [],
  };
}

/** A device that several IOMMUs know has an entry at each. */
function elsewhere(map: DmaMap, device: MapDevice): string {
  const [first] = iommusOf(map.devices.find(({ path }) => path === device.path) ?? device);
  const [here] = iommusOf(device);
  return here === first ? '' : ` at ${here}`;
}

/** What the map of a host bridge covers, with the functions that have nodes. */
function hostRows(map: DmaMap, device: MapDevice): OutlineNode[] {
  const { host } = device;
  if (!host) return [];
  return host.maps.map((row): OutlineNode => {
    const { from, to } = mapRowText(row, host);
    const behind = map.devices.filter((each) => each.behind === device.path);
    const functions = functionsOf(behind, row, host.mask);
    return {
      id: `row ${device.path} ${row.ridBase} ${row.outBase}`,
      kind: 'id',
      label: from,
      description: `${to} · ${nameOfPath(map, row.iommu)}`,
      tooltip: t('{0} of {1} has {2} at {3}', from, nameOf(device), to, nameOfPath(map, row.iommu)),
      path: device.path,
      place: device.place,
      children: functions.map((fn) => deviceNode(map, fn, 0)),
    };
  });
}

/** `ufs_mem_hc → apps_smmu, 0x60 · translated (dma-iommu) · coherent · 36-bit`. */
export function sentence(map: DmaMap, device: MapDevice): string {
  const head = headOf(map, device);
  const facts = [
    `${WAYS[device.way]} (${opsText(device)})`,
    device.coherent ? t('coherent') : t('not coherent'),
    ...(device.bits === null ? [] : [t('{0}-bit', device.bits)]),
    ...(device.owner === null ? [] : [t('belongs to {0}', device.owner)]),
    ...device.doubts.map((doubt) => t('depends on {0}', plain(doubt))),
  ];
  return [head, ...facts].join(' · ');
}

/** `ufs_mem_hc → apps_smmu, 0x60`. */
function headOf(map: DmaMap, device: MapDevice): string {
  const { ids, host } = device;
  const claim = device.claims[0];
  const who = nameOf(device);
  if (claim !== undefined) return t('{0} names {1}, which does not take it', who, nameOfPath(map, claim.iommu));
  if (ids.length > 0) {
    const to = [...new Set(ids.map(({ iommu }) => nameOfPath(map, iommu)))].join(', ');
    const texts = ids.slice(0, 3).map((id) => idText(id));
    return `${who} → ${to}, ${texts.join(', ')}${ids.length > 3 ? ', …' : ''}`;
  }
  if (!host) return t('{0} → memory', who);
  const behind = t('{0} behind {1}', host.isPci ? t('PCI functions') : t('Devices'), who);
  if (host.maps.length === 0) return t('{0} → memory', behind);
  const to = [...new Set(host.maps.map(({ iommu }) => nameOfPath(map, iommu)))].join(', ');
  const texts = host.maps.slice(0, 3).map((row) => mapRowText(row, host).to);
  if (host.maps.every(({ length }) => length <= 0)) return t('{0}: iommu-map names {1} and maps no ID', behind, to);
  return `${behind} → ${to}, ${texts.join(', ')}${host.maps.length > 3 ? ', …' : ''}`;
}

function plain(text: string): string {
  return text.replaceAll('`', '');
}
