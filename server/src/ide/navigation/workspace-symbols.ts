// SPDX-License-Identifier: MIT
// Symbols by name: labels, nodes, compatibles and macros of the boards that are open, then labels and compatibles of
// files near them and below the workspace's folders, as many as can be read at once.
import { dirname, join } from '#base/files.ts';
import { memo } from '#base/memo.ts';
import type { Span } from '#base/text.ts';
import type { Analysis } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { compatibles, pathOf, walk } from '#tree/query.ts';

export interface FoundSymbol {
  readonly kind: 'label' | 'node' | 'compatible' | 'macro';
  readonly name: string;
  /** The node's path, or nothing. */
  readonly container: string;
  readonly span: Span;
}

const MAX_SYMBOLS = 200;
/** Of files that no open board reads: some tens of milliseconds' worth. */
const MAX_CHARACTERS = 4_000_000;
const MAX_FOLDERS = 300;

/** Those that begin with the query first. */
export function workspaceSymbols(analysis: Analysis, folders: readonly string[], query: string): FoundSymbol[] {
  const wanted = query.trim().toLowerCase();
  const matches = (name: string) => name.toLowerCase().includes(wanted);
  const snapshots = new Set(analysis.opened().flatMap((file) => analysis.view(file)?.snapshot ?? []));
  const found: FoundSymbol[] = [];
  const known = new Set<string>();
  for (const snapshot of snapshots) {
    for (const file of snapshot.tree.files) known.add(file);
    for (const symbol of symbolsOf(snapshot)) if (matches(symbol.name)) found.push(symbol);
  }
  const enough = found.length >= MAX_SYMBOLS || wanted === '';
  if (!enough) found.push(...symbolsOnDisk(analysis, folders, { wanted, known, limit: MAX_SYMBOLS - found.length }));
  const rank = ({ name }: FoundSymbol) => {
    const lower = name.toLowerCase();
    return lower === wanted ? 0 : lower.startsWith(wanted) ? 1 : 2;
  };
  return found
    .map((symbol, index) => ({ symbol, index, rank: rank(symbol) }))
    .sort((a, b) => a.rank - b.rank || a.symbol.name.length - b.symbol.name.length || a.index - b.index)
    .slice(0, MAX_SYMBOLS)
    .map(({ symbol }) => symbol);
}

const symbolsOf = memo((snapshot: Snapshot): readonly FoundSymbol[] => {
  const { tree } = snapshot;
  const found: FoundSymbol[] = [];
  for (const node of walk(tree.root)) {
    const container = pathOf(node);
    for (const { name, span } of node.labels) found.push({ kind: 'label', name, container, span });
    const opened = node.origins.find((origin) => origin.kind === 'open');
    if (opened && node.parent) {
      found.push({ kind: 'node', name: node.name, container: pathOf(node.parent), span: opened.name });
    }
    const written = node.properties.get('compatible')?.value.data.filter(({ kind }) => kind === 'string') ?? [];
    for (const [at, name] of compatibles(node).entries()) {
      const span = written[at]?.span;
      if (span) found.push({ kind: 'compatible', name, container, span });
    }
  }
  for (const name of tree.macros.names()) {
    const span = tree.macros.history(name).findLast((definition) => definition.span)?.span;
    if (span) found.push({ kind: 'macro', name, container: '', span });
  }
  return found;
});

interface DiskSearch {
  readonly wanted: string;
  readonly known: ReadonlySet<string>;
  readonly limit: number;
}

/** Folders of open files first, then those of the workspace from the top. */
function symbolsOnDisk(
  analysis: Analysis,
  folders: readonly string[],
  { wanted, known, limit }: DiskSearch,
): FoundSymbol[] {
  const { files } = analysis;
  const word = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const any = new RegExp(word, 'i');
  const label = new RegExp(
    `^[ \\t]*(?:\\w+:[ \\t]*)*?(\\w*${word}\\w*):[ \\t]*(?:\\w+:[ \\t]*)*([\\w,.+-]+(?:@[\\w,.]+)?)?[ \\t]*\\{`,
    'gim',
  );
  const compatible = new RegExp(`"([\\w,.+-]*${word}[\\w,.+-]*)"`, 'gi');
  const found: FoundSymbol[] = [];
  const top = folders.flatMap((folder) => sourceFolders(files, folder));
  const queue = [...new Set([...analysis.opened().map(dirname), ...top])];
  const seen = new Set<string>();
  let left = MAX_CHARACTERS;
  for (const folder of queue) {
    if (seen.has(folder) || seen.size >= MAX_FOLDERS) continue;
    seen.add(folder);
    for (const name of files.list(folder)) {
      const path = join(folder, name.replace(/\/$/, ''));
      if (name.endsWith('/')) {
        if (name !== 'node_modules/' && !name.startsWith('.')) queue.push(path);
        continue;
      }
      if (!/\.dts[io]?$/.test(name) || known.has(path)) continue;
      const text = files.peek(path) ?? '';
      left -= text.length + 1000;
      if (any.test(text)) found.push(...symbolsIn(path, text, { label, compatible }));
      if (left < 0 || found.length >= limit) return found;
    }
  }
  return found;
}

/** Where a source tree of Linux or U-Boot has its device trees; any other folder as a whole. */
function sourceFolders(files: FileSystem, folder: string): string[] {
  const architectures = files.list(join(folder, 'arch')).filter((name) => name.endsWith('/'));
  const found = architectures
    .flatMap((name) => ['boot/dts', 'dts'].map((dts) => join(folder, `arch/${name}${dts}`)))
    .filter((path) => files.isFolder(path));
  return found.length > 0
    ? found.sort((a, b) => Number(b.includes('/arm64/')) - Number(a.includes('/arm64/')))
    : [folder];
}

function symbolsIn(
  file: string,
  text: string,
  { label, compatible }: { label: RegExp; compatible: RegExp },
): FoundSymbol[] {
  const found: FoundSymbol[] = [];
  for (const match of text.matchAll(label)) {
    const [whole, name = '', node = ''] = match;
    const start = match.index + whole.indexOf(`${name}:`);
    found.push({ kind: 'label', name, container: node, span: { file, start, end: start + name.length } });
  }
  for (const { index } of text.matchAll(/^[ \t]*compatible\s*=[^;]*;/gm)) {
    const statement = text.slice(index, text.indexOf(';', index));
    for (const { 1: name = '', index: at } of statement.matchAll(compatible)) {
      const start = index + at;
      found.push({ kind: 'compatible', name, container: '', span: { file, start, end: start + name.length + 2 } });
    }
  }
  return found;
}
