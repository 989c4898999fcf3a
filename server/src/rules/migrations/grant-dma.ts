// SPDX-License-Identifier: MIT
// The way from a property that names the backend's domain to the binding that Linux reads, or why there is none.
import type { TextEdit } from '#base/text.ts';
import { insertAfter, removeProperty, withoutComments } from '#rules/edits/edits.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { cells, lastSet, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode, DtProperty, PropertyOrigin } from '#tree/types.ts';
import { coherentAfter, deviceRefusal, valueRefusal, wantsCoherent } from './grant-dma-device.ts';
import { partOf, planMacro } from './grant-dma-macro.ts';
import { hostName, hostOf, planMap, writtenDomid } from './grant-dma-pci.ts';
import { grantProvider, isGrantProvider } from './grant-dma-provider.ts';

export interface Migration {
  /** `map`: on the PCI host bridge. `kept`: the present binding is there already. */
  readonly form: 'iommus' | 'map' | 'kept';
  /** The present binding, as the message shows it. */
  readonly binding: string;
  readonly edits: readonly TextEdit[];
  /** The macro that writes the property, where that is changed: it serves so many devices. */
  readonly macro?: { readonly name: string; readonly devices: number };
}

export type MigrationPlan = Migration | { readonly refused: string };

/** Never guesses: a repair that is not certain to be right is refused, with the reason in words. */
export function planMigration(context: RuleContext, node: DtNode, property: DtProperty): MigrationPlan {
  const refused = valueRefusal(property) ?? deviceRefusal(node, property);
  if (refused !== undefined) return { refused };
  const domid = u32(property) ?? 0;
  const host = hostOf(node);
  const iommus = node.properties.get('iommus');
  if ((host || iommus) && partOf(context, property) === 'name') {
    return { refused: 'it comes from a macro, which other devices may need as it is' };
  }
  if (host) {
    const place = lastSet(property).span;
    const written = writtenDomid(context, property);
    const plan = planMap(context, { host, node, domid, written, place });
    if ('refused' in plan) return plan;
    const edits = unique([...removeProperty(context.text, property), ...plan.edits]);
    const replaces = host.name === '__overlay__' ? ' (in place of a map that it may have)' : '';
    const where = `\`iommu-map\` of \`${hostName(host)}\`${replaces}`;
    return plan.entry === undefined
      ? { form: 'kept', binding: where, edits }
      : { form: 'map', binding: `\`${plan.entry}\` in ${where}`, edits };
  }
  return iommus ? mergeInto(context, { node, property, iommus, domid }) : toIommus(context, node, property);
}

interface Merge {
  readonly node: DtNode;
  readonly property: DtProperty;
  readonly iommus: DtProperty;
  readonly domid: number;
}

/** The device has `iommus`: the old name goes when both say the same, and wins where the board sets it over a shared file. */
function mergeInto(context: RuleContext, { node, property, iommus, domid }: Merge): MigrationPlan {
  const [entry] = specifiers(context.tree, iommus, '#iommu-cells').entries;
  if (!entry) return { refused: 'the device already has `iommus`, which names no IOMMU' };
  if (!isGrantProvider(entry.provider)) {
    return {
      refused: `its \`iommus\` names \`${pathOf(entry.provider)}\`, and Linux looks for grants only in the first entry: it is either that IOMMU or grants`,
    };
  }
  const known = entry.args[0]?.value;
  const inBoard = (of: DtProperty) =>
    of.origins.every(({ kind, span }) => kind !== 'set' || span.file === context.tree.file);
  if (known !== domid && inBoard(property) && lastSet(iommus).span.file !== context.tree.file) {
    return toIommus(context, node, property);
  }
  if (entry.args.length !== 1 || known !== domid) {
    return { refused: `its \`iommus\` says domain ${known}, and only one of the two can be right` };
  }
  const edits = removeProperty(context.text, property);
  if (wantsCoherent(context, node)) edits.push(insertAfter(context.text, iommus, { name: 'dma-coherent' }));
  return { form: 'kept', binding: '`iommus`', edits: unique(edits) };
}

function toIommus(context: RuleContext, node: DtNode, property: DtProperty): MigrationPlan {
  const fromMacro = planMacro(context, property);
  if (fromMacro && 'refused' in fromMacro) return fromMacro;
  if (fromMacro) {
    const { ref, edits, macro } = fromMacro;
    return { form: 'iommus', binding: `\`iommus = <${ref} ${u32(property)}>\``, edits: unique(edits), macro };
  }
  const sets = property.origins.filter((origin) => origin.kind === 'set');
  const place = lastSet(property).span;
  // The board has what its shared files have; so the one shared file is where the provider is needed.
  const shared = sets.filter(({ span }) => span.file !== context.tree.file);
  const provider = grantProvider(context, node, shared[0]?.span ?? place);
  if ('refused' in provider) return provider;
  if (new Set(shared.map(({ span }) => span.file)).size > 1 && provider.edits.length > 0) {
    return { refused: 'it is set in several files, and each of them has to know the `xen,grant-dma` node' };
  }
  const edits: TextEdit[] = [...provider.edits];
  for (const origin of property.origins) {
    const renamed = renameStatement(context.text(origin.span.file), origin, { from: property.name, ref: provider.ref });
    if (!renamed) return { refused: 'its value has an `#if` or a macro inside, which no edit is certain to keep' };
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

/** A file that is included twice sets a property twice at one place. */
function unique(edits: readonly TextEdit[]): TextEdit[] {
  const seen = new Map(
    edits.map((edit) => [`${edit.span.file}\0${edit.span.start}\0${edit.span.end}\0${edit.text}`, edit]),
  );
  return [...seen.values()];
}
