// SPDX-License-Identifier: MIT
// The way from a property that names the backend's domain to the binding that Linux reads, or why there is none.
import type { Span, TextEdit } from '#base/text.ts';
import { coherence } from '#model/coherence.ts';
import { machineOf } from '#model/machine.ts';
import { cells, compatibles, lastSet, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode, DtProperty, PropertyOrigin } from '#tree/types.ts';
import { indentAt, insertAfter, lineEnd, removeProperty } from './edits.ts';
import { isPciHost } from './id-map.ts';
import type { RuleContext } from './rule.ts';
import { hostOf, planMap } from './xen-grant-pci.ts';
import { grantProvider, isGrantProvider } from './xen-grant-provider.ts';

export const LEGACY_NAMES = ['xen,backend-domid', 'xen,dev-domid'] as const;

/** Domain IDs from here on are reserved (xen/include/public/xen.h:DOMID_FIRST_RESERVED). */
const FIRST_RESERVED_DOMID = 0x7ff0;

export interface Migration {
  /** `map`: on the PCI host bridge. `kept`: the present binding is there already. */
  readonly form: 'iommus' | 'map' | 'kept';
  /** The present binding, as the message shows it. */
  readonly binding: string;
  readonly edits: readonly TextEdit[];
}

export type MigrationPlan = Migration | { readonly refused: string };

/** Never guesses: a repair that is not certain to be right is refused, with the reason in words. */
export function planMigration(context: RuleContext, node: DtNode, property: DtProperty): MigrationPlan {
  const refused = valueRefusal(property) ?? deviceRefusal(node, property);
  if (refused !== undefined) return { refused };
  const domid = u32(property) ?? 0;
  const host = hostOf(node);
  if (host) {
    const place = lastSet(property).span;
    const plan = planMap(context, { host, node, domid, place });
    if ('refused' in plan) return plan;
    const edits = unique([...removeProperty(context.text, property), ...plan.edits]);
    const where = `\`iommu-map\` of \`${pathOf(host)}\``;
    return plan.entry === undefined
      ? { form: 'kept', binding: where, edits }
      : { form: 'map', binding: `\`${plan.entry}\` in ${where}`, edits };
  }
  const iommus = node.properties.get('iommus');
  return iommus ? mergeInto(context, { node, property, iommus, domid }) : toIommus(context, node, property);
}

/** Why the value names no domain. */
function valueRefusal({ value }: DtProperty): string | undefined {
  const { bytes, data, references } = value;
  const [datum] = data;
  if (bytes.length === 0) return 'it has no value, so the domain is not known';
  if (references.length > 0) return 'its value is a reference and not a domain ID';
  if (data.some(({ kind }) => kind !== 'cell')) return 'its value is not one cell, so the domain is not clear';
  if (data.length === 1 && datum?.length !== 4)
    return `its value has ${(datum?.length ?? 0) * 8} bits, and a cell has 32`;
  if (data.length > 1 && bytes.length === data.length * 4)
    return `it has ${data.length} cells, and a device has one backend`;
  if (bytes.length !== 4 || data.length !== 1) return 'its value is not one cell, so the domain is not clear';
  const domid = cellValue(bytes);
  return domid < FIRST_RESERVED_DOMID ? undefined : `\`${domid}\` is no domain ID, which ends at 0x7fef`;
}

