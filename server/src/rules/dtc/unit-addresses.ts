// SPDX-License-Identifier: MIT
// Do unit addresses (the text after `@`) agree with `reg`, and are they written in one way and used once?
import type { Rule } from '#rules/engine/rule.ts';
import { pathOf, strings, unitAddress } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { dtcRule, onNode } from './dtc-rule.ts';
import { cellCount, platformBus } from './facts.ts';

export const UNIT_ADDRESS_RULES: readonly Rule[] = [
  dtcRule({
    name: 'unit_address_vs_reg',
    sees: 'node',
    level: 'warning',
    title: 'Unit address without `reg`, or `reg` without unit address',
    doc: 'A node has a unit address exactly when it has `reg` (or a non-empty `ranges`), and the address is the first one there. Linux names devices by `reg`; people and scripts name them by the unit address. A mismatch makes paths in aliases, overlays and boot logs point to the wrong place.',
    example: {
      bad: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { }; };',
      good: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { reg = <0x1000 0x100>; }; };',
    },
    *check(_context, node) {
      if (isNamed(node) === isPlaced(node) || node.children.has('__overlay__')) return;
      const message = isNamed(node)
        ? `\`${node.name}\` has an address in its name but neither \`reg\` nor \`ranges\`; Linux names the device without it.`
        : `\`${node.name || '/'}\` has an address in \`reg\` or \`ranges\` but none in its name.`;
      yield onNode(node, message);
    },
  }),
  dtcRule({
    name: 'unit_address_format',
    sees: 'node',
    level: 'warning',
    needs: ['node_name_format', 'pci_bridge'],
    title: 'Unit address with `0x` or leading zeros',
    knows: 'node',
    doc: 'A unit address is a hexadecimal number without `0x` and without leading zeros. Two spellings of one address make two nodes where one was meant: a board that overrides `dma@1000` does not reach `dma@0x1000`.',
    example: {
      bad: '/ { #address-cells = <1>; #size-cells = <1>; dma@0x1000 { reg = <0x1000 0x100>; }; };',
      good: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { reg = <0x1000 0x100>; }; };',
    },
    nodeNames: (name) => /@0[0-9a-fA-Fx]/.test(name),
    *check(_context, node) {
      let unit = unitAddress(node);
      if (!unit || (node.parent && platformBus(node.parent))) return;
      if (unit.startsWith('0x')) {
        yield onNode(
          node,
          `The unit address of \`${node.name}\` starts with \`0x\`; other files that name the node without it do not reach it.`,
        );
        unit = unit.slice(2);
      }
      if (/^0[0-9a-fA-F]/.test(unit)) {
        yield onNode(
          node,
          `The unit address of \`${node.name}\` starts with \`0\`; other files that name the node without it do not reach it.`,
        );
      }
    },
  }),
  uniqueRule({
    name: 'unique_unit_address',
    level: 'warning',
    doc: 'Two children of one bus have the same unit address. If both are real, their `reg` overlap and Linux gives the region to the driver that probes first. The kernel leaves this off, because alternatives of which one is enabled are common there: `dtc/unique_unit_address_if_enabled` looks only at enabled nodes.',
    counts: () => true,
  }),
  uniqueRule({
    name: 'unique_unit_address_if_enabled',
    level: 'off',
    doc: 'Two enabled children of one bus have the same unit address. Their `reg` overlap, and Linux gives the region to the driver that probes first; the other fails with `-EBUSY`. The kernel shows this with `W=1`.',
    counts: (node) => strings(node.properties.get('status'))[0] !== 'disabled',
  }),
];

function isNamed(node: DtNode): boolean {
  return (unitAddress(node) ?? '') !== '';
}

function isPlaced(node: DtNode): boolean {
  return node.properties.has('reg') || (node.properties.get('ranges')?.value.bytes.length ?? 0) > 0;
}

interface Unique {
  readonly name: string;
  readonly level: 'warning' | 'off';
  readonly doc: string;
  /** Whether a node takes part. */
  readonly counts: (node: DtNode) => boolean;
}

function uniqueRule({ name, level, doc, counts }: Unique): Rule {
  return dtcRule({
    name,
    sees: 'node',
    level,
    needs: ['avoid_default_addr_size'],
    title: level === 'off' ? 'Two enabled nodes at one unit address' : 'Two nodes at one unit address',
    doc,
    properties: ['#address-cells'],
    example: {
      bad: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { reg = <0x1000 0x100>; }; mmc@1000 { reg = <0x1000 0x100>; }; };',
      good: '/ { #address-cells = <1>; #size-cells = <1>; dma@1000 { reg = <0x1000 0x100>; }; mmc@2000 { reg = <0x2000 0x100>; }; };',
    },
    *check(_context, node) {
      if (!isCount(node, '#address-cells') || !isCount(node, '#size-cells')) return;
      const latest = new Map<string, DtNode>();
      for (const child of node.children.values()) {
        const unit = unitAddress(child);
        if (!unit || !counts(child)) continue;
        const before = latest.get(unit);
        if (before) {
          yield onNode(
            before,
            `\`${before.name}\` has the unit address of \`${pathOf(child)}\`; one bus address cannot be two devices.`,
            {
              node: before,
            },
          );
        }
        latest.set(unit, child);
      }
    },
  });
}

/** dtc keeps counts as signed numbers and takes a negative one for absent. */
function isCount(node: DtNode, name: string): boolean {
  const count = cellCount(node, name);
  return typeof count === 'number' && count < 0x80000000;
}
