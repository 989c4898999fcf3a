// SPDX-License-Identifier: MIT
// A DMA report in words: the texts of its steps and of what it depends on, as the public JSON has them.
import type { DmaReport, Reserved, Step, Verdict } from '#model/report/types.ts';
import { conditionText, otherwiseClause, statementText } from './statements/index.ts';
import { reservedBecause } from './statements/reserved.ts';

export interface DescribedStep extends Pick<Step, 'evidence' | 'authority' | 'certainty' | 'decides'> {
  readonly text: string;
  readonly dependsOn?: string;
}

export interface DescribedReserved extends Omit<Reserved, 'why'> {
  readonly why: string;
}

export interface DescribedAlternative {
  readonly when: string;
  readonly verdict: Verdict;
}

/** A report as `dt-iommu explain --format json` shows it (docs: `devices` of contracts section 3). */
export interface DescribedReport
  extends Omit<DmaReport, 'steps' | 'dependsOn' | 'alternative' | 'alternatives' | 'reserved'> {
  readonly reserved: readonly DescribedReserved[];
  readonly dependsOn?: string;
  readonly steps: readonly DescribedStep[];
  readonly alternative?: DescribedAlternative;
  readonly alternatives?: readonly DescribedAlternative[];
}

/** The report with everything worded. Costs more than the report: ask only for what somebody will read. */
export function describe(report: DmaReport): DescribedReport {
  const { dependsOn, alternative: _first, alternatives = [], steps, reserved, ...facts } = report;
  const others = alternatives.map(({ when, verdict }) => ({ when: otherwiseClause(when), verdict }));
  return {
    ...facts,
    ...(dependsOn && { dependsOn: dependsOnText(dependsOn) }),
    reserved: reserved.map((region) => ({ ...region, why: reservedBecause(region.why) })),
    steps: steps.map(describeStep),
    ...(others[0] && { alternative: others[0], alternatives: others }),
  };
}

export function describeStep({ statement, evidence, authority, certainty, dependsOn, decides }: Step): DescribedStep {
  return {
    text: statementText(statement),
    evidence,
    authority,
    certainty,
    ...(dependsOn !== undefined && { dependsOn: conditionText(dependsOn) }),
    ...(decides && { decides }),
  };
}

/** All conditions of an answer. */
export function dependsOnText(conditions: DmaReport['dependsOn'] & object): string {
  return conditions.map(conditionText).join('; ');
}
