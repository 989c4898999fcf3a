// SPDX-License-Identifier: MIT
// Who must probe before a device: the properties from which fw_devlink infers suppliers, and what they name in a tree.
import { GATES } from '#model/platform/gates.ts';
import { inVersions } from '#model/platform/releases.ts';
import type { KernelVersion, Versions } from '#model/platform/types.ts';
import { baseName, cells, cellTarget, isAvailable, u32 } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

/** One row of Linux's supplier bindings (drivers/of/property.c, of_supplier_bindings). */
export interface SupplierBinding extends Versions {
  /** Name of the property, or its end when `suffix`. */
  readonly property: string;
  readonly suffix?: true;
  /** A digit follows. */
  readonly numbered?: true;
  /** A name that ends alike and is no list of suppliers. */
  readonly except?: string;
  /** How the value names suppliers. */
  readonly form: 'list' | 'map' | 'interrupts' | 'interrupt-map' | 'endpoint';
  /** Property of the supplier with the number of argument cells; absent: bare phandles. */
  readonly cells?: string;
  /** Only with fw_devlink.strict=1. */
  readonly optional?: true;
  /** Whose probe waits: the node itself, or the device that the endpoint's port belongs to. */
  readonly consumer?: 'port-parent';
  /** Not where the node has this property. */
  readonly unless?: string;
  /** Says that the named node is *not* waited for, even where another property infers it. */
  readonly ignore?: true;
}

function list(property: string, cells?: string, rest: Partial<SupplierBinding> = {}): SupplierBinding {
  return { property, form: 'list', ...(cells !== undefined && { cells }), ...rest };
}

/** Linux's table, from fw_devlink's first release on. */
export const SUPPLIER_BINDINGS: readonly SupplierBinding[] = [
  list('clocks', '#clock-cells'),
  list('interconnects', '#interconnect-cells'),
  list('iommus', '#iommu-cells', { optional: true }),
  { property: 'iommu-map', form: 'map', optional: true },
  list('mboxes', '#mbox-cells'),
  list('io-channel', '#io-channel-cells', { until: GATES.ioChannels }),
  list('io-channels', '#io-channel-cells', { since: GATES.ioChannels }),
  list('io-backends', '#io-backend-cells', { since: GATES.ioBackends }),
  list('interrupt-parent', undefined, { until: GATES.interruptParentIgnored }),
  list('dmas', '#dma-cells', { optional: true }),
  list('power-domains', '#power-domain-cells'),
  list('hwlocks', '#hwlock-cells'),
  list('extcon'),
  list('nvmem-cells', undefined, { until: GATES.nvmemCells }),
  list('nvmem-cells', '#nvmem-cell-cells', { since: GATES.nvmemCells }),
  list('phys', '#phy-cells'),
  list('wakeup-parent'),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((state) => list(`pinctrl-${state}`, undefined, { until: GATES.anyPinctrl })),
  list('pinctrl-', undefined, { since: GATES.anyPinctrl, numbered: true }),
  { property: 'remote-endpoint', form: 'endpoint', consumer: 'port-parent' },
  list('pwms', '#pwm-cells', { since: GATES.ledSuppliers }),
  list('resets', '#reset-cells', { since: GATES.ledSuppliers }),
  list('leds', undefined, { since: GATES.ledSuppliers }),
  list('backlight', undefined, { since: GATES.ledSuppliers }),
  list('panel', undefined, { since: GATES.panelSupplier }),
  list('msi-parent', '#msi-cells', { since: GATES.msiParent }),
  list('pses', '#pse-cells', { since: GATES.powerSuppliers }),
  list('power-supplies', undefined, { since: GATES.powerSuppliers }),
  list('mmc-pwrseq', undefined, { since: GATES.anyPinctrl }),
  list('gpio', '#gpio-cells', { unless: 'gpio-hog' }),
  list('gpios', '#gpio-cells', { unless: 'gpio-hog' }),
  { property: 'interrupts', form: 'interrupts' },
  list('interrupts-extended', '#interrupt-cells'),
  { property: 'interrupt-map', form: 'interrupt-map', since: GATES.powerSuppliers },
  list('access-controllers', '#access-controller-cells', { since: GATES.powerSuppliers }),
  list('-supply', undefined, { suffix: true }),
  list('-gpio', '#gpio-cells', { suffix: true }),
  list('-gpios', '#gpio-cells', { suffix: true, except: ',nr-gpios' }),
  list('post-init-providers', undefined, { since: GATES.postInit, ignore: true }),
];

