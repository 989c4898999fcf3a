// SPDX-License-Identifier: MIT
// Which IOMMUs a device is bound to: the entries of `iommus`, or the map of its bus, handed to of_iommu_xlate in order.
import type { Span } from '#base/text.ts';
import { deviceName } from '#model/devices/device-name.ts';
import { existence } from '#model/devices/existence.ts';
import type { DriverMatch } from '#model/drivers/index.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import { has, inVersions } from '#model/platform/releases.ts';
import { at, decides, doubt, newSteps, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId } from '#model/report/types.ts';
import type { BindingReason, Entry, ListFault } from '#model/statements/binding.ts';
import type { Reason } from '#model/statements/index.ts';
import { pathOf, strings } from '#tree/query.ts';
import { type ListStop, specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { iommuMap, MAP_ID, mapId } from './id-map.ts';
import { listedBinding } from './legacy-masters.ts';
import { type IommuState, iommuState, suppliedBy } from './state.ts';
import { decode } from './xlate.ts';

/** One specifier that reached its IOMMU. */
export interface Bound {
  readonly state: IommuState;
  readonly args: readonly number[];
  readonly ids: readonly DecodedId[];
  readonly span: Span;
}

export interface Binding {
  /**
   * `none`: nothing names an IOMMU. `bound`: every specifier was taken. `refused`: an error that Linux takes as "carry
   * on without it". `waiting`: an IOMMU is not registered.
   */
  readonly outcome: 'none' | 'bound' | 'refused' | 'waiting';
  /** What was reached, the refused or awaited entry last. */
  readonly reached: readonly Bound[];
  /** Why it was refused. */
  readonly why?: Reason;
  readonly steps: Steps;
}

const XLATE = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate';
const CONFIGURE_DEV = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure_dev';
const FWSPEC_INIT = 'Linux 6.12 drivers/iommu/iommu.c:iommu_fwspec_init';
const OF_CONFIGURE = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_configure';
const PARSE = 'Linux 6.12 drivers/of/base.c:of_phandle_iterator_next';

/** The binding of a platform or AMBA device by its own `iommus`. */
export const listBinding: PerNode<Binding> = perNode(readList, () => ({
  outcome: 'none',
  reached: [],
  steps: newSteps(),
}));

function readList(machine: Machine, node: DtNode): Binding {
  const steps = newSteps();
  const property = node.properties.get('iommus');
  if (!property) {
    const listed = listedBinding(machine, node);
    if (listed) return listed;
    say(steps, CONFIGURE_DEV, { kind: 'no-iommus' });
    decides(steps);
    return { outcome: 'none', reached: [], steps };
  }
  const list = specifiers(machine.tree, property, '#iommu-cells');
  const reached: Bound[] = [];
  for (const { index, provider, args, phandle } of list.entries) {
    const values = args.map(({ value }) => value);
    const entry: Entry = { in: 'iommus', index };
    const found = xlate(
      machine,
      { device: node, provider, args: values, span: phandle.span, entry, earlier: reached },
      steps,
    );
    reached.push(found.bound);
    if (found.outcome !== 'bound') return { ...found, reached, steps };
  }
  if (list.stop) sayStop(node, list.stop, reached.length, steps);
  else if (reached.length === 0) {
    say(steps, CONFIGURE_DEV, { kind: 'iommus-empty' }, at(node, 'iommus'));
    decides(steps);
  }
  return { outcome: reached.length > 0 ? 'bound' : 'none', reached, steps };
}

function sayStop(node: DtNode, stop: ListStop, before: number, steps: Steps): void {
  const line = stopLine(stop);
  if (line !== undefined) steps.log.push(`OF: ${pathOf(node)}: ${line}`);
  const keepsEarlier = before > 0;
  const statement = { kind: 'iommus-stop', index: stop.index, fault: faultOf(stop), keepsEarlier } as const;
  say(steps, PARSE, statement, stop.phandle.span);
  if (!keepsEarlier) decides(steps);
}

function faultOf(stop: ListStop): ListFault {
  switch (stop.reason) {
    case 'empty':
      return { kind: 'phandle-zero' };
    case 'unresolved':
      return { kind: 'no-label', label: stop.phandle.ref ?? '' };
    case 'no-such-phandle':
      return { kind: 'no-phandle', phandle: stop.phandle.value };
    case 'no-cells':
      return { kind: 'no-cells', target: stop.provider ? pathOf(stop.provider) : '' };
    case 'short':
      return { kind: 'too-short', found: stop.found ?? 0, wanted: stop.wanted ?? 0 };
  }
}

/** What Linux prints about it. */
function stopLine(stop: ListStop): string | undefined {
  switch (stop.reason) {
    case 'empty':
    case 'unresolved':
      return undefined;
    case 'no-such-phandle':
      return `could not find phandle ${stop.phandle.value | 0}`;
    case 'no-cells':
      return `could not get #iommu-cells for ${stop.provider ? pathOf(stop.provider) : ''}`;
    case 'short':
      return `#iommu-cells = ${stop.wanted} found ${stop.found}`;
  }
}

/**
 * The binding of a device on a bus whose node has `iommu-map`, by all the IDs that it uses; the first that has no
 * IOMMU leaves it without one.
 */
export function mapBinding(machine: Machine, bus: DtNode, ids: readonly number[]): Binding {
  const steps = newSteps();
  const reached: Bound[] = [];
  const listed = bus.properties.has('iommu-map') ? undefined : listedBinding(machine, bus, ids.at(-1));
  if (listed) return listed;
  for (const id of ids) {
    const found = mapOne(machine, bus, { id, earlier: reached }, steps);
    if (found.bound) reached.push(found.bound);
    if (found.outcome === 'bound') continue;
    const lost = found.outcome !== 'waiting' && id !== ids[0];
    if (lost) say(steps, OF_CONFIGURE, { kind: 'other-ids-dropped', id });
    const why = found.why === undefined ? {} : { why: found.why };
    return { outcome: lost ? 'refused' : found.outcome, reached, steps, ...why };
  }
  return { outcome: 'bound', reached, steps };
}

interface OneId {
  readonly outcome: Binding['outcome'];
  readonly bound?: Bound;
  readonly why?: Reason;
}

function mapOne(
  machine: Machine,
  bus: DtNode,
  { id, earlier }: { readonly id: number; readonly earlier: readonly Bound[] },
  steps: Steps,
): OneId {
  const { map } = iommuMap(machine, bus);
  if (map?.notice !== undefined && earlier.length === 0) steps.log.push(map.notice);
  const found = mapId(map, bus, 'iommu-map', id);
  const path = pathOf(bus);
  switch (found.kind) {
    case 'absent':
      say(steps, MAP_ID, { kind: 'no-iommu-map', bus: path });
      decides(steps);
      return { outcome: 'none' };
    case 'uncovered':
      steps.log.push(found.log);
      say(steps, MAP_ID, { kind: 'id-uncovered', bus: path, id }, at(bus, 'iommu-map'));
      decides(steps);
      return { outcome: 'none' };
    case 'refused':
      if (found.log !== '') steps.log.push(found.log);
      say(steps, MAP_ID, { kind: 'map-unused', bus: path, id, why: found.why }, found.span);
      decides(steps);
      return { outcome: 'refused', why: found.why };
    case 'mapped': {
      const { provider, args, row } = found;
      const entry: Entry = { in: 'iommu-map', bus: path, id, args };
      return xlate(machine, { device: bus, provider, args, span: row.span, entry, earlier, id }, steps);
    }
  }
}

interface Spec {
  /** The device, or the node of its bus. */
  readonly device: DtNode;
  readonly provider: DtNode;
  readonly args: readonly number[];
  readonly span: Span;
  readonly entry: Entry;
  /** The specifiers that were taken before. */
  readonly earlier: readonly Bound[];
  /** For an ID of a bus. */
  readonly id?: number;
}

interface Xlated {
  readonly outcome: 'bound' | 'refused' | 'waiting';
  readonly bound: Bound;
  readonly why?: Reason;
}

/** One specifier through of_iommu_xlate, in its order of tests. */
function xlate(machine: Machine, spec: Spec, steps: Steps): Xlated {
  const state = iommuState(machine, spec.provider);
  const bound: Bound = { state, args: spec.args, ids: decode(state, spec.args), span: spec.span };
  const { entry, span } = spec;
  const iommu = state.path;
  const refuse = (why: BindingReason, authority: string, ...evidence: readonly Span[]): Xlated => {
    const dropsEarlier = spec.earlier.length > 0;
    say(steps, authority, { kind: 'entry-refused', entry, iommu, why, dropsEarlier }, span, ...evidence);
    decides(steps);
    return { outcome: 'refused', bound, why };
  };
  if (!state.available) return refuse({ kind: 'iommu-disabled' }, XLATE, at(spec.provider, 'status'));
  const { registration, match } = state;
  if (registration.kind === 'never') {
    // Until 6.10 of_iommu_xlate passed the unregistered IOMMU's operations, none, to iommu_fwspec_init first.
    if (spec.earlier.length > 0 && !has(machine.platform.kernelVersion, GATES.laterEntriesWait)) {
      return refuse({ kind: 'later-entry-unregistered' }, FWSPEC_INIT);
    }
    const { why, evidence, condition } = registration;
    say(steps, FWSPEC_INIT, { kind: 'entry-unregistered', entry, iommu, why }, span, ...evidence);
    decides(steps);
    if (condition !== undefined) doubt(steps, condition);
    return { outcome: 'waiting', bound, why };
  }
  if (!match) return refuse({ kind: 'iommu-without-driver' }, XLATE);
  const property = spec.id === undefined ? suppliedBy(machine, spec.provider, match, spec.device) : undefined;
  if (property !== undefined) {
    const why = at(spec.provider, property);
    say(steps, XLATE, { kind: 'entry-needs-master', entry, iommu, property }, span, why);
    decides(steps);
    return { outcome: 'waiting', bound };
  }
  const refusal = refusedBy(machine, spec, state, match);
  if (refusal) return refuse(refusal.why, refusal.authority, ...(refusal.evidence ?? []));
  const taken = { kind: 'entry-taken', entry, iommu, driver: match.driver.name, ids: bound.ids } as const;
  if (registration.kind === 'late') {
    sayIf(steps, XLATE, taken, { dependsOn: registration.condition, evidence: [span] });
    otherwise(steps, registration.condition, 'defer->direct');
  } else {
    say(steps, XLATE, taken, span);
  }
  decides(steps);
  return { outcome: 'bound', bound };
}

interface Refusal {
  readonly why: BindingReason;
  readonly authority: string;
  readonly evidence?: readonly Span[];
}

function refusedBy(machine: Machine, spec: Spec, state: IommuState, match: DriverMatch): Refusal | undefined {
  const { driver } = match;
  const source = `Linux 6.12 ${driver.source}`;
  const other = spec.earlier.find((earlier) => earlier.state.match?.driver !== driver);
  if (other) {
    const why: BindingReason = { kind: 'two-drivers', first: other.state.match?.driver.name ?? '' };
    return { why, authority: FWSPEC_INIT, evidence: [other.span] };
  }
  if (driver.legacyList && spec.provider.properties.has(driver.legacyList.property)) {
    const { property } = driver.legacyList;
    const why: BindingReason = { kind: 'only-own-list', property };
    return { why, authority: source, evidence: [at(spec.provider, property)] };
  }
  if (driver.noXlate && inVersions(machine.platform.kernelVersion, driver.noXlate)) {
    return { why: { kind: 'no-of-xlate', driver: driver.name }, authority: XLATE };
  }
  if (driver.cellCountChecked === 'consumer' && !driver.cellCounts.includes(spec.args.length)) {
    const why: BindingReason = { kind: 'cell-count', found: spec.args.length, wanted: driver.cellCounts };
    return { why, authority: `${source} (of_xlate)` };
  }
  const instances = new Set(spec.earlier.map((earlier) => earlier.state.node));
  if (driver.instances === 'rejected' && instances.size > 0 && !instances.has(state.node)) {
    return { why: { kind: 'instances', most: 1 }, authority: `${source} (of_xlate)` };
  }
  const version = machine.platform.kernelVersion;
  const few = driver.mostInstances?.find((row) => inVersions(version, row));
  if (few && instances.size >= few.most && !instances.has(state.node)) {
    return { why: { kind: 'instances', most: few.most }, authority: `${source} (of_xlate)` };
  }
  if (driver.mostIds && inVersions(version, driver.mostIds)) {
    const { most } = driver.mostIds;
    const before = new Set(spec.earlier.filter((each) => each.state.node === state.node).map(({ args }) => args[0]));
    if (before.size >= most && !before.has(spec.args[0])) {
      return { why: { kind: 'ids', most }, authority: `Linux 7.3 ${driver.source} (of_xlate)` };
    }
  }
  return filtered(machine, spec, match);
}

function filtered(machine: Machine, spec: Spec, { driver, traits }: DriverMatch): Refusal | undefined {
  const filter = driver.clientFilter;
  if (!filter || traits.implementation === null || !filter.implementations.includes(traits.implementation))
    return undefined;
  const soc = strings(machine.tree.root.properties.get('compatible'));
  const version = machine.platform.kernelVersion;
  const denied = filter.deniedSocs.find(
    (row) => row.revision === undefined && inVersions(version, row) && soc.includes(row.compatible),
  );
  const authority = `Linux 6.12 ${filter.source}`;
  if (denied) return { why: { kind: 'soc-denied', soc: denied.compatible }, authority };
  const name = deviceName(machine, spec.device);
  const pci = existence(machine, spec.device).bus === 'pci' || spec.id !== undefined;
  if ((pci && inVersions(version, filter.pci)) || filter.devices.includes(name)) return undefined;
  return { why: { kind: 'not-on-list', device: name, result: filter.result }, authority };
}

/** What a revision of the chip, which no tree tells, changes for a bound device. */
export function revisionDoubt(machine: Machine, binding: Binding, steps: Steps): void {
  const match = binding.reached[0]?.state.match;
  const filter = match?.driver.clientFilter;
  if (!filter?.implementations.includes(match?.traits.implementation ?? '')) return;
  const soc = strings(machine.tree.root.properties.get('compatible'));
  for (const row of filter.deniedSocs) {
    const { compatible, revision } = row;
    if (revision === undefined || !inVersions(machine.platform.kernelVersion, row) || !soc.includes(compatible))
      continue;
    const cut = { kind: 'cut-without-masters', revision } as const;
    doubt(steps, cut);
    otherwise(steps, cut, 'direct');
  }
}
