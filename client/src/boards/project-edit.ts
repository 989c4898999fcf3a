// SPDX-License-Identifier: MIT
// The text of `dt-iommu.json` with a board or an overlay more: order, comments and layout of what is there stay.
import { findNodeAtLocation, type Node, type ParseError, parse, parseTree } from 'jsonc-parser';

/** The file with its change, or why there is none. */
export type ProjectEdit =
  | { readonly kind: 'changed'; readonly text: string }
  | { readonly kind: 'there' }
  | { readonly kind: 'unreadable' };

interface Board {
  readonly file?: unknown;
  readonly overlays?: unknown;
}

/** `text` is empty where there is no file yet; paths count from the folder of the project file, with `/`. */
export function withBoard(text: string, file: string): ProjectEdit {
  const found = boardsOf(text);
  if (!found) return { kind: 'unreadable' };
  if (indexOf(found, file) >= 0) return { kind: 'there' };
  return changed(text, ['boards', -1], { name: boardName(file), file });
}

/** The board comes along when the file does not name it yet. */
export function withOverlay(text: string, file: string, overlay: string): ProjectEdit {
  const found = boardsOf(text);
  if (!found) return { kind: 'unreadable' };
  const at = indexOf(found, file);
  if (at < 0) return changed(text, ['boards', -1], { name: boardName(file), file, overlays: [overlay] });
  const { overlays } = found[at] as Board;
  if (overlays === undefined) return changed(text, ['boards', at, 'overlays'], [overlay]);
  if (!Array.isArray(overlays)) return { kind: 'unreadable' };
  if (overlays.some((each) => samePath(each, overlay))) return { kind: 'there' };
  return changed(text, ['boards', at, 'overlays', -1], overlay);
}

/** From the project file's folder to the file, as paths with `/`; `undefined`: not below the same root. */
export function relativePath(folder: string, file: string): string {
  const [from, to] = [folder, file].map((path) => path.split('/').filter((part) => part !== '')) as [
    string[],
    string[],
  ];
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
}

/** `undefined`: no JSON object, or `boards` is no list. */
function boardsOf(text: string): readonly unknown[] | undefined {
  if (text.trim() === '') return [];
  const errors: ParseError[] = [];
  const json: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || json === null || typeof json !== 'object' || Array.isArray(json)) return undefined;
  const { boards = [] } = json as { readonly boards?: unknown };
  return Array.isArray(boards) ? boards : undefined;
}

function indexOf(boards: readonly unknown[], file: string): number {
  return boards.findIndex((board) => samePath((board as Board | null)?.file, file));
}

/** `./a.dts` is `a.dts`. */
function samePath(one: unknown, other: string): boolean {
  return typeof one === 'string' && plain(one) === plain(other);
}

function plain(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function boardName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
}

/** `-1` as the last part of a path: behind the last entry of the list there. */
function changed(text: string, path: (string | number)[], value: unknown): ProjectEdit {
  const base = text.trim() === '' ? '{}\n' : text;
  const layout = layoutOf(base);
  const root = parseTree(base, [], { allowTrailingComma: true });
  // A list that is not there yet comes with its first entry.
  const known = root && findNodeAtLocation(root, path.slice(0, -1));
  const [at, key] = known ? [known, path.at(-1)] : [root && findNodeAtLocation(root, path.slice(0, -2)), path.at(-2)];
  if (!at) return { kind: 'unreadable' };
  const inserted = known ? value : [value];
  return {
    kind: 'changed',
    text: inserting(base, at, { key: typeof key === 'string' ? key : undefined, value: inserted, layout }),
  };
}

interface Entry {
  /** Of a property; absent in a list. */
  readonly key: string | undefined;
  readonly value: unknown;
  readonly layout: Layout;
}

/** Nothing but the entry is written: jsonc-parser's own edits lay out their neighbours anew. */
function inserting(text: string, container: Node, { key, value, layout }: Entry): string {
  const { unit, eol } = layout;
  const entryAt = (indent: string) => {
    const json = JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`);
    return key === undefined ? json : `${JSON.stringify(key)}: ${json}`;
  };
  const last = container.children?.at(-1);
  if (!last) {
    const indent = indentAt(text, container.offset);
    const inner = `${eol}${indent}${unit}${entryAt(indent + unit)}${eol}${indent}`;
    return text.slice(0, container.offset + 1) + inner + text.slice(container.offset + container.length - 1);
  }
  const end = last.offset + last.length;
  const indent = indentAt(text, last.offset);
  const startsLine = text.slice(0, last.offset).endsWith(`${eol}${indent}`);
  // Short lists stay on their line.
  const isShort = typeof value === 'string' && !startsLine;
  const entry = isShort ? ` ${JSON.stringify(value)}` : `${eol}${indent}${entryAt(indent)}`;
  // A comma behind the last entry stays where it is, and is one too many for JSON.
  const comma = /^\s*,/.exec(text.slice(end))?.[0] ?? '';
  return `${text.slice(0, end)},${entry}${text.slice(end + comma.length)}`;
}

/** The blanks before the line of this place. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

interface Layout {
  readonly unit: string;
  readonly eol: string;
}

/** As the first line that is indented has it. */
function layoutOf(text: string): Layout {
  const unit = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return { unit, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}
