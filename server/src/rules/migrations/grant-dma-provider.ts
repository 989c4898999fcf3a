// SPDX-License-Identifier: MIT
// Which `xen,grant-dma` node a migrated device refers to, how the text writes that, and the edits that provide it.
import type { Span, TextEdit } from '#base/text.ts';
import { existsFor } from '#rules/edits/conditional.ts';
import {
  addLabel,
  addNode,
  firstBlock,
  freeLabel,
  indentUnit,
  insertProperty,
  lineEnd,
  numberLike,
  replaceValue,
  withoutComments,
} from '#rules/edits/edits.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { explicitPhandle } from '#tree/blob/phandles.ts';
import { cells, cellTarget, compatibles, isLive, nodeSpan, pathOf, u32, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, NodeOrigin } from '#tree/types.ts';

/** `ref` is what a cell writes: `&label`, or the number of the phandle in a tree that has no labels. */
export interface Provider {
  readonly ref: string;
  readonly edits: readonly TextEdit[];
}

export type ProviderPlan = Provider | { readonly refused: string };

/** What libxl 4.17 gives to its `xen_iommu` node (tools/libs/light/libxl_arm.c:make_xen_iommu_node). */
const TOOLSTACK_PHANDLE = 0xfde9;

export function isGrantProvider(node: DtNode | undefined): boolean {
  return node !== undefined && compatibles(node).includes('xen,grant-dma');
}

/** The provider for a device that names it at `user`: one that the tree has, repaired if need be, or a new one. */
export function grantProvider(context: RuleContext, device: DtNode, user: Span): ProviderPlan {
  for (const node of walk(context.tree.root)) {
    if (isGrantProvider(node) && isLive(node) && isForAll(context, node, user)) {
      return existingProvider(context, node, user);
    }
  }
  return newProvider(context, device, user);
}

/** An overlay may be put on a board without another overlay, and without the labels of a board that it does not use. */
function isForAll({ text }: RuleContext, node: DtNode, user: Span): boolean {
  const { file } = nodeSpan(node);
  if (file === user.file || !isOverlay(text(user.file))) return true;
  return !isOverlay(text(file)) && node.labels.length > 0 && /&\w/.test(withoutComments(text(user.file)));
}

function isOverlay(source: string): boolean {
  return /^\s*\/plugin\/\s*;/m.test(withoutComments(source));
}

function existingProvider(context: RuleContext, node: DtNode, user: Span): ProviderPlan {
  const { tree, text } = context;
  const place = nodeSpan(node);
  const name = `\`${pathOf(node)}\``;
  if (user.file !== tree.file && place.file === tree.file && !isOverlay(text(user.file))) {
    return { refused: `${name} is in the board file, and other boards with this file need not have it` };
  }
  if (user.file === place.file && !existsFor(text(user.file), place.start, user.start)) {
    return { refused: `${name} is under an \`#if\` that does not hold this device` };
  }
  const edits = repairCells(context, node);
  if (!edits) return { refused: `\`#iommu-cells\` of ${name} is not 1, and other devices use it as it is` };
  if (isRaw(tree)) {
    const known = explicitPhandle(tree, node);
    const phandle = known ?? freePhandle(tree);
    const edit = known === undefined && insertProperty(text, node, { name: 'phandle', value: `<${hex(phandle)}>` });
    if (edit === undefined) return { refused: `${name} has no place for a phandle` };
    return { ref: hex(phandle), edits: edit ? [...edits, edit] : edits };
  }
  const label = node.labels[0]?.name;
  if (label !== undefined) return { ref: `&${label}`, edits };
  const added = freeLabel(tree.labels, 'xen_iommu');
  const edit = isWritten(context, firstBlock(node), node.name) ? addLabel(node, added) : undefined;
  return edit ? { ref: `&${added}`, edits: [...edits, edit] } : { refused: `${name} comes from a macro` };
}

/** False when the head of the block is not in the text: it came from a macro or by reference. */
function isWritten(context: RuleContext, block: NodeOrigin | undefined, name: string): boolean {
  return block !== undefined && context.text(block.name.file).slice(block.name.start, block.name.end) === name;
}

/** `#iommu-cells = <1>`, which the binding demands; `undefined` when that would break an entry that exists. */
function repairCells(context: RuleContext, node: DtNode): TextEdit[] | undefined {
  const property = node.properties.get('#iommu-cells');
  if (u32(property) === 1 && property?.value.bytes.length === 4) return [];
  if (!property) {
    const value = `<${numberLike(1, cellsStyle(context.text(nodeSpan(node).file)))}>`;
    const edit = insertProperty(context.text, node, { name: '#iommu-cells', value });
    return edit && [edit];
  }
  for (const user of context.nodesWith('iommus')) {
    const list = cells(context.tree, user.properties.get('iommus'));
    const uses = list.flatMap((cell, at) => (cellTarget(context.tree, cell) === node ? [at] : []));
    if (uses.length > 0 && (list.length % 2 !== 0 || uses.some((at) => at % 2 !== 0))) return undefined;
  }
  return [replaceValue(context.text, property, '<1>')];
}

