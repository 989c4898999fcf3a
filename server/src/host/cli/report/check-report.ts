// SPDX-License-Identifier: MIT
// What `check` and `merge` print of their findings, and the exit code that follows.
import type { Severity } from '#base/problem.ts';
import type { Values } from '#host/cli/arguments.ts';
import { absolute } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { isOneOf, requireNoSource, requireWritable, STANDARD_OUTPUT, writeOutput } from '#host/cli/output.ts';
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

/** Before the work begins: fails where the report, or the list of what it was made from, cannot be put. */
export function requirePlaces({ output, depfile }: Values, io: Io): void {
  for (const place of [output, depfile]) {
    if (place === undefined) continue;
    requireNoSource(place, 'a report ends in .txt, .json or .sarif');
    requireWritable(absolute(io.cwd, place));
  }
  if (output !== undefined && depfile !== undefined && absolute(io.cwd, output) === absolute(io.cwd, depfile)) {
    throw new Failure(`${output}: -o and --depfile are one file; give each its own`);
  }
}

/** `read`: what the report was made from, which it never replaces. `part`: others have the rest. */
interface Made {
  readonly read: Iterable<string>;
  readonly part?: Part | undefined;
}

/** Prints; fails when something could not be checked. */
export function report(parts: readonly Findings[], values: Values, io: Io, { read, part }: Made): number {
  const limit = failOn(values['fail-on']);
  const { files, problems, failures } = joined(parts);
  const { baseline, output } = values;
  const unknown = baseline === undefined ? problems : withoutBaseline(problems, absolute(io.cwd, baseline));
  const failing = unknown.filter((problem) => atLeast(problem.severity, limit));
  const text = formatted({ files, problems: values.quiet ? failing : unknown }, values, io, part);
  if (output === undefined || output === STANDARD_OUTPUT) io.out(text);
  else writeOutput(absolute(io.cwd, output), text, isOneOf(read));
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
