// SPDX-License-Identifier: MIT
// What each directive does, and what cpp says about one that is malformed (libcpp: directives.cc).
import type { Problem } from '#base/problem.ts';
import type { OpenConditional } from './buffer.ts';
import { evaluate } from './condition.ts';
import { nameFault, readDefinition } from './macros.ts';
import { missingInclude } from './missing-include.ts';
import { Pragmas } from './pragmas.ts';
import { Kind, type Token } from './tokens.ts';
import type { Unit } from './unit.ts';

const CONDITIONAL: ReadonlySet<string> = new Set([
  'if',
  'ifdef',
  'ifndef',
  'elif',
  'elifdef',
  'elifndef',
  'else',
  'endif',
]);

const DIRECTIVES: ReadonlySet<string> = new Set([
  ...CONDITIONAL,
  'define',
  'undef',
  'include',
  'include_next',
  'import',
  'line',
  'error',
  'warning',
  'pragma',
  'ident',
  'sccs',
  'assert',
  'unassert',
]);

export class Directives {
  readonly #unit: Unit;
  readonly #pragmas: Pragmas;
  /** Answers that `#assert` gave. */
  readonly #assertions = new Map<string, Set<string>>();

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#pragmas = new Pragmas(unit);
  }

  /** Carries out the directive that `#` begins; false when it is none, and the line is text. */
  handle(hash: Token): boolean {
    const { expander } = this.#unit;
    const { parsingArguments, preventExpansion, call, callEnd } = expander;
    expander.parsingArguments = 0;
    expander.preventExpansion = 0;
    expander.inDirective = true;
    const name = this.#unit.next();
    const isDirective = name.kind === Kind.Identifier && DIRECTIVES.has(name.text);
    this.#unit.buffer?.guard.directive(isDirective ? name.text : '', this.#unit.buffer.conditionals.length);
    if (isDirective && (!this.#unit.skipping || CONDITIONAL.has(name.text))) this.#carryOut(hash, name);
    const isText = !isDirective && name.kind !== Kind.End;
    if (isText) this.#unit.unread(name);
    else this.#skipRest(name);
    expander.inDirective = false;
    Object.assign(expander, { parsingArguments, preventExpansion, call, callEnd });
    return !isText;
  }

  #skipRest(last: Token): void {
    const { expander } = this.#unit;
    expander.clear();
    this.#unit.angled = false;
    // The file of an `#include` has its own lines to read.
    if (this.#entered) {
      this.#entered = false;
      return;
    }
    for (let token = last; token.kind !== Kind.End; ) token = this.#unit.next();
  }

  #entered = false;

  #carryOut(hash: Token, name: Token): void {
    const place = { at: hash.at, length: name.at + name.length - hash.at };
    switch (name.text) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        this.#open(name.text, hash);
        break;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
        this.#elif(name.text, hash, place);
        break;
      case 'else':
        this.#else(place);
        break;
      case 'endif':
        this.#endif(place);
        break;
      case 'define':
        this.#define(place);
        break;
      case 'undef':
        this.#undef(place);
        break;
      case 'include':
      case 'include_next':
      case 'import':
        this.#include(name.text, place);
        break;
      default:
        this.#other(name.text, place);
    }
  }

  #other(name: string, place: Place): void {
    const tokens = this.#rest();
    const whole = spanning(place, tokens);
    switch (name) {
      case 'line':
        this.#line(tokens, whole);
        break;
      case 'error':
      case 'warning':
        this.#said(name, tokens, whole);
        break;
      case 'pragma':
        this.#pragmas.run(tokens);
        break;
      case 'ident':
      case 'sccs':
        if (tokens[0]?.kind !== Kind.String) this.#fault(`\`#${name}\` needs a string; cpp stops here.`, whole);
        break;
      default:
        this.#assert(name, tokens, whole);
    }
  }

  pragmaOperator(name: Token): void {
    this.#pragmas.operator(name);
  }

  #fault(message: string, place: Place, more: Partial<Problem> = {}): void {
    this.#unit.report('syntax/directive', message, place, more);
  }

  /** The tokens up to the end of the line, as they are. */
  #rest(): Token[] {
    const tokens: Token[] = [];
    for (let token = this.#unit.next(); token.kind !== Kind.End; token = this.#unit.next()) tokens.push(token);
    return tokens;
  }

  #open(opener: string, hash: Token): void {
    const { buffer, skipping } = this.#unit;
    const entry: OpenConditional = {
      at: hash.at,
      length: this.#lengthOfLine(hash),
      opener,
      wasSkipping: skipping,
      taken: true,
      hasElse: false,
    };
    buffer?.conditionals.push(entry);
    if (skipping) return;
    entry.taken = this.#holds(opener, hash);
    this.#unit.skipping = !entry.taken;
  }

  /** From `#` to the end of the line, without blanks and comments there. */
  #lengthOfLine(hash: Token): number {
    const { buffer } = this.#unit;
    if (!buffer) return 1;
    const text = buffer.text.slice(buffer.at, buffer.limit).replace(/\s*(?:\/\*.*|\/\/.*)?$/, '');
    return buffer.base + buffer.inFile(buffer.at + text.length, true) - hash.at;
  }

  /** The value of the condition behind the directive's name. */
  #holds(directive: string, hash: Token): boolean {
    const unit = this.#unit;
    if (directive !== 'if' && directive !== 'elif') {
      const name = unit.next();
      const wrong = name.text === 'defined' ? undefined : nameFault(name, directive);
      const known = name.kind === Kind.Identifier && /^__has_include/.test(name.text);
      if (wrong !== undefined && !known) {
        this.#fault(wrong, { at: hash.at, length: Math.max(1, name.at + name.length - hash.at) });
        return false;
      }
      if (directive === 'ifndef') unit.buffer?.guard.opens(name.text);
      return (known || this.#isDefined(name.text)) === !directive.includes('n');
    }
    const length = this.#lengthOfLine(hash);
    const { expander } = unit;
    const before = unit.problems.length;
    const { value, error } = evaluate({
      next: () => expander.getSolid(),
      raw: () => expander.getRaw(),
      isDefined: (name) => this.#isDefined(name),
      hasInclude: (path, next) =>
        unit.find(path.slice(1, -1), { angled: path.startsWith('<'), next }).file !== undefined,
      isAsserted: (name, answer) => {
        const answers = this.#assertions.get(name);
        return answers !== undefined && (answer === undefined || answers.has(answer));
      },
    });
    if (error !== undefined && unit.problems.length === before) {
      this.#fault(`In \`#${directive}\`, ${error}; cpp stops here.`, { at: hash.at, length });
    }
    return value;
  }

  #isDefined(name: string): boolean {
    return this.#unit.macros.get(name) !== undefined;
  }

  /** The open `#if` of this file that a branch belongs to. */
  #current(directive: string, place: Place): OpenConditional | undefined {
    const open = this.#unit.buffer?.conditionals.at(-1);
    if (!open) this.#fault(`\`#${directive}\` has no \`#if\`; cpp stops here.`, place);
    else if (open.hasElse && directive !== 'endif') {
      const span = this.#unit.span(open.at, open.at + open.length);
      const related = [{ message: 'the conditional begins here', span }];
      this.#fault(`\`#${directive}\` follows the \`#else\` of its \`#${open.opener}\`; cpp stops here.`, place, {
        related,
      });
    }
    return open;
  }

  #elif(directive: string, hash: Token, place: Place): void {
    const open = this.#current(directive, place);
    if (!open) return;
    const unit = this.#unit;
    if (open.taken) {
      unit.skipping = true;
      return;
    }
    // The condition is read as if nothing were skipped.
    unit.skipping = false;
    open.taken = this.#holds(directive, hash);
    unit.skipping = !open.taken;
  }

  #else(place: Place): void {
    const open = this.#current('else', place);
    if (!open) return;
    open.hasElse = true;
    this.#unit.skipping = open.taken;
    open.taken = true;
  }

  #endif(place: Place): void {
    const open = this.#current('endif', place);
    if (!open) return;
    this.#unit.buffer?.conditionals.pop();
    this.#unit.skipping = open.wasSkipping;
  }

  #define(place: Place): void {
    const tokens = this.#rest();
    const macro = readDefinition(tokens);
    if ('fault' in macro) {
      this.#fault(macro.fault, macro.length > 0 ? macro : spanning(place, tokens));
      return;
    }
    if (this.#unit.poisoned.has(macro.name)) return;
    this.#unit.macros.define(macro, this.#unit);
  }

  #undef(place: Place): void {
    const name = this.#unit.next();
    const wrong = nameFault(name, 'undef');
    if (wrong === undefined) this.#unit.macros.undefine(name.text);
    else this.#fault(wrong, name.length > 0 ? name : place);
  }

  #include(directive: string, place: Place): void {
    const unit = this.#unit;
    const header = this.#header();
    if (typeof header === 'string') {
      this.#fault(`\`#${directive}\` ${header}; cpp stops here.`, spanning(place, this.#rest()));
      return;
    }
    const name = header.text.slice(1, -1);
    const angled = header.text.startsWith('<');
    const found = unit.find(name, { angled, next: directive === 'include_next' });
    if (!found.file || found.name === undefined) {
      const problem = missingInclude(
        name,
        unit.span(header.at, header.at + header.length),
        found.tried,
        unit.options.reader,
      );
      const isMade = found.tried.some((path) => unit.options.unseen?.includes(path));
      if (!isMade) unit.problems.push(problem);
      unit.missing.push(...(found.tried.length > 0 ? found.tried : [header.text]));
      return;
    }
    this.#rest();
    unit.expander.clear();
    const { depth } = unit;
    const { file, nextFolder = 0 } = found;
    unit.include(file, found.name, nextFolder, header);
    if (directive === 'import') unit.once.add(file.path);
    this.#entered = unit.depth > depth;
  }

  /** `"name"`, `<name>` or a macro for one of them; or what is wrong. */
  #header(): Token | string {
    const unit = this.#unit;
    unit.angled = true;
    const first = unit.expander.getSolid();
    unit.angled = false;
    let header = first;
    if (first.text === '<') {
      let text = '<';
      for (let token = unit.expander.getSolid(); token.text !== '>'; token = unit.expander.getSolid()) {
        if (token.kind === Kind.End) return 'has no `>` behind its `<`';
        text += (token.space ? ' ' : '') + token.text;
      }
      header = { ...first, text: `${text}>` };
    } else if (first.kind !== Kind.String || first.text.startsWith('L')) {
      return 'names no file: `"…"` or `<…>` is missing';
    }
    return header.text.length > 2 ? header : 'names an empty file';
  }

  #said(name: 'error' | 'warning', tokens: readonly Token[], place: Place): void {
    const text = tokens.map((token, index) => (token.space && index > 0 ? ' ' : '') + token.text).join('');
    this.#fault(`\`#${name}\`: ${text}`, place, { severity: name });
  }

  #line(tokens: readonly Token[], place: Place): void {
    const unit = this.#unit;
    const [number, name, ...more] = this.#expanded(tokens);
    const { buffer } = unit;
    if (!number || !/^[0-9]+$/.test(number.text)) {
      this.#fault('`#line` needs the number of a line; cpp stops here.', place);
    } else if (name && (name.kind !== Kind.String || more.length > 1_000)) {
      this.#fault('`#line` needs a file name in quotes; cpp stops here.', name);
    } else if (buffer) {
      const line = Number(number.text) % 0x1_0000_0000;
      buffer.lineShift = line - buffer.followingLine;
      if (name) buffer.name = name.text.slice(1, -1).replace(/\\(.)/g, '$1');
      unit.output.marker(line, buffer.name, '', buffer.system);
    }
  }

  #expanded(tokens: readonly Token[]): Token[] {
    const { expander } = this.#unit;
    expander.push(tokens, undefined);
    const expanded: Token[] = [];
    for (let token = expander.getSolid(); token.kind !== Kind.End; token = expander.getSolid()) expanded.push(token);
    return expanded;
  }

  /** `#assert name(answer)`, `#unassert name` or `name(answer)`. */
  #assert(directive: string, tokens: readonly Token[], place: Place): void {
    const [name, open, ...rest] = tokens;
    const close = rest.findIndex(({ text }) => text === ')');
    const answer = rest.slice(0, Math.max(close, 0)).map(({ text }) => text);
    const whole = open?.text === '(' && answer.length > 0;
    if (name?.kind !== Kind.Identifier || !(whole || (directive === 'unassert' && !open))) {
      this.#fault(`\`#${directive}\` needs a name and its answer in parentheses; cpp stops here.`, place);
      return;
    }
    const answers = this.#assertions.get(name.text) ?? new Set();
    if (directive === 'assert') this.#assertions.set(name.text, answers.add(answer.join('')));
    else if (whole) answers.delete(answer.join(''));
    if (directive === 'unassert' && (!whole || answers.size === 0)) this.#assertions.delete(name.text);
  }
}

type Place = { readonly at: number; readonly length: number };

/** From a directive's `#` to its last token. */
function spanning({ at, length }: Place, tokens: readonly Token[]): Place {
  const last = tokens[tokens.length - 1];
  return { at, length: last ? Math.max(length, last.at + last.length - at) : length };
}
