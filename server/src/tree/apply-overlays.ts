// SPDX-License-Identifier: MIT
// A board with overlays applied, as fdtoverlay, U-Boot and Linux do it (libfdt fdt_overlay.c:fdt_overlay_apply): what
// stands in each fragment's `__overlay__` is merged into the fragment's target. Nothing is ever deleted.
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { Branch } from '#syntax/ast.ts';
import { lastSet, nodeByPath, nodeByReference, nodeSpan, pathOf, strings, walk } from './query.ts';
import type { DeviceTree, DtNode, DtProperty, Label, NodeOrigin, PropertyOrigin, Reference, Value } from './types.ts';
import { eachNode } from './walk.ts';

/**
 * The tree of `board` after the overlays, in order. One that names a label or a path which the tree does not have is not
 * applied at all (fdt_overlay.c:overlay_fixup_phandles, overlay_merge), and a problem in its file says so.
 */
export function applyOverlays(board: DeviceTree, overlays: readonly DeviceTree[]): DeviceTree {
  return overlays.reduce(applyOverlay, board);
}

function applyOverlay(base: DeviceTree, overlay: DeviceTree): DeviceTree {
  const merge = new Merge(base, overlay);
  const refused = overlay.plugin
    ? [...unresolvedReferences(base, overlay), ...merge.problems]
    : [notAnOverlay(overlay)];
  const lost = overlay.plugin ? lostNodes(overlay) : [];
  const both = {
    files: [...base.files, ...overlay.files.filter((file) => !base.files.includes(file))],
    missing: [...base.missing, ...overlay.missing],
    problems: [...base.problems, ...overlay.problems, ...refused, ...lost],
    macros: {
      history: (name: string) => [...base.macros.history(name), ...overlay.macros.history(name)],
      names: () => new Set([...base.macros.names(), ...overlay.macros.names()]),
      last: () => [...overlay.macros.last(), ...base.macros.last()],
    },
    taken: (branches: readonly Branch[]) => overlay.taken?.(branches) ?? base.taken?.(branches),
  };
  if (refused.length > 0) return { ...base, ...both };
  return { ...base, ...both, ...merge.result(), complete: base.complete && overlay.complete };
}

function notAnOverlay(overlay: DeviceTree): Problem {
  return {
    rule: 'syntax/file',
    severity: 'warning',
    message: 'The file has no `/plugin/;`, so it is not an overlay: it is not applied to the board.',
    span: { file: overlay.file, start: 0, end: 0 },
  };
}

/** References by phandle that neither the overlay nor the tree below it has a node for. */
function unresolvedReferences(base: DeviceTree, overlay: DeviceTree): Problem[] {
  const problems: Problem[] = [];
  for (const node of walk(overlay.root)) {
    for (const property of node.properties.values()) {
      for (const { ref, span } of property.value.references) {
        if (nodeByReference(overlay, ref) ?? nodeByReference(base, ref)) continue;
        problems.push(notThere(base, `&${ref}`, span, node));
      }
    }
  }
  return problems;
}

/**
 * Names that are no content: what dtc adds, what a boot loader reads (`__overrides__` of Raspberry Pi), and the
 * `metadata` that the overlay managers of Radxa and Armbian show to their users.
 */
const BOOKKEEPING = /^(__.*__|metadata)$/;

/** Raspberry Pi's loader renames the content of a fragment to `__dormant__` and back, as the parameters say. */
const CONTENT = ['__overlay__', '__dormant__'];

/** Nodes at the root of an overlay that are no fragments: fdt_overlay.c:overlay_merge passes them over. */
export function nodesOutsideFragments({ root }: DeviceTree): DtNode[] {
  return [...root.children.values()].filter(
    (node) => !CONTENT.some((name) => node.children.has(name)) && !BOOKKEEPING.test(node.name),
  );
}

export function lostNodeText(node: DtNode): string {
  return `\`${pathOf(node)}\` is in no fragment of the overlay; no boot loader and no Linux adds it to the board.`;
}

function lostNodes(overlay: DeviceTree): Problem[] {
  return nodesOutsideFragments(overlay).map((node) => ({
    rule: 'overlay-outside-fragment',
    severity: 'warning',
    message: lostNodeText(node),
    span: nodeSpan(node),
    node: pathOf(node),
  }));
}

