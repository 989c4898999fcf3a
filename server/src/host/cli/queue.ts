// SPDX-License-Identifier: MIT
// Which files a worker takes next: neighbours stay together, because they share what they include.
import { dirname } from '#base/files.ts';

/** One board or file, and what its job needs beside it. */
export interface Task {
  readonly file: string;
  /** Where the job writes its result. */
  readonly output?: string;
  /** The output's folder is made when it is missing. */
  readonly mirrored?: boolean;
}

/** Small enough that no worker idles while another has a long run left. */
const RUN = 8;

/** The tasks that are left, by folder. */
export class Queue {
  private readonly folders = new Map<string, Task[]>();

  constructor(tasks: readonly Task[]) {
    this.putBack(tasks);
  }

  putBack(tasks: readonly Task[]): void {
    for (const task of tasks) {
      const folder = dirname(task.file);
      const list = this.folders.get(folder);
      if (list) list.push(task);
      else this.folders.set(folder, [task]);
    }
  }

  /** The next run for a worker: of the folder it knows, else of the fullest. Empty when all are given out. */
  take(known: string | undefined): readonly Task[] {
    const folder = known !== undefined && this.folders.has(known) ? known : this.fullest();
    const list = folder === undefined ? undefined : this.folders.get(folder);
    if (folder === undefined || !list) return [];
    const run = list.splice(0, RUN);
    if (list.length === 0) this.folders.delete(folder);
    return run;
  }

  private fullest(): string | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [folder, { length }] of this.folders) {
      if (length > most) [best, most] = [folder, length];
    }
    return best;
  }
}
