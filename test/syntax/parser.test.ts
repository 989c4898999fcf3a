// SPDX-License-Identifier: MIT
// What each construct becomes, that every part is where it says, and that an edit gives the AST of the new text while
// what did not change keeps its identity.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Ast, Item, NodeItem, Part } from '#syntax/ast.ts';
import { MAX_LENGTH } from '#syntax/parser.ts';
import { grammar } from '#test/support/evaluate.ts';
import { KERNEL } from '#test/support/kernel.ts';
import { errors, outline } from './print.ts';

const BOARD = `#include "soc.dtsi"
/ {
	soc: bus@0 {
		reg = <0x0 0x1000>;
		uart0: uart@1000 {
			compatible = "ns16550a";
			dma-coherent;
		};
#ifdef SPI
		spi@2000 {
			reg = <0x2000>;
		};
#endif
	};
	chosen { };
};
`;

function parse(text: string): Ast {
  return grammar.parse(text);
}

describe('statements', () => {
  test('nodes, properties, directives', () => {
    const text = `/dts-v1/; /plugin/;
      l1: /memreserve/ 0x1000 0x2000;
      / {
        l2: a /* why */ = <1>, /* = */ "x;}"; // end
        b;
        l3: l4: node@1 { };
        /omit-if-no-ref/ l5: pins { };
        /delete-node/ node@2;
        l6: /delete-property/ c;
      };
      &{/node@1} { };
      /delete-node/ &l2;
      /omit-if-no-ref/ &l5;`;
    expect(outline(parse(text).items)).toEqual([
      'version: /dts-v1/;',
      'plugin: /plugin/;',
      'memreserve: l1: /memreserve/ 0x1000 0x2000;',
      '/ {',
      '  l2: a = <1>, /* = */ "x;}"',
      '  b',
      '  l3: l4: node@1 {',
      '  /omit-if-no-ref/ l5: pins {',
      '  delete-node node@2',
      '  delete-property c',
      '&{/node@1} {',
      'delete-node &l2',
      'omit-if-no-ref &l5',
    ]);
  });

  test('includes, definitions and conditions', () => {
    const text = `#include <a.h> // b
#  include "x//y.h" /* c */
#include HEADER
/include/ "d.dtsi"
#define A(b) \\
  b /* c */
#undef A
#error no
#if defined(A) && \\
  B
x;
#elif C
#else /* D */
y { z; };
#endif /* A */`;
    expect(outline(parse(text).items)).toEqual([
      'include cpp <a.h>',
      'include cpp "x//y.h"',
      'include cpp HEADER',
      'include dtc "d.dtsi"',
      'define A(b) \\\n  b /* c */',
      'undef A',
      'preprocessor: #error no',
      '#if defined(A) && \\\n  B',
      '  x',
      '#elif C',
      '#else /* D */',
      '  y {',
      '    z',
    ]);
  });

  test('macros', () => {
    expect(outline(parse('PIN(a, 1);\nL(x): N(y)@1 { A(1)\n v = F(x); };').items)).toEqual([
      'macro: PIN(a, 1);',
      'L(x): N(y)@1 {',
      '  macro: A(1)',
      '  v = F(x)',
    ]);
  });

  test('a NUL, which dtc takes as a character of the string', () => {
    expect(parse('a = "x\0y";').items).toMatchObject([{ valueText: '"x\0y"' }]);
    expect(parse('a = "x\0y";').hasError).toBe(false);
  });

  test('line ends of Windows', () => {
    const ast = parse('#define A 1\r\n/ {\r\n\ta = <1>;\r\n};\r\n');
    expect(outline(ast.items)).toEqual(['define A 1', '/ {', '  a = <1>']);
  });
});

/** Calls `visit` for each item and branch with its absolute start. */
function walk(items: readonly Item[], origin: number, visit: (item: Item, start: number) => void): void {
  for (const item of items) {
    const start = origin + item.at;
    visit(item, start);
    if (item.kind === 'node') walk(item.body, start, visit);
    if (item.kind === 'conditional') for (const branch of item.branches) walk(branch.body, start + branch.at, visit);
  }
}

