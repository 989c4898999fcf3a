// SPDX-License-Identifier: MIT
// What VS Code calls to run the tests of the editor.
import { runSuite } from './run.ts';

export function run(): Promise<void> {
  return runSuite(() => import('./editor.ts'));
}
