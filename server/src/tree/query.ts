// SPDX-License-Identifier: MIT
// Questions that are asked of a resolved tree: paths, look-ups, typed readings of a property.
import { memo } from '#base/memo.ts';
import type { Span } from '#base/text.ts';
import type { Cell, DeviceTree, DtNode, DtProperty } from './types.ts';
import { eachNode } from './walk.ts';

/** `/soc/serial@1000`; `/` for the root. */
export function pathOf(node: DtNode): string {
  if (!node.parent) return '/';
  let path = '';
  for (let at: DtNode = node; at.parent; at = at.parent) path = `/${at.name}${path}`;
  return path;
}

/** The name without its unit address. */
export function baseName(node: DtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? node.name : node.name.slice(0, at);
}

/** The text after `@`, or `undefined`. */
export function unitAddress(node: DtNode): string | undefined {
  const at = node.name.indexOf('@');
  return at < 0 ? undefined : node.name.slice(at + 1);
}

/** Every node below and including `from`, parents first, in dtc's order. */
export function walk(from: DtNode): DtNode[] {
  const found: DtNode[] = [];
  eachNode(from, (node) => {
    found.push(node);
  });
  return found;
}

/**
 * The node at a path. As in dtc and libfdt, a component without a unit address matches the first child with that base
 * name when no child has exactly that name.
 */
export function nodeByPath(tree: DeviceTree, path: string): DtNode | undefined {
  let at: DtNode | undefined = tree.root;
  for (const part of path.split('/')) {
    if (part === '') continue;
    const parent: DtNode | undefined = at;
    at = parent?.children.get(part);
    if (!at && parent && !part.includes('@')) {
      for (const child of parent.children.values()) {
        if (baseName(child) === part) {
          at = child;
          break;
        }
      }
    }
    if (!at) return undefined;
  }
  return at;
}

/** The first node in tree order that carries the label. */
export function nodeByLabel(tree: DeviceTree, label: string): DtNode | undefined {
  return tree.labels.get(label)?.[0];
}

/** The node that `label`, `/path` or `label/path` (the text after `&`) names. */
export function nodeByReference(tree: DeviceTree, ref: string): DtNode | undefined {
  const slash = ref.indexOf('/');
  if (slash < 0) return nodeByLabel(tree, ref);
  if (ref === '/') return tree.root;
  let at = slash === 0 ? tree.root : nodeByLabel(tree, ref.slice(0, slash));
  for (let rest = ref.slice(slash + 1); rest !== '' && at; ) {
    rest = rest.replace(/^\/+/, '');
    const [name = ''] = rest.split('/', 1);
    at = at.children.get(name);
    rest = rest.slice(name.length + 1);
  }
  return at;
}

const byPhandle = memo((tree: DeviceTree) => {
  const map = new Map<number, DtNode>();
  for (const node of walk(tree.root)) {
    const value = u32(node.properties.get('phandle') ?? node.properties.get('linux,phandle'));
    if (value !== undefined && !map.has(value)) map.set(value, node);
  }
  return map;
});

/** The node whose `phandle` (or `linux,phandle`) property has this value: decompiled and toolstack-written trees. */
export function nodeByPhandle(tree: DeviceTree, phandle: number): DtNode | undefined {
  return byPhandle(tree).get(phandle);
}

/** A cell whose place in the source is worked out when somebody asks. */
class PropertyCell implements Cell {
  readonly value: number;
  readonly ref: string | undefined;
  readonly target: DtNode | undefined;
  readonly #property: DtProperty;
  readonly #offset: number;

  constructor(property: DtProperty, offset: number, ref: string | undefined, target: DtNode | undefined) {
    this.value = readU32(property.value.bytes, offset);
    this.ref = ref;
    this.target = target;
    this.#property = property;
    this.#offset = offset;
  }

