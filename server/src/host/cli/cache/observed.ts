// SPDX-License-Identifier: MIT
// What a result rests on: each question that was put to the file system, also the vain ones, with a digest of the answer.
import { hash } from 'node:crypto';
import type { SourceFile } from '#base/files.ts';
import type { DiskFiles } from '#host/sources.ts';
import type { FileSystem } from '#ide/files/file-system.ts';

/** One letter for what is asked, and the path; then the digest of the answer; and so on. */
export type Observations = readonly string[];

/** What many results have in common is sent and kept once. */
export interface SharedObservations {
  readonly digest: string;
  /** Absent where it was sent before. */
  readonly list?: Observations;
}

export interface Seen {
  readonly own: Observations;
  readonly shared?: SharedObservations;
}

const NO = '0';
const YES = '1';
const NOTHING = '-';

const ASK: Readonly<Record<string, (files: FileSystem, path: string) => string>> = {
  r: (files, path) => digestOfFile(files.read(path), path),
  b: (files, path) => digestOfBytes(files.readBinary?.(path)),
  m: (files, path) => digestOfText(files.modified?.(path)),
  w: (files, path) => digestOfText(files.refusal?.(path)),
  f: (files, path) => (files.isFile(path) ? YES : NO),
  d: (files, path) => (files.isFolder(path) ? YES : NO),
  o: (files, path) => (files.isReadOnly?.(path) ? YES : NO),
  l: (files, path) => digestOfList(files.list(path)),
  p: (files, path) => digestOfText(files.peek(path)),
};

/** The digest of the present answer; `undefined` for what is no question. */
export function askAgain(files: FileSystem, question: string): string | undefined {
  return ASK[question.charAt(0)]?.(files, question.slice(1));
}

/** Files that remember what they were asked since {@link begin}. */
export class ObservedFiles implements FileSystem {
  readonly #files: DiskFiles;
  readonly #digests = new Map<string, string>();
  #own = new Set<string>();
  readonly #shared = new Set<string>();
  #sent: string | undefined;
  #isShared = false;
  #steady = true;

  constructor(files: DiskFiles) {
    this.#files = files;
  }

  /** What follows is for the next result. */
  begin(): void {
    this.#own = new Set();
    this.#steady = true;
  }

  /** What is asked meanwhile is remembered by what asks, so that it counts for every later result, too. */
  sharing<T>(work: () => T): T {
    this.#isShared = true;
    try {
      return work();
    } finally {
      this.#isShared = false;
    }
  }

  /** Since {@link begin}; `undefined` when a file changed meanwhile. */
  seen(): Seen | undefined {
    if (!this.#steady) return undefined;
    const own = this.#listed(this.#own);
    if (this.#shared.size === 0) return { own };
    const list = this.#listed(this.#shared);
    const digest = digestOfList(list);
    const shared = digest === this.#sent ? { digest } : { digest, list };
    this.#sent = digest;
    return { own, shared };
  }

  read(path: string): SourceFile | undefined {
    const file = this.#files.read(path);
    const question = `r${path}`;
    // A file is read once (host/sources.ts), so the answer stays.
    this.#note(question, this.#digests.get(question) ?? digestOfFile(file, path));
    return file;
  }

  readBinary(path: string): Uint8Array | undefined {
    const bytes = this.#files.readBinary(path);
    this.#note(`b${path}`, digestOfBytes(bytes));
    return bytes;
  }

  modified(path: string): string | undefined {
    const time = this.#files.modified(path);
    this.#note(`m${path}`, digestOfText(time));
    return time;
  }

  refusal(path: string): string | undefined {
    const refusal = this.#files.refusal(path);
    this.#note(`w${path}`, digestOfText(refusal));
    return refusal;
  }

  isFile(path: string): boolean {
    const answer = this.#files.isFile(path);
    this.#note(`f${path}`, answer ? YES : NO);
    return answer;
  }

  isFolder(path: string): boolean {
    const answer = this.#files.isFolder(path);
    this.#note(`d${path}`, answer ? YES : NO);
    return answer;
  }

  isReadOnly(path: string): boolean {
    const answer = this.#files.isReadOnly(path);
    this.#note(`o${path}`, answer ? YES : NO);
    return answer;
  }

  list(folder: string): readonly string[] {
    const names = this.#files.list(folder);
    this.#note(`l${folder}`, digestOfList(names));
    return names;
  }

  peek(path: string): string | undefined {
    const text = this.#files.peek(path);
    this.#note(`p${path}`, digestOfText(text));
    return text;
  }

  #note(question: string, digest: string): void {
    const before = this.#digests.get(question);
    if (before === undefined) this.#digests.set(question, digest);
    else if (before !== digest) {
      this.#digests.set(question, digest);
      this.#steady = false;
    }
    (this.#isShared ? this.#shared : this.#own).add(question);
  }

  #listed(questions: ReadonlySet<string>): Observations {
    return [...questions].flatMap((question) => [question, this.#digests.get(question) ?? '']);
  }
}

/** A file that is reached through a link has another path. */
function digestOfFile(file: SourceFile | undefined, path: string): string {
  if (!file) return NOTHING;
  return digestOfText(file.path === path ? file.text : `${file.path}\0${file.text}`);
}

/** Half of a pair of surrogates stands for a byte that is no UTF-8; as UTF-8 all of them would be alike. */
function digestOfText(text: string | undefined): string {
  if (text === undefined) return NOTHING;
  return digest(/\p{Surrogate}/u.test(text) ? Buffer.from(text, 'utf16le') : text);
}

function digestOfBytes(bytes: Uint8Array | undefined): string {
  return bytes ? digest(bytes) : NOTHING;
}

export function digestOfList(list: readonly string[]): string {
  return digestOfText(list.join('\0'));
}

export function digest(data: string | Uint8Array): string {
  return hash('sha256', data).slice(0, 32);
}
