// SPDX-License-Identifier: MIT
// The AST of a file with syntax errors: intact statements as they are, the text between them read by hand.
//
// tree-sitter finds the statements that an error did not touch, but may give up on the nodes around them. So the nesting
// is rebuilt here, from braces and, where braces are missing, from indentation.
import type { Ast, Branch, Item } from './ast.ts';
import { type Fault, findIntact, type Intact, indentation } from './intact.ts';
import {
  type Entry,
  type Lowered,
  type Lowering,
  MAX_DEPTH,
  moved,
  type SymbolKind,
  simpleItem,
  tooDeep,
} from './lower.ts';
import { type Head, Reader, readHead, readValue, type Token } from './scan.ts';
import { conditionOf, nodeItem } from './statement.ts';

type SyntaxError = Ast['errors'][number];

/** The items, and one error for each place; the cursor is at the root of a tree that has errors. */
export function recoverFile(low: Lowering, text: string, before: readonly Entry[]): Lowered {
  const { intact, faults } = findIntact(low, text, before);
  const recovery = new Recovery(low, text, intact);
  recovery.run();
  const errors = [...recovery.errors, ...low.tooDeep.map(tooDeep)];
  for (const fault of faults) {
    if (!recovery.explains(fault)) errors.push(unexplained(text, fault));
  }
  // tree-sitter inserts some missing tokens without a trace.
  if (errors.length === 0) errors.push(unexplained(text, { start: 0, end: 0 }));
  errors.sort((a, b) => a.start - b.start || a.end - b.end);
  return { items: recovery.items, entries: recovery.entries, errors };
}

function unexplained(text: string, { start, end }: Fault): SyntaxError {
  const excerpt =
    text
      .slice(start, Math.min(end, start + 40))
      .split('\n')[0]
      ?.trim() ?? '';
  const message = excerpt === '' ? 'Something is missing here.' : `\`${excerpt}\` does not belong here.`;
  return { start, end, message };
}

/** A node, a conditional, or the file, while its statements are read. */
interface Frame {
  readonly kind: 'file' | 'node' | 'conditional';
  readonly start: number;
  /** Where the items count from: the node's start, or that of the branch. */
  origin: number;
  readonly indent: string | undefined;
  readonly head: string;
  readonly branches: Branch[];
  /** The line that began the branch. */
  line: string;
  items: Item[];
}

const SIMPLE: Readonly<Record<string, SymbolKind>> = {
  '/delete-node/': 'delete-node',
  '/delete-property/': 'delete-property',
  '/omit-if-no-ref/': 'omit-if-no-ref',
  '/memreserve/': 'memreserve',
  '/dts-v1/': 'version',
  '/plugin/': 'plugin',
  '/include/': 'dtc',
};

class Recovery {
  readonly entries: Entry[] = [];
  readonly errors: SyntaxError[] = [];
  readonly #low: Lowering;
  readonly #text: string;
  readonly #intact: readonly Intact[];
  readonly #reader: Reader;
  readonly #frames: Frame[] = [];
  readonly #explained: Fault[] = [];
  #misnested = false;
  #stopped = false;

  constructor(low: Lowering, text: string, intact: readonly Intact[]) {
    this.#low = low;
    this.#text = text;
    this.#intact = intact;
    this.#reader = new Reader(text, 0, text.length);
    this.#open('file', 0, '', undefined);
  }

  get items(): readonly Item[] {
    return this.#top.items;
  }

  /** Whether an error that was reported covers this one. A wrong nesting makes tree-sitter complain anywhere. */
  explains(fault: Fault): boolean {
    return this.#misnested || this.#explained.some(({ start, end }) => start <= fault.end && fault.start <= end);
  }

  run(): void {
    const reader = this.#reader;
    for (let next = 0; !this.#stopped; next++) {
      const intact = this.#intact[next];
      reader.limit = intact?.start ?? this.#text.length;
      while (!this.#stopped && this.#statement());
      if (intact === undefined) break;
      if (this.#stopped) return;
      const entry = moved(intact.entry, intact.start - this.#top.origin);
      this.#top.items.push(entry.item);
      this.entries.push(entry);
      reader.at = intact.end;
    }
    while (this.#frames.length > 1) this.#closeUnfinished(this.#text.length);
  }

  get #top(): Frame {
    // The file's own frame is never popped.
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  #open(kind: Frame['kind'], start: number, head: string, indent: string | undefined): void {
    this.#frames.push({ kind, start, origin: start, indent, head, branches: [], line: head, items: [] });
  }

  #error(start: number, end: number, message: string, from = start): void {
    this.errors.push({ start, end, message });
    this.#explained.push({ start: from, end: Math.max(end, this.#reader.at) });
  }

  #push(kind: SymbolKind, start: number, end: number): void {
    const item = simpleItem(kind, { text: this.#low.slice(start, end), at: start - this.#top.origin });
    if (item) this.#top.items.push(item);
  }

  /** Reads one statement of broken text; false at its end. */
  #statement(): boolean {
    const token = this.#reader.peek();
    if (token.kind === 'end') return false;
    if (token.text === '}') this.#brace(this.#reader.take(token));
    else if (token.kind === 'directive') this.#directive(this.#reader.take(token));
    else if (['label', 'name', 'reference', 'keyword'].includes(token.kind) || token.text === '/') this.#declaration();
    else this.#junk();
    return true;
  }

  /** Tokens that begin no statement, up to the end of the line. */
  #junk(): void {
    const start = this.#reader.peek().start;
    let end = start;
    for (;;) {
      const token = this.#reader.peek();
      if (token.kind === 'end' || token.text === '}' || (token.first && end > start)) break;
      end = this.#reader.take(token).end;
      if (token.text === ';') break;
    }
    this.#push('error', start, end);
    const text = this.#text.slice(start, end);
    this.#error(
      start,
      end,
      text === ';' ? 'This `;` ends nothing.' : `\`${excerpt(text)}\` does not begin a statement.`,
    );
  }

