// SPDX-License-Identifier: MIT
// What a macro expands to, from its definition on, and the number at the end.
import { hex } from '#base/numbers.ts';
import { expansionLevels, numberIn } from '#ide/hovers/macros.ts';
import type { Lookup } from '#tree/cpp/expand.ts';

/** Levels and characters that are shown. */
const MAX_STEPS = 8;
const MAX_TEXT = 200;

export interface MacroSteps {
  /** The first is the definition. */
  readonly steps: readonly string[];
  /** Of an object-like macro whose text is an expression. */
  readonly value?: string;
}

export function macroSteps(name: string, lookup: Lookup): MacroSteps {
  const macro = lookup(name);
  if (!macro) return { steps: [] };
  const body = macro.body
    .map((token) => `${token.space ? ' ' : ''}${token.text}`)
    .join('')
    .trim();
  const parameters = macro.parameters ? `(${macro.parameters.join(', ')})` : '';
  const definition = shortened(`#define ${name}${parameters} ${body}`.trim());
  const found = macro.parameters ? undefined : expansionLevels(name, lookup, MAX_STEPS);
  if (!found) return { steps: [definition] };
  // The first level is the text of the definition.
  const steps = [definition, ...found.levels.slice(1).map(shortened)];
  const number = numberIn(found.whole);
  if (number === undefined) return { steps };
  const value = number < 10n ? String(number) : `${hex(number)} = ${number}`;
  return { steps, ...(value !== found.whole && { value }) };
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
