// SPDX-License-Identifier: MIT
// The former property where a macro writes it: the macro is changed, if that is right for every device that uses it.
import type { Span, TextEdit } from '#base/text.ts';
import { lineEnd, withoutComments } from '#rules/edits/edits.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { lastSet, pathOf } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { coherentAfter, deviceRefusal, valueRefusal, wantsCoherent } from './grant-dma-device.ts';
import { hostOf } from './grant-dma-pci.ts';
import { grantProvider } from './grant-dma-provider.ts';

export interface MacroPlan {
  readonly ref: string;
  readonly edits: readonly TextEdit[];
  readonly macro: { readonly name: string; readonly devices: number };
}

type Refusal = { readonly refused: string };

/** A `#define`: its name, and the text from there to the end of the directive. */
interface MacroText {
  readonly name: string;
  readonly span: Span;
  readonly text: string;
}

/** How a macro takes part: it writes the name (and perhaps more), or the value behind a name in the text. */
type Part = 'name' | 'value';

interface Use {
  readonly node: DtNode;
  readonly property: DtProperty;
  /** From the macro's name to the `;`. */
  readonly span: Span;
}

/** `undefined` where no macro writes the property: its name and its value stand in the text. */
export function planMacro(context: RuleContext, property: DtProperty): MacroPlan | Refusal | undefined {
  const part = partOf(context, property);
  if (part === undefined) return undefined;
  const called = callAt(context, property, part);
  const macro = called === undefined ? undefined : macroFor(context, { called, part, property });
  if (!macro) return { refused: 'it comes from a macro that is defined more than once, or by several macros' };
  const uses = usesOfMacro(context, { macro, part, name: property.name });
  const refused = firstRefusal(context, { macro, part, uses });
  if (refused !== undefined) return { refused };
  const [first] = uses;
  const provider = first && grantProvider(context, first.node, macro.span);
  if (!provider || 'refused' in provider) return provider ?? { refused: `nothing uses \`${macro.name}\`` };
  const edits = [...provider.edits];
  const changed =
    part === 'value'
      ? changeValue({ macro, uses, ref: provider.ref })
      : changeStatement(context, { macro, uses, ref: provider.ref });
  if (!changed) return { refused: `the macro \`${macro.name}\` that writes it has no plain \`<…>\` to change` };
  edits.push(...changed, ...coherence(context, macro, uses));
  return { ref: provider.ref, edits, macro: { name: macro.name, devices: uses.length } };
}

/** What a macro writes of a property; `undefined` where its name and its value stand in the text. */
export function partOf({ text }: RuleContext, property: DtProperty): Part | undefined {
  const { span, name } = lastSet(property);
  const source = text(span.file);
  if (source.slice(name.start, name.end) !== property.name) return 'name';
  return /^\s*=\s*[A-Za-z_]\w*(?!\w|\s*:)/.test(withoutComments(source.slice(name.end, span.end)))
    ? 'value'
    : undefined;
}

/** The macro that stands where the name or the value should. */
function callAt({ text }: RuleContext, property: DtProperty, part: Part): string | undefined {
  const { span, name } = lastSet(property);
  const source = withoutComments(text(span.file));
  const at = part === 'name' ? source.slice(name.start) : source.slice(name.end).replace(/^\s*=\s*/, '');
  return /^[A-Za-z_]\w*/.exec(at)?.[0];
}

/** The one `#define` that has the name (or the value) in its text; the called macro may use it through others. */
function macroFor(
  context: RuleContext,
  { called, part, property }: { readonly called: string; readonly part: Part; readonly property: DtProperty },
): MacroText | undefined {
  if (part === 'value') return macroText(context, called);
  const own = macroText(context, called);
  if (own && hasName(own.text, property.name)) return own;
  const having: MacroText[] = [];
  for (const name of context.tree.macros.names()) {
    const { length } = context.tree.macros.history(name);
    const found = macroText(context, name);
    if (found && hasName(found.text, property.name)) having.push(found);
    else if (length > 1 && name === called) return undefined;
  }
  return having.length === 1 ? having[0] : undefined;
}

function macroText({ tree, text }: RuleContext, name: string): MacroText | undefined {
  const [definition, ...others] = tree.macros.history(name);
  if (!definition?.span || others.length > 0) return undefined;
  const { file, start } = definition.span;
  const body = /^(?:\\\r?\n|[^\n])*?(?=\r?\n|$)/.exec(text(file).slice(start))?.[0] ?? '';
  return { name, span: { file, start, end: start + body.length }, text: body };
}

function hasName(text: string, property: string): boolean {
  return text.split(property).length === 2;
}

/** Every device whose property this macro writes, in tree order. */
function usesOfMacro(
  context: RuleContext,
  { macro, part, name }: { readonly macro: MacroText; readonly part: Part; readonly name: string },
): Use[] {
  const uses: Use[] = [];
  for (const node of context.nodesWith(name)) {
    const property = node.properties.get(name);
    if (!property || partOf(context, property) !== part) continue;
    const called = callAt(context, property, part);
    const from = called !== undefined && macroFor(context, { called, part, property });
    if (from && from.name === macro.name) uses.push({ node, property, span: lastSet(property).span });
  }
  return uses;
}

