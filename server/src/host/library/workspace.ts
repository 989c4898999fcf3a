// SPDX-License-Identifier: MIT
// The library's objects over the analysis that the editor and the command line use.
import { normalize } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import { PROJECT_FILE, type Project, parseProject } from '#ide/boards/project.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { briefExplanationOf, type DeviceExplanation, explanationOf } from '#ide/explain/device-explanation.ts';
import { nodeNamed } from '#ide/explain/node-name.ts';
import { explainJson, platformJson } from '#ide/explain/report-json.ts';
import { isRepair } from '#ide/fixes/fixes.ts';
import { Repairs } from '#ide/fixes/repairs.ts';
import { CATALOGUE } from '#rules/index.ts';
import type { Grammar } from '#syntax/parser.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { printTree } from '#tree/blob/print.ts';
import type * as Api from './api.ts';
import { filesOf, GivenFiles } from './given-files.ts';

export class Workspace implements Api.Workspace {
  readonly #files: GivenFiles;
  readonly #analysis: Analysis;

  constructor(grammar: Grammar, { files, settings }: Api.OpenOptions) {
    this.#files = new GivenFiles(isFiles(files) ? files : filesOf(files));
    this.#analysis = new Analysis(grammar, this.#files);
    this.#analysis.setSettings({ project: settings ? projectOf(settings) : {} });
  }

  board(path: string): Board {
    const view = this.#analysis.view(normalize(path));
    if (!view) throw new Error(`${path}: there is no such file; paths are absolute`);
    return new Board(view.snapshot);
  }

  edit(path: string, text: string): void {
    this.#analysis.open(normalize(path), text);
  }

  changed(paths: readonly string[]): void {
    const normal = paths.map(normalize);
    this.#files.forget(normal);
    this.#analysis.filesChanged(normal);
  }

  fix(path: string, { rules }: { readonly rules?: readonly string[] } = {}): Api.Fixed {
    for (const id of rules ?? []) if (!CATALOGUE.byId.has(id)) throw new Error(`${id}: there is no such rule`);
    const copy = this.#analysis.copy();
    const repairs = new Repairs();
    const wanted = (problem: Problem) => (rules ? rules.includes(problem.rule) : isRepair(problem));
    if (!repairs.board(copy, { file: normalize(path), wanted })) {
      throw new Error(`${path}: there is no such file; paths are absolute`);
    }
    repairs.settle(() => copy);
    const texts = Object.fromEntries(repairs.paths().map((each) => [each, repairs.text(each) ?? '']));
    return { fixed: repairs.fixed, texts };
  }
}

class Board implements Api.Board {
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get file(): string {
    return this.#snapshot.tree.file;
  }

  get files(): readonly string[] {
    return this.#snapshot.tree.files;
  }

  get missing(): readonly string[] {
    return this.#snapshot.tree.missing;
  }

  get platform(): Api.Platform {
    return platformJson(this.#snapshot.platform);
  }

  problems(): Api.Problem[] {
    return this.#snapshot.problems().map(({ rule, severity, message, span, node, related, fix }) => ({
      rule,
      severity,
      message,
      ...this.#place(span),
      ...(node !== undefined && { node }),
      ...(related && { related: related.map((other) => ({ message: other.message, ...this.#place(other.span) })) }),
      ...(fix && { fix: fix.title }),
      edits: () => (fix?.plan() ?? []).map((edit) => ({ ...this.#place(edit.span), text: edit.text })),
    }));
  }

  devices(): Api.Device[] {
    return this.#snapshot.reports().map((report) => this.#json(briefExplanationOf(this.#snapshot, report)));
  }

  device(name: string): Api.Device | undefined {
    const node = nodeNamed(this.#snapshot.tree, name);
    return node && this.#json(explanationOf(this.#snapshot, this.#snapshot.report(node)));
  }

  tree(): string {
    return printTree(this.#snapshot.tree, (span) => `${span.file}:${this.#snapshot.line(span)}`);
  }

  blob({ symbols = false }: { readonly symbols?: boolean } = {}): Uint8Array {
    const { tree } = this.#snapshot;
    const error = tree.problems.find(({ severity }) => severity === 'error');
    if (error) throw new Error(`${error.span.file}:${this.#snapshot.line(error.span)}: ${error.message}`);
    return writeBlob(tree, { symbols });
  }

  /** The JSON of the command line has more fields than the interface promises, and these (docs/json.schema.json). */
  #json(explanation: DeviceExplanation): Api.Device {
    const { devices } = explainJson([explanation], this.#snapshot.platform, (span) => this.#place(span));
    return devices[0] as Api.Device;
  }

  #place(span: Span): Api.Place {
    return { file: span.file, range: this.#snapshot.range(span) };
  }
}

function isFiles(files: Api.OpenOptions['files']): files is Api.Files {
  return typeof files.read === 'function';
}

function projectOf(settings: Api.Settings): Project {
  const { project, complaints } = parseProject(JSON.stringify(settings), `/${PROJECT_FILE}`);
  if (complaints[0] !== undefined) throw new Error(`settings: ${complaints[0]}`);
  return project;
}
