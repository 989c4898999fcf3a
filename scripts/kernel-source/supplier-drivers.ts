// SPDX-License-Identifier: MIT
// Writes the table of suppliers' drivers (server/src/model/devices/supplier-drivers.generated.ts) from a Linux source:
// which option builds the driver of each node that another node of one of Linux's boards waits for.
// usage: node scripts/run.mjs kernel-source/supplier-drivers.ts KERNEL
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { suppliersOf } from '#model/probe/suppliers.ts';
import { compatibles as stringsOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { kernelIncludes, Workbench } from '../oracle/core.ts';
import { deviceTrees, ROOT } from '../oracle/kernel.ts';
import { filesBelow } from './kbuild.ts';

const TABLE = join(ROOT, 'server/src/model/devices/supplier-drivers.generated.ts');

/** Where drivers are; boards of these architectures. */
const SOURCES = ['drivers', 'sound', 'arch/arm', 'arch/arm64', 'arch/riscv'];
const ARCHES = ['arm64', 'arm', 'riscv'];

/** Macros that name a function which runs for a matching node before devices exist, by the mark of their rows. */
const EARLY = {
  '*clk': /\bCLK_OF_DECLARE\s*\(\s*\w+\s*,\s*"([^"]+)"/g,
  '*irq': /\bIRQCHIP_DECLARE\s*\(\s*\w+\s*,\s*"([^"]+)"/g,
  '*': /\b(?:CLK_OF_DECLARE_DRIVER|TIMER_OF_DECLARE|RESET_OF_DECLARE)\s*\(\s*\w+\s*,\s*"([^"]+)"/g,
};

/** A row of a makefile: whose list objects are on, and by which option. */
interface MakefileRow {
  readonly target: string;
  /** Without `CONFIG_`; absent: always built. */
  readonly symbol: string | undefined;
  readonly items: readonly string[];
}

