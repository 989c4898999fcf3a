// SPDX-License-Identifier: MIT
// Where a file lies that an include did not find, and what to set so that it does.
import { ancestors, basename, dirname, join } from '#base/files.ts';
import { nearest } from '#base/likeness.ts';
import type { Problem } from '#base/problem.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { DeviceTree } from '#tree/types.ts';

/** Folders that are looked into for one name. */
const MAX_FOLDERS = 1500;
/** Folders upwards from the including file; what is further away is no neighbour. */
const MAX_CLIMB = 6;
/** Nobody keeps headers of device trees there. */
const SKIPPED = /^(?:node_modules|\.git|\.svn|proc|sys|dev)\/$/;

/** What is said of a name, and how else it may be written. */
interface Advice {
  readonly text: string;
  readonly names: readonly string[];
}

/** Remembers what it found until files change. */
export class MissingIncludes {
  readonly #files: FileSystem;
  readonly #advice = new Map<string, Advice>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  forget(): void {
    this.#advice.clear();
  }

  /** The tree, whose missing includes say where a file of that name is. */
  explained(tree: DeviceTree, includePaths: () => readonly string[]): DeviceTree {
    if (!tree.problems.some(isMissing)) return tree;
    const paths = includePaths();
    return { ...tree, problems: tree.problems.map((problem) => this.#explain(problem, paths)) };
  }

  #explain(problem: Problem, includePaths: readonly string[]): Problem {
    const name = isMissing(problem) ? problem.lacks?.name : undefined;
    if (name === undefined) return problem;
    const { file, start, end } = problem.span;
    const key = `${dirname(file)}\n${name}`;
    const advice = this.#advice.get(key) ?? this.#advise(file, name, [dirname(file), ...includePaths]);
    this.#advice.set(key, advice);
    // Between the quotes, unless a macro brought the name in.
    const span = { file, start: start + 1, end: end - 1 };
    const choices = (end - start === name.length + 2 ? advice.names : []).map((other) => {
      return { title: `Change ${name} to ${other}`, plan: () => [{ span, text: other }] };
    });
    return { ...problem, message: `${problem.message} ${advice.text}`, ...(choices.length > 0 && { choices }) };
  }

  #advise(from: string, name: string, folders: readonly string[]): Advice {
    const alike = this.#alike(name, folders).filter((other) => !folders.some((folder) => join(folder, other) === from));
    const [first] = alike;
    if (first !== undefined) return { text: `The nearest is "${first}".`, names: alike };
    const found = this.#nearest(from, name);
    const set = (folder: string) => `add ${folder} to includePaths in dt-iommu.json, or give it with -I`;
    if (found === undefined) {
      return { text: `No file of that name is near: ${set('the folder that has it')}.`, names: [] };
    }
    if (found.endsWith(`/${name}`)) {
      return { text: `The nearest is ${found}: ${set(found.slice(0, -name.length - 1) || '/')}.`, names: [] };
    }
    const inside = folders.find((folder) => found.startsWith(`${folder}/`));
    const text = `The nearest file called ${basename(name)} is ${found}`;
    if (inside === undefined) {
      return { text: `${text}; write the include for that, or ${set('the right folder')}.`, names: [] };
    }
    const spelled = found.slice(inside.length + 1);
    return { text: `${text}; write "${spelled}".`, names: [spelled] };
  }

  /** Names that lead to a file, with one part of the name changed a little. */
  #alike(name: string, folders: readonly string[]): string[] {
    const parts = name.split('/');
    const found: string[] = [];
    for (const folder of folders) {
      for (const [index, part] of parts.entries()) {
        const before = parts.slice(0, index);
        const entries = this.#files.list(join(folder, before.join('/')));
        const isLast = index === parts.length - 1;
        const fitting = entries.flatMap((entry) => {
          if (isLast) return /\.(?:dtsi?|h|dtso)$/.test(entry) ? [entry] : [];
          return entry.endsWith('/') ? [entry.slice(0, -1)] : [];
        });
        for (const other of nearest(part, fitting)) {
          const whole = [...before, other, ...parts.slice(index + 1)].join('/');
          if (this.#files.isFile(join(folder, whole)) && !found.includes(whole)) found.push(whole);
        }
        if (!isLast && !entries.includes(`${part}/`)) break;
      }
    }
    return nearest(name, found);
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
