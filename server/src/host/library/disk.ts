// SPDX-License-Identifier: MIT
// Entry of `dist/library-node.js`, the module `devicetree-iommu/node`: files on a disk, as the command line reads them.
import { DiskFiles } from '#host/sources.ts';
import type * as Api from './disk-api.ts';

export const diskFiles: typeof Api.diskFiles = () => {
  const disk = new DiskFiles();
  return {
    // What was read is kept by the caller, and read again when it changed.
    read: (path) => {
      disk.forget(path);
      return disk.read(path)?.text;
    },
    readBinary: (path) => disk.readBinary(path),
    isFile: (path) => disk.isFile(path),
    isFolder: (path) => disk.isFolder(path),
    list: (folder) => disk.list(folder),
  };
};
