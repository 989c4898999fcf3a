// SPDX-License-Identifier: MIT
// Which project a file belongs to, found by walking upwards, and what follows from it: where its build looks for includes,
// which release of Linux it is, for which platform its device trees are written.
import { ancestors, dirname, join } from '#base/files.ts';
import { own } from '#base/own.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { KernelVersion, Platform, PlatformKind } from '#model/platform/types.ts';
import { type Place, PROJECT_KINDS, type ProjectKind, type SourceTreeKind } from './project-kinds.ts';

export interface SourceTree {
  readonly kind: SourceTreeKind;
  readonly root: string;
  /** The release of Linux that it is, or that it is a copy of. */
  readonly version?: KernelVersion;
  /** `1.7.2-g53373d13`: the dtc that it builds its boards with. */
  readonly dtcVersion?: string;
}

/** The innermost project that contains the file; `undefined` for a file outside any. */
export function findSourceTree(files: FileSystem, file: string): SourceTree | undefined {
  const folders = [...ancestors(file)];
  for (const fallback of [false, true]) {
    const kinds = PROJECT_KINDS.filter((kind) => (kind.fallback ?? false) === fallback);
    for (const root of folders) {
      const kind = kinds.find(({ marks }) => marks.some((list) => list.every((mark) => has(files, root, mark))));
      if (!kind) continue;
      const version = kind.version?.(files, root, file);
      const dtcVersion = /"DTC ([^"]+)"/.exec(files.peek(join(root, 'scripts/dtc/version_gen.h')) ?? '')?.[1];
      return { kind: kind.id, root, ...(version && { version }), ...(dtcVersion !== undefined && { dtcVersion }) };
    }
  }
  return undefined;
}

function has(files: FileSystem, root: string, mark: string): boolean {
  return mark.endsWith('/') ? files.isFolder(join(root, mark)) : files.isFile(join(root, mark));
}

function kindOf({ kind }: SourceTree): ProjectKind {
  const found = PROJECT_KINDS.find(({ id }) => id === kind);
  if (!found) throw new Error(`no project kind ${kind}`);
  return found;
}

function placeOf(files: FileSystem, { root }: SourceTree, file: string): Place {
  return { files, root, file, inside: file.slice(root === '/' ? 1 : root.length + 1) };
}

/** The `-I` path that the project's own build gives to cpp for this file, folders that exist only. */
export function includePaths(files: FileSystem, tree: SourceTree, file: string): string[] {
  const candidates = kindOf(tree).includes(placeOf(files, tree, file));
  return [...new Set(candidates.map((path) => join(tree.root, path)))].filter((path) => files.isFolder(path));
}

/** Whether the project's own build reads properties that follow child nodes, which dtc refuses. */
export function lateProperties(tree: SourceTree | undefined): boolean {
  return (tree && kindOf(tree).lateProperties) ?? false;
}

/** `-D` of the project's own build. */
export function buildDefines(
  files: FileSystem,
  tree: SourceTree | undefined,
  file: string,
): readonly (readonly [string, string])[] {
  const names = tree && kindOf(tree).defines?.(placeOf(files, tree, file));
  return (names ?? []).map((name) => [name, '1']);
}

/** Whether a `.dts` is no board, by its project's rules for names. */
export function isPart(tree: SourceTree | undefined, file: string): boolean {
  return (tree && kindOf(tree).parts?.test(file)) ?? false;
}

/** What the build puts behind the board's own text. */
export function appendedFiles(files: FileSystem, tree: SourceTree, file: string): string[] {
  return (kindOf(tree).appended?.(placeOf(files, tree, file)) ?? []).map((path) => join(tree.root, path));
}

/** Names that a build's configuration defines: without it nobody knows which are macros. */
const CONFIGURED = /\b(?:CONFIG_|CFG_|IS_ENABLED\()|["<](?:config|platform_def|platform_oid)\.h[">]/;

/** Of a file beside: those of other folders depend on no configuration. */
const OWN_INCLUDE = /^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]/gm;

/** Own texts of a board: U-Boot's nest five deep and are thirty at most. */
const MAX_TEXTS = 100;

/** A header that only a build makes and that the board's own texts depend on. */
export function unseenHeaders(files: FileSystem, tree: SourceTree, board: string): string[] {
  const generated = kindOf(tree).generated?.(placeOf(files, tree, board)) ?? [];
  if (generated.length === 0) return [];
  const texts = new Map<string, string>();
  const read = (file: string): void => {
    const text = texts.has(file) || texts.size >= MAX_TEXTS ? undefined : files.peek(file);
    if (text === undefined) return;
    texts.set(file, text);
    for (const [, name = ''] of text.matchAll(OWN_INCLUDE)) read(join(dirname(file), name));
  };
  for (const file of [board, ...appendedFiles(files, tree, board)]) read(file);
  const configured = [...texts.values()].some((text) => CONFIGURED.test(text));
  return configured ? generated.map((path) => join(tree.root, path)) : [];
}

/** What the tree says about the machine; the fields that it does not say are absent. */
export function platformDefaults(
  files: FileSystem,
  tree: SourceTree,
  file: string,
): {
  readonly kind: PlatformKind;
  readonly arch?: Platform['arch'];
  readonly kernelVersion?: KernelVersion;
} {
  const kind = kindOf(tree);
  const arch = own(ARCHES, kind.arch?.(placeOf(files, tree, file)) ?? '');
  return {
    kind: kind.platform ?? 'linux',
    ...(arch && { arch }),
    ...(tree.version && { kernelVersion: tree.version }),
  };
}

const ARCHES: Readonly<Record<string, Platform['arch']>> = {
  arm64: 'arm64',
  arm: 'arm',
  riscv: 'riscv',
  powerpc: 'powerpc',
  mips: 'mips',
  x86: 'x86',
};

/** Rules that the project's own build switches off: what hundreds of its boards do is no news to their authors. */
export function quietRules(tree: SourceTree | undefined): Readonly<Record<string, 'off'>> {
  return tree ? Object.fromEntries(kindOf(tree).quiet.map((id) => [id, 'off' as const])) : {};
}

/** The folders below which the boards are that may include this file: its architecture's, else every one. */
export function boardFolders(files: FileSystem, tree: SourceTree, file: string): string[] {
  const folders = kindOf(tree).boards?.(placeOf(files, tree, file)) ?? [];
  return folders.map((path) => join(tree.root, path)).filter((path) => files.isFolder(path));
}
