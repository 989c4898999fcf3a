// SPDX-License-Identifier: MIT
// What an item says about itself, and what signature help says of cells and arguments.
import { describe, expect, test } from 'vitest';
import { completion } from '#ide/completion/completion.ts';
import { documentation } from '#ide/completion/documentation.ts';
import { signature } from '#ide/completion/signature.ts';
import { editor } from '#test/support/views.ts';

function about(text: string, label: string): string | undefined {
  const { view, offset, place } = editor(text);
  const item = completion(view, offset).items.find((each) => each.label === label);
  return item?.about && documentation(view, item.about, (span) => ({ text: place(span), href: '#' }));
}

describe('documentation', () => {
  test('a label: path, compatible, cells, file', () => {
    const board =
      '/ { soc { smmu: iommu@1 { compatible = "arm,mmu-500"; #iommu-cells = <2>; status = "disabled"; }; };\nd { iommus = <&$0>; }; };';
    expect(about(board, 'smmu')).toBe(
      '`/soc/iommu@1`, disabled\n\n`arm,mmu-500`\n\n`#iommu-cells = <2>`\n\nIn [board.dts:1 iommu@1](#)',
    );
  });

  test('a macro: every step and the number', () => {
    const board = '#define BASE 0x10\n#define SHIFT (BASE << 4)\n#define SID (SHIFT | 1)\n/ { a = <SI$0>; };';
    expect(about(board, 'SID')).toBe(
      '```dts\n#define SID (SHIFT | 1)\n→ ((BASE << 4) | 1)\n→ ((0x10 << 4) | 1)\n= 0x101 = 257\n```\n\nIn [board.dts:3 SID](#)',
    );
    expect(about('#define TWICE(x) ((x) * 2)\n/ { a = <TW$0>; };', 'TWICE')).toContain('#define TWICE(x) ((x) * 2)');
  });

  test('a macro of a header that is not included: its line, its number, where it is', () => {
    const { view, offset, place } = editor(
      '//- /board.dts\n/dts-v1/;\n/ { a = <GCC_$0>; };\n//- /include/dt-bindings/clock/gcc.h\n#define GCC_A\t\t\t0x1f\n//- /dt-iommu.json\n{ "includePaths": ["include"] }\n',
    );
    completion(view, offset);
    while (view.knowledge.work());
    const item = completion(view, offset).items.find(({ label }) => label === 'GCC_A');
    const text = item?.about && documentation(view, item.about, (span) => ({ text: place(span), href: '#' }));
    expect(text).toBe(
      '```dts\n#define GCC_A 0x1f\n= 0x1f = 31\n```\n\nIn [include/dt-bindings/clock/gcc.h:1 GCC\\_A](#), which is not included yet: its `#include` comes with it.',
    );
  });

  test('a property, and a rule', () => {
    expect(about('/ { d { iom$0 }; };', 'iommus')).toContain('The IOMMU that translates the DMA of this device');
    expect(about('/ { d { /* dt-iommu-ignore iommus-target-dis$0 */ }; };', 'iommus-target-disabled')).toContain(
      'disabled',
    );
  });

  test('text of a tree stays text', () => {
    expect(about('/ { l: a { compatible = "x`<b>"; }; d { v = <&$0>; }; };', 'l')).toContain("`x'<b>`");
  });
});

describe('signature help', () => {
  const help = (text: string) => {
    const { view, offset } = editor(text);
    const found = signature(view, offset);
    if (!found) return undefined;
    const [start, end] = found.parameters[found.active] ?? [0, 0];
    return `${found.label.slice(0, start)}[${found.label.slice(start, end)}]${found.label.slice(end)} ${found.documentation}`.trim();
  };

  test('cells of an entry, by its provider', () => {
    const board = (line: string) =>
      `/ { smmu: iommu@1 { compatible = "arm,mmu-500"; #iommu-cells = <2>; };\ngpio: g { #gpio-cells = <2>; };\nd { ${line} }; };`;
    expect(help(board('iommus = <&smmu $0>;'))).toBe('iommus: <&smmu [stream-id] mask> /iommu@1, #iommu-cells = <2>');
    expect(help(board('iommus = <&smmu 0x10 $0>;'))).toBe(
      'iommus: <&smmu stream-id [mask]> /iommu@1, #iommu-cells = <2>',
    );
    expect(help(board('iommus = <&smmu 1 2>, <&smmu 0x1$0 0>;'))).toContain('[stream-id] mask');
    expect(help(board('iommu-map = <0 &smmu 0 0 $0>;'))).toContain('stream-id mask [length]');
    expect(help(board('reset-gpios = <&gpio 3 $0>;'))).toContain('<&gpio pin [flags]>');
    expect(help(board('iommus = <&smm$0>;'))).toBeUndefined();
  });

  test('interrupts by the interrupt parent, reg by the bus', () => {
    const gic =
      'gic: i { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; }; interrupt-parent = <&gic>;';
    expect(help(`/ { ${gic} d { interrupts = <0 $0>; }; };`)).toContain('interrupts: <type [number] flags> /i');
    expect(help('/ { #address-cells = <2>; #size-cells = <1>; d { reg = <0 1 $0>; }; };')).toBe(
      'reg: <address2 address1 [size]>',
    );
  });

  test('arguments of a macro', () => {
    const board = (line: string) => `#define PIN(bank, pin) ((bank) * 32 + (pin))\n/ { d { ${line} }; };`;
    expect(help(board('a = <PIN($0>;'))).toBe('PIN([bank], pin) ((bank) * 32 + (pin))');
    expect(help(board('a = <PIN((1, 2), $0>;'))).toContain('PIN(bank, [pin])');
    expect(help(board('a = <PIN(1, 2) $0>;'))).toBeUndefined();
  });
});
