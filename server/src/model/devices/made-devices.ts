// SPDX-License-Identifier: MIT
// Devices that a driver makes or takes up itself and sets up by its node: which, with which ID, and what they get.

import type { Machine } from '#model/platform/machine.ts';
import { compareVersions, inVersions } from '#model/platform/platform.ts';
import { at, doubt, type Steps, say } from '#model/report/steps.ts';
import type { MadeDevice } from '#model/report/types.ts';
import type { DeviceStatement } from '#model/statements/devices.ts';
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
    say(steps, authority, { kind: 'set-up-by-node', what: created.what });
    return undefined;
  }
  const map = cells(machine.tree, node.properties.get('iommu-map'));
  const entries = Math.floor(map.length / 4);
  const byLength = compareVersions(machine.platform.kernelVersion, [7, 3]) >= 0;
  const lengths = map.slice(0, entries * 4).filter((_, index) => index % 4 === 3);
  const count = Math.min(MOST, byLength ? lengths.reduce((sum, { value }) => sum + value, 0) : entries);
  if (count === 0) return undefined;
  const by = byLength ? 'lengths' : 'entries';
  say(steps, authority, { kind: 'made-by-map', count, by }, at(node, 'iommu-map'));
  const made: MadeDevice[] = [];
  for (let id = 0; id < count; id++) {
    const { device, doubts } = ask(id);
    for (const condition of doubts) doubt(steps, condition);
    made.push({ name: `${created.what}${id}`, id, ...device });
  }
  for (const run of runs(made)) say(steps, authority, statement(run));
  const without = made.find(({ group }) => group === null);
  if (without) {
    const failure = `Context device ${without.id} has no IOMMU!`;
    if (without.verdict !== 'defer') steps.log.push(deviceLine(machine, node, failure));
    say(steps, authority, { kind: 'made-without-iommu', device: without.name, node: pathOf(node) });
  }
  return made;
}

const useOf = ({ iommus }: MadeDevice) => iommus[0];

/** Neighbours that get the same from one IOMMU: the first, and all of them. */
type Run = readonly [MadeDevice, ...MadeDevice[]];

function runs(made: readonly MadeDevice[]): Run[] {
  const result: [MadeDevice, ...MadeDevice[]][] = [];
  for (const device of made) {
    const run = result.at(-1);
    const last = run?.at(-1);
    const same = last && last.verdict === device.verdict && useOf(last)?.path === useOf(device)?.path;
    if (run && same) run.push(device);
    else result.push([device]);
  }
  return result;
}

function statement(run: Run): DeviceStatement {
  const [first] = run;
  const use = useOf(first);
  const ids = run.flatMap((device) => useOf(device)?.ids ?? []).map(({ id }) => id);
  return {
    kind: 'made-devices',
    first: first.name,
    last: (run.at(-1) ?? first).name,
    verdict: first.verdict,
    iommu: use ? { path: use.path, idKind: use.ids[0]?.kind ?? 'ID', ids } : null,
  };
}
