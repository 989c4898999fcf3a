// SPDX-License-Identifier: MIT
// Where a tree keeps its bindings, and the port through which they are read.
import { ancestors, join } from '#base/files.ts';

/** Never throws; what cannot be read looks absent. */
export interface BindingFiles {
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
  /** Names in a folder, sub-folders with a trailing `/`. */
  list(folder: string): readonly string[];
  /** The text without keeping it. */
  peek(path: string): string | undefined;
  /** Says which version of a file is there; absent where the host does not know. */
  stamp?(path: string): string | undefined;
  /** Every file comes from an editor: what is looked over is fetched in batches. */
  readonly lent?: boolean;
  /** Something that was asked for has not come yet. */
  readonly awaited?: boolean;
}

/** Paths that are to be fetched in one question. */
export interface Wanted {
  readonly folders: readonly string[];
  readonly texts: readonly string[];
  /** Texts that will be read once more. */
  readonly kept: readonly string[];
}

export const NOTHING: Wanted = { folders: [], texts: [], kept: [] };

/** The answer, by path. */
export interface Borrowed {
  readonly folders: ReadonlyMap<string, readonly string[]>;
  readonly texts: ReadonlyMap<string, string>;
}

/** Of a kernel tree, of U-Boot with its copy of Linux's trees, of the tree of device trees alone. */
const FOLDERS = ['Documentation/devicetree/bindings', 'dts/upstream/Bindings', 'dts/Bindings', 'Bindings'];

/** Whether a folder is `schemas` of an installed dt-schema: no other one is walked through. */
export function isCoreSchemas(files: BindingFiles, folder: string): boolean {
  return files.isFile(join(folder, 'dt-core.yaml')) && files.isFile(join(folder, 'types.yaml'));
}

/** Of one file: Zephyr's own, those of its modules, of the application, of a board outside of it. */
const MAX_FOLDERS = 24;

/** The folders of the bindings around a file: the nearest above; of Zephyr also what its build would add. */
export function bindingsFolders(files: BindingFiles, file: string): readonly string[] {
  const own: string[] = [];
  for (const folder of ancestors(file)) {
    const zephyr = ['.', 'zephyr']
      .map((name) => join(folder, name))
      .find((path) => files.isFile(join(path, 'Kconfig.zephyr')));
    if (zephyr !== undefined) return [...new Set([...own, ...zephyrFolders(files, zephyr)])].slice(0, MAX_FOLDERS);
    const found = FOLDERS.map((name) => join(folder, name)).find((path) => files.isFolder(path));
    if (found !== undefined) return [found];
    own.push(...existing(files, [join(folder, 'dts/bindings')]));
  }
  return own.slice(0, MAX_FOLDERS);
}

/** Zephyr's, and in a west workspace those of the modules beside it (`dts_root`; cmake/modules/dts.cmake). */
function zephyrFolders(files: BindingFiles, zephyr: string): string[] {
  const top = join(zephyr, '..');
  const beside = files.isFolder(join(top, '.west'))
    ? [...below(files, top), ...below(files, join(top, 'modules')).flatMap((kind) => below(files, kind))]
    : [];
  return existing(
    files,
    [zephyr, ...beside].map((root) => join(root, 'dts/bindings')),
  );
}

const existing = (files: BindingFiles, folders: readonly string[]): string[] =>
  folders.filter((path) => files.isFolder(path));

function below(files: BindingFiles, folder: string): string[] {
  const names = files.list(folder).filter((name) => name.endsWith('/') && !name.startsWith('.'));
  return names.map((name) => join(folder, name.slice(0, -1)));
}
