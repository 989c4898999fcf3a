// SPDX-License-Identifier: MIT
// Whether a RISC-V Linux can write back and discard caches around the DMA of a device that does not snoop.
import { GATES } from '#model/platform/gates.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { type Gate, mayHave } from '#model/platform/releases.ts';
import { compatibles, isLive, strings } from '#tree/query.ts';

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

/** Why no operations are there; `undefined`: they are, or another architecture has its own. */
export const lacksCacheOperations = perMachine((machine: Machine): { why: 'not-built' | 'no-hardware' | null } => {
  const { platform } = machine;
  if (platform.arch !== 'riscv') return { why: null };
  if (isEnabled(platform, 'RISCV_DMA_NONCOHERENT') === 'off') return { why: 'not-built' };
  return { why: hasHardware(machine) ? null : 'no-hardware' };
});

function hasHardware(machine: Machine): boolean {
  const { tree, platform } = machine;
  const cpus = [...(tree.root.children.get('cpus')?.children.values() ?? [])];
  const harts = cpus.filter((cpu) => strings(cpu.properties.get('device_type'))[0] === 'cpu');
  // A tree without CPU nodes does not say which extensions there are.
  if (harts.length === 0) return true;
  const zicbom = harts.some((cpu) =>
    ['riscv,isa-extensions', 'riscv,isa'].some((name) =>
      strings(cpu.properties.get(name)).some((text) => text.toLowerCase().split('_').includes('zicbom')),
    ),
  );
  if (zicbom || harts.some((cpu) => compatibles(cpu).some((name) => MAKERS.test(name)))) return true;
  const isKnown = (name: string): boolean => {
    const gate = NEWER_CACHES.get(name);
    // Where nobody established the release, nothing is missing for sure.
    return CACHES.includes(name) || (gate !== undefined && mayHave(platform.kernelVersion, gate));
  };
  return treeNodes(machine).devices.some((node) => isLive(node) && compatibles(node).some(isKnown));
}
