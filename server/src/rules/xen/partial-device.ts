// SPDX-License-Identifier: MIT
// Rules about one device of a partial device tree: where it is in the host (`xen,path`) and in the guest (`xen,reg`).
import { rawCells, readNumber } from '#model/addresses/addresses.ts';
import { machineOf } from '#model/platform/machine.ts';
import { isSince } from '#model/platform/xen-build.ts';
import { hostMachine, hostNode } from '#model/xen/system.ts';
import { insertAfter } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { lastSet, nodeSpan, pathOf, strings, u32 } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { isPassedThrough, MMIO, partial, XEN_GUEST } from './partial.ts';
import { assignmentFails, named, xen } from './release.ts';
import { ASSIGNED, example, GOOD_SYSTEM, type RegRange, registers, systemOf } from './system.ts';

const PFDT = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:handle_prop_pfdt';
const ASSIGN = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:handle_passthrough_prop';
const FORCE = 'xen,force-assign-without-iommu';
const GUEST = { kind: 'xen-domu' } as const;
const GOOD = partial(MMIO);
const PATH = 'xen,path = "/soc/serial@ff000000";';

interface Mapping {
  readonly physical: bigint;
  readonly size: bigint;
  readonly guest: bigint;
}

interface XenReg {
  readonly property: DtProperty;
  readonly address: number;
  readonly size: number;
  readonly count: number;
  readonly mappings: readonly Mapping[];
}

/** `xen,reg` in the cells of the parent node; without the properties Xen assumes 2 and 1. */
export function xenReg(context: RuleContext, node: DtNode): XenReg | undefined {
  const property = node.properties.get('xen,reg');
  if (!property || !node.parent || !isPassedThrough(context, node)) return undefined;
  const address = u32(node.parent.properties.get('#address-cells')) ?? 2;
  const size = u32(node.parent.properties.get('#size-cells')) ?? 1;
  const cells = rawCells(property);
  const mappings: Mapping[] = [];
  const width = 2 * address + size;
  const readable = address >= 1 && address <= 2 && size >= 1 && size <= 2;
  for (let at = 0; readable && at + width <= cells.length; at += width) {
    mappings.push({
      physical: readNumber(cells, at, address),
      size: readNumber(cells, at + address, size),
      guest: readNumber(cells, at + address + size, address),
    });
  }
  return { property, address, size, count: cells.length, mappings };
}

const pair: Rule = {
  id: 'xen-reg-path-pair',
  severity: 'error',
  fixable: true,
  title: '`xen,path` without `xen,reg`, or the other way round',
  properties: ['xen,path', 'xen,reg'],
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `Xen needs both: \`xen,path\` for the interrupts and the IOMMU of the host's device, \`xen,reg\` for what the guest gets of its
registers. With one alone it prints \`xen,reg or xen,path missing\` and panics; only \`xen,force-assign-without-iommu\` allows
\`xen,reg\` alone. Add the other; where the host's tree is known and \`reg\` has the host's addresses, the quick fix does it.`,
  source: PFDT,
  example: {
    bad: example({}, ASSIGNED.replace(/xen,reg = [^;]*; /, '')),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const path = node.properties.get('xen,path');
    const reg = node.properties.get('xen,reg');
    const one = path ?? reg;
    if (!one || (path && reg) || !isPassedThrough(context, node)) return;
    if (reg && node.properties.has(FORCE)) return;
    const value = path && sameMappings(context, node);
    const { ends, ...severity } = assignmentFails(context, 'without its registers');
    yield {
      message: `The device has \`${one.name}\` and no \`${path ? 'xen,reg' : 'xen,path'}\`: ${ends}.`,
      span: lastSet(one).name,
      ...severity,
      ...(value !== undefined && {
        fix: repair("Add `xen,reg` with the host's registers", () =>
          insertAfter(context.text, one, { name: 'xen,reg', value }),
        ),
      }),
    };
  },
};

/**
 * `xen,reg` for a device that the guest has where the host has it: the pages of the registers, each at its own address.
 * `undefined` where `reg` says otherwise, or the host is not known.
 */
