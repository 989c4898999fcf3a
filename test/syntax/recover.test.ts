// SPDX-License-Identifier: MIT
// Half-typed files: what each typical state costs, and what it says.
import { expect, test } from 'vitest';
import { grammar } from '#test/support/evaluate.ts';
import { errors, paths } from './print.ts';

const BOARD = `/dts-v1/;
/ {
	soc {
		#size-cells = <1>;
		uart0: uart@1000 {
			compatible = "ns16550a", "generic";
			reg = <0x1000 0x100>;
			clocks = <&clk 1>;
			dma-coherent;
		};
		spi@2000 {
			reg = <0x2000 0x100>;
		};
	};
};
&clk {
	status = "okay";
};
`;
const UART = '/soc/uart0: uart@1000';
const COMPLETE = paths(grammar.parse(BOARD).items);

interface State {
  readonly name: string;
  /** What is there, and what is there instead. */
  readonly change: readonly [string, string];
  readonly errors: readonly string[];
  /** `- lost`, `+ new`; `UART` stands for the path of the node. */
  readonly cost?: readonly string[];
}

function typed(text: string): readonly [string, string] {
  return ['\t\t\treg = <0x1000', `\t\t\t${text}\n\t\t\treg = <0x1000`];
}

const STATES: readonly State[] = [
  {
    name: '`;` after cells dropped',
    change: ['reg = <0x1000 0x100>;', 'reg = <0x1000 0x100>'],
    errors: [`reg = <0x1000 0x100>[]  ';' is missing after the value of reg.`],
  },
  {
    name: '`;` after a string dropped',
    change: ['"ns16550a", "generic";', '"ns16550a", "generic"'],
    errors: [`compatible = "ns16550a", "generic"[]  ';' is missing after the value of compatible.`],
  },
  {
    name: '`;` of a property without value dropped',
    change: ['dma-coherent;', 'dma-coherent'],
    errors: [`dma-coherent[]  ';' is missing after dma-coherent.`],
  },
  {
    name: '`>` dropped',
    change: ['reg = <0x1000 0x100>;', 'reg = <0x1000 0x100;'],
    errors: [`reg = <0x1000 0x100[];  '>' is missing after the value of reg.`],
    cost: ['- UART reg = <0x1000 0x100>', '+ UART reg = <0x1000 0x100'],
  },
  {
    name: '`>;` dropped',
    change: ['reg = <0x1000 0x100>;', 'reg = <0x1000 0x100'],
    errors: [`reg = <0x1000 0x100[]  '>;' is missing after the value of reg.`],
    cost: ['- UART reg = <0x1000 0x100>', '+ UART reg = <0x1000 0x100'],
  },
  {
    name: '`<` dropped',
    change: ['reg = <0x1000 0x100>', 'reg = 0x1000 0x100>'],
    errors: [`reg = 0x1000 0x100[>];  '>' closes nothing in the value of reg.`],
    cost: ['- UART reg = <0x1000 0x100>', '+ UART reg = 0x1000 0x100>'],
  },
  {
    name: 'opening quote dropped',
    change: ['"ns16550a"', 'ns16550a"'],
    errors: [`compatible = []ns16550a", "generic";  '"' is missing in the value of compatible.`],
    cost: ['- UART compatible = "ns16550a", "generic"', '+ UART compatible = ns16550a", "generic"'],
  },
  {
    name: 'closing quote dropped',
    change: ['"generic"', '"generic'],
    errors: [`compatible = "ns16550a", "generic[];  '"' is missing in the value of compatible.`],
    cost: ['- UART compatible = "ns16550a", "generic"', '+ UART compatible = "ns16550a", "generic'],
  },
  {
    name: 'closing quote and `;` dropped',
    change: ['"generic";', '"generic'],
    errors: [`compatible = "ns16550a", "generic[]  '"' is missing in the value of compatible.`],
    cost: ['- UART compatible = "ns16550a", "generic"', '+ UART compatible = "ns16550a", "generic'],
  },
  {
    name: '`=` dropped',
    change: ['reg = <0x1000', 'reg <0x1000'],
    errors: [`reg[] <0x1000 0x100>;  '=' is missing after reg.`],
    cost: ['- UART reg = <0x1000 0x100>', '+ UART error: reg <0x1000 0x100>;'],
  },
  {
    name: '`{` dropped',
    change: ['uart@1000 {', 'uart@1000'],
    errors: [`uart0: uart@1000[]  '{' is missing after uart@1000.`],
  },
  {
    name: '`}` dropped',
    change: ['};\n\t\tspi', ';\n\t\tspi'],
    errors: [`[];  '}' is missing at the end of uart0: uart@1000.`],
  },
  {
    name: '`};` dropped',
    change: ['\t\t};\n\t\tspi', '\t\tspi'],
    errors: [`dma-coherent;[]  '};' is missing at the end of uart0: uart@1000.`],
  },
  {
    name: '`;` after `}` dropped',
    change: ['};\n\t\tspi', '}\n\t\tspi'],
    errors: [`}[]  ';' is missing after the '}' of uart0: uart@1000.`],
  },
  {
    name: 'last `};` dropped',
    change: ['status = "okay";\n};', 'status = "okay";'],
    errors: [`status = "okay";[]  '};' is missing at the end of &clk.`],
  },
  {
    name: '`foo = <&` typed',
    change: typed('foo = <&'),
    errors: [`foo = <&[]  '>;' is missing after the value of foo.`],
    cost: ['+ UART foo = <&'],
  },
  {
    name: '`foo =` typed',
    change: typed('foo ='),
    errors: [`foo =[]  foo has a '=' but no value.`],
    cost: ['+ UART foo ='],
  },
  {
    name: '`foo = "` typed',
    change: typed('foo = "'),
    errors: [`foo = "[]  '"' is missing in the value of foo.`],
    cost: ['+ UART foo = "'],
  },
  {
    name: '`iommus = <&smmu 0x` typed',
    change: typed('iommus = <&smmu 0x'),
    errors: [`iommus = <&smmu 0x[]  '>;' is missing after the value of iommus.`],
    cost: ['+ UART iommus = <&smmu 0x'],
  },
  {
    name: '`compat` typed',
    change: typed('compat'),
    errors: [`compat[]  ';' is missing after compat.`],
    cost: ['+ UART compat'],
  },
  { name: '`#` typed', change: typed('#'), errors: [`#[]  ';' is missing after #.`], cost: ['+ UART #'] },
  {
    name: '`&` typed',
    change: typed('&'),
    errors: [`[&]  '&' does not begin a statement.`],
    cost: ['+ UART error: &'],
  },
  {
    name: '`/dele` typed',
    change: typed('/dele'),
    errors: [`[/dele]  /dele is not a keyword of dtc.`],
    cost: ['+ UART error: /dele'],
  },
  {
    name: '`/delete-node/` typed',
    change: typed('/delete-node/'),
    errors: [`[/delete-node/]  /delete-node/ does not say what.`],
    cost: ['+ UART error: /delete-node/'],
  },
  {
    name: '`node {` typed',
    change: typed('node {'),
    errors: [`node {[]  '};' is missing at the end of node.`],
    cost: ['+ UART/node'],
  },
  {
    name: '`node@1` typed',
    change: typed('node@1'),
    errors: [`[node@1]  '{' is missing after node@1.`],
    cost: ['+ UART error: node@1'],
  },
  {
    name: '`{` typed',
    change: typed('{'),
    errors: [`[{]  '{' does not begin a statement.`],
    cost: ['+ UART error: {'],
  },
  { name: '`}` typed', change: typed('}'), errors: [`[}]  This '}' closes nothing.`], cost: ['+ UART error: }'] },
  {
    name: '`"` typed',
    change: typed('"'),
    errors: [`["]  '"' does not begin a statement.`],
    cost: ['+ UART error: "'],
  },
  {
    name: '`l1:;` typed',
    change: typed('l1:;'),
    errors: [`[l1:;]  l1: labels nothing.`],
    cost: ['+ UART error: l1:;'],
  },
  {
    name: '`#include` typed',
    change: typed('#include '),
    errors: [`[#include]  #include names no file: "…" or <…> is missing.`],
    cost: ['+ UART error: #include'],
  },
  {
    name: '`#ifdef A` typed',
    change: typed('#ifdef A'),
    errors: [`[#ifdef A]  The #endif of '#ifdef A' is missing.`],
    cost: ['+ UART error: #ifdef A'],
  },
  {
    name: '`#else` typed',
    change: typed('#else'),
    errors: [`[#else]  #else has no #if.`],
    cost: ['+ UART error: #else'],
  },
  {
    name: '`/include/` typed',
    change: typed('/include/'),
    errors: [`[/include/]  /include/ names no file: a name in double quotes is missing.`],
    cost: ['+ UART error: /include/'],
  },
  {
    name: 'a character that no cell has',
    change: ['<0x1000', '<% 0x1000'],
    errors: [`reg = <[% 0x1000 0x100]>;  '% 0x1000 0x100' does not belong here.`],
    cost: ['- UART reg = <0x1000 0x100>', '+ UART reg = <% 0x1000 0x100>'],
  },
  {
    name: 'head dropped',
    change: ['uart0: uart@1000 {\n', '\n'],
    errors: [`[}];  This '}' closes nothing.`],
    cost: [
      '- UART',
      '- UART compatible = "ns16550a", "generic"',
      '- UART reg = <0x1000 0x100>',
      '- UART clocks = <&clk 1>',
      '- UART dma-coherent',
      '+ /soc compatible = "ns16550a", "generic"',
      '+ /soc reg = <0x1000 0x100>',
      '+ /soc clocks = <&clk 1>',
      '+ /soc dma-coherent',
      '+ /soc error: };',
    ],
  },
];

