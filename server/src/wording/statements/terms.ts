// SPDX-License-Identifier: MIT
// The project's words for values: names in back-ticks, IDs, addresses, lists.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { Id } from '#model/statements/values.ts';

/** `` `/soc/iommu@1000` `` */
export function quoted(text: string): string {
  return `\`${text}\``;
}

/** Names in back-ticks, with commas. */
export function quotedList(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

/** `stream ID`, `backend domain`, `micro-TLB`: what a driver's IDs are called. */
export function idName(kind: string): string {
  if (kind === 'backend-domid') return t('backend domain');
  if (kind === 'stream-id') return t('stream ID');
  return kind
    .replace(/-id$/, ' ID')
    .replace(/-tlb$/, '-TLB')
    .replace(/-(?!TLB)/g, ' ');
}

/** `stream ID 0x540 mask 0x3`. */
export function idText(id: Id): string {
  return `${idName(id.kind)} ${idValue(id)}`;
}

/** `0x540 mask 0x3`. */
export function idValue({ kind, id, mask }: Id): string {
  const value = kind === 'backend-domid' ? String(id) : hex(id);
  return mask === null ? value : t('{0} mask {1}', value, hex(mask));
}

/** A sentence as a clause. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/[.。]$/, '');
}

/** `0x1000 to 0x1fff`; both ends inclusive. */
export function bounds(start: bigint, end: bigint): string {
  return t('{0} to {1}', hex(start), hex(end));
}
