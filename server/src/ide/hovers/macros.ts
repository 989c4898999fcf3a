// SPDX-License-Identifier: MIT
// What a macro amounts to: its expansion, a step for each level of macros inside macros, and the number at the end.
import { hex } from '#base/numbers.ts';
import { code } from '#ide/explain/markup.ts';
import { ExpansionLimit, expand, print } from '#tree/cpp/expand.ts';
import { tokenize } from '#tree/cpp/tokens.ts';
import { ExpressionError, evaluateExpression } from '#tree/dtc/expression.ts';
import type { DeviceTree } from '#tree/types.ts';

/** Levels that are shown. */
const MAX_STEPS = 6;
/** Longest text of a step. */
const MAX_TEXT = 100;
/** Longest call that is looked at. */
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

/** `GIC_SPI` → `0`; empty where the macro stands for nothing, or for itself; with fewer steps than `least`, too. */
export function expansionText({ macros }: DeviceTree, use: string, least = 1): string {
  const lookup = (name: string) => macros.history(name).at(-1)?.macro;
  const steps: string[] = [];
  try {
    const whole = print(expand(tokenize(use), lookup)).text.trim();
    let text = use;
    while (steps.length < MAX_STEPS && text !== whole) {
      const names = new Set(tokenize(text).map((token) => token.text));
      const next = print(expand(tokenize(text), (name) => (names.has(name) ? lookup(name) : undefined))).text.trim();
      if (next === text || steps.includes(next)) break;
      steps.push(next);
      text = next;
    }
    if (text !== whole) steps.push(whole);
    const number = numberOf(whole);
    const shown = [use, ...steps].filter((step) => step !== '').map((step) => code(shortened(step)));
    if (shown.length <= least) return '';
    return `${shown.join(' → ')}${number === undefined || number === whole ? '' : ` = ${number}`}`;
  } catch (error) {
    if (error instanceof ExpansionLimit) return '';
    throw error;
  }
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

/** `0x85 = 133`; the number alone where it is small. */
function numberOf(text: string): string | undefined {
  if (!/^[\s\w()+\-*/%<>&|^~!=?:]+$/.test(text)) return undefined;
  try {
    const { value, faults } = evaluateExpression(`(${text})`, 0);
    if (faults.length > 0) return undefined;
    const number = BigInt.asUintN(32, value) === value ? value : BigInt.asUintN(64, value);
    if (String(number) === text) return number < 10n ? undefined : code(hex(number));
    return number < 10n ? String(number) : `${code(hex(number))} = ${number}`;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
