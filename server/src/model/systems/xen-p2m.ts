// SPDX-License-Identifier: MIT
// Xen on Arm: what dom0 sees of a host tree, who owns a device, and whether its IOMMU walks the domain's P2M.

import type { DmaSystem, Subject, Translation } from '#model/subject.ts';
import { newTrail, say } from '#model/trail.ts';

const SETUP_OPS = 'Linux 6.12 include/xen/arm/xen-ops.h:xen_setup_dma_ops';

function claims({ machine }: Subject): boolean {
  return machine.platform.kind === 'xen-dom0' || machine.platform.kind === 'xen-host';
}

function translate(): Translation {
  const steps = newTrail();
  say(
    steps,
    SETUP_OPS,
    'The domain is mapped one to one, so Linux gives every configured device the operations of swiotlb-xen.',
  );
  return { ops: { verdict: 'xen-swiotlb', trail: steps } };
}

export const XEN_P2M: DmaSystem = {
  id: 'xen-p2m',
  title: 'Xen host trees, P2M sharing and passthrough',
  source: 'xen/arch/arm, xen/drivers/passthrough',
  claims,
  translate,
};
