// SPDX-License-Identifier: MIT
// The hover of `dma-ranges` and of a bus: which memory the devices below it reach, at which addresses.
import { t } from '#base/language.ts';
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
  const who = t('Devices below {0}', plain(nameOf(node)));
  if (result === 'unusable') return t('{0}: no entry of dma-ranges leads to memory', who);
  const [only, ...more] = windows;
  if (!only || limit === undefined) return t('{0} see memory at the addresses of the CPU, without a limit', who);
  const bits = t('{0}-bit', limit.toString(2).length);
  if (more.length > 0) return t('{0} see memory through {1} windows ({2})', who, windows.length, bits);
  const reach =
    only.dma === 0n
      ? t('up to {0}', sizeText(only.size))
      : t('{0} from {1} on', sizeText(only.size), code(hex(only.dma)));
  if (only.dma === only.cpu) return t('{0} see memory at the same address, {1} ({2})', who, reach, bits);
  return t('{0} see memory at another address, {1} ({2})', who, sizeText(only.size), bits);
}

function windows({ windows }: Addressing): string[] {
  const shown = windows.slice(0, WINDOWS).map(({ dma, cpu, size }) => {
    return t('bus {0} → memory {1}, size {2}', code(hex(dma)), code(hex(cpu)), code(hex(size)));
  });
  return windows.length > WINDOWS ? [...shown, t('{0} more', windows.length - WINDOWS)] : shown;
}

function reasonOf(node: DtNode, { result }: Addressing): string {
  const property = node.properties.get('dma-ranges');
  if (property && property.value.bytes.length > 0)
    return t('the {0} of {1} counts', code('dma-ranges'), plain(nameOf(node)));
  if (property) {
    return result === 'ok'
      ? t('{0} here is empty: that of a bus above counts', code('dma-ranges'))
      : t('{0} is empty: bus addresses pass one to one', code('dma-ranges'));
  }
  if (result === 'ok')
    return t('no {0} here: that of the bus above counts for devices directly below', code('dma-ranges'));
  if (result === 'hole')
    return t('no {0} here and at the bus above: those further above are not used', code('dma-ranges'));
  return t('no {0} here nor above: bus addresses pass one to one', code('dma-ranges'));
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
  const shown = names.length > 3 ? [...names.slice(0, 2), t('{0} more', names.length - 2)] : names;
  const not =
    names.length === 0 ? '' : t('; not for {0}: a bus on the way has no {1}', shown.join(', '), code('dma-ranges'));
  return t(' for {0} {1} below{2}', count, count === 1 ? t('master') : t('masters'), not);
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
  const outcome = hasSwiotlb(machine.platform).value
    ? t('copied by swiotlb')
    : t('never reached, as there is no swiotlb');
  if (gap === 'unknown') return t('{0}the tree has no RAM: what lies outside is {1}', mark, outcome);
  if (!gap) return '';
  return t(
    'RAM from {0} to {1} is out of reach: {2}',
    code(hex(gap.start)),
    code(hex(gap.start + gap.size - 1n)),
    outcome,
  );
}
