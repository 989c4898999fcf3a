// SPDX-License-Identifier: MIT
// One thread's view of the boards it works on: files read once, each board with its own project's settings.
import { isMainThread } from 'node:worker_threads';
import { dirname, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import { lineStarts, positionAt } from '#base/text.ts';
import { loadYaml } from '#bindings/yaml.ts';
import { buildTime } from '#host/clock.ts';
import { postponeTierUp, readGrammar } from '#host/grammar.ts';
import { DiskFiles } from '#host/sources.ts';
import { Analysis, type View } from '#ide/analysis.ts';
import { Contexts, type Settings } from '#ide/boards/context.ts';
import { findProjectFile, type Project } from '#ide/boards/project.ts';
import { projectProblems } from '#ide/boards/project-problems.ts';
import { Documents } from '#ide/files/documents.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Knowledge } from '#ide/knowledge/knowledge.ts';
import { checkBindings } from '#ide/problems/binding-problems.ts';
import type { Grammar } from '#syntax/parser.ts';
import type { ErrorCheck } from '#tree/dtc/checks.ts';
import { Frontend } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { ObservedFiles, type Seen } from './cache/observed.ts';
import { Failure, type Piped } from './io.ts';

/** Plain data: it goes to worker threads. */
export interface SessionSettings {
  /** What the command line says; it wins over project files. */
  readonly flags: Project;
  /** `--config`. */
  readonly projectFile?: string;
  /** Operands and folders of `-I` as they were typed, by their paths: cpp writes them into `__FILE__`. */
  readonly spelled?: Readonly<Record<string, string>>;
  /** `--uboot-script`, and the hosts whose trees it changes. */
  readonly script?: { readonly file: string; readonly boards: readonly string[] };
  /** What came by standard input. */
  readonly piped?: Piped;
  /** Problems come with what their repairs would change. */
  readonly planned?: boolean;
  /** `--bindings`. */
  readonly bindings?: boolean;
  /** `-@`. */
  readonly symbols?: boolean;
  /** `-f`. */
  readonly force?: boolean;
  /** What each result rests on is remembered with it. */
  readonly observed?: boolean;
}

export class Session {
  readonly files = new DiskFiles();
  /** For one file's text, and for trees without a model. */
  readonly frontend: Frontend;
  #analysis: Analysis;
  /** What is asked of the disk goes through it, where that is remembered. */
  readonly #observed: ObservedFiles | undefined;
  readonly #disk: FileSystem;
  readonly #stated: Settings;
  readonly #knowledge: Knowledge;
  readonly #contexts: Contexts;
  readonly #settings: SessionSettings;
  readonly #grammar: Grammar;
  readonly #accepted = new Set<string>();

  constructor(grammar: Grammar, settings: SessionSettings) {
    this.#settings = settings;
    this.#grammar = grammar;
    this.#observed = settings.observed ? new ObservedFiles(this.files) : undefined;
    this.#disk = this.#observed ?? this.files;
    this.frontend = new Frontend(grammar, this.#disk);
    this.#contexts = new Contexts(new Documents(this.#disk, grammar));
    const { flags: project, projectFile, script, piped } = settings;
    if (piped) this.files.give(piped.file, piped.bytes);
    if (script) this.files.readAsChanges(script.file);
    this.#stated = {
      project,
      ...(projectFile !== undefined && { projectFile }),
      ...(script && { changes: { files: [script.file], boards: script.boards } }),
    };
    this.#contexts.setSettings(this.#stated);
    this.#analysis = this.#newAnalysis();
    this.#knowledge = this.#analysis.knowledge;
  }

  #newAnalysis(before?: Analysis): Analysis {
    const analysis = new Analysis(this.#grammar, this.#disk, before);
    analysis.setSettings(this.#stated);
    return analysis;
  }

  /** The next result asks for everything itself, where what it rests on is remembered: nothing but texts is known. */
  begin(): void {
    if (!this.#observed) return;
    this.#observed.begin();
    this.files.binaries.clear();
    this.#analysis = this.#newAnalysis(this.#analysis);
  }

  /** What the result rests on that was worked out since {@link begin}. */
  seen(): Seen | undefined {
    return this.#observed?.seen();
  }

  /** With the bindings around the board, which all boards share. */
  bindingsOf(view: View): readonly Problem[] | undefined {
    const find = () => checkBindings({ ...view, knowledge: this.#knowledge });
    return this.#observed ? this.#observed.sharing(find) : find();
  }

  /** For everything that is asked of a board. Fails when its project file is wrong. */
  analysis(board: string): Analysis {
    this.#acceptProject(board);
    return this.#analysis;
  }

  /** The resolved tree alone; as dtc leaves it where a check failed and the blob is forced. */
  tree(board: string, failedCheck?: ErrorCheck): DeviceTree {
    this.#acceptProject(board);
    const options = this.#contexts.options(board);
    const { spelled = {} } = this.#settings;
    const names = {
      boardName: spelled[board] ?? board,
      includeNames: options.includePaths.map((path) => spelled[path] ?? path),
    };
    const all = { ...options, ...names, time: buildTime(), symbols: this.symbols };
    const tree = this.frontend.evaluate(board, { ...all, ...(failedCheck && { failedCheck }) });
    return this.#contexts.explained(tree);
  }

  /** Whether a file is the script of U-Boot that changes the host's tree. */
  isScript(file: string): boolean {
    return this.#settings.script?.file === file;
  }

  get force(): boolean {
    return this.#settings.force ?? false;
  }

  /** The tree of a text that is no file. */
  treeOfText(text: string): DeviceTree {
    const file = { path: '/text.dts', text };
    return new Frontend(this.#grammar, { read: () => file }).evaluate(file.path, { includePaths: [], defines: [] });
  }

  get bindings(): boolean {
    return this.#settings.bindings ?? false;
  }

  get planned(): boolean {
    return this.#settings.planned ?? false;
  }

  get symbols(): boolean {
    return this.#settings.symbols ?? false;
  }

  /** What is wrong in the project file of a board, as far as that does not stop the work. */
  projectProblems(board: string): readonly Problem[] {
    const path = this.#settings.projectFile ?? findProjectFile(this.#disk, board);
    return path === undefined ? [] : projectProblems(this.#disk, path);
  }

  /** What decides about a board beside the texts that are its own. */
  inputs(board: string, texts: readonly string[]): readonly string[] {
    const { kernelConfig, xenConfig } = this.#contexts.project(board);
    const project = this.#settings.projectFile ?? findProjectFile(this.#disk, board);
    const named = [project, kernelConfig, xenConfig, this.#settings.script?.file];
    return [...texts, ...this.files.binaries, ...named.filter((path) => path !== undefined)];
  }

  source(file: string): SourceFile | undefined {
    return this.#disk.read(file);
  }

  text(file: string): string {
    return this.#disk.read(file)?.text ?? '';
  }

  /** An editor goes on without a field that it does not understand; a script would not notice. */
  #acceptProject(board: string): void {
    if (!this.#disk.read(board)) {
      throw new Failure(`${board}: ${this.files.refusal(board) ?? 'cannot be read'}; check the path and the file`);
    }
    const path = this.#settings.projectFile ?? findProjectFile(this.#disk, board);
    const text = path && this.#disk.read(path)?.text;
    if (path === undefined || text === undefined || this.#accepted.has(path)) return;
    const problem = projectProblems(this.#disk, path).find(({ severity }) => severity === 'error');
    if (problem) {
      const { line, character } = positionAt(lineStarts(text), problem.span.start);
      throw new Failure(`${path}:${line + 1}:${character + 1}: ${problem.message}`);
    }
    this.#accepted.add(path);
  }
}

/** Gives sessions: the same one for neighbours, a fresh one for the next folder, so that memory stays bounded. */
export type Sessions = (file: string) => Session;

export async function openSessions(settings: SessionSettings): Promise<Sessions> {
  if (isMainThread) postponeTierUp();
  const grammar = await readGrammar();
  if (settings.bindings) await loadYaml();
  let folder: string | undefined;
  let session = new Session(grammar, settings);
  return (file) => {
    if (folder !== undefined && folder !== dirname(file)) session = new Session(grammar, settings);
    folder = dirname(file);
    return session;
  };
}
