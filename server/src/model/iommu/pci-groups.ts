// SPDX-License-Identifier: MIT
// Which PCI functions share an IOMMU group: drivers/iommu/iommu.c:pci_device_group, played through for a host bridge.
import { deviceName, functionName } from '#model/devices/device-name.ts';
import {
  type Alias,
  aliasesOf,
  functionAt,
  isBridge,
  type PciBridge,
  type PciFunction,
  pciTopology,
} from '#model/devices/pci-topology.ts';
import type { DriverMatch } from '#model/drivers/index.ts';
import { GATES } from '#model/platform/gates.ts';
import type { Machine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { has } from '#model/platform/releases.ts';
import { at, doubt, newSteps, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { FunctionFact, SharedBecause, StreamReason } from '#model/statements/groups.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { type Binding, mapBinding } from './binding.ts';
import { mapsAllToOne } from './id-map.ts';
import { owner } from './masters.ts';
import { aliasingLine, findEntry, groupOfStream, ownerOfStream, sortsStreams } from './streams.ts';

/** What became of a function whose IDs the IOMMU's driver took. */
export interface FunctionPlacement {
  /** The function that its group was made for, itself or an earlier one; absent where the driver refuses it. */
  readonly founder?: PciFunction;
  /** The IDs of the founder, by which the group is named. */
  readonly founderBinding?: Binding;
  /** The name of the group where a platform device had it before. */
  readonly sharedGroup?: string;
  /** The others of the group that the tree or the question tells of. */
  readonly company: readonly PciFunction[];
  /** Why the driver refuses it. */
  readonly refused?: StreamReason;
  readonly log?: string;
  /** What probe_device returns, where it is not -ENODEV. */
  readonly error?: number;
  readonly steps: Steps;
}

const DEVICE_GROUP = 'Linux 6.12 drivers/iommu/iommu.c:pci_device_group';
const ENABLE_ACS = 'Linux 6.12 drivers/pci/pci.c:pci_enable_acs';

/** The function with a requester ID among all functions that are known behind its host bridge, in the order of Linux. */
export function functionPlacement(machine: Machine, host: DtNode, id: number): FunctionPlacement {
  const all = functionsWith(machine, host, id);
  const scene: Scene = { machine, host, all, members: new Map(), streams: new Map() };
  let own: FunctionPlacement | undefined;
  for (const fn of all) {
    const found = place(scene, fn);
    if (fn.id === id) own = found;
  }
  const asked = all.find((fn) => fn.id === id);
  if (!own || !asked) return { company: [], steps: newSteps() };
  const founder = scene.members.get(asked)?.founder;
  const company = all.filter(
    (fn) => fn !== asked && founder !== undefined && scene.members.get(fn)?.founder === founder,
  );
  sayDoubts(scene, asked, own.steps);
  return { ...own, company };
}

/** The described functions with the one in question, and function 0 of its device, without which there is no other. */
function functionsWith(machine: Machine, host: DtNode, id: number): PciFunction[] {
  const all = [...pciTopology(machine, host).functions];
  for (const wanted of [id & ~7, id]) {
    if (all.some((fn) => fn.id === wanted)) continue;
    const sameBus = (fn: PciFunction) => fn.id >>> 8 === id >>> 8;
    const next = all.findIndex((fn) => sameBus(fn) && fn.id > wanted);
    const before = next >= 0 ? next : all.findLastIndex(sameBus) + 1;
    all.splice(before === 0 && next < 0 ? all.length : before, 0, functionAt(machine, host, wanted));
  }
  return all;
}

interface Membership {
  readonly founder: PciFunction;
  readonly founderBinding: Binding;
  readonly sharedGroup?: string;
}

/** A stream of an Arm SMMU that a function took. */
interface Taken {
  readonly id: number;
  readonly mask: number;
  readonly fn: PciFunction;
}

interface Scene {
  readonly machine: Machine;
  readonly host: DtNode;
  readonly all: readonly PciFunction[];
  readonly members: Map<PciFunction, Membership>;
  /** By the IOMMU's node. */
  readonly streams: Map<DtNode, Taken[]>;
}

function place(scene: Scene, fn: PciFunction): FunctionPlacement {
  const { machine, host, members } = scene;
  const steps = newSteps();
  const nobody = { company: [], steps };
  if (isBridge(fn) && isEnabled(machine.platform, 'PCIEPORTBUS') === 'off') return nobody;
  const aliases = aliasesOf(fn);
  const binding = mapBinding(
    machine,
    host,
    aliases.map((alias) => alias.id),
  );
  const iommu = owner(binding);
  const match = binding.reached[0]?.state.match;
  if (binding.outcome !== 'bound' || !iommu || !match) return nobody;
  const streams = scene.streams.get(iommu) ?? [];
  scene.streams.set(iommu, streams);
  const wanted = binding.reached.flatMap(({ ids }) => ids.map((id) => ({ id: id.id, mask: id.mask ?? 0, fn })));
  if (match.driver.name === 'arm-smmu-v3') {
    const refused = claimed(scene, { fn, iommu, streams, wanted });
    if (refused) return { ...nobody, ...refused };
  }
  const shared = groupsByStream(match) ? matched(streams, wanted) : undefined;
  if (shared === 'clash') return { ...nobody, refused: { kind: 'overlaps-function' }, error: -22 };
  streams.push(...wanted);
  const joined: Joined | undefined = shared ? { fn: shared, why: 'carries-its-id' } : groupOf(scene, fn, aliases);
  const known = joined && members.get(joined.fn);
  const ofPlatform = match.traits.grouping === 'stream-match' ? groupOfStream(machine, iommu, wanted) : undefined;
  const membership = known ?? { founder: fn, founderBinding: binding, ...(ofPlatform && { sharedGroup: ofPlatform }) };
  members.set(fn, membership);
  if (joined) say(steps, DEVICE_GROUP, { kind: 'function-joins', fn: factOf(scene, joined.fn), why: joined.why });
  return { ...nobody, ...membership };
}

/** A described function behind a host bridge that comes before, whose map gives it the same stream: by its name. */
function ownerBehindOther({ machine, host }: Scene, iommu: DtNode, id: number): string | undefined {
  for (const other of treeNodes(machine).withIommuMap) {
    if (other === host) return undefined;
    for (const fn of pciTopology(machine, other).functions) {
      const ids = aliasesOf(fn).map((alias) => alias.id);
      const binding = mapBinding(machine, other, ids);
      if (binding.outcome !== 'bound' || owner(binding) !== iommu) continue;
      if (binding.reached.some((bound) => bound.ids.some((taken) => taken.id === id))) {
        return functionName(machine, other, fn.id);
      }
    }
  }
  return undefined;
}

interface Claim {
  readonly fn: PciFunction;
  readonly iommu: DtNode;
  readonly streams: readonly Taken[];
  readonly wanted: readonly Taken[];
}

/** A stream of an SMMUv3 that somebody else has (arm_smmu_insert_master). */
function claimed(scene: Scene, { fn, iommu, streams, wanted }: Claim): Partial<FunctionPlacement> | undefined {
  const { machine, host } = scene;
  const claims = sortsStreams(machine.platform) ? [...wanted].sort((a, b) => a.id - b.id) : wanted;
  for (const claim of claims) {
    const { id } = claim;
    const rival = streams.find((taken) => taken.id === id);
    if (rival) return refusalFor(scene, fn, id, functionName(machine, host, rival.fn.id));
    const owner = ownerOfStream(machine, iommu, [claim]);
    if (owner) return refusalFor(scene, fn, id, deviceName(machine, owner.node));
    const other = ownerBehindOther(scene, iommu, id);
    if (other !== undefined) return refusalFor(scene, fn, id, other);
  }
  return undefined;
}

function refusalFor({ machine, host }: Scene, fn: PciFunction, id: number, name: string): Partial<FunctionPlacement> {
  const log = `${functionName(machine, host, fn.id)}: ${aliasingLine(machine, id, name)}`;
  return { refused: { kind: 'stream-taken', id, owner: name }, log };
}

/** An SMMU v1 or v2 remembers the group of a stream match entry, a DART that of a stream. */
function groupsByStream({ traits }: DriverMatch): boolean {
  return traits.grouping === 'stream-match' || traits.grouping === 'stream';
}

/** The function that has one of the stream match entries already (arm_smmu_find_sme). */
function matched(streams: readonly Taken[], wanted: readonly Taken[]): PciFunction | 'clash' | undefined {
  let found: PciFunction | undefined;
  for (const stream of wanted) {
    const entry = findEntry(streams, stream);
    if (entry.kind === 'clash') return 'clash';
    if (entry.kind === 'inside') found ??= entry.entry.fn;
  }
  return found;
}

interface Joined {
  readonly fn: PciFunction;
  readonly why: SharedBecause;
}

/** An earlier function whose group this one gets, in the order in which Linux looks for it. */
function groupOf(scene: Scene, fn: PciFunction, aliases: readonly Alias[]): Joined | undefined {
  const { members } = scene;
  const grouped = (candidate: PciFunction): boolean => members.has(candidate);
  let at = fn;
  for (const { of } of aliases) {
    if (of !== fn && grouped(of)) return { fn: of, why: 'one-id-below-bridge' };
    at = of;
  }
  for (let bridge = at.above; bridge; bridge = bridge.above) {
    if (isolatedUpwards(scene, bridge)) break;
    at = bridge;
    if (grouped(bridge)) return { fn: bridge, why: whyNotIsolated(scene, bridge) };
  }
  const alias = aliasGroup(scene, at, new Set());
  if (alias) return { fn: alias, why: 'uses-its-id' };
  const sibling = siblingGroup(scene, at, new Set([at]));
  return sibling && { fn: sibling, why: 'functions-without-acs' };
}

/** Same bus, and one of the two uses the other's ID (get_pci_alias_group). */
function aliasGroup(scene: Scene, fn: PciFunction, seen: Set<PciFunction>): PciFunction | undefined {
  if (seen.has(fn)) return undefined;
  seen.add(fn);
  if (scene.members.has(fn)) return fn;
  for (const other of scene.all) {
    if (other === fn || other.id >>> 8 !== fn.id >>> 8) continue;
    const uses = (a: PciFunction, b: PciFunction) => aliasesOf(a).some((alias) => alias.of === a && alias.id === b.id);
    if (!uses(fn, other) && !uses(other, fn)) continue;
    const found = aliasGroup(scene, other, seen) ?? siblingGroup(scene, other, seen);
    if (found) return found;
  }
  return undefined;
}

/** Functions of the same device without ACS (get_pci_function_alias_group). */
function siblingGroup(scene: Scene, fn: PciFunction, seen: Set<PciFunction>): PciFunction | undefined {
  if (!isMultifunction(scene, fn) || hasAcs(scene, fn)) return undefined;
  for (const other of scene.all) {
    if (other === fn || other.id >>> 3 !== fn.id >>> 3 || hasAcs(scene, other)) continue;
    const found = aliasGroup(scene, other, seen);
    if (found) return found;
  }
  return undefined;
}

function isMultifunction({ all }: Scene, fn: PciFunction): boolean {
  return (fn.id & 7) !== 0 || all.some((other) => other !== fn && other.id >>> 3 === fn.id >>> 3);
}

/** ACS from a bridge up to the root bus (pci_acs_path_enabled). */
function isolatedUpwards(scene: Scene, bridge: PciBridge): boolean {
  for (let up: PciBridge | undefined = bridge; up; up = up.above) if (!hasAcs(scene, up)) return false;
  return true;
}

/**
 * Whether Linux takes a function for isolated from its neighbours (pci_acs_enabled): a port by the capability, when
 * Linux turned it on; what is alone in its device always.
 */
function hasAcs(scene: Scene, fn: PciFunction): boolean {
  if (isBridge(fn) && fn.kind !== 'port') return false;
  if (isBridge(fn) && !isUpstreamPort(fn)) return turnsAcsOn(scene.machine);
  return !isMultifunction(scene, fn);
}

/** The ports of a switch and of the root complex take turns on the way down. */
function isUpstreamPort({ above }: PciBridge): boolean {
  return above?.kind === 'port' && !isUpstreamPort(above);
}

/**
 * Before, ACS was asked for when the first function was set up, which is after all the ports of its host bridge were
 * looked at. Booted on 6.16 and 6.18: the registration of the IOMMU sets the ports up before others are found;
 * since 7.0 (c41e2fb67e26) each function asks for it when it is set up.
 */
function turnsAcsOn({ platform }: Machine): boolean {
  return has(platform.kernelVersion, GATES.acsAtRegistration);
}

function whyNotIsolated({ machine }: Scene, bridge: PciBridge): SharedBecause {
  if (bridge.kind !== 'port') return 'conventional-bus';
  return turnsAcsOn(machine) ? 'port-without-acs' : 'acs-too-late';
}

function factOf({ machine, host }: Scene, fn: PciFunction): FunctionFact {
  return { name: functionName(machine, host, fn.id), path: fn.node ? pathOf(fn.node) : null };
}

/** What of the hardware decides with whom the function shares a group. */
function sayDoubts(scene: Scene, fn: PciFunction, steps: Steps): void {
  const match = scene.members.get(fn)?.founderBinding.reached[0]?.state.match;
  if (match && groupsByStream(match) && mapsAllToOne(scene.machine, scene.host)) {
    const statement = { kind: 'one-stream-for-all', host: pathOf(scene.host) } as const;
    say(steps, `Linux 6.12 ${match.driver.source}`, statement, at(scene.host, 'iommu-map-mask'));
    return;
  }
  doubt(steps, { kind: isMultifunction(scene, fn) ? 'functions-isolated' : 'more-functions' });
  const ports: string[] = [];
  for (let up = fn.above; up; up = up.above) if (up.kind === 'port') ports.push(pathOf(up.node));
  if (ports.length === 0) return;
  const statement = { kind: 'acs-above', ports, early: turnsAcsOn(scene.machine) } as const;
  sayIf(steps, ENABLE_ACS, statement, { dependsOn: { kind: 'acs-on', ports } });
}
