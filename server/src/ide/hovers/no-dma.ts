// SPDX-License-Identifier: MIT
// The hover of a node whose device does no DMA itself, or that has no device: what it is, and who uses it.
import { t, texts } from '#base/language.ts';
import { memo } from '#base/memo.ts';
import { own } from '#base/own.ts';
import { code, plain, prose } from '#ide/explain/markup.ts';
import type { Role } from '#model/devices/dma-role.ts';
import { type Existence, existence } from '#model/devices/existence.ts';
import { machineOf } from '#model/platform/machine.ts';
import { baseName, compatibles, isAvailable, nodeByPath, nodeByReference, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { statementText } from '#wording/statements/index.ts';
import { withoutStop } from '#wording/statements/terms.ts';
import { idsText } from './ids.ts';
import { type Asked, nameOf, placesLine, reasonLine, type Sheet, shortName } from './sheet.ts';

/** A device that lets a DMA controller do it. */
export function throughSheet(asked: Asked, node: DtNode, controllers: readonly string[]): Sheet {
  const { snapshot } = asked;
  const { tree } = snapshot;
  const rename = shortName(tree);
  const names = controllers.map((path) => plain(rename(path)));
  const set = controllers.slice(0, 2).map((path) => {
    const controller = nodeByPath(tree, path);
    const iommus = controller ? snapshot.report(controller).iommus : [];
    const to = [...new Set(iommus.map((use) => plain(rename(use.path))))].join(', ');
    const ids = idsText(tree, iommus);
    return `${plain(rename(path))} → ${to === '' ? t('memory, no IOMMU') : to}${ids === '' ? '' : `, ${ids}`}`;
  });
  return {
    headline: t('{0} lets {1} do its DMA', plain(nameOf(node)), names.join(t(' and '))),
    facts: [kindText(node), compatibleText(node)],
    reason: [t('what is set up for the controller counts: {0}', set.join('; '))],
    links: [anyway(asked, node), placesLine(asked, node)],
  };
}

/** A device without DMA, and a node without a device. */
export function idleSheet(asked: Asked, node: DtNode, { role }: Role): Sheet {
  const { tree, platform } = asked.snapshot;
  const place = existence(machineOf(tree, platform), node);
  const who = plain(nameOf(node));
  const facts = [kindText(node), compatibleText(node), usersText(tree, node)];
  const links = [anyway(asked, node), placesLine(asked, node)];
  const made = place.bus === 'platform' || place.bus === 'amba' || place.bus === 'pci';
  if (made && role === 'none') return { headline: t('{0} does no DMA of its own', who), facts, links };
  if (place.bus === 'other') {
    const reason = [t('on the {0} bus: DMA, if any, is that of its controller', place.busName)];
    return { headline: t('{0} does no DMA of its own', who), facts, reason, links };
  }
  if (!isAvailable(node))
    return { headline: t('{0} is disabled: Linux makes no device', who), facts, reason: why(asked, place), links };
  return { headline: who, facts, reason: [noDevice(asked, place)], links };
}

function why(asked: Asked, { steps }: Existence): string[] {
  const step = steps.list.at(-1);
  return step ? [reasonLine(asked, step)] : [];
}

function noDevice({ snapshot }: Asked, { steps }: Existence): string {
  const step = steps.list.at(-1);
  return step ? prose(withoutStop(statementText(step.statement)), shortName(snapshot.tree)) : '';
}

function anyway({ reader }: Asked, node: DtNode): string {
  return reader.command ? t('[Explain anyway]({0})', reader.command('explain', pathOf(node))) : '';
}

function compatibleText(node: DtNode): string {
  const [first] = compatibles(node);
  return first === undefined ? '' : code(first);
}

/** What a provider is, by the property that makes it one. */
const KINDS = texts({
  // It takes interrupts at its pins, too.
  'gpio-controller': 'GPIO controller',
  'interrupt-controller': 'interrupt controller',
  '#iommu-cells': 'IOMMU',
  '#dma-cells': 'DMA controller',
  '#clock-cells': 'clock provider',
  '#power-domain-cells': 'power domains',
  '#reset-cells': 'reset controller',
  '#interconnect-cells': 'interconnect',
  '#phy-cells': 'PHY',
  '#mbox-cells': 'mailbox',
  '#pwm-cells': 'PWM',
  '#hwlock-cells': 'hardware locks',
  '#io-channel-cells': 'analog converter',
  '#thermal-sensor-cells': 'temperature sensor',
  '#sound-dai-cells': 'audio interface',
  'regulator-name': 'regulator',
});

const NAMES: Readonly<Record<string, string>> = texts({
  pinctrl: 'pin controller',
  pinmux: 'pin controller',
  cpu: 'processor',
  memory: 'memory',
  serial: 'serial port',
  i2c: 'I2C controller',
  spi: 'SPI controller',
  timer: 'timer',
  watchdog: 'watchdog',
  rtc: 'clock with a calendar',
  leds: 'LEDs',
});

function kindText(node: DtNode): string {
  const byName = own(NAMES, baseName(node));
  if (byName !== undefined) return byName;
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const kind = kinds.find((property) => node.properties.has(property));
  return kind === undefined ? '' : KINDS[kind];
}

/** How many nodes have a reference to each node in a value. */
const users = memo((tree: DeviceTree): ReadonlyMap<DtNode, number> => {
  const counts = new Map<DtNode, number>();
  for (const node of walk(tree.root)) {
    const named = new Set<DtNode>();
    for (const { value } of node.properties.values()) {
      for (const { kind, ref } of value.references) {
        const target = kind === 'phandle' ? nodeByReference(tree, ref) : undefined;
        if (target) named.add(target);
      }
    }
    for (const target of named) counts.set(target, (counts.get(target) ?? 0) + 1);
  }
  return counts;
});

function usersText(tree: DeviceTree, node: DtNode): string {
  const count = users(tree).get(node) ?? 0;
  if (count === 0) return '';
  return count === 1 ? t('{0} node names it', count) : t('{0} nodes name it', count);
}
