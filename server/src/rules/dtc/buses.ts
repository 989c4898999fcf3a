// SPDX-License-Identifier: MIT
// Are PCI, simple-bus, I2C and SPI nodes, and the devices on them, addressed as their buses ask?
import { hex } from '#base/numbers.ts';
import type { Finding, Rule } from '#rules/engine/rule.ts';
import { dtcHas } from '#tree/dtc/version.ts';
import { baseName, compatibles, readU32, strings, unitAddress } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { dtcRule, onNode, onProperty } from './dtc-rule.ts';
import { addressCells, busesOf, childrenOf, looksLikeSpi, platformBus, sizeCells } from './facts.ts';

/** The cells of a property as numbers; trailing bytes that fill no cell are left out. */
function numbers(node: DtNode, name: string): number[] {
  const bytes = node.properties.get(name)?.value.bytes ?? new Uint8Array();
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => readU32(bytes, at * 4));
}

/** Its children are devices of their own, such as the controllers of Aspeed's chips below a node called `i2c`. */
function isPlainBus(node: DtNode): boolean {
  return compatibles(node).includes('simple-bus');
}

/** Findings when a bus node does not count its children's addresses as the bus does. */
function* wrongCounts(node: DtNode, bus: string, address: number, size: number): Generator<Finding> {
  const isCounts = addressCells(node);
  if (isCounts !== undefined && isCounts !== address) {
    yield onNode(
      node,
      `The ${bus} \`${node.name}\` counts addresses with ${isCounts} cells instead of ${address}; Linux misreads the addresses of its devices.`,
    );
  }
  const sizeCounts = sizeCells(node);
  if (sizeCounts !== undefined && sizeCounts !== size) {
    yield onNode(
      node,
      `The ${bus} \`${node.name}\` counts sizes with ${sizeCounts} cells instead of ${size}; Linux misreads the addresses of its devices.`,
    );
  }
}

const pciBridge = '#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0 0x10000000 0 0x1000000>;';
const pciHost = (name: string, more: string): string =>
  `/ { #address-cells = <1>; #size-cells = <1>; ${name} { device_type = "pci"; reg = <0x40000000 0x1000>; ${more} }; };`;

