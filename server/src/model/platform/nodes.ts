// SPDX-License-Identifier: MIT
// The nodes of a tree by what the model looks for in them, found in one pass.
import { strings } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { perMachine } from './machine.ts';

export interface TreeNodes {
  /** Every node but the root, parents first, in dtc's order: the order in which Linux makes devices. */
  readonly all: readonly DtNode[];
  /** Nodes that an answer is expected for: they name a device, or say something about DMA. */
  readonly devices: readonly DtNode[];
  readonly withIommus: readonly DtNode[];
  readonly withIommuMap: readonly DtNode[];
  /** Nodes with `#global-interrupts`, which every SMMU v1 and v2 needs. */
  readonly withInterruptCount: readonly DtNode[];
  /** Nodes with a non-empty `dma-ranges`. */
  readonly withDmaRanges: readonly DtNode[];
}

/** Properties that make a node without `compatible` worth an answer. */
const DMA_PROPERTIES = ['iommus', 'iommu-map', 'dma-coherent', 'dma-noncoherent'] as const;

export const treeNodes = perMachine<TreeNodes>(({ tree }) => {
  const all: DtNode[] = [];
  const devices: DtNode[] = [];
  const withIommus: DtNode[] = [];
  const withIommuMap: DtNode[] = [];
  const withInterruptCount: DtNode[] = [];
  const withDmaRanges: DtNode[] = [];
  const stack: DtNode[] = [...tree.root.children.values()].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    const { properties } = node;
    all.push(node);
    if (properties.has('compatible') || DMA_PROPERTIES.some((name) => properties.has(name))) devices.push(node);
    if (properties.has('iommus')) withIommus.push(node);
    if (properties.has('iommu-map')) withIommuMap.push(node);
    if (properties.has('#global-interrupts')) withInterruptCount.push(node);
    if (properties.has('dma-ranges')) withDmaRanges.push(node);
    if (node.children.size > 0) for (const child of [...node.children.values()].reverse()) stack.push(child);
  }
  return { all, devices, withIommus, withIommuMap, withInterruptCount, withDmaRanges };
});

/** Whether the tree is run by Xen as its host, or shown to a guest of Xen: `/hypervisor` with `xen,xen`. */
export const hasXenHypervisorNode = perMachine<boolean>(({ tree }) => {
  const node = tree.root.children.get('hypervisor');
  return node !== undefined && strings(node.properties.get('compatible')).includes('xen,xen');
});
