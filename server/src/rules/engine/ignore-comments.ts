// SPDX-License-Identifier: MIT
// Which problems a comment silences: `/* dt-iommu-ignore RULE: reason */` for a node, `dt-iommu-ignore-file` for a file.
import { memo } from '#base/memo.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, NodeOrigin } from '#tree/types.ts';
import { applies, type Catalogue, type RunInput } from './catalogue.ts';

/** The rule id under which an ignore comment that silences nothing is reported. */
export const UNUSED_IGNORE = 'unused-ignore';

interface Ignore {
  readonly rule: string;
  readonly wholeFile: boolean;
  /** The rule's name in the comment. */
  readonly span: Span;
  /** The node that the comment stands in or right before; absent for a whole file. */
  readonly node?: { readonly path: string; readonly span: Span };
}

export interface IgnoreInput {
  readonly rules: Catalogue;
  readonly input: RunInput;
  readonly problems: readonly Problem[];
}

export interface Ignored {
  /** The problems that no comment silences, and one for each comment that silences nothing on any board. */
  readonly kept: readonly Problem[];
  /** For each comment of an included file that silenced nothing here: a problem where no other board needs it. */
  readonly idle: readonly Problem[];
}

export function applyIgnores({ rules, input, problems }: IgnoreInput): Ignored {
  const ignores = findIgnores(input.tree, input.text);
  if (ignores.length === 0) return { kept: problems, idle: [] };
  const used = new Set<Ignore>();
  const kept = problems.filter((problem) => {
    const silencing = ignores.filter((ignore) => silences(ignore, problem));
    for (const ignore of silencing) used.add(ignore);
    return silencing.length === 0;
  });
  const severity = input.severities?.get(UNUSED_IGNORE) ?? 'warning';
  if (severity === 'off') return { kept, idle: [] };
  const idle: Problem[] = [];
  for (const ignore of ignores) {
    if (used.has(ignore) || !shouldHaveSilenced(ignore, rules, input)) continue;
    const shared = ignore.span.file !== input.tree.file;
    const where = ignore.wholeFile ? 'in this file' : 'on this node';
    const known = rules.byId.has(ignore.rule);
    const message = known
      ? `\`${ignore.rule}\` reports nothing ${where}${shared ? ' on any board' : ''}; the comment silences nothing.`
      : `No rule is called \`${ignore.rule}\`; the comment silences nothing.`;
    const problem: Problem = { rule: UNUSED_IGNORE, severity, message, span: ignore.span, tag: 'unnecessary' };
    (shared && known ? idle : kept).push(problem);
  }
  return { kept, idle };
}

/** Without those that a comment silences: for problems that no rule found. */
export function withoutIgnored(
  input: Pick<RunInput, 'tree' | 'text'>,
  problems: readonly Problem[],
): readonly Problem[] {
  const ignores = problems.length === 0 ? [] : findIgnores(input.tree, (file) => input.text(file));
  if (ignores.length === 0) return problems;
  return problems.filter((problem) => !ignores.some((ignore) => silences(ignore, problem)));
}

function silences(ignore: Ignore, problem: Problem): boolean {
  if (ignore.rule !== problem.rule) return false;
  if (ignore.wholeFile) return ignore.span.file === problem.span.file;
  if (!ignore.node) return false;
  if (problem.node !== undefined) return problem.node === ignore.node.path;
  const { file, start, end } = ignore.node.span;
  return problem.span.file === file && start <= problem.span.start && problem.span.end <= end;
}

/** A rule that did not run on this board proves nothing. */
function shouldHaveSilenced(ignore: Ignore, rules: Catalogue, input: RunInput): boolean {
  // Who has read the bindings knows more than a run of the rules.
  if (!input.tree.complete || ignore.rule.startsWith('binding/')) return false;
  const rule = rules.byId.get(ignore.rule);
  if (!rule) return !ignore.rule.includes('/');
  return input.severities?.get(rule.id) !== 'off' && applies(rule, input);
}

const MARK = 'dt-iommu-ignore';
const SYNTAX = /^(-file)?[ \t]+([\w/-]+(?:[ \t]*,[ \t]*[\w/-]+)*)/;

function findIgnores(tree: DeviceTree, text: (file: string) => string): Ignore[] {
  const found: Ignore[] = [];
  for (const file of tree.files) {
    if (file.endsWith('.h')) continue;
    const source = text(file);
    for (const at of marksOf(tree.root, file, source)) found.push(...readIgnore({ tree, file, source }, at));
  }
  return found;
}

/** By file, for all versions of a board: most of its files are the same ones on every keystroke. */
const marks = memo(
  (_root: DtNode) => new Map<string, { readonly source: string; readonly found: readonly number[] }>(),
);

function marksOf(root: DtNode, file: string, source: string): readonly number[] {
  const known = marks(root).get(file);
  if (known?.source === source) return known.found;
  const found: number[] = [];
  for (let at = source.indexOf(MARK); at >= 0; at = source.indexOf(MARK, at + MARK.length)) found.push(at);
  marks(root).set(file, { source, found });
  return found;
}

interface Place {
  readonly tree: DeviceTree;
  readonly file: string;
  readonly source: string;
}

function readIgnore({ tree, file, source }: Place, at: number): Ignore[] {
  const rest = source.slice(at + MARK.length, at + MARK.length + 400);
  const match = SYNTAX.exec(rest);
  const comment = commentAround(source, at);
  if (!match?.[2] || !comment) return [];
  const wholeFile = match[1] !== undefined;
  const node = wholeFile ? undefined : nodeOf({ tree, file, source }, comment);
  const listAt = at + MARK.length + match[0].length - match[2].length;
  const ignores: Ignore[] = [];
  for (const name of match[2].matchAll(/[\w/-]+/g)) {
    const start = listAt + name.index;
    const span = { file, start, end: start + name[0].length };
    ignores.push({ rule: name[0], wholeFile, span, ...(node && { node }) });
  }
  return ignores;
}

/** The comment that holds an offset; `undefined` when the text stands in a string or in code. */
function commentAround(source: string, at: number): { start: number; end: number } | undefined {
  const lineStart = source.lastIndexOf('\n', at) + 1;
  const line = source.slice(lineStart, at).lastIndexOf('//');
  if (line >= 0) {
    const end = source.indexOf('\n', at);
    return { start: lineStart + line, end: end < 0 ? source.length : end };
  }
  const start = source.lastIndexOf('/*', at);
  if (start < 0 || source.slice(start, at).includes('*/')) return undefined;
  const close = source.indexOf('*/', at);
  return close < 0 ? undefined : { start, end: close + 2 };
}

/** The node whose text begins right after the comment, else the innermost one around it. */
function nodeOf(place: Place, comment: { start: number; end: number }): Ignore['node'] {
  let best: { node: DtNode; origin: NodeOrigin } | undefined;
  const next = skipBlanks(place.source, comment.end);
  for (const node of walk(place.tree.root)) {
    for (const origin of node.origins) {
      const { file, start, end } = origin.span;
      if (file !== place.file || origin.kind !== 'open') continue;
      if (start === next) return { path: pathOf(node), span: origin.span };
      if (start > comment.start || end < comment.end) continue;
      if (!best || start >= best.origin.span.start) best = { node, origin };
    }
  }
  return best && { path: pathOf(best.node), span: best.origin.span };
}

/** The first offset from `at` on that is neither blank nor in a comment. */
function skipBlanks(source: string, at: number): number {
  const blanks = /(?:\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y;
  blanks.lastIndex = at;
  return at + (blanks.exec(source)?.[0].length ?? 0);
}
