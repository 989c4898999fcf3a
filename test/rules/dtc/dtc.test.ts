// SPDX-License-Identifier: MIT
// dtc's own checks as rules: each on its example, and what differs from dtc on purpose. That they agree with dtc
// elsewhere is shown by `npm run test:oracle` on every board of Linux.
import { describe, expect, it } from 'vitest';
import type { Problem } from '#base/problem.ts';
import { DTC_RULES } from '#rules/dtc/index.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import { CATALOGUE } from '#rules/index.ts';
import { analyse } from '#test/support/analyse.ts';
import { checkFix, dts } from '#test/support/check.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';

const rules = catalogue(DTC_RULES);
const everything = new Map(DTC_RULES.filter(({ off }) => off).map(({ id }) => [id, 'warning' as const]));

/** What dtc 1.8 no longer has. */
const GONE = new Set(['dtc/graph_child_address']);

function problems(
  text: string,
  options: Parameters<typeof analyse>[2] = { rules, severities: everything },
): readonly Problem[] {
  return analyse(new Map([['/board.dts', dts(text)]]), '/board.dts', options).problems;
}

describe.each(DTC_RULES.map((rule) => [rule.id, rule] as const))('%s', (id, { example }) => {
  it('fires on its bad example, and nothing of dtc fires on the good one', () => {
    const dtc = parseDtcVersion(GONE.has(id) ? '1.7.2' : '1.8.1')!;
    expect(problems(example.bad, { rules, severities: everything, dtc }).map(({ rule }) => rule)).toContain(id);
    expect(problems(example.good)).toEqual([]);
  });
});

it('is named as dtc names it and says which check it is', () => {
  for (const { id, source } of DTC_RULES) expect(source).toContain(`check ${id.replace('dtc/', '')}`);
});

it('keeps the checks that dtc has off by default off', () => {
  const { bad } = rules.byId.get('dtc/node_name_chars_strict')!.example;
  expect(problems(bad, { rules })).toEqual([]);
});

it('says of a reference outside of `<…>` that it is a path, and puts it inside', () => {
  // dtc 1.6.1: "Warning (clocks_property): /user:clocks: property size (5) is invalid, expected multiple of 4",
  // "Could not get phandle node for (cell 0)" with a path of seven letters.
  for (const name of ['clk', 'clk123']) {
    const text = (clocks: string) => `/ { c: ${name} { #clock-cells = <0>; }; user { clocks = ${clocks}; }; };`;
    checkFix('dtc/clocks_property', text('&c'), `/dts-v1/;\n${text('<&c>')}`, { rules });
    expect(problems(text('&c')).map(({ message }) => message.replaceAll('`', ''))).toEqual([
      'clocks has the path of a node as a string, because the reference is not inside <…>; Linux takes its letters for phandles.',
    ]);
  }
});

it('lets the rules about iommus speak alone', () => {
  const text =
    '/ { smmu: iommu@0 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; }; dma { compatible = "x"; iommus = <&smmu>; }; };';
  const ids = problems(text, { rules: CATALOGUE }).map(({ rule }) => rule);
  expect(ids).toContain('iommus-length');
  expect(ids).not.toContain('dtc/iommus_property');
});

it('takes a phandle written as a number for a hint when it leads somewhere', () => {
  const found = problems('/ { a { phandle = <1>; #clock-cells = <0>; }; b { clocks = <1>; }; };', { rules });
  expect(found.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['hint dtc/clocks_property']);
});

it('reads an interrupt-map as dtc 1.7 does', () => {
  const map = (value: string): string[] =>
    problems(
      `/ { gic: gic { interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; }; none: none { };
           n { #address-cells = <1>; #interrupt-cells = <1>; interrupt-map = ${value}; }; };`,
    )
      .filter(({ rule }) => rule === 'dtc/interrupt_map')
      .map(({ message }) => message);
  expect(map('<0 1 &gic 0 5 4>, <0 2 &gic 0 6 4>')).toEqual([]);
  expect(map('<0 1 &gic 0 5>')[0]).toContain('5 cells where its entries ask for 6');
  expect(map('<0 1 &none 0 5>')[0]).toContain('no `#interrupt-cells`');
  expect(map('<0 1 77 1>')[0]).toContain('Cell 2 of');
  expect(map('<0 1>')[0]).toContain('ends after cell 2');
  expect(map('[00]')[0]).toContain('no multiple of 4');
});

it('does not take devices of a simple-bus for I2C devices where dtc takes the bus for one by its name', () => {
  const text = `/ { #address-cells = <1>; #size-cells = <1>; i2c@1000 { compatible = "simple-bus"; reg = <0x1000 0x1000>;
    #address-cells = <1>; #size-cells = <1>; ranges = <0 0x1000 0x1000>; i2c-bus@80 { reg = <0x80 0x40>; }; }; };`;
  expect(problems(text)).toEqual([]);
  const older = { rules, severities: everything, dtc: parseDtcVersion('1.7.2')! };
  expect(problems(text, older).map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
    'dtc/i2c_bus_bridge: dtc takes `i2c@1000` for an I2C bus by its name, and its cells for wrong; Linux does not.',
  ]);
});
