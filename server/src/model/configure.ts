// SPDX-License-Identifier: MIT
// The effective DMA set-up of a device: the walk of of_dma_configure_id and of_iommu_configure, in their order.
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
import { listed, type Region, reservedByTree } from '#model/iommu/reserved.ts';
import { failureLines, iommuState } from '#model/iommu/state.ts';
import type { Subject, Translation } from '#model/iommu/subject.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { compareVersions } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import { at, follow, hex, newTrail, quoted, say, sayIf, type Trail } from '#model/report/steps.ts';
import type { DmaReport, IommuUse, PciMaps, Verdict, XenFacts } from '#model/report/types.ts';
import { idSubject, platformSubject, subjectOf } from '#model/systems/subject-of.ts';
import { sayDomain } from '#model/xen/domain.ts';
import { type HostView, hostView, xenFacts } from '#model/xen/host.ts';
import { limitsOf, sayLimits } from '#model/xen/limits.ts';
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
  return reportOf(machineOf(tree, platform), node, options.rid);
}

/** Reports of all nodes that name a device or say something about DMA, in tree order; what they share is computed once. */
export function configureAll(tree: DeviceTree, platform: Platform): DmaReport[] {
  const machine = machineOf(tree, platform);
  return treeNodes(machine).devices.map((node) => reportOf(machine, node, undefined));
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
  const trail = newTrail();
  const place = existence(machine, node);
  follow(trail, place.trail);
  if (machine.platform.kind === 'zephyr') return zephyr(machine, node, trail);
  if (machine.platform.kind === 'xen-host') {
    const domain = sayDomain(machine, node, trail);
    if (domain) return hidden(machine, node, { xen: domain }, trail);
    if (place.bus !== 'none') {
      const view = hostView(machine, node);
      follow(trail, view.trail);
      if (view.hidden) return keptFromDom0(machine, node, view, trail);
    }
  }
  if (place.bus === 'none' || place.bus === 'other') return withoutSetUp(machine, node, place, trail);
  const subject = subjectOf(machine, node, rid, trail);
  if (typeof subject === 'string') return plain(machine, node, subject, trail);
  follow(trail, subject.addressing.trail);
  trail.steps.push(coherence(machine, subject.configuredBy).step);
  follow(trail, subject.binding.trail);
  if (node.properties.has('#iommu-cells')) sayOwnState(machine, node, trail);
  const outcome = walk(subject, trail);
  const made = rid === undefined && madeDevices(machine, node, (id) => askById(machine, node, id), trail);
  const answer = finish(subject, outcome, trail);
  return made ? { ...answer, makes: made } : answer;
}

/** What a device gets that the driver of `node` makes and sets up by one of its IDs. */
function askById(machine: Machine, node: DtNode, id: number): ReturnType<AskById> {
  const trail = newTrail();
  const subject = idSubject(machine, node, id, trail);
  if (typeof subject === 'string')
    return { device: { verdict: subject, group: null, iommus: [] }, doubts: trail.doubts };
  follow(trail, subject.binding.trail);
  const outcome = walk(subject, trail);
  const { verdict, group } = outcome;
  return { device: { verdict, group, iommus: usesOf(subject.binding, outcome) }, doubts: trail.doubts };
}

/** An IOMMU that does not come up: its report says why its masters wait. */
function sayOwnState(machine: Machine, node: DtNode, trail: Trail): void {
  const state = iommuState(machine, node);
  if (state.registration.kind !== 'never') return;
  const { why, evidence } = state.registration;
  const authority = 'Linux 6.12 drivers/iommu/iommu.c:iommu_device_register';
  say(trail, authority, `The node is never registered as an IOMMU, because ${why}.`, ...evidence);
  trail.log.push(...failureLines(machine, state));
}

