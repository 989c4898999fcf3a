// SPDX-License-Identifier: MIT
// Rules about the kernel that boots the tree: options and configuration that undo what the tree says about DMA.
import { nearest } from '#base/likeness.ts';
import { own } from '#base/own.ts';
import type { Repair } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { comesAsModule, iommuState } from '#model/iommu/state.ts';
import { unattachedStream } from '#model/iommu/unattached-stream.ts';
import { GATES } from '#model/platform/gates.ts';
import { parseCommandLine } from '#model/platform/kernel-options.ts';
import { machineOf } from '#model/platform/machine.ts';
import {
  defaultDomain,
  deferralLimit,
  hasIommuDma,
  hasRestrictedPools,
  isOn,
  optionsOf,
} from '#model/platform/platform.ts';
import { has } from '#model/platform/releases.ts';
import { timeoutOf } from '#model/probe/deferral.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board, board32, bus, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, type Use, usesByProvider, usesOf } from '#rules/engine/uses.ts';
import { beyondRam } from '#rules/memory/dma-windows.ts';
import { poolsOf } from '#rules/memory/reserved-memory.ts';
import { isAvailable, isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { reasonText } from '#wording/statements/index.ts';
import { becausePlain } from '#wording/statements/platform.ts';
import { bootWords, optionSpan } from './boot-words.ts';

const ROOT = ['#address-cells = <1>;', '#size-cells = <1>;'];
const SMMU = 'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };';
const MASTER = 'dma { compatible = "vendor,dma"; iommus = <&smmu 1>; };';

/** Linux itself, or a guest: under Xen's own options the kernel of dom0 has other ones. */
const KERNELS = ['linux', 'kvm', 'xen-domu', 'xen-dom0'] as const;

function chosen(bootargs: string): string {
  return `chosen { bootargs = "${bootargs}"; };`;
}

const unknownOption: Rule = {
  id: 'bootargs-iommu-option-unknown',
  severity: 'warning',
  fixable: true,
  title: 'IOMMU option in `bootargs` that this kernel does not have',
  platforms: KERNELS,
  properties: ['bootargs'],
  knows: 'node',
  doc: `\`iommu=\`, \`intel_iommu=\` and \`amd_iommu=\` are options of x86 (the first also of powerpc), and
\`arm-smmu-v3.disable_bypass\` is gone since Linux 6.10. Linux prints \`Unknown kernel command line parameters\`, or nothing,
and boots as if the option were not there. For other architectures write \`iommu.passthrough=1\` or \`iommu.strict=0\`.`,
  source:
    'Linux 6.12 arch/x86/kernel/pci-dma.c:iommu_setup, init/main.c:print_unknown_bootoptions, drivers/iommu/iommu.c:iommu_set_def_domain_type',
  example: {
    bad: board(chosen('console=ttyAMA0 iommu=pt')),
    good: board(chosen('console=ttyAMA0 iommu.passthrough=1')),
  },
  *check(context, node) {
    const { arch, kernelVersion } = context.platform;
    if (node.parent !== context.tree.root || node.name !== 'chosen' || arch === 'x86') return;
    for (const { name, text, span } of bootWords(context)) {
      if (text === '--') return;
      const foreign = name === 'intel_iommu' || name === 'amd_iommu' || (name === 'iommu' && arch !== 'powerpc');
      const gone = name === 'arm_smmu_v3.disable_bypass' && has(kernelVersion, GATES.noV3Bypass);
      if (!foreign && !gone) continue;
      const why = gone ? 'is gone since Linux 6.10' : `is not an option of Linux on ${arch}`;
      const instead = text === 'iommu=pt' ? '; there it is `iommu.passthrough=1`' : '';
      const inText = context.text(span.file).slice(span.start, span.end) === text;
      const message = `\`${text}\` ${why}, and has no effect${instead}.`;
      yield { message, span, ...(inText && { fix: deleteWord(context, span, text) }) };
    }
  },
};

/** With one of the blanks around it. */
function deleteWord({ text }: RuleContext, span: Span, word: string): Repair {
  return repair(`Delete \`${word}\``, () => {
    const source = text(span.file);
    const before = source[span.start - 1] === ' ';
    const start = before ? span.start - 1 : span.start;
    const end = !before && source[span.end] === ' ' ? span.end + 1 : span.end;
    return { span: { file: span.file, start, end }, text: '' };
  });
}

/** Options whose value decides, by name with `_` for `-`: what Linux takes. */
const VALUES: Readonly<Record<string, string>> = {
  'iommu.passthrough': '0 or 1',
  'iommu.strict': '0 or 1',
  'iommu.forcedac': '0 or 1',
  'fw_devlink.strict': '0 or 1',
  fw_devlink: '`off`, `permissive`, `on` or `rpm`',
  deferred_probe_timeout: 'a number of seconds',
  swiotlb: 'numbers, `force` or `noforce`',
  'arm_smmu.disable_bypass': '0 or 1',
};

/** Of the words that Linux takes, in its description: the one that was meant. */
function nearestWord(value: string, wanted: string): string | undefined {
  const words = wanted.match(/(?<=`)\w+(?=`)/g) ?? [];
  return nearest(value, words, 1)[0] ?? words.find((word) => value !== '' && word.startsWith(value));
}

const optionValue: Rule = {
  id: 'bootargs-dma-option-value',
  severity: 'warning',
  title: 'DMA option in `bootargs` with a value that Linux does not take',
  platforms: KERNELS,
  properties: ['bootargs'],
  knows: 'node',
  doc: `Linux takes a truth value, a number or one of a few words for this option, and the value here is none. It prints
\`Malformed early option\` for some and nothing for others, and boots with the default. Correct the value.`,
  source:
    'Linux 6.12 drivers/iommu/iommu.c:iommu_dma_setup, drivers/base/core.c:fw_devlink_setup, drivers/base/dd.c:deferred_probe_timeout_setup, kernel/dma/swiotlb.c:setup_io_tlb_npages',
  example: { bad: board(chosen('iommu.strict=lazy')), good: board(chosen('iommu.strict=0')) },
  *check(context, node) {
    if (node.parent !== context.tree.root || node.name !== 'chosen') return;
    for (const { name, text, span } of bootWords(context)) {
      if (text === '--') return;
      const wanted = own(VALUES, name);
      if (wanted === undefined) continue;
      const { swiotlb, ...others } = parseCommandLine(text);
      if (Object.keys({ ...others, ...swiotlb }).length > 0) continue;
      const like = nearestWord(text.slice(text.indexOf('=') + 1), wanted);
      const instead = like === undefined ? '' : `; \`${like}\` is the nearest`;
      yield { message: `Linux takes ${wanted} for this option and ignores \`${text}\`${instead}.`, span };
    }
  },
};

/** Live IOMMUs that translate for somebody, with who uses them. */
function* translating(context: RuleContext): Generator<{ provider: DtNode; uses: readonly Use[] }> {
  for (const [provider, uses] of usesByProvider(context)) {
    const match = iommuDriver(context, provider);
    if (match && match.traits.grouping !== 'none' && isLive(provider)) yield { provider, uses };
  }
}

function counted(uses: readonly Use[], one: string, many: string): string {
  const { size } = new Set(uses.map((use) => use.master));
  return size === 1 ? `One master ${one}` : `${size} masters ${many}`;
}

const passthrough: Rule = {
  id: 'bootargs-iommu-passthrough',
  severity: 'info',
  title: 'Kernel that leaves the DMA of every master untranslated',
  platforms: ['linux', 'kvm'],
  scope: 'tree',
  properties: ['iommus', 'iommu-map'],
  doc: `\`iommu.passthrough=1\`, or CONFIG_IOMMU_DEFAULT_PASSTHROUGH, gives masters an identity domain: the IOMMUs of the tree
neither translate nor protect, only devices that VFIO takes over get a domain of their own. A device that cannot reach all
RAM then bounces. Remove the option where the IOMMU is meant to work.`,
  source: 'Linux 6.12 drivers/iommu/iommu.c:iommu_set_def_domain_type, iommu_subsys_init',
  example: {
    bad: board(...ROOT, SMMU, MASTER),
    good: board(...ROOT, SMMU),
    platform: { cmdline: 'iommu.passthrough=1' },
  },
  *check(context) {
    const { value, because } = defaultDomain(context.platform);
    if (value !== 'identity' || !hasIommuDma(context.platform).value) return;
    const found = [...translating(context)];
    const [first] = found;
    if (!first) return;
    const place = optionSpan(context, 'iommu.passthrough') ?? { node: first.provider, span: nodeSpan(first.provider) };
    const uses = found.flatMap((each) => each.uses);
    yield {
      message: `${counted(uses, 'keeps', 'keep')} untranslated DMA because of ${becausePlain(because)}.`,
      ...place,
    };
  },
};

const noDeferral: Rule = {
  id: 'bootargs-no-deferral',
  severity: 'warning',
  title: 'Masters that do not wait for an IOMMU whose driver is a module',
  platforms: KERNELS,
  scope: 'tree',
  properties: ['iommus', 'iommu-map'],
  doc: `With \`deferred_probe_timeout=0\` a device waits for its suppliers only until the built-in drivers have probed, and this
kernel has the IOMMU's driver as a module, which comes later. Linux prints \`deferred probe timeout, ignoring dependency\`
and the masters keep direct DMA for good. Remove the option, or build the driver in.`,
  source: 'Linux 6.12 drivers/base/dd.c:driver_deferred_probe_check_state',
  example: {
    bad: board(...ROOT, SMMU, MASTER),
    good: board(...ROOT, SMMU),
    platform: {
      cmdline: 'deferred_probe_timeout=0',
      kernelConfig: new Map([
        ['ARM_SMMU_V3', 'm'],
        ['MODULES', 'y'],
      ]),
    },
  },
  *check(context) {
    if (deferralLimit(context.platform).value.seconds !== 0 || !isOn(context.platform, 'MODULES', true).value) return;
    const machine = machineOf(context.tree, context.platform);
    const option = optionSpan(context, 'deferred_probe_timeout');
    for (const { provider, uses } of translating(context)) {
      if (!comesAsModule(iommuState(machine, provider).registration)) continue;
      yield {
        message: `${counted(uses, 'does not wait', 'do not wait')} for \`${pathOf(provider)}\`, whose driver is a module, and ${new Set(uses.map((use) => use.master)).size === 1 ? 'keeps' : 'keep'} direct DMA: the deferred probe timeout is 0.`,
        span: option?.span ?? nodeSpan(provider),
        node: provider,
        ...(option && { related: [{ message: 'the IOMMU', span: nodeSpan(provider) }] }),
      };
    }
  },
};

const notBuilt: Rule = {
  id: 'iommu-driver-not-built',
  severity: 'warning',
  title: 'IOMMU whose driver this kernel does not have',
  platforms: KERNELS,
  scope: 'tree',
  properties: ['iommus', 'iommu-map'],
  doc: `The kernel configuration leaves the driver of this IOMMU out. Its masters wait until the deferred probe timeout (for
ever with a negative one, not at all without CONFIG_MODULES), then Linux ignores the dependency and gives them direct DMA,
which an IOMMU that the boot loader left on may block. Switch the option on, or disable the IOMMU in the tree.`,
  source: 'Linux 6.12 drivers/iommu/Kconfig; drivers/base/dd.c:driver_deferred_probe_check_state',
  example: {
    bad: board(...ROOT, SMMU, MASTER),
    good: board(...ROOT, SMMU),
    platform: { kernelConfig: new Map([['MODULES', 'y']]) },
  },
  *check(context) {
    if (!context.platform.kernelConfig) return;
    const machine = machineOf(context.tree, context.platform);
    const { seconds } = timeoutOf(machine);
    for (const { provider, uses } of translating(context)) {
      const { registration } = iommuState(machine, provider);
      if (registration.kind !== 'never' || registration.reason !== 'not-built') continue;
      const end =
        seconds === undefined
          ? 'Linux waits for the IOMMU without end'
          : seconds === 0
            ? 'Linux gives direct DMA at once'
            : `Linux waits ${seconds} s for the IOMMU, then gives direct DMA`;
      yield {
        message: `${counted(uses, 'is', 'are')} not translated, because ${reasonText(registration.why)}: ${end}.`,
        span: nodeSpan(provider),
        node: provider,
      };
    }
  },
};

const POOL =
  'reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; pool: pool@50000000 { compatible = "restricted-dma-pool"; reg = <0x50000000 0x400000>; }; };';

const poolNotBuilt: Rule = {
  id: 'restricted-pool-not-built',
  severity: 'warning',
  title: 'Restricted DMA pool that this kernel does not know',
  platforms: KERNELS,
  properties: ['memory-region'],
  needs: ['restricted-pool-behind-iommu', 'memory-region-disabled-pool'],
  doc: `A \`restricted-dma-pool\` confines the DMA of a device only in kernels with CONFIG_DMA_RESTRICTED_POOL, from Linux 5.15
on. In this kernel the pool is plain reserved memory that nothing uses, and the device reaches all RAM. Switch the option on.`,
  source: 'Linux 6.12 kernel/dma/Kconfig, drivers/of/device.c:of_dma_set_restricted_buffer',
  example: {
    bad: board(...ROOT, POOL, 'dma { compatible = "vendor,dma"; memory-region = <&pool>; };'),
    good: board(...ROOT, POOL, 'dma { compatible = "vendor,dma"; };'),
    platform: { kernelConfig: new Map([['MODULES', 'y']]) },
  },
  *check(context, node) {
    const { value, because, assumed } = hasRestrictedPools(context.platform);
    const property = node.properties.get('memory-region');
    if (value || assumed.length > 0 || !property || !isLive(node)) return;
    if (!context.platform.kernelConfig && has(context.platform.kernelVersion, GATES.restrictedPools)) return;
    const pool = poolsOf(context, node).find(isAvailable);
    if (!pool || usesOf(context, node).length > 0) return;
    yield {
      message: `This kernel has no restricted pools (${becausePlain(because)}), so the device reaches all memory and \`${pathOf(pool)}\` stays unused.`,
      span: lastSet(property).name,
    };
  },
};

const noBounce: Rule = {
  id: 'dma-ranges-no-bounce',
  severity: 'warning',
  title: '`dma-ranges` that leaves RAM out, in a kernel without swiotlb',
  platforms: KERNELS,
  properties: ['dma-ranges'],
  needs: ['dma-ranges-zero-size', 'dma-ranges-untranslatable'],
  doc: `Some RAM lies outside the windows of the bus, and \`swiotlb=noforce\` takes away the memory through which Linux copies DMA
to such places. Every mapping of a buffer there fails with \`DMA addr … overflow\`. Remove the option.`,
  source: 'Linux 6.12 kernel/dma/swiotlb.c:swiotlb_init_remap, kernel/dma/direct.h:dma_direct_map_page',
  example: {
    bad: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x40000000>; dma { };'),
    ),
    good: board32(
      'memory@0 { device_type = "memory"; reg = <0x0 0x80000000>; };',
      bus('dma-ranges = <0x0 0x0 0x80000000>; dma { };'),
    ),
    platform: { cmdline: 'swiotlb=noforce' },
  },
  *check(context, node) {
    if (optionsOf(context.platform).swiotlb?.mode !== 'noforce') return;
    const found = beyondRam(context, node);
    if (!found) return;
    const option = optionSpan(context, 'swiotlb');
    yield {
      message: `RAM up to \`0x${found.last.toString(16)}\` is beyond what this bus reaches (\`0x${found.reach.toString(16)}\`), and \`swiotlb=noforce\` leaves nothing to bounce through: DMA there fails.`,
      span: lastSet(found.property).name,
      ...(option && { related: [{ message: 'the option', span: option.span }] }),
    };
  },
};

