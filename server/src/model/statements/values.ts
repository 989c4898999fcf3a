// SPDX-License-Identifier: MIT
// Facts that several subjects name.

export interface Id {
  /** `stream-id`, `endpoint-id`, `micro-tlb`, … */
  readonly kind: string;
  readonly id: number;
  readonly mask: number | null;
}
