// SPDX-License-Identifier: MIT
// Where a device's coherent memory comes from when it is not taken from all of RAM: a pool of the tree, or CMA's default.
import { regRange } from '#model/addresses/addresses.ts';
import { type Addressing, addressing, reachesNothing } from '#model/addresses/dma-ranges.ts';
import { readsReserved } from '#model/addresses/memory.ts';
import { commandLineWords } from '#model/platform/kernel-options.ts';
import type { Machine } from '#model/platform/machine.ts';
import { isEnabled } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import { cells, cellTarget, compatibles, isAvailable, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { restrictedPool } from './restricted-pool.ts';

/**
 * `restricted`: all its DMA is copied through it. `coherent`, `cma`: its own, where its driver asks for its
 * `memory-region` (drivers/of/of_reserved_mem.c:of_reserved_mem_device_init_by_idx). `cma-default`: that of all devices.
 */
export type PoolKind = 'restricted' | 'coherent' | 'cma' | 'cma-default';

export interface DmaPool {
  readonly path: string;
  readonly kind: PoolKind;
  /** CPU address and size in bytes; `start` is `undefined` where Linux finds a place at boot. */
  readonly start: bigint | undefined;
  readonly size: bigint | undefined;
  /** Where the device sees `start`; `undefined` too where no window of its bus leads there. */
  readonly bus: bigint | undefined;
}

/** Who maps page by page has no use for contiguous memory (drivers/iommu/dma-iommu.c:iommu_dma_alloc). */
const TRANSLATED: ReadonlySet<DmaReport['verdict']> = new Set(['iommu-dma', 'iommu-dma-fq']);
const WITHOUT_DMA: ReadonlySet<DmaReport['verdict']> = new Set(['no-device', 'not-configured', 'defer', 'xen-grant']);

/** The pool of a device on Linux 6.1 to 7.3, or `undefined`: memory from anywhere. */
export function dmaPool(machine: Machine, node: DtNode, verdict: DmaReport['verdict']): DmaPool | undefined {
  if (WITHOUT_DMA.has(verdict) || machine.platform.kind === 'zephyr') return undefined;
  const found = poolNode(machine, node, verdict);
  if (!found) return undefined;
  const { pool, kind } = found;
  const placed = pool.properties.has('reg') ? regRange(machine, pool) : undefined;
  const start = placed?.start;
  const bus = start === undefined ? undefined : busAddress(addressing(machine, node), start);
  return { path: pathOf(pool), kind, start, size: placed?.size ?? sizeOf(pool), bus };
}

function poolNode(
  machine: Machine,
  node: DtNode,
  verdict: DmaReport['verdict'],
): { readonly pool: DtNode; readonly kind: PoolKind } | undefined {
  if (verdict === 'restricted-pool') {
    const pool = restrictedPool(machine, node, node);
    return pool && { pool, kind: 'restricted' };
  }
  const [first] = cells(machine.tree, node.properties.get('memory-region'));
  const region = first && cellTarget(machine.tree, first);
  if (region && isReserved(machine, region)) {
    if (isCoherent(machine, region)) return { pool: region, kind: 'coherent' };
    if (isCma(machine, region) && !TRANSLATED.has(verdict)) return { pool: region, kind: 'cma' };
  }
  if (TRANSLATED.has(verdict)) return undefined;
  const parent = machine.tree.root.children.get('reserved-memory');
  // Each one that is set up takes the place of the one before (kernel/dma/contiguous.c:rmem_cma_setup).
  const pool = [...(parent?.children.values() ?? [])].findLast(
    (child) => child.properties.has('linux,cma-default') && isReserved(machine, child) && isCma(machine, child),
  );
  return pool && { pool, kind: 'cma-default' };
}

function isReserved(machine: Machine, region: DtNode): boolean {
  const isChild = region.parent?.name === 'reserved-memory' && region.parent.parent === machine.tree.root;
  return isChild && isAvailable(region) && readsReserved(machine) && compatibles(region).includes('shared-dma-pool');
}

/** kernel/dma/coherent.c:rmem_dma_setup */
function isCoherent({ platform: { arch } }: Machine, region: DtNode): boolean {
  return !region.properties.has('reusable') && (arch !== 'arm' || region.properties.has('no-map'));
}

/** The smallest that CMA_MIN_ALIGNMENT_BYTES (include/linux/cma.h) is in any configuration with pages of 4 KiB. */
export const CMA_ALIGNMENT: Readonly<Partial<Record<Platform['arch'], bigint>>> = {
  arm64: 0x20_0000n,
  riscv: 0x20_0000n,
  arm: 0x10_0000n,
};

/** kernel/dma/contiguous.c:__rmem_cma_verify_node; `cma=` makes an area of its own the default one. */
function isCma(machine: Machine, region: DtNode): boolean {
  const { platform } = machine;
  if (!region.properties.has('reusable') || region.properties.has('no-map')) return false;
  if (isEnabled(platform, 'DMA_CMA') === 'off') return false;
  const { start = 0n, size = 0n } = regRange(machine, region) ?? { size: sizeOf(region) };
  if ((start | size) % (CMA_ALIGNMENT[platform.arch] ?? 1n) !== 0n) return false;
  const isDefault = region.properties.has('linux,cma-default');
  return !isDefault || !commandLineWords(platform.cmdline).some((word) => word.startsWith('cma='));
}

/** `size` in cells of 32 bits, of a region that Linux places itself. */
function sizeOf(region: DtNode): bigint | undefined {
  const bytes = region.properties.get('size')?.value.bytes ?? new Uint8Array();
  if (bytes.length !== 4 && bytes.length !== 8) return undefined;
  return bytes.reduce((size, byte) => (size << 8n) | BigInt(byte), 0n);
}

/** include/linux/dma-direct.h:phys_to_dma */
function busAddress(addressing: Addressing, address: bigint): bigint | undefined {
  const { windows } = addressing;
  if (windows.length === 0) return reachesNothing(addressing) ? undefined : address;
  const window = windows.find(({ cpu, size }) => address >= cpu && address < cpu + size);
  return window && window.dma + (address - window.cpu);
}
