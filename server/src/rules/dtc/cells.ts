// SPDX-License-Identifier: MIT
// Do `reg`, `ranges` and `dma-ranges` have the length that the cell counts around them ask for?
import type { Rule } from '#rules/engine/rule.ts';
import { dtcHas } from '#tree/dtc/version.ts';
import { pathOf } from '#tree/query.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';
import { addressCells, cellCount, NO_COUNT, sizeCells } from './facts.ts';

/** Linux and dtc take a length of 0 for fitting an entry of 0 cells. */
function fits(length: number, cells: number): boolean {
  return cells === 0 ? length === 0 : length % (cells * 4) === 0;
}

export const CELL_RULES: readonly Rule[] = [
  dtcRule({
    name: 'reg_format',
    sees: 'node',
    level: 'warning',
    title: '`reg` does not divide into entries',
    properties: ['reg'],
    doc: "`reg` is a list of entries of the parent's `#address-cells` plus `#size-cells` cells (2 and 1 where the parent does not say). Linux stops at the entry that is cut short, so a region of the device is missing or has the wrong address, and its driver fails to probe or touches other hardware.",
    example: {
      bad: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { reg = <0x1000>; }; };',
      good: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { reg = <0x1000 0x100>; }; };',
    },
    *check(_context, node) {
      const reg = node.properties.get('reg');
      if (!reg) return;
      if (!node.parent) {
        yield onNode(node, 'The root has `reg`; it is on no bus, so Linux never reads it.');
        return;
      }
      const address = addressCells(node.parent);
      const size = sizeCells(node.parent);
      const { length } = reg.value.bytes;
      if (address === undefined || size === undefined) return;
      if (length === 0) yield onProperty(reg, '`reg` is empty; Linux gives the device no region.');
      else if (!fits(length, address + size)) {
        yield onProperty(
          reg,
          `\`reg\` has ${length} bytes, no multiple of the ${address} + ${size} cells that \`${pathOf(node.parent)}\` asks for; Linux drops the entry that is cut short.`,
        );
      }
    },
  }),
  rangesRule('ranges_format', 'ranges', 'the addresses of its children translate wrongly or not at all'),
  rangesRule(
    'dma_ranges_format',
    'dma-ranges',
    'the DMA addresses of its children translate wrongly, or their DMA limit is lost',
  ),
  dtcRule({
    name: 'avoid_default_addr_size',
    sees: 'node',
    level: 'warning',
    title: '`reg` or `ranges` that relies on default cell counts',
    properties: ['reg', 'ranges'],
    knows: 'all',
    doc: 'The parent of a node with `reg` or `ranges` does not say its `#address-cells` or `#size-cells`. dtc then counts with 2 and 1; Linux takes the counts of the nearest ancestor that has them. The two read the same bytes differently: write both properties into the parent.',
    example: {
      bad: '/ { dma@1000 { reg = <0 0x1000 0x100>; }; };',
      good: '/ { #address-cells = <2>; #size-cells = <1>; dma@1000 { reg = <0 0x1000 0x100>; }; };',
    },
    *check(_context, node) {
      if (!node.parent) return;
      for (const [name, fallback] of [
        ['#address-cells', 2],
        ['#size-cells', 1],
      ] as const) {
        const count = cellCount(node.parent, name);
        if (count !== 'absent' && count !== NO_COUNT) continue;
        const lack = count === NO_COUNT ? `\`${name} = <(-1)>\`, which is no count` : `no \`${name}\``;
        yield onNode(
          node,
          `\`${pathOf(node.parent)}\` has ${lack}; dtc counts with ${fallback}, Linux with the value of the nearest ancestor.`,
        );
      }
    },
  }),
  dtcRule({
    name: 'avoid_unnecessary_addr_size',
    sees: 'node',
    level: 'warning',
    needs: ['avoid_default_addr_size'],
    title: 'Cell counts that nothing uses',
    properties: ['#address-cells'],
    knows: 'all',
    doc: 'A node with children says `#address-cells` and `#size-cells`, but neither it has `ranges` or `dma-ranges` nor any child has `reg` or `ranges` (dtc before 1.7.0 does not look at `dma-ranges`, before 1.8.0 not at the `ranges` of children). Nothing reads the counts; often the children have lost their `reg`, or were moved.',
    example: {
      bad: '/ { bus { #address-cells = <1>; #size-cells = <1>; dma { }; }; };',
      good: '/ { bus { dma { }; }; };',
    },
    *check({ tree }, node) {
      if (!node.parent || node.children.size === 0) return;
      if (typeof cellCount(node, '#address-cells') !== 'number' || typeof cellCount(node, '#size-cells') !== 'number')
        return;
      const byDma = dtcHas(tree.dtc, 'dmaRangesUseCells') && node.properties.has('dma-ranges');
      if (node.properties.has('ranges') || byDma) return;
      const byRanges = dtcHas(tree.dtc, 'childRangesUseCells');
      for (const { properties } of node.children.values()) {
        if (properties.has('reg') || (byRanges && properties.has('ranges'))) return;
      }
      const has = `\`${node.name}\` has \`#address-cells\` and \`#size-cells\`, but no child has \`reg\`${byRanges ? ' or `ranges`' : ''}`;
      // Xen reads the banks of its domains in the cells of `/chosen`; dtc does not know that.
      const banks = [...node.children.values()].some((child) => child.properties.has('xen,static-mem'));
      if (banks) yield onNode(node, `${has}; only Xen reads them, for \`xen,static-mem\`.`);
      else yield onNode(node, `${has}; nothing reads them.`, { tag: 'unnecessary' });
    },
  }),
];

