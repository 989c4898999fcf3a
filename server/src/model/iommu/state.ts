// SPDX-License-Identifier: MIT
// Whether an IOMMU node ends up registered with Linux's IOMMU core: by which driver, or why it never does.
import type { Span } from '#base/text.ts';
import { rawCells, regRange } from '#model/addresses/addresses.ts';
import { deviceName } from '#model/devices/device-name.ts';
import { disabledAbove, existence } from '#model/devices/existence.ts';
import { supplierDriver } from '#model/devices/supplier-drivers.ts';
import { type DriverMatch, driverFor, knownStrings } from '#model/drivers/index.ts';
import { leftOutBy } from '#model/drivers/left-out.ts';
import type { DriverNeed } from '#model/drivers/types.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, type PerNode, perMachine, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { driverState, fwDevlink, isEnabled } from '#model/platform/platform.ts';
import { has, inVersions } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import { at } from '#model/report/steps.ts';
import type { BindingAlternative } from '#model/statements/binding.ts';
import type { Lack, RegistrationCondition, RegistrationReason } from '#model/statements/registration.ts';
import { cells, cellTarget, compatibles, isAvailable, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { hiddenByForm } from './master-lists.ts';

/** Why no `iommu_device` ever appears for a node; the reason of a {@link Deferral}. */
export type Missing = 'no-device' | 'no-driver' | 'not-built' | 'probe-fails' | 'not-registered' | 'supplier';

export type Registration =
  | { readonly kind: 'registered' }
  /** Registered once something happens that the tree does not decide. */
  | { readonly kind: 'late'; readonly condition: BindingAlternative }
  | {
      readonly kind: 'never';
      readonly reason: Missing;
      readonly why: RegistrationReason;
      readonly evidence: readonly Span[];
      /** What its driver prints about it, and the error that its probe returns, where the driver core prints that. */
      readonly log?: string;
      readonly error?: number;
      /** What it hangs on, where the tree does not decide it. */
      readonly condition?: RegistrationCondition;
    };

type Never = Extract<Registration, { readonly kind: 'never' }>;

/** The driver is a module, which comes or comes not before the deferred probe timeout. */
export const comesAsModule = (result: Registration): boolean =>
  result.kind === 'late' && result.condition.kind === 'module-in-time';

export interface IommuState {
  readonly node: DtNode;
  readonly path: string;
  /** Its own `status`, the only one that of_iommu_xlate looks at. */
  readonly available: boolean;
  readonly match: DriverMatch | undefined;
  readonly registration: Registration;
}

export const iommuState: PerNode<IommuState> = perNode(
  (machine, node) => {
    const match = driverFor(node, machine.platform.kernelVersion);
    return {
      node,
      path: pathOf(node),
      available: isAvailable(node),
      match,
      registration: alone(machine, node, registration(machine, node, match)),
    };
  },
  (_, node) => ({
    node,
    path: pathOf(node),
    available: isAvailable(node),
    match: undefined,
    registration: never('supplier', { kind: 'needs-itself' }, []),
  }),
);

/** Before Linux 6.8 a bus had the operations of one driver: IOMMUs of any other fail to register (-EBUSY). */
function alone(machine: Machine, node: DtNode, own: Registration): Registration {
  if (own.kind === 'never' || has(machine.platform.kernelVersion, GATES.severalDrivers)) return own;
  const first = firstToRegister(machine);
  if (!first || first.driver === driverFor(node, machine.platform.kernelVersion)?.driver.name) return own;
  const iommu = pathOf(first.node);
  const because = never('probe-fails', { kind: 'other-driver-first', first: iommu }, [at(first.node, 'compatible')]);
  return { ...because, condition: { kind: 'iommu-probed-first', iommu } };
}

const firstToRegister = perMachine<{ readonly node: DtNode; readonly driver: string } | undefined>((machine) => {
  for (const node of treeNodes(machine).all) {
    if (!node.properties.has('#iommu-cells') || !isAvailable(node)) continue;
    const match = driverFor(node, machine.platform.kernelVersion);
    if (match && registration(machine, node, match).kind !== 'never') return { node, driver: match.driver.name };
  }
  return undefined;
});

function never(reason: Missing, why: RegistrationReason, evidence: readonly Span[]): Never {
  return { kind: 'never', reason, why, evidence };
}

function registration(machine: Machine, node: DtNode, match: DriverMatch | undefined): Registration {
  if (!match) return never('no-driver', withoutDriver(node), [at(node, 'compatible')]);
  const where = existence(machine, node);
  if (where.bus === 'none' && match.driver.bus !== 'none') {
    const last = where.steps.list.at(-1);
    return never('no-device', { kind: 'no-device', why: last?.statement ?? null }, last?.evidence ?? []);
  }
  const unmet =
    unmetNeed(machine, node, match) ??
    unlisted(node, match) ??
    notUniform(machine, node, match) ??
    hiddenByForm(machine, node, match.driver);
  const built = builtState(machine, match);
  if (built.kind === 'never') return built;
  return unmet ?? suppliedByMaster(machine, node, match) ?? built;
}

/**
 * A supplier that waits for this IOMMU as its master. Both wait until Linux stops waiting; masters that wait with them came
 * before or after the IOMMU on 7.3 from one boot to the next.
 */
function suppliedByMaster(machine: Machine, node: DtNode, match: DriverMatch): Registration | undefined {
  for (const [property, cellsName] of waitsBy(machine, node, match)) {
    for (const { provider } of specifiers(machine.tree, node.properties.get(property), cellsName).entries) {
      if (!waitsFor(machine, provider, node)) continue;
      return { kind: 'late', condition: { kind: 'after-the-wait', supplier: pathOf(provider) } };
    }
  }
  return undefined;
}

/** A device that is a master of the IOMMU, and has a driver that probes. */
function waitsFor(machine: Machine, device: DtNode, iommu: DtNode): boolean {
  if (compatibles(device).some((name) => EARLY.includes(name)) || existence(machine, device).bus === 'none')
    return false;
  const { entries } = specifiers(machine.tree, device.properties.get('iommus'), '#iommu-cells');
  return entries.some(({ provider }) => provider === iommu);
}

function withoutDriver(node: DtNode): RegistrationReason {
  const known = knownStrings(node)[0];
  if (known) {
    const { name, role, note = null } = known.compatible;
    return { kind: 'string-not-bound', compatible: name, driver: known.driver.name, role, note };
  }
  const first = compatibles(node)[0];
  return first === undefined ? { kind: 'no-compatible' } : { kind: 'no-iommu-driver', compatible: first };
}

/** Options that the driver's transport needs beside its own, by the driver's bus and the role of the string. */
function builtState(machine: Machine, match: DriverMatch): Registration {
  const { driver, compatible } = match;
  const states: [string, ReturnType<typeof isEnabled>][] = [[driver.config, driverState(machine.platform, driver)]];
  if (driver.bus === 'virtio') {
    const transport = compatible.role === 'pci-node' ? 'VIRTIO_PCI' : 'VIRTIO_MMIO';
    states.push([transport, isEnabled(machine.platform, transport)]);
  }
  for (const [symbol, state] of states) {
    if (state === 'off') return never('not-built', { kind: 'driver-not-built', driver: driver.name, symbol }, []);
  }
  const option = leftOutBy(machine.platform, driver);
  if (option !== undefined) return never('not-built', { kind: 'driver-left-out', driver: driver.name, option }, []);
  for (const [symbol, state] of states) {
    if (state === 'module') return { kind: 'late', condition: { kind: 'module-in-time', symbol } };
  }
  return { kind: 'registered' };
}

function unmetNeed(machine: Machine, node: DtNode, match: DriverMatch): Registration | undefined {
  const { driver, traits } = match;
  const count = u32(node.properties.get('#iommu-cells'));
  const fatal =
    driver.cellCountChecked === 'provider' && inVersions(machine.platform.kernelVersion, driver.cellCountFatal ?? {});
  if (fatal && count !== undefined && !driver.cellCounts.includes(count)) {
    const said = driver.cellCountOutcome.replace('%d', String(count));
    const why: RegistrationReason = { kind: 'probe-prints', log: said };
    return { ...never('probe-fails', why, [at(node, '#iommu-cells')]), log: said, error: -22 };
  }
  for (const need of traits.needs) {
    if (!need.enforced || !inVersions(machine.platform.kernelVersion, need)) continue;
    if (need.unless !== undefined && node.properties.has(need.unless)) continue;
    const gap = lacks(machine, node, need);
    if (gap === undefined) continue;
    const reason = need.kind === 'suppliers' ? 'supplier' : 'probe-fails';
    const line = need.log === undefined ? undefined : filled(need.log, gap.values);
    const result = never(reason, { kind: 'lacks', lack: gap.lack, log: line ?? null }, [at(node, gap.property)]);
    const { error } = need;
    return { ...result, ...(line !== undefined && { log: line }), ...(error !== undefined && { error }) };
  }
  return deadSupplier(machine, node, match);
}

/** What a node lacks for its driver, the property it is about, the values for the log line. */
export interface Gap {
  readonly lack: Lack;
  readonly property: string;
  readonly values: readonly (number | string)[];
}

/** printk's placeholders filled in order; what the tree does not tell keeps its placeholder. */
export function filled(format: string, values: readonly (number | string)[]): string {
  let next = 0;
  return format.replace(/%(d|pr|pR)/g, (place) => {
    const value = String(values[next++] ?? place);
    return place === '%pR' ? value.replace(/ flags 0x[0-9a-f]+/, '') : value;
  });
}

/** What of the need the node lacks; `undefined` when it has it all. */
export function lacks(machine: Machine, node: DtNode, need: DriverNeed): Gap | undefined {
  switch (need.kind) {
    case 'property': {
      const name = need.name ?? '';
      return node.properties.has(name) ? undefined : without(name);
    }
    case 'clocks':
      return lacksClocks(node, need);
    case 'resets':
      return node.properties.has('resets') ? undefined : without('resets');
    case 'interrupts': {
      const found = interruptCount(machine, node);
      const atLeast = (need.name === undefined ? 0 : (u32(node.properties.get(need.name)) ?? 0)) + (need.count ?? 1);
      if (found === undefined || found >= atLeast) return undefined;
      return {
        lack: { kind: 'interrupts', found, wanted: atLeast },
        property: 'interrupts',
        values: [found, atLeast],
      };
    }
    case 'reg-size': {
      const wanted = BigInt(need.bytes ?? 0);
      const region = regRange(machine, node);
      if (region && region.size >= wanted) return undefined;
      const lack: Lack = region ? { kind: 'registers', found: region.size, wanted } : { kind: 'usable-reg' };
      const end = region && region.start + region.size - 1n;
      const resource = region && end ? `[mem ${address(region.start)}-${address(end)} flags 0x200]` : undefined;
      return { lack, property: 'reg', values: resource === undefined ? [] : [resource] };
    }
    case 'suppliers': {
      const property = need.name ?? '';
      for (const cell of cells(machine.tree, node.properties.get(property)).slice(0, 1)) {
        const target = cellTarget(machine.tree, cell);
        if (target && existence(machine, target).bus !== 'none') continue;
        return { lack: { kind: 'supplier', property }, property, values: [] };
      }
      return undefined;
    }
  }
}

/** The node lacks a property. */
function without(property: string): Gap {
  return { lack: { kind: 'property', property }, property, values: [] };
}

/** As `%pr` prints the ends of a memory resource. */
function address(value: bigint): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** The lines about the IOMMU's own failed probe, as its report shows them. */
export function failureLines(machine: Machine, { node, match, registration: result }: IommuState): string[] {
  if (!match || result.kind !== 'never') return [];
  const driver = match.driver.logName ?? match.driver.name;
  const prefix = `${driver} ${deviceName(machine, node)}: `;
  const lines = result.log === undefined ? [] : [`${prefix}${result.log}`];
  // Older kernels word it differently.
  if (result.error !== undefined && has(machine.platform.kernelVersion, GATES.probeErrorWords)) {
    lines.push(`${prefix}probe with driver ${driver} failed with error ${result.error}`);
  }
  return lines;
}

function lacksClocks(node: DtNode, need: DriverNeed): Gap | undefined {
  const sets = need.names ?? [];
  if (sets.length === 0) {
    return node.properties.has('clocks') ? undefined : without('clocks');
  }
  const names = strings(node.properties.get('clock-names'));
  if (sets.some((set) => set.every((name) => names.includes(name)))) return undefined;
  return { lack: { kind: 'clock-names', sets }, property: 'clock-names', values: [] };
}

/** How many interrupts a node lists; `undefined` when their controller's cell count is not known. */
export function interruptCount(machine: Machine, node: DtNode): number | undefined {
  const extended = node.properties.get('interrupts-extended');
  if (extended) {
    const list = specifiers(machine.tree, extended, '#interrupt-cells');
    return list.stop?.reason === 'unresolved' ? undefined : list.entries.length;
  }
  const own = rawCells(node.properties.get('interrupts')).length;
  if (own === 0) return 0;
  for (let node_: DtNode | undefined = node; node_; node_ = node_.parent) {
    const [cell] = cells(machine.tree, node_.properties.get('interrupt-parent'));
    const controller = cell
      ? cellTarget(machine.tree, cell)
      : node_ !== node && node_.properties.has('#interrupt-cells')
        ? node_
        : undefined;
    if (cell && !controller) return undefined;
    const per = u32(controller?.properties.get('#interrupt-cells'));
    if (controller) return per === undefined || per === 0 ? undefined : Math.floor(own / per);
  }
  return undefined;
}

/** Properties of an IOMMU that its probe needs the driver of another device for, with the count of their cells. */
function* needed(node: DtNode, match: DriverMatch): Generator<[property: string, cells: string]> {
  const takes = (wanted: string) => match.traits.needs.some(({ kind }) => kind === wanted);
  if (node.properties.has('power-domains')) yield ['power-domains', '#power-domain-cells'];
  if (takes('clocks') && node.properties.has('clocks')) yield ['clocks', '#clock-cells'];
  if (takes('resets') && node.properties.has('resets')) yield ['resets', '#reset-cells'];
}

/** What fw_devlink lets a probe wait for, whether the driver takes it or not (drivers/of/property.c:of_supplier_bindings). */
const LINKED = [
  ['clocks', '#clock-cells'],
  ['interconnects', '#interconnect-cells'],
  ['power-domains', '#power-domain-cells'],
  ['resets', '#reset-cells'],
] as const;

/** What an IOMMU's probe waits for. */
const waitsBy = (
  machine: Machine,
  iommu: DtNode,
  match: DriverMatch,
): Iterable<readonly [property: string, cells: string]> =>
  ordersProbes(machine.platform) ? LINKED : needed(iommu, match);

/** Clocks that exist without a driver that probes. */
const EARLY = ['fixed-clock', 'fixed-factor-clock'];

function ordersProbes(platform: Platform): boolean {
  const { mode } = fwDevlink(platform).value;
  return mode === 'on' || mode === 'rpm';
}

/** The property by which the IOMMU needs this very device before it probes: booted on 7.3, `circle-iommu-and-clock`. */
export function suppliedBy(machine: Machine, iommu: DtNode, match: DriverMatch, device: DtNode): string | undefined {
  if (compatibles(device).some((name) => EARLY.includes(name))) return undefined;
  for (const [property, count] of waitsBy(machine, iommu, match)) {
    const { entries } = specifiers(machine.tree, iommu.properties.get(property), count);
    if (entries.some(({ provider }) => provider === device)) return property;
  }
  return undefined;
}

/** A clock, reset or power domain whose provider is disabled or has no driver: the IOMMU's own probe never succeeds. */
function deadSupplier(machine: Machine, node: DtNode, match: DriverMatch): Registration | undefined {
  for (const [property, cellsName] of needed(node, match)) {
    for (const { provider } of specifiers(machine.tree, node.properties.get(property), cellsName).entries) {
      const supplier = pathOf(provider);
      const off = disabledAbove(provider);
      if (off) {
        const why: RegistrationReason = { kind: 'supplier-disabled', property, supplier };
        return never('supplier', why, [at(node, property), at(off, 'status')]);
      }
      const driver = supplierDriver(machine.platform, provider);
      if (driver?.state !== 'off') continue;
      const why: RegistrationReason = { kind: 'supplier-not-built', property, supplier, symbol: driver.symbol ?? '' };
      return never('supplier', why, [at(node, property), at(provider, 'compatible')]);
    }
  }
  return undefined;
}

function unlisted(node: DtNode, { driver, traits }: DriverMatch): Registration | undefined {
  const rule = driver.unregistered;
  if (!rule || traits.implementation === null) return undefined;
  if (!rule.implementations.includes(traits.implementation) || node.properties.has(rule.lacks)) return undefined;
  return never('not-registered', rule.why, [at(node, 'compatible')]);
}

/** The first enabled instance of each driver that wants all of them alike. */
const firstOfDriver = perMachine<ReadonlyMap<string, DtNode>>((machine) => {
  const first = new Map<string, DtNode>();
  for (const node of treeNodes(machine).all) {
    if (!node.properties.has('#iommu-cells') || !isAvailable(node)) continue;
    const driver = driverFor(node, machine.platform.kernelVersion)?.driver;
    const { uniform } = driver ?? {};
    if (!driver || !uniform || !inVersions(machine.platform.kernelVersion, uniform)) continue;
    if (!first.has(driver.name)) first.set(driver.name, node);
  }
  return first;
});

function notUniform(machine: Machine, node: DtNode, match: DriverMatch): Registration | undefined {
  const { trait } = match.driver.uniform ?? {};
  const first = trait === undefined ? undefined : firstOfDriver(machine).get(match.driver.name);
  if (trait === undefined || !first || first === node) return undefined;
  const other = driverFor(first, machine.platform.kernelVersion);
  if (!other || other.traits[trait] === match.traits[trait]) return undefined;
  const why: RegistrationReason = { kind: 'other-generation', first: pathOf(first) };
  return { ...never('probe-fails', why, [at(node, 'compatible'), at(first, 'compatible')]), error: -22 };
}
