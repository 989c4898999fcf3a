// SPDX-License-Identifier: MIT
// What a finding of a log means on a board: the nodes it is about, and why it came, as far as the tree tells.

import { isPciBus, parentOf, ranges, regRange } from '#model/addresses/addresses.ts';
import { memoryBanks } from '#model/addresses/memory.ts';
import { deviceName, functionName } from '#model/devices/device-name.ts';
import { disabledAbove } from '#model/devices/existence.ts';
import { driverFor } from '#model/drivers/index.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { bootWaits } from '#model/probe/boot-order.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { DmaReport, Step, Verdict } from '#model/report/types.ts';
import type { Reason } from '#model/statements/index.ts';
import { cells, cellTarget, compatibles, isAvailable, nodeByPath, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { mastersOf, nearest, type Owner, ownersOf } from './owners.ts';
import type { LogFinding } from './reader.ts';
import { eventName } from './smmu-event.ts';

/** Why an access was refused; the words are in wording/log.ts. */
export type LogCause =
  /** The topic says it all. */
  | { readonly kind: 'topic' }
  /** No node of the tree has the name that stands in the line. */
  | { readonly kind: 'no-node'; readonly name: string }
  /** No node lists the ID at this IOMMU. */
  | { readonly kind: 'nobody'; readonly nearest: readonly { readonly path: string; readonly id: number }[] }
  | { readonly kind: 'owner-off'; readonly path: string; readonly off: string }
  /** Linux gives the device no translation, and it does its DMA through the IOMMU all the same. */
  | {
      readonly kind: 'untranslated';
      readonly path: string;
      readonly verdict: Verdict;
      readonly step: Step | undefined;
    }
  /** The IOMMU lets the device through until its driver attaches a domain of its own, in which the address is not mapped. */
  | { readonly kind: 'own-domain'; readonly path: string; readonly address: LogCause }
  | {
      readonly kind: 'waits';
      readonly path: string;
      readonly on: string;
      readonly property: string | null;
      readonly why: Reason | undefined;
    }
  /** The address is inside a reserved region, which the device's node names or not. */
  | { readonly kind: 'in-region'; readonly region: string; readonly listed: boolean; readonly mapped: boolean }
  | { readonly kind: 'in-ram' }
  | { readonly kind: 'in-registers'; readonly path: string; readonly msi: boolean }
  | { readonly kind: 'above-limit'; readonly limit: string }
  | { readonly kind: 'permission' }
  /** What an SMMUv3 had for the stream did not let it look for a mapping at all; the event's name in Linux. */
  | { readonly kind: 'stream-event'; readonly event: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'unmapped' };

export interface LogAnswer {
  readonly finding: LogFinding;
  /** The node of the device that printed the line. */
  readonly by: DtNode | undefined;
  /** The IOMMU in question, where the line is about one. */
  readonly iommu: DtNode | undefined;
  /** The ID in the line, in the driver's own numbers. */
  readonly id: number | undefined;
  /** The devices it is about. */
  readonly owners: readonly Owner[];
  /** Another node that the line names: a region, a supplier, the device that has the ID. */
  readonly other: DtNode | undefined;
  readonly cause: LogCause;
}

export type Ask = (node: DtNode, rid?: number) => DmaReport;

/** What is asked for a log's answers. */
export interface LogBoard {
  readonly machine: Machine;
  readonly report: Ask;
}

/** `undefined` where the line has nothing to do with DMA on this board (a probe of something else that failed). */
export function answerTo({ machine, report }: LogBoard, finding: LogFinding): LogAnswer | undefined {
  const { row, values } = finding;
  const name = finding.device ?? values.get('who');
  const by = name === undefined ? undefined : named(machine, name);
  const where = values.get('node');
  const other = otherNode(machine, finding);
  const base = { finding, by: by?.node, id: idOf(values), other };
  if (row.named === 'iommu') return ofIommu({ machine, report }, { ...base, name, rid: by?.rid });
  if (where !== undefined && name === undefined) {
    const node = other ?? nodeByPath(machine.tree, where);
    const cause: LogCause = node ? { kind: 'topic' } : { kind: 'no-node', name: where };
    return { ...base, iommu: undefined, owners: [], other: node, cause };
  }
  if (name === undefined) return { ...base, iommu: undefined, owners: [], cause: { kind: 'topic' } };
  // Of a device that no node is, only the name of its driver tells whether the line is about an IOMMU.
  if (!by && !/mmu|dart/.test(values.get('driver') ?? 'iommu')) return undefined;
  if (!by) return { ...base, iommu: undefined, owners: [], cause: { kind: 'no-node', name } };
  const cause = WAITS.includes(row.topic) ? waitCause(machine, by.node) : undefined;
  const isIommu = driverFor(by.node, machine.platform.kernelVersion) !== undefined;
  // A driver that fails is of interest where others wait for what it makes.
  if (values.has('driver') && !isIommu) return undefined;
  const place = isIommu
    ? { iommu: by.node, owners: mastersOf(machine, by.node) }
    : { iommu: undefined, owners: [itself(by)] };
  return { ...base, ...place, cause: cause ?? { kind: 'topic' } };
}

const WAITS: readonly string[] = ['timeout', 'pending', 'no-supplier-driver'];

interface FromIommu {
  readonly finding: LogFinding;
  readonly by: DtNode | undefined;
  readonly id: number | undefined;
  readonly other: DtNode | undefined;
  readonly name: string | undefined;
  readonly rid: number | undefined;
}

function ofIommu({ machine, report }: LogBoard, from: FromIommu): LogAnswer {
  const { finding, by, id, other, name, rid } = from;
  const base = { finding, by, id, other };
  const iommu = by && rid === undefined ? by : onlyIommuOf(machine, name ?? '');
  const client = named(machine, finding.values.get('client') ?? '');
  if (!iommu) {
    const owners = client ? [itself(client)] : [];
    return { ...base, iommu, owners, cause: { kind: 'no-node', name: name ?? '' } };
  }
  const found = id === undefined ? mastersOf(machine, iommu) : ownersOf(machine, iommu, id);
  const owners = found.length === 0 && client ? [itself(client)] : found;
  if (!isFault(finding)) return { ...base, iommu, owners, cause: { kind: 'topic' } };
  if (id !== undefined && owners.length === 0)
    return { ...base, iommu, owners, cause: { kind: 'nobody', nearest: nearest(machine, iommu, id) } };
  const [only] = owners;
  const alone = owners.length === 1 ? only : undefined;
  const cause = (alone && faultCause(machine, report, alone)) ?? limitCause(report, finding, alone);
  const address = cause ?? addressCause(machine, finding, alone);
  const own = alone && cause === undefined && report(alone.node, alone.requesters[0]).verdict === 'iommu-identity';
  const path = alone ? pathOf(alone.node) : '';
  return { ...base, iommu, owners, cause: own ? { kind: 'own-domain', path, address } : address };
}

const FAULTS = ['fault', 'unknown-stream', 'global-fault'];

function isFault({ row }: LogFinding): boolean {
  return FAULTS.includes(row.topic);
}

function itself({ node, rid }: Named): Owner {
  return { node, by: null, id: undefined, requesters: rid === undefined ? [] : [rid], functions: [] };
}

/** The ID in the driver's own numbers. */
function idOf(values: ReadonlyMap<string, string>): number | undefined {
  const hex = (name: string) => {
    const text = values.get(name);
    return text === undefined ? undefined : Number.parseInt(text.replace(/^0x/, ''), 16);
  };
  const decimal = (name: string) => {
    const text = values.get(name);
    return text === undefined ? undefined : Number.parseInt(text, 10);
  };
  // The stream's ID is the lower half; GFSYNR1 and CBFRSYNRA have its mask above (Arm IHI 0062, 9.6.12).
  const half = hex('sid16');
  if (half !== undefined) return half & 0xffff;
  const [larb, port] = [decimal('larb'), decimal('port')];
  if (larb !== undefined && port !== undefined) return (larb << 5) | port;
  return hex('sid') ?? hex('own') ?? decimal('ownDecimal') ?? decimal('endpoint') ?? decimal('stream');
}

interface Named {
  readonly node: DtNode;
  readonly rid?: number;
}

/** A device by what Linux calls it, or Xen, which has its path. */
function named(machine: Machine, name: string): Named | undefined {
  if (name.startsWith('/')) {
    const node = nodeByPath(machine.tree, name);
    return node && { node };
  }
  const node = namesOf(machine).get(name);
  if (node) return { node };
  const [, domain, bus, device, fn] = /^([\da-f]{4,8}):([\da-f]{2}):([\da-f]{2})\.([0-7])$/.exec(name) ?? [];
  if (domain === undefined || bus === undefined || device === undefined) return undefined;
  const rid = (Number.parseInt(bus, 16) << 8) | (Number.parseInt(device, 16) << 3) | Number(fn);
  const host = treeNodes(machine).all.find(
    (each) => isPciBus(each) && !(each.parent && isPciBus(each.parent)) && functionName(machine, each, rid) === name,
  );
  return host && { node: host, rid };
}

/** The first node of each name: two can only be called the same when one of them is no device. */
const namesOf = perMachine<ReadonlyMap<string, DtNode>>((machine) => {
  const names = new Map<string, DtNode>();
  for (const node of treeNodes(machine).devices) {
    const name = deviceName(machine, node);
    const known = names.get(name);
    if (!known || (!isAvailable(known) && isAvailable(node))) names.set(name, node);
  }
  return names;
});

/** `virtio0` or a PCI function has no name in the tree; where there is one IOMMU that has no other name, it is that. */
function onlyIommuOf(machine: Machine, name: string): DtNode | undefined {
  if (!/^virtio\d+$/.test(name)) return undefined;
  const all = treeNodes(machine).all.filter(
    (node) =>
      node.properties.has('#iommu-cells') &&
      isAvailable(node) &&
      compatibles(node).some((each) => /^virtio,|^pci1af4,1057$/.test(each)),
  );
  return all.length === 1 ? all[0] : undefined;
}

function otherNode(machine: Machine, { values }: LogFinding): DtNode | undefined {
  const region = values.get('region');
  if (region !== undefined) {
    const parent = nodeByPath(machine.tree, '/reserved-memory');
    return (
      parent && [...parent.children.values()].find((node) => node.name === region || node.name.split('@')[0] === region)
    );
  }
  const start = values.get('start');
  if (values.has('start') && start !== undefined && !values.has('node')) return regionAt(machine, BigInt(start));
  const name = values.get('other') ?? SUPPLIER.exec(values.get('reason') ?? '')?.[1];
  return name === undefined ? undefined : named(machine, name)?.node;
}

/** An address that no mapping can have, because the bus does not carry it. */
function limitCause(report: Ask, { addresses }: LogFinding, owner: Owner | undefined): LogCause | undefined {
  const limit = owner && report(owner.node, owner.requesters[0]).dmaLimit;
  if (!limit || !addresses.some((address) => address > BigInt(limit))) return undefined;
  return { kind: 'above-limit', limit };
}

/** drivers/base/core.c:device_links_check_suppliers. */
const SUPPLIER = /supplier (\S{1,256})(?: not ready|$)/;

/** Why a device's access did not pass, from what the model says of the device. */
function faultCause(machine: Machine, report: Ask, owner: Owner): LogCause | undefined {
  const node = owner.functionNode ?? owner.node;
  const off = isAvailable(node) ? disabledAbove(node) : node;
  const path = pathOf(node);
  if (off) return { kind: 'owner-off', path, off: pathOf(off) };
  const answer = report(owner.node, owner.requesters[0]);
  if (answer.deferred) return waitCause(machine, owner.node);
  if (answer.group !== null) return undefined;
  if (answer.xen?.owner !== undefined) return undefined;
  const step = decidingStep(answer);
  return { kind: 'untranslated', path, verdict: answer.verdict, step };
}

/** The supplier that the model expects it to wait for in vain. */
function waitCause({ tree, platform }: Machine, node: DtNode): LogCause | undefined {
  const held = bootWaits(tree, platform, node).filter(({ by, end }) => by !== 'driver' && VAIN.includes(end));
  const [wait] = held.sort((a, b) => VAIN.indexOf(a.end) - VAIN.indexOf(b.end));
  if (!wait) return undefined;
  return { kind: 'waits', path: pathOf(node), on: wait.on, property: wait.property, why: wait.why ?? undefined };
}

const VAIN: readonly string[] = ['never', 'timeout', 'module'];

/** Why the address is not mapped, from what the tree has at it. */
function addressCause(machine: Machine, finding: LogFinding, owner: Owner | undefined): LogCause {
  const { values, addresses } = finding;
  if (isPermission(values)) return { kind: 'permission' };
  const event = eventOf(values);
  if (event !== undefined && STREAM_EVENTS.includes(event)) return { kind: 'stream-event', event };
  const [address] = addresses;
  if (address === undefined) return { kind: 'unmapped' };
  if (address < 0x1000n) return { kind: 'null' };
  const region = regionAt(machine, address);
  if (region) {
    const listed = owner !== undefined && regionsOf(machine, owner.node).includes(region);
    const mapped = region.properties.has('iommu-addresses');
    return { kind: 'in-region', region: pathOf(region), listed, mapped };
  }
  if (memoryBanks(machine).some(({ start, size }) => address >= start && address < start + size))
    return { kind: 'in-ram' };
  const registers = registersAt(machine, address);
  if (registers) {
    const msi = ['msi-controller', '#msi-cells'].some((name) => registers.properties.has(name));
    return { kind: 'in-registers', path: pathOf(registers), msi };
  }
  return { kind: 'unmapped' };
}

/** Events of an SMMUv3 that come before an address is looked at (Arm IHI 0070, 7.3). */
const STREAM_EVENTS: readonly string[] = [
  'C_BAD_STREAMID',
  'F_STE_FETCH',
  'C_BAD_STE',
  'F_STREAM_DISABLED',
  'C_BAD_SUBSTREAMID',
  'F_CD_FETCH',
  'C_BAD_CD',
  'F_VMS_FETCH',
];

/** By its name, or by the number in the line that comes before the words. */
function eventOf(values: ReadonlyMap<string, string>): string | undefined {
  const number = values.get('event');
  return values.get('name') ?? (number === undefined ? undefined : eventName(Number.parseInt(number, 16)));
}

/** F_PERMISSION of an SMMUv3; bit 3 (PF) without bit 1 (TF) of an SMMUv2's FSR. */
function isPermission(values: ReadonlyMap<string, string>): boolean {
  if (values.get('name') === 'F_PERMISSION') return true;
  const fsr = values.get('fsr');
  if (fsr === undefined) return false;
  const bits = Number.parseInt(fsr.replace(/^0x/, ''), 16);
  return (bits & 0x8) !== 0 && (bits & 0x2) === 0;
}

function regionAt(machine: Machine, address: bigint): DtNode | undefined {
  const parent = nodeByPath(machine.tree, '/reserved-memory');
  return [...(parent?.children.values() ?? [])].find((node) => {
    const range = regRange(machine, node);
    return range !== undefined && address >= range.start && address < range.start + range.size;
  });
}

function regionsOf({ tree }: Machine, node: DtNode): DtNode[] {
  return cells(tree, node.properties.get('memory-region')).flatMap((cell) => cellTarget(tree, cell) ?? []);
}

/** The node with registers, or a window of a bus, at an address of the CPU. */
function registersAt(machine: Machine, address: bigint): DtNode | undefined {
  const inside = (start: bigint, size: bigint) => address >= start && address < start + size;
  return treeNodes(machine).devices.find((node) => {
    if (isPciBus(node) && !(node.parent && isPciBus(node.parent)))
      return ranges(machine, node, 'ranges', parentOf).some(({ cpu, size }) => cpu !== undefined && inside(cpu, size));
    if (node.parent?.name === 'reserved-memory' || !node.properties.has('compatible')) return false;
    const own = regRange(machine, node);
    return own !== undefined && own.size > 0n && inside(own.start, own.size) && !isBus(node);
  });
}

const isBus = (node: DtNode) => node.properties.has('ranges');
