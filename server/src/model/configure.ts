// SPDX-License-Identifier: MIT
// The effective DMA set-up of a device: the walk of of_dma_configure_id and of_iommu_configure, in their order.
import { hex } from '#base/numbers.ts';
import { isPciBus, isPciFunction } from '#model/addresses/addresses.ts';
import { lacksCacheOperations } from '#model/addresses/cache-operations.ts';
import { coherence } from '#model/addresses/coherence.ts';
import type { Addressing, Window } from '#model/addresses/dma-ranges.ts';
import { functionName, subjectLine } from '#model/devices/device-name.ts';
import { type Existence, existence } from '#model/devices/existence.ts';
import { type AskById, madeDevices } from '#model/devices/made-devices.ts';
import { sayPoolUnused } from '#model/direct/restricted-pool.ts';
import { withoutIommu } from '#model/direct/without-iommu.ts';
import { type Binding, revisionDoubt } from '#model/iommu/binding.ts';
import { domainVerdict } from '#model/iommu/domains.ts';
import { groupMembers, groupName, pciPlacement } from '#model/iommu/groups.ts';
import { type IdMap, iommuMap } from '#model/iommu/id-map.ts';
import { doubtCrowd, refusedByDriver } from '#model/iommu/master-checks.ts';
import { listed, type Region, readsAddresses, reservedByTree } from '#model/iommu/reserved.ts';
import { failureLines } from '#model/iommu/state.ts';
import type { Subject, Translation } from '#model/iommu/subject.ts';
import { doubtTakedown, finalState } from '#model/iommu/takedown.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { has } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import { inNewest } from '#model/report/citations.ts';
import { withReleaseDoubts } from '#model/report/release-doubts.ts';
import { at, decides, follow, newSteps, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DmaReport, IommuUse, PciMaps, Step, Verdict, XenFacts } from '#model/report/types.ts';
import { idSubject, platformSubject, subjectOf } from '#model/systems/subject-of.ts';
import { sayDomain } from '#model/xen/domain.ts';
import { type HostView, hostView, xenFacts } from '#model/xen/host.ts';
import { limitsOf, sayLimits } from '#model/xen/limits.ts';
import { tablesOf } from '#model/xen/tables.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { SYSTEMS } from './systems/index.ts';

export interface ConfigureOptions {
  /** A requester ID behind a PCI host bridge, or an ICID behind an fsl-mc node: the answer is that function's. */
  readonly rid?: number;
}

/** What Linux does with the DMA of one node's device on a platform. Total: any node of any tree gets a report. */
export function configure(
  tree: DeviceTree,
  platform: Platform,
  node: DtNode,
  options: ConfigureOptions = {},
): DmaReport {
  return withReleaseDoubts(platform, (read) => reportOf(machineOf(tree, read), node, options.rid));
}

/** Reports of all nodes that name a device or say something about DMA, in tree order; what they share is computed once. */
export function configureAll(tree: DeviceTree, platform: Platform): DmaReport[] {
  const machine = machineOf(tree, platform);
  const { all, devices } = treeNodes(machine);
  const named = new Set(devices);
  const asked = all.filter((node) => named.has(node) || isPciFunction(node));
  return asked.map((node) => withReleaseDoubts(platform, (read) => reportOf(machineOf(tree, read), node, undefined)));
}

/** The same node on two platforms. */
export function compare(
  tree: DeviceTree,
  node: DtNode,
  platforms: { readonly left: Platform; readonly right: Platform },
): { readonly left: DmaReport; readonly right: DmaReport } {
  return { left: configure(tree, platforms.left, node), right: configure(tree, platforms.right, node) };
}

function reportOf(machine: Machine, node: DtNode, rid: number | undefined): DmaReport {
  const steps = newSteps();
  const place = existence(machine, node);
  follow(steps, place.steps);
  if (machine.platform.kind === 'zephyr') return zephyr(machine, node, steps);
  if (machine.platform.kind === 'xen-host') {
    const domain = sayDomain(machine, node, steps);
    if (domain) return hidden(machine, node, { xen: domain }, steps);
    if (place.bus !== 'none') {
      const view = hostView(machine, node);
      follow(steps, view.steps);
      if (view.hidden) return keptFromDom0(machine, node, view, steps);
    }
  }
  if (place.bus === 'none' || place.bus === 'other') return withoutSetUp(machine, node, place, steps);
  const subject = subjectOf(machine, node, rid, steps);
  if (typeof subject === 'string') return plain(machine, node, subject, steps);
  follow(steps, subject.addressing.steps);
  sayCoherence(subject, steps);
  follow(steps, subject.binding.steps);
  if (node.properties.has('#iommu-cells')) sayOwnState(machine, node, steps);
  const outcome = walk(subject, steps);
  if (rid === undefined) sayFunctions(machine, node, steps);
  const made = rid === undefined && madeDevices(machine, node, (id) => askById(machine, node, id), steps);
  const answer = finish(subject, outcome, steps);
  return made ? { ...answer, makes: made } : answer;
}

