// SPDX-License-Identifier: MIT
// Whom each device waits for: the model's suppliers against Linux's device links, reasons of deferral and circles.
import { deviceName } from '#model/devices/device-name.ts';
import { existence } from '#model/devices/existence.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { allCycles } from '#model/probe/dependency-cycles.ts';
import { type DeviceLink, deviceLinks, waitReason } from '#model/probe/device-links.ts';
import { nodeByPath, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Observation, ObservedDevice, Prediction } from './observation.ts';

export interface Pair {
  readonly device: string;
  readonly field: string;
  readonly predicted: string;
  readonly observed: string;
}

export function compareWaits({ tree, platform }: Prediction, observation: Observation): Pair[] {
  const machine = machineOf(tree, platform);
  const bound = new Set(observation.devices.flatMap(({ name, driver }) => (driver === undefined ? [] : [name])));
  const pairs = observation.devices.flatMap((device): Pair[] => {
    const node = device.rid === undefined ? nodeByPath(tree, device.node) : undefined;
    if (!node) return [];
    const waited = device.waited === undefined ? [] : [reasonPair(machine, node, device, bound)];
    return observation.links ? [...waited, linkPair(machine, node, device, observation.links)] : waited;
  });
  return [...pairs, ...cyclePairs(machine, observation)];
}

/**
 * The first supplier that is not there; without any, the driver asked for the wait, and gave no reason. A supplier that
 * is bound in the end was not there if the reason names it (its module came later).
 */
function reasonPair(machine: Machine, node: DtNode, observed: ObservedDevice, bound: Set<string>): Pair {
  const waited = shorter(observed.waited ?? '');
  const there = (link: DeviceLink) =>
    link.end === 'nothing' ||
    (link.device === link.supplier &&
      bound.has(deviceName(machine, link.supplier)) &&
      waited !== shorter(waitReason(machine, link)));
  const missing = deviceLinks(machine, node).find((link) => link.released === undefined && !there(link));
  const predicted = missing ? shorter(waitReason(machine, missing)) : 'no reason given';
  return { device: observed.node, field: 'first waits', predicted, observed: waited };
}

/** Linux 6.1 names a supplier without a device by its last name only. */
const shorter = (reason: string) => reason.replace(/^\w+: /, '').replace(/(wait for supplier ).*\/([^/]+)$/, '$1$2');

/** The devices that fw_devlink keeps a device waiting for, each with a link that holds the probe back. */
function linkPair(
  machine: Machine,
  node: DtNode,
  { node: path, name }: ObservedDevice,
  links: readonly string[],
): Pair {
  const holding = deviceLinks(machine, node).filter(
    ({ released, end, supplier, device }) => released === undefined && end !== 'nothing' && supplier === device,
  );
  const predicted = holding.map(({ supplier }) => deviceName(machine, supplier));
  const observed = links.flatMap((link) => (link.endsWith(` <- ${name}`) ? [link.split(' ')[0] ?? ''] : []));
  return { device: path, field: 'links', predicted: list(predicted), observed: list(observed) };
}

const list = (names: readonly string[]) => [...names].sort().join(', ') || 'none';

/** Who waits for each other. */
function cyclePairs(machine: Machine, { circles: lines = [] }: Observation): Pair[] {
  if (machine.platform.kind !== 'linux') return [];
  const circles: Set<string>[] = [];
  for (const line of lines) {
    const [, consumer, supplier] = /^(\/\S*): Fixed dependency cycle\(s\) with (\/\S*)$/.exec(line) ?? [];
    if (consumer === undefined || supplier === undefined) continue;
    const known = circles.find((circle) => circle.has(consumer) || circle.has(supplier));
    if (known) known.add(consumer).add(supplier);
    else circles.push(new Set([consumer, supplier]));
  }
  const predicted = allCycles(machine).map((circle) =>
    list(circle.filter((node) => isDevice(machine, node)).map(pathOf)),
  );
  if (circles.length + predicted.length === 0) return [];
  return [
    {
      device: '/',
      field: 'circles',
      predicted: predicted.sort().join(' | '),
      observed: circles
        .map((circle) => list([...circle]))
        .sort()
        .join(' | '),
    },
  ];
}

const isDevice = (machine: Machine, node: DtNode) => existence(machine, node).bus !== 'none';