function sameMappings(context: RuleContext, node: DtNode): string | undefined {
  const system = systemOf(context);
  const path = strings(node.properties.get('xen,path'))[0];
  const device = system && path !== undefined ? hostNode(system.host, path) : undefined;
  if (!system || !device || !node.parent) return undefined;
  const guest = registers(machineOf(context.tree, context.platform), node);
  const host = registers(hostMachine(system), device);
  const same = guest.length > 0 && guest.every(({ start }) => host.some((range) => range.start === start));
  const address = u32(node.parent.properties.get('#address-cells')) ?? 2;
  const size = u32(node.parent.properties.get('#size-cells')) ?? 1;
  if (!same || ![1, 2].includes(address) || ![1, 2].includes(size)) return undefined;
  return guest.map((range) => mappingText(range, address, size)).join(', ');
}

/** The whole pages of a range as one mapping at its own address. */
function mappingText({ start, size }: RegRange, address: number, sizeCells: number): string {
  const first = start & ~0xfffn;
  const last = (start + size + 0xfffn) & ~0xfffn;
  const number = (value: bigint, count: number): string =>
    (count === 2 ? [value >> 32n, value & 0xffffffffn] : [value]).map((cell) => `0x${cell.toString(16)}`).join(' ');
  return `<${number(first, address)} ${number(last - first, sizeCells)} ${number(first, address)}>`;
}

const forceAlone: Rule = {
  id: 'xen-force-without-reg',
  severity: 'warning',
  title: '`xen,force-assign-without-iommu` alone',
  properties: [FORCE],
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `\`xen,force-assign-without-iommu\` permits an assignment; it does not make one. Without \`xen,reg\` and \`xen,path\` Xen does nothing
for this node: the guest sees a device whose registers it cannot reach. Add \`xen,reg\` and \`xen,path\`.`,
  source: PFDT,
  example: { bad: partial(`compatible = "vendor,uart"; ${FORCE};`), good: GOOD, platform: GUEST },
  *check(context, node) {
    const property = node.properties.get(FORCE);
    if (!property || !isPassedThrough(context, node)) return;
    if (node.properties.has('xen,reg') || node.properties.has('xen,path')) return;
    yield {
      message: 'Nothing is assigned here: without `xen,reg` and `xen,path` Xen does nothing for this node.',
      span: lastSet(property).name,
    };
  },
};

const forceUnsafe: Rule = {
  id: 'xen-force-assign-unsafe',
  severity: 'info',
  title: 'Device that is assigned without an IOMMU',
  properties: [FORCE],
  platforms: XEN_GUEST,
  needs: ['xen-force-without-reg', 'xen-force-redundant', 'xen-force-assign-no-directmap', 'xen-assign-no-iommu'],
  doc: `Where no IOMMU of Xen protects it, the device is assigned all the same, and its DMA reaches all memory of the machine, Xen's
included. That is only safe for a device without DMA. A device with DMA also needs a domain with \`direct-map\`, because
its addresses are not translated.`,
  source: `${ASSIGN}; docs/misc/arm/device-tree/passthrough.txt`,
  example: { bad: partial(`${MMIO} ${FORCE};`), good: GOOD, platform: GUEST },
  *check(context, node) {
    const property = node.properties.get(FORCE);
    if (!property || !isPassedThrough(context, node)) return;
    yield {
      message:
        'Unless an IOMMU of the host protects it, DMA of this device reaches all memory of the machine, untranslated.',
      span: lastSet(property).name,
    };
  },
};

const regCells: Rule = {
  id: 'xen-reg-cells',
  severity: 'error',
  title: '`xen,reg` below a node with cells that Xen does not read',
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `\`xen,reg\` is read in the \`#address-cells\` and \`#size-cells\` of the parent, and Xen takes 1 or 2 of each. Other numbers give
\`Invalid address_cells … or size_cells …\` since 4.22, 4.21.2 and 4.20.4, before that a wrong reading (*warning*). Move the device to a bus with
2 and 2.`,
  source: `${PFDT} (4.22, and stable branches)`,
  example: {
    bad: partial(
      `compatible = "vendor,hub"; #address-cells = <2>; #size-cells = <0>; port@1 { ${PATH} xen,reg = <0x0 0xff000000 0x0 0xff000000>; };`,
    ),
    good: GOOD,
    platform: GUEST,
  },
  *check(context, node) {
    const reg = xenReg(context, node);
    if (!reg || (reg.address >= 1 && reg.address <= 2 && reg.size >= 1 && reg.size <= 2)) return;
    yield {
      ...cellsFinding(context, `The parent has ${reg.address} address and ${reg.size} size cells`),
      span: lastSet(reg.property).name,
    };
  },
};

