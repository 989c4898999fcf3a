// SPDX-License-Identifier: MIT
// From fixture files to what the server would know: the tree, the platform, the problems.
import { runRules } from '#rules/runner.ts';
import { planFix } from '#rules/runner.ts';
import { CATALOGUE } from '#rules/index.ts';
import type { RunInput, Catalogue } from '#rules/catalogue.ts';
import type { Problem } from '#base/problem.ts';
import type { Fix } from '#rules/rule.ts';
import type { Platform } from '#model/types.ts';
import { Frontend } from '#tree/evaluate.ts';
import type { DeviceTree } from '#tree/types.ts';

const grammar = { parse: () => ({ items: [], length: 0, hasError: true, errors: [] }) };

export const LINUX: Platform = {
  kind: 'linux',
  arch: 'arm64',
  kernelVersion: [6, 12],
  cmdline: '',
  assumed: [],
};

export interface Analysis {
  readonly tree: DeviceTree;
  readonly input: RunInput;
  readonly problems: readonly Problem[];
}

/** Analyses the board `root` of some files in memory. */
export function analyse(
  files: ReadonlyMap<string, string>,
  root: string,
  platform: Platform = LINUX,
  rules: Catalogue = CATALOGUE,
): Analysis {
  const sources = new Map([...files].map(([path, text]) => [path, { path, text }]));
  const frontend = new Frontend(grammar, { read: (path) => sources.get(path) });
  const standalone = root.endsWith('.dtsi');
  const tree = frontend.evaluate(root, { includePaths: ['/include'], defines: [], standalone });
  const input: RunInput = {
    tree,
    platform,
    report: () => undefined,
    text: (file) => files.get(file) ?? '',
  };
  const { problems, crashes } = runRules(rules, input);
  if (crashes.length > 0) throw new Error(`${crashes[0]!.rule} threw on ${crashes[0]!.node}: ${crashes[0]!.message}`);
  return { tree, input, problems };
}

/** Plans the fix of a problem of this analysis. */
export function fixOf(analysis: Analysis, problem: Problem, rules: Catalogue = CATALOGUE): Fix | undefined {
  return planFix(rules, analysis.input, problem);
}
