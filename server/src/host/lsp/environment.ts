// SPDX-License-Identifier: MIT
// What the language server is given by the process or the worker that it runs in.
import type { Texts } from '#base/language.ts';
import type { IndexMemory } from '#bindings/binding-index.ts';
import type { Borrowed, Wanted } from '#bindings/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Grammar } from '#syntax/parser.ts';
import type { Language } from './languages.ts';

export interface ServerFiles extends FileSystem {
  /** Something said that the path changed. */
  forget(path: string): void;
  /** Looks itself; the paths that changed since they were read. */
  refresh(): string[];
  /**
   * Only where files come from the client: fetches what answers lacked so far, and gives the paths that are known now.
   * Empty: nothing was lacking.
   */
  load?(): Promise<readonly string[]>;
  /** The same, for what is looked over once in the pauses and not kept. */
  borrow?(wanted: Wanted): Promise<Borrowed>;
}

export interface Environment {
  readonly grammar: Promise<Grammar>;
  readonly files: ServerFiles;
  /** What is said in another language than English, where there is a translation. */
  readonly texts?: (language: Language) => Promise<Texts | undefined>;
  /** Where a problem's code leads when the client does not say. */
  readonly rulePage?: string;
  /** Keeps what is found in bindings below a folder, where the client names one. */
  readonly memory?: (folder: string) => IndexMemory;
  /** Called after each answer: housekeeping may follow when nothing else does. */
  readonly rest?: () => void;
}
