// SPDX-License-Identifier: MIT
// What `check` and `merge` print of their findings, and the exit code that follows.
import type { Severity } from '#base/problem.ts';
import type { Values } from '#host/cli/arguments.ts';
import { absolute } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { writeOutput } from '#host/cli/output.ts';
import { VERSION } from '#host/version.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { CATALOGUE } from '#rules/index.ts';
import { page } from '#rules/pages.ts';
import { withoutBaseline } from './baseline.ts';
import { type Findings, joined } from './findings.ts';
import { atLeast } from './problems.ts';
import { type CheckReport, githubReport, gitlabReport, jsonReport, summary, textReport } from './report.ts';
import { type RuleText, sarifReport } from './sarif.ts';

/** Of one machine of several: what `merge` needs of it, in its JSON and its SARIF. */
export interface Part extends Findings {
  readonly index: number;
  readonly count: number;
  readonly tool: string;
}

/** Prints; fails when something could not be checked. `part`: others have the rest. */
export function report(parts: readonly Findings[], values: Values, io: Io, part?: Part): number {
  const limit = failOn(values['fail-on']);
  const { files, problems, failures } = joined(parts);
  const { baseline, output } = values;
  const unknown = baseline === undefined ? problems : withoutBaseline(problems, absolute(io.cwd, baseline));
  const failing = unknown.filter((problem) => atLeast(problem.severity, limit));
  const text = formatted({ files, problems: values.quiet ? failing : unknown }, values, io, part);
  if (output === undefined) io.out(text);
  else writeOutput(absolute(io.cwd, output), text);
  if (failures.length > 0) throw new Failure(failures.join('\n'));
  return failing.length > 0 ? 1 : 0;
}

function formatted(report: CheckReport, values: Values, io: Io, part: Part | undefined): string {
  switch (values.format) {
    case 'json':
      return jsonReport(report, part);
    case 'sarif':
      return sarifReport(report, CATALOGUE.rules.map(ruleText), VERSION, {
        onlyNew: values.baseline !== undefined,
        ...(part && { part }),
      });
    case 'github':
      return githubReport(report);
    case 'gitlab':
      return gitlabReport(report);
    default: {
      const total = values['syntax-only'] ? syntaxTotal(report) : summary(report);
      const color = io.color && values.output === undefined;
      return textReport(report, color, io.columns) + (values.quiet ? '' : total);
    }
  }
}

function ruleText(rule: Rule): RuleText {
  const { id, severity, title, doc } = rule;
  return { id, severity, title, doc, page: page(rule).replace(/^<!--.*-->\n\n/, '') };
}

function syntaxTotal({ files, problems }: CheckReport): string {
  return `${files} files, ${new Set(problems.map((problem) => problem.file)).size} with errors\n`;
}

/** Also called before the work begins: a wrong word ends it at once. */
export function failOn(text: string | undefined): Severity {
  if (text === undefined || text === 'error' || text === 'warning' || text === 'info') return text ?? 'error';
  throw new Failure(`--fail-on is error, warning or info, not '${text}'`);
}