function cellValue(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Why this node has no backend that Linux would use. */
function deviceRefusal(node: DtNode, property: DtProperty): string | undefined {
  for (const name of LEGACY_NAMES) {
    const other = node.properties.get(name);
    if (other && u32(other) !== u32(property))
      return `\`${name}\` says domain ${u32(other)}, and only one can be right`;
  }
  if (isPciHost(node)) return 'on a PCI host bridge the backend of each function is an entry of `iommu-map`';
  const names = compatibles(node);
  if (hostOf(node)) return undefined;
  if (names.some((name) => /^pci[\da-f]+,/.test(name)))
    return 'the PCI host bridge, which needs `iommu-map`, is in another tree';
  if (names.length > 0 && !names.some((name) => name.startsWith('virtio,'))) {
    return 'only virtio devices use grants, and this is none';
  }
  return undefined;
}

interface Merge {
  readonly node: DtNode;
  readonly property: DtProperty;
  readonly iommus: DtProperty;
  readonly domid: number;
}

/** The device has `iommus`: the old name goes when both say the same. */
function mergeInto(context: RuleContext, { node, property, iommus, domid }: Merge): MigrationPlan {
  const [entry] = specifiers(context.tree, iommus, '#iommu-cells').entries;
  if (!entry) return { refused: 'the device already has `iommus`, which names no IOMMU' };
  if (!isGrantProvider(entry.provider)) {
    return {
      refused: `its \`iommus\` names \`${pathOf(entry.provider)}\`, and Linux looks for grants only in the first entry: it is either that IOMMU or grants`,
    };
  }
  const known = entry.args[0]?.value;
  if (entry.args.length !== 1 || known !== domid) {
    return { refused: `its \`iommus\` says domain ${known}, and only one of the two can be right` };
  }
  const edits = removeProperty(context.text, property);
  if (wantsCoherent(context, node)) edits.push(insertAfter(context.text, iommus, { name: 'dma-coherent' }));
  return { form: 'kept', binding: '`iommus`', edits: unique(edits) };
}

function toIommus(context: RuleContext, node: DtNode, property: DtProperty): MigrationPlan {
  const sets = property.origins.filter((origin) => origin.kind === 'set');
  const place = lastSet(property).span;
  const provider = grantProvider(context, node, place);
  if ('refused' in provider) return provider;
  const files = new Set(sets.map(({ span }) => span.file));
  if (files.size > 1 && provider.edits.length > 0) {
    return { refused: 'it is set in several files, and each of them has to know the `xen,grant-dma` node' };
  }
  const edits: TextEdit[] = [...provider.edits];
  for (const origin of property.origins) {
    const renamed = renameStatement(context.text(origin.span.file), origin, { from: property.name, ref: provider.ref });
    if (!renamed) return { refused: `it is written by a macro or under an \`#if\` inside the value` };
    edits.push(...renamed);
  }
  const first = sets[0];
  if (first && wantsCoherent(context, node)) edits.push(coherentAfter(context.text(first.span.file), first.span));
  const [cell] = cells(context.tree, property);
  const source = context.text(place.file);
  const written = cell ? source.slice(cell.span.start, cell.span.end) : '';
  const shown =
    /^(0x)?[\w() +*|<>-]{1,40}$/.test(written) && !/[<>]/.test(written.replace(/<<|>>/g, '')) ? written : u32(property);
  return { form: 'iommus', binding: `\`iommus = <${provider.ref} ${shown}>\``, edits: unique(edits) };
}

/** Changes only the name, and puts the provider before the cell: comments, labels and layout stay as they are. */
function renameStatement(
  source: string,
  { span, name, kind }: PropertyOrigin,
  { from, ref }: { readonly from: string; readonly ref: string },
): TextEdit[] | undefined {
  const { file } = span;
  if (kind === 'delete') {
    const at = source.slice(span.start, span.end).lastIndexOf(from);
    if (at < 0) return undefined;
    return [{ span: { file, start: span.start + at, end: span.start + at + from.length }, text: 'iommus' }];
  }
  if (source.slice(name.start, name.end) !== from) return undefined;
  const value = withoutComments(source.slice(name.end, span.end));
  const open = /^\s*=\s*(?:\/bits\/\s*32\s*)?</.exec(value)?.[0].length;
  if (open === undefined || !/^\s*(\w+:\s*)?(\w+|\w+\s*\([^"]*\)|\([^"]*\)|'.*')\s*>\s*;$/s.test(value.slice(open)))
    return undefined;
  if (/>\s*,\s*</.test(value) || /^[ \t]*#/m.test(value)) return undefined;
  const at = name.end + open;
  const gap = /^\s/.test(source.slice(at)) ? '' : ' ';
  return [
    { span: { file, start: name.start, end: name.end }, text: 'iommus' },
    { span: { file, start: at, end: at }, text: ref + gap },
  ];
}

/** Blanks of the same length in place of comments. */
function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, (comment) => comment.replace(/[^\n]/g, ' '));
}

/** virtio,mmio.yaml and libxl: a device whose backend is another domain sees the same caches. */
function wantsCoherent(context: RuleContext, node: DtNode): boolean {
  if (!compatibles(node).includes('virtio,mmio') || node.properties.has('dma-noncoherent')) return false;
  if (node.properties.has('dma-coherent')) return false;
  const { tree, platform } = context;
  for (let at = node.parent; at; at = at.parent) {
    if (at.properties.has('dma-coherent')) return !coherence(machineOf(tree, platform), node).coherent;
  }
  return true;
}

/** Behind the statement: on its line where the node is written on one line, else on the next. */
function coherentAfter(source: string, span: Span): TextEdit {
  const lineStart = source.lastIndexOf('\n', span.start - 1) + 1;
  const alone = source.slice(lineStart, span.start).trim() === '';
  const tail = /^[ \t]*(\/\/[^\n\r]*|\/\*[^\n]*?\*\/)?[ \t]*(?=\r?\n)/.exec(source.slice(span.end))?.[0].length ?? 0;
  const at = alone ? span.end + tail : span.end;
  const text = alone ? `${lineEnd(source)}${indentAt(source, span.start)}dma-coherent;` : ' dma-coherent;';
  return { span: { file: span.file, start: at, end: at }, text };
}

/** A file that is included twice sets a property twice at one place. */
function unique(edits: readonly TextEdit[]): TextEdit[] {
  const seen = new Map(
    edits.map((edit) => [`${edit.span.file}\0${edit.span.start}\0${edit.span.end}\0${edit.text}`, edit]),
  );
  return [...seen.values()];
}
