// SPDX-License-Identifier: MIT
// Do lists of phandles with arguments name providers, and give each as many cells as it asks for?
import { insertProperty } from '#rules/edits/edits.ts';
import { planned, repair } from '#rules/edits/repairs.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { cells, cellTarget, nodeSpan, pathOf } from '#tree/query.ts';
import type { Cell, Datum, DtNode, DtProperty } from '#tree/types.ts';
import { dtcRule, onProperty } from './dtc-rule.ts';
import { cellCount, isGuestPhandle } from './facts.ts';
import { countRule } from './value-types.ts';

/** A property that is a list of phandles, each followed by as many cells as the provider's count property says. */
interface PhandleList {
  /** The stem of dtc's two checks, `STEM_property` and `STEM_is_cell`. */
  readonly stem: string;
  readonly property: string;
  readonly count: string;
  /** A provider without the count takes no cells. */
  readonly optional?: true;
  /** What the list gives the device, for the documentation. */
  readonly what: string;
  readonly silencedBy?: readonly string[];
}

const lists: readonly PhandleList[] = [
  { stem: 'clocks', property: 'clocks', count: '#clock-cells', what: 'a clock' },
  { stem: 'cooling_device', property: 'cooling-device', count: '#cooling-cells', what: 'a cooling device' },
  { stem: 'dmas', property: 'dmas', count: '#dma-cells', what: 'a DMA channel' },
  { stem: 'hwlocks', property: 'hwlocks', count: '#hwlock-cells', what: 'a hardware lock' },
  { stem: 'interrupts_extended', property: 'interrupts-extended', count: '#interrupt-cells', what: 'an interrupt' },
  { stem: 'io_channels', property: 'io-channels', count: '#io-channel-cells', what: 'an I/O channel' },
  {
    stem: 'iommus',
    property: 'iommus',
    count: '#iommu-cells',
    what: 'an IOMMU',
    silencedBy: ['iommus-length', 'iommus-bad-phandle', 'iommus-missing-iommu-cells', 'iommus-tail-ignored'],
  },
  { stem: 'mboxes', property: 'mboxes', count: '#mbox-cells', what: 'a mailbox' },
  {
    stem: 'msi_parent',
    property: 'msi-parent',
    count: '#msi-cells',
    optional: true,
    what: 'an MSI controller',
    silencedBy: ['msi-parent-cells'],
  },
  { stem: 'mux_controls', property: 'mux-controls', count: '#mux-control-cells', what: 'a multiplexer' },
  { stem: 'phys', property: 'phys', count: '#phy-cells', what: 'a PHY' },
  { stem: 'power_domains', property: 'power-domains', count: '#power-domain-cells', what: 'a power domain' },
  { stem: 'pwms', property: 'pwms', count: '#pwm-cells', what: 'a PWM' },
  { stem: 'resets', property: 'resets', count: '#reset-cells', what: 'a reset line' },
  { stem: 'sound_dai', property: 'sound-dai', count: '#sound-dai-cells', what: 'an audio interface' },
  { stem: 'thermal_sensors', property: 'thermal-sensors', count: '#thermal-sensor-cells', what: 'a thermal sensor' },
];

function listRules(list: PhandleList): Rule[] {
  const { stem, property, count, what, silencedBy = [] } = list;
  const also = count === '#interrupt-cells' ? 'interrupt-controller; ' : '';
  return [
    countRule({ check: `${stem}_is_cell`, property: count, reader: `\`${property}\` of its users`, also }),
    dtcRule({
      name: `${stem}_property`,
      level: 'warning',
      needs: [`${stem}_is_cell`],
      silencedBy,
      title: `\`${property}\` that does not divide into phandles and arguments`,
      properties: [property],
      doc: `\`${property}\` names ${what} per entry: a phandle, then as many cells as \`${count}\` of the node that it names. Linux reads the list from the front; from the first entry that does not fit, it takes arguments for phandles or gives up, and the device lacks what the list names.`,
      example: {
        bad: `/ { p: provider { ${also}${count} = <1>; }; user { ${property} = <&p>; }; };`,
        good: `/ { p: provider { ${also}${count} = <1>; }; user { ${property} = <&p 0>; }; };`,
      },
      check(context, node) {
        const found = node.properties.get(property);
        return found ? listFindings(context, found, list) : [];
      },
    }),
  ];
}

type Provider = Pick<PhandleList, 'count' | 'optional'>;

/** Walks one list as dtc does, and stops where what follows can only be misread. */
function* listFindings(context: RuleContext, property: DtProperty, { count, optional }: Provider): Generator<Finding> {
  const { tree } = context;
  const { length } = property.value.bytes;
  const paths = property.value.data.filter(({ kind }) => kind === 'path');
  if (paths.length > 0) {
    yield pathFinding(context, property, paths);
    return;
  }
  if (length % 4 !== 0) {
    yield onProperty(
      property,
      `\`${property.name}\` has ${length} bytes, no multiple of 4; Linux drops what fills no cell.`,
    );
    return;
  }
  const all = cells(tree, property);
  for (let at = 0; at < all.length; at++) {
    const cell = all[at];
    if (!cell) return;
    const isReference = cell.ref !== undefined;
    // A phandle of 0 or -1 leaves an optional entry out; in an overlay it may also be a label of the base tree.
    if (!isReference && isNoPhandle(cell.value)) {
      if (tree.plugin) return;
      continue;
    }
    const provider = cellTarget(tree, cell);
    if (!provider) {
      const message = `Cell ${at} of \`${property.name}\` is the phandle of no node; Linux stops reading there.`;
      if (!isReference && !isGuestPhandle(tree, cell)) yield onProperty(property, message);
      return;
    }
    if (!isReference && !isBlobName(tree.file)) yield rawPhandle(property, at, provider);
    const wanted = cellCount(provider, count);
    if (wanted === 'absent' && !optional)
      yield noCount(context, { property, provider, count, args: argumentsAt(all, at) });
    if (wanted === 'malformed' || (wanted === 'absent' && !optional)) return;
    const args = wanted === 'absent' ? 0 : wanted;
    const given = all.length - at - 1;
    if (args > given) {
      const message = `\`${property.name}\` has ${given} cells after \`${pathOf(provider)}\`, whose \`${count}\` asks for ${args}; Linux drops the entry.`;
      yield onProperty(property, message);
      return;
    }
    at += args;
  }
}

