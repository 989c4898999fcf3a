// SPDX-License-Identifier: MIT
// The Markdown that our server writes, as data: headings, paragraphs, lists, tables, code. Everything else is text.

export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'bold' | 'italic'; readonly of: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly of: readonly Inline[] }
  | { readonly kind: 'break' };

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly of: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly of: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'rule' };

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    if (line.trim() === '') at++;
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, of: inlineOf(heading[2] ?? '') });
      at++;
    } else if (line.startsWith('```')) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith('```'));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') });
      at = stop + 1;
    } else if (line === '---') {
      blocks.push({ kind: 'rule' });
      at++;
    } else {
      const from = at++;
      while (at < lines.length && (lines[at] ?? '').trim() !== '') at++;
      blocks.push(blockOf(lines.slice(from, at)));
    }
  }
  return blocks;
}

/** Lines without a blank one between them. */
function blockOf(lines: readonly string[]): Block {
  const [first = ''] = lines;
  if (first.startsWith('|')) {
    const rows = lines.filter((line) => !/^\|(?:-+\|)+$/.test(line));
    return { kind: 'table', rows: rows.map((row) => cellsOf(row).map(inlineOf)) };
  }
  const mark = /^- /.test(first) ? /^- / : /^\d+\. /.test(first) ? /^\d+\. / : undefined;
  if (!mark) return { kind: 'paragraph', of: inlineOf(lines.join('\n')) };
  const items: string[] = [];
  for (const line of lines) {
    if (mark.test(line) || items.length === 0) items.push(line.replace(mark, ''));
    else items[items.length - 1] += `\n${line.trimStart()}`;
  }
  return { kind: 'list', ordered: mark.source.startsWith('^\\d'), items: items.map(inlineOf) };
}

function cellsOf(row: string): string[] {
  const cells: string[] = [''];
  for (const [part] of row.matchAll(/\\[\s\S]|[^\\]/g)) {
    if (part === '|') cells.push('');
    // In a table the bar is escaped in code, too.
    else cells[cells.length - 1] += part === '\\|' ? '|' : part;
  }
  return cells.slice(1, -1).map((cell) => cell.trim());
}

const PIECES = /\\([\s\S])|`([^`]*)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[((?:\\[\s\S]|[^\\\]])*)\]\(([^()\s]*)\)| {2,}\n/g;

export function inlineOf(text: string): Inline[] {
  const found: Inline[] = [];
  const say = (plain: string) => {
    if (plain === '') return;
    const last = found.at(-1);
    if (last?.kind === 'text') found[found.length - 1] = { kind: 'text', text: last.text + plain };
    else found.push({ kind: 'text', text: plain });
  };
  let at = 0;
  for (const match of text.matchAll(PIECES)) {
    say(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, escaped, code, bold, italic, label, href] = match;
    if (escaped !== undefined) say(escaped);
    else if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (bold !== undefined) found.push({ kind: 'bold', of: inlineOf(bold) });
    else if (italic !== undefined) found.push({ kind: 'italic', of: inlineOf(italic) });
    else if (href !== undefined) found.push({ kind: 'link', href, of: inlineOf(label ?? '') });
    else found.push({ kind: 'break' });
  }
  say(text.slice(at));
  return found;
}
