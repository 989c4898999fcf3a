// SPDX-License-Identifier: MIT
// Chooses the mutant before a test loads anything.
(globalThis as { __mutant?: number }).__mutant = process.env.MUTANT === undefined ? -1 : Number(process.env.MUTANT);
