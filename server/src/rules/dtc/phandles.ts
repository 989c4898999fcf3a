// SPDX-License-Identifier: MIT
// Are the phandles that the source writes itself usable and unique?
import { memo } from '#base/memo.ts';
import type { Finding, Rule } from '#rules/engine/rule.ts';
import { nodeByReference, nodeSpan, pathOf, readU32, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';

const spellings = ['phandle', 'linux,phandle'] as const;

export const PHANDLE_RULES: readonly Rule[] = [
  dtcRule({
    name: 'explicit_phandles',
    level: 'error',
    title: 'Explicit phandle that cannot be used',
    properties: spellings,
    doc: 'A phandle that the source sets itself is one cell, neither 0 nor -1, and belongs to one node only; `linux,phandle` is an older name for the same number. dtc refuses to write a blob otherwise: Linux would find the wrong node, or none, behind every reference to that number.',
    example: {
      bad: '/ { a { phandle = <1>; }; b { phandle = <1>; }; };',
      good: '/ { a { phandle = <1>; }; b { phandle = <2>; }; };',
    },
    *check({ tree }, node) {
      const found = spellings.flatMap((name) => node.properties.get(name) ?? []);
      for (const property of found) yield* unusable(tree, node, property);
      const [first, second] = found.map((property) => phandleOf(property));
      if (first !== undefined && second !== undefined && first !== second) {
        yield onNode(node, `\`phandle\` is ${first} and \`linux,phandle\` is ${second}; dtc writes no blob with both.`);
      }
      const own = first ?? second;
      const owner = own === undefined ? undefined : owners(tree).get(own);
      if (owner && owner !== node) {
        yield onNode(
          node,
          `\`${pathOf(owner)}\` has the phandle ${own} too; dtc writes no blob in which a reference could mean two nodes.`,
          {
            related: [{ message: 'the same phandle', span: nodeSpan(owner) }],
          },
        );
      }
    },
  }),
];

function* unusable(tree: DeviceTree, node: DtNode, property: DtProperty): Generator<Finding> {
  const { bytes, references } = property.value;
  const reference = references.find((one) => one.kind === 'phandle');
  if (bytes.length !== 4) {
    yield onProperty(
      property,
      `\`${property.name}\` has ${bytes.length} bytes instead of one cell; dtc writes no blob with it.`,
    );
  } else if (reference) {
    const target = nodeByReference(tree, reference.ref);
    if (target === node) return;
    yield onNode(
      node,
      `\`${property.name}\` refers to another node; a phandle names the node that has it, so dtc writes no blob.`,
    );
  } else if (phandleOf(property) === undefined) {
    yield onProperty(
      property,
      `\`${property.name}\` is ${readU32(bytes, 0) === 0 ? '0' : '-1'}, which names no node; dtc writes no blob with it.`,
    );
  }
}

/** The number that a phandle property sets; `undefined` when it is unusable, or dtc is to choose one (`<&self>`). */
function phandleOf({ value }: DtProperty): number | undefined {
  if (value.bytes.length !== 4 || value.references.length > 0) return undefined;
  const number = readU32(value.bytes, 0);
  return number === 0 || number === 0xffffffff ? undefined : number;
}

/** The node that has each explicit phandle: the first in tree order. */
const owners = memo((tree: DeviceTree) => {
  const map = new Map<number, DtNode>();
  for (const node of walk(tree.root)) {
    for (const name of spellings) {
      const property = node.properties.get(name);
      const number = property && phandleOf(property);
      if (number !== undefined && !map.has(number)) map.set(number, node);
    }
  }
  return map;
});
