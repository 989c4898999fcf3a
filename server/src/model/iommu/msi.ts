// SPDX-License-Identifier: MIT
// Where a device's message-signalled interrupts go, and whether Linux maps the doorbell behind a translating IOMMU.
import { MAPPING_MSI_CONTROLLERS } from '#model/drivers/msi-controllers.ts';
import { at, type Steps, say } from '#model/report/steps.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { mapId, readMap } from './id-map.ts';
import type { Subject } from './subject.ts';

const PREPARE = 'Linux 6.12 drivers/iommu/dma-iommu.c:iommu_dma_prepare_msi';
const MSI_MAP_ID = 'Linux 6.12 drivers/of/irq.c:of_msi_map_id';

/** The steps about the doorbell of a device behind an IOMMU; none where the tree gives it no MSI controller. */
export function sayDoorbell(subject: Subject, steps: Steps): void {
  const controller = subject.bus === 'pci' ? ofFunction(subject, steps) : parent(subject, subject.node);
  if (!controller) return;
  const path = pathOf(controller);
  const property = at(subject.configuredBy, subject.configuredBy.properties.has('msi-map') ? 'msi-map' : 'msi-parent');
  const kind = mapsDoorbell(controller) ? 'doorbell-mapped' : 'doorbell-blocked';
  say(steps, PREPARE, { kind, controller: path }, property);
}

function parent({ machine }: Subject, node: DtNode): DtNode | undefined {
  return specifiers(machine.tree, node.properties.get('msi-parent'), '#msi-cells', 0).entries[0]?.provider;
}

/** `msi-map` goes before `msi-parent`; an ID that it does not cover keeps only the domain of the bus. */
function ofFunction(subject: Subject, steps: Steps): DtNode | undefined {
  const { machine, configuredBy, id = 0 } = subject;
  const map = readMap(machine, configuredBy, 'msi-map');
  if (!map) return parent(subject, configuredBy);
  const found = mapId(map, configuredBy, 'msi-map', id);
  if (found.kind === 'mapped') return found.provider;
  say(steps, MSI_MAP_ID, { kind: 'msi-map-uncovered', bus: pathOf(configuredBy), id }, at(configuredBy, 'msi-map'));
  return undefined;
}

function mapsDoorbell(controller: DtNode): boolean {
  const names = compatibles(controller);
  if (names.some((name) => MAPPING_MSI_CONTROLLERS.includes(name))) return true;
  // The GIC itself, where it raises SPIs by messages.
  return names.includes('arm,gic-v3') && controller.properties.has('mbi-ranges');
}
