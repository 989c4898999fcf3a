// SPDX-License-Identifier: MIT
// Where a file lies that an include did not find, and what to set so that it does.
import { ancestors, basename, dirname, join } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { DeviceTree } from '#tree/types.ts';

/** Folders that are looked into for one name. */
const MAX_FOLDERS = 1500;
/** Folders upwards from the including file; what is further away is no neighbour. */
const MAX_CLIMB = 6;
/** Nobody keeps headers of device trees there. */
const SKIPPED = /^(?:node_modules|\.git|\.svn|proc|sys|dev)\/$/;

/** Remembers what it found until files change. */
export class MissingIncludes {
  readonly #files: FileSystem;
  readonly #advice = new Map<string, string>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  forget(): void {
    this.#advice.clear();
  }

  /** The tree, whose missing includes say where a file of that name is. */
  explained(tree: DeviceTree): DeviceTree {
    if (!tree.problems.some(isMissing)) return tree;
    return { ...tree, problems: tree.problems.map((problem) => this.#explain(problem)) };
  }

  #explain(problem: Problem): Problem {
    const name = isMissing(problem) ? /^"([^"]+)"/.exec(problem.message)?.[1] : undefined;
    if (name === undefined) return problem;
    const key = `${dirname(problem.span.file)}\n${name}`;
    const advice = this.#advice.get(key) ?? this.#advise(problem.span.file, name);
    this.#advice.set(key, advice);
    return { ...problem, message: `${problem.message} ${advice}` };
  }

  #advise(from: string, name: string): string {
    const found = this.#nearest(from, name);
    const set = (folder: string) => `add ${folder} to \`includePaths\` in dt-iommu.json, or give it with \`-I\``;
    if (found === undefined) return `No file of that name is near: ${set('the folder that has it')}.`;
    if (found.endsWith(`/${name}`)) return `The nearest is ${found}: ${set(found.slice(0, -name.length - 1) || '/')}.`;
    return `The nearest file called ${basename(name)} is ${found}; write the include for that, or add the right folder to \`includePaths\` in dt-iommu.json.`;
  }

  /** Breadth first in each folder on the way up; a file with the whole path wins over one with the last name only. */
  #nearest(from: string, name: string): string | undefined {
    const seen = new Set<string>();
    let alike: string | undefined;
    let climbed = 0;
    for (const start of ancestors(from)) {
      // What lies directly below the root of the disk is not the user's project.
      if (climbed++ > MAX_CLIMB || start === '/' || seen.size > MAX_FOLDERS) break;
      const near = this.#likely(start, name).find((path) => path !== from && this.#files.isFile(path));
      if (near !== undefined) return near;
      for (const folder of this.#below(start, seen)) {
        const path = join(folder, basename(name));
        if (path === from || !this.#files.isFile(path)) continue;
        if (path.endsWith(`/${name}`)) return path;
        alike ??= path;
      }
    }
    return alike;
  }

  /** Where headers lie in a project, and in the projects beside it. */
  #likely(start: string, name: string): string[] {
    const projects = this.#files.list(start).filter((entry) => entry.endsWith('/') && !SKIPPED.test(entry));
    return ['', 'include/', ...projects.slice(0, 100).flatMap((entry) => [entry, `${entry}include/`])].map((folder) =>
      join(start, `${folder}${name}`),
    );
  }

  *#below(start: string, seen: Set<string>): Generator<string> {
    const queue = [start];
    for (const folder of queue) {
      if (seen.has(folder)) continue;
      if (seen.size > MAX_FOLDERS) return;
      seen.add(folder);
      yield folder;
      for (const entry of this.#files.list(folder)) {
        if (entry.endsWith('/') && !SKIPPED.test(entry)) queue.push(join(folder, entry.slice(0, -1)));
      }
    }
  }
}

function isMissing({ rule }: Problem): boolean {
  return rule === 'syntax/include-not-found';
}
