// SPDX-License-Identifier: MIT
// The port through which the ide layer sees folders; hosts implement it on a disk, or on what an editor lent them.
import type { FileReader } from '#base/files.ts';

/** Never throws. What a host has not loaded yet looks absent, and the host asks again once it has it. */
export interface FileSystem extends FileReader {
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
  /** Names in a folder, sub-folders with a trailing `/`; empty when there is no such folder. */
  list(folder: string): readonly string[];
  /** The text without keeping it, for looking at thousands of files once; a `.gz` is unpacked. */
  peek(path: string): string | undefined;
  /** Says which version of a file is stored; absent where the host does not know, or another text is shown. */
  stamp?(path: string): string | undefined;
  /** Every file comes from an editor, perhaps over a network: nothing is read ahead. */
  readonly lent?: boolean;
  /** Something that was asked for looks absent, because it has not come yet: what follows from it is not final. */
  readonly awaited?: boolean;
  /** Whether a stored file must not be written; absent where the host does not know. */
  isReadOnly?(path: string): boolean;
}
