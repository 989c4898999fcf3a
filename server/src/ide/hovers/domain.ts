// SPDX-License-Identifier: MIT
// The hover of a domain in the tree of a Xen host.

import { t } from '#base/language.ts';
import { plain } from '#ide/explain/markup.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { DtNode } from '#tree/types.ts';
import { type Asked, commandLinks, nameOf, placesLine, reasonLine, type Sheet } from './sheet.ts';

export function domainSheet(asked: Asked, node: DtNode, report: DmaReport): Sheet {
  const { sharesP2m, directMap } = report.xen ?? {};
  const decisive = decidingStep(report);
  return {
    icon: 'vm',
    headline: t('{0}: a domain that Xen starts', plain(nameOf(node))),
    facts: [
      sharesP2m === undefined ? '' : sharesP2m ? t('IOMMUs walk its P2M') : t('without an IOMMU'),
      directMap === undefined ? '' : directMap ? t('mapped one to one') : t('not mapped one to one'),
    ],
    reason: decisive ? [reasonLine(asked, decisive)] : [],
    links: [commandLinks(asked, node), placesLine(asked, node)],
  };
}
