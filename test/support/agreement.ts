// SPDX-License-Identifier: MIT
// Whether rules and model say the same of a tree: each outcome that a message names, held against the DMA report.
import type { Problem } from '#base/problem.ts';
import { configure } from '#model/configure.ts';
import { iommuMap, mapId } from '#model/iommu/id-map.ts';
import { machineOf } from '#model/platform/machine.ts';
import type { Platform } from '#model/platform/types.ts';
import type { Verdict } from '#model/report/types.ts';
import { type Catalogue, catalogue } from '#rules/engine/catalogue.ts';
import { runRules } from '#rules/engine/runner.ts';
import { RULES } from '#rules/index.ts';
import { nodeByPath, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

export const OWN: Catalogue = catalogue(RULES.filter(({ id }) => !id.startsWith('dtc/')));

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

/** A function that is looked up in an entry of the map whose IOMMU the message names. */
function coveredBy(tree: DeviceTree, platform: Platform, node: DtNode, message: string): number | undefined {
  const { map } = iommuMap(machineOf(tree, platform), node);
  const named = map?.rows.filter(({ provider }) => provider && message.includes(pathOf(provider)));
  return named?.find((row) => {
    const found = mapId(map, node, 'iommu-map', row.base);
    return found.kind === 'mapped' && found.row === row;
  })?.base;
}

/** Messages that the report of the node, or of a function of its map, contradicts. */
export function contradictions(tree: DeviceTree, platform: Platform, problems: readonly Problem[]): string[] {
  const found: string[] = [];
  for (const { rule, message, node: path } of problems) {
    const node = path === undefined ? undefined : nodeByPath(tree, path);
    if (!node) continue;
    const covered = coveredBy(tree, platform, node, message);
    const own = OUTCOMES.find(([words]) => words.test(message));
    const ofFunctions = OF_FUNCTIONS.find(([words]) => words.test(message));
    const asked = own ?? (covered === undefined ? undefined : ofFunctions);
    if (!asked) continue;
    const { verdict } = configure(tree, platform, node, own || covered === undefined ? {} : { rid: covered });
    // The smallest examples leave `compatible` out.
    if (verdict !== 'no-device' && !asked[1].includes(verdict))
      found.push(`${rule} on ${path} (${verdict}): ${message}`);
  }
  return found;
}

/** What rules and model say differently of a tree; a rule that throws, or breaks its own promises, is said, too. */
export function disagreements(tree: DeviceTree, platform: Platform): string[] {
  const report = (node: DtNode) => configure(tree, platform, node);
  const { problems, crashes } = runRules(OWN, { tree, platform, report, text: () => '' });
  return [...crashes.map((crash) => JSON.stringify(crash)), ...contradictions(tree, platform, problems)];
}