/** As decompilers and toolstacks write: phandles as numbers, nothing refers by label. */
function isRaw(tree: DeviceTree): boolean {
  if (tree.labels.size > 0 || tree.phandleTargets.length > 0) return false;
  for (const node of walk(tree.root)) if (explicitPhandle(tree, node) !== undefined) return true;
  return false;
}

function freePhandle(tree: DeviceTree): number {
  const taken = new Set<number>();
  for (const node of walk(tree.root)) {
    for (const name of ['phandle', 'linux,phandle']) {
      const value = u32(node.properties.get(name));
      if (value !== undefined) taken.add(value);
    }
  }
  let phandle = TOOLSTACK_PHANDLE;
  while (taken.has(phandle)) phandle++;
  return phandle;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

function newProvider(context: RuleContext, device: DtNode, user: Span): ProviderPlan {
  const { tree } = context;
  const raw = isRaw(tree);
  const phandle = freePhandle(tree);
  const label = freeLabel(tree.labels, 'xen_iommu');
  const container = isOverlay(context.text(user.file)) ? undefined : containerOf(tree, device);
  const name = freeName(container ?? tree.root);
  const head = raw ? name : `${label}: ${name}`;
  const lines = [
    'compatible = "xen,grant-dma";',
    `#iommu-cells = <${numberLike(1, raw ? '0x01' : cellsStyle(context.text(user.file)))}>;`,
    ...(raw ? [`phandle = <${hex(phandle)}>;`] : []),
  ];
  const edit = container
    ? addedTo(context, container, user, { head, lines })
    : addedToOverlay(context, user, { head, lines });
  if (!edit) return { refused: 'there is no place in the text for the `xen,grant-dma` node' };
  return { ref: raw ? hex(phandle) : `&${label}`, edits: [edit] };
}

/** How the file writes the numbers of such properties. */
function cellsStyle(source: string): string {
  return /#[\w-]+-cells\s*=\s*<\s*(\w+)/.exec(source)?.[1] ?? '1';
}

interface NewNode {
  readonly head: string;
  readonly lines: readonly string[];
}

/** The root, or `/passthrough` of a partial tree: Xen and xl copy nothing else to the guest. */
function containerOf(tree: DeviceTree, device: DtNode): DtNode {
  const passthrough = tree.root.children.get('passthrough');
  for (let at: DtNode | undefined = device; at; at = at.parent) if (at === passthrough) return at;
  return tree.root;
}

function freeName(parent: DtNode): string {
  let name = 'xen-iommu';
  for (let n = 1; parent.children.has(name); n++) name = `xen-iommu-${n}`;
  return name;
}

/** In a block of the device's own file, so that each board that has the device has the provider. */
function addedTo(context: RuleContext, container: DtNode, user: Span, node: NewNode): TextEdit | undefined {
  const source = context.text(user.file);
  const blocks = container.origins.filter(
    ({ kind, span }) => kind === 'open' && span.file === user.file && existsFor(source, span.end - 1, user.start),
  );
  const block = blocks.find(({ span }) => span.start <= user.start && user.end <= span.end) ?? blocks[0];
  const edit = block && addNode(context.text, block, node.head, node.lines);
  return edit ?? (container.parent ? undefined : appended(source, user.file, '/', node));
}

/** In a fragment for the root: one of its own where the fragments are written by hand, else as dtc makes it of `&{/}`. */
function addedToOverlay({ text }: RuleContext, user: Span, node: NewNode): TextEdit | undefined {
  const source = text(user.file);
  const plain = withoutComments(source);
  const start = plain.search(/^\/\s*\{/m);
  if (start < 0 || !/\b__overlay__\b/.test(plain)) return appended(source, user.file, '&{/}', node);
  const { file } = user;
  const root: NodeOrigin = {
    kind: 'open',
    span: { file, start, end: plain.lastIndexOf('}') + 1 },
    name: { file, start, end: start + 1 },
  };
  const numbers = [...plain.matchAll(/\bfragment@(\d+)\b/g)].map((match) => Number(match[1]));
  const unit = indentUnit(source);
  const inner = [`${node.head} {`, ...node.lines.map((line) => unit + line), '};'];
  const lines = ['target-path = "/";', '__overlay__ {', ...inner.map((line) => unit + line), '};'];
  return addNode(text, root, `fragment@${Math.max(-1, ...numbers) + 1}`, lines);
}

function appended(source: string, file: string, where: string, { head, lines }: NewNode): TextEdit {
  const eol = lineEnd(source);
  const unit = indentUnit(source);
  const end = source.trimEnd().length;
  const body = [`${unit}${head} {`, ...lines.map((line) => unit + unit + line), `${unit}};`];
  return { span: { file, start: end, end }, text: ['', '', `${where} {`, ...body, '};'].join(eol) };
}
