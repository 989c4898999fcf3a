// SPDX-License-Identifier: MIT
// Every combined tree of the lab.
import { KERNELS } from './kernels.ts';
import { MAPS } from './maps.ts';
import { MIXED } from './mixed.ts';
import type { Combination } from './parts.ts';
import { WINDOWS } from './windows.ts';

export const COMBINATIONS: readonly Combination[] = [...KERNELS, ...MAPS, ...MIXED, ...WINDOWS];
