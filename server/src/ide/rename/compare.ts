// SPDX-License-Identifier: MIT
// Whether a board is the same after a renaming, except for the name that was meant.
import { t } from '#base/language.ts';
import { nodeByReference, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

/** What is expected to be different. */
export interface Meant {
  /** The name that a node has afterwards. */
  name(node: DtNode): string;
  /** The text that a reference to no node of this tree has afterwards. */
  reference(ref: string): string;
}

/** In words, the first place that is not as expected; `undefined`: there is none. */
export function difference(before: DeviceTree, after: DeviceTree, meant: Meant): string | undefined {
  const known = new Set(before.problems.map(({ rule, message }) => `${rule} ${message}`));
  const grown = after.problems.length > before.problems.length;
  const fresh = after.problems.find(({ rule, message }) => !known.has(`${rule} ${message}`));
  if (grown && fresh) return fresh.message;
  if (before.complete && !after.complete) return t('a part of it could not be read any more');
  return new Comparison(before, after, meant).nodes(before.root, after.root);
}

class Comparison {
  readonly #before: DeviceTree;
  readonly #after: DeviceTree;
  readonly #meant: Meant;

  constructor(before: DeviceTree, after: DeviceTree, meant: Meant) {
    this.#before = before;
    this.#after = after;
    this.#meant = meant;
  }

  nodes(before: DtNode, after: DtNode): string | undefined {
    const pending: [DtNode, DtNode][] = [[before, after]];
    for (let pair = pending.pop(); pair; pair = pending.pop()) {
      const [from, to] = pair;
      const path = pathOf(from);
      if (from.parent && this.#meant.name(from) !== to.name) return t('{0} would be {1}', path, to.name);
      if (from.properties.size !== to.properties.size) return t('{0} would have other properties', path);
      if (from.children.size !== to.children.size) return t('{0} would have other nodes', path);
      const properties = [...to.properties.values()];
      for (const [index, property] of [...from.properties.values()].entries()) {
        const other = properties[index];
        if (!other || property.name !== other.name || !this.#sameValue(property, other)) {
          return t('{0} of {1} would change', property.name, path);
        }
      }
      const children = [...to.children.values()];
      for (const [index, child] of [...from.children.values()].entries()) {
        const other = children[index];
        if (other) pending.push([child, other]);
      }
    }
    return undefined;
  }

  #sameValue(before: DtProperty, after: DtProperty): boolean {
    const { bytes, references } = before.value;
    if (!this.#sameBytes(bytes, after.value.bytes)) return false;
    const others = after.value.references;
    return (
      references.length === others.length &&
      references.every(({ ref, kind }, index) => {
        const other = others[index];
        if (!other || other.kind !== kind) return false;
        const from = nodeByReference(this.#before, ref);
        const to = nodeByReference(this.#after, other.ref);
        if (!from || !to) return from === to && this.#meant.reference(ref) === other.ref;
        return this.path(from) === pathOf(to);
      })
    );
  }

  #sameBytes(before: Uint8Array, after: Uint8Array): boolean {
    if (before.length === after.length && before.every((byte, index) => byte === after[index])) return true;
    const old = latin1(before).split('\0');
    const now = latin1(after).split('\0');
    return (
      old.length === now.length && old.every((text, index) => text === now[index] || this.#moved(text) === now[index])
    );
  }

  /** A path in a string as it is afterwards. */
  #moved(text: string): string | undefined {
    return renamedPath(this.#before, text, (node) => this.#meant.name(node))?.text;
  }

  path(node: DtNode): string {
    const names: string[] = [];
    for (let at: DtNode | undefined = node; at?.parent; at = at.parent) names.unshift(this.#meant.name(at));
    return `/${names.join('/')}`;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** One part of a path that gets another name. */
export interface RenamedPart {
  readonly at: number;
  readonly length: number;
  readonly name: string;
}

/** A path as it is after a renaming, as far as it leads to nodes; `undefined` where it is no path or stays. */
export function renamedPath(
  tree: DeviceTree,
  path: string,
  name: (node: DtNode) => string,
  from: DtNode = tree.root,
): { readonly text: string; readonly parts: readonly RenamedPart[] } | undefined {
  if (!path.startsWith('/')) return undefined;
  const parts: RenamedPart[] = [];
  let node: DtNode | undefined = from;
  let at = 1;
  let text = '';
  for (const part of (path.split(':', 1)[0] ?? '').slice(1).split('/')) {
    node = node?.children.get(part);
    const now: string = node && node.name === part ? name(node) : part;
    if (now !== part) parts.push({ at, length: part.length, name: now });
    text += `/${now}`;
    at += part.length + 1;
  }
  return parts.length > 0 ? { text: text + path.slice(at - 1), parts } : undefined;
}
