// SPDX-License-Identifier: MIT
// The rule about `iommu-map` of NVIDIA's host1x, which counts the memory contexts instead of mapping requester IDs.
import { GATES } from '#model/platform/gates.ts';
import { has } from '#model/platform/releases.ts';
import { board, mmu500 } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { entriesOf, iommuDriver } from '#rules/engine/uses.ts';
import { compatibles, isLive, pathOf } from '#tree/query.ts';
import type { MapEntry } from '#tree/specifiers.ts';

function host1x(map: string): string {
  return `host1x { compatible = "nvidia,tegra234-host1x"; iommus = <&smmu 0x1f>; iommu-map = ${map}; };`;
}

const contextMap: Rule = {
  id: 'host1x-context-without-iommu',
  severity: 'error',
  title: '`iommu-map` of host1x that leaves a memory context without IOMMU',
  properties: ['iommu-map'],
  needs: ['iommu-map-length', 'iommu-map-bad-phandle', 'iommu-map-target-disabled'],
  doc: `Up to 7.2, Linux makes as many memory contexts of host1x as \`iommu-map\` has entries, Linux 7.3 as many as their lengths add
up to; it numbers them from 0 and looks each number up in the map. A number that no entry covers has no IOMMU: Linux prints
\`Context device … has no IOMMU!\` and the whole probe of host1x fails, with the display and video engines behind it. Let entry *n* cover ID *n*.`,
  source:
    'Linux 6.12 drivers/gpu/host1x/context.c:host1x_memory_context_list_init; Linux 7.3 drivers/gpu/host1x/context.c:host1x_memory_context_list_init',
  example: {
    bad: board(mmu500(1), host1x('<1 &smmu 0x35 1>, <2 &smmu 0x36 1>')),
    good: board(mmu500(1), host1x('<0 &smmu 0x35 1>, <1 &smmu 0x36 1>')),
  },
  *check(context, node) {
    const entries = entriesOf(context, node, 'iommu-map');
    const isHost1x = compatibles(node).some((name) => /^nvidia,tegra\d+-host1x$/.test(name));
    if (!entries || !isHost1x || !isLive(node)) return;
    const [first] = entries;
    if (!first?.provider || !iommuDriver(context, first.provider)) return;
    const { kernelVersion } = context.platform;
    const sum = entries.reduce((total, { length }) => total + length.value, 0);
    const byLength = has(kernelVersion, GATES.host1xLengths);
    const count = byLength ? sum : entries.length;
    const missing = firstMissing(entries, count);
    if (missing === undefined) return;
    const counted = byLength
      ? `The lengths in iommu-map add up to ${count}`
      : `\`iommu-map\` has ${count} ${count === 1 ? 'entry' : 'entries'}`;
    yield {
      message: `${counted}, so Linux makes ${count} ${count === 1 ? 'context' : 'contexts'}, and none of the entries covers context ${missing}; the probe of \`${pathOf(node)}\` fails.`,
      span: (byLength ? undefined : entries[missing]?.base.span) ?? first.base.span,
    };
  },
};

/** The first of so many numbers that no entry covers. */
function firstMissing(entries: readonly MapEntry[], count: number): number | undefined {
  let next = 0;
  for (const { base, length } of [...entries].sort((a, b) => a.base.value - b.base.value)) {
    if (base.value > next) break;
    next = Math.max(next, base.value + length.value);
  }
  return next < count ? next : undefined;
}

export const HOST1X_RULES: readonly Rule[] = [contextMap];