  #declaration(): void {
    const reader = this.#reader;
    const head = readHead(reader);
    const { keyword, target } = head;
    if (keyword !== undefined && !(keyword.text === '/omit-if-no-ref/' && reader.peek().text === '{')) {
      this.#keyword(head, keyword);
      return;
    }
    if (target === undefined) {
      this.#push('error', head.start, head.end);
      this.#error(head.start, head.end, `\`${excerpt(this.#text.slice(head.start, head.end))}\` labels nothing.`);
      return;
    }
    if (reader.accept('{')) this.#node(head);
    else if (target.kind === 'name' && reader.accept('=')) this.#property(head, target);
    else if (target.kind === 'name' && reader.accept(';')) {
      this.#push(target.text.includes('(') ? 'macro' : 'property', head.start, reader.at);
    } else this.#unfinished(head, target);
  }

  #keyword(head: Head, keyword: Token): void {
    const reader = this.#reader;
    const kind = SIMPLE[keyword.text];
    let { end } = head;
    if (kind === undefined) {
      reader.accept(';');
      this.#push('error', head.start, end);
      this.#error(keyword.start, keyword.end, `\`${keyword.text}\` is no keyword of dtc.`, head.start);
      return;
    }
    if (kind === 'dtc') {
      const file = reader.peek();
      if (file.kind === 'string') this.#push(kind, head.start, reader.take(file).end);
      else this.#lost(head, '`/include/` names no file: its name in double quotes is missing.');
      return;
    }
    if (kind === 'memreserve') {
      const { end: valueEnd, finished } = readValue(reader);
      end = finished ? reader.at : valueEnd;
      if (!finished) this.#error(end, end, '`;` is missing after `/memreserve/`.', head.start);
      this.#push(kind, head.start, end);
      return;
    }
    const alone = kind === 'version' || kind === 'plugin';
    if (!alone && head.target === undefined) {
      reader.accept(';');
      this.#lost(head, `\`${keyword.text}\` does not say what.`);
      return;
    }
    const semicolon = reader.accept(';');
    if (!semicolon)
      this.#error(end, end, `\`;\` is missing after \`${excerpt(this.#text.slice(head.start, end))}\`.`, head.start);
    this.#push(kind, head.start, semicolon?.end ?? end);
  }

  /** A head that becomes no item. */
  #lost(head: Head, message: string): void {
    this.#push('error', head.start, head.end);
    this.#error(head.start, head.end, message);
  }

  /** Behind `name =`. */
  #property(head: Head, name: Token): void {
    const reader = this.#reader;
    const { end, empty, finished, missing, wrong } = readValue(reader);
    this.#push('property', head.start, finished ? reader.at : end);
    if (wrong?.kind === 'string') {
      this.#error(wrong.start, wrong.end, `The closing \`"\` is missing in the value of \`${name.text}\`.`, head.start);
    } else if (wrong) {
      this.#error(
        wrong.start,
        wrong.end,
        `\`${wrong.text}\` closes nothing in the value of \`${name.text}\`.`,
        head.start,
      );
    } else if (empty) {
      this.#error(end, end, `\`${name.text}\` has a \`=\` but no value.`, head.start);
    } else if (missing !== '' || !finished) {
      const what = finished ? missing : `${missing};`;
      this.#error(end, end, `\`${what}\` is missing after the value of \`${name.text}\`.`, head.start);
    }
  }

  /** A name or reference that nothing follows. */
  #unfinished(head: Head, target: Token): void {
    const next = this.#reader.peek().start;
    const indent = indentation(this.#text, head.start);
    const inner = indentation(this.#text, next);
    const deeper =
      indent !== undefined && inner !== undefined && inner.length > indent.length && inner.startsWith(indent);
    const message = `\`{\` is missing after \`${target.text}\`.`;
    if (deeper && next < this.#text.length) {
      this.#node(head);
      this.#misnested = true;
      this.#error(head.end, head.end, message, head.start);
    } else if (target.kind !== 'name' || target.text.includes('@')) {
      this.#lost(head, message);
    } else {
      this.#push(target.text.includes('(') ? 'macro' : 'property', head.start, head.end);
      this.#error(head.end, head.end, `\`;\` is missing after \`${target.text}\`.`, head.start);
    }
  }

  #node(head: Head): void {
    if (this.#frames.length > MAX_DEPTH) {
      this.#stopped = true;
      this.#push('error', head.start, this.#text.length);
      this.#low.tooDeep.push(head.start);
      this.#misnested = true;
      while (this.#frames.length > 1) this.#close(this.#text.length, false);
      return;
    }
    const text = this.#low.slice(head.start, head.end);
    this.#open('node', head.start, text, indentation(this.#text, head.start));
  }

  /** `}`: of the node whose first line begins with the same blanks; else of the innermost one. */
  #brace(token: Token): void {
    const indent = indentation(this.#text, token.start);
    const open = this.#openNodes();
    const innermost = open[0];
    const owner = open.find((frame) => frame.indent === indent && indent !== undefined) ?? innermost;
    const deeper =
      indent !== undefined &&
      innermost?.indent !== undefined &&
      owner?.indent !== indent &&
      indent.length > innermost.indent.length &&
      indent.startsWith(innermost.indent);
    if (owner === undefined || deeper) {
      this.#reader.accept(';');
      this.#misnested = true;
      this.#push('error', token.start, this.#reader.at);
      this.#error(token.start, token.end, 'This `}` closes nothing.');
      return;
    }
    while (this.#top !== owner) this.#closeUnfinished(token.start);
    const semicolon = this.#reader.accept(';');
    const name = excerpt(owner.head);
    if (!semicolon) this.#error(token.end, token.end, `\`;\` is missing after the \`}\` of \`${name}\`.`);
    this.#close(semicolon?.end ?? token.end, true);
  }

  /** Open nodes, innermost first, up to the conditional that they stand in. */
  #openNodes(): Frame[] {
    const open: Frame[] = [];
    for (let index = this.#frames.length - 1; this.#frames[index]?.kind === 'node'; index--) {
      open.push(this.#frames[index] as Frame);
    }
    return open;
  }

  /** Closes the innermost node or conditional, which lacks its end. */
  #closeUnfinished(end: number): void {
    const { kind, start, head } = this.#top;
    this.#misnested = true;
    const what = kind === 'node' ? `The \`}\` of \`${excerpt(head)}\`` : `The \`#endif\` of \`${excerpt(head)}\``;
    this.#error(start, start + head.length, `${what} is missing.`);
    this.#close(end, false);
  }

  #close(end: number, closed: boolean): void {
    const frame = this.#top;
    if (frame.kind === 'conditional') this.#endBranch(frame, end);
    this.#frames.pop();
    const at = frame.start - this.#top.origin;
    const length = end - frame.start;
    if (frame.kind === 'node') this.#top.items.push(nodeItem(at, length, frame.head, { body: frame.items, closed }));
    else this.#top.items.push({ kind: 'conditional', at, length, branches: frame.branches, closed });
  }

  #endBranch(frame: Frame, end: number): void {
    const { origin, line, items } = frame;
    frame.branches.push({ at: origin - frame.start, length: end - origin, ...conditionOf(line), body: items });
    frame.items = [];
  }

  #directive(token: Token): void {
    const name = token.text.replace(/^#[ \t]*/, '');
    const end = this.#reader.restOfLine();
    this.#reader.at = end;
    const line = this.#low.slice(token.start, end);
    if (name.startsWith('if')) {
      this.#open('conditional', token.start, line, undefined);
      return;
    }
    if (name.startsWith('el') || name === 'endif') {
      this.#branch(token, name, line);
      return;
    }
    const rest = line.slice(token.text.length).trim();
    if (name === 'include' && rest === '') {
      this.#push('error', token.start, end);
      this.#error(token.start, token.end, '`#include` names no file: `"…"` or `<…>` is missing.');
    } else if (name === 'include') this.#push('cpp', token.start, end);
    else this.#push(name === 'define' || name === 'undef' ? name : 'preprocessor', token.start, end);
  }

  /** `#elif`, `#else`, `#endif`. */
  #branch(token: Token, name: string, line: string): void {
    const { at } = this.#reader;
    if (!this.#frames.some((frame) => frame.kind === 'conditional')) {
      this.#push('error', token.start, at);
      this.#error(token.start, token.end, `\`#${name}\` stands without an \`#if\`.`);
      return;
    }
    while (this.#top.kind !== 'conditional') this.#closeUnfinished(token.start);
    if (name === 'endif') {
      this.#close(at, true);
      return;
    }
    const frame = this.#top;
    this.#endBranch(frame, token.start);
    frame.origin = token.start;
    frame.line = line;
  }
}

function excerpt(text: string): string {
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