const smmuBypass: Rule = {
  id: 'bootargs-smmu-bypass',
  severity: 'info',
  title: 'SMMU that lets unknown streams pass',
  platforms: KERNELS,
  scope: 'tree',
  properties: ['iommus', 'iommu-map'],
  doc: `With \`arm-smmu.disable_bypass=0\` a stream that no device of the tree has passes the SMMU untranslated. Devices whose
\`iommus\` is missing or wrong then work, and nothing protects memory from them. Use it only to find such devices, write
their \`iommus\`, and remove the option.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_write_s2cr, arm_smmu_device_reset',
  example: {
    bad: board(mmu500(1), 'dma { iommus = <&smmu 1>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 1>; };'),
    platform: { cmdline: 'arm-smmu.disable_bypass=0' },
  },
  *check(context) {
    for (const { provider } of translating(context)) {
      const driver = iommuDriver(context, provider)?.driver;
      const option = driver?.bypassOption;
      if (!driver || !option || optionsOf(context.platform)[option.option] !== false) continue;
      if (unattachedStream(context.platform, driver).value !== 'bypass') continue;
      const place = optionSpan(context, option.name.replaceAll('-', '_'));
      yield {
        message: `\`${option.name}=0\` lets every stream that no device of the tree names pass \`${pathOf(provider)}\` untranslated.`,
        ...(place ?? { node: provider, span: nodeSpan(provider) }),
      };
      return;
    }
  },
};

export const KERNEL_OPTION_RULES: readonly Rule[] = [
  unknownOption,
  optionValue,
  passthrough,
  noDeferral,
  notBuilt,
  poolNotBuilt,
  noBounce,
  smmuBypass,
];
