// SPDX-License-Identifier: MIT
// From fixture files to what the server would know: the tree, the platform, the problems.
import { normalize } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import { configure } from '#model/configure.ts';
import type { Platform } from '#model/types.ts';
import { type Catalogue, catalogue, type RunInput } from '#rules/catalogue.ts';
import { CATALOGUE, RULES } from '#rules/index.ts';
import type { Fix } from '#rules/rule.ts';
import { planFix, runRules } from '#rules/runner.ts';
import { Frontend } from '#tree/evaluate.ts';
import type { DeviceTree } from '#tree/types.ts';
import { grammar } from './evaluate.ts';

/** Linux 6.12 on arm64 with every driver built. */
export const LINUX: Platform = { kind: 'linux', arch: 'arm64', kernelVersion: [6, 12], cmdline: '', assumed: [] };

/** Fixtures are as small as their subject allows, so dtc's checks of form stay out unless a test asks for them. */
const OWN_RULES = catalogue(RULES.filter(({ id }) => !id.startsWith('dtc/')));

export interface Analysis {
  readonly tree: DeviceTree;
  readonly input: RunInput;
  readonly problems: readonly Problem[];
}

export interface AnalyseOptions {
  readonly platform?: Platform;
  readonly rules?: Catalogue;
  readonly severities?: RunInput['severities'];
}

/** Analyses the board `root` of some files in memory. A rule that throws is a failed test. */
export function analyse(files: ReadonlyMap<string, string>, root: string, options: AnalyseOptions = {}): Analysis {
  const { platform = LINUX, rules = OWN_RULES, severities } = options;
  const sources = new Map([...files].map(([path, text]) => [path, { path, text }]));
  const frontend = new Frontend(grammar, { read: (path) => sources.get(normalize(path)) });
  const tree = frontend.evaluate(root, { includePaths: ['/include'], defines: [], standalone: root.endsWith('.dtsi') });
  const input: RunInput = {
    tree,
    platform,
    report: (node) => configure(tree, platform, node),
    text: (file) => files.get(file) ?? '',
    ...(severities && { severities }),
  };
  const { problems, crashes } = runRules(rules, input);
  const [crash] = crashes;
  if (crash) throw new Error(`${crash.rule} threw on ${crash.node}: ${crash.message}`);
  return { tree, input, problems };
}

/** Plans the fix of a problem of this analysis, as the editor would. */
export function fixOf(analysis: Analysis, problem: Problem, rules: Catalogue = CATALOGUE): Fix | undefined {
  return planFix(rules, analysis.input, problem);
}