/** Whether the device snoops, and where it does not, whether Linux can do anything about it. */
function sayCoherence(subject: Subject, steps: Steps): void {
  const { machine, configuredBy } = subject;
  const { coherent, step } = coherence(machine, configuredBy);
  steps.list.push(step);
  const { why } = lacksCacheOperations(machine);
  if (coherent || why === null) return;
  const authority = 'Linux 6.12 arch/riscv/mm/dma-noncoherent.c:arch_setup_dma_ops';
  say(steps, authority, { kind: 'no-cache-operations', built: why === 'no-hardware' });
  // Without the option nobody looks.
  if (why === 'no-hardware') steps.log.push(subjectLine(machine, subject, NO_OPERATIONS));
}

const NO_OPERATIONS = 'device non-coherent but no non-coherent operations supported';

/** A host bridge itself names no IOMMU: what matters is where its map sends the functions behind it. */
function sayFunctions(machine: Machine, node: DtNode, steps: Steps): void {
  const { map } = isPciBus(node) ? iommuMap(machine, node) : { map: undefined };
  if (!map || (machine.platform.kind === 'xen-host' && hostView(machine, node).stripped)) return;
  const rows = mapsOf(map).maps.map(({ ridBase, length, iommu, outBase }) => ({
    first: ridBase,
    last: ridBase + length - 1,
    iommu,
    out: outBase,
  }));
  const authority = 'Linux 6.12 drivers/iommu/of_iommu.c:of_pci_iommu_init';
  say(steps, authority, { kind: 'iommu-map-of-functions', bus: pathOf(node), rows }, at(node, 'iommu-map'));
  decides(steps);
}

/** What a device gets that the driver of `node` makes and sets up by one of its IDs. */
function askById(machine: Machine, node: DtNode, id: number): ReturnType<AskById> {
  const steps = newSteps();
  const subject = idSubject(machine, node, id, steps);
  if (typeof subject === 'string')
    return { device: { verdict: subject, group: null, iommus: [] }, doubts: steps.doubts };
  follow(steps, subject.binding.steps);
  const outcome = walk(subject, steps);
  const { verdict, group } = outcome;
  return { device: { verdict, group, iommus: usesOf(subject.binding, outcome) }, doubts: steps.doubts };
}

/** An IOMMU that does not come up: its report says why its masters wait. */
function sayOwnState(machine: Machine, node: DtNode, steps: Steps): void {
  const state = finalState(machine, node);
  if (state.registration.kind !== 'never') return;
  const { why, evidence } = state.registration;
  const authority = 'Linux 6.12 drivers/iommu/iommu.c:iommu_device_register';
  say(steps, authority, { kind: 'never-registered', why }, ...evidence);
  steps.log.push(...failureLines(machine, state));
}

/** Zephyr's drivers read their own properties; nothing of the walk holds. */
function zephyr(machine: Machine, node: DtNode, steps: Steps): DmaReport {
  steps.list.length = 0;
  steps.doubts.length = 0;
  sayIf(steps, 'Zephyr', { kind: 'zephyr' }, { dependsOn: { kind: 'zephyr-driver' } });
  decides(steps);
  return plain(machine, node, 'direct', steps);
}

/** A device that Xen keeps, or keeps for another domain than dom0. */
function keptFromDom0(machine: Machine, node: DtNode, view: HostView, steps: Steps): DmaReport {
  const limits = limitsOf(machine, node);
  sayLimits(machine, node, steps);
  const tables = tablesOf(machine, node);
  const xen: XenFacts = {
    ...xenFacts(view),
    ...(limits.length > 0 && { limits }),
    ...(tables.length > 0 && { tables }),
  };
  return hidden(machine, node, { xen, iommus: view.use ? [view.use] : [] }, steps);
}

/** No device of the Linux in dom0. */
function hidden(
  machine: Machine,
  node: DtNode,
  { xen, iommus = [] }: { readonly xen: XenFacts; readonly iommus?: readonly IommuUse[] },
  steps: Steps,
): DmaReport {
  const outcome: Outcome = { verdict: 'no-device', group: null, deferred: null, reserved: [], xen };
  return report(machine, node, { outcome, steps, coherent: coherence(machine, node).coherent, iommus });
}

