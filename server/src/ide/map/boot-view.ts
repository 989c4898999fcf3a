// SPDX-License-Identifier: MIT
// Who waits for whom: a device with all that must be bound before it, level by level, and who holds up how many masters.
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { decisiveWait, endText, supplierDriverText } from '#ide/explain/boot-text.ts';
import { type BootStep, type BootWait, bootOrder, bootWaits } from '#model/probe/boot-order.ts';
import { nodeByPath, pathOf } from '#tree/query.ts';
import type { DmaMap } from './dma-map.ts';
import { nameOf } from './names.ts';
import { type OwnWait, ownWaits } from './own-waits.ts';

export interface BootNode {
  readonly path: string;
  readonly name: string;
  /** `CONFIG_ARM_SMMU, a module`. */
  readonly driver: string | null;
  /** On the longest way to the device. */
  readonly onWay: boolean;
  /** What does not end by itself, a clause. */
  readonly stuck: string | null;
}

export interface BootEdge {
  readonly from: string;
  readonly to: string;
  readonly property: string | null;
  readonly onWay: boolean;
}

export interface Holder {
  readonly path: string;
  readonly name: string;
  /** Names of the masters that wait for it themselves. */
  readonly masters: readonly string[];
}

export interface BootView {
  readonly path: string;
  readonly name: string;
  /** The first waits for nobody; the last has the device. */
  readonly levels: readonly (readonly BootNode[])[];
  readonly edges: readonly BootEdge[];
  /** Names of devices that wait for each other: Linux lets go of the links between them. */
  readonly cycles: readonly (readonly string[])[];
  /** Of the device itself. */
  readonly waits: readonly OwnWait[];
  /** Those with most masters first. */
  readonly holders: readonly Holder[];
}

/** `undefined`: the tree has no such node. */
export function bootViewOf(snapshot: Snapshot, map: DmaMap, path: string): BootView | undefined {
  const { tree, platform } = snapshot;
  const node = nodeByPath(tree, path.split('#')[0] ?? path);
  if (!node || platform.kind === 'zephyr') return undefined;
  const name = (at: string): string => nodeByPath(tree, at)?.labels[0]?.name ?? at.slice(at.lastIndexOf('/') + 1);
  const { steps, cycles } = bootOrder(tree, platform, [node]);
  const own = pathOf(node);
  const target = steps.find((step) => step.path === own)?.path ?? steps.at(-1)?.path ?? own;
  const links = steps.flatMap((step) => edgesOf(step, steps));
  const way = longestWay(target, links, steps);
  const onWay = (from: string, to: string): boolean => way.indexOf(to) >= 0 && way[way.indexOf(to) + 1] === from;
  const bootNode = (step: BootStep): BootNode => {
    const stuck = decisiveWait(step.waits);
    return {
      path: step.path,
      name: name(step.path),
      driver: step.driver && supplierDriverText(step.driver),
      onWay: way.includes(step.path),
      stuck: stuck ? `${name(stuck.on)}: ${endText(stuck)}` : null,
    };
  };
  const numbers = [...new Set(steps.map(({ level }) => level))];
  const levels = numbers.map((number) => steps.filter(({ level }) => level === number).map(bootNode));
  return {
    path: target,
    name: name(target),
    levels: levels.map((row) => row.toSorted((a, b) => Number(b.onWay) - Number(a.onWay))),
    edges: links.map((link) => ({ ...link, onWay: onWay(link.from, link.to) })),
    cycles: cycles.map((cycle) => cycle.map(name)),
    waits: ownWaits(tree, steps.find((step) => step.path === target)?.waits ?? []),
    holders: holdersOf(snapshot, map, name),
  };
}

/** Linux itself waits, and it comes. */
function isHeld({ by, end }: BootWait): boolean {
  return by !== 'driver' && end !== 'nothing';
}

/** From the suppliers that are devices of the picture. */
function edgesOf(step: BootStep, steps: readonly BootStep[]): Omit<BootEdge, 'onWay'>[] {
  const edges = step.waits.filter(isHeld).flatMap(({ device, on, property }) => {
    const from = steps.find(({ path }) => path === (device ?? on))?.path;
    return from === undefined || from === step.path ? [] : [{ from, to: step.path, property }];
  });
  return [...new Map(edges.map((edge) => [edge.from, edge])).values()];
}

/** From the device back to one that waits for nobody, always by one level. */
function longestWay(target: string, links: readonly Omit<BootEdge, 'onWay'>[], steps: readonly BootStep[]): string[] {
  const level = new Map(steps.map((step) => [step.path, step.level]));
  const way = [target];
  for (let at: string | undefined = target; at !== undefined; ) {
    const here: string = at;
    const wanted = (level.get(here) ?? 1) - 1;
    at = links.find(({ from, to }) => to === here && level.get(from) === wanted)?.from;
    if (at !== undefined) way.push(at);
  }
  return way;
}

function holdersOf({ tree, platform }: Snapshot, { devices }: DmaMap, name: (path: string) => string): Holder[] {
  const holders = new Map<string, Set<string>>();
  for (const device of devices) {
    const node = device.madeBy === null && nodeByPath(tree, device.path);
    if (!node || device.verdict === 'no-device') continue;
    for (const wait of bootWaits(tree, platform, node).filter(isHeld)) {
      const on = wait.device ?? wait.on;
      const masters = holders.get(on) ?? new Set();
      holders.set(on, masters.add(nameOf(device)));
    }
  }
  return [...holders]
    .map(([path, masters]) => ({ path, name: name(path), masters: [...masters] }))
    .sort((a, b) => b.masters.length - a.masters.length);
}
