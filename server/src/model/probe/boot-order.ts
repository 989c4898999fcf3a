// SPDX-License-Identifier: MIT
// In which order devices come up: what each one's probe waits for, in Linux's order, and what must be bound before it.
import { existence, madeBy } from '#model/devices/existence.ts';
import { type SupplierDriver, supplierDriver } from '#model/devices/supplier-drivers.ts';
import { listBinding } from '#model/iommu/binding.ts';
import { comesAsModule, type IommuState } from '#model/iommu/state.ts';
import { finalState } from '#model/iommu/takedown.ts';
import { type Machine, machineOf, type PerNode, perMachine, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { fwDevlink } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import type { Reason } from '#model/statements/index.ts';
import type { Because } from '#model/statements/platform.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { timeoutOf } from './deferral.ts';
import { allCycles, shortestCycle } from './dependency-cycles.ts';
import { type DeviceLink, deviceAbove, deviceLinks, linkedSuppliers, type WaitEnd } from './device-links.ts';

/** One thing that a probe waits for. */
export interface BootWait {
  /** The node that is waited for. */
  readonly on: string;
  /** `null` for the parent. */
  readonly property: string | null;
  /**
   * Who waits: `parent`, the device itself, which the driver of the device above makes; `fw_devlink`, before the probe starts; `dma`, the set-up of DMA inside the probe; `driver`, the device's own
   * driver, if it asks at all: Linux itself does not hold the probe back.
   */
  readonly by: 'parent' | 'fw_devlink' | 'dma' | 'driver';
  /** Why `by` is `driver`: the property is optional, fw_devlink is off or permissive, both wait for each other. */
  readonly released: DeviceLink['released'] | null;
  readonly end: WaitEnd;
  /** Seconds until Linux gives up, for the ends that a timeout may bring; `null`: it never does. */
  readonly seconds: number | null;
  /** Why it does not come, a clause about it. */
  readonly why: Reason | null;
  /** The device whose driver must bind, where the supplier has none of its own; `null`: nobody's. */
  readonly device: string | null;
  readonly driver: SupplierDriver | null;
  /** The shortest cycle that this wait is part of: the device itself first, then what it waits for, and so on. */
  readonly cycle: readonly string[] | null;
}

/** A device with its waits. */
export interface BootStep {
  readonly path: string;
  readonly compatible: string | null;
  readonly driver: SupplierDriver | null;
  /** 1 for a device that waits for nobody, otherwise one more than the highest of those that it waits for. */
  readonly level: number;
  readonly waits: readonly BootWait[];
}

export interface BootOrder {
  /** By level, and inside a level in the order in which Linux makes the devices. */
  readonly steps: readonly BootStep[];
  /** Devices that wait for each other; Linux lets go of the links inside each. */
  readonly cycles: readonly (readonly string[])[];
  /** `on`, `rpm`: suppliers are waited for. */
  readonly fwDevlink: { readonly mode: string; readonly strict: boolean; readonly because: Because };
}

/** What a device's probe waits for, in the order in which Linux comes to it. */
export function bootWaits(tree: DeviceTree, platform: Platform, node: DtNode): BootWait[] {
  return waitsOf(machineOf(tree, platform), node);
}

/** Linux makes the probe wait for it, or would, if it did not need this device, too. */
export function isOwnWait({ by, released, end }: BootWait): boolean {
  return end !== 'nothing' && (by !== 'driver' || released === 'cycle');
}

/** How many nodes a device waits for, as {@link isOwnWait} says, without what only the whole board tells: cycles. */
export function countWaits(tree: DeviceTree, platform: Platform, node: DtNode): number {
  const machine = machineOf(tree, platform);
  const iommus = awaitedIommus(machine, node).map((state) => state.node);
  return new Set([...compact(madeBy(machine, node)), ...linkedSuppliers(machine, node), ...iommus]).size;
}

/** The order of some devices with all that come before them; without `nodes`, of every device of the board. */
export function bootOrder(tree: DeviceTree, platform: Platform, nodes?: readonly DtNode[]): BootOrder {
  const machine = machineOf(tree, platform);
  const devices = treeNodes(machine).devices.filter((node) => existence(machine, node).bus !== 'none');
  const levels = new Map<DtNode, number>();
  for (const node of nodes ?? devices) settleLevels(machine, node, levels);
  const steps = devices
    .flatMap((node) => (levels.has(node) ? [step(machine, node, levels.get(node) ?? 1)] : []))
    .sort((a, b) => a.level - b.level);
  const shown = new Set(steps.map(({ path }) => path));
  const cycles = allCycles(machine)
    .map((cycle) => [...new Set(cycle.flatMap((node) => compact(deviceAbove(machine, node))))].map(pathOf))
    .filter((cycle) => cycle.length > 1 && cycle.some((path) => shown.has(path)));
  const { value, because } = fwDevlink(platform);
  return { steps, cycles, fwDevlink: { ...value, because } };
}

/** The longest row of devices of which each waits for the one before, ending with the last that a device waits for. */
export function longestWay(tree: DeviceTree, platform: Platform, node: DtNode): string[] {
  const machine = machineOf(tree, platform);
  const levels = levelsFrom(machine, node);
  const way: string[] = [];
  for (let at: DtNode | undefined = node; at; ) {
    const level: number = levels.get(at) ?? 1;
    at = before(machine, at).find((supplier) => levels.get(supplier) === level - 1);
    if (at) way.push(pathOf(at));
  }
  return way.reverse();
}

const knownLevels = perMachine(() => new Map<DtNode, number>());

/** The levels of all that a node needs: those that others asked for before, unless it depends on where one begins. */
function levelsFrom(machine: Machine, node: DtNode): ReadonlyMap<DtNode, number> {
  const known = knownLevels(machine);
  const news = new Map<DtNode, number>();
  if (settleLevels(machine, node, news, known)) {
    for (const [each, level] of news) known.set(each, level);
    return known;
  }
  const own = new Map<DtNode, number>();
  settleLevels(machine, node, own);
  return own;
}

function waitsOf(machine: Machine, node: DtNode): BootWait[] {
  const iommus = awaitedIommus(machine, node);
  const links = deviceLinks(machine, node)
    // What the DMA setup waits for is told there.
    .filter(({ released, supplier }) => released !== 'optional' || !iommus.some((state) => state.node === supplier))
    .map((link) => linkWait(machine, node, link));
  const parent = madeBy(machine, node);
  return [
    ...(parent ? [parentWait(machine, parent)] : []),
    ...links.filter(({ by }) => by === 'fw_devlink'),
    ...iommus.map((state) => iommuWait(machine, state)),
    ...links.filter(({ by }) => by === 'driver'),
  ];
}

/** The IOMMUs that of_iommu_xlate looks for, each once. */
function awaitedIommus(machine: Machine, node: DtNode): IommuState[] {
  const states = listBinding(machine, node).reached.map(({ state }) => finalState(machine, state.node));
  return [...new Set(states)].filter(({ available }) => available);
}

const ENDS: Readonly<Record<SupplierDriver['state'], WaitEnd>> = {
  builtin: 'bound',
  unknown: 'bound',
  module: 'module',
  off: 'never',
};

function parentWait(machine: Machine, parent: DtNode): BootWait {
  const driver = supplierDriver(machine.platform, parent) ?? null;
  const end = driver ? ENDS[driver.state] : 'unknown';
  const why = end === 'never' ? ({ kind: 'option-off', symbol: driver?.symbol ?? '' } as const) : null;
  const on = pathOf(parent);
  const rest = { property: null, released: null, seconds: null, device: null, cycle: null };
  return { ...rest, on, by: 'parent', end, why, driver };
}

function linkWait(machine: Machine, node: DtNode, link: DeviceLink): BootWait {
  const { supplier, device, released, end } = link;
  const cycle = released === 'cycle' ? shortestCycle(machine, node, supplier) : undefined;
  const { releases, seconds } = timeoutOf(machine);
  return {
    on: pathOf(supplier),
    property: link.property.name,
    by: released === undefined ? 'fw_devlink' : 'driver',
    released: released ?? null,
    end,
    // A supplier without a device of its own is not let go of (fw_devlink_drivers_done looks at device links only).
    seconds: mayExpire(end) && releases && device === supplier ? (seconds ?? null) : null,
    why: link.why ?? null,
    device: device === undefined || device === supplier ? null : pathOf(device),
    driver: link.driver ?? null,
    cycle: cycle ? cycle.map(pathOf) : null,
  };
}

function mayExpire(end: WaitEnd): boolean {
  return end === 'module' || end === 'timeout' || end === 'unknown';
}

function iommuWait(machine: Machine, { node, path, registration }: IommuState): BootWait {
  const { seconds = null } = timeoutOf(machine);
  const missing = seconds === null ? 'never' : 'timeout';
  const late = comesAsModule(registration) ? 'module' : 'unknown';
  const end = registration.kind === 'registered' ? 'bound' : registration.kind === 'late' ? late : missing;
  return {
    on: path,
    property: 'iommus',
    by: 'dma',
    released: null,
    end,
    seconds: mayExpire(end) ? seconds : null,
    why: registration.kind === 'never' ? registration.why : null,
    device: null,
    driver: supplierDriver(machine.platform, node) ?? null,
    cycle: null,
  };
}

/** The devices that must be bound before: those that Linux itself waits for and that come. */
const before: PerNode<readonly DtNode[]> = perNode(
  (machine, node) => {
    const comes = (end: WaitEnd): boolean => end === 'bound' || end === 'module' || end === 'unknown';
    const links = deviceLinks(machine, node).flatMap(({ released, end, device }) =>
      released === undefined && comes(end) && device && device !== node ? [device] : [],
    );
    const iommus = awaitedIommus(machine, node).filter(({ registration }) => registration.kind !== 'never');
    return [...compact(madeBy(machine, node)), ...links, ...iommus.map((state) => state.node)];
  },
  () => [],
);

function compact(node: DtNode | undefined): DtNode[] {
  return node ? [node] : [];
}

/**
 * Depth first without recursion: a tree that is being typed may say anything. False where devices need each other in a
 * circle: what a level is then depends on the start. `known`: levels of other starts.
 */
function settleLevels(
  machine: Machine,
  start: DtNode,
  levels: Map<DtNode, number>,
  known: ReadonlyMap<DtNode, number> = levels,
): boolean {
  const settled = (node: DtNode) => levels.get(node) ?? known.get(node);
  let straight = true;
  const open: { readonly node: DtNode; readonly before: readonly DtNode[]; next: number }[] = [];
  const entered = new Set<DtNode>();
  const enter = (node: DtNode): void => {
    entered.add(node);
    open.push({ node, before: before(machine, node), next: 0 });
  };
  if (settled(start) === undefined) enter(start);
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const supplier = top.before[top.next++];
    if (supplier && settled(supplier) === undefined) {
      if (entered.has(supplier)) straight = false;
      else enter(supplier);
    } else if (!supplier) {
      open.pop();
      levels.set(top.node, 1 + Math.max(0, ...top.before.map((node) => settled(node) ?? 0)));
    }
  }
  return straight;
}

function step(machine: Machine, node: DtNode, level: number): BootStep {
  return {
    path: pathOf(node),
    compatible: compatibles(node)[0] ?? null,
    driver: supplierDriver(machine.platform, node) ?? null,
    level,
    waits: waitsOf(machine, node),
  };
}