/** One supplier of a device. */
export interface SupplierLink {
  readonly supplier: DtNode;
  /** The property that names it, and the node that carries the property (the endpoint, for `remote-endpoint`). */
  readonly property: DtProperty;
  readonly binding: SupplierBinding;
}

export interface SupplierOptions {
  readonly version: KernelVersion;
  /** fw_devlink.strict=1: optional bindings count too. */
  readonly strict: boolean;
}

/** The row that reads a property in this release. */
export function supplierBinding(name: string, version: KernelVersion): SupplierBinding | undefined {
  return bindingIn(rowsOf(version), name);
}

interface Rows {
  readonly version: KernelVersion;
  /** By the names asked for: the same few hundred on every board. */
  readonly known: Map<string, SupplierBinding | null>;
}

const releases = new WeakMap<KernelVersion, Rows>();

function rowsOf(version: KernelVersion): Rows {
  const rows = releases.get(version) ?? { version, known: new Map() };
  releases.set(version, rows);
  return rows;
}

function bindingIn({ version, known }: Rows, name: string): SupplierBinding | undefined {
  let row = known.get(name);
  if (row === undefined) {
    row = SUPPLIER_BINDINGS.find((binding) => namedBy(binding, name) && inVersions(version, binding)) ?? null;
    known.set(name, row);
  }
  return row ?? undefined;
}

/**
 * The suppliers that fw_devlink infers for a device, in the order of its properties, each once. Suppliers that are
 * disabled, or below a disabled node, are left out, as `of_link_to_phandle` does.
 */
export function suppliersOf(tree: DeviceTree, device: DtNode, options: SupplierOptions): SupplierLink[] {
  const links = new Map<DtNode, SupplierLink>();
  const ignored = new Set<DtNode>();
  const rows = rowsOf(options.version);
  for (const node of [device, ...endpointsOf(device)]) {
    for (const property of node.properties.values()) {
      const binding = bindingIn(rows, property.name);
      if (!binding || (binding.optional && !options.strict)) continue;
      if ((binding.consumer === 'port-parent') !== (node !== device)) continue;
      if (binding.unless !== undefined && node.properties.has(binding.unless)) continue;
      for (const supplier of named(tree, property, binding)) {
        if (binding.ignore) ignored.add(supplier);
        else if (supplier !== device && reachable(supplier) && !links.has(supplier)) {
          links.set(supplier, { supplier, property, binding });
        }
      }
    }
  }
  return [...links.values()].filter((link) => !ignored.has(link.supplier));
}

function namedBy(binding: SupplierBinding, name: string): boolean {
  if (binding.numbered) return name.startsWith(binding.property) && /^\d/.test(name.slice(binding.property.length));
  if (!binding.suffix) return binding.property === name;
  if (!name.endsWith(binding.property) || name.length === binding.property.length) return false;
  return binding.except === undefined || !name.endsWith(binding.except);
}

function named(tree: DeviceTree, property: DtProperty, binding: SupplierBinding): DtNode[] {
  switch (binding.form) {
    case 'list':
      return fromList(tree, property, binding.cells);
    case 'map':
      return fromMap(tree, property);
    case 'interrupts':
      return compact(interruptController(tree, property.node));
    case 'interrupt-map':
      return fromInterruptMap(tree, property);
    case 'endpoint':
      return compact(remoteDevice(tree, property));
  }
}

