import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A loaded machine is no failure: what hangs ends here, and speed is the benchmark's business.
    testTimeout: 60_000,
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    isolate: false,
    globalSetup: [],
  },
});
