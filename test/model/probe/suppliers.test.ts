// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { SUPPLIER_BINDINGS, type SupplierOptions, supplierBinding, suppliersOf } from '#model/probe/suppliers.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';
import { pathOf } from '#tree/query.ts';

const LINUX_6_12: SupplierOptions = { version: [6, 12], strict: false };

/** `property → supplier` of `/dev`, beside some suppliers. */
function suppliers(dev: string, options = LINUX_6_12): string[] {
  const tree = treeOf(`/ {
    #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
    gic: gic { interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };
    gpio: gpio { interrupt-controller; #interrupt-cells = <2>; interrupts = <0 1 4>; #gpio-cells = <2>; };
    clk: clk { #clock-cells = <1>; };
    off: off { #clock-cells = <0>; status = "disabled"; };
    reg: reg { };
    iommu: iommu { #iommu-cells = <1>; };
    its: its { #msi-cells = <1>; };
    nexus: nexus { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &gic 0 7 4>; };
    panel { port { panel_in: endpoint { remote-endpoint = <&dev_out>; }; }; };
    dev: dev { ${dev} port { dev_out: endpoint { remote-endpoint = <&panel_in>; }; }; };
  };`);
  return suppliersOf(tree, nodeAt(tree, '/dev'), options)
    .map(({ property, supplier }) => `${property.name} → ${pathOf(supplier)}`)
    .filter((line) => !line.startsWith('remote-endpoint') || dev === '');
}

describe('suppliers of a device', () => {
  test.each([
    ['clocks = <&clk 1>, <&clk 2>;', ['clocks → /clk']],
    ['vdd-supply = <&reg>;', ['vdd-supply → /reg']],
    ['reset-gpios = <&gpio 1 0>;', ['reset-gpios → /gpio']],
    ['vendor,nr-gpios = <2>;', []],
    ['iommus = <&iommu 1>;', []],
    ['msi-parent = <&its 1>;', ['msi-parent → /its']],
    ['interrupts = <0 1 4>;', ['interrupts → /gic']],
    ['interrupt-parent = <&gpio>; interrupts = <1 2>;', ['interrupts → /gpio']],
    ['interrupt-parent = <&nexus>; interrupts = <1>;', ['interrupts → /gic']],
    ['interrupts-extended = <&gpio 1 2>, <&gic 0 1 4>;', ['interrupts-extended → /gpio', 'interrupts-extended → /gic']],
    ['', ['remote-endpoint → /panel']],
  ])('%s', (text, expected) => expect(suppliers(text)).toEqual(expected));

  test('a disabled supplier is nobody to wait for', () => {
    expect(suppliers('clocks = <&off>, <&clk 1>;')).toEqual(['clocks → /clk']);
  });

  test('a list ends at its first entry that does not parse; a target without cells counts as one without arguments', () => {
    expect(suppliers('clocks = <&clk 1>, <&reg>; resets = <&clk>;')).toEqual(['clocks → /clk', 'clocks → /reg']);
    expect(suppliers('clocks = <&clk>, <&clk 1>;')).toEqual(['clocks → /clk']);
    expect(suppliers('clocks = <0>, <&clk 1>;')).toEqual([]);
  });

  test('optional bindings count when fw_devlink is strict', () => {
    const strict = { ...LINUX_6_12, strict: true };
    expect(suppliers('iommus = <&iommu 1>;', strict)).toEqual(['iommus → /iommu']);
    expect(suppliers('iommu-map = <0 &iommu 0 8>, <8 &iommu 0 8>;', strict)).toEqual(['iommu-map → /iommu']);
  });

  test('post-init-providers takes a supplier back', () => {
    expect(suppliers('clocks = <&clk 1>; post-init-providers = <&clk>;')).toEqual([]);
    expect(suppliers('clocks = <&clk 1>; post-init-providers = <&clk>;', { version: [6, 1], strict: false })).toEqual([
      'clocks → /clk',
    ]);
  });

  test('a gpio hog names its own parent', () => {
    expect(suppliers('gpio-hog; gpios = <&gpio 1 0>;')).toEqual([]);
  });
});

describe('the table', () => {
  // Rows that drivers/of/property.c gained or lost between the two kernels.
  test.each<[string, boolean, boolean]>([
    ['clocks', true, true],
    ['msi-parent', false, true],
    ['interrupt-map', false, true],
    ['access-controllers', false, true],
    ['interrupt-parent', true, false],
    ['io-backends', false, true],
    ['reg', false, false],
    ['-supply', false, false],
  ])('%s: 6.1 %s, 6.12 %s', (name, early, late) => {
    expect([supplierBinding(name, [6, 1]), supplierBinding(name, [6, 12])].map((row) => row !== undefined)).toEqual([
      early,
      late,
    ]);
  });

  test('three bindings are optional', () => {
    expect(SUPPLIER_BINDINGS.filter((row) => row.optional).map((row) => row.property)).toEqual([
      'iommus',
      'iommu-map',
      'dmas',
    ]);
  });
});
