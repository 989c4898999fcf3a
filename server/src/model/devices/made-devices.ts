// SPDX-License-Identifier: MIT
// Devices that a driver makes or takes up itself and sets up by its node: which, with which ID, and what they get.
import { GATES } from '#model/platform/gates.ts';
import type { Machine } from '#model/platform/machine.ts';
import { has, inVersions } from '#model/platform/releases.ts';
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
  const release = has(machine.platform.kernelVersion, GATES.newestCitations) ? '7.3' : '6.12';
  const authority = `Linux ${release} ${created.source}`;
  if (created.by === 'node') {
    say(steps, authority, { kind: 'set-up-by-node', what: created.what });
    return undefined;
  }
  const ids = created.by === 'channels' ? channels(machine, node) : contexts(machine, node);
  if (ids.length === 0) return undefined;
  const by = created.by === 'channels' ? 'channels' : countsLengths(machine) ? 'lengths' : 'entries';
  say(steps, authority, { kind: 'made-by-map', count: ids.length, by }, at(node, 'iommu-map'));
  const made: MadeDevice[] = [];
  for (const id of ids) {
    const { device, doubts } = ask(id);
    for (const condition of doubts) doubt(steps, condition);
    made.push({ name: `${created.what}${id}`, id, ...device });
  }
  for (const run of runs(made)) say(steps, authority, statement(run));
  const without = made.find(({ group }) => group === null);
  if (without) {
    const failure = `Context device ${without.id} has no IOMMU!`;
    // A channel is no device of a driver, and what it prints is under its own name (`dma0chan1`).
    if (without.verdict !== 'defer' && by !== 'channels') steps.log.push(deviceLine(machine, node, failure));
    say(steps, authority, { kind: 'made-without-iommu', device: without.name, node: pathOf(node) });
  }
  return made;
}

const countsLengths = ({ platform }: Machine): boolean => has(platform.kernelVersion, GATES.host1xLengths);

/** The numbers that a map makes devices for: one per entry, or as many as their lengths add up to. */
function contexts(machine: Machine, node: DtNode): number[] {
  const map = cells(machine.tree, node.properties.get('iommu-map'));
  const entries = Math.floor(map.length / 4);
  const lengths = map.slice(0, entries * 4).filter((_, index) => index % 4 === 3);
  const count = countsLengths(machine) ? lengths.reduce((sum, { value }) => sum + value, 0) : entries;
  return Array.from({ length: Math.min(MOST, count) }, (_, id) => id);
}

/** TEGRA_GPCDMA_DEFAULT_CHANNEL_MASK */
const ALL_BUT_THE_FIRST = 0xfffffffe;

/** The channels that the driver registers, where a map says that each has a stream ID of its own. */
function channels(machine: Machine, node: DtNode): number[] {
  if (!node.properties.has('iommu-map')) return [];
  const [mask] = cells(machine.tree, node.properties.get('dma-channel-mask'));
  const bits = mask?.value ?? ALL_BUT_THE_FIRST;
  return Array.from({ length: 32 }, (_, id) => id).filter((id) => ((bits >>> id) & 1) === 1);
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