function rangesRule(name: string, property: string, effect: string): Rule {
  return dtcRule({
    name,
    sees: 'node',
    level: 'warning',
    silencedBy: property === 'dma-ranges' ? ['dma-ranges-odd-size', 'dma-ranges-on-leaf'] : [],
    title: `\`${property}\` does not divide into entries`,
    properties: [property],
    doc: `\`${property}\` is a list of entries: an address on the bus that the node is, an address on the bus it sits on, and a size. An empty value says that both buses count alike, so their cell counts must be equal. Where that does not hold, ${effect}.`,
    example: {
      bad: `/ { #address-cells = <2>; #size-cells = <2>; bus { #address-cells = <1>; #size-cells = <1>; ${property}; }; };`,
      good: `/ { #address-cells = <1>; #size-cells = <1>; bus { #address-cells = <1>; #size-cells = <1>; ${property}; }; };`,
    },
    *check(_context, node) {
      const ranges = node.properties.get(property);
      if (!ranges) return;
      if (!node.parent) {
        yield onProperty(ranges, `The root has \`${property}\`; it is on no bus, so Linux never reads it.`);
        return;
      }
      const address = addressCells(node);
      const size = sizeCells(node);
      const outerAddress = addressCells(node.parent);
      const outerSize = sizeCells(node.parent);
      if (address === undefined || size === undefined || outerAddress === undefined || outerSize === undefined) return;
      const { length } = ranges.value.bytes;
      if (length > 0) {
        if (fits(length, outerAddress + address + size)) return;
        yield onProperty(
          ranges,
          `\`${property}\` has ${length} bytes, no multiple of ${address} + ${outerAddress} + ${size} cells; ${effect}.`,
        );
        return;
      }
      if (outerAddress !== address) {
        yield onProperty(
          ranges,
          `Empty \`${property}\` between ${address} address cells here and ${outerAddress} in \`${pathOf(node.parent)}\`; ${effect}.`,
        );
      }
      if (outerSize !== size) {
        yield onProperty(
          ranges,
          `Empty \`${property}\` between ${size} size cells here and ${outerSize} in \`${pathOf(node.parent)}\`; ${effect}.`,
        );
      }
    },
  });
}
