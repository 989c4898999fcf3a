// SPDX-License-Identifier: MIT
// The rule about `iommu-map` of NVIDIA's host1x, which counts the memory contexts instead of mapping requester IDs.
import { board, mmu500 } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { entriesOf, iommuDriver } from '#rules/engine/uses.ts';
import { compatibles, isLive, pathOf } from '#tree/query.ts';

function host1x(map: string): string {
  return `host1x { compatible = "nvidia,tegra234-host1x"; iommus = <&smmu 0x1f>; iommu-map = ${map}; };`;
}

const contextMap: Rule = {
  id: 'host1x-context-without-iommu',
  severity: 'error',
  title: '`iommu-map` of host1x that leaves a memory context without IOMMU',
  properties: ['iommu-map'],
  needs: ['iommu-map-length', 'iommu-map-bad-phandle', 'iommu-map-target-disabled'],
  doc: `Linux makes as many memory contexts of host1x as \`iommu-map\` has entries, numbers them from 0, and looks each number up
in the map. A number that no entry covers has no IOMMU: Linux prints \`Context device … has no IOMMU!\` and the whole probe of
host1x fails, with the display and video engines behind it. Let entry *n* cover ID *n*.`,
  source: 'Linux 6.12 drivers/gpu/host1x/context.c:host1x_memory_context_list_init',
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
    const missing = entries.findIndex(
      (_, id) => !entries.some(({ base, length }) => base.value <= id && id < base.value + length.value),
    );
    if (missing < 0) return;
    yield {
      message: `\`iommu-map\` has ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, so Linux makes ${entries.length} contexts, and none of the entries covers context ${missing}; the probe of \`${pathOf(node)}\` fails.`,
      span: entries[missing]?.base.span ?? first.base.span,
    };
  },
};

export const HOST1X_RULES: readonly Rule[] = [contextMap];
