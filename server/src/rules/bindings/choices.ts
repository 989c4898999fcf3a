// SPDX-License-Identifier: MIT
// What somebody may have meant who wrote what a binding does not allow. A binding says what is wrong, seldom what is
// right, so these are choices of a person; nothing makes them unasked.
import { nearest } from '#base/likeness.ts';
import type { Repair } from '#base/problem.ts';
import { bindingOfNode, factOf } from '#bindings/facts.ts';
import type { Fault } from '#bindings/fault.ts';
import type { BindingLibrary } from '#bindings/library.ts';
import { keyword } from '#bindings/schema.ts';
import { insertInBoard, isDeleted, type NewProperty, replaceProperty } from '#rules/edits/edits.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

/** Where nothing is like what was written, so many allowed values are still an answer. */
const MAX_VALUES = 3;

interface Board {
  readonly tree: DeviceTree;
  readonly text: (file: string) => string;
  readonly library: BindingLibrary;
}

/** Empty where the binding leaves open what is meant. */
export function bindingChoices(board: Board, node: DtNode, fault: Fault): Repair[] {
  switch (fault.kind) {
    case 'required':
      return additions(board, node, fault);
    case 'unknown':
      return renamings(board, node, fault);
    case 'type':
      return flags(board, node, fault);
    case 'value':
      return values(board, node, fault);
    default:
      return [];
  }
}

/** Of required properties those of which the binding leaves one value. */
function additions(board: Board, node: DtNode, { name, names }: Fault): Repair[] {
  const binding = bindingOfNode(board.library, node);
  if (!binding) return [];
  return (names ?? (name === undefined ? [] : [name])).flatMap((wanted) => {
    const fact = factOf(board.library, binding, wanted);
    const [value, ...others] = fact?.values ?? [];
    const many = (fact?.minItems ?? 1) > 1 || (fact?.maxItems ?? 1) > 1;
    const flag = fact?.type === 'flag';
    if (!fact || many || others.length > 0 || (value === undefined && !flag)) return [];
    const added: NewProperty = { name: wanted, ...(value !== undefined && { value: written(value) }) };
    const plan = () => {
      const edit = isDeleted(board.text, node, wanted) ? undefined : insertInBoard(board, node, added);
      return edit && [edit];
    };
    return [{ title: `Add ${statement(added)}`, plan }];
  });
}

/** Names of the binding that are like the one that was written, and that the node does not have. */
function renamings({ library }: Board, node: DtNode, { name }: Fault): Repair[] {
  const property = name === undefined ? undefined : node.properties.get(name);
  const binding = property && bindingOfNode(library, node);
  if (!binding) return [];
  const free = [...binding.properties.keys()].filter((each) => !each.startsWith('$') && !node.properties.has(each));
  return nearest(property.name, free).map((each) => ({
    title: `Change ${property.name} to ${each}`,
    plan: () => property.origins.flatMap(({ kind, name: span }) => (kind === 'set' ? [{ span, text: each }] : [])),
  }));
}

/** A flag is set by being there: its value means nothing to a driver. */
function flags({ text }: Board, node: DtNode, { name, schema }: Fault): Repair[] {
  const property = name === undefined ? undefined : node.properties.get(name);
  const isFlag = keyword(schema, 'type') === 'flag' || keyword(schema, 'type') === 'boolean';
  if (!property || !isFlag) return [];
  const flag = { name: property.name };
  return [{ title: `Write ${statement(flag)}`, plan: () => [replaceProperty(text, property, flag)] }];
}

/** The allowed values, where one piece of the source is the value that does not fit. */
function values({ text }: Board, node: DtNode, { name, index, schema }: Fault): Repair[] {
  const data = (name === undefined ? undefined : node.properties.get(name))?.value.data ?? [];
  const datum = index === undefined ? (data.length === 1 ? data[0] : undefined) : data[index];
  const list = keyword(schema, 'enum') ?? [keyword(schema, 'const')];
  if (!datum || !Array.isArray(list)) return [];
  const source = text(datum.span.file).slice(datum.span.start, datum.span.end);
  const { span } = datum;
  if (datum.kind === 'string' && /^"[^"\\]*"$/.test(source) && data.every(({ kind }) => kind === 'string')) {
    const all = list.filter((each): each is string => typeof each === 'string');
    const alike = nearest(source.slice(1, -1), all);
    const meant = alike.length > 0 || all.length > MAX_VALUES ? alike : all;
    return meant.map((each) => ({ title: `Change ${source} to "${each}"`, plan: () => [{ span, text: `"${each}"` }] }));
  }
  const numbers = list.filter((each): each is number => typeof each === 'number');
  if (datum.kind !== 'cell' || data.length > 1 || numbers.length > MAX_VALUES || !/^\w+$/.test(source)) return [];
  return numbers.map((each) => ({ title: `Change ${source} to ${each}`, plan: () => [{ span, text: String(each) }] }));
}

const written = (value: string | number): string => (typeof value === 'number' ? `<${value}>` : `"${value}"`);

const statement = ({ name, value }: NewProperty): string => (value === undefined ? `${name};` : `${name} = ${value};`);
