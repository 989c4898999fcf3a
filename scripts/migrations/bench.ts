// SPDX-License-Identifier: MIT
// Migrates a tree that is in memory, and asks of the result what must hold of every migration.
import type { Problem } from '#base/problem.ts';
import { applyEdits, type TextEdit } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import { Repairs } from '#ide/fixes/repairs.ts';
import { configure } from '#model/configure.ts';
import type { Platform, PlatformKind } from '#model/platform/types.ts';
import { type Catalogue, catalogue, type RunInput } from '#rules/engine/catalogue.ts';
import { type RunResult, runRules } from '#rules/engine/runner.ts';
import { XEN_GRANT_RULES } from '#rules/grant-dma/names.ts';
import { CATALOGUE } from '#rules/index.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { applyOverlays } from '#tree/apply-overlays.ts';
import { type BlobOptions, writeBlob } from '#tree/blob/blob.ts';
import { Frontend } from '#tree/frontend.ts';
import { nodeByPath } from '#tree/query.ts';
import { differences } from './blob-diff.ts';

const LEGACY = /:xen,(backend|dev)-domid$/;
/** More fixes than any tree here needs. */
const MAX_FIXES = 40;

/** A guest with CONFIG_XEN_VIRTIO and what it selects: without a configuration every driver counts as built in. */
const PLATFORM: Platform = { kind: 'xen-domu', arch: 'arm64', kernelVersion: [6, 12], cmdline: '', assumed: [] };

/** Path → text; the first one is the board. A map of files is never changed: a fix makes another one. */
export type Files = ReadonlyMap<string, string>;

/** A device, and which domain must serve it. */
export interface Device {
  readonly path: string;
  /** For a function of the PCI host bridge `path`: its own path and its requester ID. */
  readonly function?: string;
  readonly rid?: number | undefined;
  /** Absent where nothing is right. */
  readonly domid?: number | undefined;
  /** The board wants no grants at all. */
  readonly plain?: boolean;
  /** What the shared file of a family says, where the board says something else. */
  readonly shared?: number;
}

export function boardOf(files: Files): string {
  const [board] = files.keys();
  if (board === undefined) throw new Error('there are no files');
  return board;
}

export class Bench {
  readonly rules: Catalogue = catalogue(XEN_GRANT_RULES);
  readonly #inputs = new WeakMap<Files, RunInput>();

  #input(files: Files): RunInput {
    const known = this.#inputs.get(files);
    if (known) return known;
    const sources = new Map([...files].map(([path, text]) => [path, { path, text }]));
    const frontend = new Frontend(grammar, { read: (path) => sources.get(path) });
    const tree = frontend.evaluate(boardOf(files), { includePaths: ['/include'], defines: [] });
    const input = { tree, platform: PLATFORM, report: () => undefined, text: (path: string) => files.get(path) ?? '' };
    this.#inputs.set(files, input);
    return input;
  }

  /** What the rules of Xen's grants say. */
  problems(files: Files): Problem[] {
    return problemsOf(runRules(this.rules, this.#input(files))).filter(({ rule }) => this.rules.byId.has(rule));
  }

  /** Errors and warnings of all rules: how many by rule. */
  complaints(files: Files): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { rule, severity } of problemsOf(runRules(CATALOGUE, this.#input(files)))) {
      if (severity === 'error' || severity === 'warning') counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    return counts;
  }

  /** All fixes, one after the other. */
  migrate(files: Files): Files {
    let now: Files = new Map(files);
    for (let n = 0; n < MAX_FIXES; n++) {
      const problem = this.problems(now).find(({ fix }) => fix !== undefined);
      if (!problem) return now;
      const edits = problem.fix?.plan();
      if (!edits) throw new Error(`a fix is announced and not planned: ${problem.message}`);
      now = edited(now, edits);
    }
    throw new Error(`more than ${MAX_FIXES} fixes`);
  }

  /** All boards one after the other, as `dt-iommu fix` repairs them; files that the boards share are repaired once. */
  repairAll(files: Files, boards: readonly string[]): Files {
    const analysis = new Analysis(grammar, new MemoryFiles(Object.fromEntries(files)));
    analysis.setSettings({ project: { platform: 'xen-domu' } });
    const repairs = new Repairs();
    for (const file of boards) {
      repairs.board(analysis, { file, wanted: ({ rule }) => this.rules.byId.has(rule) && rule.endsWith('-legacy') });
    }
    repairs.settle(() => analysis);
    return new Map([...files].map(([path, text]) => [path, repairs.text(path) ?? text]));
  }

  /** The fix of one rule's first problem; `metadata` of the fixture says for which platform. `undefined` without one. */
  repair(files: Files, rule: string, metadata: ReadonlyMap<string, string>): Files | undefined {
    const [major = 6, minor = 12] = (metadata.get('kernel') ?? '6.12').split('.').map(Number);
    const kind = (metadata.get('platform') ?? 'linux') as PlatformKind;
    const header = (name: string) => files.get(`/include/${name}`);
    const platform: Platform = { ...PLATFORM, kind, kernelVersion: [major, minor] };
    const { problems } = runRules(CATALOGUE, { ...this.#input(files), header, platform });
    const edits = problems.find((each) => each.rule === rule && each.fix)?.fix?.plan();
    return edits && edited(files, edits);
  }

  blob(files: Files, options: BlobOptions = { symbols: false }): Buffer {
    const { tree } = this.#input(files);
    const error = tree.problems.find(({ severity }) => severity === 'error');
    if (error) throw new Error(`the text has an error: ${error.message}`);
    return Buffer.from(writeBlob(tree, options));
  }

  /** What Linux does with the DMA of a device. With `base` the files are an overlay on it. */
  outcome(files: Files, { path, rid }: Device, base?: string): { verdict: string; domid: number | undefined } {
    const own = this.#input(files).tree;
    const tree = base ? applyOverlays(this.#input(new Map([['/base.dts', base]])).tree, [own]) : own;
    const refused = tree.problems.find(({ severity }) => severity === 'error');
    if (refused) throw new Error(`the overlay cannot be applied: ${refused.message}`);
    const node = nodeByPath(tree, path);
    if (!node) throw new Error(`there is no ${path}`);
    const report = configure(tree, PLATFORM, node, rid === undefined ? {} : { rid });
    return { verdict: report.verdict, domid: report.xen?.backendDomid };
  }
}

function problemsOf({ problems, crashes }: RunResult): readonly Problem[] {
  const [crash] = crashes;
  if (crash) throw new Error(`${crash.rule} on ${crash.node}: ${crash.message}`);
  return problems;
}

function edited(files: Files, edits: readonly TextEdit[]): Files {
  const now = new Map(files);
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    const own = edits.filter(({ span }) => span.file === file);
    now.set(file, applyEdits(files.get(file) ?? '', own));
  }
  return now;
}

/** Differences that no migration may bring; empty when all are meant. `grants`: paths of provider nodes. */
export function unintended(before: Buffer, after: Buffer): string[] {
  const lines = differences(before, after);
  const providers = lines.filter((line) => /:(compatible|#iommu-cells)$/.test(line)).map((line) => placeOf(line).path);
  return lines.filter((line) => {
    const { path, name } = placeOf(line);
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

/** Of a line of `differences`; `name` is empty where it is about a whole node. */
function placeOf(line: string): { path: string; name: string } {
  const [path = '', name = ''] = line.slice(2).split(':');
  return { path, name };
}
