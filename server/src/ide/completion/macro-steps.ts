// SPDX-License-Identifier: MIT
// What a macro expands to, one level of macros after the other, and the number at the end.
import { hex } from '#base/numbers.ts';
import { ExpansionLimit, expand, type Lookup, print } from '#tree/cpp/expand.ts';
import { tokenize } from '#tree/cpp/tokens.ts';
import { ExpressionError, evaluateExpression } from '#tree/dtc/expression.ts';

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
  const steps = [`#define ${name}${parameters} ${body}`.trim()];
  if (macro.parameters) return { steps: steps.map(shortened) };
  try {
    let text = body;
    const whole = print(expand(tokenize(name), lookup)).text.trim();
    while (text !== whole && steps.length < MAX_STEPS) {
      // Macros that this level names are expanded, what they name is left for the next.
      const named = new Set(tokenize(text).map((token) => token.text));
      const next = print(expand(tokenize(text), (each) => (named.has(each) ? lookup(each) : undefined))).text.trim();
      if (next === text) break;
      steps.push(next);
      text = next;
    }
    const value = numberIn(whole);
    return { steps: steps.map(shortened), ...(value !== undefined && value !== whole && { value }) };
  } catch (error) {
    if (error instanceof ExpansionLimit) return { steps: steps.map(shortened) };
    throw error;
  }
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function numberIn(text: string): string | undefined {
  if (!/^[\s\d\w()+\-*/%<>&|^~!=?:]+$/.test(text) || text.length > 2000) return undefined;
  try {
    const { value, faults } = evaluateExpression(`(${text})`, 0);
    if (faults.length > 0) return undefined;
    const number = Number(BigInt.asUintN(32, value));
    return number < 10 ? String(number) : `${hex(number)} = ${number}`;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
