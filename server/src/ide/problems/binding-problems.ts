// SPDX-License-Identifier: MIT
// What of a board does not fit its bindings: worked out in the pauses, a few nodes at a time, and shown as long as
// the nodes are there.
import type { Problem } from '#base/problem.ts';
import { type BindingFinding, BoardCheck } from '#bindings/check.ts';
import type { Fault } from '#bindings/fault.ts';
import type { BindingLibrary } from '#bindings/library.ts';
import { canParse } from '#bindings/yaml.ts';
import type { Analysis, View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { bindingChoices } from '#rules/bindings/choices.ts';
import { bindingProblems } from '#rules/bindings/findings.ts';
import type { DtNode } from '#tree/types.ts';

/** Bindings that are read in one turn: a key does not wait longer. */
const READS = 1;
/** Characters of bindings that are looked over in one. */
const CHARACTERS = 60_000;
/** Boards whose findings are kept; the one asked about longest ago goes first. */
const MAX_BOARDS = 4;
/** Turns that are spent on waiting for the reader of YAML. */
const MAX_WAITS = 500;

interface Checked {
  snapshot: Snapshot;
  check: BoardCheck;
  /** Of the last check that came to its end. */
  findings: readonly BindingFinding[];
}

/** A tree of which something is missing would lack what is only not known. */
function isWhole({ tree }: Snapshot): boolean {
  return tree.complete && !tree.plugin && tree.file.endsWith('.dts');
}

/** All at once, for who can wait. `undefined`: no bindings are around the board. */
export function checkBindings({ file, snapshot, knowledge }: View): readonly Problem[] | undefined {
  const library = knowledge.bindings(file);
  if (!library?.judges) return undefined;
  if (!isWhole(snapshot)) return [];
  while (!library.done) library.step(CHARACTERS);
  const check = new BoardCheck(library, snapshot.tree);
  while (check.step() === 'more');
  return problemsOf(snapshot, library, check.findings);
}

function problemsOf(snapshot: Snapshot, library: BindingLibrary, findings: readonly BindingFinding[]) {
  const board = { tree: snapshot.tree, text: (file: string) => snapshot.text(file), library };
  const choices = (node: DtNode, fault: Fault) => bindingChoices(board, node, fault);
  return snapshot.weighed(bindingProblems(snapshot.tree, findings, choices));
}

export class BindingProblems {
  readonly #analysis: Analysis;
  readonly #boards = new Map<string, Checked>();
  #waits = 0;

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
  }

  /** One turn of work for the board of a file, as long as `goOn` says so; `false`: nothing is left to do. */
  work(file: string, goOn: () => boolean): boolean {
    const view = this.#analysis.view(file);
    const library = view?.knowledge.bindings(file);
    if (!view || !library?.judges || !isWhole(view.snapshot)) return false;
    if (!canParse()) return this.#waits++ < MAX_WAITS;
    if (!library.done) {
      library.step(CHARACTERS);
      return true;
    }
    const checked = this.#checkOf(view, library);
    if (checked.check.done) return false;
    library.allowance = READS;
    try {
      for (let step = checked.check.step(); step !== 'last'; step = checked.check.step()) {
        if (step === 'later' || !goOn()) return true;
      }
    } finally {
      library.allowance = Number.POSITIVE_INFINITY;
    }
    checked.findings = checked.check.findings;
    return true;
  }

  #checkOf({ choice: { board }, snapshot }: View, library: BindingLibrary): Checked {
    let checked = this.#boards.get(board);
    this.#boards.delete(board);
    if (!checked) checked = { snapshot, check: new BoardCheck(library, snapshot.tree), findings: [] };
    else if (checked.snapshot !== snapshot) {
      checked.check = new BoardCheck(library, snapshot.tree, checked.check);
      checked.snapshot = snapshot;
    }
    this.#boards.set(board, checked);
    for (const oldest of this.#boards.keys()) {
      if (this.#boards.size <= MAX_BOARDS) break;
      this.#boards.delete(oldest);
    }
    return checked;
  }

  /** Of one file, at their places of now. */
  problems({ file, choice: { board }, snapshot, knowledge }: View): readonly Problem[] {
    const found = this.#boards.get(board)?.findings ?? [];
    const library = knowledge.bindings(file);
    if (found.length === 0 || !library) return [];
    return problemsOf(snapshot, library, found).filter(({ span }) => span.file === file);
  }
}
