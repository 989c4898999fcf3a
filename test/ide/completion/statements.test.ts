// SPDX-License-Identifier: MIT
// New nodes, deletions, directives, includes, conditions, ignore comments.
import { describe, expect, test } from 'vitest';
import { completion } from '#ide/completion/completion.ts';
import { complete } from '#test/support/completions.ts';
import { editor } from '#test/support/views.ts';

describe('new nodes', () => {
  test('names of children of such a bus first, with an address as the bus counts', () => {
    const list = complete(
      '/ { soc { #address-cells = <2>; #size-cells = <2>;\n\tgadget@1 { reg = <0 1 0 1>; };\n\tgadget@2 { reg = <0 2 0 1>; };\n\tga$0\n}; };',
    );
    expect(list.labels[0]).toBe('gadget@…');
    expect(list.text('gadget@…')).toContain(
      `gadget@\${1:0} {\n\tcompatible = "$3";\n\treg = <0x0 0x\${1:0} 0x0 \${2:0x1000}>;\n\t$0\n};`,
    );
  });

  test('generic names of the specification', () => {
    const bus = complete('/ { bus { #address-cells = <1>; #size-cells = <0>;\n\teep$0\n}; };');
    expect(bus.text('eeprom@…')).toContain(`eeprom@\${1:0} {\n\tcompatible = "$3";\n\treg = <0x\${1:0}>;\n\t$0\n};`);
    expect(complete('/ { l: leds { }; x { led$0 }; };').text('leds {…}')).toContain('leds {\n\t$0\n};');
  });

  test('behind a label only nodes, and only the name where braces follow', () => {
    const list = complete('/ { #address-cells = <1>; dev: ser$0 { }; };');
    expect(list.labels[0]).toBe('serial@…');
    expect(list.labels.some((label) => label === 'status')).toBe(false);
    expect(list.line('serial@…')).toBe('/ { #address-cells = <1>; dev: serial { }; };');
  });

  test('the unit address that reg says', () => {
    const text = '/ { #address-cells = <2>; #size-cells = <1>; serial@$0 { reg = <0x1 0x2000 0x100>; }; };';
    expect(complete(text).labels).toEqual(['100002000']);
    expect(complete(text, '@').line('100002000')).toContain('serial@100002000 {');
    expect(complete('/ { serial@$0 { reg = <BASE>; }; };').labels).toEqual([]);
  });
});

const SHARED = '//- /soc.dtsi\n/ { soc { l: dev@1 { compatible = "x"; vendor,flag; }; bus { }; }; };\n';

describe('changes of nodes', () => {
  const board = (text: string) => complete(`//- /board.dts\n#include "soc.dtsi"\n${text}${SHARED}`);

  test('labels at the top, with braces', () => {
    expect(board('&$0\n').text('l')).toContain('&l {\n\t$0\n};');
    expect(board('&l$0 { };\n').line('l')).toBe('&l { };');
  });

  test('/delete-node/ names labels or children', () => {
    expect(board('/delete-node/ &$0\n').line('l')).toBe('/delete-node/ &l;');
    expect(board('/ { soc { /delete-node/ $0 }; };\n').labels).toEqual(['bus', 'dev@1', '&…']);
    expect(board('/ { soc { /delete-node/ de$0; }; };\n').line('dev@1')).toBe('/ { soc { /delete-node/ dev@1; }; };');
  });

  test('/delete-property/ names what the node has', () => {
    const list = board('&l { /delete-property/ $0 };\n');
    expect(list.labels).toEqual(['compatible', 'vendor,flag']);
    expect(list.detail('vendor,flag')).toBe('set in soc.dtsi:1');
    expect(list.line('vendor,flag')).toBe('&l { /delete-property/ vendor,flag; };');
  });

  test('directives of dtc where they may stand', () => {
    expect(board('/$0\n').labels).toContain('/dts-v1/');
    expect(board('&l { /del$0 };\n').labels).toEqual(['/delete-property/', '/delete-node/']);
    expect(board('&l { /del$0 };\n').line('/delete-property/')).toBe('&l { /delete-property/ $1; };');
  });
});