  get span(): Span {
    const { data } = this.#property.value;
    let low = 0;
    for (let high = data.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((data[middle]?.offset ?? 0) <= this.#offset) low = middle;
      else high = middle - 1;
    }
    return (data[low] ?? lastSet(this.#property)).span;
  }
}

/** The cells of a property (trailing bytes that fill no cell are left out); phandle references carry their target. */
export function cells(tree: DeviceTree, property: DtProperty | undefined): Cell[] {
  if (!property) return [];
  const { bytes, references } = property.value;
  const result: Cell[] = [];
  let at = 0;
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) {
    let found = references[at];
    while (found && found.offset < offset) found = references[++at];
    const ref = found?.offset === offset && found.kind === 'phandle' ? found.ref : undefined;
    const target = ref === undefined ? undefined : nodeByReference(tree, ref);
    result.push(new PropertyCell(property, offset, ref, target));
  }
  return result;
}

/** The node that a cell refers to: through `&label`, or through the number of an explicit `phandle` property. */
export function cellTarget(tree: DeviceTree, cell: Cell): DtNode | undefined {
  if (cell.ref !== undefined) return cell.target;
  return cell.value === 0 || cell.value === 0xffffffff ? undefined : nodeByPhandle(tree, cell.value);
}

export function readU32(bytes: Uint8Array, offset: number): number {
  return (
    (((bytes[offset] ?? 0) << 24) |
      ((bytes[offset + 1] ?? 0) << 16) |
      ((bytes[offset + 2] ?? 0) << 8) |
      (bytes[offset + 3] ?? 0)) >>>
    0
  );
}

/** The first cell, as `of_property_read_u32`: `undefined` when absent or shorter than four bytes. */
export function u32(property: DtProperty | undefined): number | undefined {
  return property && property.value.bytes.length >= 4 ? readU32(property.value.bytes, 0) : undefined;
}

const NO_STRINGS: readonly string[] = [];
/** By the bytes, which stay the same object from one evaluation to the next while the text says the same. */
const decoded = new WeakMap<Uint8Array, readonly string[]>();

/** The NUL-terminated strings of a property; what follows the last NUL is left out. */
export function strings(property: DtProperty | undefined): readonly string[] {
  if (!property) return NO_STRINGS;
  const { bytes } = property.value;
  let known = decoded.get(bytes);
  if (!known) {
    known = decode(bytes);
    decoded.set(bytes, known);
  }
  return known;
}

function decode(bytes: Uint8Array): string[] {
  const result: string[] = [];
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) {
      result.push(text);
      text = '';
    } else {
      text += String.fromCharCode(byte);
    }
  }
  return result;
}

export function compatibles(node: DtNode): readonly string[] {
  return strings(node.properties.get('compatible'));
}

/** As `of_device_is_available`: no `status`, or `"okay"` or `"ok"`. Says nothing about ancestors. */
export function isAvailable(node: DtNode): boolean {
  const status = node.properties.get('status');
  if (!status) return true;
  const text = strings(status)[0];
  return text === 'okay' || text === 'ok';
}

/** Available, and every ancestor too: where that is false, Linux makes no device of the node. */
export function isLive(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at; at = at.parent) if (!isAvailable(at)) return false;
  return true;
}

/**
 * True when the file that describes the chip leaves the node off for boards to enable: the `status` stands where the node
 * was opened first, and that is not the board's own file.
 */
export function isLeftOff({ file }: Pick<DeviceTree, 'file'>, node: DtNode): boolean {
  const status = node.properties.get('status');
  const chip = node.origins[0]?.span.file;
  return status !== undefined && !isAvailable(node) && chip !== file && lastSet(status).span.file === chip;
}

/** The last place that set a property. */
export function lastSet(property: DtProperty): { readonly span: Span; readonly name: Span } {
  for (let i = property.origins.length - 1; i >= 0; i--) {
    const origin = property.origins[i];
    if (origin?.kind === 'set') return origin;
  }
  throw new Error(`property ${property.name} has no origin`);
}

/** The place that a message about the node itself points to: where it was first opened. */
export function nodeSpan(node: DtNode): Span {
  return node.origins.find((origin) => origin.kind === 'open')?.name ?? { file: '', start: 0, end: 0 };
}
