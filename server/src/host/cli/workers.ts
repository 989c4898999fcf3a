// SPDX-License-Identifier: MIT
// Runs one job over many files: in this thread when they are few, else in as many worker threads as there are cores.
import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { dirname } from '#base/files.ts';
import type { Seen } from './cache/observed.ts';
import { type JobName, type JobResult, runJob } from './jobs.ts';
import { Queue, type Task } from './queue.ts';
import { openSessions, type SessionSettings, type Sessions } from './session.ts';

/** A job that threw, or whose worker died, is a failure of its file alone; the others go on. */
export type Outcome<T> = { readonly task: Task } & (
  | {
      readonly value: T;
      /** What it rests on, where the settings want to know. */
      readonly seen?: Seen | undefined;
    }
  | { readonly failure: string }
);

export interface Work<J extends JobName> {
  readonly job: J;
  readonly settings: SessionSettings;
  readonly tasks: readonly Task[];
  /** `--jobs`; the number of cores when it was not given. */
  readonly threads: number | undefined;
  /** Called in the order in which files are done. */
  done(outcome: Outcome<JobResult<J>>): void;
}

/** Below this a thread costs more than it brings: it loads the grammar and the files that all share again. */
const TASKS_PER_THREAD = 6;

let workerFile: string | undefined;

/** The script that worker threads run; it calls {@link serveWorker}. Without one everything runs in this thread. */
export function useWorkers(script: string): void {
  workerFile = script;
}

export function workerScript(): string | undefined {
  return workerFile;
}

export async function runWork<J extends JobName>(work: Work<J>): Promise<void> {
  const wanted = work.threads ?? availableParallelism();
  const threads = Math.min(wanted, Math.ceil(work.tasks.length / TASKS_PER_THREAD));
  if (threads <= 1 || workerFile === undefined) return runHere(work);
  const queue = new Queue(work.tasks);
  const script = workerFile;
  await Promise.all(Array.from({ length: threads }, () => runThread(script, queue, work)));
}

async function runHere<J extends JobName>({ job, settings, tasks, done }: Work<J>): Promise<void> {
  const session = await openSessions(settings);
  for (const task of tasks) done(attempt(task, session, job));
}

function attempt<J extends JobName>(task: Task, sessions: Sessions, job: J): Outcome<JobResult<J>> {
  try {
    const session = sessions(task.file);
    session.begin();
    const value = runJob(job, session, task);
    const seen = session.seen();
    return { task, value, ...(seen && { seen }) };
  } catch (error) {
    return { task, failure: error instanceof Error ? error.message : String(error) };
  }
}

interface WorkerSetup {
  readonly job: JobName;
  readonly settings: SessionSettings;
}

/** Keeps one thread busy until the queue is empty; a thread that dies is replaced. */
function runThread<J extends JobName>(script: string, queue: Queue, work: Work<J>): Promise<void> {
  return new Promise((resolve) => {
    const setup: WorkerSetup = { job: work.job, settings: work.settings };
    const worker = new Worker(script, { workerData: setup });
    let pending: Task[] = [];
    const next = () => {
      const folder = worked;
      pending = [...queue.take(folder)];
      worked = pending[0] && dirname(pending[0].file);
      if (pending.length > 0) worker.postMessage(pending);
      else void worker.terminate().then(() => resolve());
    };
    let worked: string | undefined;
    worker.on('message', (outcome: Outcome<JobResult<J>>) => {
      pending.shift();
      work.done(outcome);
      if (pending.length === 0) next();
    });
    worker.on('error', (error) => {
      const [task, ...rest] = pending;
      if (task) work.done({ task, failure: error.message });
      queue.putBack(rest);
      resolve(runThread(script, queue, work));
    });
    next();
  });
}

/** The other end of {@link runThread}. */
export async function serveWorker(): Promise<void> {
  const { job, settings }: WorkerSetup = workerData;
  const opening = openSessions(settings);
  parentPort?.on('message', async (tasks: readonly Task[]) => {
    const session = await opening;
    for (const task of tasks) parentPort?.postMessage(attempt(task, session, job));
  });
}
