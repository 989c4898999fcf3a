// SPDX-License-Identifier: MIT
// 32-bit Arm: the mapping that the architecture itself attaches to each device behind an IOMMU, whatever its default domain.
import { larger, smaller } from '#model/addresses/addresses.ts';
import { deviceName, functionName } from '#model/devices/device-name.ts';
import type { IommuDriver } from '#model/drivers/types.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { inVersions } from '#model/platform/releases.ts';
import { decides, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import type { DtNode } from '#tree/types.ts';
import { groupMembers, groupName, pciPlacement } from './groups.ts';
import type { Subject } from './subject.ts';

const SETUP = 'Linux 6.12 arch/arm/mm/dma-mapping.c:arm_setup_iommu_dma_ops';
const OF_XLATE = 'Linux 6.1 drivers/iommu/of_iommu.c:of_iommu_xlate';
const ATTACH = 'Linux 6.12 drivers/iommu/iommu.c:iommu_attach_device';
const USE_DEFAULT = 'Linux 6.12 drivers/iommu/iommu.c:iommu_device_use_default_domain';
const LARGEST = 1n << 32n;

/** The verdict behind an IOMMU of 32-bit Arm; `undefined`: this kernel attaches no mappings (CONFIG_ARM_DMA_USE_IOMMU). */
export function armMapping(subject: Subject, driver: IommuDriver, steps: Steps): Verdict | undefined {
  const state = isEnabled(subject.machine.platform, 'ARM_DMA_USE_IOMMU');
  if (state === 'off') return undefined;
  if (driver.armMapping) {
    const { start, end, source } = driver.armMapping;
    say(steps, `Linux 6.12 ${source}`, { kind: 'arm-mapping-of-driver', start, end });
    return 'iommu-dma';
  }
  if (driver.unseenByArm && inVersions(subject.machine.platform.kernelVersion, driver.unseenByArm)) {
    say(steps, OF_XLATE, { kind: 'arm-mapping-unseen' });
    decides(steps);
    return 'direct';
  }
  const statement = { kind: 'arm-mapping' } as const;
  const selected = state !== 'unknown' || driver.selectsArmMapping === true;
  if (selected) say(steps, SETUP, statement);
  else {
    const dependsOn = { kind: 'arm-mapping-selected' } as const;
    sayIf(steps, SETUP, statement, { dependsOn });
    otherwise(steps, dependsOn, 'iommu-identity');
  }
  if (tooLarge(subject, steps)) return 'direct';
  const { first, shared } = placeInGroup(subject);
  if (!shared) return 'iommu-dma';
  const dependsOn = { kind: 'first-of-group', first } as const;
  if (first) {
    sayIf(steps, ATTACH, { kind: 'arm-mapping-once' }, { dependsOn });
    otherwise(steps, dependsOn, 'direct');
    return 'iommu-dma';
  }
  steps.log.push(`Failed to attached device ${nameOf(subject)} to IOMMU_mapping`);
  sayIf(steps, ATTACH, { kind: 'arm-mapping-shared-group' }, { dependsOn });
  decides(steps);
  say(steps, USE_DEFAULT, { kind: 'arm-group-unusable' });
  otherwise(steps, dependsOn, 'iommu-dma');
  return 'direct';
}

/** A mapping spans `dma-ranges` from its lowest to its highest address, at most 4 GiB. */
function tooLarge(subject: Subject, steps: Steps): boolean {
  const { windows } = subject.addressing;
  const low = windows.reduce((min, { dma }) => smaller(min, dma), windows[0]?.dma ?? 0n);
  const size = windows.reduce((most, { dma, size }) => larger(most, dma + size - 1n - low), 0n);
  if (size <= LARGEST) return false;
  steps.log.push(`Failed to create ${size}-byte IOMMU mapping for device ${nameOf(subject)}`);
  say(steps, SETUP, { kind: 'arm-mapping-too-large' });
  decides(steps);
  return true;
}

function nameOf({ machine, node, bus, configuredBy, id }: Subject): string {
  return bus === 'pci' && id !== undefined ? functionName(machine, configuredBy, id) : deviceName(machine, node);
}

/** Whether others share the group of the device, and whether it comes before them. */
function placeInGroup(subject: Subject): { readonly first: boolean; readonly shared: boolean } {
  const { machine, node, id } = subject;
  const placement = pciPlacement(subject);
  const group = groupName(subject);
  const members: readonly DtNode[] = group === undefined ? [] : groupMembers(machine, group);
  if (!placement) return { first: members[0] === node, shared: members.length > 1 };
  const { founder, company } = placement;
  const first = members.length === 0 && founder?.id === id;
  return { first, shared: members.length > 0 || company.length > 0 };
}
