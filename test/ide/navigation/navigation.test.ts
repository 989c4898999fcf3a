// SPDX-License-Identifier: MIT
// Where names lead, and who uses them.
import { describe, expect, test } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import { implementations } from '#ide/navigation/all-references.ts';
import { definition } from '#ide/navigation/definition.ts';
import { references } from '#ide/navigation/references.ts';
import { folds } from '#ide/structure/folding.ts';
import { links } from '#ide/structure/links.ts';
import { type OutlineEntry, outline } from '#ide/structure/symbols.ts';
import { colours, editor } from '#test/support/views.ts';

function definitions(text: string): string[] {
  const { view, offset, place } = editor(text);
  return definition(view, offset).map(place);
}

function uses(text: string): string[] {
  const { view, offset, place } = editor(text);
  return references(view, offset, true).map(place);
}

const soc = `
//- /soc.dtsi
#define SID 0x10
/ {
	smmu: iommu@1000 { #iommu-cells = <1>; status = "disabled"; };
	dma: dma@2000 { iommus = <&smmu SID>; };
};
`;

describe('definition', () => {
  test('a reference leads to the label, in whatever file', () => {
    expect(definitions(`//- /board.dts\n#include "soc.dtsi"\n&sm$0mu { status = "okay"; };${soc}`)).toEqual([
      'soc.dtsi:3 smmu',
    ]);
  });

  test('a path reference leads to the places that open the node', () => {
    expect(definitions('/ { soc { dma@1 { }; }; };\n/ { soc { }; };\n&{/s$0oc} { };')).toEqual([
      'board.dts:1 soc',
      'board.dts:2 soc',
      'board.dts:3 &{/soc}',
    ]);
  });

  test('a property leads to every place that set it', () => {
    expect(definitions(`//- /board.dts\n#include "soc.dtsi"\n&smmu { sta$0tus = "okay"; };${soc}`)).toEqual([
      'soc.dtsi:3 status',
      'board.dts:2 status',
    ]);
  });

  test('a macro leads to its definition, an include to its file', () => {
    expect(definitions('#define ID 1\n/ { a = <I$0D>; };')).toEqual(['board.dts:1 ID']);
    expect(definitions(`//- /board.dts\n#include "so$0c.dtsi"${soc}`)).toEqual(['soc.dtsi:1']);
  });

  test('nothing leads anywhere from a comment', () => {
    expect(definitions('/ { l: a { }; };\n/* &$0l */')).toEqual([]);
  });
});

describe('references', () => {
  test('of a label: values, extensions and the label itself', () => {
    expect(uses(`//- /board.dts\n#include "soc.dtsi"\n&sm$0mu { status = "okay"; };${soc}`)).toEqual([
      'soc.dtsi:3 smmu',
      'board.dts:2 &smmu',
      'soc.dtsi:4 &smmu',
    ]);
  });

  test('of a macro: not in strings, not in comments', () => {
    expect(uses('#define ID 1\n/ { a = <I$0D>; b = "ID"; /* ID */ c = <(ID + 1)>; };')).toEqual([
      'board.dts:1 ID',
      'board.dts:2 ID',
      'board.dts:2 ID',
    ]);
  });
});

describe('structure', () => {
  const text = `/dts-v1/;
/ {
	l: node@1 {
		value = <1>,
			<2>;
	};
#ifdef X
	hidden { };
#endif
};
`;

  test('the outline has both branches of #if, labels and values as detail', () => {
    const { view } = editor(text);
    const lines = (entries: readonly OutlineEntry[], indent = ''): string[] =>
      entries.flatMap((entry) => [
        `${indent}${entry.name}${entry.detail ? ` (${entry.detail})` : ''}`,
        ...lines(entry.children, `${indent}  `),
      ]);
    expect(lines(outline(view.snapshot.ast(view.file)!))).toEqual([
      '/',
      '  node@1 (l)',
      '    value (<1>, <2>)',
      '  hidden',
    ]);
  });

  test('the outline of a large file has nodes alone, and a long value is cut', () => {
    const names = (count: number): readonly OutlineEntry[] => {
      const nodes = Array.from(
        { length: count },
        (_, at) => `n${at} { p = <1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17>; };`,
      );
      const { view } = editor(`/dts-v1/;\n/ { ${nodes.join(' ')} };`);
      return outline(view.snapshot.ast(view.file)!)[0]!.children;
    };
    expect(names(700)[0]?.children.map(({ detail }) => detail)).toEqual(['<1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16…']);
    expect(names(800)[799]).toMatchObject({ name: 'n799', children: [] });
  });

  test('nodes, long values and branches fold', () => {
    const { view } = editor(text);
    const firstLines = folds(view.text, view.snapshot.ast(view.file)!).map(
      ({ start }) => view.text.slice(0, start).split('\n').length,
    );
    expect(firstLines.sort()).toEqual([2, 3, 4, 7]);
  });

  test('includes are links', () => {
    const { view, place } = editor(`//- /board.dts\n#include "soc.dtsi"\n#include "missing.dtsi"${soc}`);
    expect(links(view).map((link) => `${place(link.span)} → ${link.target}`)).toEqual([
      'board.dts:1 soc.dtsi → /soc.dtsi',
    ]);
  });

  test('semantic tokens tell macros, labels, nodes and properties apart', () => {
    const { view } = editor('#define ID 1\n/ { l: node@1 { iommus = <&l ID OTHER>; }; };');
    expect(colours(view)).toEqual(['macro ID', 'label l', 'struct node', 'property iommus', 'label &l', 'macro ID']);
  });
});

describe('the drivers of a compatible', () => {
  const driver = (name: string) =>
    `static const struct of_device_id ids[] = {\n\t{ .compatible = "${name}" },\n\t{ }\n};\n`;
  const binding = (name: string) =>
    `%YAML 1.2\n---\n$id: http://x/a.yaml#\ntitle: A\nproperties:\n  compatible:\n    const: ${name}\n`;
  const TREE = `
//- /linux/Documentation/devicetree/bindings/clock/acme,gcc.yaml
${binding('acme,gcc')}
//- /linux/Documentation/devicetree/bindings/odd/acme,odd.yaml
${binding('acme,odd')}
//- /linux/drivers/clk/acme/gcc-acme.c
${driver('acme,gcc')}
//- /linux/drivers/clk/acme/other.c
${driver('acme,gcc-2')}
//- /linux/drivers/clk/acme/asks.c
node = of_find_compatible_node(NULL, NULL, "acme,gcc");
//- /linux/drivers/net/clk.c
${driver('acme,gcc')}
//- /linux/drivers/misc/odd-one.c
${driver('acme,odd')}
`;

  const found = (compatible: string) => {
    const { view, offset, place } = editor(
      `//- /linux/arch/board.dts\n/dts-v1/;\n/ { a { compatible = "${compatible}"; }; };${TREE}`,
    );
    view.knowledge.bindings(view.file);
    while (view.knowledge.work());
    return implementations(view, offset).map(place);
  };

  test('are looked for where its binding says', async () => {
    await loadYaml();
    // The one below drivers/net would be found only by searching everything.
    expect(found('acme,g$0cc')).toEqual(['linux/drivers/clk/acme/gcc-acme.c:2 acme,gcc']);
  });

  test('and everywhere in files of a like name where they are not there', async () => {
    await loadYaml();
    expect(found('acme,o$0dd')).toEqual(['linux/drivers/misc/odd-one.c:2 acme,odd']);
    expect(found('acme,not$0hing')).toEqual([]);
  });
});
