// SPDX-License-Identifier: MIT
// One server through working days: at an edit a second, 28,800 actions are eight hours. Its memory stays flat, and at
// the end it says what a fresh one says.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compare, Editor, nextAction } from '../editor.ts';
import { otherBranch, projectFiles } from '../generate/project.ts';
import { Pick } from '../random.ts';
import { type Run, type Target, timeLeft } from '../run.ts';

export const soak: Target = {
  name: 'soak',
  unit: 'actions in one server',
  share: 1,
  run: live,
};

const BETWEEN = 500;
/** Caches fill in the beginning. */
const SETTLED = 3000;
const HOURS = 8;
const ACTIONS = HOURS * 3600;
/** In bytes, over what the server had when its caches were full. */
const MAX_GROWTH = 30e6;

async function live(run: Run): Promise<number> {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const pick = new Pick(run.seed);
  const files = projectFiles(pick);
  const branches = [files, otherBranch(pick, files)];
  const editor = new Editor(join(run.folder, 'project'), files);
  const memory: number[] = [];
  let count = 0;
  try {
    await editor.start();
    while (timeLeft(run) && count < ACTIONS) {
      await editor.play(nextAction(pick, editor, branches));
      if (++count % BETWEEN !== 0) continue;
      // What an editor asks for in a pause.
      await editor.shown([pick.below(2000)]);
      if (count >= SETTLED) memory.push(used());
    }
    const difference = await compare(editor);
    if (difference !== undefined) run.fail({ name: `m${run.seed}`, what: difference, seed: run.seed, files: {} });
    const growth = growthOf(memory);
    const megabytes = memory.map((bytes) => (bytes / 1e6).toFixed(0));
    const shown = megabytes.filter((_, index) => index % Math.ceil(megabytes.length / 8) === 0);
    run.note(`${(count / 3600).toFixed(1)} h at an action a second; MB in use: ${shown.join(' ')}`);
    if (growth > MAX_GROWTH) {
      run.fail({
        name: `m${run.seed}`,
        what: `memory grows by ${(growth / 1e6).toFixed(0)} MB`,
        seed: run.seed,
        files: {},
      });
    }
  } finally {
    await editor.close();
    editor.remove();
  }
  return count;
}

/** Of the last quarter over the first; each is the median, since a board may be large for a while. */
function growthOf(memory: readonly number[]): number {
  const quarter = Math.ceil(memory.length / 4);
  return median(memory.slice(-quarter)) - median(memory.slice(0, quarter));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
