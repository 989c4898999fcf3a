// SPDX-License-Identifier: MIT
// Rules about Qualcomm's IOMMUs: context banks of the one that firmware shares, masters of APQ8064, the GPU's SMMU.
import { regRange } from '#model/addresses/addresses.ts';
import { interruptCount } from '#model/iommu/state.ts';
import { machineOf } from '#model/platform/machine.ts';
import { inVersions } from '#model/platform/releases.ts';
import { board, GIC, mmu500 } from '#rules/engine/example.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { cells, compatibles, isAvailable, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const CONTEXT = /^qcom,msm-iommu-v[12]-(ns|sec)$/;
const CTX_PROBE = 'Linux 6.12 drivers/iommu/arm/arm-smmu/qcom_iommu.c:qcom_iommu_ctx_probe';

/** An IOMMU with one context bank, number 5, and a second one with these properties, 6. */
function secure(second: string): string {
  const clocks = 'clocks = <&ccu 1>, <&ccu 2>; clock-names = "iface", "bus"; qcom,iommu-secure-id = <17>;';
  const first =
    'iommu-ctx@5000 { compatible = "qcom,msm-iommu-v1-ns"; reg = <0x5000 0x1000>; interrupts-extended = <&gic 1>; };';
  return `${GIC}\n\tccu: clock { #clock-cells = <1>; };\n\tsmmu: iommu { compatible = "qcom,msm8916-iommu", "qcom,msm-iommu-v1"; #iommu-cells = <1>; #address-cells = <1>; #size-cells = <1>; ranges; ${clocks} ${first} iommu-ctx@6000 { ${second} }; };`;
}

/** The number that the driver gives a context bank; `undefined` when it has neither `reg` nor `qcom,ctx-asid`. */
function bankOf(context: RuleContext, child: DtNode): number | undefined {
  const [first] = cells(context.tree, child.properties.get('reg'));
  if (!first) return undefined;
  return u32(child.properties.get('qcom,ctx-asid')) ?? Math.floor(first.value / 0x1000);
}

/** The enabled children of an enabled IOMMU of this kind. */
function contextsOf(context: RuleContext, node: DtNode): DtNode[] {
  if (iommuDriver(context, node)?.driver.name !== 'qcom-iommu' || !isLive(node)) return [];
  return [...node.children.values()].filter(isAvailable);
}

const contextDead: Rule = {
  id: 'qcom-iommu-context-dead',
  severity: 'error',
  title: 'Context bank of a Qualcomm IOMMU that does not probe',
  properties: ['#iommu-cells'],
  knows: 'all',
  doc: `A context bank is a device of its own: its driver binds by \`qcom,msm-iommu-v1-ns\` and the like, and needs \`reg\`, the
\`ranges\` of the IOMMU around it, and an interrupt. One of them is missing here, so the bank does not exist for Linux: a master that names it gets \`-EINVAL\` with a
stack trace, and direct DMA. Add what is missing.`,
  source: CTX_PROBE,
  example: {
    bad: board(secure('compatible = "qcom,msm-iommu-v1-ns"; reg = <0x6000 0x1000>;')),
    good: board(secure('compatible = "qcom,msm-iommu-v1-ns"; reg = <0x6000 0x1000>; interrupts-extended = <&gic 2>;')),
  },
  *check(context, node) {
    const machine = machineOf(context.tree, context.platform);
    for (const child of contextsOf(context, node)) {
      const what = !compatibles(child).some((name) => CONTEXT.test(name))
        ? 'no `compatible` of a context bank'
        : !child.properties.has('reg')
          ? 'no `reg`'
          : !regRange(machine, child)
            ? 'a `reg` that leads to no address, because the IOMMU has no `ranges` for it'
            : interruptCount(machine, child) === 0
              ? 'no interrupt'
              : undefined;
      if (what === undefined) continue;
      yield {
        message: `This context bank has ${what}, so its driver does not take it; a master that names it gets direct DMA.`,
        span: nodeSpan(child),
        node: child,
      };
    }
  },
};

const contextTwice: Rule = {
  id: 'qcom-iommu-context-duplicate',
  severity: 'error',
  title: 'Two context banks of a Qualcomm IOMMU with one number',
  properties: ['#iommu-cells'],
  needs: ['qcom-iommu-context-dead'],
  knows: 'all',
  doc: `The number of a context bank is \`qcom,ctx-asid\`, else its \`reg\` divided by 0x1000. Two banks have the same: the one
that is probed last takes the place of the other, whose page tables are then never set. Correct \`reg\` or \`qcom,ctx-asid\`.`,
  source: CTX_PROBE,
  example: {
    bad: board(
      secure(
        'compatible = "qcom,msm-iommu-v1-ns"; reg = <0x6000 0x1000>; qcom,ctx-asid = <5>; interrupts-extended = <&gic 2>;',
      ),
    ),
    good: board(
      secure(
        'compatible = "qcom,msm-iommu-v1-ns"; reg = <0x6000 0x1000>; qcom,ctx-asid = <7>; interrupts-extended = <&gic 2>;',
      ),
    ),
  },
  *check(context, node) {
    const first = new Map<number, DtNode>();
    for (const child of contextsOf(context, node)) {
      const bank = bankOf(context, child);
      const other = bank === undefined ? undefined : first.get(bank);
      if (bank !== undefined && !other) first.set(bank, child);
      if (!other) continue;
      yield {
        message: `This is context bank ${bank}, as is \`${pathOf(other)}\`; Linux keeps the one that it probes last.`,
        span: nodeSpan(child),
        node: child,
        related: [{ message: 'the other one', span: nodeSpan(other) }],
      };
    }
  },
};

