// SPDX-License-Identifier: MIT
// IDs of masters in a few words, with the streams that a mask leaves.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code } from '#ide/explain/markup.ts';
import type { DecodedId, IommuUse } from '#model/report/types.ts';
import { nodeByPath, u32 } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { idName } from '#wording/statements/terms.ts';

/** IDs that are listed. */
const SHOWN = 3;
/** Streams of a mask that are listed one by one. */
const LISTED = 4;

/** `stream 0x60`, `micro-TLB 16`, `streams 0x480, 0x481`; empty where the IOMMU knows no IDs. Markdown. */
export function idsText(tree: DeviceTree, uses: readonly IommuUse[]): string {
  const ids = uses.flatMap((use) => use.ids.map((id) => withoutCommonMask(tree, use, id)));
  const [first] = ids;
  if (!first) return '';
  const values = ids.flatMap(valuesOf);
  const more = values.length - SHOWN;
  const shown = more > 1 ? [...values.slice(0, SHOWN), t('{0} more', more)] : values;
  const name = first.kind !== 'stream-id' ? idName(first.kind) : values.length > 1 ? t('streams') : t('stream');
  return `${name} ${shown.join(', ')}`;
}

/** A mask that the IOMMU puts on every ID says nothing about this one. */
function withoutCommonMask(tree: DeviceTree, { path }: IommuUse, id: DecodedId): DecodedId {
  const common = u32(nodeByPath(tree, path)?.properties.get('stream-match-mask'));
  return common !== undefined && id.mask === common ? { ...id, mask: null } : id;
}

/** One text for each stream, or for the ID with its mask where those are many. */
function valuesOf({ kind, id, mask }: DecodedId): string[] {
  if (kind === 'micro-tlb' || kind === 'backend-domid') return [code(String(id))];
  if (kind !== 'stream-id' || mask === null || mask === 0) return [code(hex(id))];
  const streams = streamsOf(id, mask);
  if (streams) return streams.map((stream) => code(hex(stream)));
  return [t('{0} mask {1} ({2})', code(hex(id)), code(hex(mask)), streamCount(mask))];
}

/** How many streams differ only in bits of the mask. */
export function streamCount(mask: number): number {
  let count = 1;
  for (let bits = mask; bits !== 0; bits &= bits - 1) count *= 2;
  return count;
}

/** All of them where they are few, in order. */
export function streamsOf(id: number, mask: number): number[] | undefined {
  if (streamCount(mask) > LISTED) return undefined;
  let streams = [(id & ~mask) >>> 0];
  for (let bit = 1; bit <= mask; bit *= 2) {
    if (mask & bit) streams = streams.flatMap((stream) => [stream, stream | bit]);
  }
  return streams.sort((a, b) => a - b);
}
