// SPDX-License-Identifier: MIT
// Which cell of which entry a list of cells has reached: what is expected there, of which provider.
import type { View } from '#ide/analysis.ts';
import { cellNames } from '#ide/knowledge/cell-names.ts';
import { nodeByReference, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { cellCount, formOf, type ListForm } from './providers.ts';
import type { TypedCell } from './value-cursor.ts';

export interface CellPlace {
  /** Absent where no node is named or it is unknown. */
  readonly provider?: DtNode;
  /** The text behind `&` of the entry. */
  readonly ref?: string;
  /** What each cell of the entry is called. */
  readonly names: readonly string[];
  /** Which of them the cursor is in. */
  readonly index: number;
  /** A reference may stand here. */
  readonly reference: boolean;
  /** Nothing but a reference may stand here. */
  readonly required: boolean;
}

const ANYTHING: CellPlace = { names: [], index: 0, reference: true, required: false };

export function cellAt(view: View, node: DtNode | undefined, property: string, cells: readonly TypedCell[]): CellPlace {
  const form = formOf(property);
  if (!form) return addressPlace(node, property, cells.length) ?? afterReference(view, cells);
  if (form.form === 'interrupts') return interruptPlace(view, node, form, cells.length);
  const { tree } = view.snapshot;
  let at = 0;
  for (;;) {
    const before = form.form === 'map' ? 1 : 0;
    if (at + before > cells.length) return fixed(['id'], 0);
    const named = cells[at + before];
    if (!named) return { ...ANYTHING, required: form.cells !== undefined || form.form === 'map' };
    const provider = named.ref === undefined ? undefined : nodeByReference(tree, named.ref);
    const count = cellCount(form, provider);
    const typed = cells.length - at - before - 1;
    const length = form.form === 'map' ? 1 : 0;
    if (count === undefined || typed < count + length) {
      const names = cellNames(view.knowledge.bindings(view.file), form.cells, provider, count ?? typed + 1);
      return {
        names: length > 0 ? [...names, 'length'] : names,
        index: typed,
        reference: count === undefined,
        required: false,
        ...(provider && { provider }),
        ...(named.ref !== undefined && { ref: named.ref }),
      };
    }
    at += before + 1 + count + length;
  }
}

function fixed(names: readonly string[], index: number): CellPlace {
  return { names, index, reference: false, required: false };
}

/** Lists that no common binding knows: what follows a reference belongs to it. */
function afterReference(view: View, cells: readonly TypedCell[]): CellPlace {
  const at = cells.findLastIndex(({ ref }) => ref !== undefined);
  const ref = cells[at]?.ref;
  if (ref === undefined) return { ...ANYTHING, index: cells.length };
  const provider = nodeByReference(view.snapshot.tree, ref);
  return {
    names: [],
    index: cells.length - at - 1,
    reference: true,
    required: false,
    ref,
    ...(provider && { provider }),
  };
}

/** The interrupt parent's own cells: `interrupts` names no controller. */
function interruptPlace(view: View, node: DtNode | undefined, form: ListForm, typed: number): CellPlace {
  const provider = interruptParent(view, node);
  const count = cellCount(form, provider) ?? 0;
  if (count === 0) return fixed([], typed);
  const names = cellNames(view.knowledge.bindings(view.file), form.cells, provider, count);
  return { ...fixed(names, typed % count), ...(provider && { provider }) };
}

/** By `interrupt-parent` of the node or of the nearest one above, or a controller above (Devicetree Specification 2.4). */
export function interruptParent({ snapshot: { tree } }: View, node: DtNode | undefined): DtNode | undefined {
  for (let at = node; at; at = at.parent) {
    const reference = at.properties.get('interrupt-parent')?.value.references[0]?.ref;
    if (reference !== undefined) return nodeByReference(tree, reference);
    if (at !== node && (at.properties.has('interrupt-controller') || at.properties.has('interrupt-map'))) return at;
  }
  return undefined;
}

/** `reg`, `ranges` and `dma-ranges`: addresses and sizes as the buses count them; 2 and 1 where they do not say. */
function addressPlace(node: DtNode | undefined, property: string, typed: number): CellPlace | undefined {
  const count = (of: DtNode | undefined, name: string, otherwise: number) =>
    Math.min(u32(of?.properties.get(name)) ?? otherwise, 8);
  const names = (word: string, cells: number) =>
    Array.from({ length: cells }, (_, at) => (cells > 1 ? `${word}${cells - at}` : word));
  const parent = node?.parent;
  let all: string[];
  if (property === 'reg') {
    all = [...names('address', count(parent, '#address-cells', 2)), ...names('size', count(parent, '#size-cells', 1))];
  } else if (property === 'ranges' || property === 'dma-ranges') {
    all = [
      ...names('child-address', count(node, '#address-cells', 2)),
      ...names('parent-address', count(parent, '#address-cells', 2)),
      ...names('size', count(node, '#size-cells', 1)),
    ];
  } else return undefined;
  return all.length === 0 ? undefined : fixed(all, typed % all.length);
}
