// SPDX-License-Identifier: MIT
// Which IOMMUs a device is bound to: the entries of `iommus`, or the map of its bus, handed to of_iommu_xlate in order.
import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import { deviceName } from '#model/devices/device-name.ts';
import { existence } from '#model/devices/existence.ts';
import type { DriverMatch } from '#model/drivers/index.ts';
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import { compareVersions, inVersions } from '#model/platform/platform.ts';
import { at, doubt, newSteps, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId } from '#model/report/types.ts';
import { pathOf, strings } from '#tree/query.ts';
import { type ListStop, specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { iommuMap, MAP_ID, mapId } from './id-map.ts';
import { listedBinding } from './legacy-masters.ts';
import { type IommuState, iommuState } from './state.ts';
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
  /** Why it was refused; a clause. */
  readonly why?: string;
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
    say(steps, CONFIGURE_DEV, 'No `iommus`: no IOMMU translates for the device.');
    return { outcome: 'none', reached: [], steps };
  }
  const list = specifiers(machine.tree, property, '#iommu-cells');
  const reached: Bound[] = [];
  for (const { index, provider, args, phandle } of list.entries) {
    const values = args.map(({ value }) => value);
    const name = `\`iommus\` entry ${index}`;
    const found = xlate(
      machine,
      { device: node, provider, args: values, span: phandle.span, name, earlier: reached },
      steps,
    );
    reached.push(found.bound);
    if (found.outcome !== 'bound') return { ...found, reached, steps };
  }
  if (list.stop) sayStop(node, list.stop, reached.length, steps);
  else if (reached.length === 0) say(steps, CONFIGURE_DEV, '`iommus` is empty: no IOMMU.', at(node, 'iommus'));
  return { outcome: reached.length > 0 ? 'bound' : 'none', reached, steps };
}

function sayStop(node: DtNode, stop: ListStop, before: number, steps: Steps): void {
  const path = pathOf(node);
  const where = `\`iommus\` entry ${stop.index}`;
  const rest = before > 0 ? 'Linux keeps the entries before it' : 'Linux sets the device up without an IOMMU';
  let what: string;
  switch (stop.reason) {
    case 'empty':
      what = 'has phandle 0, which ends the list';
      break;
    case 'unresolved':
      what = `refers to ${quoted(`&${stop.phandle.ref}`)}, which is nowhere in the tree`;
      break;
    case 'no-such-phandle':
      what = `has phandle ${hex(stop.phandle.value)}, which no node has`;
      steps.log.push(`OF: ${path}: could not find phandle ${stop.phandle.value | 0}`);
      break;
    case 'no-cells': {
      const target = stop.provider ? pathOf(stop.provider) : '';
      what = `names ${quoted(target)}, which has no \`#iommu-cells\``;
      steps.log.push(`OF: ${path}: could not get #iommu-cells for ${target}`);
      break;
    }
    case 'short':
      what = `has ${stop.found} of the ${stop.wanted} cells that \`#iommu-cells\` asks for`;
      steps.log.push(`OF: ${path}: #iommu-cells = ${stop.wanted} found ${stop.found}`);
      break;
  }
  say(steps, PARSE, `${where} ${what}; ${rest}.`, stop.phandle.span);
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
    if (lost) say(steps, OF_CONFIGURE, `Its DMA may carry ID ${hex(id)}, too, so Linux drops the other IDs as well.`);
    const why = found.why === undefined ? {} : { why: found.why };
    return { outcome: lost ? 'refused' : found.outcome, reached, steps, ...why };
  }
  return { outcome: 'bound', reached, steps };
}

interface OneId {
  readonly outcome: Binding['outcome'];
  readonly bound?: Bound;
  readonly why?: string;
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
  const path = quoted(pathOf(bus));
  switch (found.kind) {
    case 'absent':
      say(steps, MAP_ID, `${path} has no \`iommu-map\`: no IOMMU translates for the functions behind it.`);
      return { outcome: 'none' };
    case 'uncovered':
      steps.log.push(found.log);
      say(steps, MAP_ID, `No entry of \`iommu-map\` on ${path} covers ID ${hex(id)}: no IOMMU.`, at(bus, 'iommu-map'));
      return { outcome: 'none' };
    case 'refused':
      if (found.log !== '') steps.log.push(found.log);
      say(steps, MAP_ID, `\`iommu-map\` on ${path} is not used for ID ${hex(id)}, because ${found.why}.`, found.span);
      return { outcome: 'refused', why: found.why };
    case 'mapped': {
      const name = `\`iommu-map\` on ${path} sends ID ${hex(id)} to ${found.args.map(hex).join(' ')}; its entry`;
      const { provider, args, row } = found;
      return xlate(machine, { device: bus, provider, args, span: row.span, name, earlier, id }, steps);
    }
  }
}

interface Spec {
  /** The device, or the node of its bus. */
  readonly device: DtNode;
  readonly provider: DtNode;
  readonly args: readonly number[];
  readonly span: Span;
  readonly name: string;
  /** The specifiers that were taken before. */
  readonly earlier: readonly Bound[];
  /** For an ID of a bus. */
  readonly id?: number;
}

