// SPDX-License-Identifier: MIT
// What a C source of Linux defines at its top level, and which names stand in each definition: enough for a call graph.

/** Comments and the insides of strings become blanks, so that braces and names in them do not count; lengths stay. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (match) =>
    match[0] === '"' || match[0] === "'" ? match : match.replace(/[^\n]/g, ' '),
  );
}

/**
 * Functions, initialised variables and macros by name, with the text of each. A name that is defined twice (`#ifdef`)
 * has both texts.
 */
export function definitions(source: string): Map<string, string> {
  const text = withoutComments(source);
  const found = new Map<string, string>();
  const add = (name: string | undefined, body: string) => {
    if (name) found.set(name, `${found.get(name) ?? ''}\n${body}`);
  };
  for (const [, name, body = ''] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)((?:[^\n]*\\\n)*[^\n]*)/gm))
    add(name, body);
  const code = text.replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, (line) => line.replace(/[^\n]/g, ' '));
  let depth = 0;
  let start = 0;
  for (const { 0: mark, index } of code.matchAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[{};]/g)) {
    if (mark === '{') depth++;
    else if (mark === '}') depth = Math.max(0, depth - 1);
    // A function ends with its brace, everything else with a semicolon.
    const head = code.slice(start, index + 1);
    if (depth > 0 || (mark !== ';' && !(mark === '}' && /\)[^={;]*\{/.test(head)))) continue;
    if (mark === ';' || mark === '}') {
      add(nameOf(head), head);
      start = index + 1;
    }
  }
  return found;
}

function nameOf(text: string): string | undefined {
  const brace = text.indexOf('{');
  const equals = text.indexOf('=');
  if (equals >= 0 && (brace < 0 || equals < brace)) return /(\w+)\s*(?:\[[^\]]*\]\s*)*(?:__\w+\s*)*=/.exec(text)?.[1];
  if (brace < 0) return undefined;
  return /(\w+)\s*\([^{]*\)[^{]*\{/.exec(text)?.[1];
}

/** The identifiers of a text. */
export function names(text: string): Set<string> {
  return new Set(text.match(/\b[A-Za-z_]\w*\b/g) ?? []);
}
