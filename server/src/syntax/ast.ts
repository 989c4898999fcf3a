// SPDX-License-Identifier: MIT
// The AST of one file: its statements with all branches of `#if`, before any macro is expanded. Plain data.
//
// Positions are relative, so that an edit leaves the items around it untouched and an incremental parse can hand back
// the very same objects: an item's `at` counts from the start of the item (or branch) that contains it, the parts of an
// item count from the item's own start. Object identity therefore means "nothing in here changed".

/** A part of an item: offset from the item's start, and length. */
export interface Part {
  readonly at: number;
  readonly length: number;
}

interface ItemBase {
  /** Offset from the start of the containing item or branch; from the start of the file at the top. */
  readonly at: number;
  readonly length: number;
}

/** `l1: l2: name@1 { … };`, `&label { … };`, `&{/path} { … };`, `/ { … };`; the head may contain macros. */
export interface NodeItem extends ItemBase {
  readonly kind: 'node';
  /** Everything before `{`: labels, then name or reference, and a leading `/omit-if-no-ref/`. Without outer blanks. */
  readonly head: Part;
  /** The text of the head, so that the evaluator needs no slice per keystroke. */
  readonly headText: string;
  readonly body: readonly Item[];
  /** False when the closing `}` is missing. */
  readonly closed: boolean;
}

/** `label: name = value;` or `name;`. */
export interface PropertyItem extends ItemBase {
  readonly kind: 'property';
  /** Labels and name: everything before `=` or `;`. */
  readonly head: Part;
  readonly headText: string;
  /** Between `=` and `;`, without outer blanks; absent for `name;`. */
  readonly value: Part | undefined;
  readonly valueText: string | undefined;
}

/** `/delete-node/ name;` or `&ref;`, `/delete-property/ name;`, top-level `/omit-if-no-ref/ &ref;`. */
export interface DirectiveItem extends ItemBase {
  readonly kind: 'delete-node' | 'delete-property' | 'omit-if-no-ref';
  readonly target: Part;
  readonly targetText: string;
}

/** `#include "x"` or `<x>` or a macro (`cpp`), `/include/ "x"` (`dtc`). */
export interface IncludeItem extends ItemBase {
  readonly kind: 'include';
  readonly style: 'cpp' | 'dtc';
  /** With its quotes or brackets. */
  readonly path: Part;
  readonly pathText: string;
}

/** `#define NAME body`, `#define NAME(a, b...) body`. The text is kept whole; the preprocessor parses it. */
export interface DefineItem extends ItemBase {
  readonly kind: 'define' | 'undef';
  /** After the directive's name, continuation lines included. */
  readonly rest: Part;
  readonly restText: string;
}

/** One `#if`, `#ifdef`, `#ifndef`, `#elif`, `#else` with what it guards. */
export interface Branch {
  /** Offset from the start of the conditional. */
  readonly at: number;
  readonly length: number;
  readonly keyword: 'if' | 'ifdef' | 'ifndef' | 'elif' | 'elifdef' | 'elifndef' | 'else';
  readonly condition: Part;
  readonly conditionText: string;
  /** Items count from the start of the branch. */
  readonly body: readonly Item[];
}

export interface ConditionalItem extends ItemBase {
  readonly kind: 'conditional';
  readonly branches: readonly Branch[];
  /** False when `#endif` is missing. */
  readonly closed: boolean;
}

/** A macro where a statement is expected: `EFUSE_OUTPUT(01);`. It may expand to properties, nodes, or nothing. */
export interface MacroItem extends ItemBase {
  readonly kind: 'macro';
  readonly text: string;
}

/** `/memreserve/ a b;`, `/dts-v1/;`, `/plugin/;`, and the preprocessor's `#error` and its like: kept as text. */
export interface OtherItem extends ItemBase {
  readonly kind: 'memreserve' | 'version' | 'plugin' | 'preprocessor';
  readonly text: string;
}

/** Text that fits no rule. What is recognisable inside it was lifted out beside it. */
export interface ErrorItem extends ItemBase {
  readonly kind: 'error';
  readonly text: string;
}

export type Item =
  | NodeItem
  | PropertyItem
  | DirectiveItem
  | IncludeItem
  | DefineItem
  | ConditionalItem
  | MacroItem
  | OtherItem
  | ErrorItem;

export interface Ast {
  readonly items: readonly Item[];
  readonly length: number;
  /** tree-sitter's `rootNode.hasError`: an ERROR or a MISSING node anywhere, visible or hidden. */
  readonly hasError: boolean;
  /** Where it says so: absolute offsets and one sentence each; MISSING nodes are empty ranges. */
  readonly errors: readonly SyntaxFault[];
}

/** What is wrong with a text, at absolute offsets. */
export interface SyntaxFault {
  readonly start: number;
  readonly end: number;
  /** One sentence. */
  readonly message: string;
  /** Text that, put in at `at`, would make it right. `sure`: nobody can have meant anything else. */
  readonly insert?: { readonly at: number; readonly text: string; readonly sure: boolean };
  /** What lacks its end. */
  readonly opened?: { readonly start: number; readonly end: number };
  /** dtc may notice it only much further down. */
  readonly reaches?: true;
}
