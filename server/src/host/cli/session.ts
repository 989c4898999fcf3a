// SPDX-License-Identifier: MIT
// One thread's view of the boards it works on: files read once, each board resolved with its own project's settings.
import { dirname } from '#base/files.ts';
import { readGrammar } from '#host/grammar.ts';
import { DiskFiles } from '#host/sources.ts';
import { findSourceTree, includePaths } from '#ide/kernel-tree.ts';
import { findProjectFile, mergeProjects, type Project, parseProject } from '#ide/project.ts';
import { Frontend, type Grammar } from '#tree/evaluate.ts';
import type { DeviceTree } from '#tree/types.ts';
import { Failure } from './io.ts';

/** Plain data: it goes to worker threads. */
export interface SessionSettings {
  /** What the command line says; it wins over project files. */
  readonly flags: Project;
  /** `--config`. */
  readonly projectFile?: string;
  /** `-@`. */
  readonly symbols?: boolean;
}

export class Session {
  readonly files = new DiskFiles();
  readonly frontend: Frontend;
  readonly #settings: SessionSettings;

  constructor(grammar: Grammar, settings: SessionSettings) {
    this.frontend = new Frontend(grammar, this.files);
    this.#settings = settings;
  }

  /** The project file above the board, or that of `--config`, overridden by the command line. */
  project(board: string): Project {
    const { flags, projectFile } = this.#settings;
    const path = projectFile ?? findProjectFile(this.files, board);
    const text = path === undefined ? undefined : this.files.read(path)?.text;
    if (path === undefined || text === undefined) return flags;
    const { project, complaints } = parseProject(text, path);
    if (complaints[0] !== undefined) throw new Failure(`${path}: ${complaints[0]}`);
    return mergeProjects(project, flags);
  }

  tree(board: string): DeviceTree {
    const project = this.project(board);
    const source = findSourceTree(this.files, board);
    return this.frontend.evaluate(board, {
      includePaths: [...(project.includePaths ?? []), ...(source ? includePaths(this.files, source, board) : [])],
      defines: Object.entries(project.defines ?? {}),
      symbols: this.symbols,
    });
  }

  get symbols(): boolean {
    return this.#settings.symbols ?? false;
  }

  text(file: string): string {
    return this.files.read(file)?.text ?? '';
  }
}

/** Gives sessions: the same one for neighbours, a fresh one for the next folder, so that memory stays bounded. */
export type Sessions = (file: string) => Session;

export async function openSessions(settings: SessionSettings): Promise<Sessions> {
  const grammar = await readGrammar();
  let folder: string | undefined;
  let session = new Session(grammar, settings);
  return (file) => {
    if (folder !== undefined && folder !== dirname(file)) session = new Session(grammar, settings);
    folder = dirname(file);
    return session;
  };
}
