import { defineConfig } from 'vitest/config';

/** One suite of `vitest run --project NAME`, in files of a folder of its own. */
const suite = (name: string, include: string, exclude: readonly string[] = []) => ({
  extends: true as const,
  test: { name, include: [include], exclude: [...exclude] },
});

/** Suites that need minutes, programs beside Node, or what is built; `.ci/run` has each. */
const SLOW = ['ci', 'editors', 'limits', 'packed'];

export default defineConfig({
  test: {
    // A loaded machine is no failure: what hangs ends here, and speed is the benchmark's business.
    testTimeout: 60_000,
    isolate: false,
    // Of two cores Vitest would use one.
    maxWorkers: '100%',
    projects: [
      suite('unit', 'test/**/*.test.ts', ['test/e2e/**', ...SLOW.map((name) => `test/${name}/**`)]),
      ...SLOW.map((name) => suite(name, `test/${name}/**/*.test.ts`)),
    ],
  },
});