interface Xlated {
  readonly outcome: 'bound' | 'refused' | 'waiting';
  readonly bound: Bound;
  readonly why?: string;
}

/** One specifier through of_iommu_xlate, in its order of tests. */
function xlate(machine: Machine, spec: Spec, steps: Steps): Xlated {
  const state = iommuState(machine, spec.provider);
  const bound: Bound = { state, args: spec.args, ids: decode(state, spec.args), span: spec.span };
  const to = quoted(state.path);
  const refuse = (why: string, authority: string, ...evidence: readonly Span[]): Xlated => {
    const lost = spec.earlier.length > 0 ? ' and drops the entries before it, too' : '';
    say(
      steps,
      authority,
      `${spec.name} names ${to}, but ${why}: Linux goes on without an IOMMU${lost}.`,
      spec.span,
      ...evidence,
    );
    return { outcome: 'refused', bound, why };
  };
  if (!state.available) return refuse('that is disabled', XLATE, at(spec.provider, 'status'));
  const { registration, match } = state;
  if (registration.kind === 'never') {
    // Until 6.10 of_iommu_xlate passed the unregistered IOMMU's operations, none, to iommu_fwspec_init first.
    if (spec.earlier.length > 0 && compareVersions(machine.platform.kernelVersion, [6, 11]) < 0) {
      return refuse('that is not registered, and before Linux 6.11 a later entry does not wait', FWSPEC_INIT);
    }
    say(
      steps,
      FWSPEC_INIT,
      `${spec.name} names ${to}, which is never registered as an IOMMU, because ${registration.why}.`,
      spec.span,
      ...registration.evidence,
    );
    if (registration.condition !== undefined) doubt(steps, registration.condition);
    return { outcome: 'waiting', bound, why: registration.why };
  }
  if (!match) return refuse('no driver serves it', XLATE);
  const refusal = refusedBy(machine, spec, state, match);
  if (refusal) return refuse(refusal.why, refusal.authority, ...(refusal.evidence ?? []));
  const decoded = bound.ids.map(
    ({ kind, id, mask }) => `${kind} ${hex(id)}${mask === null ? '' : ` mask ${hex(mask)}`}`,
  );
  const ids = decoded.length === 0 ? '' : `: ${decoded.join(', ')}`;
  const text = `${spec.name} names ${to}, which has the driver ${match.driver.name}${ids}.`;
  if (registration.kind === 'late') {
    sayIf(steps, XLATE, text, { dependsOn: registration.condition, evidence: [spec.span] });
    steps.alternative ??= { when: 'the module is not loaded in time', verdict: 'defer->direct' };
  } else {
    say(steps, XLATE, text, spec.span);
  }
  return { outcome: 'bound', bound };
}

interface Refusal {
  readonly why: string;
  readonly authority: string;
  readonly evidence?: readonly Span[];
}

function refusedBy(machine: Machine, spec: Spec, state: IommuState, match: DriverMatch): Refusal | undefined {
  const { driver } = match;
  const source = `Linux 6.12 ${driver.source}`;
  const other = spec.earlier.find((earlier) => earlier.state.match?.driver !== driver);
  if (other) {
    const why = `entry 0 belongs to another driver (${other.state.match?.driver.name}), and a device has one`;
    return { why, authority: FWSPEC_INIT, evidence: [other.span] };
  }
  if (driver.legacyList && spec.provider.properties.has(driver.legacyList.property)) {
    const why = `it has ${quoted(driver.legacyList.property)}, and its driver takes no others then`;
    return { why, authority: source, evidence: [at(spec.provider, driver.legacyList.property)] };
  }
  if (driver.noXlate && inVersions(machine.platform.kernelVersion, driver.noXlate)) {
    return {
      why: `its driver ${driver.name} has no of_xlate in this Linux and takes no masters`,
      authority: XLATE,
    };
  }
  if (driver.cellCountChecked === 'consumer' && !driver.cellCounts.includes(spec.args.length)) {
    const wanted = driver.cellCounts.join(' or ');
    return {
      why: `its driver refuses ${spec.args.length} cells instead of ${wanted}`,
      authority: `${source} (of_xlate)`,
    };
  }
  const instances = new Set(spec.earlier.map((earlier) => earlier.state.node));
  if (driver.instances === 'rejected' && instances.size > 0 && !instances.has(state.node)) {
    return { why: 'its driver takes one instance per device', authority: `${source} (of_xlate)` };
  }
  if (driver.instances === 'two' && instances.size >= 2 && !instances.has(state.node)) {
    return { why: 'its driver takes two instances per device at most', authority: `${source} (of_xlate)` };
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
  if (denied) return { why: `its driver serves nobody on ${quoted(denied.compatible)}`, authority };
  const name = deviceName(machine, spec.device);
  const pci = existence(machine, spec.device).bus === 'pci' || spec.id !== undefined;
  if ((pci && inVersions(version, filter.pci)) || filter.devices.includes(name)) return undefined;
  return { why: `its driver does not have ${quoted(name)} on its list of masters (${filter.result})`, authority };
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
    doubt(steps, `the cut of the chip: on ${revision} the driver serves nobody`);
    steps.alternative ??= { when: `the chip is an ${revision}`, verdict: 'direct' };
  }
}
