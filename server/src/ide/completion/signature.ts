// SPDX-License-Identifier: MIT
// What is expected next to the cursor: the cells of an entry by its provider, the arguments of a macro.
import type { View } from '#ide/analysis.ts';
import { pathOf, u32 } from '#tree/query.ts';
import { cursorAt } from './cursor.ts';
import { nodeOf } from './drafts.ts';
import { formOf } from './providers.ts';
import { cellAt } from './specifier.ts';

export interface Signature {
  readonly label: string;
  /** Start and end of each parameter in the label. */
  readonly parameters: readonly (readonly [number, number])[];
  readonly active: number;
  /** Plain text. */
  readonly documentation: string;
}

export function signature(view: View, offset: number): Signature | undefined {
  const cursor = cursorAt(view.text, offset);
  if (cursor.kind !== 'value' || (cursor.value.place !== 'cell' && cursor.value.place !== 'reference'))
    return undefined;
  const { property, value, blocks } = cursor;
  if (value.call) return callSignature(view, value.call.name, value.call.argument);
  const at = cellAt(view, nodeOf(view, blocks), property, value.cells);
  if (at.names.length === 0 || value.place === 'reference') return undefined;
  const form = formOf(property);
  const first = at.ref === undefined ? [] : [`&${at.ref}`];
  const cells = form?.cells;
  const count = at.provider && cells !== undefined ? u32(at.provider.properties.get(cells)) : undefined;
  const who = at.provider && `${pathOf(at.provider)}${count === undefined ? '' : `, ${cells} = <${count}>`}`;
  return written(`${property}: <`, [...first, ...at.names], '>', {
    separator: ' ',
    active: first.length + at.index,
    documentation: who ?? '',
  });
}

function callSignature({ snapshot: { tree } }: View, name: string, argument: number): Signature | undefined {
  const macro = tree.macros.history(name).at(-1)?.macro;
  if (!macro?.parameters) return undefined;
  const last = macro.parameters.length - 1;
  const parameters = macro.parameters.map((each, at) => (macro.variadic && at === last ? '...' : each));
  return written(`${name}(`, parameters, ')', {
    separator: ', ',
    active: macro.variadic ? Math.min(argument, last) : argument,
    documentation: macro.body
      .map((token) => `${token.space ? ' ' : ''}${token.text}`)
      .join('')
      .trim(),
  });
}

function written(
  start: string,
  parts: readonly string[],
  end: string,
  { separator, active, documentation }: { separator: string; active: number; documentation: string },
): Signature {
  const parameters: [number, number][] = [];
  let label = start;
  for (const [at, part] of parts.entries()) {
    if (at > 0) label += separator;
    parameters.push([label.length, label.length + part.length]);
    label += part;
  }
  return { label: label + end, parameters, active, documentation };
}
