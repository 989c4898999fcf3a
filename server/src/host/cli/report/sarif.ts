// SPDX-License-Identifier: MIT
// A list of problems as SARIF 2.1.0, the format of code scanning services.
import type { Fix, Location, Log, Region, ReportingDescriptor, Result } from 'sarif';
import { encodeText } from '#base/bytes.ts';
import type { Severity } from '#base/problem.ts';
import { isUtf8Name } from '#host/disk-bytes.ts';
import { FINGERPRINT, fingerprints } from './baseline.ts';
import type { Place, PlannedRepair, ReportedProblem } from './problems.ts';
import type { CheckReport } from './report.ts';

/** What SARIF says about a rule, beside its results. */
export interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly doc: string;
  /** Its page, in Markdown. */
  readonly page: string;
}

const LEVELS = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const;

/**
 * Rules that `rules` does not know (syntax, dtc's errors) are described by their id. `onlyNew`: a baseline was taken away.
 * `part`: what `merge` needs of one machine of several.
 */
export function sarifReport(
  { problems }: CheckReport,
  rules: readonly RuleText[],
  version: string,
  { onlyNew = false, part }: { readonly onlyNew?: boolean; readonly part?: object } = {},
): string {
  const described = new Map(rules.map((rule) => [rule.id, rule]));
  const used = [...new Set(problems.map((problem) => problem.rule))].sort();
  const prints = fingerprints(problems);
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dt-iommu', version, rules: used.map((id) => descriptor(id, described.get(id))) } },
        columnKind: 'utf16CodeUnits',
        ...(part && { properties: { shard: part } }),
        results: problems.map((problem, index) => ({
          ...result(problem, used.indexOf(problem.rule)),
          partialFingerprints: { [FINGERPRINT]: prints[index] ?? '' },
          ...(onlyNew && { baselineState: 'new' as const }),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function descriptor(id: string, rule: RuleText | undefined): ReportingDescriptor {
  if (!rule) return { id, shortDescription: { text: `${id.replace(/[/_-]/g, ' ')}.` } };
  return {
    id,
    shortDescription: { text: `${rule.title}.` },
    fullDescription: { text: rule.doc, markdown: rule.doc },
    help: { text: rule.doc, markdown: rule.page },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function result(problem: ReportedProblem, ruleIndex: number): Result {
  const { rule, severity, message, related, boards, node, repairs } = problem;
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
    ...(repairs && { fixes: repairs.map(fix) }),
    properties: { boards: [...boards] },
  };
}

function fix({ title, edits }: PlannedRepair): Fix {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    description: { text: title },
    artifactChanges: files.map((file) => ({
      artifactLocation: { uri: uri(file) },
      replacements: edits
        .filter((edit) => edit.file === file)
        .map(({ range, text }) => ({ deletedRegion: region(range), insertedContent: { text } })),
    })),
  };
}

function location({ file, range }: Place): Location {
  return { physicalLocation: { artifactLocation: { uri: uri(file) }, region: region(range) } };
}

function region({ start, end }: Place['range']): Region {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
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
