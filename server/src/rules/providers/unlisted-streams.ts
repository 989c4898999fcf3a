// SPDX-License-Identifier: MIT
// SMMUs that Linux turns on while devices behind them are listed by nobody: what they do then is blocked.
import { dmaRole } from '#model/devices/dma-role.ts';
import { existence } from '#model/devices/existence.ts';
import { masterLists } from '#model/iommu/master-lists.ts';
import { iommuState } from '#model/iommu/state.ts';
import { unattachedStream } from '#model/iommu/unattached-stream.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board32, SMMU_V3_AT } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { usesByProvider } from '#rules/engine/uses.ts';
import { baseName, isLive, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const unlisted: Rule = {
  id: 'smmu-streams-unlisted',
  severity: 'info',
  title: 'Enabled SMMU that has no, or hardly any, of its masters listed',
  scope: 'tree',
  properties: ['#iommu-cells', 'iommus', 'iommu-map'],
  doc: `Linux turns the SMMU on, and from then on it blocks every stream that no entry of \`iommus\` or \`iommu-map\` lists:
SMMUv2 with a fault (\`arm-smmu.disable_bypass\`, on by default), SMMUv3 with an aborted transaction. Which devices are wired
to it no tree says; where all of them are listed, nothing is wrong. Otherwise list the others too, disable the SMMU, or boot
with \`arm-smmu.disable_bypass=0\`.`,
  source:
    'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_device_reset, drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_init_initial_stes',
  example: {
    bad: board32(SMMU_V3_AT, 'mmc { compatible = "arasan,sdhci-8.9a"; };'),
    good: board32(SMMU_V3_AT, 'mmc { compatible = "arasan,sdhci-8.9a"; iommus = <&smmu 1>; };'),
  },
  *check(context) {
    const { tree, platform } = context;
    if (platform.kind !== 'linux' && platform.kind !== 'kvm') return;
    const machine = machineOf(tree, platform);
    const smmus = context.nodesWith('#iommu-cells').filter((node) => isLive(node));
    for (const node of smmus) {
      const uses = usesByProvider(context).get(node) ?? [];
      // With several nobody can say whose the others are, and a bridge may be all that there is.
      if (uses.some(({ via }) => via === 'iommu-map') || (uses.length > 0 && smmus.length > 1)) continue;
      const { match, registration } = iommuState(machine, node);
      if (!match?.driver.bypassOption || registration.kind !== 'registered') continue;
      if (unattachedStream(platform, match.driver).value !== 'fault') continue;
      if ([...masterLists(machine).masters.values()].some(({ iommu }) => iommu === node)) continue;
      const masters = new Set(uses.map(({ master }) => master));
      const others = neighbours(context, node).filter((each) => !masters.has(each));
      const [first] = others;
      if (!first || others.length < masters.size) continue;
      const does = others.length === 1 ? `${pathOf(first)} does` : `${others.length} devices of its bus do`;
      const blocks =
        uses.length === 0 ? 'no node lists a stream of this SMMU, which' : 'this SMMU, of which they list no stream,';
      yield {
        message: `${does} DMA, and ${blocks} blocks what it does not know: where it lies in their path, nothing gets through.`,
        span: nodeSpan(node),
        node,
        related: [{ message: 'lists no stream', span: nodeSpan(first) }],
      };
    }
  },
};

/** Devices on the bus of the SMMU whose driver does DMA, and that no other IOMMU translates for. */
function neighbours({ tree, platform }: RuleContext, smmu: DtNode): DtNode[] {
  const machine = machineOf(tree, platform);
  return [...(smmu.parent?.children.values() ?? [])].filter((node) => {
    if (node === smmu || !isLive(node)) return false;
    const { bus } = existence(machine, node);
    if (bus !== 'platform' && bus !== 'amba') return false;
    const { role, why } = dmaRole(tree, node, platform.kernelVersion, true);
    return role === 'master' && why.kind === 'driver' && baseName(node) !== 'memory-controller';
  });
}

export const UNLISTED_STREAM_RULES: readonly Rule[] = [unlisted];