describe('cpp', () => {
  test('directives at the start of a line', () => {
    expect(complete('#inc$0\n/ { };').line('#include <…>')).toBe('#include <$1>');
    expect(complete('/ {\n#if$0\n};').labels.slice(0, 3)).toEqual(['#ifdef', '#ifndef', '#if']);
  });

  test('includes, one folder at a time', () => {
    const tree =
      '//- /arch/arm64/Makefile\n//- /Makefile\n//- /include/linux/a.h\n//- /include/dt-bindings/gpio/gpio.h\n//- /arch/arm64/boot/dts/acme/soc.dtsi\n//- /arch/arm64/boot/dts/acme/notes.txt\n';
    const board = (text: string) => complete(`//- /arch/arm64/boot/dts/acme/x.dts\n${text}\n/ { };\n${tree}`);
    expect(board('#include <$0>').labels[0]).toBe('dt-bindings/');
    expect(board('#include <dt-bindings/$0>').labels).toEqual(['gpio/']);
    expect(board('#include <dt-bindings/gpio/$0').line('gpio.h')).toBe('#include <dt-bindings/gpio/gpio.h>');
    expect(board('#include "$0"').labels[0]).toBe('soc.dtsi');
    expect(board('#include "$0"').labels).not.toContain('notes.txt');
    expect(board('/include/ "so$0').line('soc.dtsi')).toBe('/include/ "soc.dtsi"');
  });

  test('macros that conditions ask for', () => {
    const list = complete('#define HAVE_B 1\n#ifdef HAVE_A\n#endif\n#ifdef $0\n#endif\n/ { };');
    expect(list.labels.slice(0, 2)).toEqual(['HAVE_A', 'HAVE_B']);
    expect(complete('#define HAVE_B 1\n#if def$0\n#endif\n/ { };').line('defined')).toBe('#if defined($1)');
  });
});

describe('ignore comments', () => {
  test('name rules, those first that report here', () => {
    const list = complete(
      '/ { smmu: i { compatible = "arm,mmu-500"; #iommu-cells = <1>; status = "disabled"; };\n/* dt-iommu-ignore $0 */\ndma { compatible = "x"; iommus = <&smmu 1>; }; };',
    );
    expect(list.labels).toContain('iommus-target-disabled');
    expect(complete('/ { /* dt-iommu-ignore iommus-no-iommu, iommus-tar$0 */ };').labels.slice(0, 2)).toEqual([
      'iommus-target-disabled',
      'iommus-target-not-iommu',
    ]);
  });
});

describe('what the other boards of the tree know', () => {
  test('compatibles, and the properties of one that this board does not have', () => {
    const other =
      '//- /other.dts\n/ { a: serial@1 { compatible = "acme,uart"; fifo-size = <1>; }; b: serial@2 { compatible = "acme,uart"; fifo-size = <2>; }; };\n';
    const known = (text: string) => {
      const { view, offset } = editor(`//- /board.dts\n${text}\n${other}`);
      completion(view, offset);
      while (view.knowledge.work());
      return completion(view, offset).items.map(({ label }) => label);
    };
    expect(known('/ { serial@3 { compatible = "$0"; }; };')[0]).toBe('acme,uart');
    expect(known('/ { serial@3 { compatible = "acme,uart"; $0 }; };')[0]).toBe('fifo-size');
  });

  test('what they set in a node that is changed by its label', () => {
    const others =
      '//- /a.dts\n&i2c1 { clock-frequency = <1>; status = "okay"; };\n//- /b.dts\n&i2c1 { clock-frequency = <2>; };\n';
    const { view, offset } = editor(
      `//- /board.dts\n/ { i2c1: i2c { compatible = "x"; status = "okay"; }; };\n&i2c1 { $0 };\n${others}`,
    );
    completion(view, offset);
    while (view.knowledge.work());
    const { items } = completion(view, offset);
    expect(items.slice(0, 2).map(({ label, detail }) => `${label}: ${detail}`)).toEqual([
      'clock-frequency: 2 of 3 boards',
      'status: overrides board.dts:1',
    ]);
  });
});

test('paths behind &{ where a node is extended or deleted', () => {
  const tree = '/ { soc { bus@1 { reg = <1>; }; }; sound { }; };';
  expect(complete(`${tree}\n&{/so$0} { };`).labels).toEqual(['soc', 'sound']);
  expect(complete(`${tree}\n&{/soc/$0`).labels).toEqual(['bus@1']);
  expect(complete(`${tree}\nx: &{/soc/b$0} { };`).labels).toEqual(['bus@1']);
  expect(complete(`${tree}\n/delete-node/ &{/so$0};`).labels).toEqual(['soc', 'sound']);
});
