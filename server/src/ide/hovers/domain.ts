// SPDX-License-Identifier: MIT
// The hover of a domain in the tree of a Xen host.
import { plain } from '#ide/explain/markup.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { DtNode } from '#tree/types.ts';
import { type Asked, commandLinks, nameOf, placesLine, reasonLine, type Sheet } from './sheet.ts';

export function domainSheet(asked: Asked, node: DtNode, { xen, steps }: DmaReport): Sheet {
  const { sharesP2m, directMap } = xen ?? {};
  const decisive = steps.find(({ decides }) => decides);
  return {
    icon: 'vm',
    headline: `${plain(nameOf(node))}: a domain that Xen starts`,
    facts: [
      sharesP2m === undefined ? '' : sharesP2m ? 'IOMMUs walk its P2M' : 'without an IOMMU',
      directMap === undefined ? '' : directMap ? 'mapped one to one' : 'not mapped one to one',
    ],
    reason: decisive ? [reasonLine(asked, decisive)] : [],
    links: [commandLinks(asked, node), placesLine(asked, node)],
  };
}
