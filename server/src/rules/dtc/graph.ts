// SPDX-License-Identifier: MIT
// Are ports and endpoints (Documentation/devicetree/bindings/graph.txt) named, addressed and connected both ways?
import type { Finding, Rule } from '#rules/engine/rule.ts';
import { baseName, cells, cellTarget, pathOf, unitAddress } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';
import { busesOf, cellCount, childrenOf, finalBus, isEndpoint } from './facts.ts';

const pair = (first: string, second: string): string =>
  `/ { camera { port { a: endpoint { ${first} }; }; }; csi { port { b: endpoint { ${second} }; }; }; };`;
const connected = pair('remote-endpoint = <&b>;', 'remote-endpoint = <&a>;');

export const GRAPH_RULES: readonly Rule[] = [
  dtcRule({
    name: 'graph_nodes',
    level: 'warning',
    title: 'Endpoint in the root',
    source: 'dtc 1.7.0 checks.c, check graph_nodes (dtc 1.6.1 crashes on such a tree)',
    doc: 'An endpoint lies in a port, and a port in a device. The root is neither, so an `endpoint` node or a `remote-endpoint` property there is misplaced; Linux finds no connection through it.',
    example: {
      bad: '/ { endpoint { }; };',
      good: connected,
    },
    scope: 'tree',
    *check(_context, root) {
      for (const child of root.children.values()) {
        if (!isEndpoint(child)) continue;
        yield onNode(
          child,
          `\`${child.name}\` is an endpoint, and the root cannot be its port; Linux finds no connection through it.`,
          {
            node: child,
          },
        );
      }
    },
  }),
  dtcRule({
    name: 'graph_port',
    level: 'warning',
    needs: ['graph_nodes'],
    title: 'Port with another name or address than the graph binding asks for',
    doc: 'A node with endpoints is called `port`, with a unit address and `reg` of one cell where there are several. The parent then has `#address-cells = <1>` and `#size-cells = <0>`. Linux looks ports up by name and number.',
    example: {
      bad: '/ { camera { out { endpoint { }; }; }; };',
      good: '/ { camera { port { endpoint { }; }; }; };',
    },
    where: (tree) => busesOf(tree).ports,
    *check(_context, node) {
      if (baseName(node) !== 'port') {
        yield onNode(
          node,
          `\`${node.name}\` has endpoints and is not called \`port\`; Linux does not look for endpoints in it.`,
        );
      }
      yield* graphReg(node);
    },
  }),
  dtcRule({
    name: 'graph_endpoint',
    level: 'warning',
    needs: ['graph_nodes'],
    title: 'Endpoint whose connection does not come back',
    doc: 'An endpoint names the other end with `remote-endpoint`, and the other end names it. Linux follows the link from whichever driver probes first; a link in one direction makes one of the drivers wait for its partner without end.',
    example: { bad: pair('remote-endpoint = <&b>;', ''), good: connected },
    where: (tree) => childrenOf(busesOf(tree).ports),
    *check({ tree }, node) {
      if (baseName(node) !== 'endpoint') {
        yield onNode(
          node,
          `\`${node.name}\` is in a port and is not called \`endpoint\`; Linux does not see the connection.`,
        );
      }
      yield* graphReg(node);
      const there = remoteEndpoint(tree, node);
      yield* there.findings;
      if (!there.node) return;
      const back = remoteEndpoint(tree, there.node);
      if (back.isKnown && back.node !== node) {
        yield onNode(
          node,
          `\`${pathOf(there.node)}\` does not name this endpoint back; the driver at one end waits for the other without end.`,
        );
      }
    },
  }),
  dtcRule({
    name: 'graph_child_address',
    until: 'noGraphChildAddress',
    level: 'warning',
    needs: ['graph_nodes'],
    properties: ['#address-cells'],
    title: 'Cell counts for a single port or endpoint',
    doc: 'A `ports` or `port` node with one child at address 0 needs no addresses: `#address-cells`, `#size-cells` and the `reg` of the child can go. They do no harm; the kernel shows this with `W=1`. dtc 1.8.0 and newer do not have the check.',
    example: {
      bad: '/ { camera { port { #address-cells = <1>; #size-cells = <0>; endpoint@0 { reg = <0>; }; }; }; };',
      good: '/ { camera { port { endpoint { }; }; }; };',
    },
    *check({ tree }, node) {
      if (node.children.size !== 1) return;
      const bus = finalBus(tree, node);
      if (bus !== 'graph-port' && bus !== 'graph-ports') return;
      const [child] = node.children.values();
      const reg = child?.properties.get('reg');
      if (!child || (reg && cells(tree, reg)[0]?.value !== 0)) return;
      yield onNode(
        node,
        `\`${node.name}\` has the one child \`${child.name}\`; its \`#address-cells\` and \`#size-cells\` are not needed.`,
        {
          tag: 'unnecessary',
        },
      );
    },
  }),
];

/** Findings about `reg` of a port or endpoint, and about the counts that its parent needs for it. */
function* graphReg(node: DtNode): Generator<Finding> {
  const reg = node.properties.get('reg');
  if (!reg || !node.parent) return;
  const number = cellCount(node, 'reg');
  if (typeof number !== 'number') {
    yield onNode(
      node,
      `\`reg\` of \`${node.name}\` is not one cell; Linux reads its first cell as the number of the port or endpoint.`,
    );
    return;
  }
  const expected = number.toString(16);
  if ((unitAddress(node) ?? '') !== expected) {
    yield onNode(
      node,
      `\`${node.name}\` has the number \`${expected}\` by its \`reg\`; the unit address says otherwise.`,
    );
  }
  const parent = pathOf(node.parent);
  for (const [name, wanted] of [
    ['#address-cells', 1],
    ['#size-cells', 0],
  ] as const) {
    const count = cellCount(node.parent, name);
    if (count === wanted || count === 'malformed') continue;
    const says = count === 'absent' ? `no \`${name}\`` : `\`${name} = <${count}>\``;
    yield onNode(node, `\`${parent}\` has ${says}; numbered ports and endpoints count with \`<${wanted}>\`.`);
  }
}

interface Remote {
  readonly node?: DtNode;
  /** False when the answer lies outside of the tree or is an error of its own, so that nothing follows. */
  readonly isKnown: boolean;
  readonly findings: readonly Finding[];
}

function remoteEndpoint(tree: DeviceTree, endpoint: DtNode): Remote {
  const property = endpoint.properties.get('remote-endpoint');
  if (!property) return { isKnown: true, findings: [] };
  const [cell] = cells(tree, property);
  if (!cell) return { isKnown: false, findings: [] };
  const node = cellTarget(tree, cell);
  if (node) return { node, isKnown: true, findings: [] };
  const isOpen = cell.ref !== undefined || cell.value === 0 || cell.value === 0xffffffff;
  if (isOpen) return { isKnown: !tree.plugin && cell.ref === undefined, findings: [] };
  const message = '`remote-endpoint` is the phandle of no node; Linux finds no connection.';
  return { isKnown: true, findings: [onProperty(property, message, { node: endpoint })] };
}
