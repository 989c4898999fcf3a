// SPDX-License-Identifier: MIT
// What a booted Linux said, as an observation: per device, only what the kernel itself decided, nothing of our own model.
import { own } from '#base/own.ts';
import type { Observation, ObservedDevice } from './observation.ts';
import { hex, type Probe, probeFields, type Range } from './probe-line.ts';

/** Kernel messages about a device's DMA set-up; what else is in the log does not count. */
const relevant = [
  /Adding to iommu group/,
  /Removing from iommu group/,
  /ignoring dependency/,
  /deferred probe pending/,
  /could not (get|find)/,
  /#iommu-cells/,
  /(iommu|msi)-map/,
  /already in tree/,
  /Aliasing StreamID/,
  /out of range for/,
  /translation of DMA address/,
  /specified DMA range/,
  /retaining platform DMA ops/,
  /non-direct mapping/,
  /IOVA region/,
  /reserved memory node/,
  /dependency cycle/,
  /DMA mask not set/,
  /not trusted/,
  /default IOMMU domain/,
  /global-interrupts|context irq|mmu-masters|MMIO region too small/,
  /iommu params|probe with driver .* failed/,
  /overflow 0x/,
  /no non-coherent operations|no IRQ resources/,
];

/** `virtio-mmio a003e00.virtio_mmio: Adding to iommu group 3` has a number that depends on the order of probing. */
export const withoutGroupNumber = (line: string): string => line.replace(/iommu group \d+/, 'iommu group N');

/** The words that lines of a snapshot begin with, and what is collected of each. */
const KINDS = [
  'device',
  'link',
  'group',
  'deferred',
  'devlink',
  'trace',
  'ram',
  'bounce',
  'wire',
  'read',
  'log',
  'kernel',
] as const;

type Kinds = Readonly<Record<(typeof KINDS)[number], string[]>>;

/** Collects lines by their first word. */
function sortLines(lines: readonly string[]): Kinds {
  const kinds = Object.fromEntries(KINDS.map((kind) => [kind, [] as string[]])) as Kinds;
  for (const line of lines) {
    const [word = '', rest] = [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)];
    if (Object.hasOwn(kinds, word)) kinds[word as keyof Kinds].push(rest);
  }
  return kinds;
}

/** What sysfs links say: device name → driver, node, iommu_group, iommu. */
type Links = Readonly<Partial<Record<'of_node' | 'driver' | 'iommu_group' | 'iommu', string>>>;

function readLinks(links: readonly string[]): Map<string, Links> {
  const found = new Map<string, Record<string, string>>();
  for (const line of links) {
    const [, name, kind, target] = /^[^/]+\/devices\/(.*)\/([a-z_]+) (.*)$/.exec(line) ?? [];
    if (name === undefined || kind === undefined || target === undefined) continue;
    const entry = found.get(name) ?? {};
    const node = /firmware\/devicetree\/base(.*)$/.exec(target)?.[1];
    entry[kind] ??= kind === 'of_node' ? node || '/' : kind === 'iommu' ? target : (target.split('/').at(-1) ?? '');
    found.set(name, entry);
  }
  return found;
}

interface Group {
  type: string | null;
  readonly reserved: { readonly start: string; readonly end: string; readonly type: string }[];
}

function readGroups(lines: readonly string[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const line of lines) {
    const [, id, what, value] = /^(\d+)\/(\w+):(.*)$/.exec(line) ?? [];
    if (id === undefined || value === undefined) continue;
    const group: Group = groups.get(id) ?? { type: null, reserved: [] };
    if (what === 'type') group.type = value;
    if (what === 'reserved_regions') {
      const [start = '0', end = '0', type = ''] = value.split(' ');
      group.reserved.push({ start: hex(start), end: hex(end), type });
    }
    groups.set(id, group);
  }
  return groups;
}

/** Linux names the supplier that a device link waits for, and nothing when it was a driver that asked to wait. */
const reasonOf = (text: string | undefined) => (text === undefined ? null : text.trim() || 'no reason given');

/** Whether the windows that Linux gave the device hold all of memory; 6.1 shows only how much they hold together. */
interface Bank {
  readonly start: bigint;
  readonly end: bigint;
}

function reachesAll({ dmaLimit, dmaRanges, reach }: Device, memory: readonly Bank[]): boolean {
  if (dmaLimit === null) return true;
  if (dmaRanges.length === 0)
    return BigInt(reach ?? 0) >= memory.reduce((sum, { start, end }) => sum + end - start + 1n, 0n);
  const windows = dmaRanges.map(({ cpuStart, size }) => ({
    start: BigInt(cpuStart),
    end: BigInt(cpuStart) + BigInt(size) - 1n,
  }));
  return memory.every((bank) => {
    let at = bank.start;
    for (const { start, end } of windows.sort((a, b) => (a.start < b.start ? -1 : 1))) {
      if (start <= at && end >= at) at = end + 1n;
    }
    return at > bank.end;
  });
}

const VERDICT_OF_TYPE: Readonly<Record<string, string>> = {
  DMA: 'iommu-dma',
  'DMA-FQ': 'iommu-dma-fq',
  identity: 'iommu-identity',
};

