// SPDX-License-Identifier: MIT
// The macros that cpp has of its own, with `-undef` and in assembler mode.
import { commandLineMacro, type Macro, type MacroTable } from './macros.ts';

/** Their values depend on the place, the file or the time. */
const DYNAMIC = [
  '__FILE__',
  '__BASE_FILE__',
  '__FILE_NAME__',
  '__LINE__',
  '__INCLUDE_LEVEL__',
  '__COUNTER__',
  '__DATE__',
  '__TIME__',
  '__TIMESTAMP__',
  '__has_include',
  '__has_include_next',
  '_Pragma',
];

const STATIC: readonly (readonly [string, string])[] = [
  ['__STDC__', '1'],
  ['__STDC_HOSTED__', '1'],
  ['__ASSEMBLER__', '1'],
];

/** What cpp writes where it cannot know the time. */
export const UNKNOWN_TIME = { date: '??? ?? ????', time: '??:??:??', stamp: '??? ??? ?? ??:??:?? ????' };

const builtIn = (name: string): Macro => ({
  name,
  parameters: undefined,
  variadic: false,
  body: [],
  nameAt: 0,
  builtIn: true,
});

/** Defines what is known before the first line. */
export function defineBuiltIns(macros: MacroTable): void {
  for (const name of DYNAMIC) macros.define(builtIn(name));
  defineStatic(macros);
}

/** Those whose value is the same everywhere. */
export function defineStatic(macros: MacroTable): void {
  for (const [name, value] of STATIC) macros.define(commandLineMacro(name, value));
}

/** A name as a string literal. */
export function quoted(name: string): string {
  return `"${name.replace(/[\\"]/g, '\\$&')}"`;
}

/** What `__FILE__` and its like say; `__FILE_NAME__` (gcc 12) leaves the folders out. */
export function fileName(macro: string, path = ''): string {
  return quoted(macro === '__FILE_NAME__' ? path.slice(path.lastIndexOf('/') + 1) : path);
}
