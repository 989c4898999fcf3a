// SPDX-License-Identifier: MIT
// Where the model and a booted Linux disagree about a tree, field by field; what Linux did is never questioned.
import { isPciBus } from '#model/addresses/addresses.ts';
import type { DmaReport } from '#model/report/types.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { dependsOnText } from '#wording/report.ts';
import type { Observation, ObservedDevice, Prediction } from './observation.ts';
import { compareWaits } from './waits.ts';

export interface Field {
  readonly device: string;
  readonly field: string;
  readonly predicted: string;
  readonly observed: string;
  /** `open`: they differ, and the model had said that it depends on what this tree is known not to show. */
  readonly outcome: 'agrees' | 'open' | 'differs';
  /** On what, in the model's words. */
  readonly dependsOn?: string;
}

/**
 * Every compared field of every device that Linux decided about. `unseen` names, in the model's words, what decides the
 * tree's outcome and no tree shows (the size of a hardware register, say): only a doubt about that excuses a difference.
 */
export function compareWithKernel(
  prediction: Prediction,
  observation: Observation,
  unseen: readonly string[] = [],
): Field[] {
  return judged(prediction, observation, { unseen });
}

/** What a machine of no lab shows: sysfs and its log, not the arguments of functions. */
export interface LiveView {
  /** The log has its beginning, so a line that is not there was not printed. */
  readonly wholeLog: boolean;
  /** debugfs says whose probe waits. */
  readonly showsDeferred: boolean;
}

/** The same for a machine that runs somewhere: a doubt of the model excuses a difference, whatever it is about. */
export function compareWithMachine(prediction: Prediction, observation: Observation, live: LiveView): Field[] {
  return judged(prediction, observation, { live });
}

interface View {
  /** Absent: every doubt counts. */
  readonly unseen?: readonly string[];
  readonly live?: LiveView;
}

function judged(prediction: Prediction, observation: Observation, view: View): Field[] {
  const { unseen } = view;
  const excused = (found: Field): Field =>
    found.outcome !== 'open' || !unseen || unseen.some((fact) => found.dependsOn?.includes(fact))
      ? found
      : { ...found, outcome: 'differs' };
  return allFields(prediction, observation, view).map(excused);
}

function allFields(prediction: Prediction, observation: Observation, { live }: View): Field[] {
  const byPath = new Map(prediction.reports.map((report) => [report.path, report]));
  const pairs = observation.devices.map((device) => ({ device, report: reportFor(prediction, byPath, device) }));
  const fields = pairs.flatMap(({ device, report }) => {
    if (!report) return [field(device.node, 'exists', { predicted: 'no report', observed: 'a device' })];
    return compareDevice(device, report, { observation, live });
  });
  return [
    ...fields,
    ...(live?.wholeLog === false ? [] : compareUnclaimed(pairs, observation)),
    ...compareWaits(prediction, observation).map((pair) => {
      const doubts = byPath.get(pair.device)?.dependsOn;
      return field(pair.device, pair.field, { ...pair, dependsOn: doubts && dependsOnText(doubts) });
    }),
    ...compareGroups(pairs),
    ...compareExistence(prediction, observation),
  ];
}

function reportFor(
  prediction: Prediction,
  byPath: ReadonlyMap<string, DmaReport>,
  device: ObservedDevice,
): DmaReport | undefined {
  return device.rid === undefined
    ? byPath.get(device.node)
    : prediction.functionAt(device.node, requesterId(device.rid));
}

function requesterId(rid: string): number {
  const [bus = 0, device = 0, fn = 0] = rid.split(/[:.]/).map((part) => Number.parseInt(part, 16));
  return (bus << 8) | (device << 3) | fn;
}

const nameOf = (device: ObservedDevice) => (device.rid === undefined ? device.node : `${device.node} ${device.rid}`);

function field(
  device: string,
  name: string,
  values: { readonly predicted: string; readonly observed: string; readonly dependsOn?: string | undefined },
): Field {
  const { predicted, observed, dependsOn } = values;
  if (predicted === observed) return { device, field: name, predicted, observed, outcome: 'agrees' };
  if (dependsOn === undefined) return { device, field: name, predicted, observed, outcome: 'differs' };
  return { device, field: name, predicted, observed, outcome: 'open', dependsOn };
}

interface Seen {
  readonly observation: Observation;
  readonly live: LiveView | undefined;
}

