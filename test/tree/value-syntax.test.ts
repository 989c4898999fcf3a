// SPDX-License-Identifier: MIT
// Values in DTS syntax against the bytes that Debian's dtc 1.6.1 writes for them (`fdtget -t bx`).
import { expect, test } from 'vitest';
import { parseValue } from '#tree/dtc/value-syntax.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

test.each([
  ['<1 0x2 0X3 010>', '00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 08'],
  ['<0xffffffff 4294967295>', 'ff ff ff ff ff ff ff ff'],
  ['<(-1)>', 'ff ff ff ff'],
  ["<'a' '\\n' '\\x41'>", '00 00 00 61 00 00 00 0a 00 00 00 41'],
  ['<(1 + 2 * 3) (7 / 2) (7 % 4)>', '00 00 00 07 00 00 00 03 00 00 00 03'],
  ['<(1 << 4 | 1) (0x100 >> 4)>', '00 00 00 11 00 00 00 10'],
  ['<(2 > 1 ? 10 : 20) (0 || 3) (4 && 0)>', '00 00 00 0a 00 00 00 01 00 00 00 00'],
  ['<(~0) (!5) (!0)>', 'ff ff ff ff 00 00 00 00 00 00 00 01'],
  ['<(1 == 1) (1 != 1) (3 & 6) (3 ^ 6)>', '00 00 00 01 00 00 00 00 00 00 00 02 00 00 00 05'],
  ['<(10 - 4 - 3)>', '00 00 00 03'],
  ['<1U 2L 3UL 4LL 5ULL>', '00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05'],
  ['/bits/ 8 <1 2 0xff (-1)>', '01 02 ff ff'],
  ['/bits/ 16 <0x1234 (-2)>', '12 34 ff fe'],
  ['/bits/ 64 <0x123456789abcdef0 (1 << 40)>', '12 34 56 78 9a bc de f0 00 00 01 00 00 00 00 00'],
  ['"plain"', '70 6c 61 69 6e 00'],
  ['"tab\\t\\x41\\101\\\\\\""', '74 61 62 09 41 41 5c 22 00'],
  ['"é"', 'c3 a9 00'],
  ['"a", "b"', '61 00 62 00'],
  ['[de ad be ef]', 'de ad be ef'],
  ['[deadbeef]', 'de ad be ef'],
  ['[]', ''],
  ['<>', ''],
  ['<1>, "x", [02]', '00 00 00 01 78 00 02'],
  ['"a\\0b"', '61 00 62 00'],
  ['l1: <l2: 1 l3: 2 l4:> l5:', '00 00 00 01 00 00 00 02'],
  ['<(0xffffffff + 2 - 2)>', 'ff ff ff ff'],
  ['<(1 << 64)>', '00 00 00 00'],
  ['<((1 << 31) >> 31)>', '00 00 00 01'],
  ['<(5 - 6 > 0)>', '00 00 00 01'],
])('%s', (text, expected) => {
  const value = parseValue(text);
  expect(value.faults).toEqual([]);
  expect(value.end).toBe(text.length);
  expect(hex(value.bytes)).toBe(expected);
});

test.each([
  ['<1 2', 4, "'>'"],
  ['<1 GCC_CLK>', 3, 'GCC_CLK is not defined'],
  ['<12abc>', 3, "before 'abc'"],
  ['<08>', 1, 'not an integer'],
  ['<(1 / 0)>', 4, 'Division by zero'],
  ['/bits/ 12 <1>', 7, '8, 16, 32 or 64'],
  ['/bits/ 8 <256>', 10, 'does not fit 8 bits'],
  ['/bits/ 16 <&x>', 11, '32-bit elements'],
  ['[abc]', 3, 'hexadecimal'],
  ['"open', 0, 'closing'],
  ['<&>', 1, 'label'],
  ['"a",', 4, 'A value'],
])('%s is faulted at %i', (text, at, message) => {
  expect(parseValue(text).faults[0]).toMatchObject({ at, message: expect.stringContaining(message) });
});

test('a path reference takes its place among the bytes once the tree is known', () => {
  const value = parseValue('"a", &x, "b"');
  expect(value.references).toMatchObject([{ kind: 'path', offset: 2, ref: 'x' }]);
  expect(value.data.map((datum) => datum.offset)).toEqual([0, 2, 2]);
});
