// SPDX-License-Identifier: MIT
// One mistake in the text is one error, where it was made, and its fix makes dtc read the board again.
import { expect, test } from 'vitest';
import type { Problem } from '#base/problem.ts';
import { applyEdits } from '#base/text.ts';
import { checkDiagnostics, checkFix } from '#test/support/check.ts';
import { evaluateText } from '#test/support/evaluate.ts';

const BOARD = `/dts-v1/;
#define IRQ_LOW 8
/ {
	compatible = "acme,board", "acme,chip";
	model = "Board";
	soc {
		intc: interrupt-controller {
			#interrupt-cells = <2>;
			interrupt-controller;
		};

		uart: serial@1000 {
			reg = <0x1000 0x100>;
			interrupts-extended = <&intc 3 IRQ_LOW>;
			status = "okay";
		};
	};

	chosen {
		stdout-path = &uart;
	};
};

&uart {
	status = "okay";
};
`;

/** The text of the problem's line with `[` and `]` around its place. */
function shown(text: string, { span, message }: Problem): string {
  const from = text.lastIndexOf('\n', span.start - 1) + 1;
  const line = text.indexOf('\n', span.start);
  const end = Math.min(span.end, line);
  return `${text.slice(from, span.start)}[${text.slice(span.start, end)}]${text.slice(end, line)} ${message}`.trim();
}

/** `change`: what is taken out of the board, with what stands there then; `fixed` only where it is not the board. */
const MISTAKES: readonly { change: readonly [string, string]; says: string; fixed?: string; choice?: true }[] = [
  {
    change: ['"Board";', '"Board"'],
    says: 'model = "Board"[] \';\' is missing after the value of model; dtc stops here.',
  },
  {
    change: ['0x100>;', '0x100;'],
    says: "reg = <0x1000 0x100[]; '>' is missing after the value of reg; dtc stops here.",
  },
  {
    change: ['IRQ_LOW>;', 'IRQ_LOW'],
    says: "interrupts-extended = <&intc 3 IRQ_LOW[] '>;' is missing after the value of interrupts-extended; dtc stops here.",
  },
  {
    change: ['"Board";', '"Board;'],
    says: 'model = "Board[]; \'"\' is missing in the value of model; dtc stops further down.',
    choice: true,
  },
  {
    change: ['"acme,board", ', '"acme,board, '],
    says: 'compatible = "acme,board[], "acme,chip"; \'"\' is missing in the value of compatible; dtc stops further down.',
    choice: true,
  },
  {
    change: ['"Board"', 'Board"'],
    says: 'model = []Board"; \'"\' is missing in the value of model; dtc stops further down.',
    choice: true,
  },
  {
    change: ['interrupt-controller;\n\t\t};\n', 'interrupt-controller;\n'],
    says: "interrupt-controller;[] '};' is missing at the end of intc: interrupt-controller; dtc stops further down.",
  },
  {
    change: ['&uart;\n\t};\n', '&uart;\n'],
    says: "stdout-path = &uart;[] '};' is missing at the end of chosen; dtc stops further down.",
  },
  {
    change: ['&uart;\n\t};', '&uart;\n\t}'],
    says: "}[] ';' is missing after the '}' of chosen; dtc stops here.",
  },
  {
    change: ['&uart;\n\t};', '&uart;\n\t;'],
    says: "[]; '}' is missing at the end of chosen; dtc stops here.",
  },
  {
    change: ['okay";\n};\n', 'okay";\n'],
    says: 'status = "okay";[] \'};\' is missing at the end of &uart; dtc stops further down.',
    choice: true,
  },
  {
    change: ['IRQ_LOW>;\n\t\t\tstatus', 'IRQ_LOW>\n\t\t\tstatus'],
    says: "interrupts-extended = <&intc 3 IRQ_LOW>[] ';' is missing after the value of interrupts-extended; dtc stops here.",
  },
  {
    change: ['3 IRQ_LOW>;\n\t\t\tstatus = "okay";', '3 IRQ_LOW>\n\t\t\tIRQ_LOW;'],
    says: "interrupts-extended = <&intc 3 IRQ_LOW>[] ';' is missing after the property interrupts-extended; dtc stops here.",
    fixed: BOARD.replace('status = "okay"', 'IRQ_LOW'),
  },
  {
    change: ['reg = <', 'reg <'],
    says: "reg[] <0x1000 0x100>; '=' is missing after reg; dtc stops here.",
  },
];

test.each(MISTAKES)('$says', ({ change: [from, to], says, choice, fixed = BOARD }) => {
  const text = BOARD.replace(from, () => to);
  expect(text).not.toBe(BOARD);
  const { problems } = evaluateText(text).tree;
  expect(problems.map((problem) => shown(text, problem))).toEqual([says]);
  const [problem] = problems;
  const repairs = choice ? problem?.choices : problem?.fix && [problem.fix];
  expect(repairs?.map((repair) => applyEdits(text, repair.plan() ?? []))).toEqual([fixed]);
});

