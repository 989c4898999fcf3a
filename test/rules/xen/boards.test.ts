// SPDX-License-Identifier: MIT
// The boards that the tests of Xen's rules start from: whatever those report, the change has brought.
import { it } from 'vitest';
import { checkNone } from '#test/support/check.ts';
import { DOM0LESS, GUEST, HOST, PARTIAL, RCAR, RCAR_SYSTEM, SYSTEM } from '#test/support/xen-boards.ts';

it.each(Object.entries({ HOST, RCAR, DOM0LESS, PARTIAL, GUEST, SYSTEM, RCAR_SYSTEM }))('%s is in order', (_, board) =>
  checkNone(board),
);
