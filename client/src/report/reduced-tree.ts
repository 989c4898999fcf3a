// SPDX-License-Identifier: MIT
// The part of a resolved tree that is about one device, for a report: the device, what it names, and the buses above.
import { nodesOf, type TextNode, withoutPlaces } from '../views/resolved-lines.ts';

/** Properties whose providers decide about DMA or about when a device is probed first: those nodes are kept, too. */
const FOLLOWED =
  /^(?:iommus|iommu-map|msi-map|msi-parent|memory-region|dmas|interconnects|power-domains|iommu-addresses|xen,\S+)$/;
/** Nodes at the root that say something about every device. */
const GENERAL = new Set(['chosen', 'hypervisor', 'reserved-memory']);

interface Tree {
  readonly lines: readonly string[];
  readonly parents: ReadonlyMap<TextNode, TextNode>;
  readonly labels: ReadonlyMap<string, TextNode>;
  readonly root: TextNode;
}

/**
 * A tree that compiles: references to what was left out go with their line, and a comment says so. The comments that
 * name files go, too. `undefined` where the text has no such node.
 */
export function reducedTree(text: string, path: string): string | undefined {
  const tree = read(text);
  const device = tree && nodeOf(tree, path);
  if (!tree || !device) return undefined;
  const whole = new Set<TextNode>();
  const addWhole = (node: TextNode) => {
    whole.add(node);
    node.children.forEach(addWhole);
  };
  addWhole(device);
  for (const node of tree.root.children) if (GENERAL.has(bareName(node))) addWhole(node);
  const above = new Set<TextNode>([tree.root]);
  const addAbove = (node: TextNode) => {
    for (let at = tree.parents.get(node); at; at = tree.parents.get(at)) above.add(at);
  };
  whole.forEach(addAbove);
  // Buses too: a device has what the host bridge above it names.
  for (const node of followed(tree, [...whole, ...above])) {
    whole.add(node);
    addAbove(node);
  }
  const kept = new Set([...whole, ...above]);
  return `/dts-v1/;\n\n${print(tree, tree.root, kept).join('\n')}\n`;
}

function read(text: string): Tree | undefined {
  const lines = text.split('\n').map(withoutPlaces);
  const roots = nodesOf(text);
  const [root] = roots.filter(({ name }) => name === '/');
  if (!root) return undefined;
  const parents = new Map<TextNode, TextNode>();
  const labels = new Map<string, TextNode>();
  const visit = (node: TextNode) => {
    for (const label of labelsOf(node)) labels.set(label, node);
    for (const child of node.children) {
      parents.set(child, node);
      visit(child);
    }
  };
  visit(root);
  return { lines, parents, labels, root };
}

function nodeOf({ root }: Tree, path: string): TextNode | undefined {
  let at: TextNode | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    at = at?.children.find((child) => bareName(child) === name);
  }
  return at;
}

/** The nodes that the properties name; one step, for what those need is another question. */
function followed(tree: Tree, from: readonly TextNode[]): Set<TextNode> {
  const found = new Set<TextNode>();
  for (const node of from) {
    for (const line of ownLines(tree, node)) {
      const name = /^\s*(?:\w+: )*([^\s=;]+)/.exec(line)?.[1] ?? '';
      if (!FOLLOWED.test(name)) continue;
      for (const target of targetsOf(tree, line)) if (target) found.add(target);
    }
  }
  return found;
}

function print(tree: Tree, node: TextNode, kept: ReadonlySet<TextNode>): string[] {
  const own = ownLines(tree, node).map((line) => {
    if (targetsOf(tree, line).every((target) => target !== undefined && kept.has(target))) return line;
    return line.replace(/^(\s*)(?:\w+: )*([^\s=]+).*$/, '$1/* $2: left out */');
  });
  const children = node.children.filter((child) => kept.has(child));
  return [
    tree.lines[node.start] ?? '',
    ...own,
    ...children.flatMap((child) => ['', ...print(tree, child, kept)]),
    tree.lines[node.end] ?? '',
  ];
}

/** The lines of the node's properties. */
function ownLines({ lines }: Tree, { start, end, children }: TextNode): string[] {
  const own: string[] = [];
  let at = start + 1;
  for (const child of children) {
    own.push(...lines.slice(at, child.start));
    at = child.end + 1;
  }
  own.push(...lines.slice(at, end));
  return own.filter((line) => line.trim() !== '');
}

/** The nodes behind `&label` and `&{/path}`, but not those in strings; `undefined` for one that is not there. */
function targetsOf(tree: Tree, line: string): (TextNode | undefined)[] {
  const code = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return [...code.matchAll(/&(?:\{([^}]*)\}|([A-Za-z_]\w*))/g)].map(([, path, label = '']) =>
    path === undefined ? tree.labels.get(label) : nodeOf(tree, path),
  );
}

function labelsOf({ name }: TextNode): string[] {
  return [...name.matchAll(/([A-Za-z_]\w*):/g)].map(([, label = '']) => label);
}

function bareName({ name }: TextNode): string {
  return name.slice(name.lastIndexOf(' ') + 1);
}