/** Why the macro cannot change: it must be right for each of its devices, and for every board that sees it. */
function firstRefusal(
  context: RuleContext,
  { macro, part, uses }: { readonly macro: MacroText; readonly part: Part; readonly uses: readonly Use[] },
): string | undefined {
  const name = `the macro \`${macro.name}\``;
  for (const { node, property } of uses) {
    const path = `\`${pathOf(node)}\``;
    const reason = valueRefusal(property) ?? deviceRefusal(node, property);
    if (reason !== undefined) return `${name} writes it for ${path} too, where it has no right form: ${reason}`;
    if (hostOf(node)) return `${name} writes it for ${path} too, which is behind a PCI host bridge`;
    if (node.properties.has('iommus')) return `${name} writes it for ${path} too, which has \`iommus\` already`;
    if (property.origins.length > 1) return `${name} writes it for ${path} too, where it is set or deleted again`;
  }
  if (uses.some(({ span }) => span.file !== macro.span.file)) {
    const file = macro.span.file.slice(macro.span.file.lastIndexOf('/') + 1);
    return `${name} that writes it is in \`${file}\`, and other files that use it need not have a \`xen,grant-dma\` node`;
  }
  if (part === 'value' && mentions(context, macro) !== uses.length) {
    return `${name} that has its value is used for something else, too`;
  }
  return partlyCoherent(context, uses)
    ? `${name} writes whole devices, and only some of them have \`dma-coherent\``
    : undefined;
}

/** How often the macro's name stands in the files of the tree, apart from its definition. */
function mentions({ tree, text }: RuleContext, { name }: MacroText): number {
  const word = new RegExp(`\\b${name}\\b`, 'g');
  return tree.files.reduce((sum, file) => sum + [...withoutComments(text(file)).matchAll(word)].length, -1);
}

function partlyCoherent(context: RuleContext, uses: readonly Use[]): boolean {
  const made = uses.filter(({ node, span }) => !blockAround(context, node, span));
  const wanting = made.filter(({ node }) => wantsCoherent(context, node));
  return wanting.length > 0 && wanting.length < made.length;
}

/** The node's braces are in the text around the place; else the macro writes the whole node. */
function blockAround({ text }: RuleContext, node: DtNode, place: Span): boolean {
  return node.origins.some(({ kind, span, name }) => {
    if (kind !== 'open' || span.file !== place.file || span.start >= place.start || span.end <= place.end) return false;
    return /^(&|[^(]*$)/.test(text(name.file).slice(name.start, name.end));
  });
}

interface Change {
  readonly macro: MacroText;
  readonly uses: readonly Use[];
  readonly ref: string;
}

/** `#define DOM <1>`: the provider comes into the macro, and each use changes its name. */
function changeValue({ macro, uses, ref }: Change): TextEdit[] | undefined {
  const open = /^\w+(?:\([^)]*\))?(?:\s|\\\r?\n)*</.exec(macro.text)?.[0].length;
  if (open === undefined || !/>\s*$/.test(withoutComments(macro.text))) return undefined;
  return [
    inserted(macro, open, `${ref}${/^\s/.test(macro.text.slice(open)) ? '' : ' '}`),
    ...uses.map(({ property }) => ({ span: lastSet(property).name, text: 'iommus' })),
  ];
}

/** `#define BACKEND(n) xen,backend-domid = <n>`: all in the macro, or the name there and the value at each use. */
function changeStatement({ text }: RuleContext, { macro, uses, ref }: Change): TextEdit[] | undefined {
  const property = uses[0]?.property.name ?? '';
  const at = macro.text.indexOf(property);
  const renamed: TextEdit = {
    span: { file: macro.span.file, start: macro.span.start + at, end: macro.span.start + at + property.length },
    text: 'iommus',
  };
  const rest = macro.text.slice(at + property.length);
  if (withoutComments(rest).trim() !== '') {
    const open = /^(?:\s|\\\r?\n)*=(?:\s|\\\r?\n)*</.exec(rest)?.[0].length;
    if (open === undefined) return undefined;
    const gap = /^\s/.test(rest.slice(open)) ? '' : ' ';
    return [renamed, inserted(macro, at + property.length + open, ref + gap)];
  }
  const values = uses.map(({ span }): TextEdit | undefined => {
    const source = text(span.file).slice(span.start, span.end);
    const open = /^\w+(?:\([^)]*\))?\s*=\s*</.exec(source)?.[0].length;
    if (open === undefined) return undefined;
    const start = span.start + open;
    return { span: { file: span.file, start, end: start }, text: ref + (/^\s/.test(source.slice(open)) ? '' : ' ') };
  });
  return values.every((edit) => edit !== undefined) ? [renamed, ...values] : undefined;
}

/** At each use inside a node of the text; in the macro where that writes whole nodes. */
function coherence(context: RuleContext, macro: MacroText, uses: readonly Use[]): TextEdit[] {
  const edits: TextEdit[] = [];
  const wanting = uses.filter(({ node }) => wantsCoherent(context, node));
  for (const { node, span } of wanting) {
    if (blockAround(context, node, span)) edits.push(coherentAfter(context.text(span.file), span));
  }
  if (edits.length < wanting.length) edits.push(...coherentInside(macro, uses[0]?.property.name ?? ''));
  return edits;
}

/** Behind the statement in the macro's text, on a line of its own where the statement has one. */
function coherentInside(macro: MacroText, property: string): TextEdit[] {
  const at = macro.text.indexOf(property);
  const stop = macro.text.indexOf(';', at) + 1;
  if (stop === 0) return [];
  const line = macro.text.lastIndexOf('\n', at) + 1;
  const indent = macro.text.slice(line, at);
  const tail = /^[ \t]*(?=\\\r?\n)/.exec(macro.text.slice(stop))?.[0];
  if (line === 0 || indent.trim() !== '' || tail === undefined) return [inserted(macro, stop, ' dma-coherent;')];
  return [inserted(macro, stop, `${tail}\\${lineEnd(macro.text)}${indent}dma-coherent;`)];
}

function inserted({ span }: MacroText, at: number, text: string): TextEdit {
  const start = span.start + at;
  return { span: { file: span.file, start, end: start }, text };
}
