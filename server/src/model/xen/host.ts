// SPDX-License-Identifier: MIT
// What Xen on Arm makes of a host tree: which IOMMUs it drives, which devices they protect, and what dom0 is left with.

import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import { type Machine, perNode } from '#model/platform/machine.ts';
import { xenName, xenOf } from '#model/platform/xen-build.ts';
import { at, follow, newSteps, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId, IommuUse, XenFacts } from '#model/report/types.ts';
import type { Condition } from '#model/statements/index.ts';
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
  const { enabled } = iommuSwitch(machine.tree, xenOf(machine.platform));
  const text = enabled
    ? 'Xen drives the IOMMU itself and leaves its node out of the tree of dom0.'
    : 'Xen has a driver for the IOMMU and leaves its node out of the tree of dom0, although it does not use it.';
  if (driver.option === undefined) say(steps, authority, text);
  else sayIf(steps, authority, text, { dependsOn: `whether Xen is built with ${driver.option}` });
  const walksP2m = usable(machine).includes(node);
  if (!walksP2m) {
    const { enabled } = iommuSwitch(machine.tree, xenOf(machine.platform));
    const why = enabled ? '' : `, because ${noIommuAtAll(machine)}`;
    say(steps, HARDWARE_SETUP, `It does not come up in Xen and protects nothing${why}.`);
  }
  return { owner: 'Xen', walksP2m, stripped: false, hidden: true, steps };
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
    if (!property) return unprotected('it has no `iommus`');
    const { entries, stop } = specifiers(machine.tree, property, '#iommu-cells');
    const [first] = entries;
    if (!first) {
      return unprotected('its `iommus` does not parse', at(node, 'iommus'));
    }
    const driver = xenDriver(machine.platform, first.provider);
    if (usable(machine).length === 0) {
      const none = unprotected(noIommuAtAll(machine, first.provider), first.phandle.span);
      if (!driver) sayOwnTable(machine, first.provider, none.steps);
      return none;
    }
    const off = entries.find(({ provider }) => !isAvailable(provider));
    if (off) {
      return unprotected(`${quoted(pathOf(off.provider))} is disabled`, off.phandle.span);
    }
    if (!driver) return undriven(machine, first.provider, first.phandle.span);
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

/** Why none of Xen's IOMMUs is there, asked for the one that a device names: a clause. */
export function noIommuAtAll(machine: Machine, iommu?: DtNode): string {
  const build = xenOf(machine.platform);
  const { enabled, word } = iommuSwitch(machine.tree, build);
  if (!enabled) return `\`${word}\` on its command line switches the IOMMUs of ${xenName(build)} off`;
  const missing = iommu && missingDriver(machine.platform, iommu);
  if (iommu && missing !== undefined) return `${xenName(build)} has no driver for ${quoted(pathOf(iommu))}: ${missing}`;
  const path = iommu ? quoted(pathOf(iommu)) : 'no IOMMU of this tree';
  return iommu ? `Xen brings up no IOMMU of this tree, ${path} included` : `Xen brings up ${path}`;
}

/** An IOMMU without a driver of Xen, where another one came up. */
function undriven(machine: Machine, iommu: DtNode, where: Span): Protection {
  const steps = newSteps();
  const path = quoted(pathOf(iommu));
  const xen = xenName(xenOf(machine.platform));
  const why = missingDriver(machine.platform, iommu);
  say(steps, HARDWARE_SETUP, { kind: 'xen-not-in-table', iommu: pathOf(iommu), xen, why: why ?? null }, where);
  sayOwnTable(machine, iommu, steps);
  return { failure: `${xen} has no driver for ${path}, but another IOMMU came up`, steps };
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
