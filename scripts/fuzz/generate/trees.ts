// SPDX-License-Identifier: MIT
// Device trees from dtc's grammar (dtc-parser.y, dtc-lexer.l): mostly what dtc takes, with all that it takes.
import type { Pick } from '../random.ts';

const NODES = [
  'soc',
  'bus',
  'dma',
  'uart',
  'i2c',
  'clk',
  'pci',
  'cpu',
  'port',
  'a',
  'a,b',
  'n+1',
  'x_y',
  'memory',
  '0',
];
const PROPERTIES = [
  ...['reg', 'status', 'compatible', 'clocks', 'iommus', '#address-cells', '#size-cells', 'ranges', 'model', 'phandle'],
  ...['a', 'b,c', 'x-y', 'p?q', 'interrupts', 'linux,x', 'reg-names', 'dma-ranges', 'name', 'interrupt-parent', '0a'],
];
const INTEGERS = [
  ...['0', '1', '2', '7', '10', '0x10', '0xff', '0xFFFFFFFF', '4294967295', '017', '0X1d0', '0x80000000', '1U', '3L'],
  ...['2UL', '0x10ULL', '9LL', '5u', '6ull', '0xffffffffU'],
];
const BINARY = ['+', '-', '*', '/', '%', '<<', '>>', '<', '>', '<=', '>=', '==', '!=', '&', '|', '^', '&&', '||'];
/** Without a backslash as the character: dtc reads on from there to a later quote, which we do not (docs/reliability.md). */
const CHARACTERS = ["'a'", "'\\n'", "'\\x41'", "'\\0'", "'\\''", "'\"'", "'\\101'", "'0'", "'\\\\'"];
const STRINGS = [
  ...[
    '""',
    '"okay"',
    '"disabled"',
    '"a,b"',
    '"two words"',
    '"\\n\\t\\r"',
    '"\\x41\\101"',
    '"q\\"q"',
    '"b\\\\"',
    '"a\\0b"',
  ],
  ...['"// no comment"', '"/* neither */"', '"é"', '"\\e\\a"', '"{;}"', '"&l0"', '"it\'s"', '"#define"'],
];

/** Integer expressions; a division by nothing is rare. */
export function expression(pick: Pick, depth: number): string {
  if (depth === 0 || pick.chance(35)) return pick.chance(10) ? pick.of(CHARACTERS) : pick.of(INTEGERS);
  const inner = () => expression(pick, depth - 1);
  const kind = pick.below(10);
  if (kind < 6) return `(${inner()} ${pick.of(BINARY)} ${inner()})`;
  if (kind < 8) return `(${pick.of(['-', '~', '!'])}${inner()})`;
  if (kind < 9) return `(${inner()} ? ${inner()} : ${inner()})`;
  // Without parentheses of its own: the priorities count.
  return `(${inner()} ${pick.of(BINARY)} ${pick.of(INTEGERS)} ${pick.of(BINARY)} ${pick.of(INTEGERS)})`;
}

export interface TreeOptions {
  /** Names of macros for whole cells. */
  readonly macros?: readonly string[];
}

/** The text of one board or overlay. */
export function treeText(pick: Pick, options: TreeOptions = {}): string {
  return new TreeWriter(pick, options).board();
}

class TreeWriter {
  readonly #pick: Pick;
  readonly #macros: readonly string[];
  readonly #labels: string[] = [];
  readonly #paths: string[] = ['/'];
  #plugin = false;

  constructor(pick: Pick, options: TreeOptions) {
    this.#pick = pick;
    this.#macros = options.macros ?? [];
  }

