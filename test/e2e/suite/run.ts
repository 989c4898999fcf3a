// SPDX-License-Identifier: MIT
// Runs the tests of one file: mocha inside the extension host, of the desktop or of the browser.
import 'mocha/mocha.js';

/** One line per test, which `scripts/e2e/main.ts` reads. */
class Lines {
  constructor(runner: Mocha.Runner) {
    runner.on('pass', (test) => console.log(`ok ${test.title}`));
    runner.on('fail', (test, error) => {
      console.log(`not ok ${test.title}`);
      for (const line of String(error?.stack ?? error).split('\n')) console.log(`# ${line}`);
    });
  }
}

export async function runSuite(load: () => Promise<unknown>): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 180_000, reporter: Lines as unknown as Mocha.ReporterConstructor });
  // Puts `suite` and `test` where the file finds them; the build for browsers has no loader of files that would.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
