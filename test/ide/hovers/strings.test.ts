// SPDX-License-Identifier: MIT
// Hovers of strings: the entry that a name names, what Linux makes of a status (drivers/of/base.c).
import { expect, test } from 'vitest';
import { hover } from '#ide/navigation/hover.ts';
import { editor } from '#test/support/views.ts';

function said(text: string): string {
  const { view, offset } = editor(text);
  return hover(view, offset, { link: () => ({ text: 'place', href: '' }) })?.markdown ?? '';
}

test('a string in a list of names has the entry that it names', () => {
  const clocks = (names: string) =>
    `/dts-v1/;\n/ { c: c { #clock-cells = <1>; }; d { clocks = <&c 7>, <&c 9>; clock-names = ${names}; }; };`;
  expect(said(clocks('"core", "b$0us"'))).toContain('**clock `bus` 9 of c**');
  expect(said(clocks('"core", "b$0us"'))).toContain('`clocks` entry 2 of 2');
  expect(said(clocks('"co$0re", "bus"'))).toContain('**clock `core` 7 of c**');
  // One name too many names nothing.
  expect(said(clocks('"core", "bus", "ax$0i"'))).toBe('');
  const pins = '/dts-v1/;\n/ { d { pinctrl-0 = <&p>; pinctrl-names = "def$0ault", "sleep"; }; p: p { }; };';
  expect(said(pins)).toBe('`default` is the state that `pinctrl-0` sets');
});

test('a status says what Linux makes of it', () => {
  const of = (text: string) => said(`/dts-v1/;\n/ { ${text} };`);
  expect(of('d { status = "dis$0abled"; };')).toContain('Linux makes none');
  expect(of('d { status = "ok$0ay"; };')).toContain('Linux makes it');
  expect(of('d { status = "oth$0er"; };')).toBe('');
  expect(of('cpus { cpu@0 { status = "dis$0abled"; }; };')).toBe('');
});

test('cells of a provider that a table knows have their names', () => {
  // bindings/dma/qcom,gpi.yaml
  const text = said(
    '/dts-v1/;\n/ { g: g { compatible = "qcom,sm8550-gpi-dma"; #dma-cells = <3>; }; d { dmas = <&g 0 1 $03>; }; };',
  );
  expect(text).toContain('| direction | engine | **protocol** |');
});
