// SPDX-License-Identifier: MIT
// What the host talks to: takes the user's files and wishes, gives the view of a file from which features answer.
import type { SourceFile } from '#base/files.ts';
import { type BoardChoice, type BoardReason, Contexts, type Settings } from '#ide/boards/context.ts';
import { FixSandbox } from '#ide/boards/fix-sandbox.ts';
import type { Composition } from '#ide/boards/overlays.ts';
import { PROJECT_FILE, type ProjectBoard } from '#ide/boards/project.ts';
import { Snapshot, treesOf } from '#ide/boards/snapshot.ts';
import { Documents } from '#ide/files/documents.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { Knowledge } from '#ide/knowledge/knowledge.ts';
import { CATALOGUE } from '#rules/index.ts';
import type { Change, Grammar } from '#syntax/parser.ts';
import { applyOverlays } from '#tree/apply-overlays.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { decompile } from '#tree/blob/decompile.ts';
import { Frontend, type LiveBoard } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';

/** A file in the context of its board, at one moment: what every feature is asked with. */
export interface View {
  readonly file: string;
  readonly text: string;
  readonly choice: BoardChoice;
  readonly snapshot: Snapshot;
  /** Where an include in this file leads. */
  resolve(name: string): string | undefined;
  /** The boards near a shared file that include it, nearest first; a board is its own. */
  boardsOf(file: string): readonly string[];
  /** The files as the user sees them. */
  readonly files: FileSystem;
  /** Where the build looks for includes of this file, beside its own folder. */
  includePaths(): readonly string[];
  readonly knowledge: Knowledge;
  /** The root of the source tree around the file. */
  root(): string | undefined;
}

/** Boards that are kept evaluated; the one used longest ago goes first. */
const MAX_BOARDS = 6;

/** What a board is evaluated from: the user's files, or a copy that fixes are tried on. */
interface Inputs {
  readonly frontend: Frontend;
  /** The version of a file that counts. */
  version(file?: SourceFile): SourceFile | undefined;
  /** The tree of the board with the texts behind it, or of an overlay. */
  evaluate(file: string, behind?: readonly string[]): DeviceTree;
  /** Another tree of the board's Xen system. */
  other(file: string): DeviceTree;
}

/** A board that is open is shown instead once it includes the file (again). */
function isStopgap(reason: BoardReason): boolean {
  return reason === 'alone' || reason === 'nearest' || reason === 'project';
}

/** Inputs come in through its methods; everything it gives out is worked out from them when asked for. */
export class Analysis {
  readonly #grammar: Grammar;
  readonly #documents: Documents;
  readonly #contexts: Contexts;
  readonly #frontend: Frontend;
  /** By board and overlays. */
  readonly #boards = new Map<string, Snapshot>();
  /** Those that were evaluated before all of their files had come. */
  readonly #unsettled = new Set<string>();
  /** Boards and overlays, the one used longest ago first: the next evaluation builds on the last. */
  readonly #live = new Map<string, LiveBoard>();
  /** Trees of Xen systems: a keystroke in one does not resolve the others again. */
  readonly #systemTrees = new Map<string, DeviceTree>();
  readonly #choices = new Map<string, BoardChoice>();
  readonly knowledge: Knowledge;

  #settings: Settings = { project: {} };

