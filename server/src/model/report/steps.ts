// SPDX-License-Identifier: MIT
// The record that the walk leaves behind: a step per decision, the lines Linux prints, and what the outcome hangs on.
import type { Span } from '#base/text.ts';
import type { Alternative, Condition, Statement } from '#model/statements/index.ts';
import { lastSet, nodeSpan } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { DmaReport, Otherwise, Step, Verdict } from './types.ts';

export interface Steps {
  readonly list: Step[];
  readonly log: string[];
  /** Conditions that the tree does not decide, the first one first. */
  readonly doubts: Condition[];
  /** What the device gets when one of the doubts that have another outcome turns out the other way. */
  readonly alternatives: Otherwise[];
  /** The step that would have to be another one for another verdict. */
  decisive?: Step | undefined;
}

export function newSteps(): Steps {
  return { list: [], log: [], doubts: [], alternatives: [] };
}

/** A step that the tree and the platform decide. */
export function say(steps: Steps, authority: string, statement: Statement, ...evidence: readonly Span[]): void {
  steps.list.push({ statement, evidence, authority, certainty: 'certain' });
}

export interface Open {
  readonly dependsOn: Condition;
  readonly evidence?: readonly Span[];
}

/** A step that hangs on something unknown; the report then does, too. */
export function sayIf(steps: Steps, authority: string, statement: Statement, { dependsOn, evidence = [] }: Open): void {
  steps.list.push({ statement, evidence, authority, certainty: 'depends', dependsOn });
  doubt(steps, dependsOn);
}

/** The answer hangs on a condition. */
export function doubt(steps: Steps, condition: Condition): void {
  if (!steps.doubts.some((known) => isSame(known, condition))) steps.doubts.push(condition);
}

/** What the device gets where a condition turns out otherwise. */
export function otherwise(steps: Steps, when: Alternative, verdict: Verdict): void {
  const known = steps.alternatives.some((other) => other.verdict === verdict && isSame(other.when, when));
  if (!known) steps.alternatives.push({ when, verdict });
}

/** The step recorded last is the one that decides what the device gets, as far as the walk has come. */
export function decides(steps: Steps): void {
  steps.decisive = steps.list.at(-1);
}

/** Statements and conditions are data: equal when everything that they say is. */
function isSame(a: Condition, b: Condition): boolean {
  return a === b || JSON.stringify(a, exact) === JSON.stringify(b, exact);
}

function exact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** Appends what other steps recorded. */
export function follow(steps: Steps, other: Steps): void {
  steps.list.push(...other.list);
  steps.log.push(...other.log);
  for (const condition of other.doubts) doubt(steps, condition);
  for (const { when, verdict } of other.alternatives) otherwise(steps, when, verdict);
  if (other.decisive) steps.decisive = other.decisive;
}

/** Where a property was last set; the node itself when it has none. */
export function at(node: DtNode, property: string): Span {
  const found = node.properties.get(property);
  return found ? lastSet(found).span : nodeSpan(node);
}

/** `` `/soc/iommu@1000` `` */
export function quoted(text: string): string {
  return `\`${text}\``;
}

/** The step of a report that decides its verdict. */
export function decidingStep({ steps }: Pick<DmaReport, 'steps'>): Step | undefined {
  return steps.find(({ decides }) => decides);
}
