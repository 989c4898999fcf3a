// SPDX-License-Identifier: MIT
// What a driver with a DMA mask of so many bits reaches of RAM on a board, from the report of its device.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { larger, smaller } from '#model/addresses/addresses.ts';
import { type Bank, memoryBanks } from '#model/addresses/memory.ts';
import { machineOf } from '#model/platform/machine.ts';
import { hasSwiotlb } from '#model/platform/platform.ts';
import type { DmaReport } from '#model/report/types.ts';

/** A piece of RAM, both ends inclusive, hexadecimal. */
interface Piece {
  readonly start: string;
  readonly end: string;
}

export interface MaskReach {
  readonly bits: number;
  /** An IOMMU gives it addresses below its mask. */
  readonly translated: boolean;
  readonly reached: readonly Piece[];
  readonly beyond: readonly Piece[];
  /** `null` where the tree describes no RAM. */
  readonly text: string;
}

/** include/linux/dma-direct.h:dma_capable of Linux 6.12: the mask, and the windows of the bus. */
export function maskReach(
  { tree, platform }: Pick<Snapshot, 'tree' | 'platform'>,
  report: DmaReport,
  bits: number,
): MaskReach {
  const translated = report.verdict === 'iommu-dma' || report.verdict === 'iommu-dma-fq';
  const banks = memoryBanks(machineOf(tree, platform));
  const seen = translated ? banks : banks.flatMap((bank) => pieces(bank, report, 1n << BigInt(bits)));
  const beyond = seen.reduce<readonly Bank[]>((rest, piece) => rest.flatMap((bank) => minus(bank, piece)), banks);
  const parts = { reached: seen.map(named), beyond: beyond.map(named) };
  const bounces = hasSwiotlb(platform).value;
  return { bits, translated, ...parts, text: textOf({ bits, translated, ...parts }, bounces) };
}

/** The RAM of a bank that has a bus address below `end`. */
function pieces(bank: Bank, { dmaRanges, steps }: DmaReport, end: bigint): Bank[] {
  if (steps.some(({ statement }) => statement.kind === 'ranges-ended')) return [];
  const windows = dmaRanges.map(({ dmaStart, cpuStart, size }) => ({
    dma: BigInt(dmaStart),
    cpu: BigInt(cpuStart),
    size: BigInt(size),
  }));
  const all = windows.length > 0 ? windows : [{ dma: 0n, cpu: 0n, size: end }];
  return all.flatMap(({ dma, cpu, size }) => {
    const room = smaller(size, end - dma);
    const start = larger(bank.start, cpu);
    const stop = smaller(bank.start + bank.size, cpu + room);
    return stop > start ? [{ start, size: stop - start }] : [];
  });
}

function minus(bank: Bank, piece: Bank): Bank[] {
  const [end, stop] = [bank.start + bank.size, piece.start + piece.size];
  if (piece.start >= end || stop <= bank.start) return [bank];
  return [
    ...(piece.start > bank.start ? [{ start: bank.start, size: piece.start - bank.start }] : []),
    ...(stop < end ? [{ start: stop, size: end - stop }] : []),
  ];
}

const named = ({ start, size }: Bank): Piece => ({ start: hex(start), end: hex(start + size - 1n) });
const listed = (all: readonly Piece[]) => all.map(({ start, end }) => t('{0} to {1}', start, end)).join(', ');

function textOf({ bits, translated, reached, beyond }: Omit<MaskReach, 'text'>, bounces: boolean): string {
  if (reached.length + beyond.length === 0) return t('the tree describes no RAM: the boot loader fills it in');
  if (translated) return t('reaches all RAM: the IOMMU gives it addresses below its mask');
  if (beyond.length === 0) return t('reaches all RAM');
  if (reached.length === 0) {
    const refused = bits < 32 ? t('its driver gets no mask (-EIO), or ') : '';
    return t(
      'reaches no RAM, nor a bounce buffer: {0}every mapping fails ("DMA addr … overflow"), allocations get -ENOMEM',
      refused,
    );
  }
  const rest = bounces ? t('is bounced through swiotlb') : t('fails, as there is no swiotlb');
  return t('reaches {0}; DMA to {1} {2}', listed(reached), listed(beyond), rest);
}
