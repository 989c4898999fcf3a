// SPDX-License-Identifier: MIT
// Which device gets which streams of an Arm SMMU when devices are probed in tree order, and who is turned away.
import { hex } from '#base/numbers.ts';
import { deviceLine, deviceName } from '#model/devices/device-name.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { has } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import type { GroupAlternative, SmmuHardware, StreamReason } from '#model/statements/groups.ts';
import { pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { highestOutput, iommuMap } from './id-map.ts';
import { inProbeOrder, type Master, mastersByIommu, orderKnown } from './masters.ts';
import { interruptCount } from './state.ts';

/** What became of one master. */
export interface Placement {
  /** The group's name; absent when it was refused. */
  readonly group?: string;
  /** Why the SMMU's driver refuses it. */
  readonly refused?: StreamReason;
  readonly log?: string;
  /** What the driver says of the device when the device's own driver probes, where that is another line. */
  readonly again?: string;
  /** Another device whose streams overlap: which of the two comes first decides. */
  readonly rival?: DtNode;
  /** What only the hardware's ID registers tell; then the driver refuses the device (or takes it) after all. */
  readonly doubt?: GroupAlternative;
  /** What the driver's probe_device (or device_group) returns, where it is not -ENODEV. */
  readonly error?: number;
  /** The driver has linked the refused device to the SMMU by then. */
  readonly linked?: boolean;
}

/** Placements of the masters of one SMMU; empty for other IOMMUs. */
export const streamPlacement = perNode<ReadonlyMap<DtNode, Placement>>(
  (machine, iommu) => {
    const masters = inProbeOrder(machine, mastersByIommu(machine).get(iommu) ?? []);
    const driver = masters[0]?.binding.reached[0]?.state.match?.driver;
    if (driver?.grouping === 'stream-match') return matched(machine, iommu, masters);
    return driver?.name === 'arm-smmu-v3' ? inTree(machine, iommu, masters) : new Map();
  },
  () => new Map(),
);

/** One stream match register with the group that its first user made. */
interface Entry {
  readonly id: number;
  readonly mask: number;
  readonly user: DtNode;
  users: number;
  group: string | undefined;
}

interface Stream {
  readonly id: number;
  readonly mask: number;
}

function streamsOf({ binding }: Master): Stream[] {
  return binding.reached.flatMap(({ ids }) => ids.map(({ id, mask }) => ({ id, mask: mask ?? 0 })));
}

/** The group of a platform device whose stream match entry takes one of the streams in. */
export function groupOfStream(machine: Machine, iommu: DtNode, streams: readonly Stream[]): string | undefined {
  for (const master of mastersByIommu(machine).get(iommu) ?? []) {
    const group = streamPlacement(machine, iommu).get(master.node)?.group;
    const own = streamsOf(master);
    if (group !== undefined && streams.some((stream) => findEntry(own, stream).kind === 'inside')) return group;
  }
  return undefined;
}

/**
 * The platform device that has one of the streams of a PCI function. Since 6.15 the SMMU's registration looks at the
 * platform bus first (iommu_device_register, iommu_buses), and the function comes too late; before, either may be first.
 */
export function ownerOfStream(
  machine: Machine,
  iommu: DtNode,
  streams: readonly Stream[],
): { readonly node: DtNode; readonly id: number } | undefined {
  if (!has(machine.platform.kernelVersion, GATES.configuresAtRegistration)) return undefined;
  for (const master of mastersByIommu(machine).get(iommu) ?? []) {
    if (streamPlacement(machine, iommu).get(master.node)?.group === undefined) continue;
    const same = streamsOf(master).find(({ id }) => streams.some((stream) => stream.id === id));
    if (same) return { node: master.node, id: same.id };
  }
  return undefined;
}

/** SMMU v1 and v2: registers that match an ID under a mask (drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_find_sme). */
function matched(machine: Machine, iommu: DtNode, masters: readonly Master[]): Map<DtNode, Placement> {
  const entries: Entry[] = [];
  const placed = new Map<DtNode, Placement>();
  const groups = new Set<string>();
  const contexts = contextInterrupts(machine, iommu);
  for (const master of masters) {
    const outside = outOfRange(machine, master);
    const found = outside ?? place(iommu, entries, master);
    if (found.group !== undefined) groups.add(found.group);
    const what = found.doubt ? undefined : limits(master, { entries: entries.length, groups: groups.size, contexts });
    const placement: Placement = what === undefined ? found : { ...found, doubt: { kind: 'smmu-hardware', what } };
    placed.set(master.node, settleRival(machine, master.node, placement));
    if (placement.rival) markRival(machine, placed, placement.rival, master.node);
  }
  return placed;
}

/** MMU-400, MMU-401 and MMU-500 compare 15 bits of an ID and of a mask. */
const USUAL_BITS = 0x7fff;

function outOfRange(machine: Machine, master: Master): Placement | undefined {
  const wide = streamsOf(master).find(({ mask }) => mask > USUAL_BITS);
  if (!wide) return undefined;
  return {
    refused: { kind: 'mask-too-wide', mask: wide.mask },
    log: deviceLine(machine, master.node, `SMR mask ${hex(wide.mask)} out of range for SMMU (${hex(USUAL_BITS)})`),
    error: -22,
    doubt: { kind: 'smmu-hardware', what: { kind: 'mask-bits' } },
  };
}

/** Interrupts beyond the global ones: an SMMUv2 without one for each of its context banks fails to probe. */
function contextInterrupts(machine: Machine, iommu: DtNode): number | undefined {
  const all = interruptCount(machine, iommu);
  const global = u32(iommu.properties.get('#global-interrupts'));
  return all === undefined || global === undefined ? undefined : all - global;
}

interface Use {
  readonly entries: number;
  readonly groups: number;
  readonly contexts: number | undefined;
}

/** What the registers of the hardware have to be large enough for. */
function limits(master: Master, { entries, groups, contexts }: Use): SmmuHardware | undefined {
  const streams = streamsOf(master);
  const wide = streams.find(({ id }) => id > USUAL_BITS);
  if (wide) return { kind: 'stream-id-bits', id: wide.id };
  if (streams.length > 16 || entries > 128) return { kind: 'match-registers', count: entries };
  if (contexts !== undefined && groups > contexts) return { kind: 'context-banks', count: groups };
  if (contexts !== undefined && contexts < 3) return { kind: 'most-context-banks', count: contexts };
  return undefined;
}

/** The one that came first owes its place to the order, too. */
function markRival(machine: Machine, placed: Map<DtNode, Placement>, first: DtNode, second: DtNode): void {
  if (first === second || orderKnown(machine, first, second)) return;
  const before = placed.get(first);
  if (before && !before.rival) placed.set(first, { ...before, rival: second });
}

/** Where the order is known, nobody races. */
function settleRival(machine: Machine, node: DtNode, { rival, ...placement }: Placement): Placement {
  return rival && rival !== node && !orderKnown(machine, rival, node) ? { ...placement, rival } : placement;
}

function place(iommu: DtNode, entries: Entry[], master: Master): Placement {
  const taken: Entry[] = [];
  let wider: DtNode | undefined;
  for (const stream of streamsOf(master)) {
    const found = findEntry(entries, stream);
    if (found.kind === 'clash') {
      release(entries, taken);
      const { user, id, mask } = found.entry;
      return {
        refused: { kind: 'stream-overlaps', id: stream, other: { id, mask }, owner: pathOf(user) },
        error: -22,
        rival: user,
      };
    }
    const entry: Entry =
      found.kind === 'inside' ? found.entry : { ...stream, user: master.node, users: 0, group: undefined };
    if (found.kind === 'free') entries.push(entry);
    // Had the narrower pair come first, the wider one would have been refused.
    else if (entry.mask !== stream.mask && entry.user !== master.node) wider ??= entry.user;
    entry.users++;
    taken.push(entry);
  }
  const known = knownGroup(taken);
  if (known === 'two') {
    release(entries, taken);
    return { refused: { kind: 'streams-of-two-groups' }, error: -22, linked: true };
  }
  // Who joins a group leaves the other entries without one: the next user of such an entry begins another.
  const group = known ?? newGroup(iommu, entries, taken);
  if (known === undefined) for (const entry of taken) entry.group = group;
  return { group, ...(wider && { rival: wider }) };
}

/**
 * The group of a device among those of its entries, as arm_smmu_device_group looks for it: the last entry decides, and
 * two different ones are refused only where they follow each other.
 */
function knownGroup(taken: readonly Entry[]): string | undefined {
  let group: string | undefined;
  for (const entry of taken) {
    if (group !== undefined && entry.group !== undefined && group !== entry.group) return 'two';
    group = entry.group;
  }
  return group;
}

/** A name after the first entry that no group is named after yet. */
function newGroup(iommu: DtNode, entries: readonly Entry[], taken: readonly Entry[]): string {
  const used = new Set(entries.map(({ group }) => group));
  const names = taken.map(({ id }) => `${pathOf(iommu)}#${hex(id)}`);
  const [first = pathOf(iommu)] = names;
  return names.find((name) => !used.has(name)) ?? `${first}+${used.size}`;
}

/** The entry that a stream falls into, or crosses, among those that are programmed (arm_smmu_find_sme). */
export function findEntry<T extends Stream>(
  entries: readonly T[],
  { id, mask }: Stream,
): { readonly kind: 'inside' | 'clash'; readonly entry: T } | { readonly kind: 'free' } {
  for (const entry of entries) {
    const differs = id ^ entry.id;
    if ((mask & entry.mask) === mask && (differs & ~entry.mask) === 0) return { kind: 'inside', entry };
    if ((differs & ~(entry.mask | mask)) === 0) return { kind: 'clash', entry };
  }
  return { kind: 'free' };
}

function release(entries: Entry[], taken: readonly Entry[]): void {
  for (const entry of taken) {
    entry.users--;
    if (entry.users === 0) entries.splice(entries.indexOf(entry), 1);
  }
}

/** A stream that another device has: -EINVAL at first, then -ENODEV: the device keeps direct DMA, and is tried again. */
function aliasForgiven({ platform }: Machine): boolean {
  return has(platform.kernelVersion, GATES.aliasesEnodev);
}

/** Since 7.1 the driver sorts the streams of a master before it claims them. */
export function sortsStreams({ kernelVersion }: Platform): boolean {
  return has(kernelVersion, GATES.sortedStreams);
}

/** The IDs in the order in which the driver claims them: sorted where it keeps them sorted. */
function idsInOrder({ platform }: Machine, master: Master): number[] {
  const ids = streamsOf(master).map(({ id }) => id);
  return sortsStreams(platform) ? ids.sort((a, b) => a - b) : ids;
}

/** What arm_smmu_insert_master prints about an ID that another device has: booted on 6.1, 6.12, 6.16 and 7.3. */
export function aliasingLine({ platform }: Machine, id: number, owner: string): string {
  if (!has(platform.kernelVersion, GATES.aliasesEnodev)) return `stream ${id} already in tree from dev ${owner}`;
  return `Aliasing StreamID ${hex(id)} (from ${owner}) unsupported, expect DMA to be broken`;
}

/** IDs of one bus number. */
const WHOLE_BUS = 0x100;

/** The bits that every SMMUv3 for PCI has. */
const USUAL_SID_BITS = 16;

/** The bits of an SMMUv3's stream IDs: more where a map sends a whole PCI bus there, which nobody writes by accident. */
export const streamBits = perNode<number>(
  (machine, iommu) => {
    let most = 2 ** USUAL_SID_BITS - 1;
    for (const host of treeNodes(machine).withIommuMap) {
      const { map } = iommuMap(machine, host);
      for (const row of map?.rows ?? []) {
        const last = map && row.provider === iommu ? highestOutput(map, row) : undefined;
        if (last !== undefined && row.length >= WHOLE_BUS) most = Math.max(most, last);
      }
    }
    return 32 - Math.clz32(most);
  },
  () => USUAL_SID_BITS,
);

/**
 * The one device whose ID lies far beyond all others': two bits or more above those of the PCI bus that a map sends here.
 * Hardware may have so many bits, but for one device that is the less likely case, and it stays a doubt.
 */
function outlier(machine: Machine, iommu: DtNode, masters: readonly Master[]): Master | undefined {
  const far = 2 ** (streamBits(machine, iommu) + 1);
  const beyond = masters.filter((master) => streamsOf(master).some(({ id }) => id >= far));
  const [one] = beyond;
  const wholeBus = treeNodes(machine).withIommuMap.some((host) =>
    iommuMap(machine, host).map?.rows.some(({ provider, length }) => provider === iommu && length >= WHOLE_BUS),
  );
  return wholeBus && beyond.length === 1 ? one : undefined;
}

/** SMMU v3: an ID belongs to one device (drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_insert_master). */
function inTree(machine: Machine, iommu: DtNode, masters: readonly Master[]): Map<DtNode, Placement> {
  const owners = new Map<number, DtNode>();
  const placed = new Map<DtNode, Placement>();
  const most = 2 ** streamBits(machine, iommu) - 1;
  const far = outlier(machine, iommu, masters);
  for (const master of masters) {
    const ids = idsInOrder(machine, master);
    const wide = ids.find((id) => id > most);
    const doubt =
      wide === undefined
        ? undefined
        : ({ kind: 'stream-bits', iommu: pathOf(iommu), id: wide, assumed: master !== far } as const);
    if (wide !== undefined && doubt && master === far) {
      placed.set(master.node, { refused: { kind: 'stream-id-too-wide', id: wide }, error: -34, doubt });
      continue;
    }
    const clash = ids.find((id) => owners.has(id) && owners.get(id) !== master.node);
    const rival = clash === undefined ? undefined : owners.get(clash);
    if (clash !== undefined && rival) {
      const refused: Placement = {
        refused: { kind: 'stream-taken', id: clash, owner: pathOf(rival) },
        log: deviceLine(machine, master.node, aliasingLine(machine, clash, deviceName(machine, rival))),
        rival,
      };
      placed.set(
        master.node,
        settleRival(machine, master.node, aliasForgiven(machine) ? refused : { ...refused, error: -22 }),
      );
      markRival(machine, placed, rival, master.node);
      continue;
    }
    for (const id of ids) owners.set(id, master.node);
    const group = `${pathOf(iommu)}#${hex(ids[0] ?? 0)}`;
    placed.set(master.node, doubt === undefined ? { group } : { group, doubt });
  }
  return aliasForgiven(machine) ? triedAgain(machine, masters, owners, placed) : placed;
}

/** A master that was refused is tried again when its driver probes; by then others have more of its IDs. */
function triedAgain(
  machine: Machine,
  masters: readonly Master[],
  owners: ReadonlyMap<number, DtNode>,
  placed: ReadonlyMap<DtNode, Placement>,
): Map<DtNode, Placement> {
  const again = new Map(placed);
  for (const master of masters) {
    const placement = placed.get(master.node);
    if (placement?.refused?.kind !== 'stream-taken') continue;
    const id = idsInOrder(machine, master).find((each) => owners.has(each));
    const owner = id === undefined ? undefined : owners.get(id);
    if (id === undefined || owner === undefined || id === placement.refused.id) continue;
    const line = deviceLine(machine, master.node, aliasingLine(machine, id, deviceName(machine, owner)));
    again.set(master.node, { ...placement, again: line });
  }
  return again;
}
