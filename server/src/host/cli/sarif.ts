// SPDX-License-Identifier: MIT
// A list of problems as SARIF 2.1.0, the format of code scanning services.
import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import { encodeText } from '#base/bytes.ts';
import type { Severity } from '#base/problem.ts';
import { isUtf8Name } from '#host/disk-bytes.ts';
import type { Place, ReportedProblem } from './problems.ts';
import type { CheckReport } from './report.ts';

/** What SARIF says about a rule, beside its results. */
export interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly doc: string;
}

const LEVELS = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const;

/** Rules that `rules` does not know (syntax, dtc's errors) are described by their id. */
export function sarifReport({ problems }: CheckReport, rules: readonly RuleText[], version: string): string {
  const described = new Map(rules.map((rule) => [rule.id, rule]));
  const used = [...new Set(problems.map((problem) => problem.rule))].sort();
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dt-iommu', version, rules: used.map((id) => descriptor(id, described.get(id))) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => result(problem, used.indexOf(problem.rule))),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function descriptor(id: string, rule: RuleText | undefined): ReportingDescriptor {
  if (!rule) return { id };
  return {
    id,
    shortDescription: { text: rule.title },
    help: { text: rule.doc, markdown: rule.doc },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function result(problem: ReportedProblem, ruleIndex: number): Result {
  const { rule, severity, message, related, boards, node } = problem;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: message },
    locations: [
      {
        ...location(problem),
        ...(node !== undefined && { logicalLocations: [{ fullyQualifiedName: node, kind: 'member' }] }),
      },
    ],
    ...(related && {
      relatedLocations: related.map((other) => ({ ...location(other), message: { text: other.message } })),
    }),
    properties: { boards: [...boards] },
  };
}

function location({ file, range: { start, end } }: Place): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: uri(file) },
      region: {
        startLine: start.line + 1,
        startColumn: start.character + 1,
        endLine: end.line + 1,
        endColumn: end.character + 1,
      },
    },
  };
}

/** Bytes that are no UTF-8 as bytes. */
function encoded(name: string): string {
  const bytes = isUtf8Name(name) ? undefined : Array.from(encodeText(name));
  return bytes
    ? bytes
        .map((byte) =>
          byte < 0x80 ? encodeURIComponent(String.fromCharCode(byte)) : `%${byte.toString(16).toUpperCase()}`,
        )
        .join('')
    : encodeURIComponent(name);
}

/** Relative names stay relative, which services resolve against the checkout. */
function uri(file: string): string {
  const path = file.split('/').map(encoded).join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}
