// SPDX-License-Identifier: MIT
// Migrates a tree that is in memory, and asks of the result what must hold of every migration.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadModule } from '../load-core.mjs';
import { differences } from './blob-diff.mjs';

const LEGACY = /:xen,(backend|dev)-domid$/;
/** More fixes than any tree here needs. */
const MAX_FIXES = 40;

export class Bench {
  /** A map of files is never changed: a fix makes another one. */
  #inputs = new WeakMap();

  static async open() {
    const bench = new Bench();
    const core = await loadModule('scripts/migrations/entry.mjs');
    const bytes = (path) => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
    bench.core = core;
    bench.grammar = await core.loadGrammar({
      runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
      grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
    });
    bench.rules = core.catalogue(core.XEN_GRANT_RULES);
    return bench;
  }

  #input(files) {
    const known = this.#inputs.get(files);
    if (known) return known;
    const sources = new Map([...files].map(([path, text]) => [path, { path, text }]));
    const frontend = new this.core.Frontend(this.grammar, { read: (path) => sources.get(path) });
    const tree = frontend.evaluate([...files.keys()][0], { includePaths: ['/include'], defines: [] });
    const input = { tree, platform: PLATFORM, report: () => undefined, text: (path) => files.get(path) ?? '' };
    this.#inputs.set(files, input);
    return input;
  }

  problems(files) {
    const input = this.#input(files);
    const { problems, crashes } = this.core.runRules(this.rules, input);
    if (crashes.length > 0) throw new Error(`${crashes[0].rule} on ${crashes[0].node}: ${crashes[0].message}`);
    return { input, problems: problems.filter(({ rule }) => this.rules.byId.has(rule)) };
  }

  /** Errors and warnings of all rules: how many by rule. */
  complaints(files) {
    const { problems, crashes } = this.core.runRules(this.core.CATALOGUE, this.#input(files));
    if (crashes.length > 0) throw new Error(`${crashes[0].rule} on ${crashes[0].node}: ${crashes[0].message}`);
    const counts = new Map();
    for (const { rule, severity } of problems) {
      if (severity === 'error' || severity === 'warning') counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    return counts;
  }

  /** All fixes, one after the other. */
  migrate(files) {
    let now = new Map(files);
    for (let n = 0; n < MAX_FIXES; n++) {
      const { problems } = this.problems(now);
      const problem = problems.find(({ fix }) => fix !== undefined);
      if (!problem) return now;
      const edits = problem.fix.plan();
      if (!edits) throw new Error(`a fix is announced and not planned: ${problem.message}`);
      const next = new Map(now);
      for (const file of new Set(edits.map(({ span }) => span.file))) {
        const own = edits.filter(({ span }) => span.file === file);
        next.set(file, this.core.applyEdits(now.get(file), own));
      }
      now = next;
    }
    throw new Error(`more than ${MAX_FIXES} fixes`);
  }

  /** All boards one after the other, as `dt-iommu fix` repairs them; files that the boards share are repaired once. */
  repairAll(files, boards) {
    const analysis = new this.core.Analysis(this.grammar, new this.core.MemoryFiles(Object.fromEntries(files)));
    analysis.setSettings({ project: { platform: 'xen-domu' } });
    const repairs = new this.core.Repairs();
    for (const file of boards) {
      repairs.board(analysis, { file, wanted: ({ rule }) => this.rules.byId.has(rule) && rule.endsWith('-legacy') });
    }
    repairs.settle(() => analysis);
    return new Map([...files].map(([path, text]) => [path, repairs.text(path) ?? text]));
  }

  /** The fix of one rule's first problem; `metadata` of the fixture says for which platform. `undefined` without one. */
  repair(files, rule, metadata) {
    const rules = this.core.CATALOGUE;
    const [major = 6, minor = 12] = (metadata.get('kernel') ?? '6.12').split('.').map(Number);
    const kind = metadata.get('platform') ?? 'linux';
    const header = (name) => files.get(`/include/${name}`);
    const input = { ...this.#input(files), header, platform: { ...PLATFORM, kind, kernelVersion: [major, minor] } };
    const problem = this.core.runRules(rules, input).problems.find((each) => each.rule === rule && each.fix);
    const edits = problem?.fix.plan();
    if (!edits) return undefined;
    const now = new Map(files);
    for (const file of new Set(edits.map(({ span }) => span.file))) {
      const own = edits.filter(({ span }) => span.file === file);
      now.set(file, this.core.applyEdits(files.get(file), own));
    }
    return now;
  }

  blob(files, options = { symbols: false }) {
    const { tree } = this.#input(files);
    const errors = tree.problems.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(`the text has an error: ${errors[0].message}`);
    return Buffer.from(this.core.writeBlob(tree, options));
  }

  /** What Linux does with the DMA of a device; `{ verdict, domid }`. With `base` the files are an overlay on it. */
  outcome(files, { path, rid }, base) {
    const own = this.#input(files).tree;
    const tree = base ? this.core.applyOverlays(this.#input(new Map([['/base.dts', base]])).tree, [own]) : own;
    const refused = tree.problems.find(({ severity }) => severity === 'error');
    if (refused) throw new Error(`the overlay cannot be applied: ${refused.message}`);
    const node = this.core.nodeByPath(tree, path);
    if (!node) throw new Error(`there is no ${path}`);
    const report = this.core.configure(tree, PLATFORM, node, rid === undefined ? {} : { rid });
    return { verdict: report.verdict, domid: report.xen?.backendDomid };
  }
}

/** A guest with CONFIG_XEN_VIRTIO and what it selects: without a configuration every driver counts as built in. */
const PLATFORM = { kind: 'xen-domu', arch: 'arm64', kernelVersion: [6, 12], cmdline: '', assumed: [] };

/** The blob that cpp and Debian's dtc make of the files; an error of theirs is thrown. */
export function dtcBlob(files) {
  const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-migrations-'));
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const board = join(folder, [...files.keys()][0]);
    const cpp = spawnSync('cpp', [
      '-nostdinc',
      '-undef',
      '-D__DTS__',
      '-I',
      join(folder, 'include'),
      '-x',
      'assembler-with-cpp',
      board,
    ]);
    const dtc = spawnSync('dtc', ['-q', '-q', '-I', 'dts', '-O', 'dtb', '-b', '0', '-'], { input: cpp.stdout });
    if (dtc.status !== 0) throw new Error(`dtc: ${dtc.stderr}`);
    return dtc.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Differences that no migration may bring; empty when all are meant. `grants`: paths of provider nodes. */
export function unintended(before, after) {
  const lines = differences(before, after);
  const providers = lines
    .filter((line) => /:(compatible|#iommu-cells)$/.test(line))
    .map((line) => line.slice(2).split(':')[0]);
  return lines.filter((line) => {
    const [path, name] = line.slice(2).split(':');
    if (LEGACY.test(line)) return line[0] === '+';
    if (/__(local_)?fixups__/.test(path)) return false;
    if (name === 'iommus' || name === 'dma-coherent') {
      const isGone = line[0] === '-' && !lines.includes(`+${line.slice(1)}`);
      return !/virtio|__overlay__/.test(path) || isGone;
    }
    if (name === 'iommu-map') return !/^\/pcie@|\/__overlay__$/.test(path);
    if (name === '#iommu-cells') return false;
    if (name === 'phandle') return line[0] === '-';
    if (line[0] === '-') return true;
    const fragment = providers.some((provider) => provider.startsWith(`${path}/`) && path.startsWith('/fragment@'));
    return !(providers.includes(path) || fragment || (name === 'target-path' && path.startsWith('/fragment@')));
  });
}
