// SPDX-License-Identifier: MIT
// What a device itself waits for, each once: as many as its hover counts.
import { endText } from '#ide/explain/boot-text.ts';
import { type BootWait, isOwnWait } from '#model/probe/boot-order.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';

export interface OwnWait {
  readonly on: string;
  readonly path: string;
  readonly property: string | null;
  /** What ends it, a clause. */
  readonly end: string;
  /** It does not end by itself. */
  readonly stuck: boolean;
  /** Linux does not hold the probe back: the other waits for this device, too. */
  readonly dropped: boolean;
}

/** First what does not end by itself, last what Linux drops to break a cycle. */
export function ownWaits(tree: DeviceTree, waits: readonly BootWait[]): OwnWait[] {
  const nameOf = (path: string): string =>
    nodeByPath(tree, path)?.labels[0]?.name ?? path.slice(path.lastIndexOf('/') + 1);
  const all = waits.filter(isOwnWait).map((wait): OwnWait => {
    const dropped = wait.released === 'cycle';
    const stuck = !dropped && wait.end !== 'bound';
    return { on: nameOf(wait.on), path: wait.on, property: wait.property, end: endText(wait), stuck, dropped };
  });
  // Of two waits for one node, the DMA set-up's is told.
  const once = [...new Map(all.map((wait) => [wait.path, wait])).values()];
  const rank = ({ stuck, dropped }: OwnWait): number => (stuck ? 0 : dropped ? 2 : 1);
  return once.sort((a, b) => rank(a) - rank(b));
}
