// SPDX-License-Identifier: MIT
// The blobs that cpp and Debian's dtc, not we, make of texts; an error of theirs is thrown.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { boardOf, type Files } from './bench.ts';

/** True when both are installed. */
export function hasDtc(): boolean {
  return ['dtc', 'cpp'].every((program) => spawnSync(program, ['--version']).status === 0);
}

/** Of files in memory; the first one is the board. */
export function dtcBlob(files: Files): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-migrations-'));
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return compiled(join(folder, boardOf(files)), {
      cpp: ['-D__DTS__', '-I', join(folder, 'include')],
      dtc: ['-q', '-q', '-b', '0'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of a board on the disk, as the kernel lab boots it. */
export function bootedBlob(file: string): Buffer {
  return compiled(file, { cpp: ['-I', dirname(file)], dtc: ['-q', '-f'] });
}

interface Flags {
  readonly cpp: readonly string[];
  readonly dtc: readonly string[];
}

function compiled(file: string, flags: Flags): Buffer {
  const cpp = spawnSync('cpp', ['-nostdinc', '-undef', ...flags.cpp, '-x', 'assembler-with-cpp', file]);
  const dtc = spawnSync('dtc', [...flags.dtc, '-I', 'dts', '-O', 'dtb', '-'], { input: cpp.stdout });
  if (dtc.status !== 0) throw new Error(`dtc: ${dtc.stderr}`);
  return dtc.stdout;
}
