// SPDX-License-Identifier: MIT
// The binary operators of C by precedence, weakest first: those of `#if` and those of dtc's expressions are the same.

export const BINARY_OPERATORS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
