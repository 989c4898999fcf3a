// SPDX-License-Identifier: MIT
// Boards of the Linux source that is at hand.
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Run } from './run.ts';

/** Of the kernel that is at hand, without those that dtc's own `/include/` ties to a place on the disk. */
export function kernelBoards(run: Run): string[] {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  // What the oracles unpacked, where no other is named.
  const kernel = process.env.KERNEL_DIR ?? join(cache, 'devicetree-iommu/linux-6.12');
  if (!isFolder(kernel)) {
    run.skip(`mutations of boards of Linux: there is no ${kernel}`);
    return [];
  }
  const found: string[] = [];
  for (const arch of ['arm64', 'riscv']) {
    const root = join(kernel, `arch/${arch}/boot/dts`);
    if (!isFolder(root)) continue;
    for (const vendor of readdirSync(root).sort()) {
      const folder = join(root, vendor);
      if (!isFolder(folder)) continue;
      for (const name of readdirSync(folder).sort()) if (name.endsWith('.dts')) found.push(join(folder, name));
    }
  }
  return found;
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
