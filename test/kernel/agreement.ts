// SPDX-License-Identifier: MIT
// Where the model and a booted Linux disagree about a tree, field by field; what Linux did is never questioned.
import type { DmaReport } from '#model/types.ts';
import type { Prediction } from './predict.ts';

/** One device of an observation; an absent field is `null`, or none. See scripts/kernel-lab/observe.mjs. */
export interface ObservedDevice {
  readonly node: string;
  /** `00:02.0`; only PCI functions have one. */
  readonly rid?: string;
  readonly name: string;
  readonly bus: string;
  readonly verdict: string;
  readonly driver?: string;
  readonly coherent?: boolean;
  readonly dmaLimit?: string;
  readonly dmaRanges?: readonly { readonly dmaStart: string; readonly cpuStart: string; readonly size: string }[];
  readonly iommu?: string;
  /** As the driver keeps them: an SMMUv2's mask in the upper half. */
  readonly ids?: readonly number[];
  /** Whether the DMA API maps through the IOMMU; absent on 6.1, whose probes do not show it. */
  readonly iommuOps?: boolean;
  readonly group?: number;
  readonly reserved?: readonly { readonly start: string; readonly end: string; readonly type: string }[];
  /** What Linux said that the device waits for: while modules were still being loaded, and at the end. */
  readonly waited?: string;
  readonly deferred?: string;
  readonly log?: readonly string[];
}

export interface Observation {
  readonly kernel: string;
  readonly devices: readonly ObservedDevice[];
  /** Nodes whose device no driver tried to bind, so that Linux never looked at their DMA. */
  readonly undecided: readonly string[];
  /** Lines about nodes rather than devices. */
  readonly log: readonly string[];
}

export interface Field {
  readonly device: string;
  readonly field: string;
  readonly predicted: string;
  readonly observed: string;
  /** `open`: they differ, and the model had said that it depends on something the tree does not show. */
  readonly outcome: 'agrees' | 'open' | 'differs';
}

/** Every compared field of every device that Linux decided about. */
export function compareWithKernel(prediction: Prediction, observation: Observation): Field[] {
  const byPath = new Map(prediction.reports.map((report) => [report.path, report]));
  const pairs = observation.devices.map((device) => ({ device, report: reportFor(prediction, byPath, device) }));
  const fields = pairs.flatMap(({ device, report }) => {
    if (!report) return [field(device.node, 'exists', { predicted: 'no report', observed: 'a device', open: false })];
    return compareDevice(device, report, observation);
  });
  return [...fields, ...compareGroups(pairs), ...compareExistence(prediction, observation)];
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
  values: { readonly predicted: string; readonly observed: string; readonly open: boolean },
): Field {
  const { predicted, observed, open } = values;
  const outcome = predicted === observed ? 'agrees' : open ? 'open' : 'differs';
  return { device, field: name, predicted, observed, outcome };
}

function compareDevice(device: ObservedDevice, report: DmaReport, observation: Observation): Field[] {
  const open = report.certainty === 'depends';
  const fields: Field[] = [];
  const add = (name: string, predicted: string, observed: string) =>
    fields.push(field(nameOf(device), name, { predicted, observed, open }));
  add('verdict', report.verdict, device.verdict);
  add('waits', String(waits(report)), String(device.deferred !== undefined || device.verdict === 'defer->direct'));
  if (hasHardware(device)) add('bound', String(report.verdict !== 'defer'), String(device.driver !== undefined));
  add('reserved', ranges(report.reserved), ranges(device.reserved ?? []));
  if (device.coherent !== undefined) add('coherent', String(report.coherent), String(device.coherent));
  if (device.iommuOps !== undefined) {
    add('dmaLimit', report.dmaLimit ?? 'none', device.dmaLimit ?? 'none');
    add('dmaRanges', windows(report.dmaRanges), windows(device.dmaRanges ?? []));
  }
  if (device.group !== undefined) {
    if (device.ids !== undefined) add('ids', ids(report), device.ids.map((id) => `0x${id.toString(16)}`).join(' '));
    if (device.iommu !== undefined) add('iommu', translating(report), device.iommu);
  }
  return [...fields, ...compareLog(device, report, observation)];
}

const waits = (report: DmaReport) => report.verdict === 'defer' || report.verdict === 'defer->direct';

/** The lab puts a device behind the last eight transports only; a driver that finds none stays unbound in every tree. */
function hasHardware({ node, bus }: ObservedDevice): boolean {
  return bus === 'amba' || /^\/virtio_mmio@a003/.test(node);
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
const withoutDriver = (line: string) => line.replace(/^[^ ]+ ([^ ]+: )/, '$1').replace(/^OF: /, 'OF: ');

function compareLog(device: ObservedDevice, report: DmaReport, observation: Observation): Field[] {
  const open = report.certainty === 'depends';
  const observed = new Set([...(device.log ?? []), ...observation.log].map(withoutDriver));
  const predicted = new Set(report.log.map(withoutDriver));
  const missing = [...predicted].filter((line) => !observed.has(line));
  const surprising = (device.log ?? []).map(withoutDriver).filter((line) => !predicted.has(line));
  if (predicted.size + (device.log?.length ?? 0) === 0) return [];
  const values = { predicted: missing.join(' | '), observed: surprising.join(' | '), open };
  const outcome = missing.length + surprising.length === 0 ? 'agrees' : open ? 'open' : 'differs';
  return [{ device: nameOf(device), field: 'log', ...values, outcome }];
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
        open: pair.report?.certainty === 'depends',
      }),
    );
}

/** Nodes that the model holds for devices and Linux has none of, or the other way round. */
function compareExistence({ reports }: Prediction, observation: Observation): Field[] {
  const there = new Set([...observation.devices.map((device) => device.node), ...observation.undecided]);
  return reports
    .filter((report) => report.rid === undefined)
    .map((report) =>
      field(report.path, 'exists', {
        predicted: report.verdict === 'no-device' ? 'no device' : 'a device',
        observed: there.has(report.path) ? 'a device' : 'no device',
        open: report.certainty === 'depends',
      }),
    );
}
