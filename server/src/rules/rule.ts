// SPDX-License-Identifier: MIT
// What a rule is: one object that finds one kind of mistake, explains it and may repair it.
import type { Related, Severity } from '#base/problem.ts';
import type { Span, TextEdit } from '#base/text.ts';
import type { DmaReport, Platform } from '#model/types.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

export interface RuleContext {
  readonly tree: DeviceTree;
  readonly platform: Platform;
  /** The DMA report of a device node, computed once per tree; `undefined` for nodes that are not devices. */
  report(node: DtNode): DmaReport | undefined;
  /** Text of a file that the tree was made from. */
  text(file: string): string;
}

export interface Finding {
  readonly message: string;
  readonly span: Span;
  readonly related?: readonly Related[];
  readonly fix?: string;
  readonly data?: unknown;
  /** When the platform or the certainty asks for another severity than the rule's default. */
  readonly severity?: Severity;
}

export interface Fix {
  readonly title: string;
  /** May touch several files; none overlap. */
  readonly edits: readonly TextEdit[];
}

export type PlatformKind = Platform['kind'];

export interface Rule {
  /** Permanent, kebab-case; dtc's own checks are `dtc/name_of_check`. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** Only on these platforms; absent: on all. */
  readonly platforms?: readonly PlatformKind[];
  /** Ids of rules that, where they report on a node, silence this one there. */
  readonly needs?: readonly string[];
  /** Two to six sentences of Markdown: what, what happens at run time, what to do. */
  readonly doc: string;
  /** Who says so: file and function in Linux, Xen or dtc with the version, or the binding's path. */
  readonly source: string;
  readonly example: { readonly bad: string; readonly good: string };
  /**
   * Which nodes it looks at: those that have one of these properties. Absent: every node. This is what keeps a
   * keystroke cheap: the runner walks the tree once and asks only the rules that a node concerns.
   */
  readonly properties?: readonly string[];
  /** Called once per node that {@link properties} selects, or once with the root when `scope` is `tree`. */
  readonly scope?: 'node' | 'tree';
  check(context: RuleContext, node: DtNode): Iterable<Finding>;
  fix?(context: RuleContext, node: DtNode, finding: Finding): Fix | undefined;
}
