// SPDX-License-Identifier: MIT
// The record that the walk leaves behind: a step per decision, the lines Linux prints, and what the outcome hangs on.
import type { Span } from '#base/text.ts';
import { lastSet, nodeSpan } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Step, Verdict } from './types.ts';

export interface Trail {
  readonly steps: Step[];
  readonly log: string[];
  /** Conditions that the tree does not decide, the first one first. */
  readonly doubts: string[];
  /** What the device gets when the first doubt turns out the other way. */
  alternative?: { readonly when: string; readonly verdict: Verdict };
}

export function newTrail(): Trail {
  return { steps: [], log: [], doubts: [] };
}

/** A step that the tree and the platform decide. */
export function say(trail: Trail, authority: string, text: string, ...evidence: readonly Span[]): void {
  trail.steps.push({ text, evidence, authority, certainty: 'certain' });
}

/** A step that hangs on something unknown; the report then does, too. */
export function sayIf(
  trail: Trail,
  authority: string,
  text: string,
  condition: { readonly dependsOn: string; readonly evidence?: readonly Span[] },
): void {
  trail.steps.push({
    text,
    evidence: condition.evidence ?? [],
    authority,
    certainty: 'depends',
    dependsOn: condition.dependsOn,
  });
  doubt(trail, condition.dependsOn);
}

export function doubt(trail: Trail, condition: string): void {
  if (!trail.doubts.includes(condition)) trail.doubts.push(condition);
}

/** Appends what another trail recorded. */
export function follow(trail: Trail, other: Trail): void {
  trail.steps.push(...other.steps);
  trail.log.push(...other.log);
  for (const condition of other.doubts) doubt(trail, condition);
  if (!trail.alternative && other.alternative) trail.alternative = other.alternative;
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

/** `0x1f`, of any size. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
