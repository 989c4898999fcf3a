// SPDX-License-Identifier: MIT
// Rules about what a domain is to get of the machine: CPUs, memory, interrupts, colours of the cache.
import { isSince, xenName, xenOf, xenOption } from '#model/platform/xen-build.ts';
import { parseBool, settingsOf, xenArguments, xenArgumentsProperty } from '#model/xen/command-line.ts';
import { dom0Memory, domainMemory, hostRam, moduleSize, mostCpus, sizeText, total } from '#model/xen/memory.ts';
import { dom0Kernel } from '#model/xen/modules.ts';
import { assignments, domainNode, domainNodes, isHardwareDomain } from '#model/xen/system.ts';
import { board } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { lastSet, pathOf, strings, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';
import { assignmentFails, named, xen } from './release.ts';
import { domU, example, GOOD_SYSTEM, gicInterrupts, isHostGic, pathSpan, systemOf } from './system.ts';

const CONSTRUCT = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:construct_domU';
const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const HOST = { kind: 'xen-host' } as const;
const GIC = 'gic: interrupt-controller { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>; };';
const RAM = 'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };';
const KERNEL =
  'module@42000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x42000000 0x0 0x1000000>; };';

function tree(domain: string, chosen = ''): string {
  const node = `domU1 { compatible = "xen,domain"; ${CELLS} ${domain} ${KERNEL} };`;
  return board(CELLS, GIC, RAM, `chosen { ${CELLS} ${chosen} ${node} };`);
}

const GOOD = tree('cpus = <1>; memory = <0x0 0x20000>;');

function isDomain({ tree }: RuleContext, node: DtNode): boolean {
  return domainNodes(tree).includes(node);
}

const cpus: Rule = {
  id: 'xen-domain-cpus-range',
  severity: 'error',
  title: 'Domain with no virtual CPU, or more than Xen can make',
  properties: ['cpus'],
  platforms: XEN_HOST,
  doc: `A domain has at least one virtual CPU. With a GICv2 the virtual interrupt controller serves 8, with a GICv3 Xen makes up to 128. Xen
refuses other numbers with \`Error creating domain\` and panics. Correct \`cpus\`.`,
  source: 'Xen 4.22 xen/arch/arm/domain.c:arch_sanitise_domain_config; xen/common/domain.c:sanitise_domain_config',
  example: { bad: tree('cpus = <9>; memory = <0x0 0x20000>;'), good: GOOD, platform: HOST },
  *check(context, node) {
    const property = node.properties.get('cpus');
    const count = u32(property);
    if (!property || count === undefined || !isDomain(context, node)) return;
    const most = mostCpus(context.tree);
    if (count >= 1 && count <= most) return;
    const limit =
      most === 8 ? 'with the GICv2 of this machine a domain has at most 8 CPUs' : `Xen makes at most ${most}`;
    yield {
      message:
        count === 0
          ? 'A domain without a CPU is none that Xen creates: it panics.'
          : `${count} CPUs are too many: ${limit}, and Xen panics.`,
      span: lastSet(property).name,
    };
  },
};

/** Bytes that a domain cannot have because the others were there first: dom0, then domain after domain. */
function before({ tree, platform }: RuleContext, node: DtNode): bigint {
  const all = domainNodes(tree);
  const earlier = all.slice(0, all.indexOf(node)).reduce((sum, each) => sum + (domainMemory(each) ?? 0n), 0n);
  return earlier + (dom0Kernel(tree) ? dom0Memory(tree, xenOf(platform)).bytes : 0n);
}

const memory: Rule = {
  id: 'xen-domain-memory-size',
  severity: 'error',
  title: 'Domain with more memory than there is, or with too little for its kernel',
  properties: ['memory'],
  platforms: XEN_HOST,
  needs: ['xen-domain-memory'],
  doc: `\`memory\` counts in KiB. Xen takes it from the RAM that dom0 and the domains before have left; with too much it panics
(\`Failed to allocate requested domain memory\`), with none it cannot make the guest's tree, and with less than kernel and ramdisk need
it panics while loading them. A number meant in bytes or MiB is one of these. How much RAM there is, \`/memory\` says; where the tree has
none, only the lower bounds are checked.`,
  source: `Xen 4.22 xen/common/device-tree/domain-build.c:allocate_memory, make_memory_node; ${CONSTRUCT}; xen/arch/arm/kernel.c:place_modules`,
  example: { bad: tree('cpus = <1>; memory = <0x0 0x8000000>;'), good: GOOD, platform: HOST },
  *check(context, node) {
    const property = node.properties.get('memory');
    const bytes = domainMemory(node);
    if (!property || bytes === undefined || !isDomain(context, node)) return;
    const message = memoryProblem(context, node, bytes);
    if (message !== undefined) yield { message, span: lastSet(property).name };
  },
};

function memoryProblem(context: RuleContext, node: DtNode, bytes: bigint): string | undefined {
  if (bytes === 0n) return 'A domain without memory gets no tree from Xen, which panics.';
  const need = moduleSize(context.tree, node, 'kernel', 'ramdisk');
  if (bytes < need)
    return `${sizeText(bytes)} (\`memory\` counts KiB) do not hold the kernel and ramdisk of 0x${need.toString(16)} bytes; Xen panics.`;
  const ram = hostRam(context.tree);
  if (!ram) return undefined;
  const all = total(ram);
  const inBytes = bytes / 1024n;
  const meant = bytes > all && inBytes <= all ? `; in bytes it would be ${sizeText(inBytes)}` : '';
  if (bytes > all)
    return `${sizeText(bytes)} (\`memory\` counts KiB${meant}) are more than the ${sizeText(all)} of RAM; Xen panics.`;
  const taken = before(context, node);
  // Where they alone are too much, it is said there.
  if (taken > all || taken + bytes <= all) return undefined;
  return `${sizeText(bytes)} are more than dom0 and the domains before leave of ${sizeText(all)} of RAM (they take ${sizeText(taken)}); Xen panics.`;
}

const dom0: Rule = {
  id: 'xen-dom0-memory',
  severity: 'error',
  title: '`dom0_mem` that the machine does not have, or that does not hold the kernel',
  properties: ['xen,xen-bootargs', 'bootargs'],
  platforms: XEN_HOST,
  doc: `\`dom0_mem=\` without a unit counts KiB. More than the RAM of \`/memory\` ends in \`Failed to allocate requested dom0 memory\`, less than
kernel and ramdisk need in a panic while they are loaded. Write a size with its unit, as \`dom0_mem=512M\`.`,
  source:
    'Xen 4.22 xen/arch/arm/domain_build.c:parse_dom0_mem, allocate_memory_11; xen/lib/parse-size.c:parse_size_and_unit',
  example: {
    bad: tree(
      'cpus = <1>; memory = <0x0 0x20000>;',
      `xen,xen-bootargs = "dom0_mem=8G"; ${KERNEL.replaceAll('42000000', '50000000')}`,
    ),
    good: tree(
      'cpus = <1>; memory = <0x0 0x20000>;',
      `xen,xen-bootargs = "dom0_mem=512M"; ${KERNEL.replaceAll('42000000', '50000000')}`,
    ),
    platform: HOST,
  },
  *check(context, node) {
    const property = xenArgumentsProperty(context.tree);
    if (property?.node !== node || !dom0Kernel(context.tree)) return;
    const { bytes, word } = dom0Memory(context.tree, xen(context));
    if (word === undefined) return;
    const span = lastSet(property).name;
    const ram = hostRam(context.tree);
    const need = moduleSize(context.tree, undefined, 'kernel', 'ramdisk');
    const unit = /[bkmgt]$/i.test(word) ? '' : ' (without a unit it counts KiB)';
    if (ram && bytes > total(ram)) {
      const message = `\`${word}\`${unit} is more than the ${sizeText(total(ram))} of RAM; Xen panics.`;
      yield { message, span };
    } else if (bytes < need) {
      const message = `\`${word}\`${unit} does not hold the kernel and ramdisk of dom0, 0x${need.toString(16)} bytes; Xen panics.`;
      yield { message, span };
    }
  },
};

/** 1020 interrupts of a GIC without the 32 that are private to a CPU (xen/arch/arm/vgic.c:domain_vgic_init). */
const MOST_SPIS = 988;
/** Extended SPIs begin at interrupt 4096, of which 32 are private ones. */
const FIRST_ESPI = 4064;

function mayHaveEspi(context: RuleContext): boolean {
  return isSince(xen(context), [4, 21]) && xenOption(xen(context), 'GICV3_ESPI') !== 'off';
}

const spis: Rule = {
  id: 'xen-domain-nr-spis',
  severity: 'error',
  title: 'Domain with fewer shared interrupts than its devices need',
  properties: ['nr_spis'],
  platforms: XEN_HOST,
  doc: `\`nr_spis\` says how many shared interrupts the domain's virtual interrupt controller has, rounded up to 32; without it they are as many
as the host's. A device that a partial tree assigns keeps its number, and Xen refuses one that is not there: \`invalid vIRQ number\`. More
than 988 make no domain at all (a Xen since 4.21 with \`CONFIG_GICV3_ESPI\` also takes 4064 and more, for extended SPIs), and \`vpl011\` needs one. Raise the number or remove the property.`,
  source:
    'Xen 4.22 xen/arch/arm/vgic.c:domain_vgic_init; xen/arch/arm/irq.c:route_irq_to_guest; xen/arch/arm/vpl011.c:domain_vpl011_init',
  example: {
    bad: example({ chosen: domU('domU1', 'nr_spis = <0>;') }),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const property = node.properties.get('nr_spis');
    const count = u32(property);
    if (!property || count === undefined || !isDomain(context, node) || isHardwareDomain(node)) return;
    const span = lastSet(property).name;
    const rounded = Math.ceil(count / 32) * 32;
    if (rounded > MOST_SPIS) {
      if (rounded >= FIRST_ESPI && mayHaveEspi(context)) return;
      yield {
        message: `${count} are rounded up to ${rounded}, and Xen makes a domain with at most ${MOST_SPIS}: it panics.`,
        span,
      };
      return;
    }
    if (rounded === 0 && node.properties.has('vpl011') && !node.properties.has('direct-map')) {
      yield { message: '`vpl011` takes SPI 0, and the domain has none: Xen panics.', span };
      return;
    }
    const over = highestSpi(context, node, rounded);
    if (over) yield { ...over, span };
  },
};

/** A device of the domain whose interrupt is not among the first `count`. */
function highestSpi(context: RuleContext, node: DtNode, count: number): Omit<Finding, 'span'> | undefined {
  const system = systemOf(context);
  if (!system) return undefined;
  for (const made of assignments(system)) {
    if (domainNode(system, made.domain) !== node || !made.device) continue;
    const over = gicInterrupts(system.host, made.device, isHostGic)?.find(
      ({ type, number }) => type === 'SPI' && number >= count,
    );
    if (!over) continue;
    const { ends, ...severity } = assignmentFails(context, 'without its interrupts');
    return {
      message: `SPI ${over.number} of \`${pathOf(made.device)}\` is none of the ${count} that ${node.name} has: ${ends}.`,
      related: [{ message: 'is assigned here', span: pathSpan(made) }],
      ...severity,
    };
  }
  return undefined;
}

const COLOURS = 'llc-colors';

/**
 * What is wrong with a list of colours, as xen/common/llc-coloring.c:parse_color_config and check_colors read it: a number
 * that is missing is 0. `most`: the colours that the cache has, where the command line says so.
 */
function colourMistake(text: string, most: number | undefined): string | undefined {
  let count = 0;
  for (const part of text.replace(/,$/, '').split(',')) {
    const [, first, dash, second] = /^(0x[\da-f]+|\d*)(?:(-)(0x[\da-f]+|\d*))?$/i.exec(part) ?? [];
    if (first === undefined) return `"${text}" is not a list like "0-3,8"`;
    const [start, end] = [Number(first), Number(dash ? second : first)];
    if (start > end) return `"${part}" ends before it begins`;
    count += end - start + 1;
    if (most === undefined) continue;
    if (end >= most) return `colour ${end} is none of the ${most} that \`llc-size\` and \`llc-nr-ways\` make`;
    if (count > most) return `"${text}" has more than the ${most} colours that \`llc-size\` and \`llc-nr-ways\` make`;
  }
  return undefined;
}

const colours: Rule = {
  id: 'xen-llc-colors',
  severity: 'error',
  title: '`llc-colors` that Xen does not take',
  properties: [COLOURS, 'xen,static-mem'],
  platforms: XEN_HOST,
  doc: `Since 4.20 \`llc-colors\` gives a domain its part of the last-level cache. Xen panics where the colouring is not switched on
(\`llc-coloring=on\`, or \`llc-size\` with \`llc-nr-ways\`, and a Xen built with \`CONFIG_LLC_COLORING\`), where the text is not a list of
numbers and ranges or names colours that the cache does not have, and where a domain has \`xen,static-mem\` while it is on. Older releases ignore the property (*warning*).`,
  source:
    'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node; xen/common/llc-coloring.c:parse_color_config, check_colors, llc_coloring_init',
  example: {
    bad: tree('cpus = <1>; memory = <0x0 0x20000>; llc-colors = "0-3";'),
    good: tree('cpus = <1>; memory = <0x0 0x20000>; llc-colors = "0-3";', 'xen,xen-bootargs = "llc-coloring=on";'),
    platform: HOST,
  },
  *check(context, node) {
    if (!isDomain(context, node)) return;
    const build = xen(context);
    const property = node.properties.get(COLOURS);
    if (property && !isSince(build, [4, 20])) {
      yield {
        message: `${xenName(build)} does not know \`llc-colors\`, which came with 4.20: the domain has no colours of its own.`,
        span: lastSet(property).name,
        severity: 'warning',
      };
      return;
    }
    const on = isSince(build, [4, 20]) && isColouring(context);
    const fixed = node.properties.get('xen,static-mem');
    if (on && fixed) {
      yield {
        message: `Colours of the cache and \`xen,static-mem\` exclude each other: ${named(build)} panics.`,
        span: lastSet(fixed).name,
      };
    }
    if (!property) return;
    const text = strings(property)[0] ?? '';
    const span = lastSet(property).name;
    if (!on)
      yield {
        message: `The command line does not switch the colouring on (\`llc-coloring=on\`), and ${named(build)} panics over \`llc-colors\`.`,
        span,
      };
    else {
      const mistake = colourMistake(text, coloursOfCache(context));
      if (mistake) yield { message: `${mistake[0]?.toUpperCase()}${mistake.slice(1)}: ${named(build)} panics.`, span };
    }
  },
};

/** xen/common/llc-coloring.c:llc_coloring_init */
function isColouring({ tree, platform }: RuleContext): boolean {
  const build = xenOf(platform);
  if (build.config && build.config.get('LLC_COLORING') !== 'y') return false;
  const words = xenArguments(tree, build);
  const last = settingsOf(words, 'llc-coloring').at(-1);
  const stated = last && (words.includes('llc-coloring') && last.setting === '' ? true : parseBool(last.setting));
  if (stated !== undefined) return stated;
  return ['llc-size', 'llc-nr-ways'].every((name) => words.some((word) => word.startsWith(`${name}=`)));
}

/** One page of each way: xen/common/llc-coloring.c:llc_coloring_init, where both options say how large a way is. */
function coloursOfCache({ tree, platform }: RuleContext): number | undefined {
  const words = xenArguments(tree, xenOf(platform));
  const [size, ways] = ['llc-size', 'llc-nr-ways'].map((name) => settingsOf(words, name).at(-1)?.setting);
  const [, digits, unit = ''] = /^(\d+)([bkmg]?)$/i.exec(size ?? '') ?? [];
  if (digits === undefined || !/^[1-9]\d{0,3}$/.test(ways ?? '')) return undefined;
  // Without a unit a size counts KiB (parse_size_and_unit).
  const bytes = Number(digits) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase() || 'k');
  const colours = bytes / Number(ways) / 4096;
  return Number.isInteger(colours) && colours >= 2 && (colours & (colours - 1)) === 0 ? colours : undefined;
}

export const XEN_DOMAIN_RESOURCE_RULES: readonly Rule[] = [cpus, memory, dom0, spis, colours];
