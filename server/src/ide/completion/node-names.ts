// SPDX-License-Identifier: MIT
// Names of new nodes, with the body that such a node begins with, and the unit address that `reg` gives.
import { t } from '#base/language.ts';
import { baseName, u32 } from '#tree/query.ts';
import { bindingChildren, describedBy } from './binding-knowledge.ts';
import { contentOf } from './blocks.ts';
import { type Here, pathOfDraft } from './drafts.ts';
import { increase, kindsFor } from './evidence.ts';
import { type CompletionItem, literal } from './item.ts';
import type { Tail } from './properties.ts';

/** Devicetree Specification 0.4, section 2.2.2: generic names. */
const GENERIC_NAMES =
  'adc accelerometer air-pollution-sensor atm audio-codec audio-controller backlight bluetooth bus cache-controller camera can charger clock clock-controller co2-sensor compact-flash cpu cpus crypto disk display display-controller dma-controller dsi dsp eeprom efuse endpoint ethernet ethernet-phy fdc flash gnss gpio gpu gyrometer hdmi hwlock i2c i2c-mux i3c i3c-master ide interrupt-controller iommu isa keyboard key keys lcd-controller led leds led-controller light-sensor lora magnetometer mailbox mdio memory memory-controller mmc mmc-slot mouse nand-controller nvram oscillator parallel pc-card pci pcie phy pinctrl pmic pmu port ports power-monitor pwm regulator reset-controller rng rtc sata scsi serial sound spi spmi sram-controller ssi-controller syscon temperature-sensor timer touchscreen tpm usb usb-hub usb-phy vibrator video-codec vme watchdog wifi'.split(
    ' ',
  );

/** Names that never have an address. */
const PLAIN =
  /^(?:aliases|chosen|cpus|cpu-map|ports|sound|keys|leds|regulators|opp-table|thermal-zones|trips|cooling-maps|psci|firmware|idle-states|cache|l\d-cache)$/;

/** What nothing works without. */
const REQUIRED = 0;
const SIBLING = 5;
const NAMED = 6;
const GENERIC = 7;

/** Names of nodes that may be added here: those of the kind first. */
export function nodeNames(here: Here, tail: Tail, open: boolean): CompletionItem[] {
  if (tail === '=') return [];
  const { tree } = here.view.snapshot;
  const counts = new Map<string, number>();
  for (const child of here.node?.children.values() ?? []) increase(counts, baseName(child));
  for (const kind of kindsFor(tree, here.draft, here.node).slice(0, 2)) {
    for (const [name, count] of kind.children) if (!counts.has(name)) counts.set(name, count);
  }
  const cells = cellsOf(here);
  const present = new Set(here.content.children);
  const item = (name: string, rank: number, order: number, addressed: boolean): CompletionItem => ({
    label: addressed ? `${name}@…` : `${name} {…}`,
    kind: 'node',
    detail: 'node',
    snippet: open ? literal(name) : literal(name) + bodyOf(addressed ? cells : undefined),
    filter: name,
    rank,
    order,
  });
  if (/^\/fragment(?:[@-][^/]*)?$/.test(pathOfDraft(here))) return [item('__overlay__', REQUIRED, 0, false)];
  const items: CompletionItem[] = [];
  for (const [name, count] of counts) {
    if (present.has(name)) continue;
    items.push(item(name, SIBLING, -count, cells.address > 0 && hasAddress(here, name)));
  }
  const described = describedBy(here);
  for (const { name, addressed } of described ? bindingChildren(described) : []) {
    if (counts.has(name) || present.has(name)) continue;
    counts.set(name, 0);
    items.push(item(name, NAMED, 0, addressed && cells.address > 0));
  }
  for (const name of GENERIC_NAMES) {
    if (counts.has(name) || present.has(name)) continue;
    items.push(item(name, GENERIC, 0, cells.address > 0 && !PLAIN.test(name)));
  }
  return items;
}

/** Whether children of that name have a unit address here. */
function hasAddress({ node }: Here, name: string): boolean {
  const same = [...(node?.children.keys() ?? [])].filter((key) => key.split('@')[0] === name);
  return same.length > 0 ? same.some((key) => key.includes('@')) : !PLAIN.test(name);
}

interface Cells {
  readonly address: number;
  readonly size: number;
}

/** How the node counts addresses of its children; 2 and 1 where it does not say (Devicetree Specification 2.3.5). */
function cellsOf({ node, content }: Here): Cells {
  const typed = (name: string) => /<\s*(\d+)\s*>/.exec(content.values.get(name) ?? '')?.[1];
  const count = (name: string, otherwise: number) =>
    Math.min(Number(typed(name) ?? u32(node?.properties.get(name)) ?? otherwise), 4);
  if (!node && content.values.size === 0) return { address: 2, size: 1 };
  const bus = node?.properties.has('#address-cells') || typed('#address-cells') !== undefined;
  return bus ? { address: count('#address-cells', 2), size: count('#size-cells', 1) } : { address: 0, size: 0 };
}

function bodyOf(cells: Cells | undefined): string {
  if (!cells) return ' {\n\t$0\n};';
  const address = `${'0x0 '.repeat(cells.address - 1)}0x\${1:0}`;
  const size = cells.size > 0 ? ` ${'0x0 '.repeat(cells.size - 1)}\${2:0x1000}` : '';
  return `@\${1:0} {\n\tcompatible = "$3";\n\treg = <${address}${size}>;\n\t$0\n};`;
}

/** Behind `name@`: what the `reg` of the block that follows says. */
export function unitAddresses(here: Here, text: string, offset: number): CompletionItem[] {
  const brace = /^[\w,.]*\s*\{/.exec(text.slice(offset, offset + 80));
  if (!brace) return [];
  const { values } = contentOf(text, offset + brace[0].length, offset);
  const first =
    /<([^>]*)>/
      .exec(values.get('reg') ?? '')?.[1]
      ?.trim()
      .split(/\s+/) ?? [];
  const cells = first.slice(0, Math.max(1, cellsOf(here).address));
  if (cells.length === 0 || !cells.every((cell) => /^(?:0x[\da-f]+|\d+)$/i.test(cell))) return [];
  let address = 0n;
  for (const cell of cells) address = (address << 32n) + BigInt(cell);
  const label = address.toString(16);
  return [{ label, kind: 'value', detail: t('the address of reg'), snippet: label, rank: 0 }];
}
