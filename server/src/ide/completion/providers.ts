// SPDX-License-Identifier: MIT
// Which nodes a property may name, how many cells follow each, and what the cells mean. Property names and counts are
// those of the bindings below Documentation/devicetree/bindings of Linux and of the Devicetree Specification 0.4.
import { own } from '#base/own.ts';
import { baseName, compatibles, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** How the value of a property names nodes. */
export interface ListForm {
  /** `map`: requester ID, phandle, cells, length. `interrupts`: cells of the interrupt parent alone. */
  readonly form: 'list' | 'map' | 'interrupts';
  /** Property of the named node with the number of cells that follow; absent: none follow. */
  readonly cells?: string;
  /** What follows where the node lacks that property; absent: the node does not fit. */
  readonly fallback?: number;
  readonly fits: (node: DtNode) => boolean;
  /** What is named, for people. */
  readonly what: string;
}

const has = (property: string) => (node: DtNode) => node.properties.has(property);
const below = (parent: string) => (node: DtNode) => node.parent !== undefined && baseName(node.parent) === parent;
const compatibleWith = (pattern: RegExp) => (node: DtNode) => compatibles(node).some((name) => pattern.test(name));

function list(what: string, cells: string): ListForm {
  return { form: 'list', cells, fits: has(cells), what };
}

function bare(what: string, fits: ListForm['fits']): ListForm {
  return { form: 'list', fits, what };
}

const clocks = list('clock controller', '#clock-cells');
const gpios = list('GPIO controller', '#gpio-cells');
const interrupts = list('interrupt controller', '#interrupt-cells');
const iommus = list('IOMMU', '#iommu-cells');
const msi: ListForm = {
  form: 'list',
  cells: '#msi-cells',
  fallback: 0,
  fits: has('msi-controller'),
  what: 'MSI controller',
};
const regulators = bare('regulator', isRegulator);
const phyNodes = bare('Ethernet PHY', (node) => /phy/.test(baseName(node)) && !node.properties.has('#phy-cells'));

const FORMS: Readonly<Record<string, ListForm>> = {
  iommus,
  'iommu-map': { ...iommus, form: 'map' },
  'msi-parent': msi,
  'msi-map': { ...msi, form: 'map' },
  clocks,
  'assigned-clocks': clocks,
  'assigned-clock-parents': clocks,
  resets: list('reset controller', '#reset-cells'),
  'power-domains': list('power domain', '#power-domain-cells'),
  'performance-domains': list('performance domain', '#performance-domain-cells'),
  interconnects: list('interconnect', '#interconnect-cells'),
  dmas: list('DMA controller', '#dma-cells'),
  phys: list('PHY', '#phy-cells'),
  mboxes: list('mailbox', '#mbox-cells'),
  pwms: list('PWM', '#pwm-cells'),
  'io-channels': list('ADC', '#io-channel-cells'),
  'io-backends': list('ADC backend', '#io-backend-cells'),
  'nvmem-cells': { form: 'list', cells: '#nvmem-cell-cells', fallback: 0, fits: isNvmemCell, what: 'NVMEM cell' },
  'thermal-sensors': list('thermal sensor', '#thermal-sensor-cells'),
  'cooling-device': list('cooling device', '#cooling-cells'),
  'sound-dai': list('audio interface', '#sound-dai-cells'),
  hwlocks: list('hardware lock', '#hwlock-cells'),
  'mux-controls': list('multiplexer', '#mux-control-cells'),
  'mux-states': list('multiplexer', '#mux-state-cells'),
  'access-controllers': list('access controller', '#access-controller-cells'),
  'trigger-sources': list('trigger', '#trigger-source-cells'),
  pses: list('PSE', '#pse-cells'),
  'interrupts-extended': interrupts,
  interrupts: { ...interrupts, form: 'interrupts' },
  'interrupt-parent': bare(
    'interrupt controller',
    (node) => has('interrupt-controller')(node) || has('interrupt-map')(node),
  ),
  'wakeup-parent': bare('interrupt controller', has('interrupt-controller')),
  'memory-region': bare('reserved memory', below('reserved-memory')),
  'remote-endpoint': bare('endpoint', (node) => /^endpoint\b/.test(baseName(node))),
  'phy-handle': phyNodes,
  'operating-points-v2': bare('OPP table', compatibleWith(/operating-points-v2/)),
  'required-opps': bare(
    'OPP',
    (node) => node.parent !== undefined && compatibleWith(/operating-points-v2/)(node.parent),
  ),
  'next-level-cache': bare('cache', (node) => has('cache-level')(node) || compatibleWith(/^cache$/)(node)),
  'l2-cache': bare('cache', has('cache-level')),
  backlight: bare('backlight', (node) => /backlight/.test(baseName(node)) || compatibleWith(/backlight/)(node)),
  panel: bare('panel', (node) => /^panel/.test(baseName(node))),
  trip: bare('trip point', below('trips')),
  cpu: bare('CPU', (node) => baseName(node) === 'cpu'),
  'cpu-idle-states': bare('idle state', compatibleWith(/idle-state$/)),
  'domain-idle-states': bare('idle state', compatibleWith(/idle-state$/)),
  affinity: bare('CPU', (node) => baseName(node) === 'cpu'),
  leds: bare('LED', (node) => /^led\b/.test(baseName(node))),
  syscon: bare('system controller', compatibleWith(/^syscon$/)),
};

/** How the value of a property names nodes; `undefined` where no binding that many devices share says so. */
export function formOf(property: string): ListForm | undefined {
  const known = own(FORMS, property);
  if (known) return known;
  if (/^pinctrl-\d+$/.test(property)) return bare('pin configuration', isPinState);
  if (/(?:^|-)gpios?$/.test(property) && !/nr-gpios$/.test(property)) return gpios;
  if (property.endsWith('-supply')) return regulators;
  return undefined;
}

/** How many cells follow the node's phandle. */
export function cellCount({ cells, fallback }: ListForm, provider: DtNode | undefined): number | undefined {
  if (cells === undefined) return 0;
  const count = provider ? (u32(provider.properties.get(cells)) ?? fallback) : undefined;
  return count === undefined ? undefined : Math.min(count, 16);
}

function isRegulator(node: DtNode): boolean {
  const { properties } = node;
  if (properties.has('regulator-name') || properties.has('regulator-min-microvolt')) return true;
  return compatibleWith(/^regulator-/)(node) || (below('regulators')(node) && !properties.has('compatible'));
}

const PIN_PROPERTIES = ['pins', 'pinmux', 'groups', 'function', 'fsl,pins', 'rockchip,pins', 'pinctrl-single,pins'];

/** It, or a node below it, says how pins are set, and it is no device. */
function isPinState(node: DtNode): boolean {
  if (node.properties.has('compatible')) return false;
  const sets = (each: DtNode) => PIN_PROPERTIES.some((name) => each.properties.has(name));
  if (sets(node) || [...node.children.values()].some(sets)) return true;
  return node.parent !== undefined && /^pin(?:ctrl|mux)/.test(baseName(node.parent));
}

function isNvmemCell({ parent, properties }: DtNode): boolean {
  if (properties.has('#nvmem-cell-cells')) return true;
  if (!parent || !properties.has('reg') || properties.has('compatible')) return false;
  return (
    baseName(parent) === 'nvmem-layout' || compatibleWith(/efuse|eeprom|ocotp|qfprom|nvmem|otp|fixed-layout/)(parent)
  );
}
