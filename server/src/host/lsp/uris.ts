// SPDX-License-Identifier: MIT
// URIs and paths: which documents are served, and one path for each URI, so that two of them are never mixed.
import { basename, dirname, normalize } from '#base/files.ts';

const URI = /^([A-Za-z][\w+.-]+):(?:\/\/([^/?#]*))?([^?#]*)([?#].*)?$/;
/** The folder of a document that is not on the disk, below which its own scheme's files stand: `/:scheme:authority`. */
const FOREIGN = /^\/:([A-Za-z][\w+.-]*):([^/]*)(.*)$/;
/** An untitled document stands in the folder in which it will be saved, under a name that no file has. */
const UNTITLED = ':untitled:';

/**
 * The path of a URI. Files of the disk have their own; what has another scheme, an authority or a query has one below a
 * folder that no disk has: `git:/a/b.dts?{"ref":"HEAD"}` is not `/a/b.dts`.
 */
export function pathOfUri(uri: string): string {
  const [, scheme = 'untitled', authority = '', encoded = uri, rest = ''] = URI.exec(uri) ?? [];
  const path = decode(encoded);
  if (scheme === 'untitled') {
    const plain = normalize(path.startsWith('/') ? path : `/untitled/${path}`);
    return `${folderOf(plain)}${UNTITLED}${basename(plain)}`;
  }
  const rooted = normalize(path.startsWith('/') ? path : `/${path}`);
  if (scheme === 'file' && authority === '' && rest === '')
    return rooted.replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase());
  return `/:${scheme}:${authority}${rooted === '/' ? '' : rooted}${decode(rest)}`;
}

/** The URI of a path that no open document has. */
export function uriOfPath(path: string): string {
  const [, scheme = 'file', authority = '', rest = path] = FOREIGN.exec(path) ?? [];
  const names = rest.split('/').map(encodeURIComponent).join('/');
  return `${scheme}://${authority}${names === '' ? '/' : names}`;
}

/** `undefined` for what is no URI. */
export function schemeOf(uri: string): string | undefined {
  return URI.exec(uri)?.[1];
}

/** Texts of blobs, read-only: the authority is the scheme of the blob's own URI. */
const BLOB = 'devicetree-blob';

/** What is served without a workspace around it. */
const ALWAYS = ['file', 'untitled', BLOB];

/** Whether a document is the text of a blob, which nobody can change. */
export function isBlobUri(uri: string): boolean {
  return schemeOf(uri) === BLOB;
}

/**
 * The schemes that are served. Others are read-only texts beside a file (`git:`, `gitlens:`, local history, the inputs
 * of a merge editor) or parts of a file (notebook cells): they get no answers.
 */
export class ServedSchemes {
  #schemes: ReadonlySet<string> = new Set(ALWAYS);

  /** The workspace's folders: their schemes are served while they are open. */
  setFolders(uris: readonly string[]): void {
    this.#schemes = new Set([...ALWAYS, ...uris.flatMap((uri) => schemeOf(uri) ?? [])]);
  }

  /** A query or fragment makes it another text than the file's. */
  has(uri: string): boolean {
    const scheme = schemeOf(uri);
    return scheme === undefined || (this.#schemes.has(scheme) && !/[?#]/.test(uri));
  }
}

function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === '/' ? folder : `${folder}/`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function urisOf(folders: readonly { readonly uri: string }[]): string[] {
  return folders.map(({ uri }) => uri);
}