/** `obj-$(CONFIG_X) += a.o`, `group-y := a.o`, `group-objs-$(CONFIG_X) += a.o`. */
function makefileRows(text: string): MakefileRow[] {
  const rows: MakefileRow[] = [];
  const variables = new Map<string, readonly string[]>();
  const words = (items: string) => items.split(/\s+/).filter((item) => item !== '');
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const [, target, option = '', items = ''] =
      /^\s*([\w.-]+?)(?:-objs)?-(\$\(CONFIG_\w+\)|y|m|objs)\s*[:+]?=\s*([^#]*)/.exec(line) ?? [];
    if (target === undefined) {
      const [, name, value = ''] = /^\s*([\w-]+)\s*[:+]?=\s*([^#]*)/.exec(line) ?? [];
      if (name !== undefined) variables.set(name, words(value));
      continue;
    }
    rows.push({
      target,
      symbol: /CONFIG_(\w+)/.exec(option)?.[1],
      items: words(items).flatMap((item) => variables.get(/^\$\((.*)\)$/.exec(item)?.[1] ?? '') ?? [item]),
    });
  }
  return rows;
}

/** A Linux source tree. */
class KernelSource {
  readonly #kernel: string;
  readonly #makefiles: ReadonlyMap<string, readonly MakefileRow[]>;
  /** Strings that sources name by a macro of a binding's header. */
  readonly #macros: ReadonlyMap<string, string>;

  constructor(kernel: string) {
    this.#kernel = kernel;
    const makefiles = SOURCES.flatMap((folder) => this.files(folder, /^(Makefile|Kbuild)$/));
    this.#makefiles = new Map(makefiles.map((file) => [dirname(file), makefileRows(readFileSync(file, 'utf8'))]));
    const headers = this.files('include/dt-bindings', /\.h$/);
    const defines = headers.flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/^#define\s+(\w+)\s+"([^"]+)"/gm),
    ]);
    this.#macros = new Map(defines.map(([, name = '', string = '']) => [name, string]));
  }

  /** Sorted; of a folder of the tree. */
  files(folder: string, wanted: RegExp): string[] {
    return filesBelow(join(this.#kernel, folder), wanted);
  }

  /** The text of a source file with the macros for strings replaced. */
  text(file: string): string {
    const text = readFileSync(file, 'utf8');
    return text.replace(/\b[A-Z][A-Z0-9_]*COMPAT[A-Z0-9_]*\b/g, (name) => {
      const string = this.#macros.get(name);
      return string === undefined ? name : `"${string}"`;
    });
  }

  /** The options of which any builds a source file; none when no makefile says so. */
  symbolsOf(file: string): string[] {
    let name = relative(dirname(file), file).replace(/\.c$/, '.o');
    for (let at = dirname(file); at.length > this.#kernel.length; at = dirname(at)) {
      const rows = this.#makefiles.get(at) ?? [];
      const listed = (object: string) => rows.filter(({ items }) => items.includes(object));
      const symbols = listed(name).flatMap((row) => {
        if (row.symbol !== undefined) return [row.symbol];
        if (row.target === 'obj') return [this.#gateOf(at)];
        const whole = listed(`${row.target}.o`).filter(({ target }) => target === 'obj');
        return whole.map(({ symbol }) => symbol ?? this.#gateOf(at));
      });
      if (symbols.length > 0) return [...new Set(symbols)];
      name = join(relative(dirname(at), at), name);
    }
    return [];
  }

  /** The option that lets a folder be built at all; `y` when none does. */
  #gateOf(folder: string): string {
    for (let at = folder; at.length > this.#kernel.length; at = dirname(at)) {
      const above = this.#makefiles.get(dirname(at)) ?? [];
      const row = above.find(
        ({ target, items }) => target === 'obj' && items.includes(`${relative(dirname(at), at)}/`),
      );
      if (row?.symbol !== undefined) return row.symbol;
    }
    return 'y';
  }
}

/** What names a table of strings by which a driver binds its devices, or looks for nodes before there are any. */
const BINDS =
  /of_match_table\s*=\s*(?:of_match_ptr\()?\s*(\w+)|MODULE_DEVICE_TABLE\(of,\s*(\w+)\)|DEFINE_SCMI_TRANSPORT_DRIVER\((?:\w+,\s*){3}(\w+)/g;
const LOOKS =
  /(?:of_find_matching_node(?:_and_match)?|for_each_matching_node(?:_and_match)?)\([^;]*?\b(\w+)\s*(?:,\s*&?\w+\s*)?\)/g;

/** A file that registers something others wait for, in a call that runs before devices exist or are bound. */
const PROVIDES = /of_(?:clk_add|clk_add_hw|genpd_add)_provider|irq_domain_(?:add|create)_|reset_controller_register/;
const AT_START = /\b(?:early|pure|core|postcore|arch)_initcall(?:_sync)?\(/;

const firsts = (matches: Iterable<RegExpMatchArray>): string[] => [...matches].flatMap(([, first]) => first ?? []);

/** The strings of the tables that `uses` names in the text of a file. */
function tableStrings(text: string, uses: RegExp): string[] {
  const names = new Set([...text.matchAll(uses)].map((match) => match.slice(1).find((name) => name !== undefined)));
  const tables = text.matchAll(
    /struct of_device_id\s+(?:__maybe_unused\s+)?(\w+)\s*\[\][^=]*=\s*\{([\s\S]*?)\n\s*\};/g,
  );
  return [...tables]
    .filter(([, name]) => names.has(name))
    .flatMap(([, , body = '']) => firsts(body.matchAll(/\.compatible\s*=\s*"([^"]+)"/g)));
}

/** Strings of a driver that looks for its node by itself at the start, and provides something there. */
function lookedFor(text: string): string[] {
  if (!PROVIDES.test(text) || !AT_START.test(text)) return [];
  const single = firsts(text.matchAll(/of_find_compatible_node\(NULL,\s*NULL,\s*"([^"]+)"/g));
  return [...tableStrings(text, LOOKS), ...single];
}

type Marked = readonly [mark: string, string: string];

/** Symbol, with a mark when it sets the node up before devices exist → strings. */
function readDrivers(source: KernelSource): Map<string, Set<string>> {
  const drivers = new Map<string, Set<string>>();
  const marked = (mark: string, strings: readonly string[]) => strings.map((string): Marked => [mark, string]);
  for (const file of SOURCES.flatMap((folder) => source.files(folder, /\.c$/))) {
    const text = source.text(file);
    const found = [
      ...marked('', tableStrings(text, BINDS)),
      ...marked('*', lookedFor(text)),
      ...marked('', firsts(text.matchAll(/IRQCHIP_MATCH\s*\(\s*"([^"]+)"/g))),
      ...Object.entries(EARLY).flatMap(([mark, macro]) => marked(mark, firsts(text.matchAll(macro)))),
    ];
    for (const symbol of found.length === 0 ? [] : source.symbolsOf(file)) {
      for (const [mark, string] of found) {
        const key = `${symbol}${mark}`;
        drivers.set(key, (drivers.get(key) ?? new Set()).add(string));
      }
    }
  }
  return drivers;
}

/** The strings of every node that somebody waits for on a board of this kernel, and of the nodes around it. */
function suppliersOfBoards(kernel: string): Set<string> {
  const strings = new Set<string>();
  for (const boards of byFolder(deviceTrees(kernel, ARCHES)).values()) {
    const bench = new Workbench();
    for (const board of boards) {
      const tree = bench.evaluate(join(kernel, board), kernelIncludes(kernel));
      const nodes: DtNode[] = [tree.root];
      for (const node of nodes) {
        nodes.push(...node.children.values());
        for (const { supplier } of suppliersOf(tree, node, { version: [6, 12], strict: true })) {
          for (let at: DtNode | undefined = supplier; at; at = at.parent)
            for (const string of stringsOf(at)) strings.add(string);
        }
      }
    }
  }
  return strings;
}

function byFolder(boards: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const board of boards) folders.set(dirname(board), [...(folders.get(dirname(board)) ?? []), board]);
  return folders;
}

export function main([kernel, ...rest]: readonly string[]): number {
  if (!kernel || rest.length > 0 || !existsSync(join(kernel, 'Makefile'))) {
    console.error(`supplier-drivers: ${kernel ?? 'no folder given'}: name the folder of a Linux source tree`);
    return 2;
  }
  const awaited = suppliersOfBoards(kernel);
  const rows = [...readDrivers(new KernelSource(kernel))]
    .map(([symbol, strings]) => ({ symbol, strings: [...strings].filter((string) => awaited.has(string)).sort() }))
    .filter(({ strings }) => strings.length > 0)
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  writeFileSync(
    TABLE,
    `// SPDX-License-Identifier: MIT
// biome-ignore-all lint/style/noExcessiveLinesPerFile: a table
// Which option of Linux builds the driver of a supplier: clock, reset and interrupt controllers, power domains, PHYs, …
// Written by \`node scripts/run.mjs kernel-source/supplier-drivers.ts KERNEL\` from Linux 6.12; do not edit.

/**
 * Compatible strings by the Kconfig symbol of their driver, \`y\` for one that is always built; with \`*\` where the driver
 * sets the node up before devices exist, \`*clk\` and \`*irq\` where that also takes the node, so that no device is made for
 * it (CLK_OF_DECLARE, IRQCHIP_DECLARE). Only strings of nodes that another node of
 * one of Linux's boards (arm, arm64, riscv) names as a supplier, and of the nodes around those.
 */
export const SUPPLIER_DRIVERS: Readonly<Record<string, string>> = {
${rows.map(({ symbol, strings }) => `  '${symbol}': '${strings.join(' ')}',`).join('\n')}
};
`,
  );
  console.log(`${rows.length} options, ${rows.reduce((sum, { strings }) => sum + strings.length, 0)} strings`);
  return 0;
}
