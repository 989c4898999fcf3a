// SPDX-License-Identifier: MIT
// A property's value as bindings see it: a number, a list, a table, texts, or nothing but being there.
import { isLive, pathOf, readU32, strings } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { rowsOf } from './rows.ts';

/** It cannot be told what the value is: nothing is said of it. */
export const UNKNOWN = Symbol('unknown');
/** Its bytes cannot be what every binding says it is. */
export const MISFIT = Symbol('misfit');

export type Json = boolean | number | string | readonly Json[] | NodeValue | typeof UNKNOWN | typeof MISFIT;

/** How many rows a table has, and how many numbers a row: from, to; 0: no limit. */
export interface Dimensions {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** What bindings say that a property is. */
export interface PropertyType {
  /** Names of the definitions in dt-schema's `types.yaml`. */
  readonly types: ReadonlySet<string>;
  readonly dimensions?: Dimensions | undefined;
}

export type TypeOf = (name: string) => PropertyType | undefined;

/** A node: its properties, decoded when somebody asks, and its children. */
export class NodeValue {
  readonly tree: DeviceTree;
  readonly node: DtNode;
  readonly typeOf: TypeOf;
  #names: readonly string[] | undefined;
  readonly #values = new Map<string, Json>();
  readonly #children = new Map<string, NodeValue>();

  /** dt-schema gives a node its name when it judges it by itself, not as the child of another. */
  readonly #named: boolean;

  constructor(tree: DeviceTree, node: DtNode, typeOf: TypeOf, named = true) {
    this.#named = named;
    this.tree = tree;
    this.node = node;
    this.typeOf = typeOf;
  }

  has(name: string): boolean {
    return (this.#named && name === '$nodename') || this.node.properties.has(name) || this.node.children.has(name);
  }

  names(): readonly string[] {
    this.#names ??= [
      ...(this.#named ? ['$nodename'] : []),
      ...this.node.properties.keys(),
      ...this.node.children.keys(),
    ];
    return this.#names;
  }

  get(name: string): Json | undefined {
    if (this.#named && name === '$nodename') return [this.node.name === '' ? '/' : this.node.name];
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const property = this.node.properties.get(name);
    if (property) {
      const value = decode(this, property);
      this.#values.set(name, value);
      return value;
    }
    return this.child(name);
  }

  child(name: string): NodeValue | undefined {
    const node = this.node.children.get(name);
    if (!node) return undefined;
    const known = this.#children.get(name) ?? new NodeValue(this.tree, node, this.typeOf, false);
    this.#children.set(name, known);
    return known;
  }

  /** Disabled, or inside of a disabled node: what it lacks may come with the board that enables it. */
  get disabled(): boolean {
    return !isLive(this.node);
  }

  get path(): string {
    return pathOf(this.node);
  }
}

const MAX_BYTES = 16_384;

function decode(value: NodeValue, property: DtProperty): Json {
  const { bytes } = property.value;
  if (property.faulty || bytes.length > MAX_BYTES) return UNKNOWN;
  if (bytes.length === 0) return true;
  if (value.node.name === 'aliases') return strings(property);
  const type = value.typeOf(property.name);
  const chosen = type && chooseType(type.types, property);
  // Where no binding names a type, what is written as texts is texts.
  if (chosen === undefined) return !type && isWrittenAsText(property) ? strings(property) : UNKNOWN;
  return decodeAs(value, property, chosen, type?.dimensions);
}

function isWrittenAsText({ value: { data } }: DtProperty): boolean {
  return data.length > 0 && data.every(({ kind }) => kind === 'string');
}

const isText = (type: string): boolean => type.includes('string');

/** Of several types the one that the bytes can be; `undefined` where they can be more than one, or nothing says. */
function chooseType(all: ReadonlySet<string>, property: DtProperty): string | undefined {
  const types = [...all].filter((type) => type !== 'node');
  if (types.length <= 1) return types[0];
  const { data, bytes } = property.value;
  const hasText = data.some(({ kind }) => kind === 'string' || kind === 'path');
  const onlyText = data.length > 0 && data.every(({ kind }) => kind === 'string' || kind === 'path');
  if (hasText && !onlyText) return undefined;
  const fitting = types.filter((type) => isText(type) === onlyText && type !== 'flag');
  if (fitting.length <= 1 || onlyText) return fitting[0];
  const scalar = fitting.filter((type) => !type.includes('-') && type !== 'address');
  const large = fitting.filter((type) => !scalar.includes(type));
  return bytes.length > 4 && large.length === 1 ? large[0] : undefined;
}

function decodeAs(value: NodeValue, property: DtProperty, type: string, dimensions: Dimensions | undefined): Json {
  const { bytes, data } = property.value;
  const hasText = data.some(({ kind }) => kind === 'string' || kind === 'path');
  if (type === 'flag') return MISFIT;
  if (isText(type)) {
    if (data.length > 0 && !hasText) return MISFIT;
    return bytes.at(-1) === 0 ? strings(property) : MISFIT;
  }
  if (hasText) return MISFIT;
  const size = Number(/int(\d+)/.exec(type)?.[1] ?? 32) / 8;
  if (bytes.length % size !== 0) return MISFIT;
  const numbers = numbersOf(property, size, type.startsWith('int'));
  const table = type.endsWith('-matrix') || type.startsWith('phandle') || type === 'address';
  if (table) return rowsOf(value, property, numbers, { type, dimensions }) ?? UNKNOWN;
  return !type.endsWith('-array') && numbers.length === 1 ? (numbers[0] ?? UNKNOWN) : numbers;
}

function numbersOf({ value: { bytes } }: DtProperty, size: number, signed: boolean): Json[] {
  const numbers: Json[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    if (size === 8) {
      const number = readU32(bytes, at) * 2 ** 32 + readU32(bytes, at + 4);
      numbers.push(Number.isSafeInteger(number) ? number : UNKNOWN);
      continue;
    }
    let number = 0;
    for (let index = 0; index < size; index++) number = number * 256 + (bytes[at + index] ?? 0);
    const limit = 2 ** (size * 8);
    numbers.push(signed && number >= limit / 2 ? number - limit : number);
  }
  return numbers;
}
