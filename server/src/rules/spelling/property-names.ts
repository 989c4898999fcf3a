// SPDX-License-Identifier: MIT
// Names of properties that look like a well-known one with a letter wrong.
import { distance } from '#base/likeness.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import { ALL_PLATFORMS, type Rule, type RuleContext } from '#rules/engine/rule.ts';
import { lastSet } from '#tree/query.ts';
import type { DtProperty } from '#tree/types.ts';

/** Read by Linux itself or by its subsystems, whatever the device is; short names are like too many others. */
const WELL_KNOWN = [
  'compatible',
  'status',
  'ranges',
  'dma-ranges',
  'dma-coherent',
  'dma-noncoherent',
  'iommus',
  'iommu-map',
  'iommu-map-mask',
  'iommu-addresses',
  'msi-map',
  'msi-map-mask',
  'msi-parent',
  'memory-region',
  'memory-region-names',
  'interrupts',
  'interrupts-extended',
  'interrupt-parent',
  'interrupt-controller',
  'interrupt-map',
  'interrupt-map-mask',
  'interrupt-names',
  'reg-names',
  'clocks',
  'clock-names',
  'clock-frequency',
  'clock-output-names',
  'assigned-clocks',
  'assigned-clock-rates',
  'assigned-clock-parents',
  'resets',
  'reset-names',
  'power-domains',
  'power-domain-names',
  'pinctrl-names',
  'phy-names',
  'dma-names',
  'mbox-names',
  'interconnects',
  'interconnect-names',
  'nvmem-cells',
  'nvmem-cell-names',
  'io-channels',
  'io-channel-names',
  'gpio-controller',
  'operating-points-v2',
  'remote-endpoint',
  'required-opps',
  'thermal-sensors',
  '#address-cells',
  '#size-cells',
  '#interrupt-cells',
  '#iommu-cells',
  '#msi-cells',
  '#clock-cells',
  '#reset-cells',
  '#power-domain-cells',
  '#interconnect-cells',
  '#thermal-sensor-cells',
  '#sound-dai-cells',
  '#nvmem-cell-cells',
  '#io-channel-cells',
  '#gpio-cells',
  '#phy-cells',
  '#dma-cells',
  '#pwm-cells',
  '#mbox-cells',
];

/** Names of bindings (Linux 7.3, Documentation/devicetree/bindings) that are so much like one of them. */
const OTHERS: ReadonlySet<string> = new Set(['states', 'stats', '#pse-cells', 'pse-names', 'clock-lanes', 'pwm-names']);

const known: ReadonlySet<string> = new Set(WELL_KNOWN);

/** The name that is meant; `undefined` for names that may be right, and where two are as near. */
function meant(name: string): string | undefined {
  if (known.has(name) || OTHERS.has(name) || name.includes(',') || name.length < 5) return undefined;
  const written = bare(name);
  let best: string | undefined;
  let least = 3;
  for (const candidate of WELL_KNOWN) {
    const other = bare(candidate);
    // A beginning that differs is another word; a number at the end counts things.
    if (other[0] !== written[0] || Math.abs(other.length - written.length) > 2) continue;
    if (written.startsWith(other) && /^[-\d]*$/.test(written.slice(other.length))) {
      if (candidate.slice(1) !== name && written !== other) continue;
    }
    // `clock`, `iommu`, `reset`, `range` are words of bindings.
    if (other.length < 9 && `${written}s` === other) continue;
    const far = distance(written, other, 2);
    if (far > (other.length > 11 ? 2 : 1) || far > least) continue;
    best = far === least ? undefined : candidate;
    least = far;
  }
  return best;
}

/** Without the `#`, which one forgets. */
function bare(name: string): string {
  return name.replace(/^#/, '').toLowerCase().replaceAll('_', '-');
}

const misspelled: Rule = {
  id: 'property-misspelled',
  severity: 'warning',
  platforms: ALL_PLATFORMS,
  sees: 'node',
  knows: 'node',
  fixable: true,
  judgement: true,
  title: 'Property whose name is like a well-known one',
  doc: `The name differs by a letter or two from a property that Linux reads on every device, and the node lacks that property.
Nothing reads the one that is written: with \`compatibel\` there is no driver, with \`#adress-cells\` the children are read with
the default. Correct the name. A name that a binding of yours has is silenced by a comment.`,
  source: 'Linux 7.3 drivers/of/base.c:__of_find_property compares whole names',
  example: {
    bad: board('dma { compatibel = "acme,dma"; };'),
    good: board('dma { compatible = "acme,dma"; };'),
  },
  properties: (name) => meant(name) !== undefined,
  *check(context, node) {
    if (['aliases', '__symbols__', '__fixups__', '__local_fixups__'].includes(node.name)) return;
    for (const property of node.properties.values()) {
      const name = meant(property.name);
      if (name === undefined || node.properties.has(name)) continue;
      const isWritten = writtenAs(context, property) === property.name;
      yield {
        message: `${property.name} is not a property that Linux reads; ${name}, which is like it, is missing here.`,
        span: lastSet(property).name,
        ...(isWritten && {
          fix: repair(`Change ${property.name} to ${name}`, () => ({ span: lastSet(property).name, text: name })),
        }),
      };
    }
  },
};

function writtenAs({ text }: RuleContext, property: DtProperty): string {
  const { file, start, end } = lastSet(property).name;
  return text(file).slice(start, end);
}

export const NAME_SPELLING_RULES: readonly Rule[] = [misspelled];
