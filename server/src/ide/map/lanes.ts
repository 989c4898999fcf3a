// SPDX-License-Identifier: MIT
// The map of a board's DMA, before anybody draws it: lanes with devices on the left, the gate that translates them in the
// middle, memory on the right. The editor's map and `dt-iommu graph` draw the same lanes.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { someOf } from '#wording/values.ts';
import { type Card, type CardPlace, cardOf } from './cards.ts';
import { DEVICE_KINDS, type DeviceKind } from './device-kinds.ts';
import { type DmaMap, type MapDevice, type MapIommu, mastersOf, withoutIommu } from './dma-map.ts';
import { directGate, type Gate, gateOf, packedGate } from './gates.ts';
import { type Headline, headlineOf } from './headline.ts';
import { commonMask, nameOf, nameOfPath, WAYS } from './names.ts';
import { baseOf, ownerName, parentOf, seriesOf } from './series.ts';
import type { Way } from './ways.ts';

/** Siblings that differ only in their IDs. */
export interface Series {
  readonly key: string;
  readonly name: string;
  /** `of remoteproc_adsp`. */
  readonly of: string;
  /** `0xc01…0x19c8`, of all of them. */
  readonly ids: string | null;
  readonly way: Way;
  readonly cards: readonly Card[];
}

export type Item = { readonly card: Card } | { readonly series: Series };

/** Devices that share an address space, or a domain of Xen. */
export interface Frame {
  readonly title: string;
  readonly note: string;
  readonly items: readonly Item[];
}

/** Cards of one kind of device, in the lane without an IOMMU. */
export interface Section {
  readonly title: string;
  readonly kind: DeviceKind;
  readonly items: readonly Item[];
}

/** A device beside its own IOMMU, or an IOMMU with those that it does not take. */
export interface Pair {
  readonly gate: Gate;
  readonly cards: readonly Card[];
}

export interface Lane {
  /** The same after an edit. */
  readonly key: string;
  readonly label: string;
  readonly gate: Gate;
  readonly bridges: readonly Card[];
  readonly frames: readonly Frame[];
  readonly items: readonly Item[];
  readonly sections: readonly Section[];
  readonly pairs: readonly Pair[];
  /** Devices that name the IOMMU, and that it does not take. */
  readonly refused: { readonly title: string; readonly cards: readonly Card[] } | null;
}

export interface Lanes {
  readonly headline: Headline;
  /** What is in the memory's place: back ends have the pages of a guest with grants. */
  readonly memory: string;
  /** How many devices there are of each kind of DMA, in the order of the legend. */
  readonly legend: readonly {
    readonly way: Way;
    readonly word: string;
    readonly title: string;
    readonly count: number;
  }[];
  readonly lanes: readonly Lane[];
  readonly idle: readonly Gate[];
  /** What is not in the tree, what is not shown. */
  readonly notes: readonly string[];
}

/** Names in a note; more are counted. */
const NAMED = 6;

/** So many lanes with one card each are one lane. */
const PACKED = 3;

const TITLES: Readonly<Record<Way, string>> = texts({
  translated: 'An IOMMU translates: dma-iommu',
  identity: 'Behind an IOMMU, untranslated: dma-direct',
  direct: 'No IOMMU: dma-direct',
  bounced: 'Memory out of reach is copied: dma-direct with swiotlb or a pool',
  grant: 'xen_grant_dma_ops: the back end sees granted pages only',
  dom0: 'xen_swiotlb_dma_ops: machine addresses',
  domain: 'Another domain has the device, Xen translates',
  refused: 'iommus names an IOMMU that does not take the device',
  waiting: 'The probe waits for a driver that may not come',
});

const SECTIONS: Readonly<Record<DeviceKind, string>> = {
  network: 'Network',
  storage: 'Storage',
  usb: 'USB',
  pci: 'PCI',
  graphics: 'Graphics',
  display: 'Display',
  video: 'Video',
  audio: 'Audio',
  dma: 'DMA controllers',
  crypto: 'Crypto',
  processor: 'Processors',
  virtio: 'virtio',
  other: 'Other',
};

interface Draft {
  readonly iommu: MapIommu;
  readonly taken: readonly MapDevice[];
  readonly refused: readonly MapDevice[];
}

