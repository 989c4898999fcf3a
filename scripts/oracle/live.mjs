// SPDX-License-Identifier: MIT
// Boards of Linux under random edits: an evaluation that builds on the last one against one from nothing.
import { join } from 'node:path';
import { diskReader, grammar, kernelIncludes, loadCore } from './core.mjs';

const EDITS = 12;
const PUT_IN = ['0', ' ', '\n', '1>', '};', '{', '&', '"', '/*', 'x;\n', '\n#undef GIC_SPI\n', 'status = "okay";\n'];

/** Edits every `step`th board, in itself or in a file that it includes. */
export async function compareLive({ kernel, report }, boards, step) {
  const core = await loadCore();
  const sample = boards.filter((_, index) => index % step === 0);
  const part = report.part(`edited boards evaluated again, every ${step}th board`, sample.length * EDITS);
  const seconds = { again: 0, fresh: 0 };
  for (const [number, board] of sample.entries()) {
    const pick = core.random(number);
    const editor = new Editor(core, await grammar(), { kernel, board: join(kernel, board) });
    for (let edit = 0; edit < EDITS; edit++) {
      const what = editor.edit(pick);
      const again = timed(seconds, 'again', () => editor.evaluateAgain());
      const fresh = timed(seconds, 'fresh', () => editor.evaluateFresh());
      if (core.toText(core.describeTree(again)) === core.toText(core.describeTree(fresh))) part.pass();
      else part.fail(`${board}: after edit ${edit}, ${what}`);
      // Mostly taken back again, so that the board stays one.
      if (pick(4) > 0) editor.undo();
    }
    editor.close();
  }
  part.done(`${seconds.again.toFixed(1)} s instead of ${seconds.fresh.toFixed(1)} s`);
}

function timed(seconds, name, work) {
  const start = performance.now();
  const result = work();
  seconds[name] += (performance.now() - start) / 1000;
  return result;
}

/** A board and its files, opened as they are edited. */
class Editor {
  #core;
  #grammar;
  #board;
  #options;
  #disk = diskReader();
  #open = new Map();
  #versions = new Map();
  #frontend;
  #live;
  #undo = () => {};
  #files;

  constructor(core, parser, { kernel, board }) {
    this.#core = core;
    this.#grammar = parser;
    this.#board = board;
    this.#options = { includePaths: kernelIncludes(kernel), defines: [['__DTS__', undefined]] };
    this.#frontend = new core.Frontend(parser, this.#reader());
    this.#live = this.#frontend.live(board);
    this.#files = this.#live.evaluate(this.#options).files.filter((file) => /\.dts[io]?$/.test(file));
  }

  #reader() {
    return { read: (path) => this.#versions.get(path) ?? this.#disk.read(path), readBinary: this.#disk.readBinary };
  }

  /** One random edit; what it was. */
  edit(pick) {
    const path = pick(2) === 0 ? this.#board : this.#files[pick(this.#files.length)];
    const text = this.#document(path).text;
    const kind = pick(8);
    const place = pick(text.length);
    // A digit behind a digit, mostly in a value, is the commonest of all edits.
    const at = kind > 4 ? Math.max(0, text.slice(place).search(/\d/)) + place : place;
    const end = kind === 0 ? at + 1 : kind === 1 ? text.indexOf('\n', at) + 1 || text.length : at;
    const added = kind < 2 ? '' : kind > 4 ? '1' : PUT_IN[pick(PUT_IN.length)];
    const removed = text.slice(at, end);
    this.#change(path, { start: at, end, text: added });
    this.#undo = () => this.#change(path, { start: at, end: at + added.length, text: removed });
    return `${path}:${at}: ${JSON.stringify(removed)} becomes ${JSON.stringify(added)}`;
  }

  undo() {
    this.#undo();
  }

  evaluateAgain() {
    return this.#live.evaluate(this.#options);
  }

  evaluateFresh() {
    const frontend = new this.#core.Frontend(this.#grammar, this.#reader());
    for (const [path, document] of this.#open) frontend.adopt(this.#versions.get(path), document.ast);
    return frontend.evaluate(this.#board, this.#options);
  }

  close() {
    for (const document of this.#open.values()) document.close();
  }

  #document(path) {
    if (!this.#open.has(path)) {
      this.#open.set(path, this.#grammar.open(this.#disk.read(path).text));
      this.#version(path);
    }
    return this.#open.get(path);
  }

  #change(path, change) {
    this.#document(path).edit([change]);
    this.#version(path);
  }

  #version(path) {
    const document = this.#open.get(path);
    const file = { path, text: document.text };
    this.#versions.set(path, file);
    this.#frontend.adopt(file, document.ast);
  }
}
