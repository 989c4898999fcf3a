// SPDX-License-Identifier: MIT
// A list of problems in the formats that people, scripts and CI read. Names are as the report shall show them.
import { styleText } from 'node:util';
import type { Severity } from '#base/problem.ts';
import { fingerprints } from './baseline.ts';
import type { Place, ReportedProblem } from './problems.ts';
import { framed } from './source-line.ts';

export interface CheckReport {
  /** How many files were read: the boards and what they include. */
  readonly files: number;
  readonly problems: readonly ReportedProblem[];
}

/** contracts.md section 2. `part`: what `merge` needs of one machine of several. */
export function jsonReport({ files, problems }: CheckReport, part?: object): string {
  const plain = problems.map(({ source: _, repairs: __, ...problem }) => problem);
  return `${JSON.stringify({ version: 1, files, problems: plain, ...(part && { shard: part }) }, undefined, 2)}\n`;
}

const COLORS = { error: 'red', warning: 'yellow', info: 'blue', hint: 'gray' } as const;
/** More boards than these are counted, not named. */
const NAMED_BOARDS = 3;

/** `columns`: of the terminal. */
export function textReport({ problems }: CheckReport, color: boolean, columns?: number): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) => (color ? styleText(style, text) : text);
  let text = '';
  for (const problem of problems) {
    const { severity, rule, message, related, fix, source, range } = problem;
    text += `${paint('bold', where(problem))}: ${paint(COLORS[severity], severity)}: ${message} ${paint('gray', `[${rule}]`)}\n`;
    if (source) text += paint('gray', framed(source, range.start.line + 1, columns));
    for (const other of related ?? []) text += `    ${where(other)}: ${other.message}\n`;
    if (fix !== undefined) text += `    fix: ${fix}\n`;
    const boards = boardsText(problem);
    if (boards !== undefined) text += `    ${boards}\n`;
  }
  return text;
}

/** The last line of the text format: `3 files, 1 error, 2 warnings`. */
export function summary({ files, problems }: CheckReport): string {
  const count = (severity: Severity) => problems.filter((problem) => problem.severity === severity).length;
  const parts = [plural(files, 'file'), plural(count('error'), 'error'), plural(count('warning'), 'warning')];
  const notes = count('info') + count('hint');
  if (notes > 0) parts.push(plural(notes, 'note'));
  return `${parts.join(', ')}\n`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Workflow commands that GitHub shows beside the changed lines. */
export function githubReport({ problems }: CheckReport): string {
  const commands = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' } as const;
  return problems
    .map(({ severity, file, range, rule, message }) => {
      const properties = {
        file,
        line: range.start.line + 1,
        col: range.start.character + 1,
        endLine: range.end.line + 1,
        endColumn: range.end.character + 1,
        title: rule,
      };
      const list = Object.entries(properties).map(([name, value]) => `${name}=${escaped(String(value), /[%\r\n:,]/g)}`);
      return `::${commands[severity]} ${list.join(',')}::${escaped(message, /[%\r\n]/g)}\n`;
    })
    .join('');
}

/** The code quality report of GitLab. */
export function gitlabReport({ problems }: CheckReport): string {
  const severities = { error: 'major', warning: 'minor', info: 'info', hint: 'info' } as const;
  const prints = fingerprints(problems);
  const issues = problems.map(({ rule, severity, message, file, range }, index) => ({
    description: message,
    check_name: rule,
    fingerprint: prints[index],
    severity: severities[severity],
    location: { path: file, lines: { begin: range.start.line + 1, end: range.end.line + 1 } },
  }));
  return `${JSON.stringify(issues, undefined, 2)}\n`;
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function where({ file, range }: Place): string {
  return `${file}:${range.start.line + 1}:${range.start.character + 1}`;
}

function boardsText({ boards, file }: ReportedProblem): string | undefined {
  if (boards.length === 1 && boards[0] === file) return undefined;
  const named = boards.slice(0, NAMED_BOARDS).join(', ');
  const rest = boards.length - NAMED_BOARDS;
  return `seen from ${plural(boards.length, 'board')}: ${named}${rest > 0 ? ` and ${rest} more` : ''}`;
}
