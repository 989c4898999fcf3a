// SPDX-License-Identifier: MIT
// What Xen on Arm makes of a host tree: which IOMMUs it drives, which devices they protect, and what dom0 is left with.

import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import { type Machine, perMachine, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { at, follow, newSteps, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId, IommuUse, XenFacts } from '#model/report/types.ts';
import type { Condition } from '#model/statements/index.ts';
import { cells, cellTarget, compatibles, isAvailable, lastSet, pathOf, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { assignments, domainName, hardwareOwner, hardwareOwnerName, isDirectMapped, ownersOf } from './system.ts';

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
  /** What Xen makes the IOMMU forget after a change of a domain's P2M. */
  readonly flush: string;
}

const DRIVERS: readonly XenDriver[] = [
  {
    name: 'smmu',
    file: 'smmu.c',
    compatibles: ['arm,smmu-v1', 'arm,mmu-400', 'arm,mmu-401', 'arm,smmu-v2', 'arm,mmu-500'],
    idKind: 'stream-id',
    idMask: 0x7fff,
    flush: 'the whole context of the domain',
  },
  {
    name: 'smmu-v3',
    file: 'smmu-v3.c',
    compatibles: ['arm,smmu-v3'],
    idKind: 'stream-id',
    idMask: 0xffffffff,
    cells: 1,
    option: 'CONFIG_ARM_SMMU_V3 (needs CONFIG_EXPERT)',
    flush: 'what it holds for the VMID of the domain',
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
    flush: 'the whole context of the domain, because the hardware has no selective flush',
  },
];

const PASSTHROUGH = 'Xen 4.22 xen/drivers/passthrough';
const ADD_DEVICE = `${PASSTHROUGH}/device_tree.c:iommu_add_dt_device`;
const HANDLE_DEVICE = 'Xen 4.22 xen/arch/arm/device.c:handle_device';
const WRITE_PROPERTIES = 'Xen 4.22 xen/arch/arm/domain_build.c:write_properties';
const PASSTHROUGH_PROP = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:handle_passthrough_prop';
const HARDWARE_SETUP = `${PASSTHROUGH}/arm/iommu.c:iommu_hardware_setup`;

/** Whether an IOMMU of Xen stands between a device and the memory. */
export interface Protection {
  /** Present: the IOMMU translates, through the owner's P2M. */
  readonly use?: IommuUse;
  /** Present: Xen fails to add the device to the IOMMU, so that nobody gets it; a clause. */
  readonly failure?: string;
  /** Present: no IOMMU of Xen is there for the device; a clause. */
  readonly lack?: string;
  /** What the answer hangs on. */
  readonly dependsOn?: Condition;
  readonly steps: Steps;
}

export interface HostView extends Pick<Protection, 'use'> {
  readonly owner: string;
  /** Whether the owner's guest addresses are those of the machine; absent where the tree does not say. */
  readonly directMap?: boolean;
  /** An IOMMU that came up. */
  readonly walksP2m: boolean;
  /** dom0's copy of the node lacks `iommus` and `iommu-map`. */
  readonly stripped: boolean;
  /** No device for dom0's Linux. */
  readonly hidden: boolean;
  readonly steps: Steps;
}

/** The driver of Xen for a node, whether or not it comes up. */
export function xenDriver(node: DtNode): XenDriver | undefined {
  const names = compatibles(node);
  return DRIVERS.find((driver) => driver.compatibles.some((name) => names.includes(name)));
}

/** IOMMUs that Xen brings up; `xen,passthrough` on an IOMMU keeps Xen from using it. */
export const usable = perMachine<readonly DtNode[]>((machine) =>
  bootSettings(machine.tree, 'iommu').some((setting) => OFF.has(setting))
    ? []
    : treeNodes(machine).all.filter(
        (node) =>
          xenDriver(node) !== undefined &&
          isAvailable(node) &&
          !node.properties.has('xen,passthrough') &&
          cameUp(machine, node),
      ),
);

const OFF = new Set(['no', 'off', '0', 'false', 'disable']);

/** The words of Xen's command line in `/chosen`, in order. */
export function xenBootArguments({ root }: DeviceTree): readonly string[] {
  const text = strings(root.children.get('chosen')?.properties.get('xen,xen-bootargs'))[0] ?? '';
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The settings of `name=a,b` on Xen's command line, from every place where it stands. */
export function bootSettings(tree: DeviceTree, name: string): readonly string[] {
  return xenBootArguments(tree)
    .filter((word) => word.startsWith(`${name}=`))
    .flatMap((word) => word.slice(name.length + 1).split(','));
}

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
    const driver = xenDriver(node);
    if (driver) return iommuNode(machine, node, driver);
    const steps = newSteps();
    const guarded = protection(machine, node);
    follow(steps, guarded.steps);
    const stripped = strippedForDom0(machine, node);
    const who = sayOwner(machine, node, steps);
    const directMap = isDirectMapped(machine, who.owner);
    return {
      ...who,
      ...(guarded.use && { use: guarded.use }),
      ...(directMap !== undefined && { directMap }),
      walksP2m: false,
      stripped,
      steps,
    };
  },
  () => ({ owner: 'dom0', walksP2m: false, stripped: false, hidden: false, steps: newSteps() }),
);

