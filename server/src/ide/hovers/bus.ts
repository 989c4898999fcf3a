// SPDX-License-Identifier: MIT
// The hover of `dma-ranges` and of a bus: which memory the devices below it reach, at which addresses.
import { hex } from '#base/numbers.ts';
import { code, linkMarkdown, plain } from '#ide/explain/markup.ts';
import { type Addressing, addressing, dmaParent } from '#model/addresses/dma-ranges.ts';
import { memoryBanks, outOfReach } from '#model/addresses/memory.ts';
import { dmaRole } from '#model/devices/dma-role.ts';
import { existence } from '#model/devices/existence.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { hasSwiotlb } from '#model/platform/platform.ts';
import { lastSet, walk } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { sizeText } from './device.ts';
import { type Asked, nameOf, placesLine, type Sheet } from './sheet.ts';

/** Windows that are listed. */
const WINDOWS = 3;
/** Deeper than any tree; only circular `interconnects` get there. */
const MAX_DEPTH = 64;

export function busSheet(asked: Asked, node: DtNode): Sheet {
  const { tree, platform } = asked.snapshot;
  const machine = machineOf(tree, platform);
  const property = node.properties.get('dma-ranges');
  const found = addressing(machine, node);
  const place = property
    ? ` — ${linkMarkdown(asked.reader.link(lastSet(property).name))} · ${code('of_dma_get_range')}`
    : '';
  return {
    headline: headline(node, found),
    facts: windows(found),
    reason: [`${reasonOf(node, found)}${mastersText(machine, node)}${place}`, ramLine(asked, machine, found)],
    links: [placesLine(asked, node)],
  };
}

function headline(node: DtNode, { windows, limit, result }: Addressing): string {
  const who = `Devices below ${plain(nameOf(node))}`;
  if (result === 'unusable') return `${who}: no entry of dma-ranges leads to memory`;
  const [only, ...more] = windows;
  if (!only || limit === undefined) return `${who} see memory at the addresses of the CPU, without a limit`;
  const bits = `${limit.toString(2).length}-bit`;
  if (more.length > 0) return `${who} see memory through ${windows.length} windows (${bits})`;
  const reach =
    only.dma === 0n ? `up to ${sizeText(only.size)}` : `${sizeText(only.size)} from ${code(hex(only.dma))} on`;
  if (only.dma === only.cpu) return `${who} see memory at the same address, ${reach} (${bits})`;
  return `${who} see memory at another address, ${sizeText(only.size)} (${bits})`;
}

function windows({ windows }: Addressing): string[] {
  const shown = windows.slice(0, WINDOWS).map(({ dma, cpu, size }) => {
    return `bus ${code(hex(dma))} → memory ${code(hex(cpu))}, size ${code(hex(size))}`;
  });
  return windows.length > WINDOWS ? [...shown, `${windows.length - WINDOWS} more`] : shown;
}

function reasonOf(node: DtNode, { result }: Addressing): string {
  const property = node.properties.get('dma-ranges');
  if (property && property.value.bytes.length > 0) return `the ${code('dma-ranges')} of ${plain(nameOf(node))} counts`;
  if (property) {
    return result === 'ok'
      ? `${code('dma-ranges')} here is empty: that of a bus above counts`
      : `${code('dma-ranges')} is empty: bus addresses pass one to one`;
  }
  if (result === 'ok') return `no ${code('dma-ranges')} here: that of the bus above counts for devices directly below`;
  if (result === 'hole') return `no ${code('dma-ranges')} here and at the bus above: those further above are not used`;
  return `no ${code('dma-ranges')} here nor above: bus addresses pass one to one`;
}

/** How many masters the property counts for, and which below it do not come to it. */
function mastersText(machine: Machine, bus: DtNode): string {
  if ((bus.properties.get('dma-ranges')?.value.bytes.length ?? 0) === 0) return '';
  let count = 0;
  const lost: string[] = [];
  for (const node of walk(bus)) {
    if (node === bus || !isMaster(machine, node)) continue;
    const way = wayTo(machine, node, bus);
    if (way === 'reaches') count++;
    if (way === 'hole') lost.push(plain(nameOf(node)));
  }
  const names = [...new Set(lost)];
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : names;
  const not = names.length === 0 ? '' : `; not for ${shown.join(', ')}: a bus on the way has no ${code('dma-ranges')}`;
  return ` for ${count} ${count === 1 ? 'master' : 'masters'} below${not}`;
}

function isMaster(machine: Machine, node: DtNode): boolean {
  if (!node.properties.has('compatible') && !node.properties.has('iommus')) return false;
  const { bus } = existence(machine, node);
  const made = bus === 'platform' || bus === 'amba';
  return dmaRole(machine.tree, node, machine.platform.kernelVersion, made).role === 'master';
}

/** As of_dma_get_range looks for the property: the first that is not empty, unless one on the way is missing. */
function wayTo(machine: Machine, device: DtNode, bus: DtNode): 'reaches' | 'hole' | 'other' {
  let hole = false;
  let at = dmaParent(machine, device).node;
  for (let depth = 0; at && depth < MAX_DEPTH; depth++) {
    const property = at.properties.get('dma-ranges');
    if (at === bus) return hole ? 'hole' : 'reaches';
    if (property && property.value.bytes.length > 0) return 'other';
    if (!property && depth > 0) hole = true;
    at = dmaParent(machine, at).node;
  }
  return 'other';
}

function ramLine({ reader }: Asked, machine: Machine, found: Addressing): string {
  const mark = reader.command ? '$(question) ' : '';
  const gap = outOfReach(memoryBanks(machine), found);
  const outcome = hasSwiotlb(machine.platform).value ? 'copied by swiotlb' : 'never reached, as there is no swiotlb';
  if (gap === 'unknown') return `${mark}the tree has no RAM: what lies outside is ${outcome}`;
  if (!gap) return '';
  return `RAM from ${code(hex(gap.start))} to ${code(hex(gap.start + gap.size - 1n))} is out of reach: ${outcome}`;
}
