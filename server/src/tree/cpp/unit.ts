// SPDX-License-Identifier: MIT
// A whole translation unit as cpp reads it, character by character: the text that it would print, where each part of it
// came from, and what it would complain about (libcpp: lex.cc, directives.cc). Nothing here recurses into the text.
import type { SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { Buffer, type OpenConditional } from './buffer.ts';
import { fileName, UNKNOWN_TIME } from './builtin.ts';
import { Directives } from './directive-handlers.ts';
import { Expander, ExpansionLimit, type Feed } from './expander.ts';
import type { Macro, MacroTable } from './macros.ts';
import { Output, type Printed } from './output.ts';
import { type FoundFile, findHeader, headerEnd, type SearchPath } from './search.ts';
import { Flag, isBlank, Kind, makeToken, scanToken, type Token } from './tokens.ts';

/** What a unit is read with. */
export interface UnitOptions extends SearchPath {
  readonly time?: { readonly date: string; readonly time: string } | undefined;
  /** Files that the build puts behind the board's text. */
  readonly appended?: readonly string[] | undefined;
  /** Headers that the build makes, whose macros are unknown. */
  readonly unseen?: readonly string[] | undefined;
  /** Stops soon after so many characters of output. */
  readonly limit?: number;
}

/** A file that was read, and where its characters are among those of all. */
interface UnitFile {
  readonly file: SourceFile;
  readonly base: number;
}

/** cpp's own limit (libcpp: max_include_depth). */
const MAX_INCLUDE_DEPTH = 200;
/** A board of Linux 6.12 reads at most 51 files; includes that fan out without end stop here. */
const MAX_INCLUDES = 5000;
/** Tokens that macros may make in one unit; the largest of Linux make some 100 000. */
const MAX_TOKENS = 20_000_000;
const MAX_PROBLEMS = 100;

export class Unit implements Feed {
  readonly macros: MacroTable;
  readonly problems: Problem[] = [];
  /** Paths at which a file was searched in vain that an include needs. */
  readonly missing: string[] = [];
  readonly once = new Set<string>();
  readonly poisoned = new Set<string>();
  readonly output = new Output();
  readonly expander: Expander;
  readonly options: UnitOptions;
  /** A branch is being read that does not count. */
  skipping = false;
  /** `<` begins a file's name. */
  angled = false;
  /** All text was read. */
  isComplete = true;
  counter = 0;
  includes = 0;
  readonly #buffers: Buffer[] = [];
  readonly #files: UnitFile[] = [];
  readonly #unread: Token[] = [];
  readonly #guards = new Map<string, string>();
  readonly #directives: Directives;
  #appended = 0;
  #baseName = '';
  #length = 0;
  #line = 1;
  #column = 0;

  constructor(options: UnitOptions, macros: MacroTable) {
    this.options = options;
    this.macros = macros;
    this.missing.push(...(options.unseen ?? []));
    this.expander = new Expander(this, (name) => this.#lookup(name), MAX_TOKENS);
    this.#directives = new Directives(this);
  }

  #lookup(name: string): Macro | undefined {
    const macro = this.macros.get(name);
    if (!macro?.builtIn || !this.expander.inDirective) return macro;
    return name.startsWith('__has') || name === '_Pragma' ? undefined : macro;
  }

  /** Files in the order of their first use. */
  get files(): SourceFile[] {
    return [...new Set(this.#files.map(({ file }) => file))];
  }

  get buffer(): Buffer | undefined {
    return this.#buffers[this.#buffers.length - 1];
  }

  get depth(): number {
    return this.#buffers.length - 1;
  }

  /** Reads a file from now on, from an offset. */
  push(file: SourceFile, name: string, { nextFolder = 0, from = 0 } = {}): void {
    const base = this.#length;
    this.#length += file.text.length + 1;
    this.#files.push({ file, base });
    if (this.#buffers.length === 0) this.#baseName = name;
    this.#buffers.push(new Buffer(file.text, { base, name, nextFolder, from }));
    if (this.#buffers.length === 1) this.output.marker(1, name, '', false);
  }

  pathOf(buffer: Buffer): string {
    return this.#files.find(({ base }) => base === buffer.base)?.file.path ?? '';
  }

  /** The place in a file of offsets among the characters of all. */
  span(start: number, end: number): Span {
    const { file, base } = this.#fileAt(start);
    return {
      file: file.path,
      start: start - base,
      end: Math.max(start, Math.min(end, base + file.text.length)) - base,
    };
  }

  #fileAt(at: number): UnitFile {
    let low = 0;
    let high = this.#files.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#files[middle]?.base ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return this.#files[low] as UnitFile;
  }

  /** Reads everything that was pushed. */
  run(): Printed {
    const { limit = Number.POSITIVE_INFINITY } = this.options;
    try {
      while (this.#step()) {
        if (this.output.length < limit || !this.#endsStatement) continue;
        this.isComplete = false;
        break;
      }
    } catch (error) {
      if (!(error instanceof ExpansionLimit)) throw error;
      const message = 'The macros here expand without end, or their calls nest too deeply to be read.';
      this.report('syntax/macro', message, this.expander.call);
    }
    return this.output.printed;
  }

  #endsStatement = false;

  #step(): boolean {
    const { expander } = this;
    const fromMacro = expander.inMacro;
    const token = expander.get();
    if (token.kind === Kind.Padding) {
      this.output.padding(token);
      return true;
    }
    if (token.kind === Kind.End) return false;
    if (fromMacro) {
      const { at, length } = expander.call;
      const end = expander.callEnd.at + expander.callEnd.length;
      this.output.token(token, at, Math.max(length, end - at));
    } else {
      this.output.token(token, token.at, token.length);
    }
    this.#endsStatement = token.kind === Kind.Punctuator && (token.text === ';' || token.text === '{');
    return true;
  }

  next(): Token {
    const { expander } = this;
    for (;;) {
      const token = this.#unread.pop() ?? this.#lex();
      if (token.flags & Flag.LineStart) {
        const isHash = token.kind === Kind.Punctuator && token.text === '#';
        if (isHash && expander.parsingArguments !== 1 && this.#directives.handle(token)) continue;
        if (!this.skipping) this.#lineChange(token);
      }
      if (expander.inDirective || token.kind === Kind.End) return token;
      this.buffer?.guard.text();
      if (!this.skipping) return token;
    }
  }

  unread(token: Token): void {
    this.#unread.push(token);
  }

  #lineChange(token: Token): void {
    const { buffer } = this;
    if (!buffer || token.kind === Kind.End || this.expander.parsingArguments > 0) return;
    this.output.lineChange(this.#line, this.#column, buffer.name, buffer.system);
  }

  /** What `#pragma` does to the output: the line of its first token is begun. */
  showLine(first?: Token): void {
    const { buffer } = this;
    if (!buffer) return;
    const { name, system } = buffer;
    const column = first ? buffer.columnOf(first.at - buffer.base) : 0;
    this.output.lineChange(buffer.lineAt(buffer.at), column, name, system);
  }

  /** The next token of the text; `End` at the end of a directive and of all. */
  #lex(): Token {
    for (;;) {
      const { buffer } = this;
      if (!buffer) return makeToken(Kind.End, '', false, Math.max(0, this.#length - 1));
      let flags = 0;
      let space = false;
      if (buffer.needsLine) {
        if (this.expander.inDirective) return this.#end(buffer);
        if (!buffer.readLine()) {
          // A call does not go on behind the file in which it began.
          if (this.expander.parsingArguments > 0) return this.#end(buffer);
          if (!this.#append()) this.#pop();
          continue;
        }
        flags = Flag.LineStart;
        space = this.expander.parsingArguments === 2;
      }
      const blank = this.#skipBlanks(buffer);
      if (buffer.at >= buffer.limit) {
        buffer.needsLine = true;
        if (this.expander.inDirective) return this.#end(buffer);
        continue;
      }
      return this.#scan(buffer, flags, space || blank);
    }
  }

  #end(buffer: Buffer): Token {
    return makeToken(Kind.End, '', false, buffer.base + buffer.inFile(buffer.at, true), 0);
  }

  /** Moves behind white space and comments; whether there were any. */
  #skipBlanks(buffer: Buffer): boolean {
    let any = false;
    for (;;) {
      const { text } = buffer;
      const code = text.charCodeAt(buffer.at);
      if (buffer.at >= buffer.limit) return any;
      if (isBlank(code)) buffer.at++;
      else if (code !== 47 || buffer.at + 1 >= buffer.limit) return any;
      else if (text.charCodeAt(buffer.at + 1) === 47) buffer.at = buffer.limit;
      else if (text.charCodeAt(buffer.at + 1) === 42) {
        const start = buffer.base + buffer.inFile(buffer.at);
        buffer.at += 2;
        if (!buffer.skipComment()) {
          const message = 'The comment is never closed: its `*/` is missing; cpp stops here.';
          this.report('syntax/error', message, { at: start, length: 2 });
        }
      } else return any;
      any = true;
    }
  }

  #scan(buffer: Buffer, flags: number, space: boolean): Token {
    const { at, text, limit } = buffer;
    if (flags !== 0) {
      this.#line = buffer.lineAt(at);
      this.#column = buffer.columnAt(at);
    }
    const header = this.angled ? headerEnd(text, at, limit) : -1;
    const scanned =
      header < 0 ? scanToken(text, at, limit, space) : makeToken(Kind.String, text.slice(at, header), space, at);
    const end = at + scanned.length;
    buffer.at = end;
    const from = buffer.inFile(at);
    const length = buffer.inFile(end, true) - from;
    if (scanned.kind === Kind.Identifier && this.poisoned.size > 0) this.#checkPoison(scanned, buffer.base + from);
    return { ...scanned, at: buffer.base + from, length, flags };
  }

  #checkPoison({ text, length }: Token, at: number): void {
    if (this.skipping || !this.poisoned.has(text)) return;
    this.report('syntax/directive', `\`${text}\` is poisoned by \`#pragma GCC poison\`; cpp stops here.`, {
      at,
      length,
    });
  }

  /** Goes on with what the build puts behind the board's text; false when there is no more. */
  #append(): boolean {
    const path = this.depth === 0 ? this.options.appended?.[this.#appended++] : undefined;
    if (path === undefined) return false;
    const file = this.options.reader.read(path);
    if (file) this.include(file, path, 0, makeToken(Kind.String, `"${path}"`, false, Math.max(0, this.#length - 1), 0));
    else this.missing.push(path);
    return true;
  }

  /** The file that is being read is at its end. */
  #pop(): void {
    const buffer = this.#buffers.pop();
    for (const open of buffer?.conditionals.toReversed() ?? []) this.#unterminated(open);
    this.skipping = false;
    if (buffer?.guard.isWhole && buffer.guard.name !== undefined)
      this.#guards.set(this.pathOf(buffer), buffer.guard.name);
    const outer = this.buffer;
    if (outer) this.output.marker(outer.followingLine + outer.lineShift, outer.name, ' 2', outer.system);
  }

  #unterminated(open: OpenConditional): void {
    this.report('syntax/directive', `\`#${open.opener}\` has no \`#endif\`; cpp stops here.`, open);
  }

  /** Reads the file that an include names next. */
  include(file: SourceFile, name: string, nextFolder: number, place: Token): void {
    const guard = this.#guards.get(file.path);
    if (this.once.has(file.path) || (guard !== undefined && this.macros.get(guard))) return;
    if (this.depth >= MAX_INCLUDE_DEPTH - 1 || ++this.includes > MAX_INCLUDES) {
      const message = `${place.text} is included again and again; cpp stops after ${MAX_INCLUDE_DEPTH} levels.`;
      if (!this.problems.some(({ rule }) => rule === 'syntax/include-depth')) {
        this.report('syntax/include-depth', message, place);
      }
      return;
    }
    const outer = this.buffer;
    if (outer) {
      outer.needsLine = true;
      this.output.toLine(outer.followingLine + outer.lineShift - 1, outer.name, outer.system);
    }
    this.push(file, name, { nextFolder });
    this.output.marker(1, name, ' 1', false);
  }

  /** Searches a file as cpp does: beside the including file, then along the path. */
  find(name: string, how: { readonly angled: boolean; readonly next: boolean }): FoundFile {
    const { buffer } = this;
    const includer = buffer && { path: this.pathOf(buffer), name: buffer.name, nextFolder: buffer.nextFolder };
    // cpp takes `#include_next` for an `#include` in the file that it was called with.
    return findHeader(this.options, includer, name, { angled: how.angled, next: how.next && this.depth > 0 });
  }

  builtIn({ name }: Macro, token: Token): Token | undefined {
    const number = (value: number): Token => made(Kind.Number, String(value));
    const made = (kind: number, text: string): Token => makeToken(kind, text, false, token.at, token.length);
    const { time, reader } = this.options;
    switch (name) {
      case '__LINE__':
        return number(this.#lineOf(token));
      case '__COUNTER__':
        return number(this.counter++);
      case '__INCLUDE_LEVEL__':
        return number(this.depth);
      case '__FILE__':
      case '__FILE_NAME__':
      case '__BASE_FILE__':
        return made(Kind.String, fileName(name, name === '__BASE_FILE__' ? this.#baseName : this.buffer?.name));
      case '__DATE__':
        return made(Kind.String, `"${time?.date ?? UNKNOWN_TIME.date}"`);
      case '__TIME__':
        return made(Kind.String, `"${time?.time ?? UNKNOWN_TIME.time}"`);
      case '__TIMESTAMP__': {
        const stamp = this.buffer && reader.modified?.(this.pathOf(this.buffer));
        return made(Kind.String, `"${stamp ?? UNKNOWN_TIME.stamp}"`);
      }
      case '_Pragma':
        this.#directives.pragmaOperator(token);
        return undefined;
      default:
        this.report('syntax/macro', `\`${name}\` is only known in a directive; cpp stops here.`, token);
        return number(0);
    }
  }

  /** The line of a token; inside a macro's text, that of its call. */
  #lineOf(token: Token): number {
    const { call } = this.expander;
    const { file, base } = this.#fileAt(token.at);
    const buffer = this.buffer;
    // A token of a macro's text was read before the call.
    const at = token.at < call.at || buffer?.base !== base ? call.at : token.at;
    const own = at === token.at ? { file, base } : this.#fileAt(at);
    let line = 1;
    const { text } = own.file;
    for (let end = text.indexOf('\n'); end >= 0 && end < at - own.base; end = text.indexOf('\n', end + 1)) line++;
    return line + (buffer?.base === own.base ? buffer.lineShift : 0);
  }

  fault(message: string, name: Token, macro: Macro): void {
    const definition = this.macros.history(macro.name).at(-1)?.span;
    const place = this.expander.inMacro ? this.expander.call : name;
    const related = definition && [{ message: `\`${macro.name}\` is defined here`, span: definition }];
    this.report('syntax/macro', message, place, { ...(related && { related }) });
  }

  report(
    rule: string,
    message: string,
    { at, length }: { readonly at: number; readonly length: number },
    more: Partial<Problem> = {},
  ): void {
    // What an include that is missing would define is unknown.
    if (this.missing.length > 0 || this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ rule, severity: 'error', message, span: this.span(at, at + length), ...more });
  }
}