/** `clocks = &clk;`: dtc makes the node's path of it. */
function pathFinding({ text }: RuleContext, property: DtProperty, paths: readonly Datum[]): Finding {
  const edits = paths.map(({ span }) => ({ span, text: `<${text(span.file).slice(span.start, span.end)}>` }));
  const isWritten = edits.every((edit) => edit.text.startsWith('<&'));
  const message = `\`${property.name}\` has the path of a node as a string, because the reference is not inside \`<…>\`; Linux takes its letters for phandles.`;
  return {
    ...onProperty(property, message),
    ...(isWritten && { fix: planned('Put the reference between `<` and `>`', edits) }),
  };
}

function isNoPhandle(value: number): boolean {
  return value === 0 || value === 0xffffffff;
}

/** A blob has nothing but numbers, and dtc asks for references only where it read a text (check_property_phandle_args). */
function isBlobName(file: string): boolean {
  return /\.dtbo?$/.test(file);
}

/** Decompilers and toolstacks write numbers; by hand, a label survives a renumbering. */
function rawPhandle(property: DtProperty, at: number, provider: DtNode): Finding {
  const message = `Cell ${at} of \`${property.name}\` is the number of \`${pathOf(provider)}\` instead of a reference to it; it breaks when phandles are numbered anew.`;
  return onProperty(property, message, { severity: 'hint' });
}

/** How many cells seem to belong to the entry: those up to the next reference. */
function argumentsAt(all: readonly Cell[], at: number): number {
  const next = all.findIndex((cell, index) => index > at && cell.ref !== undefined);
  return (next < 0 ? all.length : next) - at - 1;
}

interface Uncounted {
  readonly property: DtProperty;
  readonly provider: DtNode;
  readonly count: string;
  readonly args: number;
}

function noCount({ text }: RuleContext, { property, provider, count, args }: Uncounted): Finding {
  const message = `\`${property.name}\` names \`${pathOf(provider)}\`, which has no \`${count}\`; Linux cannot tell where the entry ends and stops there.`;
  const added = { name: count, value: `<${args}>` };
  return onProperty(property, message, {
    related: [{ message: `no \`${count}\` here`, span: nodeSpan(provider) }],
    choices: [repair(`Add ${count} = <${args}> to ${pathOf(provider)}`, () => insertProperty(text, provider, added))],
  });
}

/** `gpios`, `gpio` and what ends in `-gpios` or `-gpio`; Linux's count properties in `nr-gpios` hold a plain number. */
function isGpioList(name: string): boolean {
  return /(^|-)gpios?$/.test(name) && !name.endsWith(',nr-gpios');
}

const gpioRules: readonly Rule[] = [
  dtcRule({
    name: 'gpios_property',
    level: 'warning',
    title: '`…-gpios` that does not divide into phandles and arguments',
    doc: 'A property that ends in `-gpios` names a GPIO per entry: a phandle, then as many cells as `#gpio-cells` of the controller. Linux reads the list from the front; from the first entry that does not fit, the device lacks its GPIOs. GPIO hogs (`gpio-hog`) have arguments without phandles and are left out.',
    example: {
      bad: '/ { g: gpio-controller { #gpio-cells = <2>; }; user { reset-gpios = <&g 1>; }; };',
      good: '/ { g: gpio-controller { #gpio-cells = <2>; }; user { reset-gpios = <&g 1 0>; }; };',
    },
    properties: isGpioList,
    *check(context, node) {
      if (node.properties.has('gpio-hog')) return;
      for (const property of node.properties.values()) {
        if (isGpioList(property.name)) yield* listFindings(context, property, { count: '#gpio-cells' });
      }
    },
  }),
  dtcRule({
    name: 'deprecated_gpio_property',
    sees: 'node',
    level: 'off',
    title: '`…-gpio` where `…-gpios` is meant',
    knows: 'node',
    doc: 'Properties that name GPIOs end in `-gpios`, also for a single one. Linux still finds the form without `s` through a fallback; new bindings do not describe it.',
    example: {
      bad: '/ { g: gpio-controller { #gpio-cells = <2>; }; user { reset-gpio = <&g 1 0>; }; };',
      good: '/ { g: gpio-controller { #gpio-cells = <2>; }; user { reset-gpios = <&g 1 0>; }; };',
    },
    properties: isGpioList,
    *check(_context, node) {
      for (const property of node.properties.values()) {
        if (!isGpioList(property.name) || property.name.endsWith('s')) continue;
        yield onProperty(
          property,
          `\`${property.name}\` is the old spelling of \`${property.name}s\`; Linux finds it only through a fallback.`,
          {
            tag: 'deprecated',
          },
        );
      }
    },
  }),
];

export const PHANDLE_LIST_RULES: readonly Rule[] = [...lists.flatMap(listRules), ...gpioRules];
