// SPDX-License-Identifier: MIT
// Rules about what the domains of a Xen share of an IOMMU: contexts, micro-TLBs and streams belong to one of them.
import { machineOf } from '#model/platform/machine.ts';
import type { DecodedId } from '#model/report/types.ts';
import { xenDriver } from '#model/xen/drivers.ts';
import { contextCount, contextHolder, contextUsers, type Guarded, guardedDevices } from '#model/xen/limits.ts';
import { board, xenSystem } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST, xenIommus } from './host.ts';
import { partial } from './partial.ts';
import { domU, exampleHost, GUARDED } from './system.ts';

const IPMMU = 'Xen 4.22 xen/drivers/passthrough/arm/ipmmu-vmsa.c';
const SMMU = 'Xen 4.22 xen/drivers/passthrough/arm/smmu.c';

const CELLS = '#address-cells = <2>; #size-cells = <2>;';

/** A device of the examples: `reg` and interrupt follow from the number. */
function device(index: number, iommus: string): string {
  return `dma-controller@e670${index}000 { compatible = "vendor,dma"; reg = <0x0 0xe670${index}000 0x0 0x1000>; interrupts = <0 ${20 + index} 4>; iommus = ${iommus}; xen,passthrough; };`;
}

function assigned(index: number): string {
  const at = `e670${index}000`;
  return partial('').replace(
    /serial@ff000000 \{.*?\};/,
    `dma-controller@${at} { compatible = "vendor,dma"; reg = <0x0 0x${at} 0x0 0x1000>; xen,path = "/soc/dma-controller@${at}"; xen,reg = <0x0 0x${at} 0x0 0x1000 0x0 0x${at}>; interrupt-parent = <&gic>; interrupts = <0 ${20 + index} 4>; };`,
  );
}

/** One domain for each list of `iommus`, with the device of that number. */
function domains(count: number) {
  return Array.from({ length: count }, (_, at) => ({
    file: `/domU${at + 1}.dts`,
    node: `/chosen/domU${at + 1}`,
    text: assigned(at + 1),
  }));
}

function chosen(count: number): string {
  return Array.from({ length: count }, (_, at) => domU(`domU${at + 1}`).replaceAll('44000000', `4${at}000000`)).join(
    ' ',
  );
}

const CELL = 'compatible = "renesas,ipmmu-r8a77965"; #iommu-cells = <1>; power-domains = <&sysc 0>;';

/** An R-Car with one device per domain behind one IPMMU. */
function rcar(...iommus: readonly string[]): string {
  const host = board(
    CELLS,
    'interrupt-parent = <&gic>;',
    'gic: interrupt-controller { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>; };',
    'sysc: power-controller { #power-domain-cells = <1>; };',
    'chipid { compatible = "renesas,prr"; };',
    `chosen { ${CELLS} ${chosen(iommus.length)} };`,
    `soc { compatible = "simple-bus"; ${CELLS} ranges;`,
    `\tmain: iommu-main { ${CELL} interrupts = <0 1 4>; };`,
    `\tipmmu: iommu-cache { ${CELL} renesas,ipmmu-main = <&main 1>; };`,
    ...iommus.map((value, at) => `\t${device(at + 1, value)}`),
    '};',
  );
  return xenSystem(host, ...domains(iommus.length));
}

/** A host with an SMMUv2 and one device per domain behind it. */
function smmu(iommus: readonly string[], interrupts: string): string {
  const host = exampleHost({
    device: GUARDED,
    chosen: chosen(iommus.length),
    soc: iommus.map((value, at) => device(at + 1, value)).join('\n\t'),
  }).replace('<0 1 4>, <0 2 4>, <0 3 4>', interrupts);
  return xenSystem(host, ...domains(iommus.length));
}

const THREE_BANKS = '<0 1 4>, <0 2 4>, <0 3 4>, <0 4 4>';

/** Two devices of different domains that an IOMMU cannot tell apart, at the later one. */
function* split(
  devices: readonly Guarded[],
  same: (a: DecodedId, b: DecodedId) => boolean,
): Generator<{ readonly first: Guarded; readonly second: Guarded; readonly id: DecodedId }> {
  for (const [at, second] of devices.entries()) {
    for (const first of devices.slice(0, at)) {
      if (first.iommu !== second.iommu || first.owners.join() === second.owners.join()) continue;
      const id = second.ids.find((one) => first.ids.some((other) => same(other, one)));
      if (!id) continue;
      yield { first, second, id };
      break;
    }
  }
}

function iommusSpan(node: DtNode) {
  const property = node.properties.get('iommus');
  return property ? lastSet(property).name : nodeSpan(node);
}

const microTlb: Rule = {
  id: 'xen-ipmmu-utlb-split',
  severity: 'error',
  title: 'Micro-TLB of an IPMMU for devices of two domains',
  scope: 'tree',
  properties: ['iommus'],
  platforms: XEN_HOST,
  doc: `A micro-TLB is bound to the context of one domain. Two devices use the same one and belong to different domains, so Xen prints
\`Micro-TLB … already assigned to IPMMU context …\`, the second assignment fails with \`-EINVAL\`, and Xen panics. Give both devices to
one domain.`,
  source: `${IPMMU}:ipmmu_utlb_enable`,
  example: { bad: rcar('<&ipmmu 3>', '<&ipmmu 3>'), good: rcar('<&ipmmu 3>', '<&ipmmu 4>') },
  *check({ tree, platform }) {
    const all = guardedDevices(machineOf(tree, platform)).filter(
      ({ iommu }) => xenDriver(platform, iommu)?.name === 'ipmmu-vmsa',
    );
    for (const { first, second, id } of split(all, (a, b) => a.id === b.id)) {
      yield {
        message: `Micro-TLB ${id.id} serves \`${pathOf(first.device)}\` of ${first.owners.join(', ')}; this device belongs to ${second.owners.join(', ')}, and Xen panics over the second binding.`,
        span: iommusSpan(second.device),
        node: second.device,
        related: [{ message: 'has the same micro-TLB', span: iommusSpan(first.device) }],
      };
    }
  },
};