  board(): string {
    const pick = this.#pick;
    this.#plugin = pick.chance(12);
    const header = this.#plugin ? pick.of(['/dts-v1/;\n/plugin/;\n', '/dts-v1/ /plugin/;\n']) : '/dts-v1/;\n';
    const reserved = pick.chance(10)
      ? pick.times(2, (at) => `${this.#label(20)}/memreserve/ 0x${at + 1}000 ${pick.of(['0x2000', '17', "'a'"])};\n`)
      : [];
    const parts = [`${this.#label(5)}/ ${this.#body('/', 3)};\n`, ...pick.times(4, () => this.#more())];
    return `${header}${reserved.join('')}${parts.join('')}`;
  }

  /** A top-level statement behind the first. */
  #more(): string {
    const pick = this.#pick;
    const known = this.#reference();
    const kind = pick.below(20);
    if (kind < 5) return `${this.#label(5)}/ ${this.#body('/', 2)};\n`;
    if (kind < 12) return `${this.#label(8)}${known} ${this.#body(undefined, 2)};\n`;
    if (kind < 14) return `/delete-node/ ${known};\n`;
    if (kind < 17) return `/omit-if-no-ref/ ${known};\n`;
    return `${known} ${this.#body(undefined, 1)};\n`;
  }

  /** Properties first: dtc takes no property behind a node. */
  #body(path: string | undefined, depth: number): string {
    const pick = this.#pick;
    const names = new Set<string>();
    const once = (name: string) => pick.chance(2) || (!names.has(name) && names.add(name) !== undefined);
    const properties = pick.times(4, () => pick.of(PROPERTIES)).filter(once);
    const nodes = depth === 0 ? [] : pick.times(3, () => this.#nodeName()).filter(once);
    const lines = [
      ...properties.map((name) => this.#property(name)),
      ...nodes.map((name) => this.#node(path, name, depth)),
    ];
    return `{${this.#space()}${lines.join(this.#space())}}`;
  }

  #node(path: string | undefined, name: string, depth: number): string {
    const pick = this.#pick;
    if (pick.chance(4)) return `/delete-node/ ${pick.chance(70) ? name : this.#reference()};`;
    const own = path === undefined ? undefined : `${path === '/' ? '' : path}/${name}`;
    if (own !== undefined) this.#paths.push(own);
    const omit = pick.chance(8) ? '/omit-if-no-ref/ ' : '';
    const label = this.#label(40);
    const second = label && pick.chance(10) ? this.#label(100) : '';
    const order = pick.chance(50) ? `${label}${second}${omit}` : `${omit}${label}${second}`;
    return `${order}${name} ${this.#body(own, depth - 1)};`;
  }

  #nodeName(): string {
    const pick = this.#pick;
    const name = pick.of(NODES);
    return pick.chance(50) ? `${name}@${pick.of(['0', '1', '1000', 'a0', '1,0', 'F', '10000000'])}` : name;
  }

  #property(name: string): string {
    const pick = this.#pick;
    if (pick.chance(5)) return `/delete-property/ ${name};`;
    const label = this.#label(6);
    if (name === 'phandle') return `${label}phandle = <${pick.of(['1', '5', '0x20', '&l0', '77'])}>;`;
    if (pick.chance(12)) return `${label}${name};`;
    const values = [this.#value(), ...pick.times(2, () => this.#value())];
    const before = pick.chance(4) ? this.#label(100) : '';
    const after = pick.chance(4) ? ` ${this.#label(100)}` : '';
    return `${label}${name} = ${before}${values.join(pick.of([',', ', ', ' , ']))}${after};`;
  }

  #value(): string {
    const pick = this.#pick;
    const kind = pick.below(20);
    if (kind < 9) return `<${this.#cells(true).join(' ')}>`;
    if (kind < 14) return pick.of(STRINGS);
    if (kind < 16)
      return `[${pick
        .times(4, () => pick.of(['00', 'ff', 'aB', '0102', '12 34', 'l', ' ']))
        .join('')
        .replaceAll('l', '')}]`;
    if (kind < 18) return this.#reference();
    const bits = pick.of(['8', '16', '32', '64']);
    return `/bits/ ${bits} <${this.#cells(bits === '32').join(' ')}>`;
  }

  #cells(references: boolean): string[] {
    const pick = this.#pick;
    return pick.times(4, () => {
      const kind = pick.below(20);
      const label = pick.chance(4) ? this.#label(100) : '';
      if (kind < 5 && references) return `${label}${this.#reference()}`;
      if (kind < 8 && this.#macros.length > 0) return pick.of(this.#macros);
      if (kind < 12) return `${label}${pick.of(INTEGERS)}`;
      if (kind < 13) return `${label}${pick.of(CHARACTERS)}`;
      return `${label}${expression(pick, 2).replace(/^(\w+)$/, '$1')}`;
    });
  }

  /** To a label that was given, rarely to one that is not; or to a path. */
  #reference(): string {
    const pick = this.#pick;
    if (pick.chance(this.#plugin ? 30 : 3)) return `&${pick.of(['gone', 'base', 'l1'])}`;
    if (this.#labels.length > 0 && pick.chance(80)) return `&${pick.of(this.#labels)}`;
    return `&{${pick.of(this.#paths)}}`;
  }

  #label(percent: number): string {
    const pick = this.#pick;
    if (!pick.chance(percent)) return '';
    const name = pick.chance(98) ? `l${this.#labels.length}` : 'l0';
    this.#labels.push(name);
    return `${name}: `;
  }

  #space(): string {
    return this.#pick.of(['\n', '\n\t', ' ', ' /* c */ ', ' // c\n', '\n\n']);
  }
}
