// SPDX-License-Identifier: MIT
// The entry of the tests with a Git repository.
import { runSuite } from './run.ts';

export function run(): Promise<void> {
  return runSuite(() => import('./git.ts'));
}
