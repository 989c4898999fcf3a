// SPDX-License-Identifier: MIT
// Reads flattened blobs, and says in words where two of them differ first.

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const END = 9;

/** A node, or a property of one with its value. */
export interface BlobEntry {
  readonly path: string;
  readonly name: string | undefined;
  readonly value: Buffer | undefined;
}

/** Every entry of the structure block in order: `/path` for a node, `/path:property = hex` for a property. */
export function* entries(blob: Buffer): Generator<BlobEntry, undefined> {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const strings = view.getUint32(12);
  const text = (at: number) => blob.toString('latin1', at, blob.indexOf(0, at));
  const path: string[] = [];
  for (let at = view.getUint32(8); at + 4 <= blob.length; ) {
    const token = view.getUint32(at);
    at += 4;
    if (token === BEGIN_NODE) {
      const name = text(at);
      path.push(name);
      at += (name.length + 4) & ~3;
      yield { path: path.join('/') || '/', name: undefined, value: undefined };
    } else if (token === END_NODE) {
      path.pop();
    } else if (token === PROP) {
      const length = view.getUint32(at);
      const name = text(strings + view.getUint32(at + 4));
      yield { path: path.join('/') || '/', name, value: blob.subarray(at + 8, at + 8 + length) };
      at += (8 + length + 3) & ~3;
    } else if (token === END) {
      return undefined;
    }
  }
  return undefined;
}

function show(entry: BlobEntry | undefined): string {
  if (!entry) return 'the end';
  if (entry.value === undefined) return `node ${entry.path}`;
  const hex = entry.value.toString('hex');
  return `${entry.path}:${entry.name} (${entry.value.length} bytes) ${hex.length > 96 ? `${hex.slice(0, 96)}…` : hex}`;
}

/** The first difference as one sentence, or `undefined` when the blobs are equal. */
export function difference(ours: Buffer, theirs: Buffer): string | undefined {
  if (ours.equals(theirs)) return undefined;
  const right = entries(theirs);
  for (const mine of entries(ours)) {
    const other = right.next().value;
    const same =
      other &&
      mine.path === other.path &&
      mine.name === other.name &&
      (mine.value?.equals(other.value ?? Buffer.of()) ?? true);
    if (!same) return `ours has ${show(mine)}; dtc has ${show(other)}`;
  }
  const rest = right.next().value;
  if (rest) return `ours ends; dtc has ${show(rest)}`;
  for (let at = 0; at < Math.min(ours.length, theirs.length); at++) {
    if (ours[at] !== theirs[at]) return `same tree, other bytes at ${at} (header, reservations or strings)`;
  }
  return `same tree, ${ours.length} bytes instead of ${theirs.length}`;
}