export function lanesOf(map: DmaMap): Lanes {
  const drafts = map.iommus.map((iommu): Draft => {
    const masters = mastersOf(map, iommu);
    const isRefused = ({ way }: MapDevice) => way === 'refused';
    return { iommu, taken: masters.filter((each) => !isRefused(each)), refused: masters.filter(isRefused) };
  });
  const used = drafts.filter(({ taken, refused }) => taken.length + refused.length > 0).sort(heavierFirst);
  const isMain = ({ iommu }: Draft) => map.iommus.some(({ main }) => main === iommu.path);
  const idle = drafts.filter((draft) => !used.includes(draft) && !isMain(draft));
  const solo = packable(used.filter(isSolo));
  const refusing = packable(used.filter(({ taken }) => taken.length === 0));
  const own = used.filter((draft) => !solo.includes(draft) && !refusing.includes(draft));
  return {
    headline: headlineOf(map),
    memory: map.devices.some(({ way }) => way === 'grant') ? t('back ends') : 'RAM',
    legend: legendOf(map),
    lanes: [
      ...own.map((draft) => iommuLane(map, draft)),
      ...(solo.length > 0 ? [packedLane(map, solo, 'solo')] : []),
      ...directLane(map),
      ...(refusing.length > 0 ? [packedLane(map, refusing, 'refusing')] : []),
    ],
    idle: idle.map((draft) => gateOf(map, draft)),
    notes: notesOf(map),
  };
}

/** Those with masters first, then those with more. */
function heavierFirst(a: Draft, b: Draft): number {
  const weight = ({ taken, refused }: Draft) => (taken.length > 0 ? 1000 + 10 * taken.length : 0) + refused.length;
  return weight(b) - weight(a);
}

function isSolo({ iommu, taken, refused }: Draft): boolean {
  return taken.length === 1 && refused.length === 0 && taken[0]?.host === null && !iommu.ownedByXen;
}

function packable(drafts: readonly Draft[]): readonly Draft[] {
  return drafts.length >= PACKED ? drafts : [];
}

function legendOf({ devices }: DmaMap): Lanes['legend'] {
  return (Object.keys(WAYS) as Way[]).flatMap((way) => {
    const count = devices.filter((device) => device.way === way).length;
    if (count === 0) return [];
    const word = WAYS[way];
    return [{ way, word: `${word[0]?.toUpperCase()}${word.slice(1)}`, title: TITLES[way], count }];
  });
}

function iommuLane(map: DmaMap, draft: Draft): Lane {
  const { iommu, taken, refused } = draft;
  const mask = commonMask(
    iommu.streamMask,
    taken.flatMap(({ ids }) => ids),
  );
  const place: CardPlace = { iommu: iommu.path, mask };
  const bridges = taken.filter(({ host, ids }) => host !== null && ids.length === 0);
  const { shared, single } = groupsOf(taken.filter((device) => !bridges.includes(device)));
  const whole = shared.length === 1 && single.length === 0;
  return {
    ...laneOf(iommu.path, nameOf(iommu), gateOf(map, draft, mask)),
    bridges: bridges.map((device) => cardOf(map, device, place)),
    frames: shared.map((group) => frameOf(map, group, { place, whole })),
    items: itemsOf(map, single, place),
    refused: refused.length === 0 ? null : { title: refusedTitle(draft), cards: cardsOf(map, refused, place) },
  };
}

function laneOf(key: string, label: string, gate: Gate): Lane {
  return { key, label, gate, bridges: [], frames: [], items: [], sections: [], pairs: [], refused: null };
}

/** Under Xen one frame for each domain, else one for each group with several members. */
function groupsOf(devices: readonly MapDevice[]): { readonly shared: MapDevice[][]; readonly single: MapDevice[] } {
  const groups = new Map<string, MapDevice[]>();
  for (const device of devices) {
    const key = device.owner ?? device.group ?? device.path;
    const known = groups.get(key);
    if (known) known.push(device);
    else groups.set(key, [device]);
  }
  const all = [...groups.values()];
  const isShared = (group: MapDevice[]) => group.length > 1 || (group[0]?.owner ?? null) !== null;
  return { shared: all.filter(isShared), single: all.filter((group) => !isShared(group)).flat() };
}