test.each(STATES)('$name', ({ change: [from, to], errors: expected, cost = [] }) => {
  expect(BOARD).toContain(from);
  const text = BOARD.replace(from, () => to);
  const ast = grammar.parse(text);
  const found = paths(ast.items);
  const lost = COMPLETE.filter((path) => !found.includes(path)).map((path) => `- ${path}`);
  const gained = found.filter((path) => !COMPLETE.includes(path)).map((path) => `+ ${path}`);
  expect(errors(text, ast)).toEqual(expected);
  expect([...lost, ...gained].map((line) => line.replace(UART, 'UART'))).toEqual(cost);
  expect(ast.hasError).toBe(true);
});

test('a comment that swallows the next one is named, since what it hides is not missing', () => {
  const text = BOARD.replace('reg = <0x1000', '/* reg = <0x1000').replace('};\n\t\tspi', '}; /* UART */\n\t\tspi');
  expect(errors(text, grammar.parse(text))).toEqual([
    `[/*] reg = <0x1000 0x100>;  This comment swallows the next one: its own '*/' is missing.`,
  ]);
});

test('an unclosed node ends where the indentation says, also in the middle of its siblings', () => {
  const text = BOARD.replace('\t\t};\n\t\tspi@2000', '\t\tspi@2000');
  expect(paths(grammar.parse(text).items)).toEqual(COMPLETE);
});

test('without indentation, braces alone decide', () => {
  const text = '/ { a { b = <1>; c { d; }; e { f; }; };';
  expect(paths(grammar.parse(text).items)).toEqual(['/', '/a', '/a b = <1>', '/a/c', '/a/c d', '/a/e', '/a/e f']);
});

test('each error has its own sentence when several statements are broken', () => {
  const text = BOARD.replace('<1>;', '<1>').replace('<&clk 1>', '<&clk 1').replace('"okay"', 'okay"');
  expect(errors(text, grammar.parse(text))).toEqual([
    `#size-cells = <1>[]  ';' is missing after the value of #size-cells.`,
    `clocks = <&clk 1[];  '>' is missing after the value of clocks.`,
    `status = []okay";  '"' is missing in the value of status.`,
  ]);
});
