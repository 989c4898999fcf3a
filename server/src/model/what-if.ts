// SPDX-License-Identifier: MIT
// What a device would get on a platform that differs in one thing: another option, a driver more, another release.
import { existence } from '#model/devices/existence.ts';
import { supplierDriver } from '#model/devices/supplier-drivers.ts';
import { machineOf } from '#model/platform/machine.ts';
import { withOption } from '#model/platform/other-platform.ts';
import { fwDevlink, isEnabled, optionsOf } from '#model/platform/platform.ts';
import type { KernelVersion, Platform } from '#model/platform/types.ts';
import type { DmaReport, Verdict } from '#model/report/types.ts';
import type { Elsewhere } from '#model/statements/what-if.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { configure } from './configure.ts';
import { driverNamed } from './drivers/index.ts';

export interface Otherwise {
  readonly when: Elsewhere;
  readonly verdict: Verdict;
  /** For Xen grants. */
  readonly backendDomid?: number;
}

/**
 * The alternatives worth knowing for a device: each condition that the answer hangs on and that is unknown; the option or driver that decides it; the nearest older and the nearest newer release that do otherwise.
 */
export function otherwise(tree: DeviceTree, platform: Platform, report: DmaReport): Otherwise[] {
  const node = nodeByPath(tree, report.path);
  if (!node || platform.kind === 'zephyr' || report.verdict === 'no-device') return [];
  // A function with a node of its own is found by the node.
  const byNode = report.rid === undefined || existence(machineOf(tree, platform), node).bus === 'pci';
  const rid = byNode ? {} : { rid: Number(report.rid) };
  const ask = (other: Platform): DmaReport => configure(tree, other, node, rid);
  const differs = (other: Platform, when: Elsewhere): Otherwise[] => {
    const { verdict, xen } = ask(other);
    if (verdict === report.verdict) return [];
    return [{ when, verdict, ...(xen?.backendDomid !== undefined && { backendDomid: xen.backendDomid }) }];
  };
  const unknown = (report.alternatives ?? []).map(
    ({ when, verdict }): Otherwise => ({ when: { kind: 'turned-out', alternative: when }, verdict }),
  );
  const known = new Set(unknown.map(({ verdict }) => verdict));
  const options = changes(tree, platform, report).flatMap(({ when, platform: other }) => differs(other, when));
  return [
    ...unknown,
    ...options.filter(({ verdict }) => !known.has(verdict)).slice(0, 1),
    ...releases(platform, report, ask),
  ];
}

interface Change {
  readonly when: Elsewhere;
  readonly platform: Platform;
}

/** Changes of the command line or the configuration that may decide the answer, the likeliest first. */
function changes(tree: DeviceTree, platform: Platform, report: DmaReport): Change[] {
  const given = optionsOf(platform);
  const option = (text: string): Change => ({
    when: { kind: 'with-option', option: text },
    platform: withOption(platform, text),
  });
  switch (report.verdict) {
    case 'iommu-dma':
      return [option('iommu.passthrough=1')];
    case 'iommu-dma-fq':
      return [option('iommu.strict=1')];
    case 'iommu-identity':
      return [option('iommu.passthrough=0')];
    case 'defer':
    case 'defer->direct': {
      const awaited = nodeByPath(tree, report.deferred?.on ?? '');
      const waiting = [
        ...(given.deferredProbeTimeout === undefined ? [] : [option('deferred_probe_timeout=10')]),
        ...(fwDevlink(platform).value.mode === 'off' ? [] : [option('fw_devlink=permissive')]),
      ];
      return [...(awaited ? builtDriver(platform, awaited) : []), ...waiting];
    }
    case 'direct':
    case 'direct+swiotlb':
      return builtDrivers(platform, report);
    default:
      return [];
  }
}

/** The kernel with the driver that is waited for. */
function builtDriver(platform: Platform, awaited: DtNode): Change[] {
  for (let node: DtNode | undefined = awaited; node; node = node.parent) {
    const driver = supplierDriver(platform, node);
    if (driver?.state === 'off' && driver.symbol !== undefined) return [built(platform, driver.symbol)];
  }
  return [];
}

/** The kernel with the driver of an IOMMU that the device names, or with restricted pools. */
function builtDrivers(platform: Platform, report: DmaReport): Change[] {
  const symbols = report.iommus.flatMap(({ driver }) => driverNamed(driver ?? '')?.config ?? []);
  return [...symbols, 'DMA_RESTRICTED_POOL']
    .filter((symbol) => isEnabled(platform, symbol) === 'off')
    .map((symbol) => built(platform, symbol));
}

function built(platform: Platform, symbol: string): Change {
  const kernelConfig = new Map(platform.kernelConfig).set(symbol, 'y');
  return { when: { kind: 'with-symbol', symbol }, platform: { ...platform, kernelConfig } };
}

/** The first and the last release that the model knows, and those that live long. */
const LONG_TERM: readonly KernelVersion[] = [
  [4, 19],
  [5, 4],
  [5, 10],
  [5, 15],
  [6, 1],
  [6, 6],
  [6, 12],
  [6, 18],
  [7, 2],
];

/** Every release from 4.19 to 7.2, by its place in this row. */
const RELEASES: readonly KernelVersion[] = [
  [4, 19],
  [4, 20],
  ...Array.from({ length: 20 }, (_, minor) => [5, minor] as const),
  ...Array.from({ length: 20 }, (_, minor) => [6, minor] as const),
  ...Array.from({ length: 3 }, (_, minor) => [7, minor] as const),
];

/** The nearest older and newer long-term release with another verdict, narrowed down to the release that changed it. */
function releases(platform: Platform, report: DmaReport, ask: (platform: Platform) => DmaReport): Otherwise[] {
  const place = (version: KernelVersion): number =>
    RELEASES.findIndex(([major, minor]) => major === version[0] && minor === version[1]);
  const own = place(platform.kernelVersion);
  if (own < 0) return [];
  const at = (index: number): Verdict => ask({ ...platform, kernelVersion: RELEASES[index] ?? [6, 12] }).verdict;
  const found: Otherwise[] = [];
  for (const step of [-1, 1]) {
    const others = LONG_TERM.map(place).filter((index) => (index - own) * step > 0);
    let same = own;
    for (const other of step < 0 ? others.reverse() : others) {
      if (at(other) === report.verdict) {
        same = other;
        continue;
      }
      const { first, last } = boundary(same, other, (index) => at(index) === report.verdict);
      const name = (index: number): string => RELEASES[index]?.join('.') ?? '';
      const when: Elsewhere =
        step < 0 ? { kind: 'before-release', release: name(first) } : { kind: 'since-release', release: name(last) };
      found.push({ when, verdict: at(last) });
      break;
    }
  }
  return found;
}

/** The neighbours between which the answer changes: `first` is still the same, `last` no longer. */
function boundary(
  same: number,
  other: number,
  isSame: (index: number) => boolean,
): { readonly first: number; readonly last: number } {
  let [first, last] = [same, other];
  while (Math.abs(last - first) > 1) {
    const middle = Math.trunc((first + last) / 2);
    if (isSame(middle)) first = middle;
    else last = middle;
  }
  return { first, last };
}