/** The device's end state in the words of contracts.md section 3, `null` where Linux never asked about its DMA. */
function verdictOf(device: Device, memory: readonly Bank[]): string | null {
  if (device.bus === 'i2c' || device.bus === 'spi') return 'not-configured';
  if (device.deferred !== null) return 'defer';
  if (device.ops === 'xen_swiotlb_dma_ops') return 'xen-swiotlb';
  if (device.ops === 'xen_grant_dma_ops') return 'xen-grant';
  if (device.ops === undefined) return null;
  if (device.coherent === null && device.driver === null) return null;
  if (device.log.some((line) => line.includes('retaining platform DMA ops'))) return 'direct';
  if (device.group !== null) {
    return own(VERDICT_OF_TYPE, device.type ?? '') ?? device.type;
  }
  if (device.log.some((line) => line.includes('ignoring dependency'))) return 'defer->direct';
  if (device.log.some((line) => line.includes('assigned reserved memory node restricted'))) return 'restricted-pool';
  return reachesAll(device, memory) ? 'direct' : 'direct+swiotlb';
}

const escaped = (word: string) => word.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&');

/** `virtio-mmio a003e00.virtio_mmio: …` and `… for device a003e00.virtio_mmio; …` speak of that device. */
const namesDevice = (line: string, name: string) =>
  new RegExp(`(^[^ ]+ ${escaped(name)}: )|( device ${escaped(name)}; )`).test(line);

/** `OF: /virtio_mmio@a003e00: …` speaks of that node. */
const speaksOf = (line: string, name: string, node?: string) =>
  namesDevice(line, name) || (node !== undefined && line.startsWith(`OF: ${node}: `));

/** The one line about a map that says which function it was for. */
const untranslated = (line: string, rid: string) =>
  /no iommu-map translation for id 0x([0-9a-f]+) /.exec(line)?.[1] === requesterId(rid).toString(16);

/** `01:02.3` as a requester ID. */
export function requesterId(rid: string): number {
  const [bus = 0, device = 0, fn = 0] = rid.split(/[:.]/).map((part) => Number.parseInt(part, 16));
  return (bus << 8) | (device << 3) | fn;
}

function logOf(log: readonly string[], { name, node, rid }: Device): string[] {
  return log.filter((line) => {
    if (rid !== null) return speaksOf(line, name) || untranslated(line, rid);
    return speaksOf(line, name, node) && !/iommu-map/.test(line);
  });
}

