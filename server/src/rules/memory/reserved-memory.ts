// SPDX-License-Identifier: MIT
// Rules about `/reserved-memory` and the DMA pools in it: what Linux sets aside, and which device gets which pool.
import { deletion } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { usesOf } from '#rules/engine/uses.ts';
import { compatibles, isAvailable, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

const RESTRICTED = 'Linux 6.12 drivers/of/device.c:of_dma_set_restricted_buffer';

/** A `/reserved-memory` below a root with one cell each. */
function reserved(content: string, ...rest: readonly string[]): string {
  return board(
    '#address-cells = <1>;',
    '#size-cells = <1>;',
    `reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; ${content} };`,
    ...rest,
  );
}

const POOL = 'pool: pool@50000000 { compatible = "restricted-dma-pool"; reg = <0x50000000 0x400000>; };';
const DEVICE = 'dma { compatible = "vendor,dma"; memory-region = <&pool>; };';

const cellsRule: Rule = {
  id: 'reserved-memory-cells',
  severity: 'error',
  title: '`/reserved-memory` in a form that Linux ignores',
  scope: 'tree',
  knows: 'all',
  doc: `\`/reserved-memory\` must have \`#address-cells\` and \`#size-cells\` equal to those of the root, and \`ranges\`.
Otherwise Linux prints \`Reserved memory: unsupported node format, ignoring\` and reserves none of the regions, with \`reg\` or
with \`size\`: it will use that memory for itself. Give the node the cells of the root and an empty \`ranges;\`.`,
  source: 'Linux 6.12 drivers/of/of_reserved_mem.c:__reserved_mem_check_root',
  example: {
    bad: board(
      '#address-cells = <1>;',
      '#size-cells = <1>;',
      'reserved-memory { #address-cells = <1>; #size-cells = <1>; region@1000 { reg = <0x1000 0x1000>; }; };',
    ),
    good: reserved('region@1000 { reg = <0x1000 0x1000>; };'),
  },
  *check({ tree }) {
    const node = tree.root.children.get('reserved-memory');
    const holds = (child: DtNode): boolean => child.properties.has('reg') || child.properties.has('size');
    if (!node || ![...node.children.values()].some(holds)) return;
    for (const name of ['#address-cells', '#size-cells']) {
      const wanted = u32(tree.root.properties.get(name)) ?? 1;
      const own = u32(node.properties.get(name));
      if (own === wanted) continue;
      const what = own === undefined ? `has no \`${name}\`` : `has \`${name} = <${own}>\` and the root <${wanted}>`;
      yield finding(node, what);
      return;
    }
    if (!node.properties.has('ranges')) yield finding(node, 'has no `ranges`');
  },
};

function finding(node: DtNode, what: string) {
  return {
    message: `\`/reserved-memory\` ${what}; Linux ignores it and uses the memory of its regions.`,
    span: nodeSpan(node),
    node,
  };
}

/** The restricted pools that a device lists, in order. */
export function poolsOf(context: RuleContext, node: DtNode): DtNode[] {
  const list = specifiers(context.tree, node.properties.get('memory-region'), '#memory-region-cells', 0);
  return list.entries.map(({ provider }) => provider).filter(isRestrictedPool);
}

function isRestrictedPool(node: DtNode): boolean {
  return compatibles(node).includes('restricted-dma-pool');
}

const behindIommu: Rule = {
  id: 'restricted-pool-behind-iommu',
  severity: 'warning',
  title: 'Restricted DMA pool for a device behind an IOMMU',
  properties: ['memory-region'],
  doc: `The device lists a \`restricted-dma-pool\`, but it also reaches an IOMMU. Linux sets the pool up only where it found no
IOMMU, so the pool stays unused and takes memory. Remove one of the two.`,
  source: RESTRICTED,
  example: {
    bad: reserved(
      POOL,
      'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };',
      'dma { compatible = "vendor,dma"; memory-region = <&pool>; iommus = <&smmu 1>; };',
    ),
    good: reserved(POOL, DEVICE),
  },
  *check(context, node) {
    const property = node.properties.get('memory-region');
    const [pool] = poolsOf(context, node);
    if (!property || !pool || !isAvailable(pool)) return;
    const list = usesOf(context, node).filter((use) => use.via === 'iommus');
    const verdict = context.report(node)?.verdict;
    if (list.length === 0 || !list.every((use) => isLive(use.provider))) return;
    if (verdict !== undefined && !verdict.startsWith('iommu-')) return;
    yield {
      message: `The device is behind \`${pathOf(list[0]?.provider ?? node)}\`, so Linux does not use the restricted pool \`${pathOf(pool)}\` for it.`,
      span: lastSet(property).name,
    };
  },
};

const multiple: Rule = {
  id: 'restricted-pool-multiple',
  severity: 'warning',
  title: 'Several restricted DMA pools for one device',
  properties: ['memory-region'],
  doc: `A device has one restricted pool: Linux takes the first available one in \`memory-region\` and ignores the others.
Keep one.`,
  source: RESTRICTED,
  example: {
    bad: reserved(
      `${POOL} ${POOL.replace('pool: pool@5', 'other: pool@6').replace('0x5', '0x6')}`,
      'dma { compatible = "vendor,dma"; memory-region = <&pool>, <&other>; };',
    ),
    good: reserved(POOL, DEVICE),
  },
  *check(context, node) {
    const property = node.properties.get('memory-region');
    const available = poolsOf(context, node).filter(isAvailable);
    const [first, second] = available;
    if (!property || !first || !second) return;
    yield {
      message: `\`memory-region\` lists ${available.length} restricted pools; Linux uses \`${pathOf(first)}\` and ignores \`${pathOf(second)}\`.`,
      span: lastSet(property).name,
    };
  },
};

const FORBIDDEN = ['no-map', 'reusable', 'linux,cma-default', 'linux,dma-default'];

const flags: Rule = {
  id: 'restricted-pool-flags',
  severity: 'error',
  fixable: true,
  title: 'Restricted DMA pool with a property that excludes it',
  properties: FORBIDDEN,
  knows: 'node',
  doc: `A \`restricted-dma-pool\` must be ordinary memory of the linear map: with \`no-map\`, \`reusable\`,
\`linux,cma-default\` or \`linux,dma-default\` Linux refuses to set it up, and devices that list it print \`failed to initialise
"restricted-dma-pool" memory node\` and use all memory. Delete the property.`,
  source: 'Linux 6.12 kernel/dma/swiotlb.c:rmem_swiotlb_setup',
  example: {
    bad: reserved(POOL.replace(' };', ' no-map; };')),
    good: reserved(POOL),
  },
  *check(context, node) {
    if (!isRestrictedPool(node)) return;
    for (const name of FORBIDDEN) {
      const property = node.properties.get(name);
      if (!property) continue;
      yield {
        message: `Linux refuses a restricted pool with \`${name}\`; its devices then use all memory.`,
        span: lastSet(property).name,
        fix: deletion(context, property),
      };
    }
  },
};

const disabledPool: Rule = {
  id: 'memory-region-disabled-pool',
  severity: 'warning',
  title: '`memory-region` with a restricted pool that does not exist at run time',
  properties: ['memory-region'],
  needs: ['dma-pool-misplaced'],
  doc: `The pool is disabled, or has neither \`reg\` nor \`size\`, so Linux sets no memory aside for it.
A disabled pool is skipped without a message; for the first enabled one, when it has no memory, Linux prints \`failed to
initialise "restricted-dma-pool" memory node\` and looks at no other. Then the device bounces through no pool: it has all
memory, or its IOMMU. Enable the pool and give it memory.`,
  source: `${RESTRICTED}; drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx`,
  example: {
    bad: reserved(POOL.replace(' };', ' status = "disabled"; };'), DEVICE),
    good: reserved(POOL, DEVICE),
  },
  *check(context, node) {
    const property = node.properties.get('memory-region');
    if (!property || !isLive(node)) return;
    const pools = poolsOf(context, node);
    // Linux takes the first that is enabled, and looks no further.
    const taken = pools.find(isAvailable);
    if (taken && hasMemory(taken)) return;
    for (const pool of taken ? [taken] : pools.slice(0, 1)) {
      const what = isAvailable(pool) ? 'has neither `reg` nor `size`' : 'is disabled';
      yield {
        message: `The restricted pool \`${pathOf(pool)}\` ${what}; ${outcome(context, node)}.`,
        span: lastSet(property).name,
        related: [{ message: 'the pool', span: nodeSpan(pool) }],
      };
    }
  },
};

function hasMemory(pool: DtNode): boolean {
  return pool.properties.has('reg') || pool.properties.has('size');
}

export const RESERVED_MEMORY_RULES: readonly Rule[] = [cellsRule, behindIommu, multiple, flags, disabledPool];
