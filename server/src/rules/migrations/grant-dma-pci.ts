// SPDX-License-Identifier: MIT
// The backend of a virtio function behind a PCI host bridge as an entry of the bridge's `iommu-map`.
import { hex } from '#base/numbers.ts';
import type { Span, TextEdit } from '#base/text.ts';
import { insertAfter, insertProperty, numberLike, replaceProperty } from '#rules/edits/edits.ts';
import { isPciHost, requesterId } from '#rules/engine/ids.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { cells, compatibles, lastSet, pathOf, strings, u32 } from '#tree/query.ts';
import { type MapEntry, mapEntries } from '#tree/specifiers.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { grantProvider, isGrantProvider } from './grant-dma-provider.ts';

export interface MapPlan {
  /** The entry as the message shows it; absent when the map has it already. */
  readonly entry?: string;
  readonly edits: readonly TextEdit[];
}

export interface PciFunction {
  readonly host: DtNode;
  readonly node: DtNode;
  readonly domid: number;
  /** The domain as the text has it. */
  readonly written: string;
  /** Where the text named the domain. */
  readonly place: Span;
}

/** The host bridge above a node, which need not be its parent; in an overlay, what its fragment is put into. */
export function hostOf(node: DtNode): DtNode | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (isPciHost(at) || (at.name === '__overlay__' && isPciFunction(node))) return at;
  }
  return undefined;
}

function isPciFunction(node: DtNode): boolean {
  return compatibles(node).some((name) => /^pci[\da-f]+,/.test(name)) && node.properties.has('reg');
}

/** `/pcie@10000000`, or what an overlay calls it. */
export function hostName(host: DtNode): string {
  if (host.name !== '__overlay__') return pathOf(host);
  const target = host.parent?.properties.get('target')?.value.references[0]?.ref;
  return target === undefined ? (strings(host.parent?.properties.get('target-path'))[0] ?? pathOf(host)) : `&${target}`;
}

/** The edits of the host bridge; or why none is certain to be right. */
export function planMap(context: RuleContext, fn: PciFunction): MapPlan | { readonly refused: string } {
  const { host, node } = fn;
  const name = `\`${hostName(host)}\``;
  const rid = requesterId(context.tree, node);
  if (host !== node.parent) return { refused: 'it is behind a bridge, whose bus number is known only at run time' };
  if (rid === undefined) return { refused: 'the node has no `reg`, so its place on the PCI bus is not known' };
  // The target of an overlay may itself be behind a bridge; functions of bus 0 never are.
  if (host.name === '__overlay__' && rid > 0xff) {
    return { refused: `whether ${name} is the host bridge is known only in the tree that the overlay is put on` };
  }
  const mask = u32(host.properties.get('iommu-map-mask')) ?? 0xffffffff;
  if ((rid & mask) >>> 0 !== rid) {
    return { refused: `\`iommu-map-mask\` of ${name} hides which function it is, so they all share one backend` };
  }
  const map = host.properties.get('iommu-map');
  if (!map) return newMap(context, fn, rid);
  const entries = mapEntries(context.tree, map, undefined);
  if (!entries) return { refused: `\`iommu-map\` of ${name} does not divide into entries` };
  const hit = entries.find(({ base, length }) => rid >= base.value && rid < base.value + length.value);
  if (hit && !isGrantProvider(hit.provider)) {
    const where = hit.provider ? ` to \`${pathOf(hit.provider)}\`` : '';
    return { refused: `\`iommu-map\` of ${name} sends it${where} already, and a function has one IOMMU` };
  }
  if (hit && hit.out.value + rid - hit.base.value === fn.domid) return { edits: [] };
  if (lastSet(map).span.file !== fn.place.file) {
    return { refused: `\`iommu-map\` of ${name} is in another file, which other boards may share` };
  }
  if (!hit) return appendEntry(context, fn, { map, rid });
  if (hit.length.value === 1) {
    return { refused: `\`iommu-map\` of ${name} says domain ${hit.out.value}, and only one of the two can be right` };
  }
  return splitEntry(context, fn, { map, hit, rid });
}

/** The requester ID in hexadecimal, which shows device and function; the domain as it was written. */
function entryOf(ref: string, rid: number, written: string): string {
  const like = /^0x0/i.test(written) ? written : '0x1';
  return `${numberLike(rid, like)} ${ref} ${written} ${numberLike(1, like)}`;
}

