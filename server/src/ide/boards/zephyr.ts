// SPDX-License-Identifier: MIT
// Zephyr: where its build looks for includes.
import { basename, dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';

const ARCHES = ['arc', 'arm', 'arm64', 'mips', 'nios2', 'posix', 'riscv', 'rx', 'sparc', 'x86', 'xtensa'];

interface Place {
  readonly files: FileSystem;
  readonly root: string;
  readonly file: string;
  readonly inside: string;
}

/**
 * cmake/modules/dts.cmake: `include`, `include/zephyr`, `dts/common`, `dts/vendor`, `dts/ARCH` and `dts` of Zephyr and of
 * each module (DTS_ROOT), and the board's folder. The architecture of a board is in no path.
 */
export function zephyrIncludes({ files, root, file, inside }: Place): string[] {
  const arch = /^dts\/([^/]+)\//.exec(inside)?.[1];
  const arches = arch ? [arch, ...ARCHES.filter((other) => other !== arch)] : ARCHES;
  const own = ['include', 'include/zephyr', 'dts/common', 'dts/vendor', ...arches.map((name) => `dts/${name}`), 'dts'];
  const modules = join(root, '../modules/hal');
  const vendors = files.list(modules).filter((name) => name.endsWith('/'));
  return [
    ...rootFolders(dirname(file)),
    ...own,
    dirname(file),
    'boards/shields',
    ...vendors.map((name) => join(modules, `${name}dts`)),
  ];
}

/** The same below the folders of an application, its overlays and a shield: each is a DTS_ROOT, too. */
export function zephyrRoots(overlay: string): string[] {
  const folder = dirname(overlay);
  const roots = basename(folder) === 'boards' ? [dirname(folder), folder] : [folder];
  return roots.flatMap(rootFolders);
}

/** A DTS_ROOT outside Zephyr itself keeps no files by architecture. */
function rootFolders(root: string): string[] {
  return ['include', 'include/zephyr', 'dts/common', 'dts'].map((name) => join(root, name));
}
