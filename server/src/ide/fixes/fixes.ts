// SPDX-License-Identifier: MIT
// Repairs of problems: one at its place, or all of a file, as many at once as do not touch each other.
import type { Problem } from '#base/problem.ts';
import type { TextEdit } from '#base/text.ts';
import type { Analysis } from '#ide/analysis.ts';
import type { FixSandbox } from '#ide/boards/fix-sandbox.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { CATALOGUE } from '#rules/index.ts';
import { EditBatch } from './edit-batch.ts';

/** More evaluations than any file needs: a fix that brings its own problem back must not go on for ever. */
const MAX_ROUNDS = 500;

/** False for hints, which are matters of taste, and where the fix is one of several: a person asks for those rules. */
export function isRepair({ rule, severity }: Problem): boolean {
  return severity !== 'hint' && !CATALOGUE.byId.get(rule)?.judgement;
}

export interface FixAllRequest {
  readonly board: string;
  /** Absent: what the project applies to the board. */
  readonly overlays?: readonly string[];
  /** Which problems to repair; those that have no repair stay. */
  wanted(problem: Problem): boolean;
  /** Which files may change: a repair that would touch another one is left out as a whole. Absent: all. */
  writable?(file: string): boolean;
}

/** All repairs of a board, as edits of the texts that it has now; `fixed` counts the problems that are gone. */
export function fixAll(
  analysis: Analysis,
  request: FixAllRequest,
): { readonly edits: TextEdit[]; readonly fixed: number } {
  const sandbox = analysis.sandbox(request.board, request.overlays);
  const run = new FixRun(sandbox, request);
  for (let n = 0; n < MAX_ROUNDS; n++) if (!run.round()) break;
  return { edits: sandbox.edits(), fixed: run.fixed };
}

/** Repairs of one rule, planned on one snapshot, of which none touches what another one does. */
interface Batch {
  readonly rule: string;
  readonly names: readonly string[];
  readonly edits: readonly TextEdit[];
}

class FixRun {
  /** How many problems are gone. */
  fixed = 0;
  readonly #sandbox: FixSandbox;
  readonly #request: FixAllRequest;
  /** Problems whose repair was made, or cannot be made: one that leads nowhere is not tried again. */
  readonly #tried = new Set<string>();
  /** Repairs that may be made at once. */
  #limit = Number.POSITIVE_INFINITY;

  constructor(sandbox: FixSandbox, request: FixAllRequest) {
    this.#sandbox = sandbox;
    this.#request = request;
  }

  /** One evaluation. False when nothing is left to repair. */
  round(): boolean {
    const before = this.#sandbox.snapshot;
    const { rule, names, edits } = this.#plan(before) ?? {};
    if (rule === undefined || !names || !edits) return false;
    const counted = this.#count(before, rule);
    const single = names.length === 1;
    let gone = 0;
    const kept = this.#sandbox.apply(edits, (after) => {
      gone = counted - this.#count(after, rule);
      return single || (gone >= names.length && errors(after) <= errors(before));
    });
    if (!kept) {
      // Each was right by itself, but not all of them together: in smaller steps, the next ones see those before.
      this.#limit = names.length >> 1;
      return true;
    }
    this.#limit = Math.max(this.#limit, names.length) * 2;
    for (const name of names) this.#tried.add(name);
    this.fixed += Math.max(names.length, gone);
    return true;
  }

  /** The repairs of the first rule that has one, shared files first: what those bring in, the board then has. */
  #plan(snapshot: Snapshot): Batch | undefined {
    const isOwn = ({ span }: Problem) => span.file === snapshot.tree.file;
    const batch = new EditBatch((file) => snapshot.text(file));
    const names = new Set<string>();
    let first: Problem | undefined;
    for (const problem of [...snapshot.problems()].sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)))) {
      if (!problem.fix || (first && (problem.rule !== first.rule || isOwn(problem) !== isOwn(first)))) continue;
      const name = nameOf(snapshot, problem);
      if (names.has(name) || this.#tried.has(name) || !this.#request.wanted(problem)) continue;
      const edits = this.#editsOf(problem);
      if (!edits) this.#tried.add(name);
      else if (batch.add(edits)) {
        first ??= problem;
        names.add(name);
        if (names.size >= this.#limit) break;
      }
    }
    return first && { rule: first.rule, names: [...names], edits: batch.edits };
  }

  #editsOf({ fix }: Problem): readonly TextEdit[] | undefined {
    const { writable } = this.#request;
    const edits = fix?.plan() ?? [];
    const isAllowed = edits.length > 0 && (!writable || edits.every((edit) => writable(edit.span.file)));
    return isAllowed ? edits : undefined;
  }

  #count(snapshot: Snapshot, rule: string): number {
    return snapshot.problems().filter((problem) => problem.rule === rule && this.#request.wanted(problem)).length;
  }
}

/** What is wrong with the text itself, such as a label that two repairs have both given away. */
function errors({ tree }: Snapshot): number {
  return tree.problems.filter(({ severity }) => severity === 'error').length;
}

/** The same problem has the same name after other places of its file were edited. */
function nameOf(snapshot: Snapshot, { rule, node, span, fix }: Problem): string {
  const text = snapshot.text(span.file).slice(span.start, span.end);
  return [rule, node, span.file, text, fix?.title].join('\0');
}