/** The part of a view that a report shows. */
export function xenFacts({ owner, use, walksP2m, directMap }: HostView): XenFacts {
  return { owner, sharesP2m: walksP2m || use !== undefined, ...(directMap !== undefined && { directMap }) };
}

/** Records who gets the device, and why. */
function sayOwner(machine: Machine, node: DtNode, steps: Steps): Pick<HostView, 'owner' | 'hidden'> {
  const { tree, platform } = machine;
  const owners = ownersOf(machine, node);
  const marked = node.properties.has('xen,passthrough');
  const taken = platform.xen ? assignments(platform.xen).filter(({ device }) => device === node) : [];
  for (const { domain, path } of taken) {
    const text = `The partial tree of ${domainName(domain)} names this device: Xen routes its interrupts there and assigns it.`;
    say(steps, PASSTHROUGH_PROP, text, lastSet(path).span);
  }
  if (marked) {
    const text =
      '`xen,passthrough`: dom0 gets the node with `status = "disabled"`, so that the device can be given to a domain.';
    say(steps, WRITE_PROPERTIES, text, at(node, 'xen,passthrough'));
    const nobody = platform.xen ? 'no domain: no partial tree names it' : 'the domain that it is assigned to';
    return { owner: owners.length > 0 ? owners.join(', ') : nobody, hidden: true };
  }
  const hardware = hardwareOwner(tree);
  if (taken.length > 0) {
    if (hardware) {
      const text = `Without \`xen,passthrough\` ${hardwareOwnerName(hardware)} gets the device, too, and the second of the two fails with -EBUSY.`;
      say(steps, HANDLE_DEVICE, text);
    }
    return { owner: owners.join(', '), hidden: true };
  }
  const owner = owners[0] ?? 'dom0';
  const text = `Xen maps the device to ${owner} and routes its interrupts there.`;
  if (owners.length > 0) say(steps, HANDLE_DEVICE, text);
  else
    sayIf(steps, HANDLE_DEVICE, text, { dependsOn: 'whether the boot loader adds a dom0 to the domains in `/chosen`' });
  return { owner, hidden: false };
}

function iommuNode(machine: Machine, node: DtNode, driver: XenDriver): HostView {
  const steps = newSteps();
  const authority = `${PASSTHROUGH}/arm/${driver.file}`;
  const text = 'Xen drives the IOMMU itself and leaves its node out of the tree of dom0.';
  if (driver.option === undefined) say(steps, authority, text);
  else sayIf(steps, authority, text, { dependsOn: `whether Xen is built with ${driver.option}` });
  const walksP2m = usable(machine).includes(node);
  if (!walksP2m) say(steps, HARDWARE_SETUP, 'It does not come up in Xen and protects nobody.');
  return { owner: 'Xen', walksP2m, stripped: false, hidden: true, steps };
}

/** Xen leaves out `iommus` and `iommu-map` when the first IOMMU is of a kind that it drives. */
function strippedForDom0(machine: Machine, node: DtNode): boolean {
  const [listed] = specifiers(machine.tree, node.properties.get('iommus'), '#iommu-cells').entries;
  const mapped = cells(machine.tree, node.properties.get('iommu-map'))[1];
  const target = listed?.provider ?? (mapped && cellTarget(machine.tree, mapped));
  return target !== undefined && xenDriver(target) !== undefined;
}

/** Whether an IOMMU protects a device, as iommu_add_dt_device decides, and why or why not. */
export const protection = perNode<Protection>(
  (machine, node) => {
    const property = node.properties.get('iommus');
    if (!property) return unprotected('it has no `iommus`');
    const { entries, stop } = specifiers(machine.tree, property, '#iommu-cells');
    const [first] = entries;
    if (!first) {
      return unprotected('its `iommus` does not parse', at(node, 'iommus'));
    }
    const driver = xenDriver(first.provider);
    const path = quoted(pathOf(first.provider));
    if (usable(machine).length === 0) {
      const none = unprotected(
        `Xen brings up no IOMMU, so ${path} protects nobody from Xen's side.`,
        first.phandle.span,
      );
      if (!driver) sayOwnTable(first.provider, none.steps);
      return none;
    }
    const off = entries.find(({ provider }) => !isAvailable(provider));
    if (off) {
      return unprotected(`${quoted(pathOf(off.provider))} is disabled`, off.phandle.span);
    }
    if (!driver) return undriven(first.provider, first.phandle.span);
    const steps = newSteps();
    if (stop) {
      const text = `\`iommus\` entry ${stop.index} does not parse; Xen keeps the entries before it.`;
      say(steps, ADD_DEVICE, text, stop.phandle.span);
    }
    return accepted(machine, { first: first.provider, driver, entries }, steps);
  },
  () => ({ steps: newSteps() }),
);

