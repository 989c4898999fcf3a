// SPDX-License-Identifier: MIT
// What this proof uses of the oracles' scripts, with its types: those have none yet.
// @ts-expect-error: JavaScript
import * as fdt from '../oracle/fdt.mjs';
// @ts-expect-error: JavaScript
import * as kernel from '../oracle/kernel.mjs';
// @ts-expect-error: JavaScript
import * as report from '../oracle/report.mjs';

/** A node, or a property of the node `path`. */
export interface Entry {
  readonly path: string;
  readonly name: string | undefined;
  readonly value: Buffer | undefined;
}

export interface Part {
  pass(): void;
  fail(why: string): void;
  done(note?: string): void;
}

export interface Report {
  readonly passed: number;
  readonly failed: number;
  part(title: string, total?: number): Part;
}

export const entries: (blob: Buffer) => Iterable<Entry> = fdt.entries;
export const kernelDir: () => string = kernel.kernelDir;
export const Report: new () => Report = report.Report;
