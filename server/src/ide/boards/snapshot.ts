// SPDX-License-Identifier: MIT
// One board at one moment: its tree, platform, reports and problems, each worked out when first asked for.
import { inEnglish } from '#base/language.ts';
import type { Problem } from '#base/problem.ts';
import { lineStarts, positionAt, type Range, rangeOf, type Span } from '#base/text.ts';
import { configure, configureAll } from '#model/configure.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { Catalogue, RunInput } from '#rules/engine/catalogue.ts';
import { withoutIgnored } from '#rules/engine/ignore-comments.ts';
import { inEitherReading } from '#rules/engine/release-readings.ts';
import { type Crash, type RunResult, runRules } from '#rules/engine/runner.ts';
import type { Ast } from '#syntax/ast.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import type { RuleLevel } from './project.ts';

export interface SnapshotInput {
  readonly tree: DeviceTree;
  readonly platform: Platform;
  readonly rules: Catalogue;
  readonly levels: Readonly<Record<string, RuleLevel>>;
  /** The texts and ASTs that the tree was made from. */
  text(file: string): string;
  /** Text of `#include <name>` as the board finds it. */
  header(name: string): string | undefined;
  ast(file: string): Ast | undefined;
}

/** A tree with the others of its Xen system. */
export function treesOf({ tree, platform: { xen } }: Pick<SnapshotInput, 'tree' | 'platform'>): readonly DeviceTree[] {
  const others = xen ? [xen.host, ...xen.domains.map((domain) => domain.tree)] : [];
  return [tree, ...others.filter((other) => other !== tree)];
}

/** Immutable to the outside: an edit makes a new one. */
export class Snapshot {
  readonly tree: DeviceTree;
  readonly platform: Platform;
  readonly #input: SnapshotInput;
  readonly #reports = new Map<DtNode, DmaReport>();
  readonly #lines = new Map<string, number[]>();
  #result: RunResult | undefined;

  constructor(input: SnapshotInput) {
    this.#input = input;
    this.tree = input.tree;
    this.platform = input.platform;
  }

  /** The same tree on another platform. */
  on(platform: Platform): Snapshot {
    return new Snapshot({ ...this.#input, platform });
  }

  text(file: string): string {
    return this.#input.text(file);
  }

  ast(file: string): Ast | undefined {
    return this.#input.ast(file);
  }

  /** The tree, and those that boot with it. */
  get trees(): readonly DeviceTree[] {
    return treesOf(this);
  }

  report(node: DtNode): DmaReport {
    let report = this.#reports.get(node);
    if (!report) {
      report = configure(this.tree, this.platform, node);
      this.#reports.set(node, report);
    }
    return report;
  }

  /** Of every node that names a device or says something about DMA, in tree order. */
  reports(): DmaReport[] {
    return configureAll(this.tree, this.platform);
  }

  /** In all files of the board. */
  problems(): readonly Problem[] {
    return this.#run().problems;
  }

  /** `unused-ignore` of included files, for whoever asks the other boards too. */
  idleIgnores(): readonly Problem[] {
    return this.#run().idle;
  }

  /** Rules that failed on a node: defects of ours, for the log. */
  crashes(): readonly Crash[] {
    return this.#run().crashes;
  }

  /** What others found on the board, as the user wants it: with the severities of the project, without what is ignored. */
  weighed(found: readonly Problem[]): readonly Problem[] {
    const wanted = found.flatMap((problem) => {
      const level = this.#input.levels[problem.rule];
      if (level === 'off') return [];
      return [level ? { ...problem, severity: level } : problem];
    });
    return withoutIgnored(this.#runInput(), wanted);
  }

  range(span: Span): Range {
    return rangeOf(this.#starts(span.file), span);
  }

  /** One-based, as people count. */
  line(span: Span): number {
    return positionAt(this.#starts(span.file), span.start).line + 1;
  }

  #starts(file: string): number[] {
    let starts = this.#lines.get(file);
    if (!starts) {
      starts = lineStarts(this.text(file));
      this.#lines.set(file, starts);
    }
    return starts;
  }

  #run(): RunResult {
    // Their messages are searched for and quoted: the same in every language.
    this.#result ??= inEnglish(() =>
      inEitherReading(this.platform, (platform) => runRules(this.#input.rules, this.#runInput(platform))),
    );
    return this.#result;
  }

  #runInput(platform = this.platform): RunInput {
    return {
      tree: this.tree,
      platform,
      report: (node) => (platform === this.platform ? this.report(node) : configure(this.tree, platform, node)),
      text: (file) => this.text(file),
      header: (name) => this.#input.header(name),
      severities: new Map(Object.entries(this.#input.levels)),
    };
  }
}
