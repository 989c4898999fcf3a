// SPDX-License-Identifier: MIT
// Which folder may import which: layers in their order (biome.json says it file by file), and the folders inside each.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../server/src/', import.meta.url));
const LAYERS = ['base', 'syntax', 'tree', 'bindings', 'model', 'wording', 'rules', 'ide', 'host'];

/**
 * Inside a layer: a folder, or a file that stands above the folders, and what it imports there. Files at the top of a
 * layer that are not named here are the folder with the layer's name.
 */
const ARROWS: Readonly<Record<string, string>> = {
  'tree/frontend.ts': 'tree tree/cpp tree/live',
  'tree/live': 'tree tree/cpp tree/dtc',
  'tree/blob': 'tree tree/dtc',
  tree: 'tree/cpp tree/dtc',
  'tree/dtc': 'tree/cpp',
  'tree/cpp': '',

  'model/log':
    'model/addresses model/devices model/drivers model/iommu model/platform model/probe model/report model/statements',
  'model/what-if.ts': 'model/configure.ts model/devices model/drivers model/platform model/report model/statements',
  'model/claims.ts': 'model/addresses model/iommu model/platform model/report model/statements model/systems',
  'model/configure.ts':
    'model/addresses model/devices model/direct model/iommu model/platform model/report model/systems model/xen',
  'model/systems':
    'model/addresses model/devices model/iommu model/platform model/probe model/report model/xen model/statements',
  'model/xen': 'model/addresses model/iommu model/platform model/report model/statements',
  'model/probe': 'model/devices model/iommu model/platform model/statements',
  'model/direct': 'model/addresses model/devices model/iommu model/platform model/report',
  'model/iommu': 'model/addresses model/devices model/drivers model/platform model/report model/statements',
  'model/devices': 'model/addresses model/drivers model/platform model/report model/statements',
  'model/addresses': 'model/platform model/report',
  'model/drivers': 'model/platform model/statements',
  'model/report': 'model/platform model/statements',
  'model/platform': 'model/statements',
  'model/statements': '',

  wording: 'wording/statements',
  'wording/statements': '',

  'rules/pages.ts': 'rules/index.ts rules/engine',
  'rules/index.ts':
    'rules/bindings rules/dtc rules/engine rules/grant-dma rules/iommus rules/kernel rules/maps rules/memory rules/migrations rules/providers rules/spelling rules/xen',
  'rules/bindings': 'rules/edits rules/engine',
  'rules/grant-dma': 'rules/edits rules/engine rules/migrations',
  'rules/iommus': 'rules/edits rules/engine rules/migrations rules/xen',
  'rules/providers': 'rules/edits rules/engine rules/migrations',
  'rules/maps': 'rules/edits rules/engine rules/migrations',
  'rules/kernel': 'rules/edits rules/engine rules/memory',
  'rules/memory': 'rules/edits rules/engine',
  'rules/migrations': 'rules/edits rules/engine',
  'rules/xen': 'rules/edits rules/engine',
  'rules/dtc': 'rules/edits rules/engine',
  'rules/spelling': 'rules/edits rules/engine',
  'rules/edits': 'rules/engine',
  'rules/engine': '',

  'ide/live': 'ide/explain',
  'ide/log': 'ide/boards ide/explain',
  'ide/fixes': 'ide/analysis.ts ide/boards ide/files ide/navigation ide/problems',
  'ide/completion': 'ide/analysis.ts ide/boards ide/explain ide/hovers ide/knowledge ide/navigation',
  'ide/compare': 'ide/boards ide/explain ide/map',
  'ide/resolved': 'ide/analysis.ts ide/boards ide/hovers ide/navigation',
  'ide/navigation': 'ide/analysis.ts ide/boards ide/explain ide/files ide/hovers ide/knowledge ide/structure',
  'ide/hovers': 'ide/boards ide/explain ide/map',
  'ide/problems': 'ide/analysis.ts ide/boards ide/completion ide/knowledge ide/navigation',
  'ide/hints': 'ide/analysis.ts ide/navigation',
  'ide/rename': 'ide/analysis.ts ide/boards ide/navigation ide/structure',
  'ide/structure': 'ide/analysis.ts',
  'ide/map': 'ide/boards ide/explain',
  'ide/explain': 'ide/boards',
  'ide/analysis.ts': 'ide/boards ide/files ide/knowledge',
  'ide/boards': 'ide/files',
  'ide/knowledge': 'ide/files',
  'ide/files': '',

  'host/web.ts': 'host/lsp',
  'host/cli': 'host host/lsp',
  'host/lsp': 'host',
  'host/library': 'host',
  host: '',
};

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([#.][^']+)'/g;

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function folderOf(file: string): string {
  return file in ARROWS ? file : file.split('/').slice(0, -1).slice(0, 2).join('/');
}

/** Folder to folder, with the first import that makes the arrow. */
function arrowsBetween(): Map<string, string> {
  const arrows = new Map<string, string>();
  for (const file of files) {
    for (const [, named = ''] of readFileSync(join(SOURCE, file), 'utf8').matchAll(IMPORT)) {
      const target = named.startsWith('#') ? named.slice(1) : normalize(join(dirname(file), named));
      const arrow = `${folderOf(file)} -> ${folderOf(target)}`;
      if (folderOf(file) !== folderOf(target) && !arrows.has(arrow)) arrows.set(arrow, `${file} imports ${target}`);
    }
  }
  return arrows;
}

const arrows = arrowsBetween();
const layerOf = (folder: string): number => LAYERS.indexOf(folder.split('/')[0]!);
const ends = (arrow: string): [string, string] => arrow.split(' -> ') as [string, string];

it('reads the whole source', () => {
  expect(files.length).toBeGreaterThan(200);
  expect(arrows.size).toBeGreaterThan(100);
});

it('points from each layer only to those before it', () => {
  expect([...arrows].filter(([arrow]) => layerOf(ends(arrow)[0]) < layerOf(ends(arrow)[1]))).toEqual([]);
});

it('has inside the layers the arrows of the table and no others', () => {
  const allowed = Object.entries(ARROWS).flatMap(([from, to]) =>
    to.split(' ').flatMap((each) => (each ? [`${from} -> ${each}`] : [])),
  );
  const inside = [...arrows].filter(([arrow]) => layerOf(ends(arrow)[0]) === layerOf(ends(arrow)[1]));
  expect(inside.filter(([arrow]) => !allowed.includes(arrow))).toEqual([]);
  expect(allowed.filter((arrow) => !arrows.has(arrow))).toEqual([]);
});

it('has no way from a folder back to it', () => {
  const all = [...arrows.keys()].map(ends);
  const reached = (start: string): Set<string> => {
    const seen = new Set<string>();
    const pending = [start];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      for (const [from, to] of all) {
        if (from !== at || seen.has(to)) continue;
        seen.add(to);
        pending.push(to);
      }
    }
    return seen;
  };
  expect(all.map(([folder]) => folder).filter((folder) => reached(folder).has(folder))).toEqual([]);
});
