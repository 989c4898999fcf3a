// SPDX-License-Identifier: MIT
// The resolved device tree: what dtc would write into the blob, with every place that made it.
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { Branch } from '#syntax/ast.ts';
import type { Definition } from './cpp/macros.ts';
import type { ErrorCheck } from './dtc/checks.ts';
import type { DtcVersion } from './dtc/version.ts';

/** One place that opened a node: `/ {`, `name {` or `&label {`. */
export interface NodeOrigin {
  /** From the first label or the name to the closing `};`. */
  readonly span: Span;
  /** The name or reference before `{`. */
  readonly name: Span;
  /** Where `/delete-node/` or `/omit-if-no-ref/` named it, instead of opening it. */
  readonly kind: 'open' | 'delete' | 'omit';
}

/** One place that set or deleted a property. */
export interface PropertyOrigin {
  /** From the first label or the name to the `;`. */
  readonly span: Span;
  readonly name: Span;
  readonly kind: 'set' | 'delete';
}

export interface Label {
  readonly name: string;
  readonly span: Span;
}

export interface DtNode {
  /** With the unit address; `''` for the root. */
  readonly name: string;
  readonly parent: DtNode | undefined;
  /** Only of a root: the text deletes or omits it, and dtc writes a blob without any node. */
  readonly deleted?: boolean;
  readonly labels: readonly Label[];
  /** It has a label or had one that was deleted: `-@` gives it a phandle. Absent: as `labels` say. */
  readonly hadLabels?: boolean;
  /** In dtc's order, by name; the second of a name, which dtc refuses, has a key of its own. */
  readonly properties: ReadonlyMap<string, DtProperty>;
  /** In dtc's order, by full name; the second of a name, which dtc refuses, has a key of its own. */
  readonly children: ReadonlyMap<string, DtNode>;
  /** Every place that opened it, in order; the last one wins where they differ. */
  readonly origins: readonly NodeOrigin[];
  /**
   * Later trees of a `LiveBoard` have the same node objects. As long as this number is the same, so are the node's
   * labels, properties with their bytes, origins and the names of its children. What they refer to may be another node,
   * and they may stand elsewhere in the file: spans are to be asked for again.
   * Absent on nodes that never change.
   */
  readonly revision?: number;
}

export interface DtProperty {
  readonly name: string;
  readonly node: DtNode;
  /** In front of the name, from every place that set it. */
  readonly labels: readonly Label[];
  /** Every place that set or deleted it, in order; the last `set` is the value. */
  readonly origins: readonly PropertyOrigin[];
  /** The value as dtc would write it, evaluated on first use. */
  readonly value: Value;
  /** dtc would refuse the text of the value, or stop in it: `value` is only what was read before. */
  readonly faulty?: boolean;
}

/** A reference inside a value, at a byte offset. `phandle`: the four bytes there are the target's phandle. */
export interface Reference {
  readonly kind: 'phandle' | 'path';
  readonly offset: number;
  /** Text after `&`: a label, or a path that starts with `/`, or `label/path`. */
  readonly ref: string;
  readonly span: Span;
}

/** What the source wrote for one piece of a value: a cell, a string, a byte string. */
export interface Datum {
  readonly kind: 'cell' | 'string' | 'bytes' | 'path' | 'incbin';
  readonly offset: number;
  readonly length: number;
  readonly span: Span;
}

export interface Value {
  /** Big endian, as in the blob, except that a cell written as `&label` holds 0xffffffff: see `references`. */
  readonly bytes: Uint8Array;
  readonly references: readonly Reference[];
  /** In offset order; only what the source wrote, so a value with a syntax error has fewer. */
  readonly data: readonly Datum[];
  readonly labels: readonly (Label & { readonly offset: number })[];
}

/** One 32-bit cell of a property, with the node it refers to when the source wrote `&label` there. */
export interface Cell {
  readonly value: number;
  readonly target: DtNode | undefined;
  /** The text after `&` when the source wrote a reference, also when it resolves to nothing. */
  readonly ref: string | undefined;
  readonly span: Span;
}

export interface MemoryReservation {
  readonly address: bigint;
  readonly size: bigint;
  readonly span: Span;
}

/** Its nodes are those of the latest tree when it comes from a `LiveBoard`: an edit changes the tree in place. */
export interface DeviceTree {
  readonly root: DtNode;
  /** The board file. */
  readonly file: string;
  /** `/plugin/`: an overlay blob. */
  readonly plugin: boolean;
  readonly reservations: readonly MemoryReservation[];
  /** A label may be carried by several nodes (an error, but dtc resolves it to the first in tree order). */
  readonly labels: ReadonlyMap<string, readonly DtNode[]>;
  /** Properties with a label of their own or one in their value, in tree order: most boards have none. */
  readonly innerLabels: readonly DtProperty[];
  /**
   * Nodes that phandle references name, in the order in which dtc meets them; also from nodes that
   * `/omit-if-no-ref/` then drops, because dtc numbers phandles first.
   */
  readonly phandleTargets: readonly DtNode[];
  /** Numbers in `phandle` properties of nodes that `/omit-if-no-ref/` then dropped: taken while references got theirs. */
  readonly omittedPhandles?: readonly number[];
  /** By reference, nodes that were dropped so with a node around them although values hold their phandles. */
  readonly omittedTargets?: ReadonlyMap<string, DtNode>;
  /** Nodes are marked with `/omit-if-no-ref/`: dtc checks them for errors before it drops them. */
  readonly omits?: boolean;
  /** The dtc that reads it; absent: the newest known. */
  readonly dtc?: DtcVersion;
  /** The first of dtc's checks that failed on a tree that is written all the same (`-f`): dtc runs none after it. */
  readonly failedCheck?: ErrorCheck;
  /** What the text itself got wrong: syntax, includes, duplicates, references. */
  readonly problems: readonly Problem[];
  /** Files read, in the order of first use; the board first. */
  readonly files: readonly string[];
  /** Includes that were not found: every path that was tried. A host may load one and evaluate again. */
  readonly missing: readonly string[];
  /**
   * False when something is known to be missing from the tree (an include that was not found, a syntax error, a file
   * analysed without its board), so that absence proves nothing.
   */
  readonly complete: boolean;
  readonly macros: MacroHistory;
  /**
   * Which branch of a conditional cpp took, the last time that it came there; `null`: none; `undefined`: it never came
   * there, or the board was read as text.
   */
  taken?(branches: readonly Branch[]): Branch | null | undefined;
}

/** What was ever `#define`d while the board was read. */
export interface MacroHistory {
  /** Every definition of a name, in order. */
  history(name: string): readonly Definition[];
  names(): Iterable<string>;
  /** The last definition of each name that has one at the end. */
  last(): Iterable<Definition>;
}
