// SPDX-License-Identifier: MIT
// Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): a small part of an
// input that still fails. Candidates are judged many at a time, because starting cpp costs more than reading a text.

/** Which of the candidates fail as the whole does. Throwing {@link Enough} ends the search with what there is. */
export type Judge<T> = (candidates: readonly T[]) => Promise<readonly boolean[]>;

/** There is no time left for a smaller one. */
export class Enough extends Error {}

/** Lines first, then what stands between blanks and signs, then single characters where little is left. */
export async function shrinkText(text: string, judge: Judge<string>): Promise<string> {
  let least = text;
  for (const cut of [lines, tokens, characters]) {
    if (cut === characters && least.length > 80) break;
    const judgeParts: Judge<readonly string[]> = (all) => judge(all.map((parts) => parts.join('')));
    least = (await shrinkList(cut(least), judgeParts)).join('');
  }
  return least;
}

/** The smallest list that still fails, of those that leaving out stretches leads to. */
export async function shrinkList<T>(all: readonly T[], judge: Judge<readonly T[]>): Promise<readonly T[]> {
  let least = all;
  let size = Math.ceil(all.length / 4);
  try {
    while (least.length > 0) {
      const starts = Array.from({ length: Math.ceil(least.length / size) }, (_, index) => index * size);
      const without = (left: readonly number[]) =>
        least.filter((_, at) => !left.includes(Math.floor(at / size) * size)) as readonly T[];
      const verdicts = await judge(starts.map((start) => without([start])));
      const removable = starts.filter((_, index) => verdicts[index]);
      if (removable.length > 0) least = await withoutMany(removable, without, judge);
      if (size === 1 && removable.length === 0) break;
      if (removable.length === 0) size = Math.max(1, Math.floor(size / 3));
      else size = Math.max(1, Math.min(size, Math.ceil(least.length / 2)));
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return least;
}

/** Each can be left out alone; as many as can be left out together, of all, half, a quarter, … of them. */
async function withoutMany<T>(
  removable: readonly number[],
  without: (left: readonly number[]) => readonly T[],
  judge: Judge<readonly T[]>,
): Promise<readonly T[]> {
  const sizes: number[] = [];
  for (let size = removable.length; size > 1; size = Math.floor(size / 2)) sizes.push(size);
  const candidates = sizes.map((size) => without(removable.slice(0, size)));
  const verdicts = candidates.length > 0 ? await judge(candidates) : [];
  return candidates.find((_, index) => verdicts[index]) ?? without(removable.slice(0, 1));
}

const lines = (text: string): string[] => text.split(/(?<=\n)/);
const tokens = (text: string): string[] => text.match(/\w+|\s+|[^\w\s]/g) ?? [];
const characters = (text: string): string[] => [...text];
