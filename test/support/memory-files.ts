// SPDX-License-Identifier: MIT
// A file system in memory that records what was read, so that tests can assert caching instead of assuming it.
import type { SourceFile } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';

/** As on a disk. */
export function refusal(path: string): string | undefined {
  return path.startsWith('/dev/') ? 'is a device, so it is not read' : undefined;
}

export class MemoryFiles implements FileSystem {
  private readonly files = new Map<string, SourceFile>();
  readonly reads: string[] = [];

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.set(path, text);
  }

  set(path: string, text: string): void {
    this.files.set(path, { path, text });
  }

  delete(path: string): void {
    this.files.delete(path);
  }

  read(path: string): SourceFile | undefined {
    this.reads.push(path);
    return this.files.get(path);
  }

  peek(path: string): string | undefined {
    return this.read(path)?.text;
  }

  refusal(path: string): string | undefined {
    return refusal(path);
  }

  isFile(path: string): boolean {
    return this.files.has(path);
  }

  isFolder(path: string): boolean {
    return this.list(path).length > 0;
  }

  list(folder: string): string[] {
    const prefix = `${folder.replace(/\/$/, '')}/`;
    const names = new Set<string>();
    for (const path of this.files.keys()) {
      if (!path.startsWith(prefix)) continue;
      const rest = path.slice(prefix.length);
      const slash = rest.indexOf('/');
      names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
    }
    return [...names].sort();
  }
}