/** The guard of handle_passthrough_prop came with 4.22, 4.21.2 and 4.20.4. */
function cellsFinding(context: RuleContext, cells: string): Pick<Finding, 'message' | 'severity'> {
  const build = xen(context);
  const [, minor] = build.version;
  const guarded = isSince(build, [4, 21, 2]) || (minor === 20 && isSince(build, [4, 20, 4]));
  if (!guarded)
    return {
      message: `${cells}; ${named(build)} takes them as they are, and reads other addresses of \`xen,reg\`, or none.`,
      severity: 'warning',
    };
  const { ends, ...severity } = assignmentFails(context, 'without its registers');
  return { message: `${cells}, and Xen reads \`xen,reg\` with 1 or 2 of each: ${ends}.`, ...severity };
}

const regLength: Rule = {
  id: 'xen-reg-length',
  severity: 'error',
  title: '`xen,reg` that does not divide into mappings',
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  needs: ['xen-reg-cells'],
  doc: `A mapping is the address in the host, the size, and the address in the guest, in the cells of the parent. Xen drops what does
not fill one, without a message, so registers are missing in the guest. Complete the last mapping. An empty \`xen,reg\` is allowed: a
device with interrupts and no registers has one.`,
  source: ASSIGN,
  example: {
    bad: partial(MMIO.replace('0x1000 0x0 0xff000000>', '0x1000 0xff000000>')),
    good: GOOD,
    platform: GUEST,
  },
  *check(context, node) {
    const reg = xenReg(context, node);
    if (!reg) return;
    const width = 2 * reg.address + reg.size;
    if (width === 0 || reg.count % width === 0) return;
    const layout = `${reg.address} cells host address, ${reg.size} size, ${reg.address} guest address`;
    yield {
      message: `A mapping has ${width} cells (${layout}), and these ${reg.count} do not divide into mappings.`,
      span: lastSet(reg.property).name,
    };
  },
};

const regUnaligned: Rule = {
  id: 'xen-reg-unaligned',
  severity: 'error',
  title: '`xen,reg` that is not made of whole pages',
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  needs: ['xen-reg-cells', 'xen-reg-length'],
  doc: `Xen maps pages of 4 KiB. When an address or size of \`xen,reg\` is not a multiple of that, it prints \`DomU passthrough config has
not page aligned addresses/sizes\` and panics. Round to pages; the rest of the page is the guest's, too.`,
  source: ASSIGN,
  example: {
    bad: partial(
      MMIO.replace('0x0 0xff000000>;', '0x0 0xff000800>;').replace('reg = <0x0 0xff000000 0x0 0x1000>;', ''),
    ),
    good: GOOD,
    platform: GUEST,
  },
  *check(context, node) {
    const reg = xenReg(context, node);
    const bad = reg?.mappings.find(({ physical, size, guest }) => ((physical | size | guest) & 0xfffn) !== 0n);
    if (!reg || !bad) return;
    const text = [bad.physical, bad.size, bad.guest].map((value) => `0x${value.toString(16)}`).join(', ');
    const { ends, ...severity } = assignmentFails(context, 'without these registers');
    yield {
      message: `The mapping ${text} is not made of whole 4 KiB pages: ${ends}.`,
      span: lastSet(reg.property).name,
      ...severity,
    };
  },
};