const stream: Rule = {
  id: 'xen-smmu-stream-split',
  severity: 'error',
  title: 'Stream of an SMMU for devices of two domains',
  scope: 'tree',
  properties: ['iommus'],
  platforms: XEN_HOST,
  doc: `Two devices of different domains have the same stream. Xen lets them share its entry and points it at the context of the domain
that comes last, without a message: the DMA of the other domain's device goes on in the wrong domain's memory. Give both devices to one
domain, or correct the stream IDs.`,
  source: `${SMMU}:arm_smmu_find_sme, arm_smmu_domain_add_master`,
  example: {
    bad: smmu(['<&smmu 7>', '<&smmu 7>'], THREE_BANKS),
    good: smmu(['<&smmu 7>', '<&smmu 8>'], THREE_BANKS),
  },
  *check({ tree, platform }) {
    const all = guardedDevices(machineOf(tree, platform)).filter(
      ({ iommu }) => xenDriver(platform, iommu)?.name === 'smmu',
    );
    const overlap = (a: DecodedId, b: DecodedId) => ((a.id ^ b.id) & ~((a.mask ?? 0) | (b.mask ?? 0)) & 0x7fff) === 0;
    for (const { first, second, id } of split(all, overlap)) {
      const equal = first.ids.some((other) => other.id === id.id && (other.mask ?? 0) === (id.mask ?? 0));
      const owners = `which belongs to ${first.owners.join(', ')} and not to ${second.owners.join(', ')}`;
      const result = equal ? '' : 'refuses the second with -EINVAL, or ';
      yield {
        message: `Stream 0x${id.id.toString(16)} is also one of \`${pathOf(first.device)}\`, ${owners}: Xen ${result}lets one of them into the memory of the other.`,
        span: iommusSpan(second.device),
        node: second.device,
        related: [{ message: 'has the same stream', span: iommusSpan(first.device) }],
      };
    }
  },
};

/** A rule about the contexts of the IOMMUs with one driver. */
function contextRule(driver: string, rule: Pick<Rule, 'id' | 'title' | 'doc' | 'source' | 'example'>): Rule {
  return {
    ...rule,
    severity: 'error',
    scope: 'tree',
    properties: ['iommus'],
    platforms: XEN_HOST,
    *check(context) {
      const machine = machineOf(context.tree, context.platform);
      for (const iommu of xenIommus(context)) {
        if (xenDriver(context.platform, iommu)?.name !== driver || contextHolder(machine, iommu) !== iommu) continue;
        const users = [...contextUsers(machine, iommu)];
        const count = contextCount(machine, iommu);
        if (count === undefined || users.length <= count) continue;
        const [name, first] = users[count] ?? [];
        yield {
          message: `Devices of ${users.length} domains are behind this IOMMU, which has contexts for ${count}; Xen cannot assign a device to ${name} and panics.`,
          span: nodeSpan(iommu),
          node: iommu,
          related: first ? [{ message: `a device of ${name}`, span: nodeSpan(first) }] : [],
        };
      }
    },
  };
}

const ipmmuContexts = contextRule('ipmmu-vmsa', {
  id: 'xen-ipmmu-contexts',
  title: 'More domains with devices behind IPMMUs than there are contexts',
  doc: `All IPMMUs of a SoC share the contexts of the root: 8 on R-Car Gen3 and 16 on Gen4, of which Xen keeps number 0. Each domain that
owns a device behind any of them takes one, dom0 included; the next one gets \`Unable to initialize IPMMU context\` with \`-EBUSY\`, and
Xen panics. Let fewer domains own such devices.`,
  source: `${IPMMU}:ipmmu_domain_init_context, ipmmu_domain_allocate_context`,
  example: {
    bad: rcar(...Array.from({ length: 8 }, (_, at) => `<&ipmmu ${at}>`)),
    good: rcar(...Array.from({ length: 7 }, (_, at) => `<&ipmmu ${at}>`)),
  },
});

const smmuContexts = contextRule('smmu', {
  id: 'xen-smmu-contexts',
  title: 'More domains with devices behind an SMMUv2 than it has context banks',
  doc: `Each domain that owns a device behind an SMMUv2 takes one of its context banks, dom0 included. Xen insists on one interrupt per
bank, so the tree says how many there are: all interrupts but the global ones. When none is left, the assignment fails with \`-ENOSPC\`,
and Xen panics. Let fewer domains own devices behind this SMMU.`,
  source: `${SMMU}:arm_smmu_init_domain_context, arm_smmu_device_dt_probe`,
  example: {
    bad: smmu(['<&smmu 7>', '<&smmu 8>'], '<0 1 4>, <0 2 4>, <0 3 4>'),
    good: smmu(['<&smmu 7>', '<&smmu 8>'], THREE_BANKS),
  },
});

export const XEN_LIMIT_RULES: readonly Rule[] = [microTlb, stream, ipmmuContexts, smmuContexts];