/** `name="…" KEY=VALUE` of the lines of one probe, hit from a function whose name `caller` matches: device name → value. */
function shown(trace: readonly string[], probe: string, caller: string, key: string): Map<string, string> {
  const pattern = new RegExp(`^${probe}: \\(${caller}.* name="([^"]*)" ${key}=(\\S+)`);
  return new Map(
    trace.flatMap((line) => {
      const [, name, value] = pattern.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/**
 * What the device was told to find its ring at, when Linux and QEMU name the same address: `grant`, which is bit 63 with a
 * grant reference (drivers/xen/grant-dma-ops.c:grant_to_dma), or `memory`.
 */
function ringOf(address: string | undefined, wire: readonly string[]): string | null {
  if (address === undefined) return null;
  if (!wire.includes(address)) return `${address}, which no device was given`;
  return BigInt(address) >> 63n === 1n ? 'grant' : 'memory';
}

/**
 * Since 6.15 `iommu_probe_device` itself configures DMA, before the default domain is set up; the same again is shown at
 * the probe of a driver, and of a device without one only that.
 */
function shownTooEarly(release: string | undefined, { driver, iommu_group: group }: Links): boolean {
  const [major = 0, minor = 0] = (release ?? '').split('.').map(Number);
  return driver === undefined && group !== undefined && (major > 6 || minor >= 15);
}

/** `…/40000000.pcie/pci0000:00/0000:00:02.0`: the device above the root bus, whatever its name ends in. */
const hostBridgeOf = (target: string) => /([^/]+)\/pci[0-9a-f]{4,}:[0-9a-f]{2}\//.exec(target)?.[1];

/** Devices that stand for no node and for no PCI function say nothing about a tree. */
interface Device {
  node: string;
  rid: string | null;
  name: string;
  bus: string;
  verdict: string | null;
  driver: string | null;
  coherent: boolean | null;
  dmaLimit: string | null;
  dmaRanges: readonly Range[];
  reach: string | null;
  ops: string | null | undefined;
  domid: number | null;
  ring: string | null;
  iommu: string | null;
  ids: readonly number[] | null;
  iommuOps: boolean | null;
  group: string | number | null;
  type: string | null;
  reserved: Group['reserved'];
  waited: string | null;
  deferred: string | null;
  bounced: boolean | null;
  log: readonly string[];
}

function readDevices(kinds: Kinds): Device[] {
  const links = readLinks(kinds.link);
  const nodeOf = (name: string | undefined) => (name === undefined ? undefined : links.get(name)?.of_node);
  const probes = new Map<string | undefined, Probe>(
    kinds.trace.filter((line) => line.startsWith('dma:')).map((line) => [probeFields(line).name, probeFields(line)]),
  );
  const waiting = (when: string) =>
    new Map(
      kinds.deferred
        .filter((line) => line.startsWith(when))
        .map((line) => {
          const [name = '', reason = ''] = line.slice(when.length + 1).split('\t');
          return [name, reason] as const;
        }),
    );
  const [early, end] = [waiting('early'), waiting('end')];
  const groups = readGroups(kinds.group);
  const xenOps = shown(kinds.trace, 'ops', '', 'ops');
  const domains = shown(kinds.trace, 'domain', 'xen_grant_dma_', 'domid');
  const rings = shown(kinds.trace, 'ring', 'vring_', 'address');
  return kinds.device.flatMap((line) => {
    const [, bus, name, target] = /^(\w+)\/devices\/(\S+) (.*)$/.exec(line) ?? [];
    if (bus === undefined || name === undefined || target === undefined) return [];
    const link: Links = links.get(name) ?? {};
    if (bus === 'i2c' && name.startsWith('i2c-')) return [];
    const node = bus === 'pci' ? nodeOf(hostBridgeOf(target)) : link.of_node;
    if (node === undefined) return [];
    const probe = probes.get(name);
    const group = link.iommu_group;
    const iommu =
      link.iommu
        ?.split('/')
        .map(nodeOf)
        .find((node) => node !== undefined) ?? null;
    return {
      node,
      rid: bus === 'pci' ? name.slice(5) : null,
      name,
      bus,
      verdict: null,
      driver: link.driver ?? null,
      coherent: probe?.coherent ?? null,
      dmaLimit: probe?.dmaLimit ?? null,
      dmaRanges: probe?.dmaRanges ?? [],
      reach: probe?.reach ?? null,
      // On Xen alone the guest looks at them, and not at the devices that were bound before it.
      ops: xenOps.size > 0 ? xenOps.get(name)?.replace(/\+0x0\/.*/, '') : null,
      domid: domains.has(name) ? Number(domains.get(name)) : null,
      ring: ringOf(rings.get(name), kinds.wire),
      iommu,
      ids: probe?.ids ?? null,
      iommuOps: shownTooEarly(kinds.kernel[0], link) ? null : (probe?.iommuOps ?? null),
      group: group ?? null,
      type: groups.get(group ?? '')?.type ?? null,
      reserved: groups.get(group ?? '')?.reserved ?? [],
      waited: reasonOf(early.get(name)),
      deferred: reasonOf(end.get(name)),
      bounced:
        kinds.read.length > 0 && group === undefined && link.driver === 'virtio-pci'
          ? kinds.bounce.includes(name)
          : null,
      log: [],
    };
  });
}

/** Numbers groups by their first member's name, so that the order of probing leaves no trace. */
function renumber(devices: readonly Device[]): void {
  const numbers = new Map<string | number, number>();
  for (const device of devices) {
    if (device.group === null) continue;
    if (!numbers.has(device.group)) numbers.set(device.group, numbers.size);
    device.group = numbers.get(device.group) ?? null;
  }
}

/** Leaves out what a device has not: a reader takes an absent field as `null`, or as none. */
const compact = ({ reach: _reach, ...device }: Device) =>
  Object.fromEntries(
    Object.entries(device).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  ) as unknown as ObservedDevice;

/** An observation with what only people read. */
export interface Observed extends Observation {
  readonly dmaZoneEnd: string | null;
  readonly defaultDomain: readonly string[];
}

/** The observation of one boot, plain data, the same for two boots of the same tree on the same kernel. */
export function observe(lines: readonly string[]): Observed {
  const kinds = sortLines(lines);
  const memory = kinds.ram.map((range) => {
    const [start = 0n, end = 0n] = range.split('-').map((address) => BigInt(`0x${address}`));
    return { start, end };
  });
  const devices = readDevices(kinds).sort((a, b) => (a.name < b.name ? -1 : 1));
  renumber(devices);
  const log = kinds.log.filter((line) => relevant.some((kind) => kind.test(line))).map(withoutGroupNumber);
  for (const device of devices) {
    device.log = [...new Set(logOf(log, device))];
    device.verdict = verdictOf(device, memory);
  }
  const circles = log.filter((line) => /^\/\S*: Fixed dependency/.test(line)).sort();
  const zone = kinds.log
    .map((line) => /^ +DMA +\[mem 0x\w+-(0x\w+)\]/.exec(line)?.[1])
    .find((end) => end !== undefined);
  return {
    kernel: kinds.kernel[0] ?? '',
    dmaZoneEnd: zone === undefined ? null : hex(zone),
    defaultDomain: kinds.log.filter((line) => line.startsWith('iommu: ')).map((line) => line.trim()),
    log: [...new Set(log.filter((line) => /^(OF|iommu): |^specified DMA range/.test(line)))].sort(),
    ...(circles.length > 0 && { circles }),
    ...(kinds.devlink.length > 0 && { links: kinds.devlink.sort() }),
    devices: devices.filter((device) => device.verdict !== null).map(compact),
    undecided: devices.filter((device) => device.verdict === null).map((device) => device.rid ?? device.node ?? ''),
  };
}
