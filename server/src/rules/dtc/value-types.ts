// SPDX-License-Identifier: MIT
// Do the properties that every consumer reads the same way have values of the right type?
import type { Rule } from '#rules/engine/rule.ts';
import type { DtProperty } from '#tree/types.ts';
import { dtcRule, onProperty } from './dtc-rule.ts';
import { isOneString } from './names.ts';

/** A property whose value must be one cell, and what a reader does when it is not. */
interface CountProperty {
  readonly check: string;
  readonly property: string;
  readonly reader: string;
  /** What else the node of the example has, so that no other check speaks. */
  readonly also?: string;
}

/** `#…-cells` that say how addresses below a node are written. */
const busCounts: readonly CountProperty[] = [
  { check: 'address_cells_is_cell', property: '#address-cells', reader: 'the addresses of its children' },
  { check: 'size_cells_is_cell', property: '#size-cells', reader: 'the sizes of its children' },
];

interface StringProperty {
  readonly check: string;
  readonly property: string;
  /** What the string is for, as the end of a sentence. */
  readonly use: string;
  readonly good: string;
}

const stringProperties: readonly StringProperty[] = [
  {
    check: 'device_type_is_string',
    property: 'device_type',
    use: 'it finds CPUs, memory and PCI bridges by it',
    good: '"memory"',
  },
  {
    check: 'model_is_string',
    property: 'model',
    use: 'it prints it as the name of the machine',
    good: '"Evaluation board"',
  },
  {
    check: 'status_is_string',
    property: 'status',
    use: 'the device exists only with `"okay"` or `"ok"`',
    good: '"okay"',
  },
  { check: 'label_is_string', property: 'label', use: 'it is the name shown to people', good: '"uplink"' },
];

/** The rule that a `#…-cells` property is one cell; providers of phandle arguments use it too. */
export function countRule({ check, property, reader, also = '' }: CountProperty): Rule {
  return dtcRule({
    name: check,
    sees: 'node',
    level: 'warning',
    title: `\`${property}\` is not one cell`,
    knows: 'node',
    properties: [property],
    doc: `\`${property}\` is a count and must be one cell of four bytes. With anything else Linux takes the first four bytes, or none, and misreads ${reader}.`,
    example: {
      bad: `/ { bus { ${also}${property} = <1 0>; }; };`,
      good: `/ { bus { ${also}${property} = <1>; }; };`,
    },
    *check(_context, node) {
      const found = node.properties.get(property);
      const length = found?.value.bytes.length;
      if (found && length !== 4) {
        yield onProperty(found, `\`${property}\` has ${length} bytes instead of one cell; Linux misreads ${reader}.`);
      }
    },
  });
}

function stringRule({ check, property, use, good }: StringProperty): Rule {
  return dtcRule({
    name: check,
    sees: 'node',
    level: 'warning',
    title: `\`${property}\` is not one string`,
    knows: 'node',
    properties: [property],
    doc: `\`${property}\` is one string. Linux compares or prints the bytes up to the first NUL as text: ${use}.`,
    example: { bad: `/ { dma { ${property} = <1>; }; };`, good: `/ { dma { ${property} = ${good}; }; };` },
    *check(_context, node) {
      yield* unlessString(node.properties.get(property), use);
    },
  });
}

/** A finding when the property is there and is not one string. */
export function* unlessString(property: DtProperty | undefined, use: string) {
  if (property && !isOneString(property.value.bytes)) {
    yield onProperty(property, `\`${property.name}\` is not one string; Linux reads it as text: ${use}.`);
  }
}

/** A list of strings ends with a NUL; an empty value is an empty list. */
function isStringList(bytes: Uint8Array): boolean {
  return bytes.length === 0 || bytes[bytes.length - 1] === 0;
}

function isNameList(name: string): boolean {
  return name.endsWith('-names');
}

export const VALUE_TYPE_RULES: readonly Rule[] = [
  ...busCounts.map(countRule),
  ...stringProperties.map(stringRule),
  dtcRule({
    name: 'compatible_is_string_list',
    sees: 'node',
    level: 'warning',
    title: '`compatible` is not a list of strings',
    knows: 'node',
    properties: ['compatible'],
    doc: '`compatible` is a list of strings, each ended by a NUL. Linux compares them one after another with the drivers; bytes without an end match nothing, so the device gets no driver.',
    example: { bad: '/ { dma { compatible = [61 62]; }; };', good: '/ { dma { compatible = "vendor,dma"; }; };' },
    *check(_context, node) {
      const compatible = node.properties.get('compatible');
      if (compatible && !isStringList(compatible.value.bytes)) {
        yield onProperty(compatible, '`compatible` does not end like a string; Linux finds no driver for it.');
      }
    },
  }),
  dtcRule({
    name: 'names_is_string_list',
    sees: 'node',
    level: 'warning',
    title: '`…-names` is not a list of strings',
    knows: 'node',
    doc: 'A property that ends in `-names` holds one string for each entry of the list it belongs to. Where it is not a list of strings, Linux finds no entry by its name.',
    example: { bad: '/ { dma { reg-names = <1>; }; };', good: '/ { dma { reg-names = "control"; }; };' },
    properties: isNameList,
    *check(_context, node) {
      for (const property of node.properties.values()) {
        if (!isNameList(property.name) || isStringList(property.value.bytes)) continue;
        yield onProperty(property, `\`${property.name}\` is not a list of strings; Linux finds no entry by its name.`);
      }
    },
  }),
];
