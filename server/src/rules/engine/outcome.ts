// SPDX-License-Identifier: MIT
// What becomes of a device, in the words that end a message: taken from its DMA report, so that rule and hover agree.
import type { Verdict } from '#model/report/types.ts';
import type { DtNode } from '#tree/types.ts';
import type { RuleContext } from './rule.ts';

const OUTCOMES: Record<Verdict, string> = {
  'no-device': 'Linux makes no device of this node',
  'not-configured': 'no bus of Linux configures the DMA of this node',
  direct: 'Linux gives this device direct DMA',
  'direct+swiotlb': 'Linux gives this device direct DMA and bounces through swiotlb what it cannot address',
  'restricted-pool': 'Linux bounces all its DMA through the restricted pool',
  'iommu-dma': 'Linux translates its DMA with the entries that it could use',
  'iommu-dma-fq': 'Linux translates its DMA with the entries that it could use',
  'iommu-identity': 'Linux leaves its DMA untranslated behind the IOMMU',
  defer: 'its probe waits',
  'defer->direct': 'its probe waits until the deferred probe timeout, then Linux gives it direct DMA',
  'xen-swiotlb': 'Linux uses Xen swiotlb for it',
  'xen-grant': 'Linux uses Xen grants for it',
};

/** The end of a sentence about `node`; `expected` where the report cannot be had or does not follow from the defect. */
export function outcome(context: RuleContext, node: DtNode, expected: Verdict = 'direct'): string {
  const verdict = context.report(node)?.verdict;
  return OUTCOMES[verdict === undefined || verdict === 'no-device' ? expected : verdict];
}