function withoutSetUp(machine: Machine, node: DtNode, place: Existence, steps: Steps): DmaReport {
  const verdict = place.bus === 'other' ? 'not-configured' : 'no-device';
  if (node.properties.has('iommus')) {
    const authority = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure';
    say(steps, authority, { kind: 'iommus-unread' }, at(node, 'iommus'));
    if (place.bus === 'none' && steps.doubts.length > 0) {
      const inThatCase = walk(platformSubject(machine, node, 'platform'), newSteps());
      otherwise(steps, { kind: 'parent-makes-device' }, inThatCase.verdict);
    }
  }
  return plain(machine, node, verdict, steps);
}

/** A report without an IOMMU. */
function plain(machine: Machine, node: DtNode, verdict: Verdict, steps: Steps): DmaReport {
  const outcome: Outcome = { verdict, group: null, deferred: null, reserved: [], xen: null };
  return report(machine, node, { outcome, steps, coherent: coherence(machine, node).coherent });
}

interface Findings {
  readonly outcome: Outcome;
  readonly steps: Steps;
  readonly coherent: boolean;
  readonly addressing?: Addressing;
  readonly iommus?: readonly IommuUse[];
  readonly id?: number | undefined;
}

/** Written without spreads: this runs for every device on every keystroke. */
function report(machine: Machine, node: DtNode, findings: Findings): DmaReport {
  const { outcome, steps, addressing: where } = findings;
  const result: { -readonly [Name in keyof DmaReport]: DmaReport[Name] } = {
    path: pathOf(node),
    label: node.labels[0]?.name ?? null,
    compatible: compatibles(node),
    verdict: outcome.verdict,
    certainty: steps.doubts.length === 0 ? 'certain' : 'depends',
    iommus: findings.iommus ?? [],
    group: outcome.group,
    deferred: outcome.deferred,
    coherent: findings.coherent,
    dmaLimit: where?.limit === undefined ? null : hex(where.limit),
    dmaRanges: where?.windows.map(windowText) ?? [],
    reserved: outcome.reserved,
    xen: outcome.xen,
    log: steps.log,
    steps: citedFor(machine, marked(steps)),
  };
  if (steps.doubts.length > 0) result.dependsOn = steps.doubts;
  const others = steps.alternatives.filter((other) => other.verdict !== outcome.verdict);
  const [first] = others;
  if (first) {
    result.alternative = first;
    result.alternatives = others;
  }
  const { map } = node.properties.has('iommu-map') ? iommuMap(machine, node) : { map: undefined };
  if (map) result.pci = mapsOf(map);
  if (findings.id !== undefined) result.rid = `0x${findings.id.toString(16).padStart(4, '0')}`;
  return result;
}

/** The steps, the one that decides marked; where none says so, the last one ended the walk. */
function marked({ list, decisive = list.at(-1) }: Steps): Step[] {
  return list.map((step) => (step === decisive ? { ...step, decides: true } : step));
}

/** The steps with the newest source's citations, where the platform is as new. */
function citedFor({ platform }: Machine, list: readonly Step[]): readonly Step[] {
  if (!has(platform.kernelVersion, GATES.newestCitations)) return list;
  return list.map((step) => ({ ...step, authority: inNewest(step.authority) }));
}

function windowText({ dma, cpu, size }: Window): DmaReport['dmaRanges'][number] {
  return { dmaStart: hex(dma), cpuStart: hex(cpu), size: hex(size) };
}

function mapsOf({ rows, mask }: IdMap): PciMaps {
  const maps = rows.map(({ base, length, provider, out }) => ({
    ridBase: base,
    length,
    iommu: provider ? pathOf(provider) : '',
    outBase: out[0] ?? 0,
  }));
  return { maps, mask };
}

interface Outcome {
  readonly verdict: Verdict;
  readonly group: string | null;
  readonly deferred: DmaReport['deferred'];
  readonly reserved: DmaReport['reserved'];
  readonly xen: DmaReport['xen'];
  readonly use?: IommuUse | undefined;
}

/** From of_iommu_configure's result to the DMA operations. */
function walk(subject: Subject, steps: Steps): Outcome {
  const translation = translated(subject, steps);
  const outcome = beforeOps(subject, translation, steps);
  const { ops, xen, use } = translation;
  if (ops) follow(steps, ops.steps);
  return { ...outcome, verdict: ops?.verdict ?? outcome.verdict, xen: xen ?? null, use };
}