const pciRules: readonly Rule[] = [
  dtcRule({
    name: 'pci_bridge',
    sees: 'node',
    level: 'warning',
    needs: ['device_type_is_string'],
    title: 'PCI bridge that is not described as one',
    properties: ['device_type'],
    doc: 'A node with `device_type = "pci"` is called `pci` or `pcie`, has `ranges`, counts addresses with 3 cells and sizes with 2, and its `bus-range` holds two bus numbers in order, 255 at most. Linux maps no window for a host bridge without `ranges`, and misreads windows with other counts.',
    example: { bad: pciHost('pcie@40000000', 'ranges;'), good: pciHost('pcie@40000000', pciBridge) },
    *check(_context, node) {
      if (strings(node.properties.get('device_type'))[0] !== 'pci') return;
      if (!['pci', 'pcie'].includes(baseName(node))) {
        yield onNode(
          node,
          `\`${node.name}\` is a PCI bridge by its \`device_type\`, but is not called \`pci\` or \`pcie\`.`,
        );
      }
      if (!node.properties.has('ranges')) {
        yield onNode(
          node,
          `The PCI bridge \`${node.name}\` has no \`ranges\`; Linux gives its devices no memory window.`,
        );
      }
      yield* wrongCounts(node, 'PCI bridge', 3, 2);
      yield* busRange(node);
    },
  }),
  dtcRule({
    name: 'pci_device_reg',
    level: 'warning',
    needs: ['reg_format', 'pci_bridge'],
    title: 'PCI function whose `reg` is not a configuration address',
    where: (tree) => childrenOf(busesOf(tree).pci),
    doc: 'The first entry of the `reg` of a PCI function is its address in configuration space: bus, device and function in the first cell, zeros in the other two. The unit address is `device` or `device,function` in hexadecimal. Linux ties the node to the function that it finds there; a node with another address is ignored, with its `iommu-map` and interrupts.',
    example: {
      bad: pciHost('pcie@40000000', `${pciBridge} dev@2,0 { reg = <0x0800 0 0 0 0>; };`),
      good: pciHost('pcie@40000000', `${pciBridge} dev@1,0 { reg = <0x0800 0 0 0 0>; };`),
    },
    *check(_context, node) {
      const reg = node.properties.get('reg');
      const [high, middle, low] = numbers(node, 'reg');
      if (!reg || high === undefined || middle === undefined || low === undefined) return;
      if (middle !== 0 || low !== 0) {
        yield onProperty(
          reg,
          'The second and third cell of a PCI configuration address are not 0; Linux looks only at the first.',
        );
      }
      if (high & 0xff000000) {
        yield onProperty(
          reg,
          `\`${hex(high)}\` is not in configuration space; Linux ties the node to no PCI function.`,
        );
      }
      if (high & 0xff) {
        yield onProperty(
          reg,
          `\`${hex(high)}\` names a register of the configuration space; the address of a function ends in \`00\`.`,
        );
      }
      const device = ((high >>> 11) & 0x1f).toString(16);
      const fn = (high >>> 8) & 7;
      const unit = unitAddress(node) ?? '';
      if (unit === `${device},${fn}` || (fn === 0 && unit === device)) return;
      yield onNode(
        node,
        `\`${node.name}\` is PCI device \`${device}\`, function \`${fn}\` by its \`reg\`; the unit address would be \`${device},${fn}\`.`,
      );
    },
  }),
  dtcRule({
    name: 'pci_device_bus_num',
    level: 'warning',
    needs: ['reg_format', 'pci_bridge'],
    title: 'PCI function on a bus that its bridge does not have',
    where: (tree) => childrenOf(busesOf(tree).pci),
    doc: "The bus number in the `reg` of a PCI function lies in the `bus-range` of its bridge, or is 0 where there is none. Linux never finds a function on another bus, so the node's properties have no effect.",
    example: {
      bad: pciHost('pcie@40000000', `${pciBridge} bus-range = <0 1>; dev@1,0 { reg = <0x50800 0 0 0 0>; };`),
      good: pciHost('pcie@40000000', `${pciBridge} bus-range = <0 1>; dev@1,0 { reg = <0x10800 0 0 0 0>; };`),
    },
    *check({ tree }, node) {
      const reg = node.properties.get('reg');
      const [high] = numbers(node, 'reg');
      if (!node.parent || !reg || high === undefined) return;
      const range = numbers(node.parent, 'bus-range');
      const [first, second] = node.parent.properties.has('bus-range') ? range : [0, 0];
      const last = dtcHas(tree.dtc, 'busRange') ? second : first;
      const bus = (high >>> 16) & 0xff;
      if (first === undefined || last === undefined || (bus >= first && bus <= last)) return;
      yield onProperty(
        reg,
        `\`reg\` names PCI bus ${bus}, and the bridge has ${first} to ${last}; Linux finds no function there.`,
      );
    },
  }),
];

function* busRange(node: DtNode): Generator<Finding> {
  const range = node.properties.get('bus-range');
  if (!range) return;
  if (range.value.bytes.length !== 8) {
    yield onProperty(
      range,
      `\`bus-range\` has ${range.value.bytes.length} bytes instead of two cells; Linux uses all 256 buses.`,
    );
    return;
  }
  const [first = 0, last = 0] = numbers(node, 'bus-range');
  if (first > last)
    yield onProperty(range, `\`bus-range\` starts at ${first} and ends at ${last}; no bus number is between.`);
  if (last > 0xff) yield onProperty(range, `\`bus-range\` ends at ${last}; PCI has bus numbers up to 255.`);
}