function compareDevice(device: ObservedDevice, report: DmaReport, { observation, live }: Seen): Field[] {
  const dependsOn = report.dependsOn && dependsOnText(report.dependsOn);
  const fields: Field[] = [];
  const add = (name: string, predicted: string, observed: string) =>
    fields.push(field(nameOf(device), name, { predicted, observed, dependsOn }));
  if (live) add('verdict', shownBySysfs(report.verdict), shownBySysfs(device.verdict));
  else add('verdict', report.verdict, device.verdict);
  if (live?.showsDeferred !== false) {
    add('waits', String(waits(report)), String(device.deferred !== undefined || device.verdict === 'defer->direct'));
  }
  if (!live && hasHardware(device))
    add('bound', String(report.verdict !== 'defer'), String(device.driver !== undefined));
  add('reserved', ranges(report.reserved), ranges(device.reserved ?? []));
  if (device.bounced !== undefined) add('bounces', String(report.verdict === 'direct+swiotlb'), String(device.bounced));
  if (device.domid !== undefined) add('domid', String(report.xen?.backendDomid ?? 'none'), String(device.domid));
  if (device.ring !== undefined) add('ring', report.verdict === 'xen-grant' ? 'grant' : 'memory', device.ring);
  if (device.coherent !== undefined) add('coherent', String(report.coherent), String(device.coherent));
  if (device.iommuOps !== undefined) add('iommuOps', String(getsIommuOps(report)), String(device.iommuOps));
  const { showsLimits, showsWindows } = probesOf(observation.kernel);
  if (device.coherent !== undefined && showsLimits) {
    add('dmaLimit', report.dmaLimit ?? 'none', device.dmaLimit ?? 'none');
  }
  if (device.coherent !== undefined && showsWindows) {
    add('dmaRanges', windows(report.dmaRanges), windows(device.dmaRanges ?? []));
  }
  if (device.group !== undefined) {
    if (device.ids !== undefined) add('ids', ids(report), device.ids.map((id) => `0x${id.toString(16)}`).join(' '));
    if (device.iommu !== undefined) add('iommu', translating(report), device.iommu);
  }
  return live?.wholeLog === false ? fields : [...fields, ...compareLog(device, report, observation)];
}

/** Only what belongs to a group is told apart: what a device without one bounces, no file says. */
function shownBySysfs(verdict: string): string {
  const direct = ['direct', 'direct+swiotlb', 'restricted-pool', 'xen-swiotlb', 'xen-grant', 'defer->direct'];
  return direct.includes(verdict) ? 'no IOMMU' : verdict;
}

/** Debian's 6.12 has names for its probes; its 6.1 shows arguments, and the lab's own kernel no more than coherence. */
const probesOf = (release: string) => ({
  showsLimits: release.includes('-'),
  showsWindows: release.includes('-') && !release.startsWith('6.1.'),
});

/** In a translating group, whose aperture holds the device's `dma-ranges`; Xen sets its own operations on top. */
const getsIommuOps = ({ group, verdict, log }: DmaReport) =>
  group !== null && verdict !== 'iommu-identity' && !log.some((line) => line.includes('retaining platform DMA ops'));

const waits = (report: DmaReport) => report.verdict === 'defer' || report.verdict === 'defer->direct';

/** The lab puts a device behind the last eight transports only; a driver that finds none stays unbound in every tree. */
function hasHardware({ node, bus }: ObservedDevice): boolean {
  return bus === 'amba' || /\/virtio_mmio@a003/.test(node);
}

const ranges = (reserved: readonly { start: string; end: string; type: string }[]) =>
  reserved
    .map(({ start, end, type }) => `${start}-${end} ${type}`)
    .sort()
    .join(', ') || 'none';

const windows = (list: NonNullable<ObservedDevice['dmaRanges']>) =>
  list.map(({ dmaStart, cpuStart, size }) => `${dmaStart}→${cpuStart}+${size}`).join(', ') || 'none';

/** IDs in the form of the driver's fwspec: arm_smmu_of_xlate puts the mask into the upper half. */
const ids = (report: DmaReport) =>
  report.iommus
    .flatMap((use) => use.ids.map(({ id, mask }) => `0x${(((mask ?? 0) << 16) | id).toString(16).replace('-', '')}`))
    .join(' ');

