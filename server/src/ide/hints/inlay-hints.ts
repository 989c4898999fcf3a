// SPDX-License-Identifier: MIT
// What an editor may show between the words: which IDs are meant, where a property is set again, what a macro is worth,
// which interrupt it is, which node a brace closes.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { nodeRanges } from '#ide/navigation/places.ts';
import { iommuState } from '#model/iommu/state.ts';
import { decode } from '#model/iommu/xlate.ts';
import { machineOf } from '#model/platform/machine.ts';
import { compatibles, nodeByReference, readU32, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { idText } from '#wording/values.ts';

/** The kinds and whether they are shown where nobody chose. */
export const HINT_DEFAULTS = {
  /** What an entry of `iommus` means to the IOMMU's driver, where its cells do not say it at once. */
  ids: true,
  /** Where a property is set again. */
  overrides: true,
  macros: false,
  interrupts: false,
  /** Which node a far `}` closes. */
  braces: false,
} as const satisfies Readonly<Record<string, boolean>>;

export type HintKind = keyof typeof HINT_DEFAULTS;

export interface InlayHint {
  readonly kind: HintKind;
  readonly offset: number;
  readonly text: string;
  /** The place that the hint names. */
  readonly target?: Span;
}

/** Shorter nodes show their name and their brace at once. */
const LONG_NODE = 25;
/** A window shows a hundred lines. */
const MAX_HINTS = 500;

/** Those of the kinds that are shown, in a part of the file, in text order. */
export function inlayHints(
  view: View,
  start: number,
  end: number,
  shown: Readonly<Record<HintKind, boolean>> = HINT_DEFAULTS,
): InlayHint[] {
  const { snapshot, file, text } = view;
  const hints: InlayHint[] = [];
  const seen = new Set<DtNode>();
  for (const range of nodeRanges(snapshot, file)) {
    if (range.start > end) break;
    if (range.end < start || hints.length > MAX_HINTS) continue;
    if (shown.braces && range.end <= end) hints.push(...braceHint(text, range));
    if (seen.has(range.node)) continue;
    seen.add(range.node);
    for (const property of range.node.properties.values()) hints.push(...propertyHints(view, property, start, end));
  }
  return hints.filter(({ kind }) => shown[kind]).sort((a, b) => a.offset - b.offset);
}

/** The name of a long node behind its `};`. */
function braceHint(text: string, { start, end, node }: ReturnType<typeof nodeRanges>[number]): InlayHint[] {
  const body = text.slice(start, end);
  if (!/\}\s*;?$/.test(body) || lines(body) < LONG_NODE) return [];
  const [label] = node.labels;
  return [{ kind: 'braces', offset: end, text: label ? `&${label.name}` : node.name || '/' }];
}

function lines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function propertyHints(view: View, property: DtProperty, start: number, end: number): InlayHint[] {
  const places = property.origins.filter(({ kind }) => kind === 'set');
  const last = places.at(-1);
  const hints: InlayHint[] = [];
  for (const place of places) {
    const { span } = place;
    if (span.file !== view.file || span.end < start || span.start > end) continue;
    if (place !== last && last) {
      const name = `${last.name.file.slice(last.name.file.lastIndexOf('/') + 1)}:${view.snapshot.line(last.name)}`;
      hints.push({ kind: 'overrides', offset: span.end, text: t('set again in {0}', name), target: last.name });
    } else {
      const interrupts = interruptHints(view, property);
      hints.push(...(interrupts.length > 0 ? interrupts : macroHints(view, property)), ...idHints(view, property));
    }
  }
  return hints.filter(({ offset }) => start <= offset && offset <= end);
}

/** Nobody wants the numbers of these: their names are what counts. */
const SPEAKING = /^(?:GIC_|IRQ_TYPE_|GPIO_(?:ACTIVE|OPEN|PULL|PUSH|SINGLE|LINE|TRANSITORY|PERSISTENT))/;

/** Behind a macro that is one cell: its number. */
function macroHints({ text, file }: View, { value }: DtProperty): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const [at, { kind, span, offset, length }] of value.data.entries()) {
    if (kind !== 'cell' || length !== 4 || span.file !== file) continue;
    const before = value.data[at - 1]?.span.start;
    const after = value.data[at + 1]?.span.start;
    if (before === span.start || after === span.start) continue;
    const written = text.slice(span.start, span.end);
    if (!/^[A-Za-z_]\w*(?:\(.*\))?$/.test(written) || SPEAKING.test(written)) continue;
    const number = readU32(value.bytes, offset);
    hints.push({ kind: 'macros', offset: span.end, text: `= ${number < 4096 ? number : `0x${number.toString(16)}`}` });
  }
  return hints;
}

/** bindings/interrupt-controller/arm,gic*.yaml: the first cell is the type; SPIs begin at 32, PPIs at 16. */
const GIC_TYPES: Readonly<Record<number, readonly [name: string, first: number]>> = { 0: ['SPI', 32], 1: ['PPI', 16] };

/** Behind the cells of an interrupt of a GIC: its number as Linux and the manual count. */
function interruptHints({ snapshot: { tree }, file }: View, property: DtProperty): InlayHint[] {
  if (property.name !== 'interrupts') return [];
  const parent = interruptParent(property.node, (ref) => nodeByReference(tree, ref));
  if (!parent || !compatibles(parent).some((name) => /^arm,(?:gic|cortex-a\d+-gic)/.test(name))) return [];
  const count = u32(parent.properties.get('#interrupt-cells')) ?? 0;
  const { bytes, data } = property.value;
  const hints: InlayHint[] = [];
  for (let cell = 0; count >= 3 && (cell + count) * 4 <= bytes.length; cell += count) {
    const type = GIC_TYPES[readU32(bytes, cell * 4)];
    const last = data.find(({ offset, length }) => offset === (cell + count - 1) * 4 && length === 4);
    if (!type || last?.span.file !== file) continue;
    hints.push({
      kind: 'interrupts',
      offset: last.span.end,
      text: `${type[0]}, ID ${type[1] + readU32(bytes, cell * 4 + 4)}`,
    });
  }
  return hints;
}

/** Behind an entry of `iommus` with a mask, several cells or a macro: the IDs that the driver makes of it. */
function idHints({ snapshot: { tree, platform }, file, text }: View, property: DtProperty): InlayHint[] {
  if (property.name !== 'iommus') return [];
  const machine = machineOf(tree, platform);
  return specifiers(tree, property, '#iommu-cells').entries.flatMap(({ provider, args }): InlayHint[] => {
    const last = args.at(-1);
    if (!last || last.span.file !== file) return [];
    const ids = decode(
      iommuState(machine, provider),
      args.map(({ value }) => value),
    );
    const plain = args.length === 1 && /^\(?(?:0x)?[\da-f]/i.test(text.slice(last.span.start, last.span.end));
    if (ids.length === 0 || plain) return [];
    return [{ kind: 'ids', offset: last.span.end, text: ids.map(idText).join(', ') }];
  });
}

/** As in the Devicetree Specification 2.4: the nearest `interrupt-parent` above. */
function interruptParent(node: DtNode, find: (ref: string) => DtNode | undefined): DtNode | undefined {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    const ref = at.properties.get('interrupt-parent')?.value.references[0]?.ref;
    if (ref !== undefined) return find(ref);
    if (at !== node && at.properties.has('interrupt-controller')) return at;
  }
  return undefined;
}
