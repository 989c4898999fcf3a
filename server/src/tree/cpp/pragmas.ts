// SPDX-License-Identifier: MIT
// The pragmas that cpp itself obeys. In assembler mode it prints none of the others.
import type { Macro } from './macros.ts';
import { Kind, type Token, tokenize } from './tokens.ts';
import type { Unit } from './unit.ts';

/** Those of `#pragma GCC` that cpp knows. */
const GCC: ReadonlySet<string> = new Set(['poison', 'system_header', 'dependency', 'warning', 'error']);

export class Pragmas {
  readonly #unit: Unit;
  readonly #pushed = new Map<string, (Macro | undefined)[]>();

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** `_Pragma("…")`, whose name was read. */
  operator(name: Token): void {
    const { expander } = this.#unit;
    const open = expander.getSolid();
    const string = open.text === '(' ? expander.getSolid() : open;
    const close = string.kind === Kind.String ? expander.getSolid() : string;
    if (close.text !== ')' || string.kind !== Kind.String) {
      this.#unit.report('syntax/macro', '`_Pragma` needs a string in parentheses; cpp stops here.', name);
      return;
    }
    const text = string.text
      .replace(/^L/, '')
      .slice(1, -1)
      .replace(/\\([\\"])/g, '$1');
    this.run(
      tokenize(text).map((token) => ({ ...token, at: string.at, length: string.length })),
      true,
    );
  }

  /** The tokens behind `#pragma`. */
  run(tokens: readonly Token[], isOperator = false): void {
    const [first, second] = tokens;
    const unit = this.#unit;
    if (!first) return;
    const name = first.text === 'GCC' ? second?.text : undefined;
    if (name === undefined ? !/^(once|push_macro|pop_macro)$/.test(first.text) : !GCC.has(name)) return;
    if (isOperator) {
      // cpp reads the string as a line of its own.
      unit.showLine();
      unit.showLine();
    } else unit.showLine(first);
    switch (name ?? first.text) {
      case 'once':
        if (unit.buffer) unit.once.add(unit.pathOf(unit.buffer));
        break;
      case 'push_macro':
      case 'pop_macro':
        this.#stack(first, tokens);
        break;
      case 'poison':
        this.#poison(tokens.slice(2));
        break;
      case 'system_header':
        this.#systemHeader();
        break;
      case 'dependency':
        this.#dependency(tokens);
        break;
      case 'warning':
      case 'error':
        this.#said(name === 'error' ? 'error' : 'warning', tokens);
        break;
      default:
    }
  }

  #stack(pragma: Token, [, open, string, close]: readonly Token[]): void {
    const name = pragma.text;
    if (open?.text !== '(' || string?.kind !== Kind.String || close?.text !== ')') {
      const { at, length } = string ?? open ?? pragma;
      this.#unit.report(
        'syntax/directive',
        `\`#pragma ${name}\` wants a name in quotes and parentheses; cpp stops here.`,
        {
          at,
          length,
        },
      );
      return;
    }
    const { macros } = this.#unit;
    const macro = string.text.slice(1, -1).trim();
    const stack = this.#pushed.get(macro) ?? [];
    this.#pushed.set(macro, stack);
    if (name === 'push_macro') {
      stack.push(macros.get(macro));
    } else if (stack.length > 0) {
      const former = stack.pop();
      if (former) macros.define(former, this.#unit);
      else macros.undefine(macro);
    }
  }

  #poison(names: readonly Token[]): void {
    for (const { kind, text, at, length } of names) {
      if (kind !== Kind.Identifier) {
        const message = `\`${text}\` is not a name that \`#pragma GCC poison\` could poison; cpp stops here.`;
        this.#unit.report('syntax/directive', message, { at, length });
        return;
      }
      this.#unit.macros.undefine(text);
      this.#unit.poisoned.add(text);
    }
  }

  #systemHeader(): void {
    const { buffer, depth, output } = this.#unit;
    if (!buffer || depth === 0) return;
    buffer.system = true;
    output.marker(buffer.followingLine + buffer.lineShift, buffer.name, '', true);
  }

  /** cpp looks for the file, to compare the times. */
  #dependency([first, , ...header]: readonly Token[]): void {
    const unit = this.#unit;
    const [open] = header;
    if (!first || (open?.kind === Kind.Identifier && unit.macros.get(open.text))) return;
    const close = open?.text === '<' ? header.findIndex(({ text }) => text === '>') : 0;
    const last = header[close];
    const text = header.slice(0, close + 1).map(({ text: part, space }, at) => (space && at > 0 ? ' ' : '') + part);
    const place = { at: first.at, length: last ? last.at + last.length - first.at : first.length };
    if (!open || !last || !/^["<]/.test(open.text)) {
      unit.report(
        'syntax/directive',
        '#pragma GCC dependency names no file in quotes or brackets; cpp stops here.',
        place,
      );
      return;
    }
    const name = text.join('').slice(1, -1);
    if (unit.find(name, { angled: open.text === '<', next: false }).file) return;
    unit.report(
      'syntax/directive',
      `${name} is not found, and #pragma GCC dependency asks for it; cpp stops here.`,
      place,
    );
  }

  #said(severity: 'error' | 'warning', tokens: readonly Token[]): void {
    const [first, , string] = tokens;
    if (!first) return;
    if (string?.kind !== Kind.String || string.text === '""') {
      const message = `#pragma GCC ${severity} needs its text in quotes; cpp stops here.`;
      this.#unit.report('syntax/directive', message, string ?? first);
      return;
    }
    const length = string.at + string.length - first.at;
    this.#unit.report('syntax/directive', string.text.slice(1, -1), { at: first.at, length }, { severity });
  }
}
