// SPDX-License-Identifier: MIT
// What statements make of a tree: merging, deleting, overlays, and what is wrong with a text. The expected trees are
// those of Debian's dtc 1.6.1 (`dtc -O dts -T`); test/oracle compares whole boards with it byte by byte.
import { describe, expect, test } from 'vitest';
import { lineStarts, positionAt } from '#base/text.ts';
import { evaluateText } from '#test/support/evaluate.ts';
import { printTree } from '#tree/blob/print.ts';

const header = '/dts-v1/;\n';

/** The tree as text; with `places`, each line with where it was set. */
function tree(text: string, places = false): string {
  const { tree: result, files } = evaluateText(text);
  const printed = printTree(result, ({ file, start }) => {
    const { line } = positionAt(lineStarts(files.get(file) ?? ''), start);
    return `${file.slice(1)}:${line + 1}`;
  });
  return (places ? printed : printed.replace(/ \/\* .*? \*\//g, ''))
    .replace(/\t/g, '  ')
    .replace(/^\/dts-v1\/;\n\n?/, '');
}

/** Problems as `line rule`. */
function problems(text: string): string[] {
  const { tree: result, files } = evaluateText(text);
  return result.problems.map(({ rule, span }) => {
    const { line } = positionAt(lineStarts(files.get(span.file) ?? ''), span.start);
    return `${span.file.slice(1)}:${line + 1} ${rule}`;
  });
}

test('nodes merge; a property keeps its first place and takes its last value', () => {
  const text = `${header}/ { a = <1>; b = <2>; n { }; };\n/ { b = <3>;\n c = <4>; n { x; }; };`;
  expect(tree(text, true)).toMatchInlineSnapshot(`
    "/ { /* board.dts:2, board.dts:3 */
      a = <0x1>; /* board.dts:2 */
      b = <0x3>; /* board.dts:3 */
      c = <0x4>; /* board.dts:4 */

      n { /* board.dts:2, board.dts:4 */
        x; /* board.dts:4 */
      };
    };
    "
  `);
});

test('what was deleted and set again stands in its old place', () => {
  const text = `${header}/ { a; b; n { x; }; m { }; };\n/ { /delete-property/ a; /delete-node/ n; };\n/ { c; a; n { y; }; };`;
  expect(tree(text)).toMatchInlineSnapshot(`
    "/ {
      a;
      b;
      c;

      n {
        y;
      };

      m {
      };
    };
    "
  `);
});

test('a property that is deleted alone is gone', () => {
  expect(tree(`${header}/ { a; b; };\n/ { /delete-property/ a; };`)).toMatchInlineSnapshot(`
    "/ {
      b;
    };
    "
  `);
});

test('/delete-…/ in the braces that make a node deletes nothing, as in dtc', () => {
  expect(tree(`${header}/ { a = <1>; /delete-property/ a; };`)).toMatchInlineSnapshot(`
    "/ {
      a = <0x1>;
    };
    "
  `);
});

test('labels, references by label and by path, and the node that nobody refers to', () => {
  const text = `${header}/ { aliases { s0 = &uart; }; uart: serial@1 { clocks = <&{/clk} 1>; }; clk { }; /omit-if-no-ref/ unused: u { }; };
&uart { status = "okay"; };`;
  expect(tree(text)).toMatchInlineSnapshot(`
    "/ {
      aliases {
        s0 = &uart;
      };

      uart: serial@1 {
        clocks = <&{/clk} 0x1>;
        status = "okay";
      };

      clk {
      };
    };
    "
  `);
});

test('an overlay puts each reference into a fragment', () => {
  expect(tree(`/dts-v1/;\n/plugin/;\n&uart { status = "okay"; };\n&{/soc} { x; };`)).toMatchInlineSnapshot(`
    "/plugin/;

    / {
      fragment@0 {
        target = <&uart>;

        __overlay__ {
          status = "okay";
        };
      };

      fragment@1 {
        target-path = "/soc";

        __overlay__ {
          x;
        };
      };
    };
    "
  `);
});

test('macros: as label, name, value, statement; includes; conditionals', () => {
  const text = `#include "soc.h"
/dts-v1/;
/ {
#ifdef HAS_UART
	LABEL(0): serial@BASE { reg = <BASE_REG 0x10>; NODE(x) };
#else
	never;
#endif
};
//- /soc.h
#define HAS_UART
#define BASE 1000
#define BASE_REG 0x1000
#define LABEL(n) uart##n
#define NODE(n) n { v = #n; };
`;
  expect(tree(text)).toMatchInlineSnapshot(`
    "/ {
      uart0: serial@1000 {
        reg = <0x1000 0x10>;

        x {
          v = "x";
        };
      };
    };
    "
  `);
});

test('a macro that is a whole property, called as if it were a flag', () => {
  const text = `#define SET(n) domid = <n>
#define FIRST SET(1)
#define SECOND b = <2>; c = "x"
/dts-v1/;
/ {
	FIRST;
	SECOND;
};
`;
  expect(tree(text)).toMatchInlineSnapshot(`
    "/ {
      domid = <0x1>;
      b = <0x2>;
      c = "x";
    };
    "
  `);
});

describe('what is wrong stands at the line where dtc reports it', () => {
  test.each([
    ['an open brace', '/ {\n n {\n };', 'board.dts:4 syntax/error'],
    ['a property after a node', '/ {\n n { };\n a;\n};', 'board.dts:4 syntax/error'],
    ['a name twice in the same braces', '/ { n { };\n n { }; };', 'board.dts:3 dtc/duplicate_node_names'],
    ['a property twice in the same braces', '/ { a;\n a; };', 'board.dts:3 dtc/duplicate_property_names'],
    ['a reference to nothing', '/ { };\n&nothing { };', 'board.dts:3 syntax/unresolved-reference'],
    ['a phandle of nothing', '/ { a =\n <&nothing>; };', 'board.dts:3 dtc/phandle_references'],
    [
      'a phandle of a deleted node',
      '/ { a =\n <&n>; n: n { }; };\n/delete-node/ &n;',
      'board.dts:3 dtc/phandle_references',
    ],
    ['a value that does not fit', '/ { a =\n /bits/ 8 <300>; };', 'board.dts:3 syntax/value'],
    ['an include that is not there', '#include "none.dtsi"\n/ { };', 'board.dts:2 syntax/include-not-found'],
    ['#error', '/ { };\n#error no', 'board.dts:3 syntax/directive'],
    ['a deletion of nothing', '/ { };\n/ { /delete-node/ n; };', 'board.dts:3 delete-nothing'],
  ])('%s', (_title, text, expected) => {
    expect(problems(header + text)).toEqual([expected]);
  });

  test('a missing semicolon stands behind what it ends, one line before dtc meets the next statement', () => {
    expect(problems(`${header}/ {\n a = <1>\n b; };`)).toEqual(['board.dts:3 syntax/error']);
  });

  test('what an unknown include may define is not missed', () => {
    expect(problems(`${header}#include "none.dtsi"`)).toEqual(['board.dts:2 syntax/include-not-found']);
    expect(problems(`${header}#include "none.dtsi"\n/ { a = <&nothing>; };`)).toEqual([
      'board.dts:2 syntax/include-not-found',
    ]);
  });

  test.each([
    ['a name in a value', '/ { a = <UNKNOWN>; b = <1 A(2)>; };'],
    ['a label to extend', '&uart { status = "okay"; };'],
    ['statements', '/ { PINS(1, 2)\n b = <1>; };'],
    ['what a condition computes with', '#if OF(1) > 2\n#endif\n/ { };'],
    ['a guard', '#ifndef KNOWN\n#error "no"\n#endif\n/ { };'],
    ['something to delete', '/ { /delete-property/ a; };\n/delete-node/ &b;'],
  ])('neither is %s, without any include path', (_title, text) => {
    expect(problems(`${header}#include <none.h>\n${text}`)).toEqual(['board.dts:2 syntax/include-not-found']);
  });

  test('what no macro could repair is an error all the same', () => {
    expect(problems(`${header}#include <none.h>\n/ {\n a = <1>\n b = <2>;\n};`).sort()).toEqual([
      'board.dts:2 syntax/include-not-found',
      'board.dts:4 syntax/error',
    ]);
  });
});

describe('bad input is bounded', () => {
  test.each([
    ['an include cycle', '#include "board.dts"\n/ { };', 'syntax/include-depth'],
    ['a macro without end', `${doubling(40)}\n/ { a = <A40>; };`, 'syntax/value'],
    ['an unterminated string', '/ { a = "x; };', 'syntax/error'],
    ['an unterminated comment', '/ { a; /* };', 'syntax/error'],
    ['nothing at all', '', 'syntax/error'],
    ['a cell of 33 bits', '/ { #address-cells = <4294967296>; };', 'syntax/value'],
    ['a tree of ten thousand levels', `/ { ${'n { '.repeat(10_000)}${'}; '.repeat(10_000)} };`, 'syntax/limit'],
    ['binary data', '\u0000\u0001\u0002\ufffd', 'syntax/error'],
  ])('%s', (_title, text, rule) => {
    const start = performance.now();
    expect(evaluateText(header + text).tree.problems.map((problem) => problem.rule)).toContain(rule);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('a comment that is never closed is named where it starts, as gcc does', () => {
    expect(problems(`${header}/ {\n\ta = "/*";\n\t/* b\n};`)).toEqual(['board.dts:4 syntax/error']);
  });
});

function doubling(levels: number): string {
  const lines = ['#define A0 1'];
  for (let i = 1; i <= levels; i++) lines.push(`#define A${i} A${i - 1} A${i - 1}`);
  return lines.join('\n');
}
