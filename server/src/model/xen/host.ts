// SPDX-License-Identifier: MIT
// What Xen on Arm makes of a host tree: which IOMMUs it drives, which devices they protect, and what dom0 is left with.
import type { Span } from '#base/text.ts';
import { type Machine, perNode } from '#model/platform/machine.ts';
import { xenName, xenOf } from '#model/platform/xen-build.ts';
import { at, follow, newSteps, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId, IommuUse, XenFacts } from '#model/report/types.ts';
import type { Condition } from '#model/statements/index.ts';
import type { NoXenIommu, XenFailure, XenLack, XenStatement } from '#model/statements/xen.ts';
import { cells, cellTarget, compatibles, isAvailable, lastSet, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { iommuSwitch } from './command-line.ts';
import { missingDriver, usable, type XenDriver, xenDriver } from './drivers.ts';
import { assignments, domainName, hardwareOwner, hardwareOwnerName, isDirectMapped, ownersOf } from './system.ts';
import { MIRRORED } from './tables.ts';

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
  /** Present: Xen fails to add the device to the IOMMU, so that nobody gets it. */
  readonly failure?: XenFailure;
  /** Present: no IOMMU of Xen is there for the device. */
  readonly lack?: XenLack;
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

/** What Xen does with a node of the host tree. */
export const hostView = perNode<HostView>(
  (machine, node) => {
    const driver = xenDriver(machine.platform, node);
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
    say(steps, PASSTHROUGH_PROP, { kind: 'xen-assigned', domain: domainName(domain) }, lastSet(path).span);
  }
  if (marked) {
    say(steps, WRITE_PROPERTIES, { kind: 'xen-passthrough' }, at(node, 'xen,passthrough'));
    const nobody = platform.xen ? 'no domain: no partial tree names it' : 'the domain that it is assigned to';
    return { owner: owners.length > 0 ? owners.join(', ') : nobody, hidden: true };
  }
  const hardware = hardwareOwner(tree);
  if (taken.length > 0) {
    if (hardware) {
      say(steps, HANDLE_DEVICE, { kind: 'xen-hardware-domain-too', domain: hardwareOwnerName(hardware) });
    }
    return { owner: owners.join(', '), hidden: true };
  }
  const owner = owners[0] ?? 'dom0';
  const mapped: XenStatement = { kind: 'xen-mapped', owner };
  if (owners.length > 0) say(steps, HANDLE_DEVICE, mapped);
  else sayIf(steps, HANDLE_DEVICE, mapped, { dependsOn: { kind: 'boot-loader-dom0' } });
  return { owner, hidden: false };
}

function iommuNode(machine: Machine, node: DtNode, driver: XenDriver): HostView {
  const steps = newSteps();
  const authority = `${PASSTHROUGH}/arm/${driver.file}`;
  const { enabled } = iommuSwitch(machine.tree, xenOf(machine.platform));
  sayBuilt(steps, authority, { kind: 'xen-drives', used: enabled }, driver);
  const walksP2m = usable(machine).includes(node);
  if (!walksP2m) {
    say(steps, HARDWARE_SETUP, { kind: 'xen-iommu-not-up', why: enabled ? null : noIommuAtAll(machine) });
  }
  return { owner: 'Xen', walksP2m, stripped: false, hidden: true, steps };
}

/** What a driver of Xen does; where it is not sure to be built, the answer hangs on that. */
function sayBuilt(steps: Steps, authority: string, statement: XenStatement, { option }: XenDriver, ...where: Span[]) {
  if (option === undefined) say(steps, authority, statement, ...where);
  else sayIf(steps, authority, statement, { dependsOn: { kind: 'xen-built-with', option }, evidence: where });
}

/** Xen leaves out `iommus` and `iommu-map` when the first IOMMU is of a kind that it drives. */
function strippedForDom0(machine: Machine, node: DtNode): boolean {
  const [listed] = specifiers(machine.tree, node.properties.get('iommus'), '#iommu-cells').entries;
  const mapped = cells(machine.tree, node.properties.get('iommu-map'))[1];
  const target = listed?.provider ?? (mapped && cellTarget(machine.tree, mapped));
  return target !== undefined && xenDriver(machine.platform, target) !== undefined;
}

/** Whether an IOMMU protects a device, as iommu_add_dt_device decides, and why or why not. */
export const protection = perNode<Protection>(
  (machine, node) => {
    const property = node.properties.get('iommus');
    if (!property) return unprotected({ kind: 'xen-no-iommus' });
    const { entries, stop } = specifiers(machine.tree, property, '#iommu-cells');
    const [first] = entries;
    if (!first) {
      return unprotected({ kind: 'xen-iommus-malformed' }, at(node, 'iommus'));
    }
    const driver = xenDriver(machine.platform, first.provider);
    if (usable(machine).length === 0) {
      const none = unprotected(noIommuAtAll(machine, first.provider), first.phandle.span);
      if (!driver) sayOwnTable(machine, first.provider, none.steps);
      return none;
    }
    const off = entries.find(({ provider }) => !isAvailable(provider));
    if (off) {
      return unprotected({ kind: 'xen-iommu-disabled', iommu: pathOf(off.provider) }, off.phandle.span);
    }
    if (!driver) return undriven(machine, first.provider, first.phandle.span);
    const steps = newSteps();
    if (stop) {
      say(steps, ADD_DEVICE, { kind: 'xen-entry-malformed', index: stop.index }, stop.phandle.span);
    }
    return accepted(machine, { first: first.provider, driver, entries }, steps);
  },
  () => ({ steps: newSteps() }),
);

/** iommu_add_dt_device says 1, which is no error: the device is left without an IOMMU. */
function unprotected(lack: XenLack, ...where: readonly Span[]): Protection {
  const steps = newSteps();
  say(steps, ADD_DEVICE, { kind: 'xen-unprotected', why: lack }, ...where);
  return { lack, steps };
}

/** Why none of Xen's IOMMUs is there, asked for the one that a device names. */
export function noIommuAtAll(machine: Machine, iommu?: DtNode): NoXenIommu {
  const build = xenOf(machine.platform);
  const { enabled, word } = iommuSwitch(machine.tree, build);
  if (!enabled && word !== undefined) return { kind: 'xen-switched-off', word, xen: xenName(build) };
  const why = iommu && missingDriver(machine.platform, iommu);
  if (iommu && why) return { kind: 'xen-no-driver', iommu: pathOf(iommu), xen: xenName(build), why };
  return { kind: 'xen-none-up', iommu: iommu ? pathOf(iommu) : null };
}

/** An IOMMU without a driver of Xen, where another one came up. */
function undriven(machine: Machine, iommu: DtNode, where: Span): Protection {
  const steps = newSteps();
  const path = pathOf(iommu);
  const xen = xenName(xenOf(machine.platform));
  const why = missingDriver(machine.platform, iommu) ?? null;
  say(steps, HARDWARE_SETUP, { kind: 'xen-not-in-table', iommu: path, xen, why }, where);
  sayOwnTable(machine, iommu, steps);
  return { failure: { kind: 'xen-undriven', iommu: path, xen }, steps };
}

/** The chips whose early cuts have an IPMMU that only does stage 1. */
const BY_CUT = ['renesas,ipmmu-r8a7795', 'renesas,ipmmu-r8a7796'];

/** Whether only the chip's revision tells if Xen can use the IPMMU. */
export function dependsOnCut(iommu: DtNode): boolean {
  return compatibles(iommu).some((name) => BY_CUT.includes(name));
}

/** What Xen would have to do for an IPMMU that cannot walk the P2M; whether it can, is not in Xen's table. */
function sayOwnTable({ platform }: Machine, iommu: DtNode, steps: Steps): void {
  if (!compatibles(iommu).some((name) => name.startsWith('renesas,ipmmu')) || missingDriver(platform, iommu)) return;
  say(
    steps,
    'Xen 4.22 xen/arch/arm/Kconfig:IOMMU_FORCE_PT_SHARE; xen/drivers/passthrough/arm/ipmmu-vmsa.c:ipmmu_stage2_supported',
    { kind: 'xen-own-table', mirrors: MIRRORED },
  );
}

interface Entries {
  readonly first: DtNode;
  readonly driver: XenDriver;
  readonly entries: ReturnType<typeof specifiers>['entries'];
}

function accepted(machine: Machine, { first, driver, entries }: Entries, steps: Steps): Protection {
  const iommu = pathOf(first);
  const authority = `${PASSTHROUGH}/arm/${driver.file}`;
  const other = entries.find(({ provider }) => provider !== first);
  const where: Span[] = [entries[0]?.phandle.span ?? at(first, 'compatible')];
  const fatal = (failure: XenFailure): Protection => {
    say(steps, ADD_DEVICE, { kind: 'xen-refused', why: failure }, ...where);
    return { failure, steps };
  };
  if (other) return fatal({ kind: 'xen-two-iommus', iommu, other: pathOf(other.provider) });
  if (!usable(machine).includes(first)) return fatal({ kind: 'xen-not-up', iommu });
  const count = u32(first.properties.get('#iommu-cells'));
  if (driver.cells !== undefined && count !== driver.cells)
    return fatal({ kind: 'xen-cells', iommu, cells: count ?? null, wanted: driver.cells });
  const wide = entries.find(({ args }) => driver.idEnd !== undefined && (args[0]?.value ?? 0) >= driver.idEnd);
  const { idKind } = driver;
  if (wide) return fatal({ kind: 'xen-id-outside', iommu, idKind, id: wide.args[0]?.value ?? 0 });
  const ids = decoded(driver, entries);
  sayBuilt(steps, authority, { kind: 'xen-translates', iommu, idKind, ids: ids.map(({ id }) => id) }, driver, ...where);
  if (dependsOnCut(first)) {
    const dependsOn = { kind: 'chip-cut' } as const;
    sayIf(steps, `${authority}:ipmmu_stage2_supported`, { kind: 'xen-stage-1-only' }, { dependsOn });
  }
  const args = entries[0]?.args.map(({ value }) => value) ?? [];
  const dependsOn = steps.doubts[0];
  return { use: { path: iommu, driver: driver.name, args, ids }, ...(dependsOn && { dependsOn }), steps };
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
