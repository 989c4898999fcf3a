// SPDX-License-Identifier: MIT
// What a device's card on the map says, and by which words and numbers it is found.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { DeviceKind } from './device-kinds.ts';
import type { DmaMap, MapDevice, MapHost, MapId, MapProblem } from './dma-map.ts';
import { functionsOf, functionText, idLong, idText, mapRowText, nameOf, nameOfPath, opsText } from './names.ts';
import { sentence } from './outline.ts';
import type { Way } from './ways.ts';

/** An ID in short, and in full. */
export interface Chip {
  readonly text: string;
  readonly title: string;
}

/** IDs from the first to the last, each also with other bits where the mask has ones. */
export interface Stream {
  readonly first: number;
  readonly last: number;
  readonly mask: number;
  /** Of a row of `iommu-map`: the requester ID that has the first, and the bits of requester IDs that count. */
  readonly through?: { readonly first: number; readonly mask: number };
}

/** Requester IDs that a row of `iommu-map` covers once they are masked. */
export interface Requesters {
  readonly first: number;
  readonly last: number;
  /** Bits that count (`iommu-map-mask`). */
  readonly mask: number;
}

export interface Card {
  readonly path: string;
  readonly name: string;
  /** The node's own name, where the card is named by a label. */
  readonly node: string | null;
  readonly kind: DeviceKind;
  readonly way: Way;
  /** WHO → WHOM, by which ID · verdict · coherence · width. */
  readonly sentence: string;
  readonly chips: readonly Chip[];
  /** The IDs were named, but the IOMMU does not take them. */
  readonly refused: boolean;
  readonly facts: readonly string[];
  readonly problems: readonly MapProblem[];
  /** On another platform: what the board's own makes of the device, where that is something else. */
  readonly was: string | null;
  readonly doubts: readonly string[];
  /** What its probe waits for, and how long. */
  readonly waits: string | null;
  readonly streams: readonly Stream[];
  readonly requesters: readonly Requesters[];
  /** Lower case. */
  readonly words: string;
  /** Of a host bridge or another bus with IDs. */
  readonly bridge: Bridge | null;
}

export interface Bridge {
  readonly noun: string;
  readonly rows: readonly BridgeRow[];
  readonly msi: string | null;
}

/** From the functions (or IDs of the bus) to the IDs that they have at the IOMMU. */
export interface BridgeRow {
  readonly from: string;
  /** `null`: no IOMMU. */
  readonly to: string | null;
  readonly title: string;
  readonly functions: readonly Card[];
}

/** Looks of the lane that a card stands in. */
export interface CardPlace {
  /** Path of the lane's IOMMU. */
  readonly iommu: string | null;
  /** The mask that all IDs of the lane have. */
  readonly mask: number;
}

export function cardOf(map: DmaMap, device: MapDevice, place: CardPlace): Card {
  const { path, label, name, kind, way, ids, claims, problems, doubts, deferred, host } = device;
  const named = ids.length > 0 ? ids : claims.map((claim): MapId => ({ ...claim, kind: 'stream-id', mask: null }));
  const shown = named.filter(({ id }) => id !== null);
  return {
    path,
    name: nameOf(device),
    node: label === null ? null : name,
    kind,
    way,
    sentence: sentence(map, device),
    chips: shown.map((id) => ({ text: idText(id, place.mask), title: idLong(id) })),
    refused: ids.length === 0 && claims.length > 0,
    facts: factsOf(map, device),
    problems,
    was: map.was?.get(path) ?? null,
    doubts: doubts.map((doubt) => doubt.replaceAll('`', '')),
    waits: deferred
      ? t(
          'waits for {0}, {1}',
          nameOfPath(map, deferred.on),
          deferred.seconds === null ? t('without end') : `${deferred.seconds} s`,
        )
      : null,
    streams: [...shown.map(streamOf), ...(host ? host.maps.flatMap((row) => mappedStreams(row, host)) : [])],
    requesters: requestersOf(device),
    words: wordsOf(map, device),
    bridge: host && bridgeOf(map, device, host, place),
  };
}

