// SPDX-License-Identifier: MIT
// The AST of a file with syntax errors: intact statements as they are, the text between them read by hand.
//
// tree-sitter finds the statements that an error did not touch, but may give up on the nodes around them. So the nesting
// is rebuilt here, and what is missing is said in terms of device trees.
import type { Item, SyntaxFault } from './ast.ts';
import { type Fault, findIntact, type Intact, indentation } from './intact.ts';
import { type Entry, type Lowered, type Lowering, moved, type SymbolKind, simpleItem, tooDeep } from './lower.ts';
import { excerpt, Nesting, type Unclosed } from './nesting.ts';
import { type Head, Reader, readHead, readValue, type Token } from './scan.ts';

/** The errors of a statement parsed alone, and whether it has any. */
export type FindFaults = (statement: string) => readonly Fault[];

/** Text that is no device tree at all has an error on every line: more than these help nobody. */
const MAX_ERRORS = 200;

/** The items, and one error for each place; the cursor is at the root of a tree that has errors. */
export function recoverFile(low: Lowering, text: string, before: readonly Entry[], findFaults: FindFaults): Lowered {
  const { intact, faults, runaway } = findIntact(low, text, before);
  const recovery = recover({ low, text, intact, findFaults });
  // The end of a node may be what a comment swallowed.
  const own = recovery.errors.filter(({ opened }) => runaway.length === 0 || !opened);
  const errors = [...own, ...low.tooDeep.map(tooDeep)];
  for (const { start } of runaway) {
    const message = "This comment swallows the next one: its own '*/' is missing.";
    errors.push({ start, end: start + 2, message, reaches: true });
  }
  const [fault] = faults;
  if (errors.length === 0) errors.push(unexplained(text, fault ?? { start: 0, end: 0 }));
  errors.sort((a, b) => a.start - b.start || a.end - b.end);
  return { items: recovery.items, entries: recovery.entries, errors: errors.slice(0, MAX_ERRORS) };
}

interface Broken {
  readonly low: Lowering;
  readonly text: string;
  readonly intact: readonly Intact[];
  readonly findFaults: FindFaults;
}

/**
 * Which `#if` or node lacks its end shows only further down. So the text is read again with that knowledge: first with
 * the conditionals, because one without `#endif` hides the braces behind it, then with the nodes.
 */
function recover(broken: Broken): Recovery {
  let known: Unclosed = new Set();
  for (let round = 0; ; round++) {
    const recovery = new Recovery(broken, known);
    recovery.run();
    const found = [...recovery.unclosed].filter((start) => !known.has(start));
    const conditionals = found.filter((start) => broken.text[start] === '#');
    if (found.length === 0 || round === 2) return recovery;
    known = new Set([...known, ...(conditionals.length > 0 ? conditionals : found)]);
  }
}

