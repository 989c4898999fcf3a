// SPDX-License-Identifier: MIT
// Rules about memory that a domain of Xen has by address: `xen,static-mem` and `direct-map`.
import { childCells, rawCells, readNumber } from '#model/addresses/addresses.ts';
import { machineOf } from '#model/platform/machine.ts';
import { isSince, xenOption } from '#model/platform/xen-build.ts';
import { contains, hostRam, overlaps, sizeText, staticMemory } from '#model/xen/memory.ts';
import { bootModules } from '#model/xen/modules.ts';
import { domainNodes } from '#model/xen/system.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, lastSet, nodeByPath, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';
import { named, xen } from './release.ts';

const STATIC = 'Xen 4.22 xen/common/device-tree/static-memory.c; docs/misc/arm/device-tree/booting.txt';
const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const HOST = { kind: 'xen-host' } as const;

function example(content: string): string {
  return board(CELLS, `chosen { ${CELLS} domU1 { compatible = "xen,domain"; ${CELLS} cpus = <1>; ${content} }; };`);
}

const GOOD = example('memory = <0x0 0x80000>; xen,static-mem = <0x0 0x30000000 0x0 0x20000000>; direct-map;');

function withRam(content: string): string {
  return example(content).replace(
    'chosen {',
    'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };\n\tchosen {',
  );
}

interface Banks {
  /** Whole banks, in bytes. */
  readonly list: readonly { readonly start: bigint; readonly size: bigint }[];
  /** Cells of one bank; 0 when `/chosen` leaves none. */
  readonly width: number;
  readonly cells: number;
}

/** The banks of a domain, in the cells of `/chosen`; `undefined` when it has none or is no domain. */
function banks({ tree, platform }: RuleContext, node: DtNode): Banks | undefined {
  const property = node.properties.get('xen,static-mem');
  const chosen = nodeByPath(tree, '/chosen');
  if (!property || !chosen || node.parent !== chosen || !compatibles(node).includes('xen,domain')) return undefined;
  const { address, size } = childCells(machineOf(tree, platform), chosen);
  const cells = rawCells(property);
  const width = address + size;
  const list = [];
  for (let at = 0; width > 0 && at + width <= cells.length; at += width) {
    list.push({ start: readNumber(cells, at, address), size: readNumber(cells, at + address, size) });
  }
  return { list, width, cells: cells.length };
}

const directMap: Rule = {
  id: 'xen-directmap-needs-static-mem',
  severity: 'error',
  title: '`direct-map` without `xen,static-mem`',
  properties: ['direct-map'],
  platforms: XEN_HOST,
  doc: `\`direct-map\` gives the domain its memory at the machine's own addresses, so these must be fixed by \`xen,static-mem\`. Without
it Xen panics: \`direct-map is not valid for domain … without static allocation.\` Add \`xen,static-mem\`.`,
  source:
    'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node; docs/misc/arm/device-tree/booting.txt',
  example: { bad: example('memory = <0x0 0x80000>; direct-map;'), good: GOOD, platform: HOST },
  *check({ tree }, node) {
    const property = node.properties.get('direct-map');
    if (!property || node.parent !== nodeByPath(tree, '/chosen') || !compatibles(node).includes('xen,domain')) return;
    if (node.properties.has('xen,static-mem')) return;
    yield {
      message: '`direct-map` needs `xen,static-mem`, which says where the memory is; without it Xen panics.',
      span: lastSet(property).name,
    };
  },
};

const cellsRule: Rule = {
  id: 'xen-static-mem-cells',
  severity: 'error',
  title: '`xen,static-mem` that does not divide into the cells of `/chosen`',
  properties: ['xen,static-mem'],
  platforms: XEN_HOST,
  doc: `A bank is an address and a size in the cells of \`/chosen\` (Xen before 4.17 had properties of its own for that). This value
does not divide into banks, so Xen reads other addresses than were meant, or stops. Complete the last bank.`,
  source: STATIC,
  example: {
    bad: example('memory = <0x0 0x80000>; xen,static-mem = <0x30000000 0x0 0x20000000>;'),
    good: GOOD,
    platform: HOST,
  },
  *check(context, node) {
    const found = banks(context, node);
    const property = node.properties.get('xen,static-mem');
    if (!found || !property || found.width === 0 || found.cells % found.width === 0) return;
    yield {
      message: `A bank has ${found.width} cells by \`/chosen\`, and these ${found.cells} do not divide into banks.`,
      span: lastSet(property).name,
    };
  },
};

