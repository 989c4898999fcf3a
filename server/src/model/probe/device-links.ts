// SPDX-License-Identifier: MIT
// What keeps a device's probe from starting: fw_devlink's links to its suppliers, in Linux's order, and what ends each.
import { deviceName } from '#model/devices/device-name.ts';
import { existence, madeBy } from '#model/devices/existence.ts';
import { type SupplierDriver, supplierDriver } from '#model/devices/supplier-drivers.ts';
import { finalState, takedownOf, takedownReason } from '#model/iommu/takedown.ts';
import { type Machine, type PerNode, perMachine, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { fwDevlink } from '#model/platform/platform.ts';
import type { Reason } from '#model/statements/index.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { timeoutOf } from './deferral.ts';
import { cycleOf } from './dependency-cycles.ts';
import { type SupplierLink, suppliersOf } from './suppliers.ts';

/**
 * What ends the wait for a supplier. `nothing`: it never begins, as the supplier is set up before devices exist;
 * `bound`: its driver is there and binds it once its own suppliers have come; `module`: the same, once somebody loads the
 * module; `timeout`: no driver comes, and Linux gives up at the deferred probe timeout; `never`: nothing does;
 * `unknown`: it hangs on whether a driver exists for it.
 */
export type WaitEnd = 'nothing' | 'bound' | 'module' | 'timeout' | 'never' | 'unknown';

export interface DeviceLink {
  /** The node that the property names. */
  readonly supplier: DtNode;
  readonly property: DtProperty;
  /** The device that must be bound: the supplier's own, or that of the nearest node above which has one. */
  readonly device: DtNode | undefined;
  /**
   * Why fw_devlink does not keep the probe from starting, so that the device's own driver finds the supplier, or not:
   * the property is optional, fw_devlink is off or permissive, the supplier waits for the device, too.
   */
  readonly released?: 'optional' | 'mode' | 'cycle';
  readonly driver: SupplierDriver | undefined;
  readonly end: WaitEnd;
  /** Why the wait has no end, a clause about the supplier. */
  readonly why?: Reason;
}

/** The suppliers that fw_devlink waits for where its mode lets it, before cycles are taken out. */
const strictLinks: PerNode<readonly DeviceLink[]> = perNode(
  (machine, node) => {
    const { kernelVersion: version } = machine.platform;
    const { strict } = fwDevlink(machine.platform).value;
    return suppliersOf(machine.tree, node, { version, strict }).map((link) => settle(machine, link));
  },
  () => [],
);

/** A device's suppliers in the order in which Linux checks them, then those that it does not wait for. */
export const deviceLinks: PerNode<readonly DeviceLink[]> = perNode(
  (machine, node) => {
    const { kernelVersion: version } = machine.platform;
    const permissive = !waitsForSuppliers(machine);
    const links = strictLinks(machine, node).map((link): DeviceLink => {
      if (permissive) return { ...link, released: 'mode' };
      return cycleOf(machine, node, link.supplier) ? { ...link, released: 'cycle' } : link;
    });
    const optional = suppliersOf(machine.tree, node, { version, strict: true })
      .filter(({ supplier, binding }) => binding.optional && !links.some((link) => link.supplier === supplier))
      .map(
        (link) =>
          heldByDriver(machine, node, settle(machine, link)) ?? {
            ...settle(machine, link),
            released: 'optional' as const,
          },
      );
    return [...inOrder(machine, node, links), ...optional];
  },
  () => [],
);

/**
 * What Linux makes links to before it looks for cycles, each node that is named, in the order of the properties. Asks
 * nothing of other devices, unlike `deviceLinks`.
 */
export function linkedSuppliers(machine: Machine, node: DtNode): readonly DtNode[] {
  const { kernelVersion: version } = machine.platform;
  const named = strictLinks(machine, node);
  const links = waitsForSuppliers(machine) ? named.filter(({ end }) => end !== 'nothing') : [];
  const held = suppliersOf(machine.tree, node, { version, strict: true })
    .filter(({ supplier, binding }) => binding.optional && takedownOf(machine, supplier).ended?.linked.has(node))
    .filter(({ supplier }) => !named.some((link) => link.supplier === supplier));
  return [...links, ...held].map(({ supplier }) => supplier);
}

/** The link that the driver of an IOMMU made before the IOMMU's registration ended: it outlives that (takedown.ts). */
function heldByDriver(machine: Machine, node: DtNode, link: DeviceLink): DeviceLink | undefined {
  const { ended } = takedownOf(machine, link.supplier);
  return ended?.linked.has(node) ? { ...link, end: 'never', why: takedownReason(ended) } : undefined;
}

/** The first supplier of a device that Linux waits for and that nothing ever brings, or lets go of. */
export function endless(machine: Machine, node: DtNode): DeviceLink | undefined {
  if (!waitsForSuppliers(machine)) return undefined;
  const stuck = strictLinks(machine, node).filter(({ end }) => end === 'never');
  return inOrder(machine, node, stuck).find(({ supplier }) => !cycleOf(machine, node, supplier));
}

/** What Linux notes as the reason of the wait, in its words (`/sys/kernel/debug/devices_deferred`). */
export function waitReason(machine: Machine, { supplier, device }: DeviceLink): string {
  if (device === supplier) return `supplier ${deviceName(machine, supplier)} not ready`;
  return `wait for supplier ${pathOf(supplier)}`;
}

/** The first supplier of a device that has no driver in this kernel, so that the device is tried only after the timeout. */
export function releasing(machine: Machine, node: DtNode): DeviceLink | undefined {
  if (!waitsForSuppliers(machine)) return undefined;
  return strictLinks(machine, node).find(({ end, supplier }) => end === 'timeout' && !cycleOf(machine, node, supplier));
}

/** Suppliers of which nobody knows whether a driver binds them, where Linux would wait for one without end. */
export function doubtful(machine: Machine, node: DtNode): readonly DeviceLink[] {
  if (!waitsForSuppliers(machine)) return [];
  const { releases } = timeoutOf(machine);
  return strictLinks(machine, node).filter(
    ({ end, supplier, device }) =>
      end === 'unknown' && (supplier !== device || !releases) && !cycleOf(machine, node, supplier),
  );
}

function waitsForSuppliers({ platform }: Machine): boolean {
  const { mode } = fwDevlink(platform).value;
  return mode === 'on' || mode === 'rpm';
}

function settle(machine: Machine, { supplier, property }: SupplierLink): DeviceLink {
  return { supplier, property, ...supply(machine, supplier) };
}

/**
 * The driver of the device that provides a supplier. A device inside another one (a cell of a multi-function chip) may be
 * bound by its name, which no table of strings has; then the one around it stands for it.
 */
function driverOf(machine: Machine, supplier: DtNode, device: DtNode): SupplierDriver | undefined {
  const own = supplierDriver(machine.platform, device);
  const around = own || device === supplier ? undefined : madeBy(machine, device);
  return own ?? (around && supplierDriver(machine.platform, around));
}

type Supply = Pick<DeviceLink, 'device' | 'driver' | 'end' | 'why'>;

/** What every consumer of a supplier waits for. */
const supply: PerNode<Supply> = perNode<Supply>(
  (machine, supplier) => {
    const device = deviceAbove(machine, supplier);
    const early = earlyDriver(machine, supplier, device);
    if (early) return { device, driver: early, end: 'nothing' };
    const driver = device && driverOf(machine, supplier, device);
    return { device, driver, ...endOf(machine, supplier, device, driver) };
  },
  () => ({ device: undefined, driver: undefined, end: 'unknown' }),
);

/** The supplier's own device, or that of the node above, whose driver takes its consumers over when it is bound. */
export function deviceAbove(machine: Machine, node: DtNode): DtNode | undefined {
  for (let up: DtNode | undefined = node; up?.parent; up = up.parent) {
    if (existence(machine, up).bus !== 'none') return up;
  }
  return undefined;
}

/** A supplier that is there before devices are: no link is made to it, nor to what is below it (fw_devlink_create_devlink). */
function earlyDriver(machine: Machine, node: DtNode, device: DtNode | undefined): SupplierDriver | undefined {
  for (let up: DtNode | undefined = node; up?.parent; up = up.parent) {
    const driver = supplierDriver(machine.platform, up);
    if (driver?.early && driver.state !== 'off' && driver.state !== 'module') return driver;
    if (up === device) return undefined;
  }
  return undefined;
}

type Ending = Pick<DeviceLink, 'end' | 'why'>;

function endOf(
  machine: Machine,
  supplier: DtNode,
  device: DtNode | undefined,
  driver: SupplierDriver | undefined,
): Ending {
  if (!device) return { end: 'never', why: { kind: 'nothing-provides' } };
  if (device === supplier && device.properties.has('#iommu-cells')) {
    const { registration, match } = finalState(machine, device);
    const unbound = ['probe-fails', 'supplier'];
    if (match && registration.kind === 'never' && unbound.includes(registration.reason)) {
      return { end: 'never', why: registration.why };
    }
  }
  if (!driver) return { end: 'unknown' };
  if (driver.state === 'builtin' || driver.state === 'unknown') return { end: 'bound' };
  if (driver.state === 'module') return { end: 'module' };
  const { symbol = '' } = driver;
  if (device !== supplier) {
    return { end: 'never', why: { kind: 'provider-not-built', device: pathOf(device), symbol } };
  }
  const { releases, from } = timeoutOf(machine);
  if (releases) return { end: 'timeout' };
  return { end: 'never', why: { kind: 'not-built-without-timeout', symbol, because: from } };
}

/**
 * First suppliers without a device, the last-named first, as fwnode_link_add puts each in front; then device links, in the
 * order of their making: to devices that were there before the consumer, the last-named first, then to later ones as they
 * come.
 */
function inOrder(machine: Machine, node: DtNode, links: readonly DeviceLink[]): DeviceLink[] {
  const order = creationOrder(machine);
  const own = order.get(node) ?? 0;
  const rank = ({ supplier, device }: DeviceLink): number => {
    if (device !== supplier) return -1;
    const made = order.get(supplier) ?? 0;
    return made < own ? 0 : made;
  };
  return links
    .map((link) => ({ link, rank: rank(link) }))
    .reverse()
    .sort((a, b) => a.rank - b.rank)
    .map(({ link }) => link);
}

const creationOrder = perMachine<ReadonlyMap<DtNode, number>>(
  (machine) => new Map(treeNodes(machine).all.map((node, index) => [node, index])),
);
