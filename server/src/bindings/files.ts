// SPDX-License-Identifier: MIT
// Where a tree keeps its bindings, and the port through which they are read.
import { ancestors, join } from '#base/files.ts';

/** Never throws; what cannot be read looks absent. */
export interface BindingFiles {
  isFolder(path: string): boolean;
  /** Names in a folder, sub-folders with a trailing `/`. */
  list(folder: string): readonly string[];
  /** The text without keeping it. */
  peek(path: string): string | undefined;
}

/** Of a kernel tree, of U-Boot with its copy of Linux's trees, of the tree of device trees alone. */
const FOLDERS = ['Documentation/devicetree/bindings', 'dts/upstream/Bindings', 'dts/Bindings', 'Bindings'];

/** The folder of the bindings nearest above a file. */
export function bindingsFolder(files: BindingFiles, file: string): string | undefined {
  for (const folder of ancestors(file)) {
    const found = FOLDERS.map((name) => join(folder, name)).find((path) => files.isFolder(path));
    if (found !== undefined) return found;
  }
  return undefined;
}