function newMap(context: RuleContext, fn: PciFunction, rid: number): MapPlan | { readonly refused: string } {
  const provider = grantProvider(context, fn.host, fn.place);
  if ('refused' in provider) return provider;
  const entry = `<${entryOf(provider.ref, rid, fn.written)}>`;
  const block = fn.host.origins.find(
    ({ kind, span }) =>
      kind === 'open' && span.file === fn.place.file && span.start <= fn.place.start && fn.place.end <= span.end,
  );
  const edit = block && insertProperty(context.text, fn.host, { name: 'iommu-map', value: entry }, block);
  if (!edit) return { refused: `the text has no block of \`${hostName(fn.host)}\` around it` };
  return { entry, edits: [...provider.edits, edit] };
}

function appendEntry(
  context: RuleContext,
  fn: PciFunction,
  { map, rid }: { readonly map: DtProperty; readonly rid: number },
): MapPlan | { readonly refused: string } {
  const provider = grantProvider(context, fn.host, fn.place);
  if ('refused' in provider) return provider;
  const { span } = lastSet(map);
  const statement = context.text(span.file).slice(span.start, span.end);
  const close = statement.lastIndexOf('>');
  if (!/^>\s*;$/.test(statement.slice(close))) return { refused: '`iommu-map` of its bridge comes from a macro' };
  const at = span.start + close + 1;
  const entry = `<${entryOf(provider.ref, rid, fn.written)}>`;
  return { entry, edits: [...provider.edits, { span: { file: span.file, start: at, end: at }, text: `, ${entry}` }] };
}

/** An entry is linear: the IDs before and after the function keep what they had. */
function splitEntry(
  context: RuleContext,
  { written }: PciFunction,
  { map, hit, rid }: { readonly map: DtProperty; readonly hit: MapEntry; readonly rid: number },
): MapPlan | { readonly refused: string } {
  const { file } = lastSet(map).span;
  const source = context.text(file);
  const start = hit.base.span.start;
  const end = hit.length.span.end;
  const ref = source.slice(hit.phandle.span.start, hit.phandle.span.end);
  if (!/^[^<>;]*$/.test(source.slice(start, end)) || !/^(&|0x|\d)/.test(ref)) {
    return { refused: '`iommu-map` of its bridge gives it another domain, in an entry that comes from a macro' };
  }
  const before = rid - hit.base.value;
  const after = hit.length.value - before - 1;
  const parts = [
    before > 0 ? `${hex(hit.base.value)} ${ref} ${hit.out.value} ${hex(before)}` : '',
    entryOf(ref, rid, written),
    after > 0 ? `${hex(rid + 1)} ${ref} ${hit.out.value + before + 1} ${hex(after)}` : '',
  ].filter((part) => part !== '');
  return {
    entry: `<${entryOf(ref, rid, written)}>`,
    edits: [{ span: { file, start, end }, text: parts.join('>, <') }],
  };
}

/** The value of a property as its text has it, where that is one plain cell that means the same at another place. */
export function writtenDomid({ tree, text }: RuleContext, property: DtProperty): string {
  const [cell] = cells(tree, property);
  const source = cell ? text(cell.span.file).slice(cell.span.start, cell.span.end) : '';
  const isPlain = /^(0x[\da-f]+|\d+|\([\w() +*|-]{1,40}\)|[A-Z_]\w*)$/i.test(source);
  const names = source.match(/\b[A-Za-z_]\w*/g) ?? [];
  const known = names.every((name) => {
    const [definition, ...others] = tree.macros.history(name);
    return definition?.span !== undefined && others.length === 0;
  });
  return isPlain && known ? source : String(u32(property) ?? 0);
}

/**
 * `iommus` of a bridge as a map that gives every function its one backend: a mask of 0 makes each requester ID the first.
 * `undefined` where the bridge has a map already, or the text is not a single plain entry.
 */
export function mapForAll({ text }: RuleContext, host: DtNode): TextEdit[] | undefined {
  const property = host.properties.get('iommus');
  if (!property || host.properties.has('iommu-map') || host.properties.has('iommu-map-mask')) return undefined;
  const { span, name } = lastSet(property);
  const [, entry] = /^\s*=\s*<\s*(&?\w+\s+\w+)\s*>\s*;$/.exec(text(span.file).slice(name.end, span.end)) ?? [];
  if (entry === undefined || property.origins.length > 1) return undefined;
  return [
    replaceProperty(text, property, { name: 'iommu-map', value: `<0x0 ${entry} 0x1>` }),
    insertAfter(text, property, { name: 'iommu-map-mask', value: '<0x0>' }),
  ];
}
