// SPDX-License-Identifier: MIT
// From fixture files to what the server would know: the tree, the platform, the problems.
import { normalize } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import { configure } from '#model/configure.ts';
import type { Platform, XenSystem } from '#model/platform/types.ts';
import { type Catalogue, catalogue, type RunInput } from '#rules/engine/catalogue.ts';
import { inEitherReading } from '#rules/engine/release-readings.ts';
import { runRules } from '#rules/engine/runner.ts';
import { CATALOGUE, RULES } from '#rules/index.ts';
import type { DtcVersion } from '#tree/dtc/version.ts';
import { Frontend } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { grammar } from './evaluate.ts';
import type { Fixture } from './fixture.ts';
import { refusal } from './memory-files.ts';

/** Linux 6.12 on arm64 with every driver built. */
export const LINUX: Platform = { kind: 'linux', arch: 'arm64', kernelVersion: [6, 12], cmdline: '', assumed: [] };

/** Fixtures are as small as their subject allows, so dtc's checks of form stay out unless a test asks for them. */
const OWN_RULES = catalogue(RULES.filter(({ id }) => !id.startsWith('dtc/')));

/** All rules but one switched off, for boards on which its cause has other consequences, too. */
export function only(id: string): AnalyseOptions {
  if (!CATALOGUE.byId.has(id)) throw new Error(`there is no rule ${id}`);
  const others = RULES.filter((rule) => rule.id !== id);
  return { severities: new Map(others.map((rule) => [rule.id, 'off'])) };
}

export interface Analysis {
  readonly tree: DeviceTree;
  /** Of the board; of the partial trees follow. */
  readonly inputs: readonly [RunInput, ...RunInput[]];
  readonly problems: readonly Problem[];
}

export interface AnalyseOptions {
  readonly platform?: Platform;
  readonly rules?: Catalogue;
  readonly severities?: RunInput['severities'];
  /** The dtc that reads the board; absent: the newest. */
  readonly dtc?: DtcVersion;
  /** Partial trees: the board is the Xen host that reads them. */
  readonly domains?: Fixture['domains'];
}

/** Analyses the board `root` of some files in memory. A rule that throws is a failed test. */
export function analyse(files: ReadonlyMap<string, string>, root: string, options: AnalyseOptions = {}): Analysis {
  const { platform = LINUX, rules = OWN_RULES, severities, dtc, domains = [] } = options;
  const sources = new Map([...files].map(([path, text]) => [path, { path, text }]));
  const frontend = new Frontend(grammar, { read: (path) => sources.get(normalize(path)), refusal });
  const treeOf = (file: string) =>
    frontend.evaluate(file, {
      includePaths: ['/include'],
      defines: [],
      standalone: file.endsWith('.dtsi'),
      ...(dtc && { dtc }),
    });
  const inputOf = (tree: DeviceTree, own: Platform): RunInput => ({
    tree,
    platform: own,
    report: (node) => configure(tree, own, node),
    text: (file) => files.get(file) ?? '',
    header: (name) => files.get(`/include/${name}`),
    ...(severities && { severities }),
  });
  const tree = treeOf(root);
  const { xenBuild } = platform;
  const alone = domains.length === 0 ? undefined : systemOf(tree, domains, treeOf);
  const system = alone && { ...alone, ...(xenBuild && { build: xenBuild }) };
  const inputs: Analysis['inputs'] = [
    inputOf(tree, system ? { ...platform, kind: 'xen-host', xen: system } : platform),
    ...(system?.domains ?? []).map((domain) => inputOf(domain.tree, { ...platform, kind: 'xen-domu', xen: system! })),
  ];
  const problems = inputs.flatMap((input) => run(rules, input));
  return { tree, inputs, problems };
}

function systemOf(host: DeviceTree, domains: Fixture['domains'], treeOf: (file: string) => DeviceTree): XenSystem {
  return { host, domains: domains.map(({ file, ...node }) => ({ ...node, tree: treeOf(file) })) };
}

function run(rules: Catalogue, input: RunInput): readonly Problem[] {
  const { problems, crashes } = inEitherReading(input.platform, (platform) =>
    runRules(
      rules,
      platform === input.platform
        ? input
        : { ...input, platform, report: (node) => configure(input.tree, platform, node) },
    ),
  );
  const [crash] = crashes;
  if (crash) throw new Error(`${crash.rule} threw on ${crash.node}: ${crash.message}`);
  return problems;
}