const sizeRule: Rule = {
  id: 'xen-static-mem-size',
  severity: 'error',
  title: '`xen,static-mem` that is not as large as `memory`',
  properties: ['xen,static-mem'],
  platforms: XEN_HOST,
  needs: ['xen-static-mem-cells'],
  doc: `The banks of \`xen,static-mem\` are all the memory of the domain, so their sizes must add up to \`memory\`, which counts in KiB.
Otherwise Xen prints \`Size of "memory" property doesn't match up with the sum-up of "xen,static-mem"\` and panics.
Correct one of them.`,
  source: STATIC,
  example: {
    bad: example('memory = <0x0 0x40000>; xen,static-mem = <0x0 0x30000000 0x0 0x20000000>;'),
    good: GOOD,
    platform: HOST,
  },
  *check(context, node) {
    const found = banks(context, node);
    const property = node.properties.get('xen,static-mem');
    const memory = node.properties.get('memory');
    if (!found || !property || memory?.value.bytes.length !== 8) return;
    const wanted = readNumber(rawCells(memory), 0, 2) * 1024n;
    const sum = found.list.reduce((total, { size }) => total + size, 0n);
    if (sum === wanted) return;
    yield {
      message: `The banks add up to 0x${(sum / 1024n).toString(16)} KiB, and \`memory\` says 0x${(wanted / 1024n).toString(16)}; Xen panics.`,
      span: lastSet(property).name,
      related: [{ message: 'the size of the domain', span: lastSet(memory).name }],
    };
  },
};

const alignRule: Rule = {
  id: 'xen-static-mem-align',
  severity: 'error',
  title: '`xen,static-mem` that is not made of whole pages',
  properties: ['xen,static-mem'],
  platforms: XEN_HOST,
  needs: ['xen-static-mem-cells'],
  doc: `A bank must start on a page of 4 KiB and have a whole number of them. Xen only asserts that, in a debug build. Another one panics
over a bank that starts inside a page (\`failed to acquire static memory\`), whose first page it did not set aside, and gives
the last part of one that ends inside a page to no domain. Round the bank to whole pages.`,
  source:
    'Xen 4.22 xen/common/device-tree/static-memory.c:acquire_static_memory_bank; xen/include/xen/static-memory.h:init_staticmem_bank; xen/common/page_alloc.c:prepare_staticmem_pages',
  example: {
    bad: example('memory = <0x0 0x80000>; xen,static-mem = <0x0 0x30000800 0x0 0x20000000>;'),
    good: GOOD,
    platform: HOST,
  },
  *check(context, node) {
    const property = node.properties.get('xen,static-mem');
    const bad = banks(context, node)?.list.find(({ start, size }) => ((start | size) & 0xfffn) !== 0n);
    if (!property || !bad) return;
    yield {
      message: `The bank at 0x${bad.start.toString(16)} of 0x${bad.size.toString(16)} bytes is not made of whole 4 KiB pages: ${
        (bad.start & 0xfffn) === 0n ? 'the guest lacks the last part of it, and a debug build of Xen' : 'Xen'
      } panics.`,
      span: lastSet(property).name,
    };
  },
};

