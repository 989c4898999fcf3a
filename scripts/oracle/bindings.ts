// SPDX-License-Identifier: MIT
// Boards of a kernel, as they are and with mistakes put in, held against its bindings by us and by dt-schema:
//
//   node scripts/run.mjs oracle/bindings.ts KERNEL OUT [--core DTSCHEMA/schemas] BOARD…
//
// writes OUT/NAME.dtb and OUT/NAME-bad.dtb with what we find in OUT/ours.json. `bindings.py` says what dt-schema finds in
// the blobs (its output is OUT/theirs.jsonl), and `--compare OUT` holds the two against each other.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BoardCheck } from '#bindings/check.ts';
import { BindingLibrary } from '#bindings/library.ts';
import { loadYaml } from '#bindings/yaml.ts';
import { DiskFiles } from '#host/sources.ts';
import { Analysis } from '#ide/analysis.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { printValue } from '#tree/blob/print.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { grammar } from './core.ts';

/** What one of us finds in a blob, as ours.json has it. */
interface Found {
  readonly node: string;
  readonly name: string;
  readonly kind: string;
  readonly keyword: string;
  readonly schema: string;
}

/** What dt-schema finds, as bindings.py writes it. */
interface Theirs {
  readonly node: string;
  readonly at: readonly string[];
  readonly keyword: string;
  readonly message: string;
  readonly schema: string;
}

export async function main(argv: readonly string[]): Promise<number> {
  const [first, second = '', ...rest] = argv;
  if (first === '--compare') compare(second);
  else await write(first ?? '', second, rest);
  return 0;
}

/** Mistakes of every kind on every seventh or so of the nodes, the same ones in each run. */
function mistakes(tree: DeviceTree, seed: number): string {
  let state = seed;
  const next = (limit: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * limit);
  };
  const lines: string[] = [];
  const visit = (node: DtNode) => {
    const path = pathOf(node);
    const names = [...node.properties.keys()].filter(
      (name) => !/^(phandle|compatible|#.*-cells|ranges|interrupt-parent|status)$/.test(name),
    );
    if (node.parent && node.properties.has('compatible') && names.length > 0 && next(5) === 0 && !/[&{}]/.test(path)) {
      const name = names[next(names.length)] ?? '';
      const property = node.properties.get(name);
      const value = property ? printValue(tree, property.value) : '';
      // dt-schema itself fails on lists that it takes apart when they are empty or texts.
      const list = /^(reg|interrupts.*|ranges|dma-ranges|.*-map|.*gpios?)$/.test(name) || value.includes('&');
      const texts = [
        `/delete-property/ ${name};`,
        `${name.replace(/.$/, 'q')} = <1>;`,
        value === '' ? `${name} = <7>;` : `${name} = ${value}, ${value};`,
        ...(list ? [] : [`${name};`, `${name} = "other";`, `${name} = <0xfffff>;`]),
      ];
      const text = texts[next(texts.length)];
      lines.push(`&{${path}} { ${text} };`);
    }
    for (const child of node.children.values()) visit(child);
  };
  visit(tree.root);
  return lines.join('\n');
}

