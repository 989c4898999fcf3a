// SPDX-License-Identifier: MIT
// Which problems does a tree have: runs the rules over it in one walk.
import type { Problem, Severity } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { applies, type Catalogue, type RunInput } from './catalogue.ts';
import { applyIgnores } from './ignore-comments.ts';
import type { NodeIndex } from './node-index.ts';
import { toAsk } from './recheck.ts';
import type { Finding, Rule, RuleContext } from './rule.ts';

/** A rule that threw on a node: a defect of ours. The rule is skipped for that node, everything else is reported. */
export interface Crash {
  readonly rule: string;
  readonly node: string;
  readonly message: string;
}

export interface RunResult {
  /** What the text itself got wrong and what the rules found, by file and place. */
  readonly problems: readonly Problem[];
  /** `unused-ignore` for comments of included files: true only where every other board says the same. */
  readonly idle: readonly Problem[];
  readonly crashes: readonly Crash[];
}

/** Runs every rule that the platform and the state of the tree allow. Never throws. */
export function runRules(rules: Catalogue, input: RunInput): RunResult {
  const index = rules.selection.of(input.tree);
  const context = contextOf(input, index);
  const broken = input.tree.problems.filter((problem) => problem.severity === 'error');
  const reported = new Map<string, Set<DtNode>>();
  const problems: Problem[] = [];
  const crashes: Crash[] = [];
  for (const rule of rules.rules) {
    const severity = input.severities?.get(rule.id);
    if (severity === 'off' || (rule.off && !severity) || !applies(rule, input)) continue;
    const { nodes, said } = toAsk(rule, index);
    for (const node of nodes) {
      try {
        for (const finding of rule.check(context, node)) {
          said?.add(node);
          const about = finding.node ?? node;
          if (isSilenced(rule, about, reported) || followsFrom(broken, about, finding.span)) continue;
          if (isHalfRead(broken, about)) continue;
          if (isForLinux(rule) && isKeptFromDom0(input, about)) continue;
          reported.set(rule.id, (reported.get(rule.id) ?? new Set()).add(about));
          problems.push(problemOf(rule, about, finding, severity));
        }
      } catch (error) {
        said?.add(node);
        crashes.push(crash(rule, node, error));
      }
    }
  }
  const text = input.tree.problems.flatMap((problem) => withSeverity(problem, input.severities));
  const { kept, idle } = applyIgnores({ rules, input, problems: [...text, ...problems] });
  return { problems: sorted(kept, input.tree), idle, crashes };
}

/** Rules that name no platforms say what Linux does. */
function isForLinux({ platforms }: Rule): boolean {
  return platforms === undefined;
}

/** dom0's Linux gets the device disabled, so that another domain can have it (domain_build.c:write_properties of Xen). */
function isKeptFromDom0({ platform }: RunInput, { properties }: DtNode): boolean {
  return platform.kind === 'xen-host' && properties.has('xen,passthrough');
}

function contextOf(input: RunInput, index: NodeIndex): RuleContext {
  return {
    tree: input.tree,
    platform: input.platform,
    report: (node) => input.report(node),
    text: (file) => input.text(file),
    header: (name) => input.header?.(name),
    nodesWith: (property) => index.nodesWith(property),
  };
}

function crash(rule: Rule, node: DtNode, error: unknown): Crash {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { rule: rule.id, node: pathOf(node), message };
}

function isSilenced(rule: Rule, node: DtNode, reported: ReadonlyMap<string, ReadonlySet<DtNode>>): boolean {
  return rule.needs?.some((id) => reported.get(id)?.has(node)) ?? false;
}

/**
 * True when the property that holds the place has an error of its own, or a name in it that an include would define which
 * is missing: what it seems to say follows from that.
 */
function followsFrom(broken: readonly Problem[], node: DtNode, span: Span): boolean {
  for (const property of node.properties.values()) {
    if (broken.length === 0 && !property.faulty) continue;
    for (const origin of property.origins) {
      if (!contains(origin.span, span)) continue;
      if (property.faulty) return true;
      if (broken.some((problem) => overlaps(problem.span, origin.span))) return true;
    }
  }
  return false;
}

/** True for a node with a syntax error among its own statements: what it seems to lack may stand there. */
function isHalfRead(broken: readonly Problem[], node: DtNode): boolean {
  const holds = ({ origins }: DtNode, span: Span): boolean => origins.some((origin) => contains(origin.span, span));
  return broken.some(({ rule, span }) => {
    if (rule !== 'syntax/error' || !holds(node, span)) return false;
    for (const child of node.children.values()) if (holds(child, span)) return false;
    return true;
  });
}

function problemOf(rule: Rule, node: DtNode, finding: Finding, severity: Severity | undefined): Problem {
  const { message, span, related, fix, choices, tag } = finding;
  return {
    rule: rule.id,
    severity: severity ?? finding.severity ?? rule.severity,
    message,
    span,
    node: pathOf(node),
    ...(related && { related }),
    ...(fix && { fix }),
    ...(choices && choices.length > 0 && { choices }),
    ...(tag && { tag }),
  };
}

function withSeverity(problem: Problem, severities: RunInput['severities']): Problem[] {
  const severity = severities?.get(problem.rule);
  if (severity === 'off') return [];
  return [severity ? { ...problem, severity } : problem];
}

function sorted(problems: readonly Problem[], tree: DeviceTree): Problem[] {
  const order = new Map(tree.files.map((file, at) => [file, at]));
  const rank = (problem: Problem): number => order.get(problem.span.file) ?? order.size;
  return [...problems].sort((a, b) => rank(a) - rank(b) || a.span.start - b.span.start || a.rule.localeCompare(b.rule));
}

function contains(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

function overlaps(a: Span, b: Span): boolean {
  return a.file === b.file && a.start <= b.end && b.start <= a.end;
}
