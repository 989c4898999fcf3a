// SPDX-License-Identifier: MIT
// RISC-V: devices that do not snoop, on processors whose caches Linux cannot write back.
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { type Gate, mayHave } from '#model/platform/releases.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, isLive, lastSet, strings } from '#tree/query.ts';

/** Caches whose driver has operations for DMA: those with NONSTANDARD_CACHE_OPS, drivers/cache of Linux 6.12. */
const CACHES: readonly string[] = [
  'andestech,ax45mp-cache',
  'starfive,jh7100-ccache',
  'starfive,jh8100-starlink-cache',
];
/** And those that came later. */
const NEWER_CACHES: ReadonlyMap<string, Gate> = new Map([
  ['eswin,eic7700-l3-cache', GATES.cacheEswin],
  ['starfive,jh7110-ccache', GATES.cacheJh7110],
]);
/** Processors whose maker's errata bring operations: arch/riscv/errata/thead/errata.c, andes/errata.c. */
const MAKERS = /^(?:thead|andestech|sophgo|allwinner),/;

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
    if (context.platform.arch !== 'riscv' || !property || !isLive(node) || !compatibles(node)[0]) return;
    const notBuilt = isEnabled(context.platform, 'RISCV_DMA_NONCOHERENT') === 'off';
    if (!notBuilt && hasOperations(context)) return;
    const why = notBuilt
      ? 'this kernel has no CONFIG_RISCV_DMA_NONCOHERENT'
      : 'no processor or cache of this tree has operations for it';
    yield {
      message: `This device does not snoop, and ${why}; Linux cannot maintain the caches, and the device sees stale data.`,
      span: lastSet(property).name,
    };
  },
};

function hasOperations({ tree, platform }: RuleContext): boolean {
  const cpus = [...(tree.root.children.get('cpus')?.children.values() ?? [])];
  const harts = cpus.filter((cpu) => strings(cpu.properties.get('device_type'))[0] === 'cpu');
  // Without processors in the tree nobody can tell.
  if (harts.length === 0) return true;
  const zicbom = harts.some((cpu) =>
    ['riscv,isa-extensions', 'riscv,isa'].some((name) =>
      strings(cpu.properties.get(name)).some((text) => text.toLowerCase().split('_').includes('zicbom')),
    ),
  );
  if (zicbom || harts.some((cpu) => compatibles(cpu).some((name) => MAKERS.test(name)))) return true;
  const { devices } = treeNodes(machineOf(tree, platform));
  const isKnown = (name: string): boolean => {
    const gate = NEWER_CACHES.get(name);
    // Where nobody established the release, nothing is missing for sure.
    return CACHES.includes(name) || (gate !== undefined && mayHave(platform.kernelVersion, gate));
  };
  return devices.some((node) => isLive(node) && compatibles(node).some(isKnown));
}

function cpus(extensions: string): string {
  return `cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "riscv"; reg = <0>; riscv,isa-extensions = ${extensions}; }; };`;
}

export const RISCV_CACHE_RULES: readonly Rule[] = [noOperations];
