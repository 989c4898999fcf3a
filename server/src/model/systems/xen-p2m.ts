// SPDX-License-Identifier: MIT
// Xen on Arm: the operations of a domain that is mapped one to one, who owns a device, and whose P2M its IOMMU walks.
import { compareVersions } from '#model/platform.ts';
import type { DmaSystem, Subject, Translation } from '#model/subject.ts';
import { newTrail, say, type Trail } from '#model/trail.ts';
import { hostView, xenFacts } from '#model/xen-host.ts';

const SETUP_OPS = 'Linux 6.12 include/xen/arm/xen-ops.h:xen_setup_dma_ops';

function claims({ machine }: Subject): boolean {
  return machine.platform.kind === 'xen-dom0' || machine.platform.kind === 'xen-host';
}

function translate(subject: Subject): Translation {
  const { machine, node, binding } = subject;
  const trail = newTrail();
  const view = machine.platform.kind === 'xen-host' ? hostView(machine, node) : undefined;
  const facts = view && { xen: xenFacts(view), ...(view.use && { use: view.use }) };
  if (view?.directMap === false) {
    const text = `${view.owner} is not mapped one to one, so Linux there does without Xen's swiotlb: the IOMMU translates.`;
    say(trail, 'Linux 6.12 include/xen/arm/swiotlb-xen.h:xen_swiotlb_detect', text);
    return { ops: { verdict: 'direct', trail }, ...facts };
  }
  const text =
    'dom0 is mapped one to one, so Linux gives every device that it configures the operations of swiotlb-xen.';
  say(trail, SETUP_OPS, text);
  if (binding.outcome === 'bound') sayVisible(subject, trail);
  return { ops: { verdict: 'xen-swiotlb', trail }, ...facts };
}

/** An IOMMU that dom0 can see: the domain of the DMA API and Xen's operations get in each other's way. */
function sayVisible({ machine }: Subject, trail: Trail): void {
  if (compareVersions(machine.platform.kernelVersion, [6, 12]) < 0) {
    say(trail, SETUP_OPS, 'They replace the operations of the IOMMU, whose domain stays attached, without a message.');
    return;
  }
  say(
    trail,
    'Linux 6.12 kernel/dma/mapping.c:dma_supported',
    'The IOMMU is visible to dom0, too: Linux warns, and setting a DMA mask fails with -EIO.',
  );
}

export const XEN_P2M: DmaSystem = {
  id: 'xen-p2m',
  title: 'Xen host trees, P2M sharing and passthrough',
  source: 'xen/arch/arm, xen/drivers/passthrough',
  claims,
  translate,
};