async function write(kernel: string, out: string, rest: readonly string[]): Promise<void> {
  const at = rest.indexOf('--core');
  const schemas = at < 0 ? undefined : rest[at + 1];
  const boards = rest.filter((_, index) => at < 0 || index < at || index > at + 1);
  await loadYaml();
  const files = new DiskFiles();
  const library = new BindingLibrary(files, [
    join(kernel, 'Documentation/devicetree/bindings'),
    ...(schemas === undefined ? [] : [schemas]),
  ]);
  while (!library.done) library.step(1e6);
  mkdirSync(out, { recursive: true });
  const ours: Record<string, readonly Found[]> = {};
  for (const [index, board] of boards.entries()) {
    const file = board.startsWith('/') ? board : join(kernel, 'arch/arm64/boot/dts', `${board}.dts`);
    const analysis = new Analysis(grammar, files);
    const { tree } = analysis.board(file);
    const name = basename(file, '.dts');
    const bad = join(dirname(file), `${name}-bad.dts`);
    const changed = new Analysis(grammar, {
      read: (path) =>
        path === bad
          ? { path, text: `#include "${basename(file)}"\n${mistakes(tree, index + 1)}\n` }
          : files.read(path),
      peek: (path) => files.peek(path),
      readBinary: (path) => files.readBinary(path),
      refusal: (path) => files.refusal(path),
      isFile: (path) => path === bad || files.isFile(path),
      isFolder: (path) => files.isFolder(path),
      list: (folder) => files.list(folder),
    });
    for (const [key, each] of [
      [name, tree],
      [`${name}-bad`, changed.board(bad).tree],
    ] as const) {
      writeFileSync(join(out, `${key}.dtb`), writeBlob(each, { symbols: false }));
      const check = new BoardCheck(library, each);
      while (check.step() === 'more');
      const found = check.findings.map(({ fault, binding }) => ({
        node: fault.node.path,
        name: fault.names ? fault.names.join('|') : (fault.name ?? ''),
        kind: fault.kind,
        keyword: fault.keyword,
        schema: binding.name,
      }));
      ours[key] = found;
      console.log(`${key}: ${found.length} findings`);
    }
  }
  writeFileSync(join(out, 'ours.json'), JSON.stringify(ours));
}

/** What dt-schema says, as node, property and binding; a list of unknown properties is one each. */
function theirsOf({ node, at, keyword, message, schema }: Theirs): (Theirs & { readonly steps: readonly string[] })[] {
  const names = /unevaluatedProperties|additionalProperties/.test(keyword)
    ? [...message.replace(/ (?:were|was) unexpected.*| do(?:es)? not match.*/, '').matchAll(/'([^']+)'/g)].map(
        ([, name = '']) => name,
      )
    : /required$|dependentRequired/.test(keyword)
      ? [/'([^']+)' is (?:a required|a dependency)/.exec(message)?.[1] ?? '']
      : [''];
  // Parts of a path that are no numbers: children, then the property.
  const steps = at.filter((step) => !/^\d+$/.test(step));
  return names.map((name) => ({ node, at, steps: name === '' ? steps : [...steps, name], keyword, schema, message }));
}

function compare(out: string): void {
  const ours: Record<string, readonly Found[]> = JSON.parse(readFileSync(join(out, 'ours.json'), 'utf8'));
  const lines = readFileSync(join(out, 'theirs.jsonl'), 'utf8').trim().split('\n');
  const total = { both: 0, ours: 0, theirs: 0 };
  const classes = new Map<string, number>();
  for (const line of lines) {
    const { blob, findings }: { readonly blob: string; readonly findings: readonly Theirs[] } = JSON.parse(line);
    const key = basename(blob, '.dtb');
    const theirs = new Map<string, Theirs>();
    for (const each of findings.flatMap(theirsOf)) {
      theirs.set([each.node, ...each.steps].join('/').replace(/\/+/g, '/'), each);
    }
    const mine = new Map<string, Found>();
    for (const each of ours[key] ?? []) {
      const name = each.kind === 'required' && each.name.includes('|') ? '' : each.name;
      mine.set(
        [each.node, ...(name === '' || name === '$nodename' ? [] : [name])].join('/').replace(/\/+/g, '/'),
        each,
      );
    }
    const only = <T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, unknown>) =>
      [...a].filter(([place]) => !b.has(place));
    const alone = only(mine, theirs);
    const missed = only(theirs, mine);
    total.both += mine.size - alone.length;
    total.ours += alone.length;
    total.theirs += missed.length;
    console.log(
      `${key}: ${mine.size - alone.length} the same, ${alone.length} only ours, ${missed.length} only dt-schema's`,
    );
    for (const [place, each] of alone) console.log(`  + ${place} ${each.kind} ${each.keyword} ${each.schema}`);
    for (const [place, each] of missed) {
      classes.set(each.keyword, (classes.get(each.keyword) ?? 0) + 1);
      console.log(`  - ${place} ${each.keyword} ${each.schema}: ${each.message.slice(0, 120)}`);
    }
  }
  console.log(total, Object.fromEntries(classes));
}
