// SPDX-License-Identifier: MIT
// Masters that the IOMMU itself lists (`mmu-masters` of Arm SMMUs v1 and v2): who they are, and whom of them Linux finds.
import { WALKED_BUSES } from '#model/devices/existence.ts';
import type { IommuDriver } from '#model/drivers/types.ts';
import { GATES } from '#model/platform/gates.ts';
import type { Machine } from '#model/platform/machine.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { has } from '#model/platform/releases.ts';
import { at, decides, doubt, newSteps, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { DecodedId } from '#model/report/types.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Binding } from './binding.ts';
import { masterLists } from './master-lists.ts';
import { type IommuState, iommuState } from './state.ts';
import { unattachedStream } from './unattached-stream.ts';

const REGISTER = 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_register_legacy_master';
const DT_PROBE = 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_device_dt_probe';
const BUS_PROBE = 'Linux 6.12 drivers/iommu/iommu.c:bus_iommu_probe';

/**
 * The binding of a device that has no `iommus` (or map) by the list of an IOMMU; `undefined` where none lists it. `alias`
 * is the ID of a PCI function, which counts instead of the list's.
 */
export function listedBinding(machine: Machine, node: DtNode, alias?: number): Binding | undefined {
  const listed = masterLists(machine).masters.get(node);
  if (!listed) return undefined;
  const state = iommuState(machine, listed.iommu);
  const driver = state.match?.driver;
  if (!driver?.legacyList) return undefined;
  const steps = newSteps();
  const ids = (alias === undefined ? listed.args : [alias]).map(decoded);
  const bound = { state, args: ids.map(({ id }) => id), ids, span: listed.span };
  const found = finds(machine, { node, state, driver, pci: alias !== undefined }, steps);
  if (!found) {
    const { value, because } = unattachedStream(machine.platform, driver);
    say(steps, REGISTER, { kind: 'listed-direct', iommu: state.path, blocked: value === 'fault', because });
    decides(steps);
    return { outcome: 'none', reached: [], steps };
  }
  const { property } = driver.legacyList;
  say(steps, REGISTER, { kind: 'listed', property, iommu: state.path, ids }, listed.span);
  decides(steps);
  return { outcome: 'bound', reached: [bound], steps };
}

/** As the driver keeps an ID: the mask in the upper half. */
function decoded(value: number): DecodedId {
  const mask = value >>> 16;
  return { kind: 'stream-id', id: value & 0xffff, mask: mask === 0 ? null : mask };
}

interface Master {
  readonly node: DtNode;
  readonly state: IommuState;
  readonly driver: IommuDriver;
  readonly pci: boolean;
}

/** Whether the driver comes to look at the master while the IOMMU that lists it is bound. */
function finds(machine: Machine, { node, state, driver, pci }: Master, steps: Steps): boolean {
  const { platform } = machine;
  const { registration, path } = state;
  const property = driver.legacyList?.property ?? '';
  if (!node.properties.has(driver.legacyList?.cells ?? '')) return false;
  if (registration.kind === 'never' && registration.reason !== 'not-registered') {
    const { why, evidence } = registration;
    say(steps, DT_PROBE, { kind: 'listed-unregistered', property, iommu: path, why }, ...evidence);
    if (registration.condition !== undefined) doubt(steps, registration.condition);
    return false;
  }
  if (!reads(machine, { property, driver, path }, steps)) return false;
  if (!has(platform.kernelVersion, GATES.listsAtOnce)) {
    const authority = 'Linux 6.0 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_legacy_bus_init';
    say(steps, authority, { kind: 'masters-found-late', property });
    return true;
  }
  const { iommus } = masterLists(machine);
  const later = iommus[iommus.indexOf(state.node) + 1];
  if (later) {
    const found = { kind: 'masters-found-by-later', iommu: path, later: pathOf(later) } as const;
    say(steps, BUS_PROBE, found, at(later, 'compatible'));
    return true;
  }
  if (!pci && madeAtBoot(node)) {
    say(steps, BUS_PROBE, { kind: 'masters-missed', iommu: path, madeByDriver: false });
    return false;
  }
  const dependsOn = { kind: 'made-before-iommu', iommu: path } as const;
  sayIf(steps, BUS_PROBE, { kind: 'masters-missed', iommu: path, madeByDriver: true }, { dependsOn });
  otherwise(steps, dependsOn, 'iommu-identity');
  return false;
}

/** Linux 5.6 made reading the list an option, off unless someone asks for it. */
function reads(
  { platform }: Machine,
  { property, driver, path }: { readonly property: string; readonly driver: IommuDriver; readonly path: string },
  steps: Steps,
): boolean {
  const config = driver.legacyList?.config;
  if (config === undefined || !has(platform.kernelVersion, GATES.listsByOption)) return true;
  const state = isEnabled(platform, config);
  if (state === 'builtin' || state === 'module') return true;
  const unread = { kind: 'list-unread', property, iommu: path, symbol: config } as const;
  if (state === 'off') say(steps, REGISTER, unread);
  else {
    const dependsOn = { kind: 'reads-list', symbol: config } as const;
    sayIf(steps, REGISTER, unread, { dependsOn });
    otherwise(steps, dependsOn, 'iommu-identity');
  }
  return false;
}

/** Made for the tree as a whole, before any driver of an IOMMU is there. */
function madeAtBoot(node: DtNode): boolean {
  for (let up = node.parent; up?.parent; up = up.parent) {
    if (!compatibles(up).some((name) => WALKED_BUSES.includes(name))) return false;
  }
  return true;
}
