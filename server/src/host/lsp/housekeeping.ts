// SPDX-License-Identifier: MIT
// When V8 collects garbage in a server process: while nobody waits, instead of in the middle of a keystroke.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Time after an answer in which a fast typist's next key comes, or the answer is still being written; milliseconds. */
const REST_MS = 8;
/** Less garbage than this waits for the next pause: a quarter of what V8 lets young objects fill; bytes. */
const WORTHWHILE = 4_000_000;

/**
 * Sets V8 up for a server whose data lives from one keystroke to the next, and gives the function to be called after
 * each answer. Everything is as it was where V8 offers no such collection.
 */
export function housekeeping(): () => void {
  // V8 learns that trees survive a collection or two and would make them in the old space, where each lives until a
  // large collection: 100 MB more, and long stops.
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  if (typeof collect !== 'function') return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (youngBytes() >= WORTHWHILE) collect({ type: 'minor' });
    }, REST_MS);
    timer.unref();
  };
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_used_size ?? 0;
}
