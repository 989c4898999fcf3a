// SPDX-License-Identifier: MIT
// The rule about one device that costs all masters of its IOMMU their isolation: Linux 6.15 and later.
import { mastersByIommu } from '#model/iommu/masters.ts';
import { type Takedown, takedownOf } from '#model/iommu/takedown.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board, mmu500 } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { usesByProvider } from '#rules/engine/uses.ts';
import { isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { conditionText, reasonText } from '#wording/statements/index.ts';
import { errorName } from '#wording/statements/registration.ts';

const refusedMaster: Rule = {
  id: 'iommu-lost-by-refused-device',
  severity: 'error',
  title: 'Device that keeps its whole IOMMU from registering',
  properties: ['#iommu-cells'],
  doc: `Since Linux 6.15 an IOMMU sets up all devices that name it while it registers, and one device that its driver refuses
with any error but \`-ENODEV\` ends the registration: stream matches that cross, streams of two groups, a mask or stream ID
that the hardware does not have, ports of two larbs. Then no master of this IOMMU is translated. They wait until the deferred
probe timeout and go on with direct DMA; those that an SMMUv1 or v2 had set up before are linked to it and are never probed.
Up to Linux 6.14 the refused device alone goes without. Where only the hardware's registers tell, this is a *warning*.
Correct the IDs of the device that is named.`,
  source:
    'Linux 7.3 drivers/iommu/iommu.c:iommu_device_register, drivers/iommu/iommu.c:bus_iommu_probe, drivers/iommu/iommu.c:probe_iommu_group',
  example: {
    bad: board(
      mmu500(2),
      'dma-a { compatible = "vendor,dma"; iommus = <&smmu 0x80 0x3>; };',
      'dma-b { compatible = "vendor,dma"; iommus = <&smmu 0x80 0x5>; };',
      'dma-c { compatible = "vendor,dma"; iommus = <&smmu 0x10 0x0>; };',
    ),
    good: board(
      mmu500(2),
      'dma-a { compatible = "vendor,dma"; iommus = <&smmu 0x80 0x3>; };',
      'dma-b { compatible = "vendor,dma"; iommus = <&smmu 0x90 0x5>; };',
      'dma-c { compatible = "vendor,dma"; iommus = <&smmu 0x10 0x0>; };',
    ),
    platform: { kernelVersion: [7, 3] },
  },
  *check(context, node) {
    if (!isLive(node)) return;
    const { ended, possible } = takedownOf(machineOf(context.tree, context.platform), node);
    if (ended) yield finding(context, node, ended, true);
    else {
      // A map is the hardware's own numbering, and registers are rarely short: only a device's own number is worth a word.
      const wide = possible.find(
        ({ condition, master }) =>
          typeof condition !== 'string' && condition.kind === 'stream-bits' && master.properties.has('iommus'),
      );
      if (wide) yield { ...finding(context, node, wide, false), severity: 'warning' };
    }
  },
};

function finding(context: RuleContext, iommu: DtNode, takedown: Takedown, assumed: boolean): Finding {
  const { master, why, error, condition, linked } = takedown;
  const others = mastersOf(context, iommu).filter((node) => node !== master);
  const named = others.slice(0, 6).map(pathOf).join(', ');
  const more = others.length > 6 ? ` and ${others.length - 6} more` : '';
  const also = others.length === 0 ? '' : `, and with it ${named}${more}`;
  const plain = (text: string): string => text.replaceAll('`', '');
  const because = `${errorName(error)}: ${plain(reasonText(why))}`;
  const unless = condition ? ` This depends on ${plain(conditionText(condition))}.` : '';
  const stuck = [...linked].map(pathOf);
  const never =
    stuck.length === 0
      ? ''
      : ` Never probed, because the driver has linked them to the IOMMU: ${stuck.slice(0, 6).join(', ')}.`;
  const property = master.properties.get('iommus') ?? master.properties.get('iommu-map');
  return {
    message: assumed
      ? `Linux 6.15 and later refuse this device (${because}), which ends the registration of ${pathOf(iommu)}: it loses its isolation${also}; their probes wait for the deferred probe timeout, then they get direct DMA.${never}${unless}`
      : `Where ${plain(reasonText(why))}, Linux 6.15 and later refuse this device (${errorName(error)}), which ends the registration of ${pathOf(iommu)}: it would lose its isolation${also}.`,
    span: property ? lastSet(property).name : nodeSpan(master),
    node: master,
    related: [{ message: 'the IOMMU that does not register', span: nodeSpan(iommu) }],
  };
}

/** Devices and host bridges that the IOMMU would serve. */
function mastersOf(context: RuleContext, iommu: DtNode): DtNode[] {
  const platform = (mastersByIommu(machineOf(context.tree, context.platform)).get(iommu) ?? []).map(({ node }) => node);
  const bridges = (usesByProvider(context).get(iommu) ?? []).filter(({ via }) => via === 'iommu-map');
  return [...new Set([...platform, ...bridges.map(({ master }) => master)])];
}

export const REFUSED_MASTER_RULES: readonly Rule[] = [refusedMaster];
