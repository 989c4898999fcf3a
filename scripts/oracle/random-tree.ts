// SPDX-License-Identifier: MIT
// Small random trees of what dtc merges, deletes, omits, labels and refers to: most are accepted, many are not.

const NAMES = ['a', 'b', 'c', 'd@1', 'e@2', 'n'];
const RARE_NAMES = ['fragment@0', '__symbols__', '__fixups__', '__local_fixups__', '@3', 'x@y@z', 'q#'];
const LABELS = ['l0', 'l1', 'l2', 'l3', 'l4'];
const PROPERTIES = ['p', 'q', 'r'];
const RARE_PROPERTIES = ['phandle', 'linux,phandle', 'name', 'reg'];
const CELLS = ['0x100000000', '(-1)', '(1 ? 2 : 3)', "'a'", '0xffffffff', '(1 << 3)'];

/** The text that belongs to a seed. */
export function randomTree(seed: number): string {
  return new Writer(seed).tree();
}

class Writer {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 2654435761) >>> 0;
    for (let i = 0; i < 3; i++) this.#below(7);
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  #once(in_: number): boolean {
    return this.#below(in_) === 0;
  }

  #pick(all: readonly string[]): string {
    return all[this.#below(all.length)] ?? '';
  }

  #name(): string {
    return this.#pick(this.#once(9) ? RARE_NAMES : NAMES);
  }

  /** Not one of the names used, most of the time. */
  #fresh(used: Set<string>, make: () => string): string {
    for (;;) {
      const name = make();
      if (used.has(name) && !this.#once(30)) continue;
      used.add(name);
      return name;
    }
  }

  #label(in_: number): string {
    return this.#once(in_) ? `${this.#pick(LABELS)}: ` : '';
  }

  #reference(): string {
    const kind = this.#below(14);
    if (kind < 11) return `&${this.#pick(LABELS)}`;
    if (kind < 13) return `&{/${this.#once(2) ? this.#name() : `${this.#name()}/${this.#name()}`}}`;
    return `&{${this.#pick(LABELS)}/${this.#name()}}`;
  }

  #cell(): string {
    const kind = this.#below(12);
    if (kind < 6) return String(this.#below(4));
    return kind < 9 ? this.#reference() : this.#pick(CELLS);
  }

  #part(): string {
    const kind = this.#below(10);
    if (kind < 6) return `${this.#label(150)}<${this.#list(4, () => this.#label(150) + this.#cell()).join(' ')}>`;
    if (kind < 7) return '"s"';
    return kind < 8 ? this.#reference() : `[ab ${this.#label(150)}cd]`;
  }

  #list<T>(limit: number, make: () => T): T[] {
    return Array.from({ length: this.#below(limit) }, make);
  }

  #property(used: Set<string>): string {
    if (this.#once(12)) return `/delete-property/ ${this.#pick([...PROPERTIES, 'name'])};`;
    const name = this.#fresh(used, () => this.#pick(this.#once(6) ? RARE_PROPERTIES : PROPERTIES));
    if (name.endsWith('phandle')) return `${name} = <${this.#below(4)}>;`;
    if (name === 'name') return `name = "${this.#pick(['a', 'b', 'd'])}";`;
    const value = this.#once(5) ? '' : ` = ${[this.#part(), ...this.#list(3, () => this.#part())].join(', ')}`;
    return `${this.#label(16)}${name}${value};`;
  }

  #body(depth: number): string[] {
    const properties = new Set<string>();
    const nodes = new Set<string>();
    const lines = this.#list(4, () => this.#property(properties));
    if (depth === 0) return lines;
    for (const _ of this.#list(4, () => 0)) {
      if (this.#once(9)) lines.push(`/delete-node/ ${this.#name()};`);
      else {
        const omit = this.#once(5) ? '/omit-if-no-ref/ ' : '';
        const head = `${this.#label(6)}${omit}${this.#label(16)}${this.#fresh(nodes, () => this.#name())}`;
        lines.push(`${head} {`, ...this.#body(depth - 1), '};');
      }
    }
    return lines;
  }

  #statement(first: boolean): string[] {
    const kind = first && !this.#once(15) ? 0 : this.#below(12);
    if (kind < 5) return ['/ {', ...this.#body(2), '};'];
    if (kind < 9) return [`${this.#label(8)}${this.#reference()} {`, ...this.#body(1), '};'];
    if (kind < 10) return [`/delete-node/ ${this.#reference()};`];
    if (kind < 11) return [`/omit-if-no-ref/ ${this.#reference()};`];
    return [`${this.#pick(LABELS)}: &{/} {`, ...this.#body(1), '};'];
  }

  tree(): string {
    const lines = ['/dts-v1/;'];
    if (this.#once(3)) lines.push('/plugin/;');
    if (this.#once(20)) lines.push('/dts-v1/;');
    if (this.#once(8)) lines.push(`${this.#label(2)}/memreserve/ 0x1000 0x10;`);
    lines.push(...this.#statement(true));
    for (const _ of this.#list(6, () => 0)) lines.push(...this.#statement(false));
    return `${lines.join('\n')}\n`;
  }
}
