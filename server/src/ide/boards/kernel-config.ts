// SPDX-License-Identifier: MIT
// The `.config` of a kernel or a Xen that the user names: whether there is one to go by.
import type { FileSystem } from '#ide/files/file-system.ts';

/** A line as scripts/kconfig writes it. */
const OPTION = /^(?:CONFIG_\w+=|# CONFIG_\w+ is not set\b)/m;

/** Why the file says nothing about what was built, in words that follow its name; `undefined` when it does. */
export function configComplaint(
  files: FileSystem,
  path: string,
  built: 'kernel' | 'Xen' = 'kernel',
): string | undefined {
  const text = files.read(path)?.text;
  if (text === undefined) return files.refusal?.(path) ?? (files.isFolder(path) ? IS_FOLDER : NOT_THERE);
  if (!OPTION.test(text))
    return `has no \`CONFIG_…\` line; give the .config of ${built === 'Xen' ? 'a Xen' : 'a kernel'}, plain or .gz`;
  return undefined;
}

const IS_FOLDER = 'is a folder; give the .config in it';
const NOT_THERE = 'does not exist; correct the path';
