// SPDX-License-Identifier: MIT
// The one sentence over the map: how many devices get what, through whom.
import { t } from '#base/language.ts';
import type { DmaMap, MapDevice } from './dma-map.ts';
import { nameOf, nameOfPath } from './names.ts';
import type { Way } from './ways.ts';

/** In pieces, so that numbers and names stand out. */
export type Headline = readonly { readonly text: string; readonly as?: 'count' | 'name' }[];

/** Names that are listed; more are counted. */
const NAMED = 3;

export function headlineOf(map: DmaMap): Headline {
  const { iommus, devices } = map;
  if (iommus.length === 0)
    return [count(t('No IOMMU in this tree')), plain(t('. Every master reaches memory directly.'))];
  if (iommus.every(({ enabled }) => !enabled)) {
    const names = iommus.slice(0, NAMED).map(nameOf).join(', ');
    return [
      count(t('No IOMMU is on')),
      plain(t(': ')),
      name(names),
      plain(iommus.length === 1 ? t(' is disabled.') : t(' are disabled.')),
    ];
  }
  const parts = [
    translated(map),
    passed(map),
    counted(devices, 'grant', (n) => t('{0} {1} pages to back ends', n, n === 1 ? t('grants its') : t('grant their'))),
    counted(devices, 'dom0', (n) => t('{0} of dom0', n)),
    owned(devices),
    counted(
      devices,
      'refused',
      (n) => `${n} ${n === 1 ? t('names an IOMMU that does not take it') : t('name an IOMMU that does not take them')}`,
    ),
    counted(devices, 'direct', (n) => t('{0} direct', n)),
    counted(devices, 'bounced', (n) => t('{0} bounced', n)),
    counted(devices, 'waiting', (n) => (n === 1 ? t('{0} waits', n) : t('{0} wait', n))),
  ].filter((part) => part.length > 0);
  if (parts.length === 0) return [plain(t('No device of this board does DMA.'))];
  return parts.flatMap((part, index) => [...(index === 0 ? [] : [plain(t(', '))]), ...part]).concat(plain(t('.')));
}

function translated(map: DmaMap): Headline {
  const found = map.devices.filter(({ way }) => way === 'translated');
  return found.length === 0 ? [] : [count(t('{0} translated', found.length)), plain(t(' by ')), ...gates(map, found)];
}

function passed(map: DmaMap): Headline {
  const found = map.devices.filter(({ way }) => way === 'identity');
  const verb = found.length === 1 ? t('passes') : t('pass');
  return found.length === 0 ? [] : [count(t('{0} {1} through', found.length, verb)), plain(' '), ...gates(map, found)];
}

function gates(map: DmaMap, devices: readonly MapDevice[]): Headline {
  const paths = [
    ...new Set(devices.flatMap(({ ids, host }) => [...ids, ...(host?.maps ?? [])]).map(({ iommu }) => iommu)),
  ];
  return paths.length > NAMED
    ? [plain(t('{0} IOMMUs', paths.length))]
    : [name(paths.map((path) => nameOfPath(map, path)).join(', '))];
}

/** Of each domain of Xen. */
function owned(devices: readonly MapDevice[]): Headline {
  const owners = new Map<string, number>();
  for (const { way, owner } of devices) {
    if (way === 'domain' && owner !== null) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return [...owners].flatMap(([owner, many], index) => [
    ...(index === 0 ? [] : [plain(t(', '))]),
    count(t('{0} of ', many)),
    name(owner),
  ]);
}

function counted(devices: readonly MapDevice[], way: Way, text: (count: number) => string): Headline {
  const found = devices.filter((device) => device.way === way).length;
  return found === 0 ? [] : [count(text(found))];
}

function plain(text: string): Headline[number] {
  return { text };
}

function count(text: string): Headline[number] {
  return { text, as: 'count' };
}

function name(text: string): Headline[number] {
  return { text, as: 'name' };
}
