// SPDX-License-Identifier: MIT
// Writes result files so that an interrupted run never leaves half of one.
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from './io.ts';

/** Writes to a temporary name beside `path` and renames; makes the folder; an existing file keeps its mode. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const mode = statSync(path, { throwIfNoEntry: false })?.mode;
    writeFileSync(temporary, content, mode === undefined ? {} : { mode });
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw new Failure(`${path}: cannot be written (${reason(error)}); choose another place or free this one`);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Its folder is no folder, so there is nothing to remove.
  }
}

/** `ENOENT`, `EACCES`, …: the short word for why the system refused. */
export function reason(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}
