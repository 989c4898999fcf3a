// SPDX-License-Identifier: MIT
// The project's core for the oracles: the sources as they are, over files read from disk.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule } from '../load-core.mjs';

let loaded;

/** What core-entry.mjs exports; bundled once per process. */
export function loadCore() {
  loaded ??= loadModule('scripts/oracle/core-entry.mjs');
  return loaded;
}

/** The dtc that the expected files come from. */
function installedVersion() {
  version ??= execFileSync('dtc', ['--version'], { encoding: 'utf8' });
  return version;
}

let version;

let parsing;

/** The grammar from the wasm files of this checkout. */
export function grammar() {
  const bytes = (path) => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
  parsing ??= loadCore().then((core) =>
    core.loadGrammar({
      runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
      grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
    }),
  );
  return parsing;
}

/** Files of this disk; each is read once, so that its object stands for its version. */
export function diskReader(decode = (bytes) => bytes.toString('utf8')) {
  const files = new Map();
  const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return {
    read(path) {
      if (!files.has(path)) files.set(path, isFile(path) ? { path, text: decode(readFileSync(path)) } : undefined);
      return files.get(path);
    },
    readBinary: (path) => (isFile(path) ? new Uint8Array(readFileSync(path)) : undefined),
  };
}

/** Evaluates and checks boards; remembers files, so one for boards that share them. */
export class Workbench {
  #reader = diskReader();
  #lines = new Map();

  static async open() {
    const core = await loadCore();
    const bench = new Workbench();
    bench.core = core;
    bench.frontend = new core.Frontend(await grammar(), bench.#reader);
    bench.dtc = core.parseDtcVersion(installedVersion());
    bench.rules = core.catalogue(core.DTC_RULES);
    bench.everything = new Map(core.DTC_RULES.filter((rule) => rule.off).map((rule) => [rule.id, 'warning']));
    return bench;
  }

  evaluate(path, includePaths, { symbols = false, defines = [['__DTS__', undefined]] } = {}) {
    return this.frontend.evaluate(path, { includePaths, defines, symbols, dtc: this.dtc });
  }

  blob(tree, symbols = false) {
    return Buffer.from(this.core.writeBlob(tree, { symbols }));
  }

  text(path) {
    return this.#reader.read(path)?.text ?? '';
  }

  /** The one-based line on which a span starts. */
  lineOf(span) {
    let starts = this.#lines.get(span.file);
    if (!starts) {
      starts = this.core.lineStarts(this.text(span.file));
      this.#lines.set(span.file, starts);
    }
    return this.core.positionAt(starts, span.start).line + 1;
  }

  /** The problems of the tree and of the `dtc/…` rules; `severities` switches on those that are off by default. */
  problems(tree, severities = this.everything) {
    const { problems, crashes } = this.core.runRules(this.rules, {
      tree,
      platform: { kind: 'linux' },
      report: () => undefined,
      text: (path) => this.text(path),
      severities,
    });
    if (crashes.length > 0) throw new Error(`rule ${crashes[0].rule} on ${crashes[0].node}: ${crashes[0].message}`);
    return problems;
  }
}

/** Where the kernel's build searches for includes. */
export function kernelIncludes(kernel) {
  return [join(kernel, 'scripts/dtc/include-prefixes')];
}