/** What the device has when arch_setup_dma_ops is called. */
function beforeOps(subject: Subject, translation: Translation, steps: Steps): Outcome {
  const order = first(subject, (system) => system.order?.(subject, steps));
  const none = { group: null, deferred: null, reserved: [], xen: null };
  if (order) return { ...none, verdict: order.verdict, deferred: order.deferral };
  const { machine, binding } = subject;
  if (binding.outcome !== 'bound' || translation.refused !== undefined || refused(subject, steps)) {
    return { ...none, verdict: withoutIommu(subject, steps) };
  }
  revisionDoubt(machine, binding, steps);
  doubtCrowd(subject, steps);
  doubtTakedown({ machine, node: subject.node, reached: binding.reached }, steps);
  const group = translation.group ?? groupName(subject);
  if (group === undefined) return { ...none, verdict: withoutIommu(subject, steps) };
  return { ...none, verdict: behindIommu(subject, group, steps), group, reserved: reservedOf(subject, group, steps) };
}

/** The driver's probe_device or device_group says no: Linux goes on without an IOMMU. */
function refused(subject: Subject, steps: Steps): boolean {
  const refusal = refusedByDriver(subject);
  if (!refusal) return false;
  if (refusal.log !== undefined) steps.log.push(refusal.log);
  const { authority, why } = refusal;
  say(steps, authority, { kind: 'device-refused', who: 'device', why, blocked: false });
  decides(steps);
  return true;
}

/** The parts that systems decide, each from the first one that does. */
function translated(subject: Subject, steps: Steps): Translation {
  let result: Translation = {};
  for (const system of SYSTEMS) {
    if (system.translate && system.claims(subject)) result = { ...system.translate(subject, steps), ...result };
  }
  return result;
}

function first<T>(subject: Subject, ask: (system: (typeof SYSTEMS)[number]) => T | undefined): T | undefined {
  for (const system of SYSTEMS) {
    const answer = system.claims(subject) ? ask(system) : undefined;
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function behindIommu(subject: Subject, group: string, steps: Steps): Verdict {
  const { machine, node } = subject;
  const authority = 'Linux 6.12 drivers/iommu/iommu.c:iommu_group_add_device';
  const members = groupMembers(machine, group).filter((member) => member !== node);
  const others = [...members.map(pathOf), ...functionCompany(subject, steps)].slice(0, 4);
  say(steps, authority, { kind: 'joins-group', others });
  steps.log.push(subjectLine(machine, subject, 'Adding to iommu group N'));
  const verdict = domainVerdict(subject, [node, ...members], steps);
  sayPoolUnused(subject, steps);
  return verdict;
}

/** The other functions of a PCI function's group, by node or by name; records why they are one. */
function functionCompany(subject: Subject, steps: Steps): string[] {
  const placement = pciPlacement(subject);
  if (!placement) return [];
  follow(steps, placement.steps);
  const { machine, configuredBy } = subject;
  return placement.company.map((fn) => (fn.node ? pathOf(fn.node) : functionName(machine, configuredBy, fn.id)));
}

/** A function that the tree does not describe has no node, and reads no properties of its bridge. */
function ownNode({ node, configuredBy, id }: Subject): DtNode | undefined {
  return id !== undefined && node === configuredBy ? undefined : node;
}

function reservedOf(subject: Subject, group: string, steps: Steps): Outcome['reserved'] {
  const regions: Region[] = [];
  for (const system of SYSTEMS) {
    if (system.reserve && system.claims(subject)) regions.push(...system.reserve(subject, steps));
  }
  const { machine } = subject;
  const driver = subject.binding.reached[0]?.state.match?.driver;
  if (!driver || !readsAddresses(machine, driver)) return listed(regions);
  const node = ownNode(subject);
  if (node) regions.push(...reservedByTree(machine, node, steps));
  // Sysfs shows what any device of the group keeps (drivers/iommu/iommu.c:iommu_get_group_resv_regions).
  for (const member of groupMembers(machine, group)) {
    if (member !== node) regions.push(...reservedByTree(machine, member, newSteps()));
  }
  return listed(regions);
}

function finish(subject: Subject, outcome: Outcome, steps: Steps): DmaReport {
  const { machine, node, binding, coherent, id } = subject;
  const iommus = usesOf(binding, outcome);
  return report(machine, node, { outcome, steps, coherent, addressing: subject.addressing, iommus, id });
}

/** The IOMMUs that a device uses, waits for, or takes its grants from; none when Linux goes on without. */
function usesOf(binding: Binding, outcome: Outcome): IommuUse[] {
  if (outcome.use) return [outcome.use];
  const shown = outcome.group !== null || outcome.deferred !== null || outcome.verdict === 'xen-grant';
  if (!shown) return [];
  return binding.reached.map(({ state, args, ids }) => ({
    path: state.path,
    driver: state.match?.driver.name ?? null,
    args,
    ids,
  }));
}
