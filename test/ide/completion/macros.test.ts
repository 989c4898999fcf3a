// SPDX-License-Identifier: MIT
// Macros: ranked by what the place is for, and those of other headers with their `#include`.
import { describe, expect, test } from 'vitest';
import { completion } from '#ide/completion/completion.ts';
import { complete } from '#test/support/completions.ts';
import { editor } from '#test/support/views.ts';

const HEADERS = `
//- /include/linux/kernel.h
//- /Makefile
//- /arch/arm64/Makefile
//- /include/dt-bindings/clock/acme,x9-gcc.h
#ifndef GUARD_GCC_H
#define GUARD_GCC_H
#define GCC_UFS_CLK 1
#define GCC_USB_CLK 2
#define MISC_CLK 3
#endif
//- /include/dt-bindings/clock/acme,x9-dispcc.h
#define DISPCC_AHB_CLK 4
#define DISPCC_RATE(x) (x)
//- /include/dt-bindings/interrupt-controller/arm-gic.h
#define GIC_SPI 0
#define GIC_PPI 1
#define IRQ_TYPE_LEVEL_HIGH 4
#define IRQ_TYPE_EDGE_RISING 1
`;

const board = (body: string, includes = '') => `//- /arch/arm64/boot/dts/acme/x9.dts
/dts-v1/;
#include <dt-bindings/clock/acme,x9-gcc.h>
#include <dt-bindings/interrupt-controller/arm-gic.h>
${includes}
/ {
	gcc: clock-controller@1 { compatible = "acme,x9-gcc"; #clock-cells = <1>; #reset-cells = <1>; };
	dispcc: clock-controller@2 { compatible = "acme,x9-dispcc"; #clock-cells = <1>; };
	gic: interrupt-controller@3 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; };
	interrupt-parent = <&gic>;
	a { clocks = <&gcc GCC_USB_CLK>; interrupts = <GIC_SPI 1 IRQ_TYPE_LEVEL_HIGH>; };
	b { ${body} };
};${HEADERS}`;

/** With every header of the tree read. */
function completeKnowing(fixture: string) {
  const { view, offset } = editor(fixture);
  completion(view, offset);
  while (view.knowledge.work());
  const { items, start } = completion(view, offset);
  const accept = (label: string) => {
    const item = items.find((each) => each.label === label)!;
    const edits = [...(item.edits ?? []), { span: { file: '', start, end: offset }, text: item.snippet }];
    return edits
      .sort((one, other) => other.span.start - one.span.start)
      .reduce((text, { span, text: put }) => text.slice(0, span.start) + put + text.slice(span.end), view.text);
  };
  return { labels: items.map(({ label }) => label), items, accept };
}

describe('ranking', () => {
  test('what the tree writes behind the same clock controller, then its family, then the header that fits', () => {
    const { labels } = complete(board('clocks = <&gcc $0>;'));
    expect(labels.slice(0, 3)).toEqual(['GCC_USB_CLK', 'GCC_UFS_CLK', 'MISC_CLK']);
    expect(labels).not.toContain('GUARD_GCC_H');
  });

  test('by the cell of an interrupt', () => {
    expect(complete(board('interrupts = <$0>;')).labels.slice(0, 2)).toEqual(['GIC_SPI', 'GIC_PPI']);
    expect(complete(board('interrupts = <GIC_SPI 4 $0>;')).labels.slice(0, 2)).toEqual([
      'IRQ_TYPE_LEVEL_HIGH',
      'IRQ_TYPE_EDGE_RISING',
    ]);
    expect(complete(board('interrupts = <GIC_SPI 4 IRQ_TYPE_LEVEL_HIGH>, <GIC$0>;')).labels.slice(0, 2)).toEqual([
      'GIC_SPI',
      'GIC_PPI',
    ]);
  });

  test('in an expression and in the arguments of a call', () => {
    expect(complete(board('interrupts = <GIC_SPI 4 (1 | IRQ$0)>;')).labels[0]).toBe('IRQ_TYPE_LEVEL_HIGH');
    expect(complete(board('x = <(GIC_SPI + $0>;')).labels).toContain('GIC_PPI');
  });

  test('not where only a reference may stand', () => {
    expect(complete(board('clocks = <$0>;')).labels.slice(0, 2)).toEqual(['&gcc', '&dispcc']);
    expect(complete(board('clocks = <$0>;')).labels).not.toContain('GIC_SPI');
  });

  test('a macro with parameters has a hole for each', () => {
    const list = complete(board('x = <DISPCC$0>;', '#include <dt-bindings/clock/acme,x9-dispcc.h>'));
    expect(list.line('DISPCC_RATE')).toBe(`b { x = <DISPCC_RATE(\${1:x})>; };`);
  });
});

test('what is written behind a provider with other cells means something else in the same place', () => {
  const text = (cells: number) => `#define GIC_SPI 0
#define IRQ_RISING 1
/ {
	gic: gic { interrupt-controller; #interrupt-cells = <3>; };
	pdc: pdc { interrupt-controller; #interrupt-cells = <${cells}>; };
	a { interrupts-extended = <&pdc 1 IRQ_RISING${cells === 3 ? ' 0' : ''}>; };
	b { interrupts-extended = <&gic GIC_SPI $0>; };
};`;
  // A blank opens only what is written in such places.
  expect(complete(text(2), ' ').labels).toEqual([]);
  expect(complete(text(3), ' ').labels).toEqual(['IRQ_RISING']);
});

describe('headers that are not included', () => {
  test('the one that fits the provider, with its include in its place', () => {
    const list = completeKnowing(board('clocks = <&dispcc $0>;'));
    expect(list.items.find(({ label }) => label === 'DISPCC_AHB_CLK')?.detail).toBe(
      '#include <dt-bindings/clock/acme,x9-dispcc.h>',
    );
    expect(list.accept('DISPCC_AHB_CLK')).toContain(`/dts-v1/;
#include <dt-bindings/clock/acme,x9-dispcc.h>
#include <dt-bindings/clock/acme,x9-gcc.h>
#include <dt-bindings/interrupt-controller/arm-gic.h>
`);
    expect(list.accept('DISPCC_AHB_CLK')).toContain('clocks = <&dispcc DISPCC_AHB_CLK>;');
  });

  test('any other once three characters say which', () => {
    expect(completeKnowing(board('x = <DISP$0>;')).labels).toEqual(['DISPCC_AHB_CLK', 'DISPCC_RATE']);
    expect(completeKnowing(board('x = <disp$0>;')).labels).toEqual(['DISPCC_AHB_CLK', 'DISPCC_RATE']);
    expect(completeKnowing(board('x = <DI$0>;')).labels).not.toContain('DISPCC_AHB_CLK');
  });

  test('without includes behind the head of the file', () => {
    const text = `//- /arch/arm64/boot/dts/x.dts\n// SPDX\n/dts-v1/;\n\n/ { x = <DISP$0>; };${HEADERS}`;
    expect(completeKnowing(text).accept('DISPCC_AHB_CLK')).toBe(
      '// SPDX\n/dts-v1/;\n\n#include <dt-bindings/clock/acme,x9-dispcc.h>\n\n/ { x = <DISPCC_AHB_CLK>; };',
    );
  });
});
