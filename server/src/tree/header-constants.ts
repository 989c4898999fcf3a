// SPDX-License-Identifier: MIT
// The constants of a header that no tree need have read: its macros without parameters whose text is a number.
import { ExpansionLimit, expand, print } from '#tree/cpp/expand.ts';
import { MacroTable, parseDefinition } from '#tree/cpp/macros.ts';
import { tokenize } from '#tree/cpp/tokens.ts';
import { ExpressionError, evaluateExpression } from './dtc/expression.ts';

/** Headers of bindings include each other once or twice; deeper is a cycle. */
const MAX_DEPTH = 8;

/** Name → 32-bit value, in the order of the text. `read` gives the text of `#include <name>`. Conditions are not read. */
export function constantsOf(name: string, read: (name: string) => string | undefined): ReadonlyMap<string, number> {
  const table = new MacroTable();
  collect(name, read, table, 0);
  const constants = new Map<string, number>();
  for (const macro of table.names()) {
    const value = table.get(macro)?.parameters ? undefined : numberOf(macro, table);
    if (value !== undefined) constants.set(macro, value);
  }
  return constants;
}

function collect(name: string, read: (name: string) => string | undefined, table: MacroTable, depth: number): void {
  const text = depth < MAX_DEPTH ? read(name) : undefined;
  for (const [, directive, rest = ''] of (text ?? '').matchAll(
    /^[ \t]*#[ \t]*(define|include)\b((?:\\\r?\n|[^\n])*)/gm,
  )) {
    if (directive === 'include') {
      const included = /[<"]([^>"]+)[>"]/.exec(rest)?.[1];
      if (included !== undefined) collect(included, read, table, depth + 1);
      continue;
    }
    const macro = parseDefinition(rest.replace(/\/\*.*?\*\/|\/\/.*$/gs, ' '));
    if (macro) table.define(macro);
  }
}

function numberOf(name: string, table: MacroTable): number | undefined {
  try {
    const { text } = print(expand(tokenize(name), (each) => table.get(each)));
    if (text.trim() === '' || text.trim() === name) return undefined;
    const { value, faults } = evaluateExpression(`(${text})`, 0);
    return faults.length > 0 ? undefined : Number(BigInt.asUintN(32, value));
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof ExpansionLimit) return undefined;
    throw error;
  }
}
