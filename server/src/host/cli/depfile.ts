// SPDX-License-Identifier: MIT
// What a result was made from, as make and ninja read it.

/** One rule; and one without a recipe for each file, so that make goes on when a header is gone. */
export function depfileText(target: string, inputs: readonly string[]): string {
  const names = inputs.map(escaped);
  return `${escaped(target)}:${names.map((name) => ` \\\n  ${name}`).join('')}\n${names.map((name) => `\n${name}:\n`).join('')}`;
}

/** As gcc writes them with -MD. A line end in a name cannot be written for either. */
function escaped(name: string): string {
  return name
    .replace(/(\\*)([ \t])/g, '$1$1\\$2')
    .replaceAll('#', '\\#')
    .replaceAll('$', '$$$$');
}
