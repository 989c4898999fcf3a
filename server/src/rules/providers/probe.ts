// SPDX-License-Identifier: MIT
// Rules about probing: IOMMUs that never appear because of what they need themselves, or that appear late.
import { comesAsModule, iommuState } from '#model/iommu/state.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { iommuDriver, usesByProvider } from '#rules/engine/uses.ts';
import { isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { conditionText, reasonText } from '#wording/statements/index.ts';

const CHECK_STATE = 'Linux 6.12 drivers/base/dd.c:driver_deferred_probe_check_state';

/** An SMMUv3 with registers, and these properties beside. */
function smmu(properties: string): string {
  return `smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; ${properties} };`;
}

function power(properties: string): string {
  return `pd: power { compatible = "vendor,power"; #power-domain-cells = <0>; ${properties} };`;
}

const ROOT = ['#address-cells = <1>;', '#size-cells = <1>;'];

const supplierDead: Rule = {
  id: 'iommu-provider-supplier-dead',
  severity: 'warning',
  title: 'IOMMU that needs a disabled supplier',
  properties: ['#iommu-cells'],
  needs: ['xen-ipmmu-no-root'],
  doc: `The IOMMU needs a clock, reset or power domain of a node that is disabled. Its probe is deferred without end, so it
never registers; its masters wait until the deferred probe timeout and then run with direct DMA, which the hardware may
block. Enable the supplier.`,
  source: `${CHECK_STATE}; drivers/pmdomain/core.c:genpd_dev_pm_attach`,
  example: {
    bad: board(...ROOT, power('status = "disabled";'), smmu('power-domains = <&pd>;'), 'dma { iommus = <&smmu 1>; };'),
    good: board(...ROOT, power(''), smmu('power-domains = <&pd>;'), 'dma { iommus = <&smmu 1>; };'),
  },
  *check(context, node) {
    if (!iommuDriver(context, node) || !isLive(node)) return;
    const { registration } = iommuState(machineOf(context.tree, context.platform), node);
    if (registration.kind !== 'never' || registration.reason !== 'supplier') return;
    const [span = nodeSpan(node), ...more] = registration.evidence;
    yield {
      message: `This IOMMU never probes: ${reasonText(registration.why)}; its masters wait for the deferred probe timeout.`,
      span,
      related: more.map((each) => ({ message: 'because of this', span: each })),
    };
  },
};

/** Properties that name what an IOMMU needs before it probes, with the count of their cells. */
const NEEDS: readonly (readonly [string, string])[] = [
  ['clocks', '#clock-cells'],
  ['power-domains', '#power-domain-cells'],
  ['resets', '#reset-cells'],
  ['interconnects', '#interconnect-cells'],
];

const cycle: Rule = {
  id: 'iommu-deferral-cycle',
  severity: 'warning',
  title: 'IOMMU that needs one of its own masters',
  properties: ['#iommu-cells'],
  doc: `The IOMMU takes a clock, power domain, reset or interconnect from a device that is itself behind this IOMMU.
Each waits for the other until the deferred probe timeout; with fw_devlink.strict=1 Linux prints \`Fixed dependency cycle\`.
Take the supplier out of the IOMMU, or split the node.`,
  source: `${CHECK_STATE}; drivers/base/core.c:__fw_devlink_relax_cycles`,
  example: {
    bad: board(...ROOT, power('iommus = <&smmu 2>;'), smmu('power-domains = <&pd>;')),
    good: board(...ROOT, power(''), smmu('power-domains = <&pd>;'), 'dma { iommus = <&smmu 2>; };'),
  },
  *check(context, node) {
    const masters = new Set(
      usesByProvider(context)
        .get(node)
        ?.map((use) => use.master),
    );
    if (masters.size === 0 || !isLive(node) || !iommuDriver(context, node)) return;
    for (const [name, count] of NEEDS) {
      const property = node.properties.get(name);
      for (const { provider } of specifiers(context.tree, property, count).entries) {
        if (!property || !masters.has(provider)) continue;
        yield {
          message: `\`${name}\` names \`${pathOf(provider)}\`, which is behind this IOMMU; each waits for the other until the deferred probe timeout.`,
          span: lastSet(property).name,
        };
        return;
      }
    }
  },
};

const driverModule: Rule = {
  id: 'iommu-driver-module',
  severity: 'hint',
  title: 'IOMMU whose driver is a module',
  scope: 'tree',
  needs: ['bootargs-no-deferral'],
  doc: `The kernel configuration builds the driver of this IOMMU as a module. Its masters wait for it, but no longer than the
deferred probe timeout (10 s); after that they keep direct DMA. When the root file system is behind the IOMMU, the module
must be in the initramfs.`,
  source: CHECK_STATE,
  example: {
    bad: board(...ROOT, smmu(''), 'dma { iommus = <&smmu 1>; };'),
    good: board(...ROOT, smmu('')),
    platform: {
      kernelConfig: new Map([
        ['ARM_SMMU_V3', 'm'],
        ['MODULES', 'y'],
      ]),
    },
  },
  *check(context) {
    const machine = machineOf(context.tree, context.platform);
    for (const [provider, uses] of usesByProvider(context)) {
      if (!isLive(provider) || !iommuDriver(context, provider)) continue;
      const { registration } = iommuState(machine, provider);
      if (registration.kind !== 'late' || !comesAsModule(registration)) continue;
      yield {
        message: `${counted(uses.map((use) => use.master))} for this IOMMU, which depends on ${conditionText(registration.condition)}.`,
        span: nodeSpan(provider),
        node: provider,
      };
    }
  },
};

function counted(masters: readonly DtNode[]): string {
  const { size } = new Set(masters);
  return size === 1 ? 'One master waits' : `${size} masters wait`;
}

export const PROBE_RULES: readonly Rule[] = [supplierDead, cycle, driverModule];
