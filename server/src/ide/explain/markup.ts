// SPDX-License-Identifier: MIT
// How text of a tree gets into Markdown without becoming markup: code, prose, links.
import { printable, type Span } from '#base/text.ts';

/** Where a span is, for a person and for the editor: `[soc.dtsi:12](file:///…#L12)`. */
export type Link = (span: Span) => { readonly text: string; readonly href: string };

/** Text in which nothing is markup. An underscore inside a word is none. */
export function plain(text: string): string {
  return printable(text)
    .replace(/[\\`*[\]<>!&|~#]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}

/** A code span, in which nothing is markup. */
export function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'")}\``;
}

export function fence(text: string): string {
  return `\`\`\`dts\n${text.replaceAll('```', "'''")}\n\`\`\``;
}

/** A sentence of ours, with names between back-ticks; `rename` may say something shorter for a name. */
export function prose(text: string, rename: (name: string) => string = (name) => name): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(rename(part)) : plain(part)))
    .join('');
}

export function linkMarkdown({ text, href }: { readonly text: string; readonly href: string }): string {
  const target = href.replace(/[()<>\s]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${plain(text)}](${target})`;
}

/** A table with one line of heads. */
export function tableMarkdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rest.map(line)].join('\n');
}
