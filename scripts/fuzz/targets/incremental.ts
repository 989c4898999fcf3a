// SPDX-License-Identifier: MIT
// A server that lived through edits, saves, other people's writes, Git's switches and closed documents shows what one
// shows that was started just now.
import { join } from 'node:path';
import { type Action, compare, differenceAfter, Editor, nextAction } from '../editor.ts';
import { otherBranch, projectFiles } from '../generate/project.ts';
import { Pick } from '../random.ts';
import { type Run, type Target, timeLeft } from '../run.ts';
import { Enough, shrinkList } from '../shrink.ts';

export const incremental: Target = {
  name: 'incremental',
  unit: 'edits and other actions over LSP',
  share: 4,
  run: edit,
};

/** A server lives so long; then it is easier to say what led to a failure. */
const SESSION = 240;
/** Between two comparisons. */
const BETWEEN = 40;
const MAX_SHRUNK = 2;
const MAX_SHRINKING = 20_000;

async function edit(run: Run): Promise<number> {
  let count = 0;
  let shrunk = 0;
  for (let number = 0; timeLeft(run); number++) {
    const seed = run.seed * 100_000 + number;
    const session = await liveThrough(run, seed);
    count += session.actions.length;
    if (session.difference === undefined) continue;
    const least = shrunk++ < MAX_SHRUNK ? await smallest(run, seed, session.actions) : session.actions;
    const what =
      (await differenceAfter(join(run.folder, 'again'), branchesOf(seed)[0] ?? new Map(), least)) ?? session.difference;
    const data = { actions: least };
    run.fail({ name: `s${seed}`, what, seed, files: Object.fromEntries(branchesOf(seed)[0] ?? []), data });
  }
  return count;
}

function branchesOf(seed: number): readonly ReadonlyMap<string, string>[] {
  const pick = new Pick(seed);
  const files = projectFiles(pick);
  return [files, otherBranch(pick, files)];
}

async function liveThrough(run: Run, seed: number): Promise<{ actions: Action[]; difference?: string }> {
  const branches = branchesOf(seed);
  const pick = new Pick(seed ^ 0x5eed);
  const editor = new Editor(join(run.folder, 'project'), branches[0] ?? new Map());
  const actions: Action[] = [];
  try {
    await editor.start();
    for (let round = 0; round < SESSION / BETWEEN && timeLeft(run); round++) {
      for (let count = 0; count < BETWEEN; count++) {
        const action = nextAction(pick, editor, branches);
        actions.push(action);
        await editor.play(action);
      }
      const difference = await compare(editor);
      if (difference !== undefined) return { actions, difference };
    }
    return { actions };
  } finally {
    await editor.close();
    editor.remove();
  }
}

async function smallest(run: Run, seed: number, actions: readonly Action[]): Promise<readonly Action[]> {
  const until = Date.now() + MAX_SHRINKING;
  return shrinkList(actions, async (candidates) => {
    const verdicts: boolean[] = [];
    for (const candidate of candidates) {
      if (Date.now() > until) throw new Enough();
      verdicts.push(
        (await differenceAfter(join(run.folder, 'again'), branchesOf(seed)[0] ?? new Map(), candidate)) !== undefined,
      );
    }
    return verdicts;
  });
}
