// SPDX-License-Identifier: MIT
// What a rule is: one object that finds one kind of mistake, explains it and may say how to repair it.
import type { Related, Repair, Severity } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

/** What a rule may look at: one resolved tree on one platform. */
export interface RuleContext {
  readonly tree: DeviceTree;
  readonly platform: Platform;
  /** The DMA report of a device node, computed once per tree; `undefined` for nodes that are not devices. */
  report(node: DtNode): DmaReport | undefined;
  /** Text of a file that the tree was made from. */
  text(file: string): string;
  /** Text of `#include <name>` as this board finds it, also where it does not include it. */
  header(name: string): string | undefined;
  /** The nodes that have a property which some rule of the run names, in tree order. */
  nodesWith(property: string): readonly DtNode[];
}

export interface Finding {
  readonly message: string;
  readonly span: Span;
  /** The node it is about, when that is not the node that was checked. */
  readonly node?: DtNode;
  readonly related?: readonly Related[];
  /** `edits/repairs.ts` has the ways to make one. */
  readonly fix?: Repair;
  /** Repairs of which a person has to choose one. */
  readonly choices?: readonly Repair[];
  /** When the platform or the certainty asks for another severity than the rule's default. */
  readonly severity?: Severity;
  readonly tag?: 'deprecated' | 'unnecessary';
}

export type PlatformKind = Platform['kind'];

/** For rules about the text or the tree itself, which hold for whoever reads it. */
export const ALL_PLATFORMS: readonly PlatformKind[] = ['linux', 'xen-dom0', 'xen-domu', 'xen-host', 'kvm', 'zephyr'];

export interface Rule {
  /** Permanent, kebab-case; dtc's own checks are `dtc/name_of_check`. */
  readonly id: string;
  readonly severity: Severity;
  /** Runs only where the project gives it a severity. */
  readonly off?: true;
  /** Some of its findings carry a repair: for the lists of rules; a test holds it to the example. */
  readonly fixable?: true;
  /** Its repair is one of several that may be meant: offered at its place, and left out where everything is repaired. */
  readonly judgement?: true;
  /** What is wrong, as a noun phrase without a full stop. */
  readonly title: string;
  /** Only on these platforms; absent: on all but Zephyr, whose drivers read other properties. */
  readonly platforms?: readonly PlatformKind[];
  /** Ids of rules that, where they report on a node, silence this one there. */
  readonly needs?: readonly string[];
  /** Two to six sentences of Markdown: what, what happens at run time, what to do. */
  readonly doc: string;
  /** Who says so: file and function in Linux, Xen or dtc with the version, or the binding's path. */
  readonly source: string;
  /** The smallest tree that shows it and the smallest that does not, without `/dts-v1/`; the platform if it matters. */
  readonly example: { readonly bad: string; readonly good: string; readonly platform?: Partial<Platform> };
  /**
   * Which nodes it looks at: those that have one of these properties, or one whose name this accepts. Without this and
   * {@link nodeNames}: every node. This is what keeps a keystroke cheap: the runner walks the tree once, asks only the
   * rules that a node concerns, and judges a name once however many nodes have it.
   */
  readonly properties?: readonly string[] | ((name: string) => boolean);
  /** Which nodes it looks at: those whose own name (with the unit address) this accepts. */
  readonly nodeNames?: (name: string) => boolean;
  /**
   * `node`: what it says depends on the node, its parent and its children alone, as they are written: not on what their
   * values refer to, nor on the platform. Where it said nothing, it is not asked again until one of these changes.
   */
  readonly sees?: 'node';
  /** `check` is called once per selected node, or once with the root when this is `tree`. */
  readonly scope?: 'node' | 'tree';
  /**
   * How much of the tree must be known. `board` (default): all includes, but a syntax error elsewhere does not matter.
   * `all`: the rule says that something is absent, so nothing may be missing. `node`: it holds whatever surrounds the
   * node, also in a `.dtsi` without its board.
   */
  readonly knows?: 'node' | 'board' | 'all';
  check(context: RuleContext, node: DtNode): Iterable<Finding>;
}
