// SPDX-License-Identifier: MIT
// Whether Linux makes a device for a node, on which bus, and whether that bus sets up DMA.
import { own } from '#base/own.ts';
import { isPciBus } from '#model/addresses/addresses.ts';
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import { at, doubt, newSteps, type Steps, say, sayIf } from '#model/report/steps.ts';
import { baseName, compatibles, isAvailable, pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { HELPER_NODES, populatingDriver, RESERVED_DEVICES } from './populating-drivers.ts';
import { takenEarly } from './supplier-drivers.ts';

/** `other`: a bus without a dma_configure, named by {@link Existence.busName}. */
export type Bus = 'platform' | 'amba' | 'pci' | 'none' | 'other';

export interface Existence {
  readonly bus: Bus;
  /** For people: `I2C`, `platform`. */
  readonly busName: string;
  readonly steps: Steps;
}

const BUS_CREATE = 'Linux 6.12 drivers/of/platform.c:of_platform_bus_create';
const POPULATE_INIT = 'Linux 6.12 drivers/of/platform.c:of_platform_default_populate_init';
const CREATE_PDATA = 'Linux 6.12 drivers/of/platform.c:of_platform_device_create_pdata';
const REALLY_PROBE = 'Linux 6.12 drivers/base/dd.c:really_probe';

/** Buses that the generic walk descends into (drivers/of/platform.c:of_default_bus_match_table). */
export const WALKED_BUSES: readonly string[] = ['simple-bus', 'simple-mfd', 'isa', 'arm,amba-bus'];

/**
 * The device whose driver makes the node's device when it binds: that of the nearest node above, unless Linux makes the
 * children of that one by itself at the start.
 */
export function madeBy(machine: Machine, node: DtNode): DtNode | undefined {
  for (let up = node.parent; up?.parent; up = up.parent) {
    const { bus } = existence(machine, up);
    if (bus === 'none') continue;
    return bus === 'platform' && compatibles(up).some((name) => WALKED_BUSES.includes(name)) ? undefined : up;
  }
  return undefined;
}

/**
 * Node names of controllers whose children are devices of their own bus, which has no dma_configure. The names are
 * those of the Devicetree Specification, the generic names list; `cells` is the `#size-cells` that such a bus has.
 */
const CHILD_BUSES: Readonly<Record<string, string>> = {
  i2c: 'I2C',
  'i2c-bus': 'I2C',
  i2c0: 'I2C',
  i3c: 'I3C',
  spi: 'SPI',
  mdio: 'MDIO',
  dsi: 'MIPI DSI',
  slim: 'SLIMbus',
  slimbus: 'SLIMbus',
  soundwire: 'SoundWire',
  usb: 'USB',
  hub: 'USB',
  'glink-edge': 'RPMsg',
  'smd-edge': 'RPMsg',
  apr: 'APR',
  gpr: 'GPR',
  mmc: 'MMC',
  sdhci: 'MMC',
};

/** Serial controllers: a child with a compatible string is a serial device. */
const SERIAL: readonly string[] = ['serial', 'uart'];

/** Where the node's device lives, or why there is none. */
export const existence: PerNode<Existence> = perNode(locate, () => none(newSteps()), {
  asksParents: true,
});

function none(steps: Steps): Existence {
  return { bus: 'none', busName: 'none', steps };
}

function locate(machine: Machine, node: DtNode): Existence {
  const steps = newSteps();
  const parent = node.parent;
  if (!parent) {
    say(steps, POPULATE_INIT, { kind: 'root' });
    return none(steps);
  }
  if (isPciBus(parent)) return pciFunction(machine, node, steps);
  if (!isAvailable(node)) {
    say(steps, CREATE_PDATA, { kind: 'status-off' }, at(node, 'status'));
    return none(steps);
  }
  const strings = compatibles(node);
  const helper = own(HELPER_NODES, baseName(node));
  if (helper !== undefined && existence(machine, parent).bus === 'platform') {
    say(steps, `Linux 6.12 ${helper}`, { kind: 'made-by-parent', parent: pathOf(parent) });
    return { bus: 'platform', busName: 'platform', steps };
  }
  if (!node.properties.has('compatible')) {
    say(steps, BUS_CREATE, { kind: 'no-compatible' });
    return none(steps);
  }
  if (strings.includes('operating-points-v2')) {
    say(steps, BUS_CREATE, { kind: 'operating-points' }, at(node, 'compatible'));
    return none(steps);
  }
  const early = takenEarly(machine.platform, node);
  if (early) {
    const { compatible, taker } = early;
    say(steps, `Linux 6.12 ${taker}`, { kind: 'taken-early', compatible }, at(node, 'compatible'));
    return none(steps);
  }
  if (!parent.parent || isTopLevelFolder(node)) return atTop(node, strings, steps);
  return below(machine, node, strings, steps);
}

/** The nodes that Linux looks at besides the children of the root. */
function isTopLevelFolder(node: DtNode): boolean {
  const parent = node.parent;
  return (
    parent !== undefined && !parent.parent?.parent && ['firmware', 'reserved-memory', 'chosen'].includes(parent.name)
  );
}

function atTop(node: DtNode, strings: readonly string[], steps: Steps): Existence {
  const folder = node.parent?.name;
  const wanted =
    folder === 'reserved-memory'
      ? strings.some((name) => RESERVED_DEVICES.includes(name))
      : folder === 'chosen'
        ? strings.includes('simple-framebuffer')
        : true;
  if (!wanted) {
    say(steps, POPULATE_INIT, { kind: 'passed-over', folder: `/${folder}` });
    return none(steps);
  }
  return device(strings, steps, POPULATE_INIT);
}

function device(strings: readonly string[], steps: Steps, authority: string): Existence {
  const bus = strings.includes('arm,primecell') ? 'amba' : 'platform';
  say(steps, authority, { kind: 'device-made', bus });
  return { bus, busName: bus === 'amba' ? 'AMBA' : 'platform', steps };
}

function below(machine: Machine, node: DtNode, strings: readonly string[], steps: Steps): Existence {
  const parent = node.parent;
  if (!parent) return none(steps);
  const childBus = childBusOf(node, parent);
  if (childBus !== undefined && !disabledAbove(parent)) {
    say(steps, REALLY_PROBE, { kind: 'child-of-controller', parent: pathOf(parent), bus: childBus });
    return { bus: 'other', busName: childBus, steps };
  }
  const above = existence(machine, parent);
  if (above.bus === 'none') return underAbsent(parent, above, steps);
  for (const doubtful of above.steps.doubts) doubt(steps, doubtful);
  const parentStrings = compatibles(parent);
  const walked = above.bus === 'platform' && parentStrings.some((name) => WALKED_BUSES.includes(name));
  if (walked) return device(strings, steps, BUS_CREATE);
  for (const name of parentStrings) {
    const file = populatingDriver(name);
    if (file !== undefined) return device(strings, steps, `Linux 6.12 ${file}`);
  }
  const path = pathOf(parent);
  const dependsOn = { kind: 'driver-populates', driver: parentStrings[0] ?? path } as const;
  sayIf(steps, BUS_CREATE, { kind: 'not-a-bus', parent: path }, { dependsOn, evidence: [at(parent, 'compatible')] });
  return none(steps);
}

function underAbsent(parent: DtNode, above: Existence, steps: Steps): Existence {
  const off = disabledAbove(parent);
  const evidence = off ? [at(off, 'status')] : [];
  say(steps, BUS_CREATE, { kind: 'parent-absent', parent: pathOf(parent), off: off ? pathOf(off) : null }, ...evidence);
  for (const doubtful of above.steps.doubts) doubt(steps, doubtful);
  return none(steps);
}

/** The node itself or the ancestor whose `status` keeps Linux from using it. */
export function disabledAbove(node: DtNode): DtNode | undefined {
  for (let up: DtNode | undefined = node; up; up = up.parent) if (!isAvailable(up)) return up;
  return undefined;
}

/** The bus that a controller gives its children, by the generic name of its node and its addresses without a size. */
function childBusOf(node: DtNode, parent: DtNode): string | undefined {
  const name = baseName(parent);
  if (SERIAL.includes(name)) return 'serial device';
  const bus = own(CHILD_BUSES, name);
  if (bus === undefined) return undefined;
  const sized = u32(parent.properties.get('#size-cells'));
  return sized === 0 || (sized === undefined && !node.properties.has('reg')) ? bus : undefined;
}

function pciFunction(machine: Machine, node: DtNode, steps: Steps): Existence {
  const bridge = node.parent;
  if (!bridge) return none(steps);
  const above = existence(machine, bridge);
  // A bridge that no driver may bind is a bus all the same.
  const unbound = above.bus === 'other' && bridge.parent !== undefined && isPciBus(bridge.parent);
  if (above.bus === 'none' || (above.bus === 'other' && !unbound)) return underAbsent(bridge, above, steps);
  if (!node.properties.has('reg')) {
    say(steps, 'Linux 6.12 drivers/pci/of.c:pci_set_of_node', { kind: 'no-pci-function' });
    return none(steps);
  }
  if (!isAvailable(node)) {
    const authority = 'Linux 6.12 drivers/pci/bus.c:pci_bus_add_device';
    say(steps, authority, { kind: 'pci-function-off' }, at(node, 'status'));
    return { bus: 'other', busName: 'PCI', steps };
  }
  say(steps, 'Linux 6.12 drivers/pci/pci-driver.c:pci_dma_configure', { kind: 'pci-function' }, at(node, 'reg'));
  for (const doubtful of above.steps.doubts) doubt(steps, doubtful);
  return { bus: 'pci', busName: 'PCI', steps };
}