/** Every part with its text must be found in the source where the item says. */
function expectPlaces(text: string, ast: Ast): void {
  walk(ast.items, 0, (item, start) => {
    const parts: [Part, string][] = [];
    if (item.kind === 'node' || item.kind === 'property') parts.push([item.head, item.headText]);
    if (item.kind === 'property' && item.value) parts.push([item.value, item.valueText!]);
    if (item.kind === 'include') parts.push([item.path, item.pathText]);
    if (item.kind === 'define') parts.push([item.rest, item.restText]);
    if ('target' in item) parts.push([item.target, item.targetText]);
    if ('text' in item) parts.push([{ at: 0, length: item.length }, item.text]);
    for (const [{ at, length }, expected] of parts) {
      expect(
        text.slice(start + at, start + at + length).replace(/\/\*.*?\*\//g, (found) => ' '.repeat(found.length)),
      ).toBe(expected.replace(/\/\*.*?\*\//g, (found) => ' '.repeat(found.length)));
    }
  });
}

test('parts are where they say', () => {
  const text = BOARD.replace('reg = <0x0', '  l1: l2: /* c */ reg /* d */ =\n <0x0');
  expectPlaces(text, parse(text));
});

describe('editing', () => {
  const at = (text: string): number => BOARD.indexOf(text);

  function find(ast: Ast, head: string): NodeItem {
    let found: NodeItem | undefined;
    walk(ast.items, 0, (item) => {
      if (item.kind === 'node' && item.headText === head) found = item;
    });
    return found!;
  }

  test('what did not change keeps its identity', () => {
    const document = grammar.open(BOARD);
    const before = document.ast;
    document.edit([{ start: at('0x1000'), end: at('0x1000') + 6, text: '0x2000' }]);
    const after = document.ast;
    expect(find(after, 'uart0: uart@1000')).toBe(find(before, 'uart0: uart@1000'));
    expect(find(after, 'chosen')).toBe(find(before, 'chosen'));
    expect(find(after, 'soc: bus@0')).not.toBe(find(before, 'soc: bus@0'));
    document.close();
  });

  test('what only moved keeps its inside', () => {
    const document = grammar.open(BOARD);
    const before = document.ast;
    document.edit([{ start: at('0x1000'), end: at('0x1000'), text: '0x0 ' }]);
    const [moved, old] = [find(document.ast, 'uart0: uart@1000'), find(before, 'uart0: uart@1000')];
    expect(moved.at).toBe(old.at + 4);
    expect(moved.body).toBe(old.body);
    document.close();
  });

  test('several changes apply in order, each to the text that the one before made', () => {
    const document = grammar.open('a = <1>;');
    document.edit([
      { start: 0, end: 1, text: 'name' },
      { start: 8, end: 9, text: '2 3' },
    ]);
    expect(document.text).toBe('name = <2 3>;');
    expect(document.ast).toEqual(parse('name = <2 3>;'));
    document.close();
  });

  test('offsets outside the text are clamped', () => {
    const document = grammar.open('a;');
    document.edit([{ start: 90, end: 99, text: ' b;' }]);
    expect(document.text).toBe('a; b;');
    document.close();
  });

  test('the AST outlives its document', () => {
    const document = grammar.open(BOARD);
    const { ast } = document;
    document.close();
    expect(ast).toEqual(parse(BOARD));
  });

  // A fixed sequence of 400 random edits; half of them take back an earlier one, so that the file is whole again often.
  test('after any edit the AST is that of the new text', () => {
    const pieces = [
      '{',
      '}',
      '};\n',
      ';',
      '"',
      '<',
      '&',
      '#',
      '/*',
      '*/',
      '#ifdef A\n',
      '#endif\n',
      'x = <1>;\n',
      'n { };\n',
      '',
    ];
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % below;
    };
    const document = grammar.open(BOARD);
    const undo: { start: number; end: number; text: string }[] = [];
    for (let step = 0; step < 400; step++) {
      const back = undo.length > 3 || random(2) === 0 ? undo.pop() : undefined;
      const start = back?.start ?? random(document.text.length);
      const end = back?.end ?? Math.min(document.text.length, start + random(12));
      const text = back?.text ?? pieces[random(pieces.length)]!;
      if (!back) undo.push({ start, end: start + text.length, text: document.text.slice(start, end) });
      document.edit([{ start, end, text }]);
      expect(document.ast).toEqual(parse(document.text));
      expectPlaces(document.text, document.ast);
    }
    document.close();
  });
});

describe('bounds', () => {
  test('a text over the limit is one error and no items', () => {
    const ast = parse(';'.repeat(MAX_LENGTH + 1));
    expect(ast.items).toEqual([]);
    expect(ast.errors).toMatchObject([{ message: 'The file has 10.0 MB; files over 10 MB are not read.' }]);
  });

  test.each([
    ['nodes', 'a {'.repeat(5000) + '};'.repeat(5000)],
    ['nodes without end', 'a {'.repeat(5000)],
    ['nodes around an error', `${'a {'.repeat(5000)}%${'};'.repeat(5000)}`],
    ['conditions', '#if 1\n'.repeat(5000) + '#endif\n'.repeat(5000)],
  ])('5000 nested %s are one error item below 200 levels', (_, text) => {
    const ast = parse(text);
    let depth = 0;
    let items = ast.items;
    for (let inner: Item | undefined = items[0]; inner && inner.kind !== 'error'; inner = items[0], depth++) {
      items = inner.kind === 'conditional' ? inner.branches[0]!.body : (inner as NodeItem).body;
    }
    expect(depth).toBe(200);
    expect(ast.errors.map(({ message }) => message)).toContain(
      'Nodes nest more than 200 levels deep here; the rest is not read.',
    );
  });

  test('text that is not a device tree has at most 200 errors', () => {
    expect(parse('%\n'.repeat(1000)).errors).toHaveLength(200);
  });

  test('an error is reported for every text that tree-sitter does not accept', () => {
    for (const text of ['a', '{', 'a = ;', '/ { }', '"', '<', '&', '#if', 'a = <1 2', '/foo/;', ')', 'a b;']) {
      expect(errors(text, parse(text)), text).not.toEqual([]);
    }
  });
});

const SM8550 = `${KERNEL}/arch/arm64/boot/dts/qcom/sm8550.dtsi`;

test.skipIf(!existsSync(SM8550))(
  `150 KB of Linux: no more than the edited path is built anew (skipped without ${SM8550})`,
  () => {
    const text = readFileSync(SM8550, 'utf8');
    const document = grammar.open(text);
    const before = new Set<Item>();
    walk(document.ast.items, 0, (item) => before.add(item));
    const start = text.indexOf('reg = <0 0x', text.length / 2) + 7;
    document.edit([{ start, end: start + 1, text: '1' }]);
    let fresh = 0;
    walk(document.ast.items, 0, (item) => {
      if (!before.has(item)) fresh++;
    });
    expect(before.size).toBeGreaterThan(3000);
    // The property and the nodes around it.
    expect(fresh).toBeLessThanOrEqual(5);
    document.close();
  },
);
