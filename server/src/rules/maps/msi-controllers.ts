// SPDX-License-Identifier: MIT
// Rules about the nodes of MSI controllers: what their drivers look for before devices can use them.
import { insertProperty } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { compatibles, isLive, lastSet, nodeSpan } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** Nodes that their driver leaves out, often silently, when they do not say that they are an MSI controller. */
const MARKED: Readonly<Record<string, string>> = {
  'arm,gic-v3-its': 'Linux prints `no msi-controller property, ITS ignored`',
  'arm,gic-v2m-frame': 'Linux ignores the frame without a message',
};

const GIC_V3 = 'compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>;';

/** A GICv3 with an ITS that has these properties. */
function its(properties: string): string {
  return `gic { ${GIC_V3} its { compatible = "arm,gic-v3-its"; #msi-cells = <1>; ${properties}}; };`;
}

const notMarked: Rule = {
  id: 'msi-controller-unmarked',
  severity: 'error',
  fixable: true,
  title: 'ITS or GICv2m frame without `msi-controller`',
  properties: ['interrupt-controller', '#msi-cells'],
  knows: 'all',
  doc: `The drivers of the ITS and of GICv2m take only nodes with the property \`msi-controller\`. Without it Linux ignores the
node (\`no msi-controller property, ITS ignored\`): no device gets MSIs from it, and functions fall back to shared interrupt
lines, where they have any. Add the property.`,
  source: 'Linux 6.12 drivers/irqchip/irq-gic-v3-its.c:its_of_probe, drivers/irqchip/irq-gic-v2m.c:gicv2m_of_init',
  example: { bad: board(its('')), good: board(its('msi-controller; ')) },
  *check({ text }, node) {
    // Both kinds are children of the GIC; one that stands elsewhere is found by its `#msi-cells`.
    const candidates = node.properties.has('interrupt-controller')
      ? [...node.children.values()]
      : node.parent?.properties.has('interrupt-controller')
        ? []
        : [node];
    for (const each of candidates) {
      const name = each.properties.has('msi-controller')
        ? undefined
        : compatibles(each).find((one) => Object.hasOwn(MARKED, one));
      if (name === undefined || !isLive(each)) continue;
      yield {
        message: `This node has no \`msi-controller\`; ${MARKED[name]}, and no device gets MSIs from it.`,
        span: nodeSpan(each),
        node: each,
        fix: repair('Add `msi-controller`', () => insertProperty(text, each, { name: 'msi-controller' })),
      };
    }
  },
};

const mbiRanges: Rule = {
  id: 'gic-mbi-ranges',
  severity: 'error',
  title: '`mbi-ranges` that are not pairs',
  properties: ['mbi-ranges'],
  knows: 'all',
  doc: `\`mbi-ranges\` has pairs of a first interrupt and a number of interrupts that the GICv3 hands out for messages. With an
odd number of cells, or none, Linux gives up (\`mbi_init\` returns \`-EINVAL\`) and devices that name the GIC as their MSI
parent get no MSIs. Complete the pair.`,
  source: 'Linux 6.12 drivers/irqchip/irq-gic-v3-mbi.c:mbi_init',
  example: {
    bad: board(`gic { ${GIC_V3} msi-controller; mbi-ranges = <64 32 128>; };`),
    good: board(`gic { ${GIC_V3} msi-controller; mbi-ranges = <64 32>; };`),
  },
  *check(_context, node) {
    const property = node.properties.get('mbi-ranges');
    if (!property || !isGicV3(node) || !node.properties.has('msi-controller') || !isLive(node)) return;
    const count = property.value.bytes.length / 4;
    if (count > 0 && count % 2 === 0) return;
    yield {
      message: `\`mbi-ranges\` has ${count} ${count === 1 ? 'cell' : 'cells'}, and Linux reads pairs; the GIC gives no device MSIs.`,
      span: lastSet(property).name,
    };
  },
};

function isGicV3(node: DtNode): boolean {
  return compatibles(node).includes('arm,gic-v3');
}

export const MSI_CONTROLLER_RULES: readonly Rule[] = [notMarked, mbiRanges];
