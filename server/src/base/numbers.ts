// SPDX-License-Identifier: MIT
// Numbers as device trees, kernels and people write them.

/** `0x1f`, of any size. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