const simpleBus = (children: string): string =>
  `/ { #address-cells = <1>; #size-cells = <1>; soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; ${children} }; };`;

const simpleBusRule = dtcRule({
  name: 'simple_bus_reg',
  level: 'warning',
  needs: ['reg_format', 'compatible_is_string_list'],
  title: 'Device on a `simple-bus` whose unit address is not its `reg`',
  doc: 'Everything on a `simple-bus` is memory mapped: it has `reg` (or a non-empty `ranges`), and its unit address is the first address there. Nodes without an address belong outside the bus, in the root. The kernel shows this with `W=1`.',
  example: {
    bad: simpleBus('dma@2000 { reg = <0x1000 0x100>; };'),
    good: simpleBus('dma@1000 { reg = <0x1000 0x100>; };'),
  },
  where: (tree) => childrenOf(busesOf(tree).simple),
  *check({ platform }, node) {
    if (!node.parent) return;
    const cells = node.properties.has('reg') ? numbers(node, 'reg') : numbers(node, 'ranges').slice(addressCells(node));
    if (cells.length === 0) {
      if (node.parent.parent && platformBus(node) !== 'simple-bus') {
        // Xen copies nothing from outside `/passthrough`, so there dtc's advice would lose the node.
        const copied = platform.kind === 'xen-domu' && node.parent.name === 'passthrough';
        const advice = copied
          ? 'dtc wants it elsewhere, where Xen would not copy it: leave it'
          : 'it belongs outside the bus';
        const lack = `\`${node.name}\` is on a \`simple-bus\` and has no address in \`reg\` or \`ranges\``;
        yield onNode(node, `${lack}; ${advice}.`);
      }
      return;
    }
    const count = addressCells(node.parent);
    if (count === undefined || cells.length < count) return;
    const address = cells
      .slice(0, count)
      .reduce((high, cell) => ((high << 32n) | BigInt(cell)) & 0xffffffffffffffffn, 0n);
    const expected = address.toString(16);
    if ((unitAddress(node) ?? '') === expected) return;
    yield onNode(
      node,
      `\`${node.name}\` is at \`${expected}\` on the bus; Linux names the device by that, not by its unit address.`,
    );
  },
});

const i2cOwnAddress = 0x40000000;
const i2cTenBit = 0x80000000;

const serialBus = (name: string, children: string): string =>
  `/ { ${name} { #address-cells = <1>; #size-cells = <0>; ${children} }; };`;

const i2cRules: readonly Rule[] = [
  dtcRule({
    name: 'i2c_bus_bridge',
    level: 'warning',
    title: 'I2C bus with other cell counts than 1 and 0',
    doc: 'A node called `i2c`, `i2c-bus` or `i2c-arb` with children has `#address-cells = <1>` and `#size-cells = <0>`: an I2C device has an address and no size. With other counts Linux takes the wrong cell for the address, and the devices are not found.',
    example: {
      bad: '/ { i2c { #address-cells = <1>; #size-cells = <1>; eeprom@50 { reg = <0x50 1>; }; }; };',
      good: serialBus('i2c', 'eeprom@50 { reg = <0x50>; };'),
    },
    where: (tree) => busesOf(tree).i2c,
    *check(_context, node) {
      const wrong = [...wrongCounts(node, 'I2C bus', 1, 0)];
      if (wrong.length === 0 || !isPlainBus(node)) yield* wrong;
      else
        yield onNode(
          node,
          `dtc takes \`${node.name}\` for an I2C bus by its name, and its cells for wrong; Linux does not.`,
        );
    },
  }),
  dtcRule({
    name: 'i2c_bus_reg',
    level: 'warning',
    needs: ['reg_format', 'i2c_bus_bridge'],
    title: 'I2C device with an address that is none',
    doc: 'A child of an I2C bus has its bus address in `reg` and in the unit address. An address has 7 bits, or 10 with the flag `I2C_TEN_BIT_ADDRESS`; `I2C_OWN_SLAVE_ADDRESS` marks an address that the controller itself answers. Linux refuses a device with another address.',
    example: {
      bad: serialBus('i2c', 'eeprom@51 { reg = <0x50>; };'),
      good: serialBus('i2c', 'eeprom@50 { reg = <0x50>; };'),
    },
    // What is wrong with the bus is said there; dtc does not look at the devices then.
    where: (tree) => childrenOf(busesOf(tree).i2c.filter((node) => !isPlainBus(node))),
    *check(_context, node) {
      const reg = node.properties.get('reg');
      const addresses = numbers(node, 'reg').map((cell) => (cell & ~i2cOwnAddress) >>> 0);
      const [first] = addresses;
      if (!reg || first === undefined) {
        yield onNode(
          node,
          `\`${node.name}\` is on an I2C bus and has no address in \`reg\`; Linux makes no device of it.`,
        );
        return;
      }
      const expected = first.toString(16);
      if ((unitAddress(node) ?? '') !== expected) {
        yield onNode(
          node,
          `\`${node.name}\` has the I2C address \`${expected}\` by its \`reg\`; the unit address says otherwise.`,
        );
      }
      for (const address of addresses) {
        const bits = address >= i2cTenBit ? 10 : 7;
        const value = address % i2cTenBit;
        if (value < 2 ** bits) continue;
        yield onProperty(reg, `\`${hex(value)}\` has more than ${bits} bits; Linux refuses the I2C device.`);
      }
    },
  }),
];

