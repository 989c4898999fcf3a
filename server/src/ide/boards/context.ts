// SPDX-License-Identifier: MIT
// What a file is judged with: its source tree, its project file and the editor's settings, and the board it belongs to.
import { dirname, join } from '#base/files.ts';
import type { Documents } from '#ide/files/documents.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { NEWEST_VERSION, platformOf, type Statements } from '#model/platform/platform.ts';
import type { Platform, PlatformKind, XenSystem } from '#model/platform/types.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';
import type { EvaluateOptions } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { IncludeIndex, isBoard, lacksHeader, sharedAmong } from './boards.ts';
import { type BuildRecord, buildRecord } from './kbuild-record.ts';
import { MissingIncludes } from './missing-includes.ts';
import { builtCompositions, type Composition, isOverlay, isTextBehind, projectCompositions } from './overlays.ts';
import { findProjectFile, mergeProjects, type Project, parseProject, type RuleLevel } from './project.ts';
import {
  appendedFiles,
  buildDefines,
  findSourceTree,
  includePaths,
  isPart,
  lateProperties,
  platformDefaults,
  quietRules,
  type SourceTree,
  unseenHeaders,
} from './source-tree.ts';
import { hostBoard, nearbyHost, roleIn, xenSystem } from './xen-systems.ts';
import { zephyrRoots } from './zephyr.ts';
import { zephyrComposition } from './zephyr-overlays.ts';

/** What the editor or the command line says over project files. */
export interface Settings {
  readonly project: Project;
  /** With one, none is looked for. */
  readonly projectFile?: string;
  /** Files whose statements follow those of these boards: a script of U-Boot that changes a host's tree. */
  readonly changes?: { readonly files: readonly string[]; readonly boards: readonly string[] };
  /** What counts instead of `project` for the files below a folder; the innermost one wins. */
  readonly folders?: readonly FolderSettings[];
}

export interface FolderSettings {
  readonly folder: string;
  readonly project: Project;
}

