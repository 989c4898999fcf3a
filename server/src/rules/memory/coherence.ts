// SPDX-License-Identifier: MIT
// Rules about `dma-coherent` and `dma-noncoherent`: what a node says, and what it hands down.
import { dmaParent } from '#model/addresses/dma-ranges.ts';
import { machineOf } from '#model/platform/machine.ts';
import { deletion } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { compatibles, isLive, lastSet, pathOf } from '#tree/query.ts';

const IS_COHERENT = 'Linux 6.12 drivers/of/address.c:of_dma_is_coherent';

const both: Rule = {
  id: 'dma-coherent-and-noncoherent',
  severity: 'error',
  fixable: true,
  title: '`dma-coherent` and `dma-noncoherent` on one node',
  properties: ['dma-noncoherent'],
  knows: 'node',
  doc: `A device cannot be both. Linux tests \`dma-coherent\` first, so the device counts as coherent and no cache maintenance
is done. If the hardware does not snoop, memory and device then see different data. Delete the one that is wrong;
the quick fix deletes \`dma-noncoherent\`, which changes nothing for Linux.`,
  source: IS_COHERENT,
  example: { bad: board('dma { dma-coherent; dma-noncoherent; };'), good: board('dma { dma-coherent; };') },
  *check(context, node) {
    const coherent = node.properties.get('dma-coherent');
    const property = node.properties.get('dma-noncoherent');
    if (!coherent || !property) return;
    yield {
      message: 'The node has `dma-coherent` too, which Linux tests first; `dma-noncoherent` has no effect.',
      span: lastSet(property).name,
      related: [{ message: 'the other one', span: lastSet(coherent).name }],
      fix: deletion(context, property),
    };
  },
};

const inherited: Rule = {
  id: 'dma-coherent-inherited',
  severity: 'hint',
  title: '`dma-coherent` on a bus, for all its devices',
  properties: ['dma-coherent'],
  doc: `Linux looks for \`dma-coherent\` from the device up along its DMA parents, so on a bus it makes every device below
coherent that does not say \`dma-noncoherent\`. That is often meant; it is worth knowing when a device is added.`,
  source: IS_COHERENT,
  example: {
    bad: board('bus { compatible = "simple-bus"; dma-coherent; dma { }; };'),
    good: board('bus { compatible = "simple-bus"; dma { dma-coherent; }; };'),
  },
  *check(_context, node) {
    const property = node.properties.get('dma-coherent');
    const devices = [...node.children.values()].filter(
      (child) => isLive(child) && !child.properties.has('dma-coherent') && !child.properties.has('dma-noncoherent'),
    );
    if (!property || devices.length === 0 || !compatibles(node).includes('simple-bus')) return;
    yield {
      message: `\`dma-coherent\` on a bus makes the ${devices.length} ${devices.length === 1 ? 'node' : 'nodes'} below it coherent that say nothing else.`,
      span: lastSet(property).name,
    };
  },
};

const interconnectsParent: Rule = {
  id: 'dma-interconnects-parent',
  severity: 'hint',
  title: '`dma-mem` interconnect that replaces the parent for DMA',
  properties: ['interconnect-names'],
  doc: `With an interconnect named \`dma-mem\`, Linux takes the interconnect's provider for the device's parent when it looks
for \`dma-ranges\`, \`dma-coherent\` and \`dma-noncoherent\`. What the tree's own parent says about DMA is not read.`,
  source: 'Linux 6.12 drivers/of/address.c:__of_get_dma_parent',
  example: {
    bad: board(
      'bus { dma-ranges; dma { interconnects = <&noc>; interconnect-names = "dma-mem"; }; };',
      'noc: interconnect { #interconnect-cells = <0>; };',
    ),
    good: board('bus { dma-ranges; dma { }; };'),
  },
  *check({ tree, platform }, node) {
    const property = node.properties.get('interconnect-names');
    const parent = dmaParent(machineOf(tree, platform), node).node;
    if (!property || !parent || parent === node.parent || !node.parent) return;
    const says = ['dma-ranges', 'dma-coherent', 'dma-noncoherent'].find((name) => node.parent?.properties.has(name));
    if (says === undefined) return;
    yield {
      message: `For DMA the parent is \`${pathOf(parent)}\`, named by \`dma-mem\`; Linux does not read \`${says}\` of \`${pathOf(node.parent)}\` for this device.`,
      span: lastSet(property).name,
    };
  },
};

export const COHERENCE_RULES: readonly Rule[] = [both, inherited, interconnectsParent];
