// SPDX-License-Identifier: MIT
// The marker language of the fixtures: files, a cursor, and the problems expected under a line.
//
//   //- /board.dts platform:xen-domu     starts a file (without one, everything is /board.dts); metadata after the path
//   //- /domU1.dts domain:/chosen/domU1   the partial tree of a domain of the Xen host that the first file is; `domain:`
//                                         alone where the host's tree has no node for it
//   $0                                    the cursor; two of them mark a selection
//   //  ^^^^ error[rule-id]: text         a problem under the line above; 💡 before the severity: it has a fix
//
// An annotation is a comment, so a fixture stays a device tree that dtc can read. Annotation lines are part of the file.
import type { Severity } from '#base/problem.ts';

export interface Expectation {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly severity: Severity;
  readonly rule: string;
  /** Absent: any text. A trailing `…` means that only the beginning is given. */
  readonly message: string | undefined;
  readonly hasFix: boolean;
}

export interface Fixture {
  /** Path → text without `$0`, in the order of the fixture; the first one is the board. */
  readonly files: ReadonlyMap<string, string>;
  readonly root: string;
  /** Partial trees of the Xen host that the board is. */
  readonly domains: readonly { readonly file: string; readonly node?: string }[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly cursor: { readonly file: string; readonly offset: number; readonly end: number } | undefined;
  readonly expected: readonly Expectation[];
}

const HEADER = /^\/\/- (\/\S+)(.*)$/;
const ANNOTATION = /^(\s*\/\/\s*)(\^+) (💡 ?)?(error|warning|info|hint)\[([\w/-]+)\](?:: (.*))?$/u;

export function parseFixture(text: string): Fixture {
  const files = new Map<string, string>();
  const domains: Fixture['domains'][number][] = [];
  const metadata = new Map<string, string>();
  let cursor: Fixture['cursor'];
  for (const part of split(text)) {
    const node = /\bdomain:(\S*)/.exec(part.metadata)?.[1];
    if (node !== undefined) domains.push({ file: part.path, ...(node !== '' && { node }) });
    for (const [, key, value] of part.metadata.matchAll(/(\w[\w-]*):(\S+)/g)) metadata.set(key!, value!);
    const [before, inside, ...rest] = part.text.split('$0');
    if (rest.length > 1) throw new Error('a fixture has at most two $0');
    if (inside !== undefined) {
      const end = before!.length + (rest.length > 0 ? inside.length : 0);
      cursor = { file: part.path, offset: before!.length, end };
    }
    files.set(part.path, part.text.replaceAll('$0', ''));
  }
  const expected = [...files].flatMap(([path, content]) => annotations(path, content));
  return { files, root: [...files.keys()][0]!, domains, metadata, cursor, expected };
}

function split(text: string): { path: string; metadata: string; text: string }[] {
  const parts: { path: string; metadata: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const header = HEADER.exec(line);
    if (header) parts.push({ path: header[1]!, metadata: header[2]!, lines: [] });
    else {
      if (parts.length === 0) parts.push({ path: '/board.dts', metadata: '', lines: [] });
      parts.at(-1)!.lines.push(line);
    }
  }
  const meaningful = parts.filter((part, at) => at > 0 || parts.length === 1 || part.lines.join('').trim() !== '');
  return meaningful.map(({ path, metadata, lines }) => ({ path, metadata, text: lines.join('\n') }));
}

function annotations(file: string, text: string): Expectation[] {
  const found: Expectation[] = [];
  const lines = text.split('\n');
  let line = 0;
  for (const [at, content] of lines.entries()) {
    const match = ANNOTATION.exec(content);
    if (!match) {
      line = at;
      continue;
    }
    const target = lines[line] ?? '';
    const column = visualColumn(match[1]!);
    const start = offsetOf(target, column);
    const end = offsetOf(target, column + match[2]!.length);
    const severity = match[4] as Severity;
    found.push({
      file,
      line,
      start,
      end,
      severity,
      rule: match[5]!,
      message: match[6],
      hasFix: match[3] !== undefined,
    });
  }
  return found;
}

/** Carets stand where they are seen to stand: a tab reaches to the next multiple of eight, as dtc counts too. */
const TAB = 8;

function visualColumn(text: string): number {
  let column = 0;
  for (const char of text) column = char === '\t' ? column - (column % TAB) + TAB : column + 1;
  return column;
}

/** The offset in a line at which a visual column lies; beyond its end one per column. */
function offsetOf(line: string, column: number): number {
  let offset = 0;
  let at = 0;
  for (const char of line) {
    if (at >= column) return offset;
    at = char === '\t' ? at - (at % TAB) + TAB : at + 1;
    offset += char.length;
  }
  return offset + column - at;
}
