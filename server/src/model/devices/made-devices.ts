// SPDX-License-Identifier: MIT
// Devices that a driver makes or takes up itself and sets up by its node: which, with which ID, and what they get.

import { hex } from '#base/numbers.ts';
import type { Machine } from '#model/platform/machine.ts';
import { compareVersions, inVersions } from '#model/platform/platform.ts';
import { at, doubt, quoted, type Steps, say } from '#model/report/steps.ts';
import type { MadeDevice } from '#model/report/types.ts';
import type { Condition } from '#model/statements/index.ts';
import { cells, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { deviceLine } from './device-name.ts';
import { driverCreatedDevices } from './driver-created-devices.ts';

/** More entries than any map has; a longer one is not a map. */
const MOST = 256;

/** What one of them gets, by its ID. */
export type AskById = (id: number) => {
  readonly device: Omit<MadeDevice, 'name' | 'id'>;
  readonly doubts: readonly Condition[];
};

/** The devices that the node's driver makes by its map; `undefined`: it makes none. */
export function madeDevices(machine: Machine, node: DtNode, ask: AskById, steps: Steps): MadeDevice[] | undefined {
  const created = driverCreatedDevices(node);
  if (!created || !inVersions(machine.platform.kernelVersion, created)) return undefined;
  const release = compareVersions(machine.platform.kernelVersion, [7, 3]) >= 0 ? '7.3' : '6.12';
  const authority = `Linux ${release} ${created.source}`;
  if (created.by === 'node') {
    say(steps, authority, `The driver sets up ${created.what}, by this node, too.`);
    return undefined;
  }
  const map = cells(machine.tree, node.properties.get('iommu-map'));
  const entries = Math.floor(map.length / 4);
  const byLength = compareVersions(machine.platform.kernelVersion, [7, 3]) >= 0;
  const lengths = map.slice(0, entries * 4).filter((_, index) => index % 4 === 3);
  const count = Math.min(MOST, byLength ? lengths.reduce((sum, { value }) => sum + value, 0) : entries);
  if (count === 0) return undefined;
  const each = byLength ? `ID of the ${count} that the lengths in` : `of the ${count} entries of`;
  const text = `The driver makes a device for each ${each} \`iommu-map\`${byLength ? ' add up to' : ''}, and sets up its DMA by this node with its number as ID.`;
  say(steps, authority, text, at(node, 'iommu-map'));
  const made: MadeDevice[] = [];
  for (let id = 0; id < count; id++) {
    const { device, doubts } = ask(id);
    for (const condition of doubts) doubt(steps, condition);
    made.push({ name: `${created.what}${id}`, id, ...device });
  }
  for (const run of runs(made)) say(steps, authority, sentence(run));
  const without = made.find(({ group }) => group === null);
  if (without) {
    const failure = `Context device ${without.id} has no IOMMU!`;
    if (without.verdict !== 'defer') steps.log.push(deviceLine(machine, node, failure));
    say(
      steps,
      authority,
      `${quoted(without.name)} has no IOMMU, so the probe of ${quoted(pathOf(node))} fails or waits.`,
    );
  }
  return made;
}

const useOf = ({ iommus }: MadeDevice) => iommus[0];

/** Neighbours that get the same from one IOMMU. */
function runs(made: readonly MadeDevice[]): MadeDevice[][] {
  const result: MadeDevice[][] = [];
  for (const device of made) {
    const last = result.at(-1)?.at(-1);
    const same = last && last.verdict === device.verdict && useOf(last)?.path === useOf(device)?.path;
    if (same) result.at(-1)?.push(device);
    else result.push([device]);
  }
  return result;
}

function sentence(run: readonly MadeDevice[]): string {
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last) return '';
  const names = first === last ? quoted(first.name) : `${quoted(first.name)} to ${quoted(last.name)}`;
  const use = useOf(first);
  if (!use) return `${names}: ${first.verdict}, no IOMMU.`;
  const ids = run.flatMap((device) => useOf(device)?.ids ?? []).map(({ id }) => hex(id));
  return `${names}: ${first.verdict} through ${quoted(use.path)} with ${use.ids[0]?.kind ?? 'ID'} ${ids.join(', ')}.`;
}
