// SPDX-License-Identifier: MIT
// What the checks of dtc 1.6.1, 1.7.2 and 1.8.1 say of the fixtures, recorded from them by
// `npm run test:oracle -- check-versions --write`, which also compares lines, levels and many other texts.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DTC_RULES } from '#rules/dtc/index.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import { analyse } from '#test/support/analyse.ts';
import { dts } from '#test/support/check.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';

interface Said {
  /** `check node`. */
  readonly found: readonly string[];
  /** Not run, because one that they need failed. */
  readonly skipped: readonly string[];
  /** A check that is an error failed, so no other was run. */
  readonly aborted?: true;
}

const folder = fileURLToPath(new URL('../../oracle/checks/', import.meta.url));
const recorded: Record<string, Record<string, Said>> = JSON.parse(readFileSync(`${folder}by-version.json`, 'utf8'));
const rules = catalogue(DTC_RULES);
const everything = new Map(DTC_RULES.filter(({ off }) => off).map(({ id }) => [id, 'warning' as const]));

function found(text: string, version: string): string[] {
  const dtc = parseDtcVersion(version)!;
  const { problems } = analyse(new Map([['/board.dts', text]]), '/board.dts', { rules, severities: everything, dtc });
  return [...new Set(problems.map(({ rule, node }) => `${rule.slice(4)} ${node}`))].sort();
}

test.each(Object.keys(recorded))('%s: each dtc says what ours says', (name) => {
  const text = readFileSync(folder + name, 'utf8');
  for (const [version, { found: theirs, skipped, aborted }] of Object.entries(recorded[name]!)) {
    const checks = new Set(theirs.map((one) => one.split(' ')[0]!));
    const ran = (one: string): boolean => {
      const check = one.split(' ')[0]!;
      return aborted ? checks.has(check) : !skipped.includes(check);
    };
    const ours = found(text, version).filter(ran);
    expect(ours, `dtc ${version}`).toEqual(theirs);
  }
});

const endpoint = `/ { #address-cells = <1>; #size-cells = <1>; camera { port { #address-cells = <1>; #size-cells = <0>; endpoint@0 { reg = <0>; }; }; }; };`;
const local = `/ { a { #address-cells = <1>; #size-cells = <1>; b { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 1>; c@0 { reg = <0 1>; }; }; }; };`;
const dma = `/ { a { #address-cells = <1>; #size-cells = <1>; dma-ranges; b { }; }; };`;
const mux = `/ { i2c { #address-cells = <1>; #size-cells = <0>; i2c-bus { #address-cells = <1>; #size-cells = <0>; }; a { }; }; };`;
const buses = `/ { #address-cells = <1>; #size-cells = <1>; pcie@0 { device_type = "pci"; reg = <0 1>; #address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0 0 0 1>; bus-range = <0 2>; a@0,0 { reg = <0x10000 0 0 0 0>; }; }; };`;
const gic = `/ { gic { interrupt-controller; #interrupt-cells = <3>; }; };`;
const none = `/ { bus { #interrupt-cells = <1>; }; };`;
const map = `/ { gic: gic { interrupt-controller; #interrupt-cells = <1>; #address-cells = <0>; }; a { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 &gic>; }; };`;

// Each was given to the three dtcs: `dtc -O dtb -o /dev/null`.
test.each([
  ['a graph with one child', endpoint, 'graph_child_address', ['1.6.1', '1.7.2']],
  ['counts for the ranges of children', local, 'avoid_unnecessary_addr_size', ['1.6.1', '1.7.2']],
  ['counts for dma-ranges', dma, 'avoid_unnecessary_addr_size', ['1.6.1']],
  ['a device beside i2c-bus', mux, 'i2c_bus_reg', ['1.6.1', '1.7.2']],
  ['the last number of bus-range', buses, 'pci_device_bus_num', ['1.6.1']],
  ['a controller without #address-cells', gic, 'interrupt_provider', ['1.6.1']],
  ['#interrupt-cells in another node', none, 'interrupt_provider', ['1.7.2', '1.8.1']],
  ['an interrupt-map that is too short', map, 'interrupt_map', ['1.7.2', '1.8.1']],
  [
    '-1 as a count',
    '/ { a { #address-cells = <(-1)>; #size-cells = <1>; b@0 { reg = <0 0 1>; }; }; };',
    'avoid_default_addr_size',
    ['1.6.1', '1.7.2', '1.8.1'],
  ],
])('%s is reported by these dtcs', (_what, text, check, versions) => {
  const says = (version: string) => found(dts(text), version).some((one) => one.startsWith(`${check} `));
  expect(['1.6.1', '1.7.2', '1.8.1'].filter(says)).toEqual(versions);
});
