// SPDX-License-Identifier: MIT
// Whether the CPU caches see a device's DMA: the nearest `dma-coherent` or `dma-noncoherent` on the way of DMA.
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import type { Arch } from '#model/platform/types.ts';
import { at } from '#model/report/steps.ts';
import type { Step } from '#model/report/types.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { dmaParent } from './dma-ranges.ts';

export interface Coherence {
  readonly coherent: boolean;
  readonly step: Step;
}

const IS_COHERENT = 'Linux 6.12 drivers/of/address.c:of_dma_is_coherent';

/** Coherence of the DMA that is configured with this node, as `of_dma_is_coherent` finds it. */
export const coherence: PerNode<Coherence> = perNode(
  (machine, node) => {
    // `dma-coherent` is tested first, so it wins on a node that has both.
    for (const name of ['dma-coherent', 'dma-noncoherent'] as const) {
      if (node.properties.has(name)) return stated(node, name);
    }
    const parent = dmaParent(machine, node).node;
    return parent ? coherence(machine, parent) : byDefault(machine);
  },
  (machine) => byDefault(machine),
  { asksParents: true },
);

function stated(node: DtNode, name: 'dma-coherent' | 'dma-noncoherent'): Coherence {
  return {
    coherent: name === 'dma-coherent',
    step: {
      statement: { kind: 'coherence-stated', property: name, node: pathOf(node) },
      evidence: [at(node, name)],
      authority: IS_COHERENT,
      certainty: 'certain',
    },
  };
}

function byDefault(machine: Machine): Coherence {
  const { arch } = machine.platform;
  const coherent = COHERENT_BY_DEFAULT.includes(arch);
  return {
    coherent,
    step: {
      statement: { kind: 'coherence-default', arch, coherent },
      evidence: [],
      authority: IS_COHERENT,
      certainty: 'certain',
    },
  };
}

/** Where `dma_default_coherent` starts true; mips decides per board and starts false. */
const COHERENT_BY_DEFAULT: readonly Arch[] = ['riscv', 'powerpc', 'x86'];