function unexplained(text: string, { start, end }: Fault): SyntaxFault {
  const found = excerpt(text.slice(start, end));
  return { start, end, message: found === '' ? 'Something is missing here.' : `'${found}' does not belong here.` };
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

/** One reading of the file. */
class Recovery {
  readonly entries: Entry[] = [];
  readonly errors: SyntaxFault[] = [];
  readonly #broken: Broken;
  readonly #known: Unclosed;
  readonly #reader: Reader;
  readonly #nesting: Nesting;
  #stopped = false;

  constructor(broken: Broken, known: Unclosed) {
    this.#broken = broken;
    this.#known = known;
    this.#reader = new Reader(broken.text, 0, broken.text.length);
    this.#nesting = new Nesting(broken.text, known, (error) => this.errors.push(error));
  }

  get items(): readonly Item[] {
    return this.#nesting.items;
  }

  get unclosed(): Unclosed {
    return this.#nesting.unclosed;
  }

  run(): void {
    const { intact, text } = this.#broken;
    for (const { start, end, entry } of intact) {
      this.#readTo(start);
      if (this.#stopped) return;
      this.#nesting.beginStatement(start);
      const placed = moved(entry, start - this.#nesting.origin);
      this.#nesting.add(placed.item);
      this.entries.push(placed);
      this.#reader.at = end;
    }
    this.#readTo(text.length);
    this.#nesting.closeAll(text.length);
  }

  #readTo(limit: number): void {
    this.#reader.limit = limit;
    while (!this.#stopped && this.#statement());
  }

  #error(start: number, end: number, message: string, more: Partial<SyntaxFault> = {}): void {
    this.errors.push({ start, end, message, ...more });
  }

  /** `text` is missing at a place; `sure`: it can be nothing else. */
  #missing(at: number, text: string, where: string, sure: boolean): void {
    this.#error(at, at, `'${text}' is missing ${where}.`, { insert: { at, text, sure } });
  }

  #push(kind: SymbolKind, start: number, end: number): void {
    const { low } = this.#broken;
    const item = simpleItem(kind, { text: low.slice(start, end), at: start - this.#nesting.origin });
    if (item) this.#nesting.add(item);
  }

  /** A statement that the reader found nothing wrong with: the grammar may know better. */
  #pushComplete(kind: SymbolKind, start: number, end: number): void {
    this.#push(kind, start, end);
    const { text, findFaults } = this.#broken;
    for (const fault of findFaults(text.slice(start, end))) {
      this.errors.push(unexplained(text, { start: start + fault.start, end: start + fault.end }));
    }
  }

  /** Reads one statement of broken text; false at its end. */
  #statement(): boolean {
    const reader = this.#reader;
    const token = reader.peek();
    if (token.kind === 'end') return false;
    if (token.text === '}') {
      this.#brace(reader.take(token));
      return true;
    }
    this.#nesting.beginStatement(token.start);
    if (token.text === ';') this.#semicolon(reader.take(token));
    else if (token.kind === 'directive') this.#directive(reader.take(token));
    else if (['label', 'name', 'reference', 'keyword'].includes(token.kind) || token.text === '/') this.#declaration();
    else {
      const end = this.#junk();
      this.#lost(token.start, end, `'${this.#excerpt(token.start, end)}' does not begin a statement.`);
    }
    return true;
  }

  #excerpt(start: number, end: number): string {
    return excerpt(this.#broken.text.slice(start, end));
  }

  /** Text that becomes no other item. */
  #lost(start: number, end: number, message: string, more: Partial<SyntaxFault> = {}): void {
    this.#push('error', start, end);
    this.#error(start, end, message, more);
  }

  /** Takes tokens up to `;`, a brace or the end of the line; the end of the last one. */
  #junk(): number {
    const reader = this.#reader;
    let { end } = reader.take(reader.peek());
    for (;;) {
      const token = reader.peek();
      if (token.kind === 'end' || token.text === '}' || token.first) return end;
      end = reader.take(token).end;
      if (token.text === ';') return end;
    }
  }

  #semicolon({ start, end }: Token): void {
    const head = this.#nesting.lacksBrace(start);
    if (head === undefined) {
      this.#lost(start, end, "This ';' ends nothing.", { reaches: true });
      return;
    }
    this.#missing(start, '}', `at the end of ${excerpt(head)}`, true);
    this.#nesting.close(end, true);
  }

  #declaration(): void {
    const reader = this.#reader;
    const head = readHead(reader);
    const { keyword, target, start, end } = head;
    if (keyword !== undefined && !(keyword.text === '/omit-if-no-ref/' && reader.peek().text === '{')) {
      this.#keyword(head, keyword);
    } else if (target === undefined) {
      const last = reader.accept(';')?.end ?? end;
      this.#lost(start, last, `${this.#excerpt(start, end)} labels nothing.`);
    } else if (reader.accept('{')) this.#node(head);
    else if (target.kind === 'name' && reader.accept('=')) this.#property(start, target);
    else if (target.kind === 'name' && reader.accept(';')) this.#pushComplete(nameKind(target), start, reader.at);
    else this.#unfinished(head, target);
  }

  #keyword({ start, end, target }: Head, keyword: Token): void {
    const reader = this.#reader;
    const kind = SIMPLE[keyword.text];
    if (kind === undefined) {
      reader.accept(';');
      this.#lost(start, end, `${keyword.text} is not a keyword of dtc.`);
    } else if (kind === 'dtc') {
      const file = reader.peek();
      if (file.kind === 'string') this.#pushComplete(kind, start, reader.take(file).end);
      else this.#lost(start, end, '/include/ names no file: a name in double quotes is missing.');
    } else if (kind !== 'version' && kind !== 'plugin' && target === undefined) {
      reader.accept(';');
      this.#lost(start, end, `${keyword.text} does not say what.`);
    } else {
      const value = kind === 'memreserve' ? readValue(reader) : undefined;
      const finished = value ? value.finished : reader.accept(';') !== undefined;
      if (finished) this.#pushComplete(kind, start, reader.at);
      else {
        const last = value?.end ?? end;
        this.#push(kind, start, last);
        this.#missing(last, ';', `after ${this.#excerpt(start, last)}`, kind !== 'memreserve');
      }
    }
  }

  /** Behind `name =`. */
  #property(start: number, { text: name }: Token): void {
    const reader = this.#reader;
    const { end, tokens, finished, missing, wrong } = readValue(reader);
    const empty = tokens.length === 0;
    if (finished && !empty && missing === '' && wrong === undefined) {
      this.#pushComplete('property', start, reader.at);
      return;
    }
    this.#push('property', start, finished ? reader.at : end);
    const where = `the value of ${name}`;
    if (wrong?.kind === 'string') {
      const at = quotePlace(tokens, wrong);
      this.#error(at, at, `'"' is missing in ${where}.`, { insert: { at, text: '"', sure: false }, reaches: true });
    } else if (wrong) this.#error(wrong.start, wrong.end, `'${wrong.text}' closes nothing in ${where}.`);
    else if (empty) this.#error(end, end, `${name} has a '=' but no value.`);
    else if (finished && missing === ')>' && tokens.at(-1)?.text === '>') {
      // Behind an open parenthesis `>` could be an operator; here it ends the cells.
      const at = tokens.at(-1)?.start ?? end;
      const sure = /[\w)]$/.test(tokens.at(-2)?.text ?? '');
      this.#error(at, end, `')' is missing in ${where}.`, { insert: { at, text: ')', sure } });
    } else {
      const last = tokens.at(-1);
      // Behind `<&` or `,` something else is still to be typed.
      const isWhole = last !== undefined && !/^[&,(]$/.test(last.text) && !/^0[xX]$/.test(last.text);
      this.#missing(end, `${excerpt(missing)}${finished ? '' : ';'}`, `after ${where}`, isWhole);
    }
  }

  /** A name or reference that neither `{` nor `=` nor `;` follows. */
  #unfinished(head: Head, target: Token): void {
    const { start, end } = head;
    const { text } = this.#broken;
    const next = this.#reader.peek();
    const outer = indentation(text, start);
    const inner = next.start < text.length ? indentation(text, next.start) : undefined;
    const deeper = outer !== undefined && inner?.startsWith(outer) && inner !== outer;
    if (deeper) {
      this.#error(end, end, `'{' is missing after ${target.text}.`, { insert: { at: end, text: ' {', sure: false } });
      this.#node(head);
    } else if (target.kind !== 'name' || target.text.includes('@')) {
      this.#lost(start, end, `'{' is missing after ${target.text}.`);
    } else if (!next.first && '<["'.includes(next.text.charAt(0)) && next.kind !== 'end') {
      const { end: valueEnd, finished } = readValue(this.#reader);
      this.#push('error', start, finished ? this.#reader.at : valueEnd);
      this.#error(end, end, `'=' is missing after ${target.text}.`, { insert: { at: end, text: ' =', sure: true } });
    } else {
      this.#push(nameKind(target), start, end);
      this.#missing(end, ';', `after ${target.text}`, false);
    }
  }

  /** Behind `head {`. */
  #node({ start, end }: Head): void {
    const { low, text } = this.#broken;
    if (!this.#nesting.full) {
      this.#nesting.openNode(start, low.slice(start, end));
      return;
    }
    this.#stopped = true;
    this.#push('error', start, text.length);
    this.errors.push(tooDeep(start));
    this.#nesting.abandon(text.length);
  }

  #brace({ start, end }: Token): void {
    const head = this.#nesting.ownerOfBrace(start);
    const semicolon = this.#reader.accept(';');
    if (head === undefined) {
      this.#push('error', start, semicolon?.end ?? end);
      this.#error(start, end, "This '}' closes nothing.", { reaches: true });
      return;
    }
    if (!semicolon) this.#missing(end, ';', `after the '}' of ${excerpt(head)}`, true);
    this.#nesting.close(semicolon?.end ?? end, true);
  }

  #directive({ start, text, end: nameEnd }: Token): void {
    const reader = this.#reader;
    const name = text.replace(/^#[ \t]*/, '');
    const end = reader.restOfLine();
    reader.at = end;
    const line = this.#broken.low.slice(start, end);
    if (name.startsWith('if')) {
      if (this.#known.has(start))
        this.#lost(start, end, `The #endif of '${excerpt(line)}' is missing.`, { reaches: true });
      else this.#nesting.openConditional(start, line);
    } else if (name.startsWith('el') || name === 'endif') {
      if (!this.#nesting.branch(start, end, line)) this.#lost(start, end, `#${name} has no #if.`);
    } else if (name === 'include') {
      if (line.slice(text.length).trim() !== '') this.#pushComplete('cpp', start, end);
      else this.#lost(start, nameEnd, '#include names no file: "…" or <…> is missing.');
    } else this.#push(name === 'define' || name === 'undef' ? name : 'preprocessor', start, end);
  }
}

/** `NAME(…)` stands for statements; anything else is a property. */
function nameKind(name: Token): 'macro' | 'property' {
  return name.text.includes('(') ? 'macro' : 'property';
}

/**
 * Where a quote is missing in a value of which this string has no end. Behind a `"` too few, strings and what stands
 * between them have changed places: a name directly behind a string shows where the first of them lacks its quote.
 */
function quotePlace(tokens: readonly Token[], open: Token): number {
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (next?.kind === 'string' && token.kind === 'name' && next.start === token.end) return token.start;
    if (token.kind !== 'string' || next?.kind !== 'name' || next.start !== token.end) continue;
    const inner = /,\s*"$/.exec(token.text);
    if (inner) return token.end - inner[0].length;
  }
  return open.end;
}
