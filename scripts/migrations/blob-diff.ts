// SPDX-License-Identifier: MIT
// In what two blobs differ, apart from the numbers that dtc gave to phandles: `- /path:property`, `+ /path:property`.
import { entries } from '../oracle/fdt.ts';

/** What a blob holds, and which nodes its phandles are of. */
interface Contents {
  /** By `/path` or `/path:property`. */
  readonly values: ReadonlyMap<string, Buffer>;
  readonly phandles: ReadonlyMap<number, string>;
}

/** Sorted lines; a changed property counts as both gone and new. */
export function differences(before: Buffer, after: Buffer): string[] {
  const old = read(before);
  const now = read(after);
  const gone = changed(old, now).map((key) => `- ${key}`);
  const added = changed(now, old).map((key) => `+ ${key}`);
  return [...gone, ...added].sort();
}

/** The keys of `one` that `other` lacks or has another value for. */
function changed(one: Contents, other: Contents): string[] {
  return [...one.values].flatMap(([key, value]) => {
    const found = other.values.get(key);
    return found !== undefined && same(key, [value, one.phandles], [found, other.phandles]) ? [] : [key];
  });
}

function read(blob: Buffer): Contents {
  const values = new Map<string, Buffer>();
  const phandles = new Map<number, string>();
  for (const { path, name, value } of entries(blob)) {
    const clean = path.replace(/^\/+/, '/');
    if (name === undefined || value === undefined) values.set(clean, Buffer.alloc(0));
    else {
      values.set(`${clean}:${name}`, Buffer.from(value));
      if (name === 'phandle' && value.length === 4) phandles.set(value.readUInt32BE(0), clean);
    }
  }
  return { values, phandles };
}

type Side = readonly [value: Buffer, phandles: Contents['phandles']];

/** Equal, or equal but for cells that are the phandle of one and the same node. */
function same(key: string, [before, oldPhandles]: Side, [after, newPhandles]: Side): boolean {
  if (before.equals(after)) return true;
  if (before.length !== after.length || before.length % 4 !== 0) return false;
  if (key.endsWith(':phandle')) return true;
  for (let at = 0; at < before.length; at += 4) {
    const old = before.readUInt32BE(at);
    const now = after.readUInt32BE(at);
    if (old === now) continue;
    const target = oldPhandles.get(old);
    if (target === undefined || target !== newPhandles.get(now)) return false;
  }
  return true;
}
