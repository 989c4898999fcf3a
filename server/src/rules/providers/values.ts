// SPDX-License-Identifier: MIT
// Rules about values in an IOMMU's own node that its driver reads and refuses, or cannot use.
import { hex } from '#base/numbers.ts';
import { GATES } from '#model/platform/gates.ts';
import { has } from '#model/platform/releases.ts';
import { board, GIC, mmu500 } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { iommuDriver, usesByProvider } from '#rules/engine/uses.ts';
import { cells, isLive, lastSet, nodeSpan, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';

const NEVER = 'the probe fails, and masters wait for this IOMMU in vain';
const CLOCK = 'ccu: clock { #clock-cells = <1>; };';

/** An IOMMU of an OMAP with these properties beside. */
function omap(compatible: string, properties: string): string {
  return `iommu { compatible = "${compatible}"; #iommu-cells = <0>; interrupts-extended = <&gic 1>; ${properties} };`;
}

const noRegisters: Rule = {
  id: 'iommu-reg-missing',
  severity: 'error',
  title: 'IOMMU without `reg`',
  platforms: ['linux', 'kvm'],
  properties: ['#iommu-cells'],
  knows: 'all',
  doc: `The driver maps the registers of the IOMMU before anything else, and the node has no \`reg\`. The probe fails, the
IOMMU never registers, and its masters wait until the deferred probe timeout. Write \`reg\`.`,
  source: 'Linux 6.12 lib/devres.c:devm_ioremap_resource; the probe function of each driver in drivers/iommu',
  example: {
    bad: board(
      '#address-cells = <1>;',
      '#size-cells = <1>;',
      'iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };',
    ),
    good: board(
      '#address-cells = <1>;',
      '#size-cells = <1>;',
      'iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };',
    ),
  },
  *check(context, node) {
    // Below a bus that does not say how its addresses are written, a `reg` could not be read either.
    if (node.properties.has('reg') || !node.parent?.properties.has('#address-cells') || !isLive(node)) return;
    const driver = iommuDriver(context, node)?.driver;
    if (driver?.bus !== 'platform' || driver.grouping === 'none' || driver.name === 'qcom-iommu') return;
    yield {
      message: `The driver ${driver.name} finds no registers, because the node has no \`reg\`; ${NEVER}.`,
      span: nodeSpan(node),
    };
  },
};

const clockNames: Rule = {
  id: 'iommu-clock-names-unmatched',
  severity: 'error',
  title: 'IOMMU with a clock name that has no clock',
  properties: ['#iommu-cells'],
  needs: ['iommu-clocks-missing'],
  knows: 'all',
  doc: `The driver asks for a clock by its name in \`clock-names\`, and takes the entry of \`clocks\` at the same place. The list
\`clocks\` is shorter, so that clock is not found and the driver gives up as if the name were missing: the IOMMU never
registers, and its masters wait for the deferred probe timeout. Complete \`clocks\`.`,
  source: 'Linux 6.12 drivers/clk/clk.c:of_parse_clkspec; the probe function of each driver in drivers/iommu',
  example: {
    bad: board(
      GIC,
      CLOCK,
      'iommu { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; clocks = <&ccu 1>; clock-names = "aclk", "pclk"; interrupts-extended = <&gic 1>; };',
    ),
    good: board(
      GIC,
      CLOCK,
      'iommu { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "aclk", "pclk"; interrupts-extended = <&gic 1>; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('clock-names');
    const match = property && iommuDriver(context, node);
    const needs = match?.traits.needs.filter(({ kind, names, enforced }) => kind === 'clocks' && names && enforced);
    if (!property || !match || !needs || needs.length === 0 || !isLive(node)) return;
    const { entries, stop } = specifiers(context.tree, node.properties.get('clocks'), '#clock-cells');
    const names = strings(property);
    if (stop) return;
    for (const { names: sets = [] } of needs) {
      if (sets.some((set) => set.every((name) => isInside(names.indexOf(name), entries.length)))) continue;
      const missing = sets.flat().find((name) => names.indexOf(name) >= entries.length);
      if (missing === undefined) continue;
      yield {
        message: `\`clock-names\` has \`${missing}\` at place ${names.indexOf(missing) + 1}, and \`clocks\` has ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}; ${NEVER}.`,
        span: lastSet(property).name,
      };
      return;
    }
  },
};

function isInside(at: number, length: number): boolean {
  return at >= 0 && at < length;
}

const rockchipClocks: Rule = {
  id: 'rockchip-clock-names',
  severity: 'warning',
  title: 'Rockchip IOMMU with clocks that the driver does not find',
  properties: ['#iommu-cells'],
  knows: 'all',
  doc: `Up to Linux 7.2 the driver takes the two clocks \`aclk\` and \`iface\` by name, both or none: where one is not found it goes
on without clocks, for trees from before they were described. It then reads registers while the block may be off, which hangs the
chip or reads zeros. Linux 7.3 takes every clock, whatever its name. Name both clocks.`,
  source: 'Linux 6.12 drivers/iommu/rockchip-iommu.c:rk_iommu_probe',
  example: {
    bad: board(
      CLOCK,
      'iommu { compatible = "rockchip,iommu"; #iommu-cells = <0>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "aclk", "hclk"; };',
    ),
    good: board(
      CLOCK,
      'iommu { compatible = "rockchip,iommu"; #iommu-cells = <0>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "aclk", "iface"; };',
    ),
    platform: { kernelVersion: [6, 12] },
  },
  *check(context, node) {
    const property = node.properties.get('clocks');
    if (has(context.platform.kernelVersion, GATES.rockchipAllClocks)) return;
    if (!property || iommuDriver(context, node)?.driver.name !== 'rockchip' || !isLive(node)) return;
    const { entries, stop } = specifiers(context.tree, property, '#clock-cells');
    const names = strings(node.properties.get('clock-names'));
    const missing = ['aclk', 'iface'].find((name) => !isInside(names.indexOf(name), entries.length));
    if (stop || missing === undefined) return;
    yield {
      message: `The driver finds no clock named \`${missing}\`, so it uses none of the clocks of this IOMMU.`,
      span: lastSet(node.properties.get('clock-names') ?? property).name,
    };
  },
};

const omapTlbEntries: Rule = {
  id: 'omap-tlb-entries',
  severity: 'error',
  title: '`ti,#tlb-entries` that is neither 8 nor 32',
  properties: ['ti,#tlb-entries'],
  knows: 'node',
  doc: `The IOMMUs of OMAP have 8 or 32 TLB entries. The driver refuses every other number with \`-EINVAL\` and without a
message, and the IOMMU never registers. Write 8, or delete the property for 32.`,
  source: 'Linux 6.12 drivers/iommu/omap-iommu.c:omap_iommu_probe',
  example: {
    bad: board(GIC, omap('ti,omap2-iommu', 'ti,#tlb-entries = <16>;')),
    good: board(GIC, omap('ti,omap2-iommu', 'ti,#tlb-entries = <8>;')),
  },
  *check(context, node) {
    const property = node.properties.get('ti,#tlb-entries');
    const count = u32(property);
    if (!property || count === 8 || count === 32 || iommuDriver(context, node)?.driver.name !== 'omap') return;
    const what = count === undefined ? 'has no value' : `says ${count}`;
    const message = `\`ti,#tlb-entries\` ${what}, and the driver knows 8 and 32; ${NEVER}.`;
    yield { message, span: lastSet(property).name };
  },
};

const DSP = 'ti,dra7-dsp-iommu';
const SCM = 'scm: syscon { compatible = "syscon"; };';

const omapDspInstance: Rule = {
  id: 'omap-dsp-instance',
  severity: 'error',
  title: '`ti,syscon-mmuconfig` without the number of the DSP’s IOMMU',
  properties: ['ti,syscon-mmuconfig'],
  knows: 'all',
  doc: `After the phandle of the system control module comes the number of the IOMMU within the DSP subsystem, 0 or 1.
The driver refuses another one with \`invalid IOMMU instance id\`; without one Linux 6.12 prints \`couldn't get the IOMMU instance
id\`, and 7.3 \`ti,syscon-mmuconfig property is missing\`. Add it.`,
  source: 'Linux 6.12 drivers/iommu/omap-iommu.c:omap_iommu_dra7_get_dsp_system_cfg',
  example: {
    bad: board(GIC, SCM, omap(DSP, 'ti,syscon-mmuconfig = <&scm 2>;')),
    good: board(GIC, SCM, omap(DSP, 'ti,syscon-mmuconfig = <&scm 1>;')),
  },
  *check(context, node) {
    const property = node.properties.get('ti,syscon-mmuconfig');
    const match = iommuDriver(context, node);
    if (!property || match?.compatible.name !== DSP || !isLive(node)) return;
    const instance = cells(context.tree, property)[1];
    if (instance?.value === 0 || instance?.value === 1) return;
    const what = instance
      ? `\`${hex(instance.value)}\` is not the number of an IOMMU of the DSP (0 or 1)`
      : '`ti,syscon-mmuconfig` lacks the number of the IOMMU after the phandle';
    yield { message: `${what}; ${NEVER}.`, span: instance?.span ?? lastSet(property).name };
  },
};

const streamMatchMask: Rule = {
  id: 'smmu-stream-match-mask-range',
  severity: 'error',
  title: '`stream-match-mask` beyond what an SMMUv2 has',
  properties: ['stream-match-mask'],
  doc: `With one-cell specifiers every stream match of the SMMU gets this mask. The field has 15 bits unless the SMMU has
extended stream IDs: Linux prints \`SMR mask … out of range for SMMU\` for each master and gives it no translation.
Clear the high bits.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_of_xlate, arm_smmu_probe_device',
  example: {
    bad: board(
      mmu500(1).replace('#global-', 'stream-match-mask = <0xff80>;\n\t\t#global-'),
      'dma { iommus = <&smmu 1>; };',
    ),
    good: board(
      mmu500(1).replace('#global-', 'stream-match-mask = <0x7f80>;\n\t\t#global-'),
      'dma { iommus = <&smmu 1>; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('stream-match-mask');
    const mask = u32(property);
    if (!property || mask === undefined || mask <= 0x7fff || u32(node.properties.get('#iommu-cells')) !== 1) return;
    const masters = usesByProvider(context).get(node) ?? [];
    if (iommuDriver(context, node)?.driver.name !== 'arm-smmu' || masters.length === 0 || !isLive(node)) return;
    yield {
      message: `\`stream-match-mask\` \`${hex(mask)}\` has more than 15 bits; Linux prints \`SMR mask … out of range for SMMU\` for every master and gives none a translation.`,
      span: lastSet(property).name,
    };
  },
};

export const PROVIDER_VALUE_RULES: readonly Rule[] = [
  noRegisters,
  clockNames,
  rockchipClocks,
  omapTlbEntries,
  omapDspInstance,
  streamMatchMask,
];
