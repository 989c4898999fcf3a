// SPDX-License-Identifier: MIT
// The Markdown of a problem report: what helps to understand it, for the user to read, shorten and send.

export interface ReportFacts {
  /** Name and version, one a line. */
  readonly versions: readonly (readonly [name: string, version: string])[];
  /** What the active file is judged on; absent: no device tree is open. */
  readonly board?: {
    readonly file: string;
    readonly board: string;
    readonly reason: string;
    readonly platform: string;
    readonly overlays: readonly string[];
    readonly projectFile: boolean;
  };
  /** Settings that are not the defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Diagnostics of the active file: `line: rule: text`. */
  readonly problems: readonly string[];
  readonly tree?: { readonly title: string; readonly text: string };
}

/** Problems that are listed; the rest is a count. */
const MAX_PROBLEMS = 20;
/** Reports are pasted into forms, which have limits of about this. */
const MAX_TREE = 60_000;

/** In English, whatever the editor's language: those who read it may not speak the user's. */
export function reportText(facts: ReportFacts): string {
  const { versions, board, settings, problems, tree } = facts;
  return [
    '# Problem with Devicetree IOMMU',
    '',
    '<!-- This report has not left your machine. Read it, remove anything private, then send it yourself. -->',
    '',
    '## What happened',
    '',
    '<!-- What you did, what you expected, what came instead. -->',
    '',
    '## Versions',
    '',
    ...versions.map(([name, version]) => `- ${name}: ${code(version)}`),
    '',
    ...(board ? boardLines(board) : []),
    '## Settings that are not the defaults',
    '',
    ...(Object.keys(settings).length === 0 ? ['none'] : fenced('json', JSON.stringify(settings, null, 2))),
    '',
    ...(problems.length > 0 ? problemLines(problems) : []),
    ...(tree ? [`## ${tree.title}`, '', ...fenced('dts', shortened(tree.text)), ''] : []),
  ].join('\n');
}

function boardLines(board: NonNullable<ReportFacts['board']>): string[] {
  return [
    '## Board',
    '',
    `- File: ${code(board.file)}`,
    `- Board: ${code(board.board)} (${board.reason})`,
    ...board.overlays.map((overlay) => `- Overlay: ${code(overlay)}`),
    `- Judged as: ${board.platform}`,
    `- Project file: ${board.projectFile ? 'yes' : 'no'}`,
    '',
  ];
}

function problemLines(problems: readonly string[]): string[] {
  const rest = problems.length - MAX_PROBLEMS;
  const lines = [...problems.slice(0, MAX_PROBLEMS), ...(rest > 0 ? [`… and ${rest} more`] : [])];
  return ['## Problems that the file shows', '', ...fenced('text', lines.join('\n')), ''];
}

function shortened(text: string): string {
  return text.length <= MAX_TREE
    ? text
    : `${text.slice(0, MAX_TREE)}\n/* … ${text.length - MAX_TREE} characters more */`;
}

/** A fence that is longer than any in the text. */
function fenced(language: string, text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, text.replace(/\n$/, ''), fence];
}

function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`';
  return `${ticks}${text.replaceAll('\n', ' ')}${ticks}`;
}
