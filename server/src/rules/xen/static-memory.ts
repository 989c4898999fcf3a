// SPDX-License-Identifier: MIT
// Rules about memory that a domain of Xen has by address: `xen,static-mem` and `direct-map`.
import { childCells, rawCells, readNumber } from '#model/addresses/addresses.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, lastSet, nodeByPath } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';

const STATIC = 'Xen 4.22 xen/common/device-tree/static-memory.c; docs/misc/arm/device-tree/booting.txt';
const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const HOST = { kind: 'xen-host' } as const;

function example(content: string): string {
  return board(CELLS, `chosen { ${CELLS} domU1 { compatible = "xen,domain"; ${CELLS} cpus = <1>; ${content} }; };`);
}

const GOOD = example('memory = <0x0 0x80000>; xen,static-mem = <0x0 0x30000000 0x0 0x20000000>; direct-map;');

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
  source: 'Xen 4.22 xen/arch/arm/dom0less-build.c:arch_parse_dom0less_node; docs/misc/arm/device-tree/booting.txt',
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
  doc: `A bank must start on a page of 4 KiB and have a whole number of them. Xen only asserts that: a debug build stops, another one
goes on with pages that belong to nobody. Round the bank.`,
  source: STATIC,
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
      message: `The bank at 0x${bad.start.toString(16)} of 0x${bad.size.toString(16)} bytes is not made of whole 4 KiB pages.`,
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
  doc: `Static memory needs \`CONFIG_STATIC_MEMORY\`, which is off by default and unsupported. Without it Xen ignores the property, or from
4.23 on refuses to boot. Check the configuration of the Xen that boots.`,
  source: 'Xen 4.22 xen/common/Kconfig:STATIC_MEMORY; docs/misc/arm/device-tree/booting.txt',
  example: { bad: GOOD, good: example('memory = <0x0 0x80000>;'), platform: HOST },
  *check(context, node) {
    const property = node.properties.get('xen,static-mem');
    if (!property || !banks(context, node)) return;
    yield {
      message: 'Xen knows static memory only when it is built with CONFIG_STATIC_MEMORY.',
      span: lastSet(property).name,
    };
  },
};

export const XEN_STATIC_MEMORY_RULES: readonly Rule[] = [directMap, cellsRule, sizeRule, alignRule, configRule];
