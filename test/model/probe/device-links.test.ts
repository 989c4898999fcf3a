// SPDX-License-Identifier: MIT
// What fw_devlink makes a probe wait for. Every expectation is what Linux 6.12 said in test/kernel/observations: the
// reasons in /sys/kernel/debug/devices_deferred, and who was still on that list at the end (waits-*).
import { describe, expect, test } from 'vitest';
import { machineOf } from '#model/platform/machine.ts';
import { cycleOf } from '#model/probe/dependency-cycles.ts';
import { deviceLinks, endless, waitReason } from '#model/probe/device-links.ts';
import { configured, platform } from '#test/support/reports.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';
import { pathOf } from '#tree/query.ts';

/** Suppliers on both sides of the consumers, in the order in which Linux makes their devices. */
const tree = treeOf(`/ {
  before1: before1 { compatible = "ex,1"; #clock-cells = <1>; };
  before2: before2 { compatible = "ex,2"; #reset-cells = <1>; };
  one { compatible = "ex,dev"; clocks = <&before1 1>; resets = <&before2 1>; };
  other { compatible = "ex,dev"; resets = <&before2 1>; clocks = <&before1 1>; };
  mixed { compatible = "ex,dev"; clocks = <&after1 1>, <&before1 1>; resets = <&nodev>; phys = <&after2>; };
  later { compatible = "ex,dev"; clocks = <&after2>, <&after1 1>; };
  nodev: nodev { #reset-cells = <0>; };
  after1: after1 { compatible = "ex,1"; #clock-cells = <1>; };
  after2: after2 { compatible = "ex,2"; #clock-cells = <0>; #phy-cells = <0>; };
  gcc: gcc { compatible = "qcom,gcc-sm8550", "qcom,sm8550-gcc"; #clock-cells = <1>; };
  pins { compatible = "qcom,sm8550-tlmm"; state: state { }; };
  fixed: fixed { compatible = "fixed-clock"; #clock-cells = <0>; };
  uart { compatible = "ex,uart"; clocks = <&fixed>, <&gcc 1>; pinctrl-0 = <&state>; };
  a: a { compatible = "ex,dev"; clocks = <&b>; };
  b: b { compatible = "ex,dev"; clocks = <&c>; };
  c: c { compatible = "ex,dev"; clocks = <&a>, <&d>; };
  d: d { compatible = "ex,dev"; };
};`);

function reasons(path: string, over: Parameters<typeof platform>[0] = {}): string[] {
  const machine = machineOf(tree, platform(over));
  return deviceLinks(machine, nodeAt(tree, path)).map(
    (link) => `${waitReason(machine, link)}${link.released ? `, released: ${link.released}` : ''}: ${link.end}`,
  );
}

describe('the order in which Linux checks suppliers', () => {
  test.each([
    [
      'made before the consumer: the last-named first',
      '/one',
      ['supplier before2 not ready: unknown', 'supplier before1 not ready: unknown'],
    ],
    ['', '/other', ['supplier before1 not ready: unknown', 'supplier before2 not ready: unknown']],
    [
      'made after it: as they come',
      '/later',
      ['supplier after1 not ready: unknown', 'supplier after2 not ready: unknown'],
    ],
    [
      'without a device: before all others',
      '/mixed',
      [
        'wait for supplier /nodev: never',
        'supplier before1 not ready: unknown',
        'supplier after1 not ready: unknown',
        'supplier after2 not ready: unknown',
      ],
    ],
  ])('%s %s', (_, path, expected) => expect(reasons(path)).toEqual(expected));
});

describe('what ends the wait', () => {
  const end = (options: Parameters<typeof platform>[0]) =>
    reasons('/uart', options).map((line) => line.replace(/^.*?(gcc|fixed|state)[^:]*: /, '$1 '));
  const kernel = (...symbols: string[]) => configured('ARM64=y', 'MODULES=y', 'COMMON_CLK=y', ...symbols);

  test('drivers by the kernel configuration', () => {
    expect(end({})).toEqual(['state bound', 'fixed nothing', 'gcc bound']);
    expect(end(kernel('SM_GCC_8550=m', 'PINCTRL_SM8550=y'))).toEqual(['state bound', 'fixed nothing', 'gcc module']);
    expect(end(kernel('PINCTRL_SM8550=m'))).toEqual(['state module', 'fixed nothing', 'gcc timeout']);
  });

  test('a supplier without a device of its own has to come with the driver above it', () => {
    expect(end(kernel('SM_GCC_8550=y'))).toEqual(['state never', 'fixed nothing', 'gcc bound']);
  });

  test.each(['deferred_probe_timeout=0', 'deferred_probe_timeout=-1'])('%s never lets go', (cmdline) => {
    expect(end({ ...kernel('PINCTRL_SM8550=y'), cmdline })).toEqual(['state bound', 'fixed nothing', 'gcc never']);
  });

  test('without modules the wait is over when the built-in drivers are done', () => {
    const config = configured('ARM64=y', 'PINCTRL_SM8550=y', 'COMMON_CLK=y');
    expect(end({ ...config, cmdline: 'deferred_probe_timeout=0' })).toEqual([
      'state bound',
      'fixed nothing',
      'gcc timeout',
    ]);
  });

  test('a defconfig does not say what is off', () => {
    expect(end(configured('MODULES=y', 'PINCTRL_SM8550=y'))).toEqual(['state bound', 'fixed nothing', 'gcc bound']);
  });
});

describe('where Linux does not wait', () => {
  test.each(['off', 'permissive'])('fw_devlink=%s', (mode) => {
    const cmdline = `fw_devlink=${mode}`;
    expect(reasons('/mixed', { cmdline })[0]).toBe('wait for supplier /nodev, released: mode: never');
    expect(endless(machineOf(tree, platform({ cmdline })), nodeAt(tree, '/mixed'))).toBeUndefined();
  });

  test('inside a cycle, and only there', () => {
    expect([...reasons('/a'), ...reasons('/c')]).toEqual([
      'supplier b not ready, released: cycle: unknown',
      'supplier a not ready, released: cycle: unknown',
      'supplier d not ready: unknown',
    ]);
    const machine = machineOf(tree, platform());
    expect(cycleOf(machine, nodeAt(tree, '/a'), nodeAt(tree, '/b'))?.map(pathOf)).toEqual(['/a', '/b', '/c']);
  });
});
