// SPDX-License-Identifier: MIT
// Where a map sends an ID: looked up in the orderly entries, it is what going through all of them gives (of_map_id).
import { expect, test } from 'vitest';
import { type IdMap, type MapRow, mapId } from '#model/iommu/id-map.ts';
import { evaluateText } from '#test/support/evaluate.ts';

const { tree } = evaluateText('//- /board.dts\n/dts-v1/;\n/ { pcie { }; };\n');
const provider = tree.root;
const span = { file: '/board.dts', start: 0, end: 1 };
const row = (base: number, length: number, more: Partial<MapRow> = {}): MapRow => ({
  base,
  length,
  provider,
  out: [base],
  span,
  ...more,
});
/** Covers nothing, and nothing behind it is in order. */
const FAR = row(0xfffffff0, 0);

function answers(map: IdMap, id: number) {
  const found = mapId(map, tree.root, 'iommu-map', id);
  return found.kind === 'mapped' ? { ...found, row: found.row.base } : found;
}

test('entries in order, with gaps, without length, overlapping, in disorder, without a node, beyond a mask', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(seed / 65536) % below;
  };
  const kinds = new Set<string>();
  for (let round = 0; round < 3000; round++) {
    let base = 0;
    const rows = Array.from({ length: random(7) }, () => {
      base = random(8) === 0 ? random(24) : base + random(4);
      const made = row(base, random(5), random(12) === 0 ? { provider: undefined } : {});
      base += made.length;
      return made;
    });
    const mask = random(4) === 0 ? 0xfffffff7 : 0xffffffff;
    const map: IdMap = { rows, mask, oneByOne: random(2) === 0 };
    for (let id = 0; id < 32; id++) {
      const found = answers(map, id);
      kinds.add(found.kind);
      expect(found).toEqual(answers({ ...map, rows: [FAR, ...rows] }, id));
    }
  }
  expect([...kinds].sort()).toEqual(['mapped', 'refused', 'uncovered']);
});