const spiRules: readonly Rule[] = [
  dtcRule({
    name: 'spi_bus_bridge',
    level: 'warning',
    title: 'SPI bus with an unusual name or unusual cell counts',
    doc: 'A controller whose children carry `spi-…` properties is called `spi`, and has `#address-cells = <1>` and `#size-cells = <0>` (`#address-cells = <0>` with `spi-slave`). The address of a device is the number of its chip select; with other counts Linux takes the wrong cell for it.',
    example: {
      bad: '/ { spi { #address-cells = <1>; #size-cells = <1>; flash@0 { reg = <0 1>; }; }; };',
      good: serialBus('spi', 'flash@0 { reg = <0>; };'),
    },
    where: (tree) => busesOf(tree).spi,
    *check(_context, node) {
      if (looksLikeSpi(node) && node.properties.has('reg')) {
        yield onNode(
          node,
          `\`${node.name}\` has children with \`spi-…\` properties; controllers of that kind are called \`spi\`.`,
        );
      }
      yield* wrongCounts(node, 'SPI bus', node.properties.has('spi-slave') ? 0 : 1, 0);
    },
  }),
  dtcRule({
    name: 'spi_bus_reg',
    level: 'warning',
    needs: ['reg_format', 'spi_bus_bridge'],
    title: 'SPI device whose unit address is not its chip select',
    doc: 'A child of an SPI bus has the number of its chip select in `reg` and in the unit address. Linux makes no device of a child without `reg`.',
    example: {
      bad: serialBus('spi', 'flash@1 { reg = <0>; };'),
      good: serialBus('spi', 'flash@0 { reg = <0>; };'),
    },
    where: (tree) => childrenOf(busesOf(tree).spi),
    *check(_context, node) {
      if (node.parent?.properties.has('spi-slave')) return;
      const [first] = numbers(node, 'reg');
      if (first === undefined) {
        yield onNode(
          node,
          `\`${node.name}\` is on an SPI bus and has no chip select in \`reg\`; Linux makes no device of it.`,
        );
      } else if ((unitAddress(node) ?? '') !== first.toString(16)) {
        yield onNode(
          node,
          `\`${node.name}\` has the chip select \`${first.toString(16)}\` by its \`reg\`; the unit address says otherwise.`,
        );
      }
    },
  }),
];

export const BUS_RULES: readonly Rule[] = [...pciRules, simpleBusRule, ...i2cRules, ...spiRules];
