// SPDX-License-Identifier: MIT
// Which hover a node has: a device, an IOMMU, a host bridge, a bus, or none of them.
import { isPciBus, isPciFunction } from '#model/addresses/addresses.ts';
import { dmaRole } from '#model/devices/dma-role.ts';
import { WALKED_BUSES } from '#model/devices/existence.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { busSheet } from './bus.ts';
import { deviceSheet } from './device.ts';
import { domainSheet } from './domain.ts';
import { hostBridgeSheet } from './host-bridge.ts';
import { iommuSheet } from './iommu.ts';
import { idleSheet, throughSheet } from './no-dma.ts';
import { type Asked, placesLine, type Sheet, sheetMarkdown } from './sheet.ts';

/** What is said about a node; `last` stands where its places would. */
export function nodeHover(asked: Asked, node: DtNode, last?: string): string {
  const sheet = sheetOf(asked, node);
  if (!sheet) return last ?? placesLine(asked, node);
  return sheetMarkdown(
    asked,
    last === undefined ? sheet : { ...sheet, links: [...(sheet.links ?? []).slice(0, -1), last] },
  );
}

/** What a bus lets the devices below it reach. */
export function busHover(asked: Asked, node: DtNode, last: string): string {
  const sheet = busSheet(asked, node);
  return sheetMarkdown(asked, { ...sheet, links: [...(sheet.links ?? []).slice(0, -1), last] });
}

function sheetOf(asked: Asked, node: DtNode): Sheet | undefined {
  const { snapshot } = asked;
  const { tree, platform } = snapshot;
  const isDevice = compatibles(node).length > 0 || node.properties.has('iommus') || isPciFunction(node);
  if (!node.parent || !isDevice) return undefined;
  const report = snapshot.report(node);
  const { kernelVersion, kind } = platform;
  const made = report.verdict !== 'no-device' && report.verdict !== 'not-configured';
  const assigned = report.verdict === 'no-device' && report.xen?.owner !== undefined && report.iommus.length > 0;
  if (node.properties.has('#iommu-cells') && kind !== 'zephyr') return iommuSheet(asked, node);
  const isHost = isPciBus(node)
    ? !isPciBus(node.parent)
    : node.properties.has('iommu-map') && !node.properties.has('iommus');
  if (made && isHost && kind !== 'zephyr') return hostBridgeSheet(asked, node);
  if (report.xen && compatibles(node).includes('xen,domain')) return domainSheet(asked, node, report);
  const role = dmaRole(tree, node, kernelVersion, made || assigned);
  if (role.role === 'master') return deviceSheet(asked, node);
  if (role.why.kind === 'channels') return throughSheet(asked, node, role.why.controllers);
  if (made && isBus(node)) return busSheet(asked, node);
  return idleSheet(asked, node, role);
}

function isBus(node: DtNode): boolean {
  const isWalked = compatibles(node).some((name) => WALKED_BUSES.includes(name));
  return node.children.size > 0 && (isWalked || node.properties.has('dma-ranges'));
}
