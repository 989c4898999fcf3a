// SPDX-License-Identifier: MIT
// In what two blobs differ, apart from the numbers that dtc gave to phandles: `- /path:property`, `+ /path:property`.
import { entries } from '../oracle/fdt.mjs';

/** Sorted lines; a changed property counts as both gone and new. */
export function differences(before, after) {
  const old = read(before);
  const now = read(after);
  const lines = [];
  for (const [key, value] of old.values) {
    const other = now.values.get(key);
    if (other === undefined || !same(value, other, old.phandles, now.phandles, key)) lines.push(`- ${key}`);
  }
  for (const [key, value] of now.values) {
    const other = old.values.get(key);
    if (other === undefined || !same(other, value, old.phandles, now.phandles, key)) lines.push(`+ ${key}`);
  }
  return lines.sort();
}

function read(blob) {
  const values = new Map();
  const phandles = new Map();
  for (const { path, name, value } of entries(blob)) {
    const clean = path.replace(/^\/+/, '/');
    if (name === undefined) values.set(clean, Buffer.alloc(0));
    else values.set(`${clean}:${name}`, Buffer.from(value));
    if (name === 'phandle' && value.length === 4) phandles.set(value.readUInt32BE(0), clean);
  }
  return { values, phandles };
}

/** Equal, or equal but for cells that are the phandle of one and the same node. */
function same(before, after, oldPhandles, newPhandles, key) {
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
