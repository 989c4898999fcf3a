// SPDX-License-Identifier: MIT
// Writes the table of suppliers' drivers (server/src/model/devices/supplier-drivers.generated.ts) from a Linux source:
// which option builds the driver of each node that another node of one of Linux's boards waits for.
// usage: node scripts/supplier-drivers.mjs KERNEL
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { loadCore, loadModule } from './load-core.mjs';

const { kernelIncludes, Workbench } = await loadModule('scripts/oracle/core.ts');
const { deviceTrees } = await loadModule('scripts/oracle/kernel.ts');

const table = new URL('../server/src/model/devices/supplier-drivers.generated.ts', import.meta.url);

/** Where drivers are; boards of these architectures. */
const SOURCES = ['drivers', 'sound', 'arch/arm', 'arch/arm64', 'arch/riscv'];
const ARCHES = ['arm64', 'arm', 'riscv'];

/** Macros that name a function which runs for a matching node before devices exist, by the mark of their rows. */
const EARLY = {
  '*clk': /\bCLK_OF_DECLARE\s*\(\s*\w+\s*,\s*"([^"]+)"/g,
  '*irq': /\bIRQCHIP_DECLARE\s*\(\s*\w+\s*,\s*"([^"]+)"/g,
  '*': /\b(?:CLK_OF_DECLARE_DRIVER|TIMER_OF_DECLARE|RESET_OF_DECLARE)\s*\(\s*\w+\s*,\s*"([^"]+)"/g,
};

const [kernel] = process.argv.slice(2);
if (!kernel) {
  console.error('supplier-drivers: name the folder of a Linux source tree');
  process.exit(2);
}

function filesBelow(folder, wanted) {
  return readdirSync(join(kernel, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Strings that sources name by a macro of a binding's header. */
const MACROS = new Map(
  filesBelow('include/dt-bindings', /\.h$/).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^#define\s+(\w+)\s+"([^"]+)"/gm)].map(([, name, string]) => [
      name,
      string,
    ]),
  ),
);

/** The text of a source file with those macros replaced. */
function sourceText(file) {
  const text = readFileSync(file, 'utf8');
  return text.replace(/\b[A-Z][A-Z0-9_]*COMPAT[A-Z0-9_]*\b/g, (name) =>
    MACROS.has(name) ? `"${MACROS.get(name)}"` : name,
  );
}

