// SPDX-License-Identifier: MIT
// The project's core for the oracles: the sources as they are, over files read from disk.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileReader, SourceFile } from '#base/files.ts';
import type { Problem, Severity } from '#base/problem.ts';
import { lineStarts, positionAt, type Span } from '#base/text.ts';
import type { Platform } from '#model/platform/types.ts';
import { DTC_RULES } from '#rules/dtc/index.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import { runRules } from '#rules/engine/runner.ts';
import { type Grammar, loadGrammar } from '#syntax/parser.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { type DtcVersion, parseDtcVersion } from '#tree/dtc/version.ts';
import { type EvaluateOptions, Frontend } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { ROOT } from './kernel.ts';
import type { Report } from './report.ts';

/** What every part of the oracles is given. */
export interface Run {
  /** The folder of the kernel's source. */
  readonly kernel: string;
  /** How many programs or threads run at once. */
  readonly jobs: number;
  /** Whether what the oracles say becomes the expected value of unit tests. */
  readonly write: boolean;
  readonly report: Report;
}

const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(join(ROOT, path)));

/** The grammar from the wasm files of this checkout. */
export const grammar: Grammar = await loadGrammar({
  runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
  grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
});

/** The dtc that the expected files come from. */
function installedVersion(): DtcVersion | undefined {
  version ??= execFileSync('dtc', ['--version'], { encoding: 'utf8' });
  return parseDtcVersion(version);
}

let version: string | undefined;

const RULES = catalogue(DTC_RULES);
/** Switches on what is off by default. */
const EVERYTHING: ReadonlyMap<string, Severity> = new Map(
  DTC_RULES.filter((rule) => rule.off).map((rule) => [rule.id, 'warning']),
);

const LINUX: Platform = { kind: 'linux', arch: 'arm64', kernelVersion: [6, 12], cmdline: '', assumed: [] };

/** The macro that the kernel's build defines. */
export const DEFINES: EvaluateOptions['defines'] = [['__DTS__', undefined]];

/** Files of this disk; each is read once, so that its object stands for its version. */
export function diskReader(
  decode: (bytes: Buffer) => string = (text) => text.toString('utf8'),
): Required<Pick<FileReader, 'read' | 'readBinary'>> {
  const files = new Map<string, SourceFile | undefined>();
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
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
  readonly #reader = diskReader();
  readonly #frontend = new Frontend(grammar, this.#reader);
  readonly #lines = new Map<string, readonly number[]>();
  readonly #dtc: DtcVersion | undefined;

  /** `dtc` is the one that is compared with. */
  constructor(dtc = installedVersion()) {
    this.#dtc = dtc;
  }

  evaluate(path: string, includePaths: readonly string[], options: Partial<EvaluateOptions> = {}): DeviceTree {
    const dtc = this.#dtc && { dtc: this.#dtc };
    return this.#frontend.evaluate(path, { includePaths, defines: DEFINES, symbols: false, ...dtc, ...options });
  }

  blob(tree: DeviceTree, symbols = false): Buffer {
    return Buffer.from(writeBlob(tree, { symbols }));
  }

  text(path: string): string {
    return this.#reader.read(path)?.text ?? '';
  }

  /** The one-based line on which a span starts. */
  lineOf(span: Span): number {
    let starts = this.#lines.get(span.file);
    if (!starts) {
      starts = lineStarts(this.text(span.file));
      this.#lines.set(span.file, starts);
    }
    return positionAt(starts, span.start).line + 1;
  }

  /** The problems of the tree and of the `dtc/…` rules; `severities` switches on those that are off by default. */
  problems(tree: DeviceTree, severities = EVERYTHING): readonly Problem[] {
    const { problems, crashes } = runRules(RULES, {
      tree,
      platform: LINUX,
      report: () => undefined,
      text: (path) => this.text(path),
      severities,
    });
    const [crash] = crashes;
    if (crash) throw new Error(`rule ${crash.rule} on ${crash.node}: ${crash.message}`);
    return problems;
  }
}

/** Where the kernel's build searches for includes. */
export function kernelIncludes(kernel: string): string[] {
  return [join(kernel, 'scripts/dtc/include-prefixes')];
}
