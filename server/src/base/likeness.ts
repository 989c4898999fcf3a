// SPDX-License-Identifier: MIT
// Which names somebody may have meant by one that does not exist.

/** How many are worth reading. */
const MAX_NAMES = 3;

/**
 * The names that are like this one, the likeliest first: few letters changed, added, lost or swapped, or the same words
 * in another order.
 */
export function nearest(name: string, candidates: Iterable<string>, count = MAX_NAMES): string[] {
  const wanted = plain(name);
  const limit = Math.min(3, Math.floor(name.length / 3));
  const words = wordsOf(wanted);
  const letters = lettersOf(wanted);
  const found: { readonly name: string; readonly far: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (Math.abs(candidate.length - wanted.length) > limit || candidate === name) continue;
    // A change of one letter makes at most two of them others.
    if (bits(lettersOf(candidate) ^ letters) > 2 * limit) continue;
    const other = plain(candidate);
    let far = distance(wanted, other, limit);
    if (far > limit && words.length > 1 && other.length === wanted.length && sameWords(words, wordsOf(other))) far = 1;
    if (far > limit) continue;
    // Of equally many changes, those at the end of a name are the likelier ones.
    found.push({ name: candidate, far: far - sharedStart(wanted, other) / 1000 });
  }
  found.sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1));
  return found.slice(0, count).map((each) => each.name);
}

/** Case, dashes and underscores are not what one remembers. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Which letters and digits there are: a bit for each of 32 classes. */
function lettersOf(name: string): number {
  let letters = 0;
  for (let at = 0; at < name.length; at++) letters |= name[at] === '_' ? 1 << 13 : 1 << (name.charCodeAt(at) & 31);
  return letters;
}

function bits(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}

function wordsOf(name: string): string[] {
  return name.split('-').sort();
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at]);
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** Letters changed, added, lost, or swapped with their neighbour; more than `limit` once that is certain. */
export function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let far = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        far = Math.min(far, (before[j - 2] ?? 0) + 1);
      next.push(far);
      least = Math.min(least, far);
    }
    if (least > limit) return least;
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
