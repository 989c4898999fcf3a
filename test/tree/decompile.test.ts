// SPDX-License-Identifier: MIT
// A blob read as a source: its text gives back its bytes, and damage is said, never thrown. That the blobs are dtc's is
// the oracle's business (`npm run test:oracle`).
import { describe, expect, test } from 'vitest';
import { evaluateText } from '#test/support/evaluate.ts';
import { treeOf } from '#test/support/tree.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { decompile, isBlob } from '#tree/blob/decompile.ts';
import { nodeByLabel, pathOf } from '#tree/query.ts';

const BOARD = `/dts-v1/;
/memreserve/ 0x80000000 0x1000;
/ {
	compatible = "vendor,board", "vendor,chip";
	quoted = "a \\"b\\" \\\\ c";
	empty-string = "";
	zeros = <0 0>;
	bytes = [01 02 03];
	utf8 = "é";
	flag;
	smmu: iommu@1000 { #iommu-cells = <1>; };
	dma@2000 { iommus = <&smmu 0x10>; };
};
`;

const blobOf = (text: string, symbols = false) => writeBlob(evaluateText(`//- /board.dts\n${text}`).tree, { symbols });

test.each([false, true])('the text of a blob compiles to its bytes (symbols: %s)', (symbols) => {
  const blob = blobOf(BOARD, symbols);
  expect(isBlob(blob)).toBe(true);
  expect(blobOf(decompile(blob))).toEqual(blob);
});

test('labels come back from __symbols__', () => {
  const tree = treeOf(decompile(blobOf(BOARD, true)));
  const smmu = nodeByLabel(tree, 'smmu');
  expect(smmu && pathOf(smmu)).toBe('/iommu@1000');
});

describe('a damaged blob', () => {
  const blob = blobOf(BOARD);
  const errorOf = (bytes: Uint8Array) => /^#error .*$/m.exec(decompile(bytes))?.[0];

  test('that ends early', () => {
    for (let length = 40; length < blob.length; length++)
      expect(errorOf(blob.subarray(0, length)), `${length}`).toBeDefined();
  });

  test('with a token that there is not', () => {
    const bytes = blob.slice();
    const structure = new DataView(bytes.buffer).getUint32(8);
    bytes[structure + 3] = 7;
    expect(errorOf(bytes)).toBe(`#error the blob is damaged: token 0x7 at 0x${structure.toString(16)}`);
  });

  test('of an old version', () => {
    const bytes = blob.slice();
    bytes[23] = 3;
    expect(errorOf(bytes)).toContain('version 3');
  });
});

test('what is not a blob is told apart', () => {
  expect(isBlob(new TextEncoder().encode(BOARD))).toBe(false);
  expect(isBlob(new Uint8Array([0xd0, 0x0d, 0xfe, 0xed]))).toBe(false);
});