/** With several IOMMUs of one driver the group is that of one: the model's group name begins with its path. */
const translating = (report: DmaReport) => report.group?.replace(/#.*$/, '') ?? 'none';

/** `virtio-mmio a003e00.virtio_mmio: Adding …` without its first word: the tree does not say which driver binds. */
const withoutDriver = (line: string) => line.replace(/^[^ ]+ ([^ ]+: )/, '$1');

/** Lines of a driver that refuses its own device are about that driver's probe, not about the device's DMA. */
const probeFailure = /probe with driver|#iommu-cells (property|value)|region too small|context irq|#global-interrupts/;

function compareLog(device: ObservedDevice, report: DmaReport, observation: Observation): Field[] {
  const observed = new Set([...(device.log ?? []), ...observation.log].map(withoutDriver));
  const predicted = new Set(report.log.map(withoutDriver));
  const missing = [...predicted].filter((line) => !observed.has(line));
  const own = (device.log ?? []).filter((line) => !probeFailure.test(line)).map(withoutDriver);
  const surprising = own.filter((line) => !predicted.has(line));
  if (predicted.size + own.length === 0) return [];
  const name = nameOf(device);
  if (missing.length + surprising.length > 0) {
    const values = {
      predicted: missing.join(' | '),
      observed: surprising.join(' | '),
      dependsOn: report.dependsOn && dependsOnText(report.dependsOn),
    };
    return [field(name, 'log', values)];
  }
  const all = [...predicted].join(' | ');
  return [field(name, 'log', { predicted: all, observed: all })];
}

/** Lines about nodes that no device's report has; a function without driver is in none, circles are in waits.ts. */
function compareUnclaimed(
  pairs: readonly { readonly device: ObservedDevice; readonly report: DmaReport | undefined }[],
  { log, undecided }: Observation,
): Field[] {
  const predicted = new Set(pairs.flatMap(({ report }) => report?.log ?? []));
  const unbound = undecided.filter((name) => !name.startsWith('/')).map((rid) => `0x${requesterId(rid).toString(16)}`);
  const ofUnbound = (line: string) => unbound.includes(/-map translation for id (0x\w+) /.exec(line)?.[1] ?? '');
  const dependsOn = dependsOnText(pairs.flatMap(({ report }) => report?.dependsOn ?? [])) || undefined;
  return log
    .filter((line) => !line.includes('dependency cycle') && !predicted.has(line) && !ofUnbound(line))
    .map((line) => field('of no device', 'log', { predicted: '', observed: line, dependsOn }));
}

/** With whom a device shares its group: names are Linux's numbers on one side and the model's on the other. */
function compareGroups(pairs: readonly { device: ObservedDevice; report: DmaReport | undefined }[]): Field[] {
  const company = (key: (pair: (typeof pairs)[number]) => string | number | undefined | null) => {
    const members = new Map<string | number, string[]>();
    for (const pair of pairs) {
      const group = key(pair) ?? undefined;
      if (group !== undefined) members.set(group, [...(members.get(group) ?? []), nameOf(pair.device)]);
    }
    return (pair: (typeof pairs)[number]) => members.get(key(pair) ?? '')?.join(' ') ?? 'none';
  };
  const predicted = company((pair) => pair.report?.group);
  const observed = company((pair) => pair.device.group);
  return pairs
    .filter(({ device, report }) => device.group !== undefined || (report?.group ?? null) !== null)
    .map((pair) =>
      field(nameOf(pair.device), 'group', {
        predicted: predicted(pair),
        observed: observed(pair),
        dependsOn: pair.report?.dependsOn && dependsOnText(pair.report.dependsOn),
      }),
    );
}

function isFunction(tree: DeviceTree, path: string): boolean {
  const parent = nodeByPath(tree, path)?.parent;
  return parent !== undefined && isPciBus(parent);
}

/** Nodes that the model holds for devices and Linux has none of, or the other way round. */
function compareExistence({ tree, reports }: Prediction, observation: Observation): Field[] {
  // Xen keeps what it drives itself, and the tree was written for both.
  if (observation.undecided.includes('/hypervisor')) return [];
  const there = new Set([...observation.devices.map((device) => device.node), ...observation.undecided]);
  return (
    reports
      // PCI functions are told by their numbers.
      .filter((report) => report.rid === undefined && !isFunction(tree, report.path))
      .map((report) =>
        field(report.path, 'exists', {
          predicted: report.verdict === 'no-device' ? 'no device' : 'a device',
          observed: there.has(report.path) ? 'a device' : 'no device',
          dependsOn: report.dependsOn && dependsOnText(report.dependsOn),
        }),
      )
  );
}