const configRule: Rule = {
  id: 'xen-static-mem-config',
  severity: 'hint',
  title: '`xen,static-mem`, which a default build of Xen does not support',
  properties: ['xen,static-mem'],
  platforms: XEN_HOST,
  doc: `Static memory needs \`CONFIG_STATIC_MEMORY\`, which is off by default and unsupported. Without it Xen gives the domain no memory at
all and panics when it makes the guest's tree (\`Could not set up domain\`); from 4.23 on it stops while it reads the host's tree. With
\`--xen-config\` of such a Xen this is an *error*. Check the configuration of the Xen that boots.`,
  source:
    'Xen 4.22 xen/common/Kconfig:STATIC_MEMORY; xen/include/xen/static-memory.h:allocate_static_memory; xen/common/device-tree/domain-build.c:make_memory_node',
  example: { bad: GOOD, good: example('memory = <0x0 0x80000>;'), platform: HOST },
  *check(context, node) {
    const property = node.properties.get('xen,static-mem');
    if (!property || !banks(context, node)) return;
    const build = xen(context);
    const span = lastSet(property).name;
    const state = xenOption(build, 'STATIC_MEMORY');
    if (state === 'on') return;
    if (state === 'unknown') {
      yield {
        message: 'Xen knows static memory only when it is built with CONFIG_STATIC_MEMORY; else it panics.',
        span,
      };
      return;
    }
    const when = isSince(build, [4, 23]) ? 'stops while it reads this tree' : 'gives the domain no memory and panics';
    yield {
      message: `This Xen is built without CONFIG_STATIC_MEMORY: ${named(build)} ${when}.`,
      span,
      severity: 'error',
    };
  },
};

const placeRule: Rule = {
  id: 'xen-static-mem-place',
  severity: 'error',
  title: '`xen,static-mem` where no RAM is, or where something else lies',
  properties: ['xen,static-mem'],
  platforms: XEN_HOST,
  needs: ['xen-static-mem-cells', 'xen-static-mem-align'],
  doc: `Xen takes the banks out of its own RAM before it starts the domains. A bank outside \`/memory\` has no pages, and Xen dies before it
has anything to say. One that covers a module or another domain's bank stops Xen: since 4.19 with \`Early FDT parsing failed\`, in 4.18, which
reads no further in the tree, for want of the domain's kernel; before, the module is overwritten or the second domain gets no memory.
Move the bank.`,
  source:
    'Xen 4.22 xen/common/device-tree/bootinfo-fdt.c:device_tree_get_meminfo; xen/common/device-tree/bootinfo.c:check_reserved_regions_overlap; xen/common/device-tree/static-memory.c:init_staticmem_pages',
  example: {
    bad: withRam('memory = <0x0 0x80000>; xen,static-mem = <0x0 0x30000000 0x0 0x20000000>;'),
    good: withRam('memory = <0x0 0x80000>; xen,static-mem = <0x0 0x50000000 0x0 0x20000000>;'),
    platform: { ...HOST, xenBuild: { version: [4, 22, 0], assumed: true, config: new Map([['STATIC_MEMORY', 'y']]) } },
  },
  *check(context, node) {
    const property = node.properties.get('xen,static-mem');
    if (!property || !domainNodes(context.tree).includes(node)) return;
    const span = lastSet(property).name;
    const ram = hostRam(context.tree);
    for (const bank of staticMemory(node)) {
      const at = `The bank at 0x${bank.start.toString(16)}`;
      if (ram && !contains(ram, bank)) {
        yield {
          message: `${at} of ${sizeText(bank.size)} is not RAM by \`/memory\`; Xen dies over it, without a word.`,
          span,
        };
        return;
      }
      const module = bootModules(context.tree).find(({ range }) => range && overlaps(bank, range));
      const other = earlierDomains(context, node).find((each) => staticMemory(each).some((one) => overlaps(bank, one)));
      const hit = module?.node ?? other;
      if (!hit) continue;
      const since = isSince(xen(context), [4, 18]);
      yield {
        message: `${at} covers \`${pathOf(hit)}\`${other === hit ? "'s memory" : ''}: ${since ? 'since 4.18 Xen panics' : `${named(xen(context))} uses the memory twice`}.`,
        span,
        related: [{ message: 'is there', span: nodeSpan(hit) }],
      };
      return;
    }
  },
};

function earlierDomains({ tree }: RuleContext, node: DtNode): DtNode[] {
  const all = domainNodes(tree);
  return all.slice(0, all.indexOf(node));
}

export const XEN_STATIC_MEMORY_RULES: readonly Rule[] = [
  directMap,
  cellsRule,
  sizeRule,
  alignRule,
  configRule,
  placeRule,
];
