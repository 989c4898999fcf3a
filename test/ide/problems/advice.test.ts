// SPDX-License-Identifier: MIT
// What is said of a name that leads nowhere, and what its repairs make of the file: each is tried.
import { expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { codeActions } from '#ide/fixes/code-actions.ts';
import { seekAdvice } from '#ide/problems/advice.ts';
import { diagnostics } from '#ide/problems/diagnostics.ts';
import { editor } from '#test/support/views.ts';

const HEADERS = `
//- /include/dt-bindings/clock/acme,gcc.h
#ifndef _GCC_H
#define _GCC_H
#define GCC_UART_CLK 1
#define GCC_UART_BCR 2
#define GCC_NAME "gcc"
#endif
//- /include/dt-bindings/clock/other,gcc.h
#define OTHER_CLK 1
#define SHARED_CLK 1
//- /include/dt-bindings/clock/third.h
#define SHARED_CLK 1
//- /include/dt-bindings/gpio/gpio.h
#define GPIO_ACTIVE_HIGH 0
#define GPIO_ACTIVE_LOW 1
//- /dt-iommu.json
{ "includePaths": ["include"] }
`;

/** Messages of the board, each with the titles of its repairs and the text that each makes, where it is asked for. */
function advice(board: string) {
  const { view, analysis } = editor(`//- /board.dts\n/dts-v1/;\n${board}${HEADERS}`);
  const problems = diagnostics(view).filter(({ severity }) => severity === 'error');
  const actions = problems.flatMap(({ span }) => codeActions(view, span.start, span.end));
  const repaired = actions.map(({ edits }) => {
    analysis.open('/board.dts', applyEdits(view.text, edits));
    const left = diagnostics(analysis.view('/board.dts')!).filter(({ severity }) => severity === 'error');
    analysis.open('/board.dts', view.text);
    return left.length;
  });
  return {
    says: problems.map(({ message }) => message),
    titles: actions.filter(({ title }) => !title.startsWith('Ignore')).map(({ title }) => title),
    text: (title: string) => applyEdits(view.text, actions.find((action) => action.title === title)?.edits ?? []),
    left: repaired,
  };
}

const CLOCK = `#include <dt-bindings/clock/acme,gcc.h>
#include <dt-bindings/gpio/gpio.h>

/ {
	gcc: clock-controller { #clock-cells = <1>; };
	uart { clocks = <&gcc WRITTEN>; };
};
`;

test.each([
  ['GCC_UART_CKL', 'GCC_UART_CLK'],
  ['GCC_UART_CL', 'GCC_UART_CLK'],
  ['gcc_uart_clk', 'GCC_UART_CLK'],
  ['GCC_CLK_UART', 'GCC_UART_CLK'],
])('a mistyped macro: %s', (typed, meant) => {
  const { says, titles, text, left } = advice(CLOCK.replace('WRITTEN', typed));
  expect(says).toEqual([`${typed} is not defined; dtc stops here. The nearest name is ${meant}.`]);
  expect(titles[0]).toBe(`Change ${typed} to ${meant}`);
  expect(text(titles[0]!)).toBe(`/dts-v1/;\n${CLOCK.replace('WRITTEN', meant)}`);
  expect(left[0]).toBe(0);
});

test('a string and a macro with arguments do not fit a cell, and a name that is like none is left alone', () => {
  expect(advice(CLOCK.replace('WRITTEN', 'GCC_NAM')).titles).toEqual([]);
  expect(advice(CLOCK.replace('WRITTEN', 'NOTHING')).says).toEqual(['NOTHING is not defined; dtc stops here.']);
});

test('the header that defines it is one mistake, however many names it has, and goes where the alphabet has it', () => {
  const { says, titles, text, left } = advice(`
#include <dt-bindings/gpio/gpio.h>

/ {
	gcc: clock-controller { #clock-cells = <1>; };
	uart { clocks = <&gcc GCC_UART_CLK>; resets = <&gcc GCC_UART_BCR>; };
	spi { clocks = <&gcc GCC_UART_CLK>; };
};
`);
  expect(says).toEqual([
    'GCC_UART_CLK is not defined; dtc stops here. <dt-bindings/clock/acme,gcc.h> defines it and 1 more name of this file.',
  ]);
  expect(titles[0]).toBe('Add #include <dt-bindings/clock/acme,gcc.h>');
  expect(text(titles[0]!)).toContain(
    '\n#include <dt-bindings/clock/acme,gcc.h>\n#include <dt-bindings/gpio/gpio.h>\n\n/ {',
  );
  expect(left[0]).toBe(0);
});

test('without any include, the first goes behind the header of dtc', () => {
  const { titles, text, left } = advice('/ {\n\ta = <GPIO_ACTIVE_LOW>;\n};\n');
  expect(titles).toEqual(['Add #include <dt-bindings/gpio/gpio.h>']);
  expect(text(titles[0]!)).toBe(
    '/dts-v1/;\n\n#include <dt-bindings/gpio/gpio.h>\n\n/ {\n\ta = <GPIO_ACTIVE_LOW>;\n};\n',
  );
  expect(left).toEqual([0]);
});

test('a name that two headers define has a repair for each', () => {
  expect(advice('/ {\n\ta = <SHARED_CLK>;\n};\n').titles).toEqual([
    'Add #include <dt-bindings/clock/other,gcc.h>',
    'Add #include <dt-bindings/clock/third.h>',
  ]);
});

test('a mistyped name of a header that is not included: both in one', () => {
  const { says, titles, left } = advice('/ {\n\ta = <OTHER_CKL>;\n};\n');
  expect(says).toEqual([
    'OTHER_CKL is not defined; dtc stops here. The nearest name is OTHER_CLK of <dt-bindings/clock/other,gcc.h>.',
  ]);
  expect(titles).toEqual(['Change OTHER_CKL to OTHER_CLK and add #include <dt-bindings/clock/other,gcc.h>']);
  expect(left).toEqual([0]);
});

test('a label without its &', () => {
  const { says, titles, left } = advice('/ {\n\tgcc: clock { };\n\tuart {\n\t\ta = <gcc 1>;\n\t};\n};\n');
  expect(says).toEqual(["gcc is not defined; dtc stops here. It is a label: '&' is missing."]);
  expect(titles).toEqual(["Insert '&'"]);
  expect(left).toEqual([0]);
});

const LABELS = `/ {
	smmu: iommu { #iommu-cells = <1>; compatible = "arm,smmu-v3"; };
	smmu_clk: clock-controller { #clock-cells = <0>; };
	vdd: regulator-vdd { compatible = "regulator-fixed"; };
	WRITTEN
};
`;

test.each([
  ['dma { iommus = <&smmu1 1>; };', '&smmu1', 'IOMMU', '&smmu'],
  ['dma { iommus = <&smmu_clk1 1>; };', '&smmu_clk1', undefined, undefined],
  ['dma { iommus = <&the_one 1>; };', '&the_one', 'IOMMU', '&smmu'],
  ['dma { clocks = <&smmu>, <&smu_clk>; };', '&smu_clk', 'clock controller', '&smmu_clk'],
  ['dma { vin-supply = <&vddd>; };', '&vddd', 'regulator', '&vdd'],
  ['dma { friend = <&vddd>; };', '&vddd', 'one', '&vdd'],
  ['dma { friend = &vddd; };', '&vddd', 'one', '&vdd'],
])('a label that names nothing: %s', (statement, name, what, meant) => {
  const { says, titles, text } = advice(LABELS.replace('WRITTEN', statement));
  const base = `${name} names no node of this board; dtc refuses it.`;
  if (meant === undefined) {
    // Only `smmu` is an IOMMU.
    expect(says[0]).toBe(`${base} The nearest IOMMU is &smmu.`);
    return;
  }
  expect(says).toContain(`${base} The nearest ${what} is ${meant}.`);
  const title = `Change ${name} to ${meant}`;
  expect(titles).toContain(title);
  expect(text(title)).toBe(`/dts-v1/;\n${LABELS.replace('WRITTEN', statement.replace(name, meant))}`);
});

test('a node that is referenced can be made', () => {
  const { text } = advice('/ {\n\ta {\n\t\tpinctrl-0 = <&uart_pins>;\n\t};\n};\n');
  expect(text('Create a node with the label uart_pins')).toBe(
    '/dts-v1/;\n/ {\n\ta {\n\t\tpinctrl-0 = <&uart_pins>;\n\t};\n\n\tuart_pins: uart-pins {\n\t};\n};\n',
  );
});

test.each([
  ['&smu { };', '&smu names no node that exists at this point; dtc stops here. The nearest one is &smmu.', '&smmu'],
  [
    '&{/iomu} { };',
    '&{/iomu} names no node that exists at this point; dtc stops here. The nearest one is &{/iommu}.',
    '&{/iommu}',
  ],
  [
    '/delete-node/ &smu;',
    '&smu names no node that exists at this point; dtc stops here. The nearest one is &smmu.',
    '&smmu',
  ],
])('what a block is about: %s', (block, says, meant) => {
  const found = advice(`${LABELS.replace('\tWRITTEN\n', '')}\n${block}\n`);
  expect(found.says).toEqual([says]);
  expect(found.titles[0]).toMatch(new RegExp(`^Change .* to ${meant.replace(/[{}]/g, '\\$&')}$`));
});

test('a path with one wrong name, and a node that lies elsewhere', () => {
  const soc = '/ {\n\tsoc {\n\t\tuart@1000 {\n\t\t};\n\t};\n\ta = <&{WRITTEN}>;\n};\n'
    .replace(/\n\ta = .*;/, '')
    .replace('/ {', '/ {\n\ta = <&{WRITTEN}>;');
  const wrong = advice(soc.replace('WRITTEN', '/soc/uart@100'));
  expect(wrong.titles).toEqual(['Change &{/soc/uart@100} to &{/soc/uart@1000}']);
  expect(wrong.left[0]).toBe(0);
  expect(advice(soc.replace('WRITTEN', '/bus/uart@1000')).titles).toContain(
    'Change &{/bus/uart@1000} to &{/soc/uart@1000}',
  );
});

test.each([
  ['<dt-bindings/gpio/gpoi.h>', '"dt-bindings/gpio/gpoi.h"', '"dt-bindings/gpio/gpio.h"'],
  ['<dt-bindings/gpios/gpio.h>', '"dt-bindings/gpios/gpio.h"', '"dt-bindings/gpio/gpio.h"'],
])('a mistyped include: %s', (written, name, meant) => {
  const { says, titles, left } = advice(
    `#include ${written}\n/ {\n\ta = <GPIO_ACTIVE_LOW &nothing>;\n};\n&soc {\n};\n`,
  );
  expect(says).toEqual([`${name} is not found; the preprocessor stops here. The nearest is ${meant}.`]);
  expect(titles).toEqual([`Change ${name.slice(1, -1)} to ${meant.slice(1, -1)}`]);
  expect(left[0]).toBe(2);
});

test('a string without its quotes', () => {
  const board = (word: string) => `/ {\n\tuart {\n\t\tstatus = ${word};\n\t};\n};\n`;
  const { says, titles, text, left } = advice(board('okay'));
  expect(says).toEqual(['okay is not defined; dtc stops here. A string needs double quotes.']);
  expect(text(titles[0]!)).toBe(`/dts-v1/;\n${board('"okay"')}`);
  expect(left).toEqual([0]);
});

test('two letters are like no name, but may be the beginning of one that fits', () => {
  const { says } = advice(LABELS.replace('WRITTEN', 'dma { iommus = <&sm 1>; };'));
  expect(says).toContain('&sm names no node of this board; dtc refuses it. The nearest IOMMU is &smmu.');
});

test('a header that defines a missing name is looked for in the pauses, and then it is told', () => {
  // More than is read for one key.
  const many = Array.from({ length: 60 }, (_, at) => {
    const lines = Array.from({ length: 200 }, (_, line) => `#define FILLER_${at}_${line} ${line}\n`);
    return `//- /include/dt-bindings/aaa/f${at}.h\n${lines.join('')}`;
  });
  const { analysis } = editor(`//- /board.dts\n/dts-v1/;\n/ {\n\ta = <OTHER_CLK>;\n};\n${HEADERS}${many.join('')}`);
  const says = () => diagnostics(analysis.view('/board.dts')!).map(({ message }) => message);
  const plain = 'OTHER_CLK is not defined; dtc stops here.';
  const first = says();
  let turns = 0;
  while (seekAdvice(analysis.view('/board.dts')!)) turns++;
  expect({ first, many: turns > 1 }).toEqual({ first: [plain], many: true });
  expect(says()).toEqual([`${plain} <dt-bindings/clock/other,gcc.h> defines it.`]);
  expect(seekAdvice(analysis.view('/board.dts')!)).toBe(false);
});

test.each([
  ['/delete-node/ uart@100;', 'node uart@100', 'uart@1000'],
  ['/delete-property/ modl;', 'property modl', 'model'],
  ['/delete-property/ nothing-like-it;', 'property nothing-like-it', undefined],
])('a deletion of nothing: %s', (deletion, what, meant) => {
  const board = (line: string) => `/dts-v1/;\n/ {\n\tmodel = "x";\n\n\tuart@1000 {\n\t};\n};\n\n/ {\n${line}};\n`;
  const { view } = editor(`//- /board.dts\n${board(`\t${deletion}\n`)}`);
  const [problem, ...rest] = diagnostics(view).filter(({ rule }) => rule === 'delete-nothing');
  const nearest = meant === undefined ? '' : ` The nearest one is ${meant}.`;
  expect(rest).toEqual([]);
  expect(problem?.message.replaceAll('`', '')).toBe(
    `There is no ${what} here to delete; dtc ignores this line.${nearest}`,
  );
  const made = problem?.choices?.map((choice) => applyEdits(view.text, choice.plan() ?? []));
  const name = deletion.replace(/^.* |;/g, '');
  expect(made).toEqual([...(meant === undefined ? [] : [board(`\t${deletion.replace(name, meant)}\n`)]), board('')]);
});