const APQ =
  'ccu: clock { #clock-cells = <1>; };\n\tmdp: iommu { compatible = "qcom,apq8064-iommu"; #iommu-cells = <1>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "smmu_pclk", "iommu_clk"; interrupts-extended = <&gic 1>; qcom,ncb = <2>; };';
const INSERT = 'Linux 6.12 drivers/iommu/msm_iommu.c:insert_iommu_master';

const apqShared: Rule = {
  id: 'msm-iommu-shared',
  severity: 'error',
  title: 'IOMMU of APQ8064 with two masters',
  scope: 'tree',
  doc: `The driver makes an entry for the first master of an instance only. A second master that has no entry from another
instance is looked up with a null pointer: the kernel oopses while it configures that device. Name each instance on one
device.`,
  source: INSERT,
  example: {
    bad: board(GIC, APQ, 'display-a { iommus = <&mdp 0>; };', 'display-b { iommus = <&mdp 2>; };'),
    good: board(GIC, APQ, 'display-a { iommus = <&mdp 0>, <&mdp 2>; };'),
  },
  *check(context) {
    for (const [provider, uses] of usesByProvider(context)) {
      if (iommuDriver(context, provider)?.driver.name !== 'msm' || !isLive(provider)) continue;
      const [first] = uses;
      const second = uses.find((use) => use.master !== first?.master);
      if (!first || !second || usesOf(context, second.master)[0]?.provider !== provider) continue;
      yield {
        message: `\`${pathOf(provider)}\` already serves \`${pathOf(first.master)}\`; Linux follows a null pointer when it configures the second master.`,
        span: second.phandle.span,
        node: second.master,
        related: [{ message: 'the other master', span: first.phandle.span }],
      };
    }
  },
};

/** MAX_NUM_MIDS */
const APQ_IDS = 32;

const apqTooMany: Rule = {
  id: 'msm-too-many-ids',
  severity: 'error',
  title: 'Master with more than 32 stream IDs at one IOMMU of APQ8064',
  properties: ['iommus'],
  doc: `The driver keeps the IDs of a master in a table of 32. Linux 6.12 does not count, and the 33rd overwrites the memory
behind it; 7.3 refuses the device with \`-ENOSPC\`, and it gets direct DMA. List at most 32 IDs for each instance.`,
  source: INSERT,
  example: {
    bad: board(GIC, APQ, `gpu { iommus = ${ids(33)}; };`),
    good: board(GIC, APQ, `gpu { iommus = ${ids(32)}; };`),
  },
  *check(context, node) {
    const counts = new Map<DtNode, Set<number>>();
    for (const { provider, args, phandle, via } of usesOf(context, node)) {
      const driver = iommuDriver(context, provider)?.driver;
      if (via !== 'iommus' || driver?.name !== 'msm' || !isLive(provider)) continue;
      const known = counts.get(provider) ?? new Set<number>();
      counts.set(provider, known.add(args[0]?.value ?? 0));
      if (known.size !== APQ_IDS + 1) continue;
      const counted = driver.mostIds && inVersions(context.platform.kernelVersion, driver.mostIds);
      const end = counted ? outcome(context, node) : 'from this one on Linux overwrites memory';
      yield {
        message: `\`${pathOf(provider)}\` has room for ${APQ_IDS} IDs of a master; ${end}.`,
        span: phandle.span,
      };
      return;
    }
  },
};

function ids(count: number): string {
  return Array.from({ length: count }, (_, id) => `<&mdp ${id}>`).join(', ');
}

const GPU_SMMU = mmu500(2).replace('"arm,mmu-500"', '"qcom,sc7280-smmu-500", "qcom,adreno-smmu", "arm,mmu-500"');
const GPU = 'gpu { compatible = "qcom,adreno-635.0", "qcom,adreno"; ';

const adrenoStream: Rule = {
  id: 'smmu-adreno-stream-zero',
  severity: 'warning',
  title: 'Adreno GPU without stream ID 0',
  properties: ['iommus'],
  doc: `The driver of the GPU's SMMU recognises the GPU by its stream ID 0: that master gets context bank 0, which the GPU
firmware switches, and page tables per process. Without the ID every process shares one address space, and the firmware may
switch the bank of another master. Write the GPU's IDs so that one of them is 0.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu-qcom.c:qcom_adreno_smmu_is_gpu_device',
  example: {
    bad: board(GPU_SMMU, `${GPU} iommus = <&smmu 1 0x0>; };`),
    good: board(GPU_SMMU, `${GPU} iommus = <&smmu 0 0x0>, <&smmu 1 0x0>; };`),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    if (!property || !compatibles(node).includes('qcom,adreno')) return;
    const uses = usesOf(context, node).filter(({ provider }) => compatibles(provider).includes('qcom,adreno-smmu'));
    const [first] = uses;
    if (!first || !isLive(first.provider) || uses.some(({ args }) => ((args[0]?.value ?? 0) & 0xffff) === 0)) return;
    yield {
      message: `None of the GPU's stream IDs is 0, by which the driver of \`${pathOf(first.provider)}\` knows it; it gets no page tables per process.`,
      span: lastSet(property).name,
    };
  },
};

export const QUALCOMM_RULES: readonly Rule[] = [contextDead, contextTwice, apqShared, apqTooMany, adrenoStream];
