// SPDX-License-Identifier: MIT
// Boards of Linux under random edits: an evaluation that builds on the last one against one from nothing.
import { join } from 'node:path';
import type { FileReader, SourceFile } from '#base/files.ts';
import type { Change, OpenDocument } from '#syntax/parser.ts';
import { describeTree, random, toText } from '#test/support/describe-tree.ts';
import { type EvaluateOptions, Frontend, type LiveBoard } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { DEFINES, diskReader, grammar, kernelIncludes, type Run } from './core.ts';

const EDITS = 12;
const PUT_IN = ['0', ' ', '\n', '1>', '};', '{', '&', '"', '/*', 'x;\n', '\n#undef GIC_SPI\n', 'status = "okay";\n'];

/** Edits every `step`th board, in itself or in a file that it includes. */
export function compareLive({ kernel, report }: Run, boards: readonly string[], step: number): void {
  const sample = boards.filter((_, index) => index % step === 0);
  const part = report.part(`edited boards evaluated again, every ${step}th board`, sample.length * EDITS);
  const seconds = { again: 0, fresh: 0 };
  for (const [number, board] of sample.entries()) {
    const pick = random(number);
    const editor = new Editor(kernel, join(kernel, board));
    for (let edit = 0; edit < EDITS; edit++) {
      const what = editor.edit(pick);
      const again = timed(seconds, 'again', () => editor.evaluateAgain());
      const fresh = timed(seconds, 'fresh', () => editor.evaluateFresh());
      if (toText(describeTree(again)) === toText(describeTree(fresh))) part.pass();
      else part.fail(`${board}: after edit ${edit}, ${what}`);
      // Mostly taken back again, so that the board stays one.
      if (pick(4) > 0) editor.undo();
    }
    editor.close();
  }
  part.done(`${seconds.again.toFixed(1)} s instead of ${seconds.fresh.toFixed(1)} s`);
}

function timed<K extends string, T>(seconds: Record<K, number>, name: K, work: () => T): T {
  const start = performance.now();
  const result = work();
  seconds[name] += (performance.now() - start) / 1000;
  return result;
}

/** A board and its files, opened as they are edited. */
class Editor {
  readonly #board: string;
  readonly #options: EvaluateOptions;
  readonly #disk = diskReader();
  readonly #open = new Map<string, OpenDocument>();
  readonly #versions = new Map<string, SourceFile>();
  readonly #frontend: Frontend;
  readonly #live: LiveBoard;
  readonly #files: readonly string[];
  #undo = () => {};

  constructor(kernel: string, board: string) {
    this.#board = board;
    this.#options = { includePaths: kernelIncludes(kernel), defines: DEFINES };
    this.#frontend = new Frontend(grammar, this.#reader());
    this.#live = this.#frontend.live(board);
    this.#files = this.#live.evaluate(this.#options).files.filter((file) => /\.dts[io]?$/.test(file));
  }

  #reader(): FileReader {
    return { read: (path) => this.#versions.get(path) ?? this.#disk.read(path), readBinary: this.#disk.readBinary };
  }

  /** One random edit; what it was. */
  edit(pick: (below: number) => number): string {
    const path = (pick(2) === 0 ? undefined : this.#files[pick(this.#files.length)]) ?? this.#board;
    const text = this.#document(path).text;
    const kind = pick(8);
    const place = pick(text.length);
    // A digit behind a digit, mostly in a value, is the commonest of all edits.
    const at = kind > 4 ? Math.max(0, text.slice(place).search(/\d/)) + place : place;
    const end = kind === 0 ? at + 1 : kind === 1 ? text.indexOf('\n', at) + 1 || text.length : at;
    const added = kind < 2 ? '' : kind > 4 ? '1' : (PUT_IN[pick(PUT_IN.length)] ?? '');
    const removed = text.slice(at, end);
    this.#change(path, { start: at, end, text: added });
    this.#undo = () => this.#change(path, { start: at, end: at + added.length, text: removed });
    return `${path}:${at}: ${JSON.stringify(removed)} becomes ${JSON.stringify(added)}`;
  }

  undo(): void {
    this.#undo();
  }

  evaluateAgain(): DeviceTree {
    return this.#live.evaluate(this.#options);
  }

  evaluateFresh(): DeviceTree {
    const frontend = new Frontend(grammar, this.#reader());
    for (const [path, document] of this.#open) {
      const version = this.#versions.get(path);
      if (version) frontend.adopt(version, document.ast);
    }
    return frontend.evaluate(this.#board, this.#options);
  }

  close(): void {
    for (const document of this.#open.values()) document.close();
  }

  #document(path: string): OpenDocument {
    const known = this.#open.get(path);
    if (known) return known;
    const document = grammar.open(this.#disk.read(path)?.text ?? '');
    this.#open.set(path, document);
    this.#version(path, document);
    return document;
  }

  #change(path: string, change: Change): void {
    const document = this.#document(path);
    document.edit([change]);
    this.#version(path, document);
  }

  #version(path: string, document: OpenDocument): void {
    const file = { path, text: document.text };
    this.#versions.set(path, file);
    this.#frontend.adopt(file, document.ast);
  }
}
