// SPDX-License-Identifier: MIT
// Are the names of nodes and properties ones that the specification allows, and that consumers can tell apart?
import type { Rule } from '#rules/engine/rule.ts';
import { baseName, strings } from '#tree/query.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';

const badInNode = /[^a-zA-Z0-9,._+\-@]/;
const badInProperty = /[^a-zA-Z0-9,._+*#?-]/;
const unusual = /[^a-zA-Z0-9,-]/;

export const NAME_RULES: readonly Rule[] = [
  dtcRule({
    name: 'node_name_chars',
    sees: 'node',
    level: 'error',
    title: 'Character that a node name cannot have',
    knows: 'node',
    doc: 'A node name may hold letters, digits and `,` `.` `_` `+` `-`, and one `@` before the unit address. dtc refuses to write a blob with any other character; paths to such a node could not be written either.',
    example: { bad: '/ { dma#0 { }; };', good: '/ { dma-0 { }; };' },
    nodeNames: (name) => badInNode.test(name),
    *check(_context, node) {
      const found = badInNode.exec(node.name)?.[0];
      if (found) yield onNode(node, `\`${node.name}\` has the character \`${found}\`; dtc writes no blob with it.`);
    },
  }),
  dtcRule({
    name: 'node_name_chars_strict',
    sees: 'node',
    level: 'off',
    title: 'Character that node names should avoid',
    knows: 'node',
    doc: 'Before the unit address, node names by convention use letters, digits, `,` and `-`. Others, above all `_`, work but do not match what bindings expect. The kernel shows this with `W=2`.',
    example: { bad: '/ { dma_pool { }; };', good: '/ { dma-pool { }; };' },
    nodeNames: (name) => unusual.test(name.replace(/@.*/s, '')),
    *check(_context, node) {
      const found = unusual.exec(baseName(node))?.[0];
      if (found)
        yield onNode(node, `\`${node.name}\` has the character \`${found}\`, which node names by convention avoid.`);
    },
  }),
  dtcRule({
    name: 'node_name_format',
    sees: 'node',
    level: 'error',
    needs: ['node_name_chars'],
    title: 'More than one `@` in a node name',
    knows: 'node',
    doc: 'A node name has one `@` at most: what follows it is the unit address. dtc refuses to write a blob with two.',
    example: {
      bad: '/ { dma@1@2 { }; };',
      good: '/ { #address-cells = <1>; #size-cells = <0>; dma@1 { reg = <1>; }; };',
    },
    nodeNames: (name) => name.indexOf('@') !== name.lastIndexOf('@'),
    *check(_context, node) {
      yield onNode(node, `\`${node.name}\` has more than one \`@\`; dtc writes no blob with it.`);
    },
  }),
  dtcRule({
    name: 'node_name_vs_property_name',
    sees: 'node',
    level: 'warning',
    needs: ['node_name_chars'],
    title: 'Node and property of one name',
    knows: 'node',
    doc: 'A node and a property of the same parent have the same name. Linux shows both as one path in `/proc/device-tree` and renames one of them there, so a program that reads it may find the wrong one.',
    example: { bad: '/ { bus { dma = <1>; dma { }; }; };', good: '/ { bus { dma-id = <1>; dma { }; }; };' },
    *check(_context, node) {
      if (!node.parent?.properties.has(node.name)) return;
      yield onNode(
        node,
        `\`${node.name}\` is also a property of the parent; \`/proc/device-tree\` can show only one by that name.`,
      );
    },
  }),
  dtcRule({
    name: 'node_name_not_empty',
    since: 'emptyNodeNames',
    sees: 'node',
    level: 'error',
    needs: ['node_name_chars'],
    title: 'Node name with nothing before the `@`',
    knows: 'node',
    doc: 'A node name consists of a name and, behind an `@`, a unit address. This one has an address alone. dtc 1.8.0 and newer write no blob; older ones accept it, and then Linux finds no name to match.',
    source: 'dtc 1.8.0 checks.c, check node_name_not_empty',
    nodeNames: (name) => name.startsWith('@'),
    example: { bad: '/ { @1000 { }; };', good: '/ { bus { dma { }; }; };' },
    *check(_context, node) {
      if (node.parent && baseName(node) === '') {
        yield onNode(node, `\`${node.name}\` has nothing before its \`@\`; dtc 1.8.0 and newer refuse it.`);
      }
    },
  }),
  dtcRule({
    name: 'property_name_chars',
    sees: 'node',
    level: 'error',
    title: 'Character that a property name cannot have',
    knows: 'node',
    doc: 'A property name may hold letters, digits and `,` `.` `_` `+` `*` `#` `?` `-`. dtc refuses to write a blob with any other character.',
    example: { bad: '/ { dma { reg@1 = <1>; }; };', good: '/ { dma { reg-1 = <1>; }; };' },
    properties: (name) => badInProperty.test(name),
    *check(_context, node) {
      for (const property of node.properties.values()) {
        const found = badInProperty.exec(property.name)?.[0];
        if (found)
          yield onProperty(
            property,
            `\`${property.name}\` has the character \`${found}\`; dtc writes no blob with it.`,
          );
      }
    },
  }),
  dtcRule({
    name: 'property_name_chars_strict',
    sees: 'node',
    level: 'off',
    title: 'Character that property names should avoid',
    knows: 'node',
    doc: 'Property names by convention use letters, digits, `,` and `-`, with `#` only in front (after a vendor prefix). Others, above all `_`, work but do not match what bindings expect. The kernel shows this with `W=2`.',
    example: { bad: '/ { dma { vendor,queue_depth = <1>; }; };', good: '/ { dma { vendor,queue-depth = <1>; }; };' },
    properties: (name) => unusual.test(name),
    *check(_context, node) {
      for (const property of node.properties.values()) {
        const found = unusualInProperty(property.name);
        if (found) {
          yield onProperty(
            property,
            `\`${property.name}\` has the character \`${found}\`, which property names by convention avoid.`,
          );
        }
      }
    },
  }),
  dtcRule({
    name: 'name_is_string',
    sees: 'node',
    level: 'error',
    title: '`name` is not a string',
    knows: 'node',
    properties: ['name'],
    doc: 'A `name` property repeats the name of its node for very old firmware and must be one string. dtc refuses to write a blob where it is not. Leave the property out: Linux makes it from the name of the node.',
    example: { bad: '/ { dma { name = <1>; }; };', good: '/ { dma { }; };' },
    *check(_context, node) {
      const name = node.properties.get('name');
      if (name && !isOneString(name.value.bytes))
        yield onProperty(name, '`name` is not a string; dtc writes no blob with it.');
    },
  }),
  dtcRule({
    name: 'name_properties',
    sees: 'node',
    level: 'error',
    needs: ['name_is_string'],
    title: '`name` differs from the name of the node',
    knows: 'node',
    properties: ['name'],
    doc: 'A `name` property must repeat the name of its node, without the unit address. dtc drops it when it does and refuses to write a blob when it does not. Leave the property out: Linux makes it from the name of the node.',
    example: { bad: '/ { dma { name = "smmu"; }; };', good: '/ { dma { }; };' },
    *check(_context, node) {
      const name = node.properties.get('name');
      const text = strings(name)[0];
      if (text !== undefined && text !== baseName(node)) {
        yield onNode(
          node,
          `\`name\` says \`"${text}"\` and the node is called \`${baseName(node)}\`; dtc writes no blob with both.`,
        );
      }
    },
  }),
];

/** True for bytes that are one string with its terminating NUL and no other. */
export function isOneString(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.indexOf(0) === bytes.length - 1;
}

/** `#` is usual in front, also after a vendor prefix; `device_type` is older than the convention. */
function unusualInProperty(name: string): string | undefined {
  if (name === 'device_type') return undefined;
  const at = name.search(unusual);
  if (at < 0) return undefined;
  const isCountPrefix = name[at] === '#' && (at === 0 || name[at - 1] === ',');
  return isCountPrefix ? unusual.exec(name.slice(at + 1))?.[0] : name[at];
}
