// SPDX-License-Identifier: MIT
// Rules and model cannot contradict each other: what a message says becomes of a device is what its DMA report says, on
// every rule's example and on every tree of the kernel lab.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Problem } from '#base/problem.ts';
import { DiskFiles } from '#host/sources.ts';
import { configure } from '#model/configure.ts';
import { iommuMap } from '#model/iommu/id-map.ts';
import { machineOf } from '#model/platform/machine.ts';
import type { KernelVersion, Platform } from '#model/platform/types.ts';
import type { Verdict } from '#model/report/types.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import { runRules } from '#rules/engine/runner.ts';
import { RULES } from '#rules/index.ts';
import { LINUX } from '#test/support/analyse.ts';
import { grammar } from '#test/support/evaluate.ts';
import { Frontend } from '#tree/frontend.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

const OWN = catalogue(RULES.filter(({ id }) => !id.startsWith('dtc/')));

/** What a message may say of a device, and the verdicts that it then has. */
const OUTCOMES: readonly (readonly [RegExp, readonly Verdict[]])[] = [
  [/gives (this|the) device direct DMA and bounces/, ['direct+swiotlb']],
  [/gives (this|the) device direct DMA/, ['direct', 'direct+swiotlb']],
  [/through the restricted pool\./, ['restricted-pool']],
  [/translates its DMA with/, ['iommu-dma', 'iommu-dma-fq']],
  [/leaves its DMA untranslated behind/, ['iommu-identity']],
  [/its probe waits until the deferred probe timeout/, ['defer->direct']],
  [/it loses its isolation/, ['defer->direct', 'defer']],
  [/no bus of Linux configures the DMA/, ['not-configured']],
];

/** The same of the functions behind a bridge. */
const OF_FUNCTIONS: readonly (readonly [RegExp, readonly Verdict[]])[] = [
  [/functions that it covers wait .* then get direct DMA/, ['defer->direct']],
  [/functions that it covers get direct DMA/, ['direct', 'direct+swiotlb']],
];

/** Messages that the report of the node, or of the first function of its map, contradicts. */
function contradictions(tree: DeviceTree, platform: Platform, problems: readonly Problem[]): string[] {
  const found: string[] = [];
  for (const { rule, message, node: path } of problems) {
    const node = path === undefined ? undefined : nodeByPath(tree, path);
    if (!node) continue;
    const first = iommuMap(machineOf(tree, platform), node).map?.rows[0]?.base;
    const own = OUTCOMES.find(([words]) => words.test(message));
    const ofFunctions = OF_FUNCTIONS.find(([words]) => words.test(message));
    const asked = own ?? (first === undefined ? undefined : ofFunctions);
    if (!asked) continue;
    const { verdict } = configure(tree, platform, node, own || first === undefined ? {} : { rid: first });
    // The smallest examples leave `compatible` out.
    if (verdict !== 'no-device' && !asked[1].includes(verdict))
      found.push(`${rule} on ${path} (${verdict}): ${message}`);
  }
  return found;
}

function judge(tree: DeviceTree, platform: Platform): string[] {
  const report = (node: DtNode) => configure(tree, platform, node);
  const { problems, crashes } = runRules(OWN, { tree, platform, report, text: () => '' });
  expect(crashes).toEqual([]);
  return contradictions(tree, platform, problems);
}

const RELEASES: readonly KernelVersion[] = [
  [7, 3],
  [6, 12],
];

/** Examples are as small as can be: their devices get what makes Linux look at them. */
const withDevices = (text: string): string =>
  text.replace(/\b(dma(-\w+)?(@\w+)?) \{ (?!compatible)/g, '$1 { compatible = "vendor,dma"; ');

describe('examples', () => {
  test.each(OWN.rules.map((rule) => [rule.id, rule] as const))('%s', (_, { example }) => {
    for (const text of [example.bad, example.good]) {
      const frontend = new Frontend(grammar, {
        read: () => ({ path: '/board.dts', text: `/dts-v1/;\n${withDevices(text)}` }),
      });
      const tree = frontend.evaluate('/board.dts', { includePaths: [], defines: [] });
      for (const kernelVersion of RELEASES) {
        const platform = { ...LINUX, kernelVersion, ...example.platform };
        expect(judge(tree, platform)).toEqual([]);
      }
    }
  });
});

describe('trees of the kernel lab', () => {
  const folder = fileURLToPath(new URL('../kernel/trees', import.meta.url));
  const trees = readdirSync(folder).filter((name) => name.endsWith('.dts') && !name.startsWith('xen-'));
  test.each(trees)('%s', (name) => {
    const frontend = new Frontend(grammar, new DiskFiles());
    const tree = frontend.evaluate(`${folder}/${name}`, { includePaths: [], defines: [] });
    expect(judge(tree, { ...LINUX, kernelVersion: [7, 3] })).toEqual([]);
  });
});
