// SPDX-License-Identifier: MIT
// The pool of a device's coherent memory, in words.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { DmaPool, PoolKind } from '#model/direct/pool.ts';

const KINDS: Readonly<Record<PoolKind, string>> = texts({
  restricted: 'restricted DMA pool, through which all its DMA is copied',
  coherent: 'coherent pool, where its driver asks for memory-region',
  cma: 'CMA area of its own, where its driver asks for memory-region',
  'cma-default': 'the default CMA area',
});

/** `/reserved-memory/pool@50000000: the default CMA area, 64 MiB at 0x50000000, bus 0x10000000` */
export function poolText({ path, kind, start, size, bus }: DmaPool): string {
  const amount = size === undefined ? '' : `, ${sizeText(size)}`;
  const place = start === undefined ? t(', placed by Linux') : t(' at {0}', hex(start));
  const seen =
    start === undefined || bus === start ? '' : bus === undefined ? t(', beyond its bus') : t(', bus {0}', hex(bus));
  return `${path}: ${KINDS[kind]}${amount}${place}${seen}`;
}

function sizeText(size: bigint): string {
  if (size > 0n && size % 0x10_0000n === 0n) return `${size >> 20n} MiB`;
  return size > 0n && size % 0x400n === 0n ? `${size >> 10n} KiB` : t('{0} bytes', size);
}
