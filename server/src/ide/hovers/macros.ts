// SPDX-License-Identifier: MIT
// What a macro amounts to: its expansion, a step for each level of macros inside macros, and the number at the end.
import { hex } from '#base/numbers.ts';
import { code } from '#ide/explain/markup.ts';
import { ExpansionLimit, expand, type Lookup, print } from '#tree/cpp/expand.ts';
import { tokenize } from '#tree/cpp/tokens.ts';
import { ExpressionError, evaluateExpression } from '#tree/dtc/expression.ts';
import type { DeviceTree } from '#tree/types.ts';

/** Levels that are shown. */
const MAX_STEPS = 6;
/** Longest text of a step. */
const MAX_TEXT = 100;
/** Longest call, and longest text for a number, that is looked at. */
const MAX_CALL = 2000;

/** The name at an offset, with its arguments where the macro has parameters and they follow. */
export function macroUse(text: string, start: number, hasParameters: boolean): string {
  const name = /^\w+/.exec(text.slice(start, start + 200))?.[0] ?? '';
  if (!hasParameters) return name;
  const rest = text.slice(start + name.length, start + MAX_CALL);
  if (!/^\s*\(/.test(rest)) return name;
  let depth = 0;
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === '(') depth++;
    if (rest[at] === ')' && --depth === 0) return name + rest.slice(0, at + 1).replace(/\s+/g, ' ');
  }
  return name;
}

/**
 * What a use of macros expands to, one level of macros after the other, at most so many, and in the end; the levels end
 * before it where there are more. `undefined`: it expands to more than is looked at.
 */
export function expansionLevels(
  use: string,
  lookup: Lookup,
  most: number,
): { readonly levels: readonly string[]; readonly whole: string } | undefined {
  try {
    const whole = print(expand(tokenize(use), lookup)).text.trim();
    const levels: string[] = [];
    for (let text = use; levels.length < most && text !== whole; text = levels.at(-1) ?? whole) {
      // Macros that this level names are expanded, what they name is left for the next.
      const named = new Set(tokenize(text).map((token) => token.text));
      const next = print(expand(tokenize(text), (name) => (named.has(name) ? lookup(name) : undefined))).text.trim();
      if (next === text || levels.includes(next)) break;
      levels.push(next);
    }
    return { levels, whole };
  } catch (error) {
    if (error instanceof ExpansionLimit) return undefined;
    throw error;
  }
}

/** `GIC_SPI` → `0`; empty where the macro stands for nothing, or for itself; with fewer steps than `least`, too. */
export function expansionText({ macros }: DeviceTree, use: string, least = 1): string {
  const found = expansionLevels(use, (name) => macros.history(name).at(-1)?.macro, MAX_STEPS);
  if (!found) return '';
  const { levels, whole } = found;
  const steps = [use, ...levels, ...((levels.at(-1) ?? use) === whole ? [] : [whole])];
  const shown = steps.filter((step) => step !== '').map((step) => code(shortened(step)));
  if (shown.length <= least) return '';
  const number = numberOf(whole);
  return `${shown.join(' → ')}${number === undefined ? '' : ` = ${number}`}`;
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

/** `0x85 = 133`; the number alone where it is small; nothing where the text says it. */
function numberOf(text: string): string | undefined {
  const number = numberIn(text);
  if (number === undefined) return undefined;
  if (String(number) === text) return number < 10n ? undefined : code(hex(number));
  return number < 10n ? String(number) : `${code(hex(number))} = ${number}`;
}

/** The value of a text that is an expression of numbers, in 32 bits or, where it needs them, 64. */
export function numberIn(text: string): bigint | undefined {
  if (text.length > MAX_CALL || !/^[\s\w()+\-*/%<>&|^~!=?:]+$/.test(text)) return undefined;
  try {
    const { value, faults } = evaluateExpression(`(${text})`, 0);
    if (faults.length > 0) return undefined;
    return BigInt.asUintN(32, value) === value ? value : BigInt.asUintN(64, value);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