/** Zephyr's drivers read their own properties; nothing of the walk holds. */
function zephyr(machine: Machine, node: DtNode, trail: Trail): DmaReport {
  trail.steps.length = 0;
  trail.doubts.length = 0;
  sayIf(trail, 'Zephyr', 'Zephyr has no DMA set-up by bus: each driver decides.', {
    dependsOn: 'the Zephyr driver of the device',
  });
  return plain(machine, node, 'direct', trail);
}

/** A device that Xen keeps, or keeps for another domain than dom0. */
function keptFromDom0(machine: Machine, node: DtNode, view: HostView, trail: Trail): DmaReport {
  const limits = limitsOf(machine, node);
  sayLimits(machine, node, trail);
  const xen: XenFacts = { ...xenFacts(view), ...(limits.length > 0 && { limits }) };
  return hidden(machine, node, { xen, iommus: view.use ? [view.use] : [] }, trail);
}

/** No device of the Linux in dom0. */
function hidden(
  machine: Machine,
  node: DtNode,
  { xen, iommus = [] }: { readonly xen: XenFacts; readonly iommus?: readonly IommuUse[] },
  trail: Trail,
): DmaReport {
  const outcome: Outcome = { verdict: 'no-device', group: null, deferred: null, reserved: [], xen };
  return report(machine, node, { outcome, trail, coherent: coherence(machine, node).coherent, iommus });
}

function withoutSetUp(machine: Machine, node: DtNode, place: Existence, trail: Trail): DmaReport {
  const verdict = place.bus === 'other' ? 'not-configured' : 'no-device';
  if (node.properties.has('iommus')) {
    const authority = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure';
    say(trail, authority, 'Nobody reads its `iommus`.', at(node, 'iommus'));
    if (place.bus === 'none' && trail.doubts.length > 0) {
      const otherwise = walk(platformSubject(machine, node, 'platform'), newTrail());
      trail.alternative = { when: 'the driver of the parent makes the device', verdict: otherwise.verdict };
    }
  }
  return plain(machine, node, verdict, trail);
}

/** A report without an IOMMU. */
function plain(machine: Machine, node: DtNode, verdict: Verdict, trail: Trail): DmaReport {
  const outcome: Outcome = { verdict, group: null, deferred: null, reserved: [], xen: null };
  return report(machine, node, { outcome, trail, coherent: coherence(machine, node).coherent });
}

interface Findings {
  readonly outcome: Outcome;
  readonly trail: Trail;
  readonly coherent: boolean;
  readonly addressing?: Addressing;
  readonly iommus?: readonly IommuUse[];
  readonly id?: number | undefined;
}

