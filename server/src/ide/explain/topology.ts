// SPDX-License-Identifier: MIT
// The DMA topology of a board: its devices, the IOMMUs they go through and with which IDs, and whom they wait for.
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { driverFor } from '#model/drivers/index.ts';
import { fwDevlink } from '#model/platform/platform.ts';
import { suppliersOf } from '#model/probe/suppliers.ts';
import type { DmaReport } from '#model/report/types.ts';
import { nodeByPath, pathOf } from '#tree/query.ts';
import { idText, requesterIds } from '#wording/values.ts';

export type TopologyDevice = Pick<
  DmaReport,
  'path' | 'label' | 'compatible' | 'verdict' | 'certainty' | 'group' | 'deferred'
>;

export interface TopologyIommu {
  readonly path: string;
  /** `null`: no Linux driver binds it. */
  readonly driver: string | null;
}

/** A way from a device to an IOMMU. */
export interface TopologyLink {
  readonly device: string;
  readonly iommu: string;
  /** `stream ID 0x10`, `requester IDs 0x0 to 0xffff`. */
  readonly ids: readonly string[];
}

/** The supplier must have probed before the device can. */
export interface TopologySupplier {
  readonly device: string;
  readonly supplier: string;
  readonly property: string;
}

export interface Topology {
  readonly devices: readonly TopologyDevice[];
  readonly iommus: readonly TopologyIommu[];
  readonly links: readonly TopologyLink[];
  readonly suppliers: readonly TopologySupplier[];
}

/** Everything, in tree order. */
export function topologyOf(snapshot: Snapshot): Topology {
  const reports = snapshot.reports();
  const links = reports.flatMap(linksOf);
  return {
    devices: reports.map(({ path, label, compatible, verdict, certainty, group, deferred }) => ({
      path,
      label,
      compatible,
      verdict,
      certainty,
      group,
      deferred,
    })),
    iommus: [...new Set(links.map((link) => link.iommu))].map((path) => ({ path, driver: driverOf(snapshot, path) })),
    links,
    suppliers: reports.flatMap((report) => supplierLinks(snapshot, report)),
  };
}

function driverOf({ tree, platform }: Snapshot, path: string): string | null {
  const node = nodeByPath(tree, path);
  return (node && driverFor(node, platform.kernelVersion)?.driver.name) ?? null;
}

function linksOf({ path, iommus, pci }: DmaReport): TopologyLink[] {
  const direct = iommus.map((use) => ({ device: path, iommu: use.path, ids: use.ids.map(idText) }));
  const mapped = (pci?.maps ?? []).map((entry) => ({
    device: path,
    iommu: entry.iommu,
    ids: [requesterIds(entry)],
  }));
  return [...direct, ...mapped];
}

function supplierLinks({ tree, platform }: Snapshot, { path }: DmaReport): TopologySupplier[] {
  const node = nodeByPath(tree, path);
  if (!node) return [];
  const options = { version: platform.kernelVersion, strict: fwDevlink(platform).value.strict };
  return suppliersOf(tree, node, options).map(({ supplier, property }) => ({
    device: path,
    supplier: pathOf(supplier),
    property: property.name,
  }));
}
