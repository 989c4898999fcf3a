// SPDX-License-Identifier: MIT
// Which node and which `#if` branch a statement of a broken file belongs to: by braces, and by indentation where a
// brace is missing.
import type { Branch, Item, SyntaxFault } from './ast.ts';
import { indentation } from './intact.ts';
import { MAX_DEPTH } from './lower.ts';
import { conditionOf, nodeItem } from './statement.ts';

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

/** Starts of nodes and conditionals that turned out to lack their end. */
export type Unclosed = ReadonlySet<number>;

/** The open nodes and conditionals, innermost last. */
export class Nesting {
  /** Nodes and conditionals that were closed without their `}` or `#endif`. */
  readonly unclosed = new Set<number>();
  readonly #text: string;
  readonly #known: Unclosed;
  readonly #report: (error: SyntaxFault) => void;
  readonly #frames: Frame[] = [];

  constructor(text: string, known: Unclosed, report: (error: SyntaxFault) => void) {
    this.#text = text;
    this.#known = known;
    this.#report = report;
    this.#frames.push({
      kind: 'file',
      start: 0,
      origin: 0,
      indent: undefined,
      head: '',
      branches: [],
      line: '',
      items: [],
    });
  }

  get #top(): Frame {
    // The file's own frame is never popped.
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  get items(): readonly Item[] {
    return this.#top.items;
  }

  /** Where items count from now. */
  get origin(): number {
    return this.#top.origin;
  }

  /** No more nodes fit inside. */
  get full(): boolean {
    return this.#frames.length > MAX_DEPTH;
  }

  add(item: Item): void {
    this.#top.items.push(item);
  }

  /**
   * Before each statement: a node that is known to lack its `}` ends where a line is not indented deeper than its own
   * first line.
   */
  beginStatement(start: number): void {
    const { kind, start: own, indent } = this.#top;
    if (kind !== 'node' || indent === undefined || !this.#known.has(own)) return;
    const here = indentation(this.#text, start);
    if (here === undefined || (here.startsWith(indent) && here !== indent)) return;
    this.closeUnfinished(start);
    this.beginStatement(start);
  }

  openNode(start: number, head: string): void {
    this.#open('node', start, head, indentation(this.#text, start));
  }

  openConditional(start: number, line: string): void {
    this.#open('conditional', start, line, undefined);
  }

  #open(kind: Frame['kind'], start: number, head: string, indent: string | undefined): void {
    this.#frames.push({ kind, start, origin: start, indent, head, branches: [], line: head, items: [] });
  }

  /**
   * The head of the node that a `}` at this offset closes, after the nodes inside it were closed: the node whose first
   * line begins with the same blanks, else the innermost one. `undefined` when the brace closes nothing.
   */
  ownerOfBrace(at: number): string | undefined {
    const indent = indentation(this.#text, at);
    const open = this.#openNodes();
    const [innermost] = open;
    const same = open.find((frame) => frame.indent === indent && indent !== undefined);
    const owner = same ?? innermost;
    if (owner === undefined || innermost === undefined) return undefined;
    if (same === undefined && indent !== undefined && innermost.indent !== undefined) {
      if (indent.length > innermost.indent.length && indent.startsWith(innermost.indent)) return undefined;
    }
    while (this.#top !== owner) this.closeUnfinished(at);
    return owner.head;
  }

  /** Open nodes, innermost first, up to the conditional that they stand in. */
  #openNodes(): Frame[] {
    const open: Frame[] = [];
    for (const frame of this.#frames.toReversed()) {
      if (frame.kind !== 'node') break;
      open.push(frame);
    }
    return open;
  }

  /** A `;` whose `}` was deleted: it stands where the brace of the innermost node would. */
  lacksBrace(semicolon: number): string | undefined {
    const { kind, indent, head } = this.#top;
    const here = indentation(this.#text, semicolon);
    return kind === 'node' && here !== undefined && here === indent ? head : undefined;
  }

  /** Closes the innermost node or conditional, which lacks its end. */
  closeUnfinished(end: number): void {
    const { kind, start } = this.#top;
    this.unclosed.add(start);
    this.#report(kind === 'node' ? this.#unclosedNode() : this.#unclosedConditional());
    this.close(end, false);
  }

  /** At the end of what belongs to the node. */
  #unclosedNode(): SyntaxFault {
    const { start, origin, head, indent = '', items } = this.#top;
    const last = items.at(-1);
    const brace = this.#text.indexOf('{', start + head.length);
    const end = last ? origin + last.at + last.length : brace + 1;
    return {
      start: end,
      end,
      message: `'};' is missing at the end of ${excerpt(head)}.`,
      insert: { at: end, text: `\n${indent}};`, sure: last !== undefined && indent !== '' },
      opened: { start, end: start + head.length },
      reaches: true,
    };
  }

  #unclosedConditional(): SyntaxFault {
    const { start, head } = this.#top;
    const message = `The #endif of '${excerpt(head)}' is missing.`;
    return { start, end: start + head.length, message, reaches: true };
  }

  close(end: number, closed: boolean): void {
    const frame = this.#top;
    if (frame.kind === 'conditional') this.#endBranch(frame, end);
    this.#frames.pop();
    const at = frame.start - this.origin;
    const length = end - frame.start;
    if (frame.kind === 'node') this.add(nodeItem(at, length, frame.head, { body: frame.items, closed }));
    else this.add({ kind: 'conditional', at, length, branches: frame.branches, closed });
  }

  /** At the end of the file. */
  closeAll(end: number): void {
    while (this.#frames.length > 1) this.closeUnfinished(end);
  }

  /** Where reading stops early: that ends are missing is not known then. */
  abandon(end: number): void {
    while (this.#frames.length > 1) this.close(end, false);
  }

  #endBranch(frame: Frame, end: number): void {
    const { origin, line, items } = frame;
    frame.branches.push({ at: origin - frame.start, length: end - origin, ...conditionOf(line), body: items });
    frame.items = [];
  }

  /** `#elif`, `#else` or `#endif` from `start` to `end`; false when no `#if` is open. */
  branch(start: number, end: number, line: string): boolean {
    if (!this.#frames.some((frame) => frame.kind === 'conditional')) return false;
    while (this.#top.kind !== 'conditional') this.closeUnfinished(start);
    if (/^#[ \t]*endif/.test(line)) {
      this.close(end, true);
      return true;
    }
    const frame = this.#top;
    this.#endBranch(frame, start);
    frame.origin = start;
    frame.line = line;
    return true;
  }
}

/** The first line of a text, for a message. */
export function excerpt(text: string): string {
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