/** `obj-$(CONFIG_X) += a.o`, `group-y := a.o`, `group-objs-$(CONFIG_X) += a.o`: whose list an object is on, and by which option. */
function makefileRows(text) {
  const rows = [];
  const variables = new Map();
  const words = (items) => items.split(/\s+/).filter((item) => item !== '');
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const [, target, option, items] =
      /^\s*([\w.-]+?)(?:-objs)?-(\$\(CONFIG_\w+\)|y|m|objs)\s*[:+]?=\s*([^#]*)/.exec(line) ?? [];
    if (target === undefined) {
      const [, name, value] = /^\s*([\w-]+)\s*[:+]?=\s*([^#]*)/.exec(line) ?? [];
      if (name !== undefined) variables.set(name, words(value));
      continue;
    }
    const symbol = /CONFIG_(\w+)/.exec(option)?.[1];
    rows.push({
      target,
      symbol,
      items: words(items).flatMap((item) => variables.get(/^\$\((.*)\)$/.exec(item)?.[1]) ?? [item]),
    });
  }
  return rows;
}

const makefiles = new Map(
  SOURCES.flatMap((folder) => filesBelow(folder, /^(Makefile|Kbuild)$/)).map((file) => [
    dirname(file),
    makefileRows(readFileSync(file, 'utf8')),
  ]),
);

/** The option that lets a folder be built at all; `y` when none does. */
function gateOf(folder) {
  for (let at = folder; at.length > kernel.length; at = dirname(at)) {
    const above = makefiles.get(dirname(at)) ?? [];
    const row = above.find(({ target, items }) => target === 'obj' && items.includes(`${relative(dirname(at), at)}/`));
    if (row?.symbol !== undefined) return row.symbol;
  }
  return 'y';
}

/** The options of which any builds a source file; none when no makefile says so. */
function symbolsOf(file) {
  let name = relative(dirname(file), file).replace(/\.c$/, '.o');
  for (let at = dirname(file); at.length > kernel.length; at = dirname(at)) {
    const rows = makefiles.get(at) ?? [];
    const listed = (object) => rows.filter(({ items }) => items.includes(object));
    const symbols = listed(name).flatMap((row) => {
      if (row.symbol !== undefined) return [row.symbol];
      if (row.target === 'obj') return [gateOf(at)];
      const whole = listed(`${row.target}.o`).filter(({ target }) => target === 'obj');
      return whole.map(({ symbol }) => symbol ?? gateOf(at));
    });
    if (symbols.length > 0) return [...new Set(symbols)];
    name = join(relative(dirname(at), at), name);
  }
  return [];
}

/** What names a table of strings by which a driver binds its devices, or looks for nodes before there are any. */
const BINDS =
  /of_match_table\s*=\s*(?:of_match_ptr\()?\s*(\w+)|MODULE_DEVICE_TABLE\(of,\s*(\w+)\)|DEFINE_SCMI_TRANSPORT_DRIVER\((?:\w+,\s*){3}(\w+)/g;
const LOOKS =
  /(?:of_find_matching_node(?:_and_match)?|for_each_matching_node(?:_and_match)?)\([^;]*?\b(\w+)\s*(?:,\s*&?\w+\s*)?\)/g;

/** A file that registers something others wait for, in a call that runs before devices exist or are bound. */
const PROVIDES = /of_(?:clk_add|clk_add_hw|genpd_add)_provider|irq_domain_(?:add|create)_|reset_controller_register/;
const AT_START = /\b(?:early|pure|core|postcore|arch)_initcall(?:_sync)?\(/;

/** The strings of the tables that `uses` names in the text of a file. */
function tableStrings(text, uses) {
  const names = new Set([...text.matchAll(uses)].map((match) => match.slice(1).find((name) => name !== undefined)));
  const tables = text.matchAll(
    /struct of_device_id\s+(?:__maybe_unused\s+)?(\w+)\s*\[\][^=]*=\s*\{([\s\S]*?)\n\s*\};/g,
  );
  return [...tables]
    .filter(([, name]) => names.has(name))
    .flatMap(([, , body]) => [...body.matchAll(/\.compatible\s*=\s*"([^"]+)"/g)].map(([, string]) => string));
}

/** Strings of a driver that looks for its node by itself at the start, and provides something there. */
function lookedFor(text) {
  if (!PROVIDES.test(text) || !AT_START.test(text)) return [];
  const single = [...text.matchAll(/of_find_compatible_node\(NULL,\s*NULL,\s*"([^"]+)"/g)].map(([, string]) => string);
  return [...tableStrings(text, LOOKS), ...single];
}

/** Symbol, with a mark when it sets the node up before devices exist → strings. */
function readDrivers() {
  const drivers = new Map();
  for (const file of SOURCES.flatMap((folder) => filesBelow(folder, /\.c$/))) {
    const text = sourceText(file);
    const found = [
      ...tableStrings(text, BINDS).map((string) => ['', string]),
      ...lookedFor(text).map((string) => ['*', string]),
      ...[...text.matchAll(/IRQCHIP_MATCH\s*\(\s*"([^"]+)"/g)].map(([, string]) => ['', string]),
      ...Object.entries(EARLY).flatMap(([mark, macro]) =>
        [...text.matchAll(macro)].map(([, string]) => [mark, string]),
      ),
    ];
    for (const symbol of found.length === 0 ? [] : symbolsOf(file)) {
      for (const [mark, string] of found) {
        const key = `${symbol}${mark}`;
        drivers.set(key, (drivers.get(key) ?? new Set()).add(string));
      }
    }
  }
  return drivers;
}

/** The strings of every node that somebody waits for on a board of this kernel, and of the nodes around it. */
async function suppliersOfBoards() {
  const { suppliersOf } = await loadCore('model/probe/suppliers.ts');
  const strings = new Set();
  const folders = grouped(deviceTrees(kernel, ARCHES));
  for (const boards of folders.values()) {
    const bench = new Workbench();
    for (const board of boards) {
      const tree = bench.evaluate(join(kernel, board), kernelIncludes(kernel));
      const nodes = [tree.root];
      for (const node of nodes) {
        nodes.push(...node.children.values());
        for (const { supplier } of suppliersOf(tree, node, { version: [6, 12], strict: true })) {
          for (let at = supplier; at; at = at.parent) for (const string of stringsOf(at)) strings.add(string);
        }
      }
    }
  }
  return strings;
}

const grouped = (boards) => {
  const folders = new Map();
  for (const board of boards) folders.set(dirname(board), [...(folders.get(dirname(board)) ?? []), board]);
  return folders;
};

const { compatibles: stringsOf } = await loadCore('tree/query.ts');
const awaited = await suppliersOfBoards();
const rows = [...readDrivers()]
  .map(([symbol, strings]) => [symbol, [...strings].filter((string) => awaited.has(string)).sort()])
  .filter(([, strings]) => strings.length > 0)
  .sort(([a], [b]) => (a < b ? -1 : 1));

writeFileSync(
  table,
  `// SPDX-License-Identifier: MIT
// biome-ignore-all lint/style/noExcessiveLinesPerFile: a table
// Which option of Linux builds the driver of a supplier: clock, reset and interrupt controllers, power domains, PHYs, …
// Written by \`node scripts/supplier-drivers.mjs KERNEL\` from Linux 6.12; do not edit.

/**
 * Compatible strings by the Kconfig symbol of their driver, \`y\` for one that is always built; with \`*\` where the driver
 * sets the node up before devices exist, \`*clk\` and \`*irq\` where that also takes the node, so that no device is made for
 * it (CLK_OF_DECLARE, IRQCHIP_DECLARE). Only strings of nodes that another node of
 * one of Linux's boards (arm, arm64, riscv) names as a supplier, and of the nodes around those.
 */
export const SUPPLIER_DRIVERS: Readonly<Record<string, string>> = {
${rows.map(([symbol, strings]) => `  '${symbol}': '${strings.join(' ')}',`).join('\n')}
};
`,
);
console.log(`${rows.length} options, ${rows.reduce((sum, [, strings]) => sum + strings.length, 0)} strings`);
