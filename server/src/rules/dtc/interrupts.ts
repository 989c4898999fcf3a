// SPDX-License-Identifier: MIT
// Do interrupts reach a controller, and have they the cells that it asks for?
import type { Finding, Rule } from '#rules/engine/rule.ts';
import { dtcHas } from '#tree/dtc/version.ts';
import { cells, cellTarget, compatibles, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { Cell, DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';
import { cellCount, isGuestPhandle, isInterruptProvider, isPartialTree } from './facts.ts';

const controller = 'gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };';

export const INTERRUPT_RULES: readonly Rule[] = [
  dtcRule({
    name: 'interrupts_property',
    level: 'warning',
    title: '`interrupts` that reaches no controller or does not divide into its cells',
    properties: ['interrupts'],
    doc: 'The controller of `interrupts` is the nearest `interrupt-parent` of the node or an ancestor, or an ancestor that is itself a controller. It has `interrupt-controller` or `interrupt-map`, and `interrupts` divides into its `#interrupt-cells`. Linux gives the device no interrupt otherwise, and its driver fails to probe or polls.',
    example: {
      bad: `/ { interrupt-parent = <&gic>; ${controller} dma { interrupts = <0 5>; }; };`,
      good: `/ { interrupt-parent = <&gic>; ${controller} dma { interrupts = <0 5 4>; }; };`,
    },
    *check({ tree }, node) {
      const interrupts = node.properties.get('interrupts');
      if (!interrupts) return;
      const { length } = interrupts.value.bytes;
      if (length % 4 !== 0) {
        yield onProperty(
          interrupts,
          `\`interrupts\` has ${length} bytes, no multiple of 4; Linux drops what fills no cell.`,
        );
      }
      const parent = interruptParent(tree, node);
      yield* parent.findings;
      if (!parent.controller) return;
      const count = cellCount(parent.controller, '#interrupt-cells');
      if (typeof count !== 'number' || isMultiple(length, (count * 4) | 0)) return;
      const property = parent.controller.properties.get('#interrupt-cells');
      yield onProperty(
        interrupts,
        `\`interrupts\` has ${length} bytes, no multiple of the ${count} cells that \`${pathOf(parent.controller)}\` asks for; Linux drops the entry that is cut short.`,
        {
          ...(property && {
            related: [{ message: `\`#interrupt-cells = <${count}>\``, span: lastSet(property).name }],
          }),
        },
      );
    },
  }),
  dtcRule({
    name: 'interrupt_provider',
    level: 'warning',
    title: 'Interrupt controller that does not count its cells',
    knows: 'board',
    properties: ['interrupt-controller', 'interrupt-map', '#interrupt-cells'],
    doc: 'A node with `interrupt-controller` or `interrupt-map` says with `#interrupt-cells` how many cells name one of its interrupts; without it Linux maps none of them. On another node nothing reads `#interrupt-cells`, which dtc says since 1.7.0. dtc 1.6.1 asks controllers for `#address-cells` as well: it matters only where an `interrupt-map` leads to the node, and Linux takes 0 where it is absent.',
    example: {
      bad: '/ { gpio { interrupt-controller; }; };',
      good: '/ { gpio { interrupt-controller; #interrupt-cells = <2>; }; };',
    },
    *check({ tree: { dtc } }, node) {
      const counts = node.properties.has('#interrupt-cells');
      if (!isInterruptProvider(node)) {
        if (counts && dtcHas(dtc, 'interruptCellsInProviders')) {
          yield onNode(
            node,
            `${node.name || 'The root'} has #interrupt-cells, but neither interrupt-controller nor interrupt-map; Linux finds no controller in it.`,
          );
        }
        return;
      }
      if (!counts) {
        yield onNode(
          node,
          `\`${node.name}\` is an interrupt controller without \`#interrupt-cells\`; Linux maps none of its interrupts.`,
        );
      }
      if (!dtcHas(dtc, 'providersWithoutAddressCells') && !node.properties.has('#address-cells')) {
        yield onNode(
          node,
          `${node.name || 'The root'} is an interrupt controller without #address-cells; Linux takes 0, dtc before 1.7.0 asks for it.`,
        );
      }
    },
  }),
  dtcRule({
    name: 'interrupt_map',
    since: 'interruptMap',
    level: 'warning',
    needs: ['address_cells_is_cell'],
    title: '`interrupt-map` that does not divide into entries',
    properties: ['interrupt-map'],
    source: 'dtc 1.7.0 checks.c, check interrupt_map; Linux 6.12 drivers/of/irq.c:of_irq_parse_imap_parent',
    doc: 'An entry of `interrupt-map` is: address and interrupt as a child writes them (`#address-cells` and `#interrupt-cells` of the node), a phandle, then address and interrupt as its controller writes them. Linux reads from the front and stops at the first entry that does not fit; the interrupts behind it are lost.',
    example: {
      bad: `/ { ${controller} pcie { #address-cells = <3>; #interrupt-cells = <1>; interrupt-map = <0 0 0 1 &gic 0 5>; }; };`,
      good: `/ { ${controller} pcie { #address-cells = <3>; #interrupt-cells = <1>; interrupt-map = <0 0 0 1 &gic 0 5 4>; }; };`,
    },
    *check({ tree }, node) {
      const map = node.properties.get('interrupt-map');
      const address = cellCount(node, '#address-cells');
      const interrupt = cellCount(node, '#interrupt-cells');
      if (!map || typeof interrupt !== 'number' || address === 'malformed' || readsItself(node)) return;
      if (address === 'absent') {
        yield onNode(
          node,
          `\`${node.name}\` has an \`interrupt-map\` and no \`#address-cells\`; Linux reads its entries with the count of the nearest ancestor.`,
        );
        return;
      }
      yield* maskFindings(node, address + interrupt);
      yield* mapFindings(tree, map, address + interrupt);
    },
  }),
];

/** In 32 bits, as dtc counts. */
function isMultiple(length: number, size: number): boolean {
  return size === 0 ? length === 0 : length % size === 0;
}

interface InterruptParent {
  readonly controller?: DtNode;
  readonly findings: readonly Finding[];
}

/** The controller of a node's `interrupts`, found as drivers/of/irq.c:of_irq_find_parent (Linux 6.12) does. */
function interruptParent(tree: DeviceTree, node: DtNode): InterruptParent {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    if (at !== node && isInterruptProvider(at)) return { controller: at, findings: [] };
    const property = at.properties.get('interrupt-parent');
    if (!property) continue;
    const [cell] = cells(tree, property);
    if (!cell || (cell.ref === undefined && (cell.value === 0 || cell.value === 0xffffffff))) {
      if (tree.plugin) return { findings: [] };
      const message = '`interrupt-parent` names no node; Linux finds no controller for the interrupts below it.';
      return { findings: [onProperty(property, message, { node: at })] };
    }
    const controller = cellTarget(tree, cell);
    if (!controller && isGuestPhandle(tree, cell)) return { findings: [] };
    if (!controller) {
      const message = `\`interrupt-parent\` is the phandle of no node; Linux finds no controller for the interrupts below it.`;
      return { findings: cell.ref === undefined ? [onProperty(property, message, { node: at })] : [] };
    }
    if (isInterruptProvider(controller)) return { controller, findings: [] };
    return { controller, findings: [noController(controller, property)] };
  }
  const message = `\`${node.name}\` has \`interrupts\`, and no \`interrupt-parent\` applies to it; Linux gives it none of them.`;
  return tree.plugin || isPartialTree(tree) ? { findings: [] } : { findings: [onNode(node, message)] };
}

function noController(controller: DtNode, property: DtProperty): Finding {
  const message = `\`${controller.name}\` is an \`interrupt-parent\`, but has neither \`interrupt-controller\` nor \`interrupt-map\`; Linux routes no interrupt through it.`;
  return onNode(controller, message, {
    node: controller,
    related: [{ message: 'named here', span: lastSet(property).name }],
  });
}

function* maskFindings(node: DtNode, wanted: number): Generator<Finding> {
  const mask = node.properties.get('interrupt-map-mask');
  if (!mask || mask.value.bytes.length === wanted * 4) return;
  yield onProperty(
    mask,
    `\`interrupt-map-mask\` has ${mask.value.bytes.length} bytes instead of ${wanted} cells; Linux compares no entry of the map with it.`,
  );
}

/** `key` is the number of cells in front of the phandle. */
function* mapFindings(tree: DeviceTree, map: DtProperty, key: number): Generator<Finding> {
  const { length } = map.value.bytes;
  if (length % 4 !== 0) {
    yield onProperty(map, `\`interrupt-map\` has ${length} bytes, no multiple of 4; Linux drops what fills no cell.`);
    return;
  }
  const all = cells(tree, map);
  for (let at = 0; at < all.length; ) {
    const cell = all[at + key];
    if (!cell) {
      yield onProperty(map, `\`interrupt-map\` ends after cell ${all.length} within an entry; Linux drops the entry.`);
      return;
    }
    const parent = mapParent(tree, map, cell, at + key);
    if ('stop' in parent) {
      yield* parent.stop;
      return;
    }
    at += key + 1 + parent.cells;
    if (at > all.length) {
      yield onProperty(
        map,
        `\`interrupt-map\` has ${all.length} cells where its entries ask for ${at}; Linux drops the last entry.`,
      );
    }
  }
}

/** Controllers whose drivers read `interrupt-map` in a form of their own (Linux 6.12 drivers/of/irq.c:of_irq_imap_abusers). */
const OWN_FORM = new Set([
  'CBEA,platform-spider-pic',
  'sti,platform-spider-pic',
  'realtek,rtl-intc',
  'fsl,ls1021a-extirq',
  'fsl,ls1043a-extirq',
  'fsl,ls1088a-extirq',
  'renesas,rza1-irqc',
  'pasemi,rootbus',
]);

function readsItself(node: DtNode): boolean {
  return compatibles(node).some((name) => OWN_FORM.has(name));
}

/** How many cells follow the phandle of an entry, or why that cannot be said. */
function mapParent(
  tree: DeviceTree,
  map: DtProperty,
  cell: Cell,
  at: number,
): { readonly cells: number } | { readonly stop: readonly Finding[] } {
  const parent = cellTarget(tree, cell);
  if (!parent) {
    const isSilent = cell.ref !== undefined || tree.plugin || isGuestPhandle(tree, cell);
    const message = `Cell ${at} of \`interrupt-map\` is not a phandle of a node; Linux stops reading the map there.`;
    return { stop: isSilent ? [] : [onProperty(map, message)] };
  }
  const interrupt = cellCount(parent, '#interrupt-cells');
  const address = cellCount(parent, '#address-cells');
  if (interrupt === 'absent') {
    const message = `\`interrupt-map\` leads to \`${pathOf(parent)}\`, which has no \`#interrupt-cells\`; Linux stops reading the map there.`;
    return {
      stop: [
        onProperty(map, message, { related: [{ message: 'no `#interrupt-cells` here', span: nodeSpan(parent) }] }),
      ],
    };
  }
  if (interrupt === 'malformed' || address === 'malformed') return { stop: [] };
  return { cells: interrupt + (address === 'absent' ? 0 : address) };
}