function settingsFor({ project, folders = [] }: Settings, file: string): Project {
  const around = folders.filter(({ folder }) => file.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
  return around.sort((a, b) => b.folder.length - a.folder.length)[0]?.project ?? project;
}

/** Why a board was chosen for a file. */
export type BoardReason = 'itself' | 'selected' | 'open' | 'project' | 'nearest' | 'alone';

export interface BoardChoice extends Composition {
  /** `board` is the file itself when it is one, or when no board includes it. */
  readonly reason: BoardReason;
}

interface PlacedOptions {
  readonly includePaths: readonly string[];
  readonly appended: readonly string[];
  readonly unseen: readonly string[];
}

/** Boards that are tried before a file is shown alone: an include can stand under an `#if`. */
const MAX_TRIES = 8;

/** Remembers what was found on the way up from each folder, until {@link forget}. */
export class Contexts {
  readonly #documents: FileSystem & Partial<Pick<Documents, 'opened'>>;
  readonly #sourceTrees = new Map<string, SourceTree | undefined>();
  readonly #projectFiles = new Map<string, string | undefined>();
  readonly #indexes = new Map<string, IncludeIndex>();
  readonly #selected = new Map<string, string>();
  readonly #records = new Map<string, BuildRecord | undefined>();
  readonly #placed = new Map<string, PlacedOptions>();
  readonly #zephyr = new Map<string, Composition | undefined>();
  readonly #missingIncludes: MissingIncludes;
  #settings: Settings = { project: {} };

  constructor(documents: FileSystem & Partial<Pick<Documents, 'opened'>>) {
    this.#documents = documents;
    this.#missingIncludes = new MissingIncludes(documents);
  }

  setSettings(settings: Settings): void {
    this.#settings = settings;
  }

  /** The board that the user wants a shared file to be shown with; `undefined`: the best one. */
  select(file: string, board: string | undefined): void {
    if (board === undefined) this.#selected.delete(file);
    else this.#selected.set(file, board);
  }

  /** Files appeared, changed or went away. */
  forget(files: readonly string[]): void {
    this.#sourceTrees.clear();
    this.#projectFiles.clear();
    this.#records.clear();
    this.#placed.clear();
    this.#zephyr.clear();
    this.#missingIncludes.forget();
    for (const index of this.#indexes.values()) for (const file of files) index.update(file);
  }

  /** The text of an open file changed. */
  edited(file: string): void {
    for (const index of this.#indexes.values()) index.update(file);
  }

  sourceTree(file: string): SourceTree | undefined {
    return remembered(this.#sourceTrees, dirname(file), () => findSourceTree(this.#documents, file));
  }

  /** The project file's fields, with those that the editor's settings name on top. */
  project(file: string): Project {
    const path = this.projectFile(file);
    const settings = settingsFor(this.#settings, file);
    const text = path && this.#documents.read(path)?.text;
    if (path === undefined || text === undefined) return settings;
    return mergeProjects(parseProject(text, path).project, settings);
  }

  /** The `dt-iommu.json` that says something about the file. */
  projectFile(file: string): string | undefined {
    const find = () => findProjectFile(this.#documents, file);
    return this.#settings.projectFile ?? remembered(this.#projectFiles, dirname(file), find);
  }

  options(board: string, behind: readonly string[] = []): EvaluateOptions {
    const project = this.project(board);
    const record = this.#record(board);
    const { includePaths: own, appended, unseen } = this.#placedOptions(board);
    const { changes } = this.#settings;
    const all = [...appended, ...behind, ...(changes?.boards.includes(board) ? changes.files : [])];
    const dtc = parseDtcVersion(project.dtcVersion ?? this.sourceTree(board)?.dtcVersion ?? '');
    return {
      ...(dtc && { dtc }),
      includePaths: [...(project.includePaths ?? []), ...this.#roots(behind), ...own],
      defines: [
        ['__DTS__', '1'],
        ...(record?.defines ?? buildDefines(this.#documents, this.sourceTree(board), board)),
        ...Object.entries(project.defines ?? {}),
      ],
      standalone: !/\.dt(so?|b)$/.test(board) || isPart(this.sourceTree(board), board),
      ...(lateProperties(this.sourceTree(board)) && { lateProperties: true }),
      ...(record?.symbols && { symbols: true }),
      ...(all.length > 0 && { appended: all }),
      ...(unseen.length > 0 && { unseen }),
    };
  }

  /** Folders with the headers of the applications and shields whose overlays are behind a board. */
  #roots(behind: readonly string[]): string[] {
    const folders = behind.flatMap((overlay) => zephyrRoots(overlay));
    return [...new Set(folders)].filter((path) => this.#documents.isFolder(path));
  }

  /** What the place of a board gives: the flags that its build wrote down, or those that its project's build would use. */
  #placedOptions(board: string): PlacedOptions {
    return remembered(this.#placed, board, () => {
      const tree = this.sourceTree(board);
      const isFolder = (path: string) => this.#documents.isFolder(path);
      if (!tree) return { includePaths: [], appended: [], unseen: [] };
      const recorded = this.#record(board)?.includePaths.filter(isFolder) ?? [];
      const isText = board.endsWith('.dts');
      return {
        includePaths: recorded.length > 0 ? recorded : includePaths(this.#documents, tree, board),
        appended: isText ? appendedFiles(this.#documents, tree, board) : [],
        unseen: isText ? unseenHeaders(this.#documents, tree, board) : [],
      };
    });
  }

  #record(board: string): BuildRecord | undefined {
    const tree = this.sourceTree(board);
    return tree && remembered(this.#records, board, () => buildRecord(this.#documents, tree.root, board));
  }

  /** The levels of rules that the project's build chooses, and on top those that the user wants. */
  levels(board: string): Readonly<Record<string, RuleLevel>> {
    const checks = this.#record(board)?.checks;
    const built: Record<string, RuleLevel> = {};
    for (const [name, on] of checks ?? []) built[`dtc/${name}`] = on ? 'warning' : 'off';
    return { ...(checks ? built : quietRules(this.sourceTree(board))), ...this.project(board).rules };
  }

  /** The tree, whose missing includes say what to set. */
  explained(tree: DeviceTree): DeviceTree {
    // What has not come yet is not missing.
    if (this.#documents.awaited) return tree;
    return this.#missingIncludes.explained(tree, () => this.options(tree.file).includePaths);
  }

  /** The Xen system that the board belongs to; `treeOf` resolves its other files. */
  system(board: string, treeOf: (file: string) => DeviceTree): XenSystem | undefined {
    const host = hostBoard(this.project(board), board);
    return host && xenSystem(host, treeOf);
  }

  /**
   * What the user states wins; a tree that says it is a guest's is one, wherever its source lies. A project that is
   * about a Xen host means the host by `platform`, and its partial trees are guests' all the same.
   */
  platform(tree: DeviceTree, system: XenSystem | undefined): Platform {
    const stated = this.project(tree.file).platform;
    const role = system && roleIn(system, tree);
    if (system && role && (stated ?? 'xen-host') === 'xen-host') {
      const platform = this.#platform(tree, role);
      // All trees of a system are read by one Xen, whose release the host's tree may name.
      const { xenBuild } = role === 'xen-host' ? platform : this.#platform(system.host, 'xen-host');
      return { ...platform, ...(xenBuild && { xenBuild }), xen: { ...system, ...(xenBuild && { build: xenBuild }) } };
    }
    const platform = this.#platform(tree, stated);
    if (platform.kind !== 'xen-domu' || !tree.root.children.has('passthrough')) return platform;
    const host = nearbyHost(this.#documents, tree.file);
    return host === undefined ? platform : { ...platform, xenHostNearby: host };
  }

  #platform(tree: DeviceTree, platform: PlatformKind | undefined): Platform {
    const { kernelVersion, kernelConfig, cmdline, xenVersion, xenConfig } = this.project(tree.file);
    const sourceTree = this.sourceTree(tree.file);
    const defaults = sourceTree && platformDefaults(this.#documents, sourceTree, tree.file);
    const version = kernelVersion ?? defaults?.kernelVersion?.join('.');
    const config = kernelConfig === undefined ? undefined : this.#documents.read(kernelConfig)?.text;
    const xenText = xenConfig === undefined ? undefined : this.#documents.read(xenConfig)?.text;
    const stated: Statements = {
      ...(platform && { kind: platform }),
      ...(defaults?.arch && { arch: defaults.arch }),
      ...(version !== undefined && { kernelVersion: version }),
      // A project that takes its device trees from Linux follows it.
      ...(sourceTree && sourceTree.kind !== 'linux' && { likelyVersion: NEWEST_VERSION }),
      ...(kernelConfig !== undefined &&
        config !== undefined && { kernelConfig: config, kernelConfigPath: kernelConfig }),
      ...(cmdline !== undefined && { cmdline }),
      ...(xenVersion !== undefined && { xenVersion }),
      ...(xenConfig !== undefined && xenText !== undefined && { xenConfig: xenText, xenConfigPath: xenConfig }),
    };
    const result = platformOf(tree, stated);
    return defaults && result.assumed.includes('kind') ? platformOf(tree, { ...stated, kind: defaults.kind }) : result;
  }

  /** Every board that includes the file or that it is applied to, the nearest first; `all` looks beyond its folder. */
  boardsOf(file: string, all: boolean): string[] {
    const listed = (this.project(file).boards ?? []).map((board) => board.file);
    const found = isBoard(file)
      ? [file, ...this.#compositions(file).map(({ board }) => board)]
      : this.#index(file).boardsOf(file, all);
    return [...new Set([...found, ...listed])];
  }

  /** Every board that reads the file, also a board that others include; overlays are boards. */
  readersOf(file: string): string[] {
    const including = this.#index(file).boardsOf(file, true);
    const own = isBoard(file) && !this.isShared(file) ? [file] : [];
    const listed = (this.project(file).boards ?? []).map((board) => board.file);
    return [...new Set([...own, ...including, ...listed])];
  }

  /** The files that the boards of a file read; headers of bindings are left out. */
  filesAround(file: string): string[] {
    return this.#index(file).around(file);
  }

  /** The overlays in the folder of a board, and of its project, that are applied to it. */
  overlaysFor(board: string): string[] {
    const folder = dirname(board);
    const beside = this.#documents.list(folder).filter(isOverlay);
    const applied = beside
      .map((name) => join(folder, name))
      .filter((file) => this.#compositions(file).some((each) => each.board === board));
    return [...new Set([...this.overlaysOf(board), ...applied])];
  }

  /** What the project file says is applied to a board. */
  overlaysOf(board: string): readonly string[] {
    return this.project(board).boards?.find(({ file }) => file === board)?.overlays ?? [];
  }

  #compositions(file: string): Composition[] {
    if (!isOverlay(file)) return [];
    const listed = projectCompositions(this.project(file).boards ?? [], file);
    if (listed.length > 0) return listed;
    if (!file.endsWith('.overlay')) return builtCompositions(this.#documents, file);
    const found = remembered(this.#zephyr, file, () => zephyrComposition(this.#documents, file));
    return found ? [found] : [];
  }

  /** The overlays that are text behind the board's own, and those that are merged into its blob. */
  layers(overlays: readonly string[]): { readonly behind: readonly string[]; readonly merged: readonly string[] } {
    const behind = overlays.filter((path) => isTextBehind(this.#documents, path));
    return { behind, merged: overlays.filter((path) => !behind.includes(path)) };
  }

  /** Whether a `.dts` file is no board of its own, because boards include it and it has no `/dts-v1/`. */
  isShared(file: string): boolean {
    if (!lacksHeader(this.#documents, file)) return false;
    const boards = this.#index(file).boardsOf(file, false);
    return sharedAmong(this.#documents, [file, ...boards]).has(file);
  }

  /** `includes` says whether the tree of a board really reads the file. */
  choose(file: string, includes: (board: Composition) => boolean): BoardChoice {
    const plain = (board: string): Composition => ({ board, overlays: this.overlaysOf(board) });
    const applied = this.#compositions(file);
    const selected = this.#selected.get(file);
    if (selected !== undefined) {
      const chosen = applied.find(({ board }) => board === selected) ?? plain(selected);
      if (includes(chosen)) return { ...chosen, reason: 'selected' };
    }
    const [first] = applied;
    if (first) return { ...first, reason: this.#isListed(first) ? 'project' : 'nearest' };
    if (isBoard(file) && !this.isShared(file)) return { ...plain(file), reason: 'itself' };
    const open = (this.#documents.opened?.() ?? []).filter((path) => path !== file && isBoard(path));
    const listed = (this.project(file).boards ?? []).map((board) => board.file);
    const find = (boards: readonly string[]) => boards.map(plain).find(includes);
    const opened = find(open);
    if (opened) return { ...opened, reason: 'open' };
    const known = find(listed);
    if (known) return { ...known, reason: 'project' };
    const nearest = find(this.#index(file).boardsOf(file, false).slice(0, MAX_TRIES));
    return nearest ? { ...nearest, reason: 'nearest' } : { ...plain(file), reason: 'alone' };
  }

  #isListed({ board }: Composition): boolean {
    return this.project(board).boards?.some(({ file }) => file === board) ?? false;
  }

  /** Where an include leads; `undefined` when nothing is there. */
  resolve(from: string, name: string): string | undefined {
    const folders = [dirname(from), ...this.options(from).includePaths];
    const path = folders.map((folder) => join(folder, name)).find((candidate) => this.#documents.isFile(candidate));
    return path && (this.#documents.read(path)?.path ?? path);
  }

  #index(file: string): IncludeIndex {
    const tree = this.sourceTree(file);
    const key = tree?.root ?? dirname(file);
    return remembered(this.#indexes, key, () => new IncludeIndex(this.#documents, tree));
  }
}

function remembered<T>(map: Map<string, T>, key: string, compute: () => T): T {
  if (map.has(key)) return map.get(key) as T;
  const value = compute();
  map.set(key, value);
  return value;
}
