// SPDX-License-Identifier: MIT
// `--cache DIR`: what an earlier run found of a file counts again when every question that it put to the file system
// has the same answer now. So a result is either what this run would find, or worked out anew.
import { readFileSync } from 'node:fs';
import type { Checked } from '#host/cli/jobs.ts';
import type { Task } from '#host/cli/queue.ts';
import { isReportedProblem } from '#host/cli/report/problems.ts';
import type { SessionSettings } from '#host/cli/session.ts';
import { fields, isStrings } from '#host/cli/unknown.ts';
import { type Outcome, runWork, type Work, workerScript } from '#host/cli/workers.ts';
import { DiskFiles } from '#host/sources.ts';
import { VERSION } from '#host/version.ts';
import type { CacheFolder } from './folder.ts';
import { askAgain, digest, digestOfList, type Observations } from './observed.ts';

/** Another number when the form of records changes. */
const FORM = 1;

/** Files that are looked at before their texts are forgotten. */
const TEXTS_AT_ONCE = 500;

interface Record {
  /** For what it is: names of files are digests. */
  readonly key: string;
  readonly own: Observations;
  /** The digest of a list that many records share. */
  readonly shared?: string;
  readonly result: Checked;
}

type CheckWork = Work<'check' | 'syntax'>;

/** Does the work, as far as the folder does not have its results, and keeps them there. Gives a line of trouble. */
export async function runCachedWork(folder: CacheFolder, work: CheckWork, now: number): Promise<string | undefined> {
  const cache = new ResultCache(folder, work);
  const left: Task[] = [];
  for (const task of work.tasks) {
    const value = cache.find(task, now);
    if (value) work.done({ task, value });
    else left.push(task);
  }
  if (left.length > 0) {
    await runWork({
      ...work,
      tasks: left,
      settings: { ...work.settings, observed: true },
      done(outcome) {
        cache.keep(outcome);
        work.done(outcome);
      },
    });
  }
  folder.close(now);
  return folder.trouble === undefined ? undefined : `--cache: not everything could be kept (${folder.trouble})`;
}

class ResultCache {
  readonly #folder: CacheFolder;
  readonly #base: string;
  readonly #answers = new Map<string, string | undefined>();
  readonly #lists = new Map<string, boolean>();
  readonly #script: string | undefined;
  #files: DiskFiles;
  #asked = 0;

  constructor(folder: CacheFolder, { job, settings }: CheckWork) {
    this.#folder = folder;
    this.#base = JSON.stringify([FORM, toolIdentity(), job, decisive(settings)]);
    this.#script = settings.script?.file;
    this.#files = this.#open();
  }

  find(task: Task, now: number): Checked | undefined {
    const key = this.#key(task);
    const name = digest(key);
    const record = this.#folder.read(name);
    if (!isRecord(record) || record.key !== key) return undefined;
    if (record.shared !== undefined && !this.#holdsList(record.shared, now)) return undefined;
    if (!this.#holds(record.own)) return undefined;
    this.#folder.use(name, now);
    return record.result;
  }

  keep(outcome: Outcome<Checked>): void {
    if (!('value' in outcome) || !outcome.seen || !isLasting(outcome.value)) return;
    const { task, value, seen } = outcome;
    const { own, shared } = seen;
    if (shared?.list) this.#folder.write(shared.digest, { list: shared.list });
    const key = this.#key(task);
    const record: Record = { key, own, ...(shared && { shared: shared.digest }), result: value };
    this.#folder.write(digest(key), record);
  }

  #key({ file }: Task): string {
    return `${this.#base}\n${file}`;
  }

  #holds(observations: Observations): boolean {
    for (let at = 0; at + 1 < observations.length; at += 2) {
      if (this.#answer(observations[at] ?? '') !== observations[at + 1]) return false;
    }
    return true;
  }

  #holdsList(name: string, now: number): boolean {
    let holds = this.#lists.get(name);
    if (holds === undefined) {
      const { list } = fields(this.#folder.read(name));
      holds = isStrings(list) && digestOfList(list) === name && this.#holds(list);
      if (holds) this.#folder.use(name, now);
      this.#lists.set(name, holds);
    }
    return holds;
  }

  /** Each question is put once; texts are not kept. */
  #answer(question: string): string | undefined {
    if (this.#answers.has(question)) return this.#answers.get(question);
    if (this.#asked++ % TEXTS_AT_ONCE === 0) this.#files = this.#open();
    const answer = askAgain(this.#files, question);
    this.#answers.set(question, answer);
    return answer;
  }

  #open(): DiskFiles {
    const files = new DiskFiles();
    if (this.#script !== undefined) files.readAsChanges(this.#script);
    return files;
  }
}

/** What of the settings a result can depend on. */
function decisive({ flags, projectFile, script, planned, bindings }: SessionSettings): unknown {
  return [flags, projectFile ?? null, script ?? null, planned ?? false, bindings ?? false];
}

/** The program itself: another build may find something else. Without a bundle, as in tests, its version. */
function toolIdentity(): string {
  const script = workerScript();
  return [VERSION, process.version, script === undefined ? '' : digest(readFileSync(script))].join(' ');
}

/** A rule that failed, or a file that could not be read, is looked at again. */
function isLasting({ crashes = [], problems }: Checked): boolean {
  return crashes.length === 0 && problems.every(({ rule }) => rule !== 'syntax/unreadable-file');
}

function isRecord(value: unknown): value is Record {
  const { key, own, shared, result } = fields(value);
  return (
    typeof key === 'string' &&
    isStrings(own) &&
    own.length % 2 === 0 &&
    (shared === undefined || (typeof shared === 'string' && /^[0-9a-f]{32}$/.test(shared))) &&
    isChecked(result)
  );
}

function isChecked(value: unknown): value is Checked {
  const { files, problems, inputs = [], idle = [], crashes = [] } = fields(value);
  return (
    isStrings(files) &&
    isStrings(inputs) &&
    [problems, idle].every((list) => Array.isArray(list) && list.every(isReportedProblem)) &&
    Array.isArray(crashes) &&
    crashes.length === 0
  );
}