test('a missing `{` is one error, also at the top, and what the node seems to lack follows from the mistake', () => {
  for (const [from, to] of [
    ['&uart {', '&uart'],
    ['serial@1000 {', 'serial@1000'],
    ['reg = <', 'reg = '],
  ] as const) {
    const text = BOARD.replace(from, () => to);
    expect(evaluateText(text).tree.problems.map(({ message }) => message)).toHaveLength(1);
  }
});

test('every name that is not a macro is said once, and what is behind a mistake is still read', () => {
  checkDiagnostics(`
/ {
	a = <1 GCC_A 2>, <GCC_B>;
//	       ^^^^^ error[syntax/error]: GCC_A is not defined; dtc stops here.
	b = <(1 + GCC_C)>;
//	          ^^^^^ error[syntax/error]: GCC_C is not defined; dtc stops here.
	c = PINCTRL(4, 5);
//	    ^^^^^^^ error[syntax/error]: PINCTRL is not defined; dtc stops here.
	NODE(3);
//	^^^^ error[syntax/error]: NODE is not defined; dtc stops here.
};
`);
});

test('behind a mistake the rest is read, and a name that is still being typed is not said to be undefined', () => {
  const text = BOARD.replace('IRQ_LOW>;', 'IRQ_L').replace('"Board"', 'NAME');
  expect(evaluateText(text).tree.problems.map((problem) => shown(text, problem))).toEqual([
    "interrupts-extended = <&intc 3 IRQ_L[] '>;' is missing after the value of interrupts-extended; dtc stops here.",
    'model = [NAME]; NAME is not defined; dtc stops here.',
  ]);
});

test('the fix keeps the line ends of the file', () => {
  const text = '/dts-v1/;\r\n/ {\r\n\ta {\r\n\t\tb = <1>;\r\n\tc {\r\n\t\td = <1>;\r\n\t};\r\n};\r\n';
  checkFix('syntax/error', text, text.replace('<1>;\r\n\tc', '<1>;\r\n\t};\r\n\tc'));
});

test('what a header has for C++ is no mistake of a board', () => {
  const header = '#ifdef __cplusplus\nextern "C" {\n#endif\n#if defined(__cplusplus)\n}\n#endif\n';
  const board = '/dts-v1/;\n#include "util.h"\n/ { a { b { }; late; }; };\n';
  const { tree } = evaluateText(`//- /board.dts\n${board}//- /util.h\n${header}`);
  expect(tree.problems.map((problem) => shown(board, problem))).toEqual([
    '/ { a { b { }; [late]; }; }; Properties must precede subnodes; dtc stops here.',
  ]);
});

test.each([
  ['/ {\u00a0p; };', '/ {[\u00a0]p; };', '00A0'],
  ['/ { p =\u2028<1 2>; };', '/ { p =[\u2028]<1 2>; };', '2028'],
  ['/ { p = <(1\u3000+ 2)>; };', '/ { p = <(1[\u3000]+ 2)>; };', '3000'],
  ['/ { p = [01\u202f02]; };', '/ { p = [01[\u202f]02]; };', '202F'],
  ['/ { p; };\n\ufeff/ { q; };', '[\ufeff]/ { q; };', 'FEFF'],
])('white space that dtc does not know: %j', (text, place, code) => {
  const board = `/dts-v1/;\n${text}\n`;
  const { tree } = evaluateText(`//- /board.dts\n${board}`);
  const expected = `${place} The character U+${code} is no blank for dtc; dtc stops here.`.trim();
  expect(tree.problems.map((problem) => shown(board, problem))).toEqual([expected]);
  const edits = tree.problems[0]?.fix?.plan() ?? [];
  const { tree: repaired } = evaluateText(`//- /board.dts\n${applyEdits(board, edits)}`);
  expect(repaired.problems).toEqual([]);
});

// dtc 1.6.1 to 1.8.1 end at each: "\x used with no following hex digits".
test.each([
  ['p = "a\\xzz";', 'p = "a[\\x]zz";'],
  ['p = "\\\\x", "b\\x";', 'p = "\\\\x", "b[\\x]";'],
  ["p = <'\\xg'>;", "p = <'[\\x]g'>;"],
  ["p = <(1 + '\\xg')>;", "p = <(1 + '[\\x]g')>;"],
])('a hexadecimal escape without a digit: %s', (statement, place) => {
  const text = `/dts-v1/;\n/ {\n\t${statement}\n};\n`;
  const errors = evaluateText(text).tree.problems.filter(({ severity }) => severity === 'error');
  expect(errors.map((problem) => shown(text, problem))).toContain(
    `${place} A '\\x' has no hexadecimal digit behind it; dtc stops here.`,
  );
});

test('a hexadecimal escape has one digit or two, as strtol reads them', () => {
  const { tree } = evaluateText('/dts-v1/;\n/ { p = "\\x4", "\\x4g", "\\x414"; };\n');
  expect(tree.problems).toEqual([]);
  // dtc 1.6.1: 04 00 04 67 00 41 34 00
  expect([...(tree.root.properties.get('p')?.value.bytes ?? [])]).toEqual([4, 0, 4, 0x67, 0, 0x41, 0x34, 0]);
});
