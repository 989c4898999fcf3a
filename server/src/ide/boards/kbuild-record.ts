// SPDX-License-Identifier: MIT
// What a build of the kernel wrote down of a board: `.NAME.dtb.cmd` beside the blob has the command with its true flags.
import { basename, dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';

export interface BuildRecord {
  /** `-I` of cpp, in order. */
  readonly includePaths: readonly string[];
  /** `-D` of cpp. */
  readonly defines: readonly (readonly [string, string])[];
  /** dtc's checks as `-W` and `-Wno-` name them: whether each is on. */
  readonly checks: ReadonlyMap<string, boolean>;
  /** dtc's `-@`. */
  readonly symbols: boolean;
}

/** Folders of a build outside the source (`make O=`) as people call them, from the root of the source. */
const OBJECT_FOLDERS = ['.', 'build', 'out', 'output', '../build', '../out'];

/** The record of a board; `inside` is its path below the root of its source tree. */
export function buildRecord(files: FileSystem, root: string, board: string): BuildRecord | undefined {
  if (!board.startsWith(`${root}/`)) return undefined;
  const inside = board.slice(root.length + 1);
  const name = `.${basename(board).replace(/\.dts(o?)$/, '.dtb$1')}.cmd`;
  for (const objects of OBJECT_FOLDERS) {
    const text = files.peek(join(join(root, objects), join(dirname(inside), name)));
    const record = text === undefined ? undefined : readRecord(text, join(root, objects));
    if (record) return record;
  }
  return undefined;
}

/** `savedcmd_TARGET := COMMANDS` (scripts/Kbuild.include), `cmd_TARGET` before Linux 6.2. The commands ran in `folder`. */
export function readRecord(text: string, folder: string): BuildRecord | undefined {
  const commands = /^(?:saved)?cmd_\S+ := (.*)$/m.exec(text)?.[1];
  if (commands === undefined) return undefined;
  const words = shellWords(commands);
  const at = words.findIndex((word) => /(?:^|\/)dtc$/.test(word));
  if (at < 0) return undefined;
  const cpp = words.slice(0, at);
  const dtc = words.slice(at);
  const defines = optionValues(cpp, '-D').map((definition): readonly [string, string] => {
    const [name = '', ...value] = definition.split('=');
    return [name, value.length > 0 ? value.join('=') : '1'];
  });
  const checks = new Map<string, boolean>();
  for (const check of optionValues(dtc, '-W')) checks.set(check.replace(/^no-/, ''), !check.startsWith('no-'));
  return {
    includePaths: optionValues(cpp, '-I').map((path) => join(folder, path)),
    defines,
    checks,
    symbols: dtc.includes('-@'),
  };
}

/** The values of an option that is written with them or before them. */
function optionValues(words: readonly string[], option: string): string[] {
  return words.flatMap((word, at) => {
    if (!word.startsWith(option)) return [];
    return word === option ? (words[at + 1] ?? []) : word.slice(option.length);
  });
}

/** make's `$$` and the shell's quotes; separators of commands are words. */
function shellWords(text: string): string[] {
  const words = text.replaceAll('$$', '$').match(/(?:[^\s"';]|"(?:[^"\\]|\\.)*"|'[^']*')+|;/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, a?: string, b?: string) => a ?? b ?? ''),
  );
}
