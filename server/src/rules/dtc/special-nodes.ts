// SPDX-License-Identifier: MIT
// Are `/chosen` and `/aliases`, which the kernel reads by name, where and as it expects them?
import type { Rule } from '#rules/engine/rule.ts';
import { strings } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';
import { unlessString } from './value-types.ts';

export const SPECIAL_NODE_RULES: readonly Rule[] = [
  dtcRule({
    name: 'chosen_node_is_root',
    level: 'warning',
    title: '`chosen` outside of the root',
    knows: 'node',
    doc: 'Boot loaders and kernels look for `/chosen` only. A node of that name elsewhere is never read: its command line, console and initrd are lost.',
    example: { bad: '/ { soc { chosen { }; }; };', good: '/ { chosen { }; };' },
    nodeNames: (name) => name === 'chosen',
    *check({ tree }, node) {
      if (node.parent !== tree.root) yield onNode(node, '`chosen` is not in the root; Linux never reads it.');
    },
  }),
  dtcRule({
    name: 'chosen_node_bootargs',
    level: 'warning',
    title: '`bootargs` is not one string',
    knows: 'node',
    properties: ['bootargs'],
    doc: '`bootargs` in `/chosen` is the kernel command line, one string. Linux takes the bytes up to the first NUL.',
    example: {
      bad: '/ { chosen { bootargs = "console=ttyS0", "quiet"; }; };',
      good: '/ { chosen { bootargs = "console=ttyS0 quiet"; }; };',
    },
    *check(_context, node) {
      if (node.name === 'chosen') yield* unlessString(node.properties.get('bootargs'), 'it is the command line');
    },
  }),
  dtcRule({
    name: 'chosen_node_stdout_path',
    level: 'warning',
    title: '`stdout-path` is not one string, or has its old name',
    knows: 'node',
    properties: ['stdout-path', 'linux,stdout-path'],
    doc: '`stdout-path` in `/chosen` names the console: a path or an alias, then `:` and its settings, in one string. `linux,stdout-path` is an older name; Linux reads it only where the new one is absent.',
    example: {
      bad: '/ { chosen { linux,stdout-path = "/serial"; }; serial { }; };',
      good: '/ { chosen { stdout-path = "/serial"; }; serial { }; };',
    },
    *check(_context, node) {
      if (node.name !== 'chosen') return;
      const current = node.properties.get('stdout-path');
      const old = node.properties.get('linux,stdout-path');
      if (!current && old) {
        yield onProperty(
          old,
          '`linux,stdout-path` is the old name of `stdout-path`; only Linux and U-Boot still read it.',
          {
            tag: 'deprecated',
          },
        );
      }
      yield* unlessString(current ?? old, 'it names the console');
    },
  }),
  dtcRule({
    name: 'obsolete_chosen_interrupt_controller',
    level: 'warning',
    title: '`interrupt-controller` in `/chosen`',
    knows: 'node',
    properties: ['interrupt-controller'],
    doc: 'Very old PowerPC trees named the root interrupt controller in `/chosen`. Nothing reads it today: the tree of `interrupt-parent` properties says which controller is the root.',
    example: { bad: '/ { chosen { interrupt-controller = <1>; }; };', good: '/ { chosen { }; };' },
    *check({ tree }, node) {
      const property = node.properties.get('interrupt-controller');
      if (!property || node !== tree.root.children.get('chosen')) return;
      yield onProperty(property, '`/chosen` has `interrupt-controller`, which no kernel reads any more.', {
        tag: 'deprecated',
      });
    },
  }),
  dtcRule({
    name: 'alias_paths',
    level: 'warning',
    title: 'Alias that names no node, or has an unusual name',
    doc: 'Each property of `/aliases` is the full path of a node, and its name has lowercase letters, digits and `-` only. Linux leaves out an alias whose path names no node, so device numbers such as `serial0` are given in probe order instead.',
    example: {
      bad: '/ { aliases { serial0 = "/serial@1"; }; serial { }; };',
      good: '/ { aliases { serial0 = "/serial"; }; serial { }; };',
    },
    nodeNames: (name) => name === 'aliases',
    *check({ tree }, node) {
      for (const property of node.properties.values()) {
        if (property.name === 'phandle' || property.name === 'linux,phandle') continue;
        const path = strings(property)[0];
        // `&label` is a path that dtc writes; one that names nothing is reported with the reference.
        const isNode = property.value.references.length > 0 || (path !== undefined && hasNode(tree, path));
        if (!isNode) {
          yield onProperty(
            property,
            `The alias \`${property.name}\` names no node; Linux leaves it out and numbers the device by probe order.`,
          );
        } else if (/[^a-z0-9-]/.test(property.name)) {
          yield onProperty(
            property,
            `The alias \`${property.name}\` has more than lowercase letters, digits and \`-\`; readers need not accept it.`,
          );
        }
      }
    },
  }),
];

/** Whether a path names a node, with every component written in full as dtc and Linux compare them. */
function hasNode(tree: DeviceTree, path: string): boolean {
  let at: DtNode | undefined = tree.root;
  for (const part of path.split('/')) {
    if (part !== '') at = at?.children.get(part);
  }
  return at !== undefined;
}
