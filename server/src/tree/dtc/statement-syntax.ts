// SPDX-License-Identifier: MIT
// Device tree statements in plain text without macros, read strictly by dtc's grammar (dtc-parser.y). Used for what a
// macro expanded to, and to find the very token at which dtc stops when a file has a syntax error.
import type { Item, NodeItem, PropertyItem } from '#syntax/ast.ts';
import { parseHead } from './statement-head.ts';
import { parseValue, type ReadBinary, undefinedName } from './value-syntax.ts';

export interface Statements {
  /** Positions are relative as in every AST. */
  readonly items: readonly Item[];
  /** The first token that dtc's grammar does not allow; items after it are missing. */
  readonly fault?: StatementsFault;
}

export interface StatementsFault {
  readonly at: number;
  readonly width: number;
  readonly message: string;
  /** A name that is no macro stands where only a macro could. */
  readonly undefinedName?: string;
  /** Behind what a `;` is missing, and how that is called. */
  readonly unfinished?: { readonly end: number; readonly what: string };
}

/** Where the text stands: a whole source, statements after its header, or statements inside a node's braces. */
export type Place = 'source' | 'top' | 'body' | InsideNodes;

/** Inside the braces of so many nodes; in the innermost, child nodes came before. */
interface InsideNodes {
  readonly depth: number;
  readonly nodes: boolean;
}