function notThere(base: DeviceTree, name: string, span: Span, node: DtNode): Problem {
  const board = base.file.replace(/.*\//, '');
  const message = `\`${name}\` names no node of the board \`${board}\`: the overlay is not applied.`;
  return { rule: 'syntax/unresolved-reference', severity: 'error', message, span, node: pathOf(node) };
}

/** One overlay on its way into a copy of the tree. */
class Merge {
  readonly #base: DeviceTree;
  readonly #overlay: DeviceTree;
  /** The node of the result for each node of the base and of the overlay. */
  readonly #nodes = new Map<DtNode, OverlaidNode>();
  readonly #root: OverlaidNode;
  readonly problems: Problem[] = [];

  constructor(base: DeviceTree, overlay: DeviceTree) {
    this.#base = base;
    this.#overlay = overlay;
    this.#root = this.#copy(base.root);
    eachNode(base.root, (node) => node === base.root || this.#copy(node));
    for (const fragment of overlay.root.children.values()) {
      const content = fragment.children.get('__overlay__');
      const target = content && this.#target(fragment);
      if (target) this.#merge(target, content);
    }
  }

  result(): Pick<DeviceTree, 'root' | 'labels' | 'innerLabels' | 'phandleTargets'> {
    const labels = new Map<string, DtNode[]>();
    const phandleTargets = new Set<DtNode>();
    for (const tree of [this.#base, this.#overlay]) {
      for (const [name, nodes] of tree.labels) {
        const known = labels.get(name) ?? [];
        for (const node of this.#found(nodes)) if (!known.includes(node)) known.push(node);
        if (known.length > 0) labels.set(name, known);
      }
      for (const node of this.#found(tree.phandleTargets)) phandleTargets.add(node);
    }
    const innerLabels = walk(this.#root)
      .flatMap((node) => [...node.properties.values()])
      .filter((property) => property.labels.length > 0 || property.value.labels.length > 0);
    return { root: this.#root, labels, innerLabels, phandleTargets: [...phandleTargets] };
  }

  #found(nodes: readonly DtNode[]): DtNode[] {
    return nodes.flatMap((node) => this.#nodes.get(node) ?? []);
  }

  /** Without its children. */
  #copy(node: DtNode): OverlaidNode {
    const parent = node.parent && this.#nodes.get(node.parent);
    const copy = new OverlaidNode(node.name, parent);
    copy.add(node, (value) => value);
    this.#nodes.set(node, copy);
    parent?.children.set(node.name, copy);
    return copy;
  }

  /** The node that `target` or `target-path` names (fdt_overlay.c:fdt_overlay_target_offset). */
  #target(fragment: DtNode): OverlaidNode | undefined {
    const reference = fragment.properties.get('target')?.value.references[0];
    if (reference) {
      const local = nodeByReference(this.#overlay, reference.ref);
      return this.#nodes.get(local ?? nodeByReference(this.#base, reference.ref) ?? fragment);
    }
    const property = fragment.properties.get('target-path');
    const path = strings(property)[0];
    if (!property || path === undefined) return undefined;
    // Also a node that a fragment before this one made.
    const node = nodeByPath({ ...this.#base, root: this.#root }, path);
    if (!node) this.problems.push(notThere(this.#base, path, lastSet(property).span, fragment));
    return node as OverlaidNode | undefined;
  }

  /** fdt_overlay.c:overlay_apply_node. */
  #merge(target: OverlaidNode, content: DtNode): void {
    this.#nodes.set(content, target);
    eachNode(content, (node) => {
      const into = this.#nodes.get(node);
      into?.add(node, (value) => this.#unambiguous(value));
      for (const child of into ? node.children.values() : []) {
        const known = into?.children.get(child.name) ?? new OverlaidNode(child.name, into);
        into?.children.set(child.name, known);
        this.#nodes.set(child, known);
      }
    });
  }

  /** A label of the overlay that the board also has means the overlay's node: such a reference is given its path. */
  #unambiguous(value: Value): Value {
    const path = ({ ref }: Reference): string | undefined => {
      const local = this.#base.labels.has(ref) ? nodeByReference(this.#overlay, ref) : undefined;
      const node = local && this.#nodes.get(local);
      return node && pathOf(node);
    };
    if (!value.references.some(path)) return value;
    const { bytes, data, labels } = value;
    const references = value.references.map((each) => {
      const { kind, offset, span, ref } = each;
      return { kind, offset, span, ref: path(each) ?? ref };
    });
    return { bytes, data, labels, references };
  }
}

class OverlaidNode implements DtNode {
  readonly name: string;
  readonly parent: OverlaidNode | undefined;
  readonly labels: Label[] = [];
  readonly properties = new Map<string, OverlaidProperty>();
  readonly children = new Map<string, OverlaidNode>();
  readonly origins: NodeOrigin[] = [];

  constructor(name: string, parent: OverlaidNode | undefined) {
    this.name = name;
    this.parent = parent;
  }

  /** Labels, properties and places of `from`; its properties win over those that are there. */
  add(from: DtNode, convert: (value: Value) => Value): void {
    this.labels.push(...from.labels);
    this.origins.push(...from.origins);
    for (const property of from.properties.values()) {
      const before = this.properties.get(property.name);
      this.properties.set(property.name, new OverlaidProperty(this, property, before, convert));
    }
  }
}

class OverlaidProperty implements DtProperty {
  readonly name: string;
  readonly node: DtNode;
  readonly labels: readonly Label[];
  readonly origins: readonly PropertyOrigin[];
  readonly #from: DtProperty;
  readonly #convert: (value: Value) => Value;
  #value: Value | undefined;

  constructor(node: DtNode, from: DtProperty, before: DtProperty | undefined, convert: (value: Value) => Value) {
    this.name = from.name;
    this.node = node;
    this.labels = [...(before?.labels ?? []), ...from.labels];
    this.origins = [...(before?.origins ?? []), ...from.origins];
    this.#from = from;
    this.#convert = convert;
  }

  get value(): Value {
    this.#value ??= this.#convert(this.#from.value);
    return this.#value;
  }
}
