// SPDX-License-Identifier: MIT
// RISC-V: devices that do not snoop, on processors whose caches Linux cannot write back.
import { lacksCacheOperations } from '#model/addresses/cache-operations.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { compatibles, isLive, lastSet } from '#tree/query.ts';

const noOperations: Rule = {
  id: 'riscv-noncoherent-caches',
  severity: 'warning',
  title: '`dma-noncoherent` on a RISC-V processor without cache operations for DMA',
  properties: ['dma-noncoherent'],
  knows: 'all',
  doc: `For a device that does not snoop, Linux writes caches back and discards them around each transfer. It can do so with the
extension Zicbom, with the driver of a vendor's cache, or with a vendor's own instructions. This tree has none of them, or
the kernel was built without CONFIG_RISCV_DMA_NONCOHERENT: Linux warns \`device non-coherent but no non-coherent operations
supported\`, and the device reads and writes stale data.`,
  source:
    'Linux 6.12 arch/riscv/mm/dma-noncoherent.c:arch_setup_dma_ops, arch/riscv/mm/cacheflush.c:riscv_init_cbo_blocksizes',
  example: {
    bad: board(cpus('"i", "m", "a"'), 'gpu { compatible = "example,gpu"; dma-noncoherent; };'),
    good: board(cpus('"i", "m", "a", "zicbom"'), 'gpu { compatible = "example,gpu"; dma-noncoherent; };'),
    platform: { arch: 'riscv' },
  },
  *check(context, node) {
    const property = node.properties.get('dma-noncoherent');
    if (!property || !isLive(node) || !compatibles(node)[0]) return;
    const lacking = lacksCacheOperations(machineOf(context.tree, context.platform)).why;
    if (lacking === null) return;
    const why =
      lacking === 'not-built'
        ? 'this kernel has no CONFIG_RISCV_DMA_NONCOHERENT'
        : 'no processor or cache of this tree has operations for it';
    yield {
      message: `This device does not snoop, and ${why}; Linux cannot maintain the caches, and the device sees stale data.`,
      span: lastSet(property).name,
    };
  },
};

function cpus(extensions: string): string {
  return `cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "riscv"; reg = <0>; riscv,isa-extensions = ${extensions}; }; };`;
}

export const RISCV_CACHE_RULES: readonly Rule[] = [noOperations];