/** Written without spreads: this runs for every device on every keystroke. */
function report(machine: Machine, node: DtNode, findings: Findings): DmaReport {
  const { outcome, trail, addressing: where } = findings;
  const result: { -readonly [Name in keyof DmaReport]: DmaReport[Name] } = {
    path: pathOf(node),
    label: node.labels[0]?.name ?? null,
    compatible: compatibles(node),
    verdict: outcome.verdict,
    certainty: trail.doubts.length === 0 ? 'certain' : 'depends',
    iommus: findings.iommus ?? [],
    group: outcome.group,
    deferred: outcome.deferred,
    coherent: findings.coherent,
    dmaLimit: where?.limit === undefined ? null : hex(where.limit),
    dmaRanges: where?.windows.map(windowText) ?? [],
    reserved: outcome.reserved,
    xen: outcome.xen,
    log: trail.log,
    steps: trail.steps,
  };
  if (trail.doubts.length > 0) result.dependsOn = trail.doubts.join('; ');
  if (trail.alternative) result.alternative = trail.alternative;
  const { map } = node.properties.has('iommu-map') ? iommuMap(machine, node) : { map: undefined };
  if (map) result.pci = mapsOf(map);
  if (findings.id !== undefined) result.rid = `0x${findings.id.toString(16).padStart(4, '0')}`;
  return result;
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
function walk(subject: Subject, trail: Trail): Outcome {
  const translation = translated(subject, trail);
  const outcome = beforeOps(subject, translation, trail);
  const { ops, xen, use } = translation;
  if (ops) follow(trail, ops.trail);
  return { ...outcome, verdict: ops?.verdict ?? outcome.verdict, xen: xen ?? null, use };
}

/** What the device has when arch_setup_dma_ops is called. */
function beforeOps(subject: Subject, translation: Translation, trail: Trail): Outcome {
  const order = first(subject, (system) => system.order?.(subject, trail));
  const none = { group: null, deferred: null, reserved: [], xen: null };
  if (order) return { ...none, verdict: order.verdict, deferred: order.deferral };
  const { machine, binding } = subject;
  if (binding.outcome !== 'bound' || translation.refused !== undefined || refused(subject, trail)) {
    return { ...none, verdict: withoutIommu(subject, trail) };
  }
  revisionDoubt(machine, binding, trail);
  doubtCrowd(subject, trail);
  const group = translation.group ?? groupName(subject);
  if (group === undefined) return { ...none, verdict: withoutIommu(subject, trail) };
  return { ...none, verdict: behindIommu(subject, group, trail), group, reserved: reservedOf(subject, trail) };
}

/** The driver's probe_device or device_group says no: Linux goes on without an IOMMU. */
function refused(subject: Subject, trail: Trail): boolean {
  const refusal = refusedByDriver(subject);
  if (!refusal) return false;
  if (refusal.log !== undefined) trail.log.push(refusal.log);
  say(
    trail,
    refusal.authority,
    `The driver refuses the device, because ${refusal.why}; Linux goes on without an IOMMU.`,
  );
  return true;
}

/** The parts that systems decide, each from the first one that does. */
function translated(subject: Subject, trail: Trail): Translation {
  let result: Translation = {};
  for (const system of SYSTEMS) {
    if (system.translate && system.claims(subject)) result = { ...system.translate(subject, trail), ...result };
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

function behindIommu(subject: Subject, group: string, trail: Trail): Verdict {
  const { machine, node } = subject;
  const authority = 'Linux 6.12 drivers/iommu/iommu.c:iommu_group_add_device';
  const members = groupMembers(machine, group).filter((member) => member !== node);
  const others = [...members.map(pathOf), ...functionCompany(subject, trail)].slice(0, 4).map(quoted);
  const shared = others.length === 0 ? 'a group' : `the group of ${others.join(', ')}`;
  say(trail, authority, `The device joins ${shared}.`);
  trail.log.push(subjectLine(machine, subject, 'Adding to iommu group N'));
  const verdict = domainVerdict(subject, [node, ...members], trail);
  sayPoolUnused(subject, trail);
  return verdict;
}

/** The other functions of a PCI function's group, by node or by name; records why they are one. */
function functionCompany(subject: Subject, trail: Trail): string[] {
  const placement = pciPlacement(subject);
  if (!placement) return [];
  follow(trail, placement.trail);
  const { machine, configuredBy } = subject;
  return placement.company.map((fn) => (fn.node ? pathOf(fn.node) : functionName(machine, configuredBy, fn.id)));
}

function reservedOf(subject: Subject, trail: Trail): Outcome['reserved'] {
  const regions: Region[] = [];
  for (const system of SYSTEMS) {
    if (system.reserve && system.claims(subject)) regions.push(...system.reserve(subject, trail));
  }
  const { machine } = subject;
  const honoured = subject.binding.reached[0]?.state.match?.driver.honoursReserved;
  // Linux 6.3 was the first to read `iommu-addresses`.
  if (honoured && compareVersions(machine.platform.kernelVersion, [6, 3]) >= 0)
    regions.push(...reservedByTree(machine, subject.node, trail));
  return listed(regions);
}

function finish(subject: Subject, outcome: Outcome, trail: Trail): DmaReport {
  const { machine, node, binding, coherent, id } = subject;
  const iommus = usesOf(binding, outcome);
  return report(machine, node, { outcome, trail, coherent, addressing: subject.addressing, iommus, id });
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
