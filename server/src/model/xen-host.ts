// SPDX-License-Identifier: MIT
// What Xen on Arm makes of a host tree: which IOMMUs it drives, which devices they protect, and what dom0 is left with.
import type { Span } from '#base/text.ts';
import { cells, cellTarget, compatibles, isAvailable, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { type Machine, perMachine, perNode } from './machine.ts';
import { treeNodes } from './nodes.ts';
import { at, hex, newTrail, quoted, say, sayIf, type Trail } from './trail.ts';
import type { DecodedId, IommuUse } from './types.ts';

/** A driver below xen/drivers/passthrough/arm. All of them let the IOMMU walk the domain's own P2M, in stage 2. */
export interface XenDriver {
  readonly name: string;
  readonly file: string;
  readonly compatibles: readonly string[];
  readonly idKind: string;
  /** Bits of an ID that the driver keeps. */
  readonly idMask: number;
  /** IDs from here on are refused. */
  readonly idEnd?: number;
  /** `#iommu-cells` that it insists on. */
  readonly cells?: number;
  /** Set when a default build of Xen lacks it. */
  readonly option?: string;
}

const DRIVERS: readonly XenDriver[] = [
  {
    name: 'smmu',
    file: 'smmu.c',
    compatibles: ['arm,smmu-v1', 'arm,mmu-400', 'arm,mmu-401', 'arm,smmu-v2', 'arm,mmu-500'],
    idKind: 'stream-id',
    idMask: 0x7fff,
  },
  {
    name: 'smmu-v3',
    file: 'smmu-v3.c',
    compatibles: ['arm,smmu-v3'],
    idKind: 'stream-id',
    idMask: 0xffffffff,
    cells: 1,
    option: 'CONFIG_ARM_SMMU_V3 (needs CONFIG_EXPERT)',
  },
  {
    name: 'ipmmu-vmsa',
    file: 'ipmmu-vmsa.c',
    compatibles: [
      'renesas,ipmmu-r8a7795',
      'renesas,ipmmu-r8a77965',
      'renesas,ipmmu-r8a7796',
      'renesas,ipmmu-r8a77961',
      'renesas,ipmmu-r8a779f0',
      'renesas,ipmmu-r8a779g0',
    ],
    idKind: 'micro-tlb',
    idMask: 0xffffffff,
    idEnd: 64,
    cells: 1,
    option: 'CONFIG_IPMMU_VMSA (selected by the R-Car platforms)',
  },
];

const PASSTHROUGH = 'Xen 4.22 xen/drivers/passthrough';
const ADD_DEVICE = `${PASSTHROUGH}/device_tree.c:iommu_add_dt_device`;
const HANDLE_DEVICE = 'Xen 4.22 xen/arch/arm/device.c:handle_device';
const WRITE_PROPERTIES = 'Xen 4.22 xen/arch/arm/domain_build.c:write_properties';
const HARDWARE_SETUP = `${PASSTHROUGH}/arm/iommu.c:iommu_hardware_setup`;

export interface HostView {
  readonly owner: string;
  /** Present: its IOMMU walks the owner's P2M. */
  readonly use?: IommuUse;
  /** dom0's copy of the node lacks `iommus` and `iommu-map`. */
  readonly stripped: boolean;
  /** No device for dom0's Linux. */
  readonly hidden: boolean;
  readonly trail: Trail;
}

/** The driver of Xen for a node, whether or not it comes up. */
export function xenDriver(node: DtNode): XenDriver | undefined {
  const names = compatibles(node);
  return DRIVERS.find((driver) => driver.compatibles.some((name) => names.includes(name)));
}

/** IOMMUs that Xen brings up; `xen,passthrough` on an IOMMU keeps Xen from using it. */
export const usable = perMachine<readonly DtNode[]>((machine) =>
  treeNodes(machine).all.filter(
    (node) =>
      xenDriver(node) !== undefined &&
      isAvailable(node) &&
      !node.properties.has('xen,passthrough') &&
      cameUp(machine, node),
  ),
);

/** What the tree tells of the driver's own probe; a property that it needs and lacks keeps it out. */
function cameUp(machine: Machine, node: DtNode): boolean {
  const driver = xenDriver(node);
  if (driver?.name === 'smmu') return node.properties.has('#global-interrupts');
  if (driver?.name !== 'ipmmu-vmsa') return true;
  return treeNodes(machine).all.some((other) => compatibles(other).includes('renesas,prr'));
}

/** What Xen does with a node of the host tree. */
export const hostView = perNode<HostView>(
  (machine, node) => {
    const trail = newTrail();
    const driver = xenDriver(node);
    if (driver) return iommuNode(machine, node, driver, trail);
    const use = protection(machine, node, trail);
    const stripped = strippedForDom0(machine, node);
    if (node.properties.has('xen,passthrough')) {
      say(
        trail,
        WRITE_PROPERTIES,
        '`xen,passthrough`: dom0 gets the node with `status = "disabled"`, so that the device can be given to a domain.',
        at(node, 'xen,passthrough'),
      );
      return { owner: 'the domain that it is assigned to', ...(use && { use }), stripped, hidden: true, trail };
    }
    say(trail, HANDLE_DEVICE, 'Xen maps the device to dom0 and routes its interrupts there.');
    return { owner: 'dom0', ...(use && { use }), stripped, hidden: false, trail };
  },
  () => ({ owner: 'dom0', stripped: false, hidden: false, trail: newTrail() }),
);

function iommuNode(machine: Machine, node: DtNode, driver: XenDriver, trail: Trail): HostView {
  const authority = `${PASSTHROUGH}/arm/${driver.file}`;
  const text = 'Xen drives the IOMMU itself and leaves its node out of the tree of dom0.';
  if (driver.option === undefined) say(trail, authority, text);
  else sayIf(trail, authority, text, { dependsOn: `whether Xen is built with ${driver.option}` });
  if (!usable(machine).includes(node)) say(trail, HARDWARE_SETUP, 'It does not come up in Xen and protects nobody.');
  return { owner: 'Xen', stripped: false, hidden: true, trail };
}

/** Xen leaves out `iommus` and `iommu-map` when the first IOMMU is of a kind that it drives. */
function strippedForDom0(machine: Machine, node: DtNode): boolean {
  const [listed] = specifiers(machine.tree, node.properties.get('iommus'), '#iommu-cells').entries;
  const mapped = cells(machine.tree, node.properties.get('iommu-map'))[1];
  const target = listed?.provider ?? (mapped && cellTarget(machine.tree, mapped));
  return target !== undefined && xenDriver(target) !== undefined;
}

/** The IOMMU that protects a device, as iommu_add_dt_device decides; records why or why not. */
function protection(machine: Machine, node: DtNode, trail: Trail): IommuUse | undefined {
  const property = node.properties.get('iommus');
  if (!property) {
    say(trail, ADD_DEVICE, 'No `iommus`: no IOMMU of Xen protects the device.');
    return undefined;
  }
  const { entries, stop } = specifiers(machine.tree, property, '#iommu-cells');
  const [first] = entries;
  if (!first) {
    say(
      trail,
      ADD_DEVICE,
      '`iommus` does not parse, which Xen takes for a device without an IOMMU.',
      at(node, 'iommus'),
    );
    return undefined;
  }
  const driver = xenDriver(first.provider);
  if (!driver || usable(machine).length === 0) {
    const path = quoted(pathOf(first.provider));
    say(
      trail,
      HARDWARE_SETUP,
      `Xen does not drive ${path}, so nothing protects the device from Xen's side.`,
      first.phandle.span,
    );
    return undefined;
  }
  const off = entries.find(({ provider }) => !isAvailable(provider));
  if (off) {
    const path = quoted(pathOf(off.provider));
    say(
      trail,
      ADD_DEVICE,
      `${path} is disabled, which Xen takes for no IOMMU: the device is not protected.`,
      off.phandle.span,
    );
    return undefined;
  }
  if (stop)
    say(
      trail,
      ADD_DEVICE,
      `\`iommus\` entry ${stop.index} does not parse; Xen keeps the entries before it.`,
      stop.phandle.span,
    );
  return accepted(machine, { first: first.provider, driver, entries }, trail);
}

interface Entries {
  readonly first: DtNode;
  readonly driver: XenDriver;
  readonly entries: ReturnType<typeof specifiers>['entries'];
}

function accepted(machine: Machine, { first, driver, entries }: Entries, trail: Trail): IommuUse | undefined {
  const path = quoted(pathOf(first));
  const authority = `${PASSTHROUGH}/arm/${driver.file}`;
  const other = entries.find(({ provider }) => provider !== first);
  const where: Span[] = [entries[0]?.phandle.span ?? at(first, 'compatible')];
  const fatal = (why: string): undefined => {
    say(trail, ADD_DEVICE, `${why}: Xen fails to add the device, and the start of dom0 ends in a panic.`, ...where);
    return undefined;
  };
  if (other)
    return fatal(`\`iommus\` names ${path} and ${quoted(pathOf(other.provider))}, but Xen allows one IOMMU per device`);
  if (!usable(machine).includes(first)) return fatal(`${path} did not come up in Xen, but another IOMMU did`);
  const count = u32(first.properties.get('#iommu-cells'));
  if (driver.cells !== undefined && count !== driver.cells)
    return fatal(`${path} has \`#iommu-cells = <${count}>\` instead of ${driver.cells}`);
  const wide = entries.find(({ args }) => driver.idEnd !== undefined && (args[0]?.value ?? 0) >= driver.idEnd);
  if (wide) return fatal(`${driver.idKind} ${wide.args[0]?.value} is none that ${path} can have`);
  const ids: DecodedId[] = entries.map(({ args }) => ({
    kind: driver.idKind,
    id: ((args[0]?.value ?? 0) & driver.idMask) >>> 0,
    mask: driver.name === 'smmu' && args[1] ? args[1].value & 0x7fff : null,
  }));
  const listed = ids.map(({ id }) => hex(id)).join(', ');
  const text = `${path} translates the device's ${driver.idKind} ${listed} in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.`;
  if (driver.option === undefined) say(trail, authority, text, ...where);
  else sayIf(trail, authority, text, { dependsOn: `whether Xen is built with ${driver.option}`, evidence: where });
  if (driver.name === 'ipmmu-vmsa') {
    sayIf(
      trail,
      `${authority}:ipmmu_stage2_supported`,
      'An IPMMU that only does stage 1 could not share the P2M; Xen refuses it.',
      {
        dependsOn: 'the cut of the chip (R-Car H3 and M3-W from 3.0 on)',
      },
    );
  }
  return { path: pathOf(first), driver: driver.name, args: entries[0]?.args.map(({ value }) => value) ?? [], ids };
}

/** Whether a domain of a dom0less configuration gets an IOMMU context, and why. */
export function sayDomain(machine: Machine, node: DtNode, trail: Trail): void {
  if (!compatibles(node).includes('xen,domain')) return;
  const module = [...node.children.values()].find((child) => compatibles(child).includes('multiboot,device-tree'));
  const enabled = strings(node.properties.get('passthrough'))[0] === 'enabled';
  const authority = 'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node';
  if (!module && !enabled) {
    say(trail, authority, 'The domain is created without an IOMMU: no device can be assigned to it.');
    return;
  }
  const why = module ? 'a `multiboot,device-tree` module' : '`passthrough = "enabled"`';
  const on = usable(machine).length > 0;
  say(
    trail,
    authority,
    on
      ? `Because of ${why} the domain is created with an IOMMU: its P2M is the table of the IOMMU from the first page on.`
      : `${why} asks for an IOMMU, but Xen drives none here: devices can only be assigned with \`xen,force-assign-without-iommu\`.`,
    module ? at(module, 'compatible') : at(node, 'passthrough'),
  );
  const direct = node.properties.has('direct-map');
  say(
    trail,
    'Xen 4.22 xen/common/device-tree/dom0less-build.c:construct_domU',
    direct
      ? '`direct-map`: guest physical addresses are machine addresses.'
      : 'Guest physical addresses differ from machine addresses: DMA without an IOMMU goes astray.',
  );
}
