// SPDX-License-Identifier: MIT
// What the index has to know of a binding, told from its lines: reading all of them as YAML takes twenty seconds.

export interface Scan {
  readonly title: string;
  /** Strings that may be compatibles of the binding. */
  readonly compatibles: readonly string[];
  /** Patterns for compatibles. */
  readonly patterns: readonly string[];
  /** It says itself to which nodes it applies: `select`, or the name of a node. */
  readonly selects: boolean;
  /** It has a compatible of its own. */
  readonly hasCompatible: boolean;
}

/** Of one binding. */
const MAX_COMPATIBLES = 2000;
const WORD = /^[ \t]*(?:-[ \t]+)*(?:const:[ \t]*)?["']?([\w][\w,.+-]*)["']?[ \t]*(?:#.*)?$/;
const INLINE = /^[ \t]*(?:-[ \t]+)*(?:enum|items):[ \t]*\[([^\]]*)\]/;
const PATTERN = /^[ \t]*(?:-[ \t]+)*pattern:[ \t]*["']?(.*?)["']?[ \t]*$/;

/** `undefined` for what is no schema. */
export function scanBinding(text: string): Scan | undefined {
  const end = /^examples:/m.exec(text)?.index ?? text.length;
  const head = text.slice(0, end);
  if (!/^\$id:/m.test(head)) return undefined;
  const select = /^select:[ \t]*(\S*)/m.exec(head);
  const properties = block(head, /^properties:[ \t]*$/m, 0);
  const compatible = block(properties, /^ {2}compatible:[^\n]*$/m, 2);
  const named = /^ {2}\$nodename:/m.test(properties);
  const chosen = select ? block(head, /^select:[^\n]*$/m, 0) : '';
  const words = wordsIn(chosen + compatible);
  return {
    title: titleOf(head),
    compatibles: [...words.compatibles].slice(0, MAX_COMPATIBLES),
    patterns: [...words.patterns].slice(0, MAX_COMPATIBLES),
    selects: select ? select[1] !== 'false' : named && compatible === '',
    hasCompatible: compatible !== '',
  };
}

function titleOf(head: string): string {
  const match = /^title:[ \t]*(.*(?:\n[ \t]+\S.*)*)/m.exec(head);
  const text = (match?.[1] ?? '')
    .replace(/^[|>][-+]?/, '')
    .replace(/\s+/g, ' ')
    .trim();
  // A copy of its own: a piece of the text would keep the whole text.
  return [...text.replace(/^(["'])(.*)\1$/, '$2').slice(0, 200)].join('');
}

/** The line that matches and the deeper ones that follow. */
function block(text: string, start: RegExp, indent: number): string {
  const match = start.exec(text);
  if (!match) return '';
  const from = match.index + match[0].length;
  const end = new RegExp(`^ {0,${indent}}[^\\s#-]`, 'm').exec(text.slice(from));
  return text.slice(match.index, end ? from + end.index : text.length);
}

function wordsIn(text: string): { readonly compatibles: Set<string>; readonly patterns: Set<string> } {
  const compatibles = new Set<string>();
  const patterns = new Set<string>();
  for (const line of text.split('\n')) {
    const inline = INLINE.exec(line)?.[1]?.split(',') ?? [];
    for (const word of inline) compatibles.add([...word.trim().replace(/^["']|["']$/g, '')].join(''));
    const pattern = PATTERN.exec(line)?.[1];
    if (pattern !== undefined) patterns.add([...pattern].join(''));
    const word = WORD.exec(line)?.[1];
    if (word !== undefined) compatibles.add([...word].join(''));
  }
  return { compatibles, patterns };
}
