// SPDX-License-Identifier: MIT
// Zephyr: where its build looks for includes, and which board an application's `.overlay` is put behind.
import { ancestors, basename, dirname, join } from '#base/files.ts';
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
  return [...own, dirname(file), 'boards/shields', ...vendors.map((name) => join(modules, `${name}dts`))];
}

/** Zephyr's own folder for an application: it may lie inside, or beside Zephyr in a west workspace. */
export function zephyrBase(files: FileSystem, file: string): string | undefined {
  for (const folder of ancestors(file)) {
    const named = /^ZEPHYR_BASE:\w+=(.+)$/m.exec(files.peek(join(folder, 'build/CMakeCache.txt')) ?? '')?.[1];
    for (const base of [named, folder, join(folder, 'zephyr')]) {
      if (base !== undefined && files.isFile(join(base, 'Kconfig.zephyr'))) return base;
    }
  }
  return undefined;
}

/**
 * The board that an `.overlay` of an application belongs to: `boards/BOARD.overlay` is for that one
 * (cmake/modules/configuration_files.cmake), any other is for the board that `build/` was made for.
 */
export function zephyrBoard(files: FileSystem, overlay: string): string | undefined {
  const base = zephyrBase(files, overlay);
  if (base === undefined) return undefined;
  const folder = dirname(overlay);
  const name = basename(folder) === 'boards' ? basename(overlay).replace(/\.overlay$/, '') : builtFor(files, folder);
  return name === undefined ? undefined : boardFile(files, base, name);
}

/** `BOARD` of the build, with its qualifiers as file names have them. */
function builtFor(files: FileSystem, folder: string): string | undefined {
  const cache = files.peek(join(folder, 'build/CMakeCache.txt')) ?? '';
  const name = /^(?:CACHED_)?BOARD:\w+=(.+)$/m.exec(cache)?.[1];
  return name?.replaceAll('/', '_').replace(/@.*$/, '');
}

/** `boards/VENDOR/BOARD/NAME.dts`; before Zephyr 3.7, `boards/ARCH/BOARD/NAME.dts`. */
function boardFile(files: FileSystem, base: string, name: string): string | undefined {
  const folders = (folder: string): string[] =>
    files
      .list(folder)
      .filter((entry) => entry.endsWith('/'))
      .map((entry) => join(folder, entry.slice(0, -1)));
  for (const vendor of folders(join(base, 'boards'))) {
    for (const board of folders(vendor)) {
      if (!name.startsWith(basename(board))) continue;
      const path = join(board, `${name}.dts`);
      if (files.isFile(path)) return path;
    }
  }
  return undefined;
}
