// SPDX-License-Identifier: MIT
// What stands between a lane's devices and memory: an IOMMU, or that there is none.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { limitName } from '#wording/values.ts';
import { type DmaMap, groupCount, type MapDevice, type MapIommu, type MapProblem } from './dma-map.ts';
import { nameOf, nameOfPath } from './names.ts';

/**
 * `passes`: lets all its masters through untranslated; `refuses`: takes none of those that name it; `idle`: nobody names
 * it; `off`: disabled; `none`: there is no IOMMU.
 */
export type GateKind = 'translates' | 'passes' | 'grants' | 'xen' | 'refuses' | 'idle' | 'off' | 'none';

export interface GateLine {
  readonly text: string;
  /** How much of something is used, 0 to 1. */
  readonly used?: number;
}

export interface Gate {
  /** Of the IOMMU; `null` for several, or none. */
  readonly path: string | null;
  readonly name: string;
  readonly node: string | null;
  readonly kind: GateKind;
  readonly driver: string;
  readonly lines: readonly GateLine[];
  /** Suppliers that its own probe waits for. */
  readonly needs: readonly string[];
  readonly problems: readonly MapProblem[];
  readonly sentence: string;
}

export interface Masters {
  readonly iommu: MapIommu;
  readonly taken: readonly MapDevice[];
  readonly refused: readonly MapDevice[];
}

export function gateOf(map: DmaMap, masters: Masters, mask = 0): Gate {
  const { iommu, taken, refused } = masters;
  const kind = kindOf(masters);
  const driver = driverOf(iommu, kind);
  const counts = [
    counted(taken.length, t('master'), t('masters')),
    ...(refused.length > 0 ? [t('{0} refused', refused.length)] : []),
  ];
  return {
    path: iommu.path,
    name: nameOf(iommu),
    node: iommu.label === null ? null : iommu.name,
    kind,
    driver,
    lines: linesOf(map, masters, kind, mask),
    needs: iommu.needs.map((path) => nameOfPath(map, path)),
    problems: iommu.problems,
    sentence: `IOMMU ${nameOf(iommu)} · ${driver} · ${counts.join(', ')}`,
  };
}

function kindOf({ iommu, taken, refused }: Masters): GateKind {
  if (!iommu.enabled) return 'off';
  if (taken.some(({ way }) => way === 'grant')) return 'grants';
  if (iommu.ownedByXen) return 'xen';
  if (taken.length === 0) return refused.length > 0 ? 'refuses' : 'idle';
  return taken.every(({ way }) => way === 'identity') ? 'passes' : 'translates';
}

function driverOf({ driver }: MapIommu, kind: GateKind): string {
  if (kind === 'off') return t('disabled');
  if (kind === 'xen') return t('driven by Xen');
  if (kind === 'grants') return t('no hardware: Xen grants');
  return driver ?? t('no driver of Linux');
}

function linesOf(map: DmaMap, { iommu, taken }: Masters, kind: GateKind, mask: number): GateLine[] {
  const lines: GateLine[] = [];
  const groups = groupCount(map, taken);
  if (iommu.enabled && iommu.contexts !== null) {
    const text = `${counted(groups, t('group'), t('groups'))}, ${counted(iommu.contexts, t('context'), t('contexts'))}`;
    lines.push({ text, used: portion(groups, iommu.contexts) });
  }
  if (iommu.main !== null) lines.push({ text: t('tables in {0}', nameOfPath(map, iommu.main)) });
  for (const { kind: what, used, available } of iommu.limits) {
    const name = limitName({ kind: what });
    if (available === null) lines.push({ text: `${used} ${name}` });
    else lines.push({ text: t('{0} of {1} {2}', used, available, name), used: portion(used, available) });
  }
  if (mask !== 0) lines.push({ text: t('mask {0} on every ID', hex(mask)) });
  const passing = taken.filter(({ way }) => way === 'identity').length;
  if (kind === 'passes') lines.push({ text: t('lets its masters through') });
  else if (passing > 0) lines.push({ text: t('{0} of {1} passed through', passing, taken.length) });
  if (kind === 'grants') lines.push({ text: t('a back end sees granted pages only') });
  if (kind === 'refuses') lines.push({ text: t('takes no master') });
  return lines;
}

/** Several IOMMUs that have next to nothing each. */
export function packedGate(all: readonly Masters[], kind: 'solo' | 'refusing'): Gate {
  const drivers = [...new Set(all.flatMap(({ iommu }) => (iommu.enabled ? (iommu.driver ?? []) : [])))];
  const refused = all.flatMap((each) => each.refused).length;
  const solo = kind === 'solo';
  const name = solo ? t('{0} IOMMUs', all.length) : t('Not translated');
  const text = solo
    ? t('one master each')
    : t(
        '{0} {1} IOMMUs that do not take them: direct DMA',
        counted(refused, t('device names'), t('devices name')),
        all.length,
      );
  return {
    path: null,
    name,
    node: null,
    kind: solo ? 'translates' : 'refuses',
    driver: drivers.join(', '),
    lines: [{ text }],
    needs: [],
    problems: [],
    sentence: `${name} · ${text}`,
  };
}

export function directGate(devices: readonly MapDevice[]): Gate {
  const bounced = devices.filter(({ way }) => way === 'bounced').length;
  const lines = [
    { text: counted(devices.length, t('master'), t('masters')) },
    ...(bounced > 0 ? [{ text: t('{0} bounced where memory is out of reach', bounced) }] : []),
  ];
  return {
    path: null,
    name: t('No IOMMU'),
    node: null,
    kind: 'none',
    driver: t('memory through dma-ranges alone'),
    lines,
    needs: [],
    problems: [],
    sentence: t('No IOMMU · {0}', lines.map(({ text }) => text).join(', ')),
  };
}

function portion(used: number, available: number): number {
  return available === 0 ? 1 : Math.min(1, used / available);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