/** Stops at the first entry that does not parse: what follows gets no link. */
function fromList(tree: DeviceTree, property: DtProperty, cellsName: string | undefined): DtNode[] {
  const value = cells(tree, property);
  const found: DtNode[] = [];
  for (let at = 0; at < value.length; ) {
    const cell = value[at];
    const target = cell && cellTarget(tree, cell);
    if (!target) break;
    // A target without the property counts as one without arguments (parse_prop_cells).
    const count = cellsName === undefined ? 0 : (u32(target.properties.get(cellsName)) ?? 0);
    if (at + 1 + count > value.length) break;
    found.push(target);
    at += 1 + count;
  }
  return found;
}

/** Every fourth cell from the second on, whatever the target's `#iommu-cells` says (parse_iommu_maps). */
function fromMap(tree: DeviceTree, property: DtProperty): DtNode[] {
  const value = cells(tree, property);
  const found: DtNode[] = [];
  for (let at = 1; at < value.length; at += 4) {
    const cell = value[at];
    const target = cell && cellTarget(tree, cell);
    if (!target) break;
    found.push(target);
  }
  return found;
}

function fromInterruptMap(tree: DeviceTree, property: DtProperty): DtNode[] {
  const value = cells(tree, property);
  const interruptCells = u32(property.node.properties.get('#interrupt-cells'));
  if (interruptCells === undefined) return [];
  const child = (u32(property.node.properties.get('#address-cells')) ?? 2) + interruptCells;
  const found: DtNode[] = [];
  for (let at = child; at < value.length; ) {
    const cell = value[at];
    const target = cell && cellTarget(tree, cell);
    const count = target && u32(target.properties.get('#interrupt-cells'));
    if (!target || count === undefined) break;
    found.push(target);
    at += 1 + (u32(target.properties.get('#address-cells')) ?? 0) + count + child;
  }
  return found;
}

/** The controller that a node's `interrupts` end at: the nearest `interrupt-parent`, through nexus nodes. */
function interruptController(tree: DeviceTree, node: DtNode): DtNode | undefined {
  const seen = new Set<DtNode>();
  for (let at: DtNode | undefined = node; at && !seen.has(at); ) {
    seen.add(at);
    const parent: DtNode | undefined = interruptParent(tree, at);
    if (!parent || parent.properties.has('interrupt-controller')) return parent;
    at = parent;
  }
  return undefined;
}

/** As of_irq_find_parent: an ancestor with `#interrupt-cells` comes before that ancestor's own `interrupt-parent`. */
export function interruptParent(tree: DeviceTree, node: DtNode): DtNode | undefined {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    if (at !== node && at.properties.has('#interrupt-cells')) return at;
    const [cell] = cells(tree, at.properties.get('interrupt-parent'));
    if (cell) return cellTarget(tree, cell);
  }
  return undefined;
}

function remoteDevice(tree: DeviceTree, property: DtProperty): DtNode | undefined {
  const [cell] = cells(tree, property);
  const endpoint = cell && cellTarget(tree, cell);
  const port = endpoint?.parent;
  const owner = port?.parent;
  return owner && baseName(owner) === 'ports' ? owner.parent : owner;
}

/** The `endpoint` nodes of a device's own ports. */
function endpointsOf(device: DtNode): readonly DtNode[] {
  if (device.children.size === 0) return [];
  const children = [...device.children.values()];
  const grouped = children
    .filter((child) => baseName(child) === 'ports')
    .flatMap((ports) => [...ports.children.values()]);
  const ports = [...children, ...grouped].filter((child) => baseName(child) === 'port');
  return ports.flatMap((port) => [...port.children.values()].filter((child) => baseName(child) === 'endpoint'));
}

function reachable(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at; at = at.parent) if (!isAvailable(at)) return false;
  return true;
}

function compact(node: DtNode | undefined): DtNode[] {
  return node ? [node] : [];
}