  constructor(grammar: Grammar, stored: FileSystem, original?: Analysis) {
    this.#grammar = grammar;
    this.#documents = new Documents(stored, grammar);
    this.#contexts = new Contexts(this.#documents);
    this.knowledge = new Knowledge(this.#documents, (file) => this.#contexts.project(file).dtSchema);
    this.#frontend = new Frontend(grammar, this.#documents, original ? original.#frontend : undefined);
  }

  open(path: string, text: string): void {
    this.#documents.open(path, text);
    this.#changed(path);
  }

  /** Changes are applied one after the other: each counts in the text that those before it made. */
  edit(path: string, changes: readonly Change[]): void {
    this.#documents.edit(path, changes);
    this.#changed(path);
    for (const [file, { reason }] of this.#choices) if (file !== path && isStopgap(reason)) this.#choices.delete(file);
  }

  close(path: string): void {
    this.#documents.close(path);
    this.#changed(path);
  }

  opened(): string[] {
    return this.#documents.opened();
  }

  /** Stored files appeared, changed or went away. */
  filesChanged(paths: readonly string[]): void {
    this.#contexts.forget(paths);
    this.#choices.clear();
    for (const key of this.#unsettled) this.#boards.delete(key);
    this.#unsettled.clear();
    if (paths.some((path) => path.endsWith(`/${PROJECT_FILE}`))) {
      this.#forgetBoards();
      this.knowledge.forgetFolders();
    }
    for (const path of paths) this.#changed(path);
  }

  /** Everything is worked out anew: the source trees, the project files, the boards. */
  setSettings(settings: Settings): void {
    this.#settings = settings;
    this.#contexts.setSettings(settings);
    this.knowledge.forgetFolders();
    this.#contexts.forget([]);
    this.#choices.clear();
    this.#forgetBoards();
  }

  /** `undefined`: back to the best one. */
  selectBoard(file: string, board: string | undefined): void {
    this.#contexts.select(file, board);
    this.#choices.delete(file);
  }

  /** The boards that a file can be shown with, nearest first; `all` looks through the whole architecture. */
  boardsOf(file: string, all: boolean): string[] {
    return this.#contexts.boardsOf(file, all);
  }

  /** Every board that reads the file, in the whole architecture. */
  readersOf(file: string): string[] {
    return this.#contexts.readersOf(file);
  }

  /** The files that boards of the file read, without evaluating one. */
  filesAround(file: string): string[] {
    return this.#contexts.filesAround(file);
  }

  /** The overlays that are known to be applied to a board. */
  overlaysFor(board: string): string[] {
    return this.#contexts.overlaysFor(board);
  }

  /** Macros that the build or the project file defines for a board. */
  definesOf(board: string): readonly string[] {
    return this.#contexts.options(board).defines?.map(([name]) => name) ?? [];
  }

  /** `undefined` when there is no such file. */
  view(file: string): View | undefined {
    const text = this.#documents.read(file)?.text;
    if (text === undefined) return undefined;
    const choice = this.#choose(file);
    const snapshot = this.board(choice.board, choice.overlays);
    return {
      file,
      text,
      choice,
      snapshot,
      resolve: (name) => this.#contexts.resolve(file, name),
      boardsOf: (path) => this.boardsOf(path, false),
      files: this.#documents,
      includePaths: () => this.#contexts.options(file).includePaths,
      knowledge: this.knowledge,
      root: () => this.#contexts.sourceTree(file)?.root,
    };
  }

  /** A board with what the project applies to it, or with other overlays; it has the problems of all its files. */
  board(board: string, overlays = this.#contexts.overlaysOf(board)): Snapshot {
    const key = [board, ...overlays].join('\0');
    const known = this.#boards.get(key);
    this.#boards.delete(key);
    const snapshot = known ?? this.#evaluate({ board, overlays });
    this.#boards.set(key, snapshot);
    if (this.#documents.awaited) this.#unsettled.add(key);
    for (const oldest of this.#boards.keys()) {
      if (this.#boards.size <= MAX_BOARDS) break;
      this.#boards.delete(oldest);
    }
    return snapshot;
  }

  /** A board that nobody looks at: evaluated for one question, and not kept. */
  glance(board: string): Snapshot {
    const overlays = this.#contexts.overlaysOf(board);
    const known = this.#boards.get([board, ...overlays].join('\0'));
    return (
      known ??
      this.#evaluate({ board, overlays }, (path, behind) =>
        this.#frontend.evaluate(path, this.#contexts.options(path, behind)),
      )
    );
  }

  /** The tree as a kernel gets it: numbers for references, and no text of a source around it. */
  booted(tree: DeviceTree): DeviceTree {
    const file = { path: '/text.dts', text: decompile(writeBlob(tree, { symbols: false })) };
    return new Frontend(this.#grammar, { read: () => file }).evaluate(file.path, { includePaths: [], defines: [] });
  }

  /** The `dt-iommu.json` that says something about the file. */
  projectFile(file: string): string | undefined {
    return this.#contexts.projectFile(file);
  }

  /** The boards that the project file and the settings name. */
  projectBoards(file: string): readonly ProjectBoard[] {
    return this.#contexts.project(file).boards ?? [];
  }

  /** Whether the boards near a shared file are all that there are: in a source tree others may include it. */
  knowsBoardsOf(file: string): boolean {
    return this.#contexts.sourceTree(file) === undefined;
  }

  /**
   * Works everything out as after an edit, each time it is called, for the engine's sake: what ran a few times runs
   * several times faster. The edits are made in a copy, which nobody else sees; `undefined` before the first view.
   */
  rehearsal(file: string): (() => void) | undefined {
    const known = this.#choices.get(file);
    const text = known && this.#documents.live(file)?.file.text;
    if (known === undefined || text === undefined) return undefined;
    const copy = this.copy();
    for (const path of this.board(known.board, known.overlays).tree.files) {
      const stored = this.#documents.read(path);
      if (stored) copy.#frontend.adopt(stored, this.#frontend.ast(stored));
    }
    copy.open(file, text);
    // A blank comes and goes at the start of a line, where it means nothing.
    const start = text.indexOf('\n', text.length / 2) + 1;
    return () => {
      for (const [end, blank] of [
        [start, ' '],
        [start + 1, ''],
      ] as const) {
        copy.edit(file, [{ start, end, text: blank }]);
        copy.view(file)?.snapshot.problems();
      }
    };
  }

  /** The files as the user sees them now. */
  get files(): FileSystem {
    return this.#documents;
  }

  /** An analysis of the same files and settings, whose files may be changed without anyone seeing it. */
  copy(): Analysis {
    const copy = new Analysis(this.#grammar, this.#documents, this);
    copy.setSettings(this.#settings);
    return copy;
  }

  /** A copy of the board's files to try edits on. */
  sandbox(board: string, overlays = this.#contexts.overlaysOf(board)): FixSandbox {
    const composition = { board, overlays };
    const untouched = this.board(board, overlays);
    let changed: ReadonlyMap<string, SourceFile> = new Map();
    const current = (file: SourceFile | undefined) => file && (changed.get(file.path) ?? file);
    const frontend = new Frontend(this.#grammar, {
      read: (path) => current(this.#documents.read(path)),
      readBinary: (path) => this.#documents.readBinary(path),
      refusal: (path) => this.#documents.refusal(path),
    });
    for (const path of untouched.trees.flatMap((tree) => tree.files)) {
      const file = this.#documents.read(path);
      if (file) frontend.adopt(file, this.#frontend.ast(file));
    }
    const evaluate = (path: string, behind?: readonly string[]) =>
      frontend.evaluate(path, this.#contexts.options(path, behind));
    const other = (path: string) => this.#composed(evaluate, path, this.#contexts.overlaysOf(path));
    const inputs = { frontend, version: current, evaluate, other };
    return new FixSandbox((versions) => {
      changed = versions;
      return versions.size === 0 ? untouched : this.#snapshot(inputs, composition);
    });
  }

  #choose(file: string): BoardChoice {
    const known = this.#choices.get(file);
    if (known && (known.board === file || this.#includes(known, file))) return known;
    const choice = this.#contexts.choose(file, (board) => this.#includes(board, file));
    this.#choices.set(file, choice);
    return choice;
  }

  #includes({ board, overlays }: Composition, file: string): boolean {
    return this.#documents.isFile(board) && this.board(board, overlays).tree.files.includes(file);
  }

  #evaluate(
    composition: Composition,
    treeOf: Inputs['evaluate'] = (path, behind) => this.#liveTree(path, behind),
  ): Snapshot {
    for (const path of this.#documents.opened()) {
      const live = this.#documents.live(path);
      if (live) this.#frontend.adopt(live.file, live.ast);
    }
    const inputs: Inputs = {
      frontend: this.#frontend,
      version: (file) => file,
      evaluate: treeOf,
      other: (path) => this.#systemTree(path),
    };
    return this.#snapshot(inputs, composition);
  }

  #snapshot({ frontend, version, evaluate, other }: Inputs, { board, overlays }: Composition): Snapshot {
    const tree = this.#contexts.explained(this.#composed(evaluate, board, overlays));
    const system = this.#contexts.system(board, (path) => (path === board ? tree : other(path)));
    const platform = this.#contexts.platform(tree, system);
    const paths = treesOf({ tree, platform }).flatMap((each) => each.files);
    const files = new Map(paths.map((path) => [path, version(this.#documents.read(path))]));
    return new Snapshot({
      tree,
      platform,
      rules: CATALOGUE,
      levels: this.#contexts.levels(board),
      text: (path) => files.get(path)?.text ?? '',
      header: (name) => {
        const path = this.#contexts.resolve(board, name);
        return path && this.#documents.read(path)?.text;
      },
      ast: (path) => {
        const file = files.get(path);
        return file && frontend.ast(file);
      },
    });
  }

  #composed(evaluate: Inputs['evaluate'], board: string, overlays: readonly string[]): DeviceTree {
    const { behind, merged } = this.#contexts.layers(overlays);
    return applyOverlays(
      evaluate(board, behind),
      merged.map((path) => evaluate(path)),
    );
  }

  #liveTree(path: string, behind: readonly string[] = []): DeviceTree {
    const key = [path, ...behind].join('\0');
    const live = this.#live.get(key) ?? this.#frontend.live(path);
    this.#live.delete(key);
    this.#live.set(key, live);
    for (const oldest of this.#live.keys()) {
      if (this.#live.size <= MAX_BOARDS) break;
      this.#live.delete(oldest);
    }
    return live.evaluate(this.#contexts.options(path, behind));
  }

  #systemTree(path: string): DeviceTree {
    const known = this.#systemTrees.get(path);
    if (known) return known;
    const evaluate = (file: string, behind?: readonly string[]) =>
      this.#frontend.evaluate(file, this.#contexts.options(file, behind));
    const tree = this.#composed(evaluate, path, this.#contexts.overlaysOf(path));
    this.#systemTrees.set(path, tree);
    return tree;
  }

  #forgetBoards(): void {
    this.#boards.clear();
    this.#live.clear();
    this.#systemTrees.clear();
  }

  #changed(path: string): void {
    // Which board a file belongs to follows from what there is now, not from what was asked before.
    this.#choices.clear();
    this.#contexts.edited(path);
    this.knowledge.forget(path);
    const reads = ({ files, missing }: DeviceTree) => files.includes(path) || missing.includes(path);
    for (const [key, { tree, trees }] of this.#boards) {
      if (tree.file === path || trees.some(reads)) this.#boards.delete(key);
    }
    for (const [file, tree] of this.#systemTrees) {
      if (file === path || reads(tree)) this.#systemTrees.delete(file);
    }
  }
}
