// SPDX-License-Identifier: MIT
// Proves the migrations: each form, and thousands of random trees, mean what they meant, in the binding that Linux reads.
import { parseArgs } from 'node:util';
import { FORMS } from '#test/migrations/forms.ts';
import { SIBLINGS } from '#test/migrations/siblings.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { type Part, Report } from '../oracle/report.ts';
import { Bench, type Files } from './bench.ts';
import { BindingCheck } from './binding-check.ts';
import { differences } from './blob-diff.ts';
import { dtcBlob, hasDtc } from './dtc.ts';
import { judge, prove } from './prove.ts';
import { BASE, randomOverlay } from './random-overlay.ts';
import { randomTree } from './random-tree.ts';

/** Starting cpp and dtc takes longer than everything else, so they and dt-schema see one random tree in so many. */
const DTC_EVERY = 25;

/** Proves everything; gives the exit code. */
export function main(argv: readonly string[]): number {
  const { values } = parseArgs({
    args: [...argv],
    options: { trees: { type: 'string', default: '2500' }, seed: { type: 'string', default: '1' } },
  });
  const proof = new Proof(Number(values.trees), Number(values.seed));
  proof.forms();
  proof.siblings();
  proof.trees();
  proof.overlays();
  proof.families();
  proof.bindings();
  const { passed, failed } = proof.report;
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

class Proof {
  readonly report = new Report();
  readonly #trees: number;
  /** The seed of the first random tree. */
  readonly #first: number;
  readonly #bench = new Bench();
  readonly #hasDtc = hasDtc();
  readonly #bindings: BindingCheck | undefined;

  constructor(trees: number, first: number) {
    this.#trees = trees;
    this.#first = first;
    if (!this.#hasDtc)
      console.log('without dtc and cpp (Debian: device-tree-compiler, cpp): blobs are only compared with our own');
    try {
      this.#bindings = new BindingCheck(this.#bench);
    } catch (error) {
      console.log(`not checked against Linux's bindings: ${messageOf(error)}`);
    }
  }

  get #withDtc(): string {
    return this.#hasDtc ? "each also with Debian's dtc" : '';
  }

  forms(): void {
    const part = this.report.part('forms');
    for (const { title, before: text, device, rid, domid, overlay } of FORMS) {
      const { files: before } = parseFixture(text);
      const devices = [{ path: device, rid, domid }];
      attempt(part, title, () => {
        const { after } = prove(this.#bench, before, overlay ? [] : devices, { dtc: this.#hasDtc });
        if (!overlay) this.#bindings?.add(title, { before, after, devices });
        else if (this.#hasDtc) this.#bindings?.addOverlay(title, { before, after, devices });
      });
    }
    part.done(this.#withDtc);
  }

  /** The migrations beside the one of Xen's grants: the blobs differ in exactly what each form says. */
  siblings(): void {
    const part = this.report.part('siblings');
    const bench = this.#bench;
    for (const { title, rule, before: text, differences: wanted } of SIBLINGS) {
      const { files: before, metadata } = parseFixture(text);
      attempt(part, title, () => {
        const after = bench.repair(before, rule, metadata);
        if (!after) throw new Error('it has no fix');
        compare(differences(bench.blob(before), bench.blob(after)), wanted, 'in the blobs');
        if (this.#hasDtc) {
          compare(differences(dtcBlob(before), dtcBlob(after)), wanted, "in dtc's blobs");
          if (!dtcBlob(after).equals(bench.blob(after))) throw new Error("our blob of the result is not dtc's");
        }
        if (bench.repair(after, rule, metadata)) throw new Error('a second run changes more');
        // The bindings are those of 6.12.
        if (metadata.get('kernel') !== '7.2') this.#bindings?.addSketch(title, { before, after });
      });
    }
    part.done(this.#withDtc);
  }

  trees(): void {
    const part = this.report.part('random trees', this.#trees);
    let seen = 0;
    let converted = 0;
    for (let n = 0; n < this.#trees; n++) {
      const { files: before, devices } = randomTree(this.#first + n);
      const isSample = n % DTC_EVERY === 0;
      const dtc = this.#hasDtc && isSample;
      if (dtc) seen++;
      const title = this.#title(n);
      attempt(part, title, () => {
        const { after, count } = prove(this.#bench, before, devices, { dtc });
        converted += count;
        if (!isSample || count === 0) return;
        this.#bindings?.add(title, { before, after, devices: devices.filter(({ plain }) => !plain) });
      });
    }
    part.done(`${converted} devices converted; ${seen} trees also with Debian's dtc`);
  }

  overlays(): void {
    const count = Math.ceil(this.#trees / 5);
    const part = this.report.part('random overlays', count);
    for (let n = 0; n < count; n++) {
      const { files, devices } = randomOverlay(this.#first + n);
      const dtc = this.#hasDtc && n % DTC_EVERY === 0;
      attempt(part, this.#title(n), () => prove(this.#bench, files, devices, { dtc, base: BASE }));
    }
    part.done('judged on the board that they are for');
  }

  /** Two boards with one shared file: one is plain, the other has the last word over some devices. In either order. */
  families(): void {
    const count = Math.ceil(this.#trees / 5);
    const part = this.report.part('random families', count);
    for (let n = 0; n < count; n++) attempt(part, this.#title(n), () => this.#family(this.#first + n));
    part.done('two boards with a shared file, in either order');
  }

  #family(seed: number): void {
    const { files, devices } = randomTree(seed, { split: true });
    const family = new Map([...files, ['/plain.dts', '/dts-v1/;\n#include "guest.dtsi"\n']]);
    const ofPlain = devices.map(({ shared, domid, plain, ...device }) => ({
      ...device,
      domid: plain || shared !== undefined ? shared : domid,
    }));
    for (const boards of [
      ['/board.dts', '/plain.dts'],
      ['/plain.dts', '/board.dts'],
    ]) {
      const after = this.#bench.repairAll(family, boards);
      judge(this.#bench, withFirst(after, '/board.dts'), devices);
      judge(this.#bench, withFirst(after, '/plain.dts'), ofPlain);
      const again = this.#bench.repairAll(after, ['/board.dts', '/plain.dts']);
      if ([...after].some(([path, text]) => again.get(path) !== text)) throw new Error('a second run changes more');
    }
  }

  bindings(): void {
    if (this.#hasDtc) this.#bindings?.addBooted();
    this.#bindings?.run(this.report);
  }

  /** What tries one random tree again. */
  #title(n: number): string {
    return `--seed ${this.#first + n} --trees 1`;
  }
}

/** The same files with another board. */
function withFirst(files: Files, board: string): Files {
  return new Map([[board, files.get(board) ?? ''], ...[...files].filter(([path]) => path !== board)]);
}

function compare(found: readonly string[], wanted: readonly string[], where: string): void {
  const shown = found.filter((line) => !line.endsWith(':phandle'));
  const [one, other] = [shown, wanted].map((lines) => [...lines].sort().join(', '));
  if (one !== other) throw new Error(`${where} differs ${one || 'nothing'} instead of ${other || 'nothing'}`);
}

function attempt(part: Part, title: string, test: () => unknown): void {
  try {
    test();
    part.pass();
  } catch (error) {
    part.fail(`${title}: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