const BLANK = /(?:[ \t\n\r\f\v]+|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*|#(?:line)?[ \t]+[0-9]+[ \t]+"[^"\n]*"[^\n]*)*/y;
const KEYWORD = /\/(dts-v1|plugin|memreserve|delete-node|delete-property|omit-if-no-ref)\//y;
const LABEL = /[A-Za-z_]\w*:/y;
const REFERENCE = /&(?:[A-Za-z_]\w*|\{[0-9A-Za-z,._+*#?@/-]+\})/y;
const NAME = /\\?[0-9A-Za-z,._+*#?@-]+/y;
const INTEGER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:ULL|UL|LL|U|L)?|'(?:[^'\\]|\\'?)*'/y;

/** A node whose statements are being read. */
interface OpenNode {
  readonly items: Item[];
  readonly start: number;
  readonly head: string;
  /** A child came already. */
  nodes: boolean;
}

class StatementFault extends Error {
  readonly fault: StatementsFault;
  constructor(fault: StatementsFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** `late`: properties may follow child nodes. */
export function parseStatements(text: string, place: Place, readBinary?: ReadBinary, late = false): Statements {
  const parser = new StatementParser(text, readBinary, late);
  const items: Item[] = [];
  try {
    if (place === 'source') parser.source(items);
    else if (place === 'top') parser.statements(items);
    else if (typeof place === 'object') parser.rest(items, place);
    else parser.body(items, 0);
    parser.end();
    return { items };
  } catch (error) {
    if (!(error instanceof StatementFault)) throw error;
    return { items, fault: error.fault };
  }
}

class StatementParser {
  readonly #text: string;
  readonly #readBinary: ReadBinary | undefined;
  readonly #late: boolean;
  #at = 0;

  constructor(text: string, readBinary: ReadBinary | undefined, late: boolean) {
    this.#text = text;
    this.#late = late;
    this.#readBinary = readBinary;
  }

  #skip(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#text);
    this.#at = BLANK.lastIndex;
  }

  #match(pattern: RegExp): string | undefined {
    this.#skip();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #peek(pattern: RegExp): string | undefined {
    const at = this.#at;
    const match = this.#match(pattern);
    this.#at = at;
    return match;
  }

  #char(): string {
    this.#skip();
    return this.#text[this.#at] ?? '';
  }

  #expect(char: string, what: string): void {
    const before = this.#at;
    if (this.#char() !== char) {
      const end = this.#text.slice(0, before).trimEnd().length;
      this.#fail(`'${char}' is expected ${what}`, char === ';' ? { unfinished: { end, what } } : {});
    }
    this.#at += 1;
  }

  #fail(wanted: string, more: Partial<StatementsFault> = {}): never {
    this.#skip();
    const found = /^(?:[\w$#@,.+-]+|"[^"\n]*"?|[\s\S])?/.exec(this.#text.slice(this.#at, this.#at + 80))?.[0] ?? '';
    const what = found === '' ? 'the end of the file' : `'${found}'`;
    throw new StatementFault({
      at: this.#at,
      width: found.length,
      message: `${wanted} before ${what}; dtc stops here.`,
      ...more,
    });
  }

  /** `NAME(…)`, which only a macro can be, is none. */
  #failAtCall(at: number, name: string): void {
    if (this.#char() !== '(' || !/^[A-Za-z_]\w*$/.test(name)) return;
    throw new StatementFault({ at, width: name.length, ...undefinedName(name) });
  }

  end(): void {
    if (this.#char() !== '') this.#fail('A node or a directive is expected');
  }

  /** `headers memreserves devicetree` */
  source(items: Item[]): void {
    this.#skip();
    if (this.#peek(KEYWORD) !== '/dts-v1/') this.#fail('/dts-v1/; is expected');
    let reserves = false;
    let versionBefore = false;
    for (;;) {
      const start = this.#char() && this.#at;
      const keyword = this.#peek(KEYWORD);
      const label = keyword === undefined && this.#isLabelledReservation();
      if (reserves && keyword !== '/memreserve/' && !label) break;
      if (keyword !== '/dts-v1/' && keyword !== '/plugin/' && keyword !== '/memreserve/' && !label) break;
      if (keyword === '/memreserve/' || label) {
        reserves = true;
        this.#reservation();
        this.#push(items, 'memreserve', Number(start));
      } else {
        if (keyword === '/plugin/' && !versionBefore) break;
        versionBefore = keyword === '/dts-v1/';
        this.#match(KEYWORD);
        this.#expect(';', `after ${keyword}`);
        this.#push(items, keyword === '/plugin/' ? 'plugin' : 'version', Number(start));
      }
    }
    if (this.#char() === '') this.#fail('A node is expected');
    this.statements(items);
  }

  statements(items: Item[]): void {
    while (this.#char() !== '') this.#topLevel(items);
  }

  /** The rest of nodes that are open, and what follows them. */
  rest(items: Item[], { depth, nodes }: InsideNodes): void {
    for (let level = depth; level > 0; level--) {
      this.body(items, 0, nodes || level < depth);
      this.#closeNode();
    }
    this.statements(items);
  }

  #closeNode(): void {
    this.#expect('}', 'at the end of a node');
    this.#expect(';', "after the '}' of a node");
  }

  #isLabelledReservation(): boolean {
    const at = this.#at;
    let any = false;
    while (this.#match(LABEL)) any = true;
    const result = any && this.#peek(KEYWORD) === '/memreserve/';
    this.#at = at;
    return result;
  }

  #reservation(): void {
    while (this.#match(LABEL));
    this.#match(KEYWORD);
    for (let i = 0; i < 2; i++) {
      if (this.#char() === '(') {
        const probe = parseValue(`<${this.#text.slice(this.#at)}`);
        const first = probe.data[0];
        if (!first) this.#fail('An address and a size are expected');
        this.#at += first.at - 1 + first.width;
      } else if (!this.#match(INTEGER)) this.#fail('An address and a size are expected');
    }
    this.#expect(';', 'after /memreserve/');
  }

  #push(items: Item[], kind: 'memreserve' | 'plugin' | 'version', start: number): void {
    items.push({ kind, at: start, length: this.#at - start, text: this.#text.slice(start, this.#at) });
  }

  #topLevel(items: Item[]): void {
    this.#skip();
    const start = this.#at;
    const keyword = this.#match(KEYWORD);
    if (keyword === '/delete-node/' || keyword === '/omit-if-no-ref/') {
      this.#directive(items, { keyword, start, base: 0, target: REFERENCE });
      return;
    }
    if (keyword) {
      this.#at = start;
      this.#fail('A node is expected');
    }
    const label = this.#match(LABEL);
    const ref = this.#match(REFERENCE);
    if (!ref) {
      if (label || this.#char() !== '/') {
        const name = label ? undefined : this.#match(NAME);
        if (name !== undefined) this.#failAtCall(start, name);
        if (name !== undefined) this.#at = start;
        this.#fail(label ? 'A reference is expected' : 'A node is expected');
      }
      this.#at += 1;
    }
    const node = this.#openNode(start);
    this.body(node.items, start);
    items.push(this.#endNode(node, 0));
  }

  #directive(
    items: Item[],
    { keyword, start, base, target }: { keyword: string; start: number; base: number; target: RegExp },
  ): void {
    this.#skip();
    const at = this.#at;
    const text = this.#match(target);
    if (!text) this.#fail(`What ${keyword} is about is expected`);
    this.#expect(';', `after ${keyword}`);
    items.push({
      kind: keyword.slice(1, -1) as 'delete-node' | 'delete-property' | 'omit-if-no-ref',
      at: start - base,
      length: this.#at - start,
      target: { at: at - start, length: text.length },
      targetText: text,
    });
  }

  /** From just before `{`; the head started at `start`. */
  #openNode(start: number): OpenNode {
    const head = this.#text.slice(start, this.#at).trimEnd();
    this.#expect('{', 'after the name of a node');
    return { items: [], start, head, nodes: false };
  }

  #endNode({ items, start, head }: OpenNode, base: number): NodeItem {
    this.#closeNode();
    return {
      kind: 'node',
      at: start - base,
      length: this.#at - start,
      head: { at: 0, length: head.length },
      headText: head,
      body: items,
      closed: true,
    };
  }

  /** Properties, then nodes; stops before anything else. Without recursion: dtc takes thousands of levels. */
  body(items: Item[], base: number, nodesBefore = false): void {
    const open: OpenNode[] = [{ items, start: base, head: '', nodes: nodesBefore }];
    for (let node = open[0]; node; node = open.at(-1)) {
      const next = this.#statement(node);
      if (next === 'end') {
        open.pop();
        const around = open.at(-1);
        around?.items.push(this.#endNode(node, around.start));
      } else if (next) open.push(next);
    }
  }

  /** The next statement of a node: a child that opens; read; or there is none. */
  #statement(node: OpenNode): OpenNode | 'end' | undefined {
    const { items, start: base } = node;
    this.#skip();
    const start = this.#at;
    let omits = false;
    while (this.#match(LABEL) || (this.#peek(KEYWORD) === '/omit-if-no-ref/' && this.#match(KEYWORD))) {
      omits ||= this.#text[this.#at - 1] === '/';
    }
    const keyword = this.#peek(KEYWORD);
    if (keyword === '/delete-node/' || (keyword === '/delete-property/' && !omits)) {
      this.#match(KEYWORD);
      if (keyword === '/delete-property/' && node.nodes) this.#tooLate(start);
      node.nodes ||= keyword === '/delete-node/';
      this.#directive(items, { keyword, start, base, target: NAME });
      return undefined;
    }
    if (keyword !== undefined && this.#at === start) return 'end';
    const name = this.#match(NAME);
    if (!name) {
      if (this.#at !== start) this.#fail('A name is expected');
      return 'end';
    }
    if (this.#char() === '{') {
      node.nodes = true;
      return this.#openNode(start);
    }
    this.#failAtCall(start, name);
    if (omits) this.#fail("'{' is expected after the name of a node");
    if (node.nodes) this.#tooLate(start);
    items.push(this.#property(start, base));
    return undefined;
  }

  #tooLate(start: number): void {
    if (this.#late) return;
    const message = 'Properties must precede subnodes; dtc stops here.';
    throw new StatementFault({ at: start, width: this.#at - start, message });
  }

  #property(start: number, base: number): PropertyItem {
    const headText = this.#text.slice(start, this.#at).trimEnd();
    let value: { at: number; length: number } | undefined;
    let valueText: string | undefined;
    if (this.#char() === '=') {
      this.#at += 1;
      this.#skip();
      const at = this.#at;
      const raw = parseValue(this.#text, at, this.#readBinary);
      this.#at = raw.end;
      const syntax = raw.faults.find((fault) => fault.kind === 'syntax');
      if (syntax) throw new StatementFault(syntax);
      valueText = this.#text.slice(at, raw.end).trimEnd();
      value = { at: at - start, length: valueText.length };
    }
    this.#expect(';', `after the property ${parseHead(headText).name}`);
    const head = { at: 0, length: headText.length };
    return { kind: 'property', at: start - base, length: this.#at - start, head, headText, value, valueText };
  }
}