const regVsReg: Rule = {
  id: 'xen-reg-vs-reg',
  severity: 'warning',
  title: '`reg` outside what `xen,reg` gives the guest',
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  needs: ['xen-reg-cells', 'xen-reg-length', 'xen-reg-unaligned'],
  doc: `\`reg\` tells the guest where the registers are, \`xen,reg\` is where Xen maps them. A range of \`reg\` lies in no mapping, so the
guest's access there gets a data abort from Xen, over which Linux dies (with \`trap-unmapped-accesses = <0>\` of the domain, since 4.21,
it reads all ones). Set \`reg\` to the guest addresses of \`xen,reg\`.`,
  source: `${ASSIGN}; docs/misc/arm/device-tree/passthrough.txt`,
  example: {
    bad: partial(MMIO.replace('reg = <0x0 0xff000000', 'reg = <0x0 0xfe000000')),
    good: GOOD,
    platform: GUEST,
  },
  *check(context, node) {
    const reg = xenReg(context, node);
    const own = node.properties.get('reg');
    if (!reg || !own || reg.mappings.length === 0 || node.parent?.parent !== context.tree.root) return;
    // Below a bus that translates, `reg` is no guest address.
    if ((node.parent.properties.get('ranges')?.value.bytes.length ?? 1) > 0) return;
    const cells = rawCells(own);
    const width = reg.address + reg.size;
    for (let at = 0; at + width <= cells.length; at += width) {
      const start = readNumber(cells, at, reg.address);
      const end = start + readNumber(cells, at + reg.address, reg.size);
      if (reg.mappings.some(({ guest, size }) => start >= guest && end <= guest + size)) continue;
      yield {
        message: `0x${start.toString(16)} of \`reg\` lies in no mapping of \`xen,reg\`; the guest's access there traps.`,
        span: lastSet(own).name,
        related: [{ message: 'what Xen maps', span: lastSet(reg.property).name }],
      };
      return;
    }
  },
};

const overlap: Rule = {
  id: 'xen-reg-guest-overlap',
  severity: 'warning',
  title: 'Two mappings of `xen,reg` at one guest address',
  scope: 'tree',
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  doc: `Two mappings give the guest different registers at the same address. Xen maps one after the other, and the later replaces the
earlier, so one device's driver talks to the other device. Give each a guest address of its own.`,
  source: `${ASSIGN} (map_regions_p2mt)`,
  example: {
    bad: partial(MMIO.replace('0x0 0xff000000>;', '0x0 0xff000000>, <0x0 0xfe000000 0x0 0x1000 0x0 0xff000000>;')),
    good: GOOD,
    platform: GUEST,
  },
  *check(context) {
    const seen: { readonly node: DtNode; readonly mapping: Mapping }[] = [];
    for (const node of context.nodesWith('xen,reg')) {
      const reg = xenReg(context, node);
      for (const mapping of reg?.mappings ?? []) {
        const other = seen.find(({ mapping: earlier }) => contradicts(earlier, mapping));
        seen.push({ node, mapping });
        if (!reg || !other) continue;
        yield {
          message: `At 0x${mapping.guest.toString(16)} the guest already has registers of \`${pathOf(other.node)}\`; this mapping replaces them.`,
          span: lastSet(reg.property).name,
          node,
          related: [{ message: 'the other mapping', span: nodeSpan(other.node) }],
        };
      }
    }
  },
};

/** The guest ranges overlap and lead to different places in the host. */
function contradicts(a: Mapping, b: Mapping): boolean {
  if (a.guest >= b.guest + b.size || b.guest >= a.guest + a.size) return false;
  return a.physical - a.guest !== b.physical - b.guest;
}

const pathForm: Rule = {
  id: 'xen-path-invalid',
  severity: 'error',
  title: '`xen,path` that is not an absolute path',
  properties: ['xen,path'],
  platforms: XEN_GUEST,
  doc: `Xen looks the path up in the host's tree name by name, with unit addresses; it knows no aliases there. This text does not start
with \`/\`, so Xen prints \`Couldn't find node … in host_dt!\` and panics. Write the full path of the device in the host's tree.`,
  source: PFDT,
  example: { bad: partial(MMIO.replace('"/soc/serial', '"serial')), good: GOOD, platform: GUEST },
  *check(context, node) {
    const property = node.properties.get('xen,path');
    const text = strings(property)[0];
    if (!property || text === undefined || text.startsWith('/') || !isPassedThrough(context, node)) return;
    const { ends, ...severity } = assignmentFails(context, 'with its registers and without its interrupts');
    yield {
      message: `\`${text}\` is not a path from the host's root, so Xen finds no such device: ${ends}.`,
      span: lastSet(property).name,
      ...severity,
    };
  },
};

export const XEN_PARTIAL_DEVICE_RULES: readonly Rule[] = [
  pair,
  forceAlone,
  forceUnsafe,
  regCells,
  regLength,
  regUnaligned,
  regVsReg,
  overlap,
  pathForm,
];