function frameOf(
  map: DmaMap,
  group: readonly MapDevice[],
  { place, whole }: { readonly place: CardPlace; readonly whole: boolean },
): Frame {
  const owner = group[0]?.owner ?? null;
  const note = whole ? t('all masters share one address space') : t('these share one address space');
  return {
    title: owner ?? t('One group'),
    note: owner === null ? note : t('its P2M'),
    items: itemsOf(map, group, place),
  };
}

function itemsOf(map: DmaMap, devices: readonly MapDevice[], place: CardPlace): Item[] {
  return seriesOf(devices).flatMap((group): Item[] => {
    const [first] = group;
    if (!first) return [];
    if (group.length === 1) return [{ card: cardOf(map, first, place) }];
    const ids = group.flatMap((device) => device.ids.flatMap(({ id }) => id ?? []));
    const of =
      first.madeBy === null ? t('of {0}', ownerName(map, first)) : t('made by {0}', nameOfPath(map, first.madeBy));
    const series: Series = {
      key: `${parentOf(first)} ${baseOf(first)} ${first.way}`,
      name: baseOf(first),
      of,
      ids: ids.length === 0 ? null : `${hex(Math.min(...ids))}…${hex(Math.max(...ids))}`,
      way: first.way,
      cards: group.toSorted(byName).map((device) => cardOf(map, device, place)),
    };
    return [{ series }];
  });
}

function byName(a: MapDevice, b: MapDevice): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}

function cardsOf(map: DmaMap, devices: readonly MapDevice[], place: CardPlace): Card[] {
  return devices.map((device) => cardOf(map, device, place));
}

function refusedTitle({ iommu, refused }: Draft): string {
  const one = refused.length === 1;
  if (!iommu.enabled)
    return t('{0} it; it is disabled: direct DMA', one ? t('1 device names') : t('{0} devices name', refused.length));
  return t('{0} named, but the driver does not take {1}: direct DMA', refused.length, one ? t('it') : t('them'));
}

/** IOMMUs that have next to nothing each, side by side. */
function packedLane(map: DmaMap, drafts: readonly Draft[], kind: 'solo' | 'refusing'): Lane {
  const pairs = drafts.map((draft): Pair => {
    const place: CardPlace = { iommu: draft.iommu.path, mask: draft.iommu.streamMask ?? 0 };
    return { gate: gateOf(map, draft), cards: cardsOf(map, [...draft.taken, ...draft.refused], place) };
  });
  const label =
    kind === 'solo'
      ? t('{0} IOMMUs with one master each', pairs.length)
      : t('{0} IOMMUs that take no master', pairs.length);
  return { ...laneOf(kind, label, packedGate(drafts, kind)), pairs };
}

function directLane(map: DmaMap): Lane[] {
  const devices = withoutIommu(map);
  if (devices.length === 0) return [];
  const place: CardPlace = { iommu: null, mask: 0 };
  const bridges = devices.filter(({ host }) => host !== null);
  const others = devices.filter(({ host }) => host === null);
  const sections = DEVICE_KINDS.flatMap((kind): Section[] => {
    const items = itemsOf(
      map,
      others.filter((device) => device.kind === kind),
      place,
    );
    return items.length === 0 ? [] : [{ title: SECTIONS[kind], kind, items }];
  });
  const gate = directGate(devices);
  return [{ ...laneOf('direct', gate.name, gate), bridges: cardsOf(map, bridges, place), sections }];
}

function notesOf({ doubts, left, gone = [] }: DmaMap): string[] {
  const open = doubts.map(({ text, count }) =>
    t('Not in the tree: {0} ({1} devices).', text.replaceAll('`', ''), count),
  );
  if (gone.length > 0) open.unshift(t('Not on this platform: {0}.', someOf(gone, NAMED)));
  const parts = [
    ...(left.none > 0 ? [t('{0} devices that do no DMA', left.none)] : []),
    ...(left.through > 0 ? [t('{0} that let a DMA controller do it', left.through)] : []),
  ];
  return parts.length === 0 ? open : [...open, t('Not shown: {0}.', parts.join(', '))];
}