/** iommu_add_dt_device says 1, which is no error: the device is left without an IOMMU. */
function unprotected(lack: string, ...where: readonly Span[]): Protection {
  const steps = newSteps();
  say(steps, ADD_DEVICE, `No IOMMU of Xen protects the device, because ${lack}.`, ...where);
  return { lack, steps };
}

/** An IOMMU without a driver of Xen, where another one came up. */
function undriven(iommu: DtNode, where: Span): Protection {
  const steps = newSteps();
  const path = quoted(pathOf(iommu));
  say(steps, HARDWARE_SETUP, `Xen does not drive ${path}, so nothing protects the device from Xen's side.`, where);
  sayOwnTable(iommu, steps);
  return { failure: `Xen has no driver for ${path}, but another IOMMU came up`, steps };
}

/** The chips whose early cuts have an IPMMU that only does stage 1. */
const BY_CUT = ['renesas,ipmmu-r8a7795', 'renesas,ipmmu-r8a7796'];

/** Whether only the chip's revision tells if Xen can use the IPMMU. */
export function dependsOnCut(iommu: DtNode): boolean {
  return compatibles(iommu).some((name) => BY_CUT.includes(name));
}

/** What Xen would have to do for an IOMMU that cannot walk the P2M. */
function sayOwnTable(iommu: DtNode, steps: Steps): void {
  if (!compatibles(iommu).some((name) => name.startsWith('renesas,ipmmu'))) return;
  say(
    steps,
    'Xen 4.22 xen/arch/arm/Kconfig:IOMMU_FORCE_PT_SHARE; xen/drivers/passthrough/arm/ipmmu-vmsa.c:ipmmu_stage2_supported',
    'This IPMMU translates in stage 1 and cannot walk the P2M: it would need a table of its own from the creation of the domain on, before the first page of the P2M, kept in step with every later change (RAM, `xen,reg`, grants, foreign pages); Xen on Arm has no such mode.',
  );
}

interface Entries {
  readonly first: DtNode;
  readonly driver: XenDriver;
  readonly entries: ReturnType<typeof specifiers>['entries'];
}

function accepted(machine: Machine, { first, driver, entries }: Entries, steps: Steps): Protection {
  const path = quoted(pathOf(first));
  const authority = `${PASSTHROUGH}/arm/${driver.file}`;
  const other = entries.find(({ provider }) => provider !== first);
  const where: Span[] = [entries[0]?.phandle.span ?? at(first, 'compatible')];
  const fatal = (failure: string): Protection => {
    say(
      steps,
      ADD_DEVICE,
      `${failure}: Xen fails to add the device, and the start of its domain ends in a panic.`,
      ...where,
    );
    return { failure, steps };
  };
  if (other)
    return fatal(`\`iommus\` names ${path} and ${quoted(pathOf(other.provider))}, but Xen allows one IOMMU per device`);
  if (!usable(machine).includes(first)) return fatal(`${path} did not come up in Xen, but another IOMMU did`);
  const count = u32(first.properties.get('#iommu-cells'));
  if (driver.cells !== undefined && count !== driver.cells)
    return fatal(`${path} has \`#iommu-cells = <${count}>\` instead of ${driver.cells}`);
  const wide = entries.find(({ args }) => driver.idEnd !== undefined && (args[0]?.value ?? 0) >= driver.idEnd);
  if (wide) return fatal(`${driver.idKind} ${wide.args[0]?.value} is none that ${path} can have`);
  const ids = decoded(driver, entries);
  const listed = ids.map(({ id }) => hex(id)).join(', ');
  const text = `${path} translates the device's ${driver.idKind} ${listed} in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.`;
  if (driver.option === undefined) say(steps, authority, text, ...where);
  else sayIf(steps, authority, text, { dependsOn: `whether Xen is built with ${driver.option}`, evidence: where });
  if (dependsOnCut(first)) {
    sayIf(
      steps,
      `${authority}:ipmmu_stage2_supported`,
      'An IPMMU that only does stage 1 could not share the P2M; Xen refuses it.',
      { dependsOn: 'the cut of the chip (R-Car H3 and M3-W from 3.0 on)' },
    );
  }
  const args = entries[0]?.args.map(({ value }) => value) ?? [];
  const dependsOn = steps.doubts[0];
  return { use: { path: pathOf(first), driver: driver.name, args, ids }, ...(dependsOn && { dependsOn }), steps };
}

function decoded(driver: XenDriver, entries: Entries['entries']): DecodedId[] {
  return entries.map(({ args, provider }) => {
    const mask = args[1]?.value ?? u32(provider.properties.get('stream-match-mask'));
    return {
      kind: driver.idKind,
      id: ((args[0]?.value ?? 0) & driver.idMask) >>> 0,
      mask: driver.name === 'smmu' && mask !== undefined ? mask & driver.idMask : null,
    };
  });
}
