// SPDX-License-Identifier: MIT
// Counts what passed and failed, shows progress while it runs, and prints one total per part.

const MAX_SHOWN = Number(process.env.ORACLE_SHOW ?? 15);

export class Report {
  passed = 0;
  failed = 0;

  /** Starts a part; `total` is how many comparisons it will make, for the progress line; without it there is none. */
  part(title: string, total?: number): Part {
    return new Part(this, title, total);
  }
}

export class Part {
  readonly #report: Report;
  readonly #title: string;
  readonly #total: number | undefined;
  #passed = 0;
  #failed = 0;
  readonly #started = Date.now();
  #shown = Date.now();

  constructor(report: Report, title: string, total: number | undefined) {
    this.#report = report;
    this.#title = title;
    this.#total = total;
  }

  pass(): void {
    this.#passed++;
    this.#progress();
  }

  fail(why: string): void {
    this.#failed++;
    if (this.#failed <= MAX_SHOWN) console.log(`  FAIL ${this.#title}: ${why}`);
    if (this.#failed === MAX_SHOWN) console.log('  (more are counted, not shown)');
    this.#progress();
  }

  /** `note` says what the numbers alone do not. */
  done(note = ''): void {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1);
    const total = this.#passed + this.#failed;
    console.log(`${this.#title}: ${this.#passed} of ${total}${note && ` (${note})`}, ${seconds} s`);
    this.#report.passed += this.#passed;
    this.#report.failed += this.#failed;
  }

  #progress(): void {
    if (this.#total === undefined || Date.now() - this.#shown < 10_000) return;
    this.#shown = Date.now();
    console.log(`  ${this.#title}: ${this.#passed + this.#failed} of ${this.#total} …`);
  }
}
