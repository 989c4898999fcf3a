// SPDX-License-Identifier: MIT
// The steps of a release: each says how it went, and a failed one does not keep the others from saying theirs.

type Result = 'ok' | 'failed' | 'skipped' | 'not offered';

/** No success, and no failure of ours. */
export class Other extends Error {
  readonly result: Result;

  constructor(result: 'skipped' | 'not offered', message: string) {
    super(message);
    this.result = result;
  }
}

/** Fails the step that asks. */
export function need(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export class Steps {
  readonly #rows: { readonly name: string; readonly result: Result; readonly detail: string }[] = [];

  /** Fails by what `work` throws; what that gives is the detail. */
  async take(name: string, work: () => string | Promise<string>): Promise<void> {
    console.log(`== ${name}`);
    try {
      this.#rows.push({ name, result: 'ok', detail: await work() });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const result = error instanceof Other ? error.result : 'failed';
      this.#rows.push({ name, result, detail: message.split('\n')[0] ?? '' });
      if (result === 'failed') console.error(message);
    }
  }

  get failed(): boolean {
    return this.#rows.some(({ result }) => result === 'failed');
  }

  /** The table of all steps. */
  print(): void {
    const width = Math.max(...this.#rows.map(({ name }) => name.length));
    console.log('');
    for (const { name, result, detail } of this.#rows)
      console.log(`${name.padEnd(width)}  ${result.padEnd(11)}  ${detail}`);
  }
}