function factsOf(map: DmaMap, { owner, bits, coherent, serves, madeBy }: MapDevice): string[] {
  return [
    ...(madeBy === null ? [] : [t('made by {0}', nameOfPath(map, madeBy))]),
    ...(owner === null ? [] : [owner]),
    ...(bits === null || bits >= 36 ? [] : [t('{0}-bit', bits)]),
    ...(coherent ? [t('coherent')] : []),
    ...(serves > 0 ? [t('serves {0}', serves)] : []),
  ];
}

function streamOf({ id, mask }: MapId): Stream {
  return { first: id ?? 0, last: id ?? 0, mask: mask ?? 0 };
}

function mappedStreams({ ridBase, outBase, length }: MapHost['maps'][number], { mask }: MapHost): Stream[] {
  if (length <= 0) return [];
  return [{ first: outBase, last: outBase + length - 1, mask: 0, through: { first: ridBase, mask } }];
}

function requestersOf({ rid, host }: MapDevice): Requesters[] {
  if (rid !== null) return [{ first: rid, last: rid, mask: 0xffff }];
  if (!host?.isPci) return [];
  return host.maps.flatMap(({ ridBase, length }) =>
    length <= 0 ? [] : [{ first: ridBase, last: ridBase + length - 1, mask: host.mask }],
  );
}

function wordsOf(map: DmaMap, device: MapDevice): string {
  const { path, label, compatible, owner, ids, problems } = device;
  const words = [
    path,
    label ?? '',
    ...compatible,
    owner ?? '',
    opsText(device),
    ...ids.map(({ iommu }) => nameOfPath(map, iommu)),
    ...problems.map(({ rule }) => rule),
  ];
  return words.join(' ').toLowerCase();
}

function bridgeOf(map: DmaMap, device: MapDevice, host: MapHost, place: CardPlace): Bridge {
  const functions = map.devices.filter(({ behind }) => behind === device.path);
  const card = (fn: MapDevice): Card => cardOf(map, fn, place);
  const rows = host.maps.map((row): BridgeRow => {
    const mapped = functionsOf(functions, row, host.mask);
    const { from, to } = mapRowText(row, host);
    return { from, to, title: rowTitle(map, row, host), functions: mapped.map(card) };
  });
  // Rows that lead to other IOMMUs are in their lanes; what no row covers is with the first.
  const all = map.devices.find(({ path }) => path === device.path)?.host?.maps ?? [];
  const told = new Set(all.flatMap((row) => functionsOf(functions, row, host.mask)));
  const others = all[0] === host.maps[0] ? functions.filter((fn) => !told.has(fn)) : [];
  const who = host.isPci ? t('functions') : t('devices');
  const rest: BridgeRow = {
    from: rows.length === 0 ? who : `other ${who}`,
    to: null,
    title: t('No row of iommu-map covers them: direct DMA'),
    functions: others.map(card),
  };
  return {
    noun: host.isPci ? t('PCI host bridge') : t('bus with IDs'),
    rows: rows.length === 0 || others.length > 0 ? [...rows, rest] : rows,
    msi: host.msi === null ? null : nameOfPath(map, host.msi),
  };
}

function rowTitle(map: DmaMap, { ridBase, length, outBase, iommu }: MapHost['maps'][number], host: MapHost): string {
  const at = nameOfPath(map, iommu);
  if (length <= 0) return t('The row has the length 0: no ID is mapped to {0} until a boot loader writes one', at);
  if (host.mask === 0) return t('iommu-map-mask is 0: all have the ID {0} at {1}', hex(outBase), at);
  const name = host.isPci ? functionText : hex;
  const last = length > 1 ? t(' to {0}', name(ridBase + length - 1)) : '';
  const out = length > 1 ? t('{0} to {1}', hex(outBase), hex(outBase + length - 1)) : hex(outBase);
  return t('{0}{1}: {2} at {3}', name(ridBase), last, out, at);
}
