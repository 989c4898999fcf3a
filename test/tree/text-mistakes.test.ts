// SPDX-License-Identifier: MIT
// What dtc refuses is said in terms of what one wrote, and the repair makes the board that was meant.
import { expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { evaluateText } from '#test/support/evaluate.ts';

const HEAD = '/dts-v1/;\n#define PAIR(a, b) a b\n#define LIST "x" "y"\n';
const board = (statement: string) => `${HEAD}/ {\n\tl: n {\n\t};\n};\n\n&l {\n\t${statement}\n};\n`;

/** What stands there → what stands there afterwards; `‹›` marks the span. dtc 1.6.1 refuses each of the first and takes each of the last. */
const MISTAKES: readonly (readonly [wrong: string, message: string, right: string, kind: 'fix' | 'choice'])[] = [
  ['p = <1>‹› <2>;', "',' is missing in the value", 'p = <1>, <2>;', 'fix'],
  ['p = <1>‹›\n\t\t<2>;', "',' is missing in the value", 'p = <1>,\n\t\t<2>;', 'fix'],
  ['p = "a"‹› "b";', "',' is missing in the value", 'p = "a", "b";', 'fix'],
  ['p = &l‹› "b";', "',' is missing in the value", 'p = &l, "b";', 'fix'],
  ['p = "a"‹› /bits/ 8 <1>;', "',' is missing in the value", 'p = "a", /bits/ 8 <1>;', 'fix'],
  ['p = "a", "b"‹,›;', "Nothing follows this ','", 'p = "a", "b";', 'fix'],
  ['p = <1‹,› 2>;', "Cells are separated by blanks, not by ','", 'p = <1 2>;', 'fix'],
  ['p = <1‹,›2,3>;', "Cells are separated by blanks, not by ','", 'p = <1 2 3>;', 'fix'],
  ['p = <PAIR(1, 2)‹,› 3>;', "Cells are separated by blanks, not by ','", 'p = <PAIR(1, 2) 3>;', 'fix'],
  ['p = ‹1›;', "Numbers need '<' and '>' around them", 'p = <1>;', 'fix'],
  ['p = ‹0x10 2›;', "Numbers need '<' and '>' around them", 'p = <0x10 2>;', 'fix'],
  ['p = ‹›1>;', "'<' is missing in the value", 'p = <1>;', 'fix'],
  ['p = <(1 + 2‹>›;', "')' is missing in the value of p", 'p = <(1 + 2)>;', 'fix'],
  ['p = ‹rgmii-id›;', 'A string needs double quotes', 'p = "rgmii-id";', 'fix'],
  ['p = ‹acme,uart›, "acme,old";', 'A string needs double quotes', 'p = "acme,uart", "acme,old";', 'fix'],
  ['p = "a",‹›', "Behind ',' something is missing in the value", 'p = "a";', 'choice'],
  ['p = "a";‹;›', "This ';' ends nothing", 'p = "a";', 'fix'],
  ['p = "a";\n};\n‹}›;\n/ {', "This '}' closes nothing", 'p = "a";\n};\n/ {', 'choice'],
];

test.each(MISTAKES)('%j: %s', (wrong, message, right, kind) => {
  const text = board(wrong.replace(/[‹›]/g, ''));
  const [start, end] = [board(wrong).indexOf('‹'), board(wrong).indexOf('›') - 1];
  const { problems } = evaluateText(`//- /board.dts\n${text}//- /a.dtsi\n`).tree;
  const [problem] = problems;
  expect(problems.map((each) => each.message)).toEqual([expect.stringMatching(/; dtc stops (?:here|further down)\.$/)]);
  expect(problem?.message.replace(/; dtc stops.*/, '')).toBe(message);
  expect(problem?.span).toMatchObject({ start, end });
  const repairs = kind === 'fix' ? [problem?.fix] : problem?.choices;
  expect(repairs?.map((repair) => applyEdits(text, repair?.plan() ?? []))).toEqual([board(right)]);
  expect(kind === 'fix' ? problem?.choices : problem?.fix).toBeUndefined();
  expect(evaluateText(`//- /board.dts\n${board(right)}//- /a.dtsi\n`).tree.problems).toEqual([]);
});

test.each([
  ['p = <&>;', "Behind '&' the name of a label is missing; dtc stops here."],
  ['};\np = <1>;\n/ {', 'p is outside of every node; dtc stops here.'],
  ['};\nnode@1 { };\n/ {', 'node@1 is outside of every node; dtc stops here.'],
  ['};\n/dts-v1/;\n/ {', '/dts-v1/ belongs before the first node; dtc stops here.'],
])('%j has no repair, and says: %s', (wrong, message) => {
  const { problems } = evaluateText(board(wrong)).tree;
  expect(problems.map((each) => each.message)).toEqual([message]);
  expect(problems[0]?.fix ?? problems[0]?.choices).toBeUndefined();
});

test('what a macro brought in keeps the plain words: no text of the source would repair it', () => {
  const { problems } = evaluateText(board('p = LIST;')).tree;
  expect(problems.map((each) => each.message)).toEqual([
    `';' is expected after the property p before '"y"'; dtc stops here.`,
  ]);
  expect(problems[0]?.fix).toBeUndefined();
});

test.each([
  ['#inclde', '#include'],
  ['#includ', '#include'],
])('%s is not a directive: cpp leaves it where it is, and dtc stops there', (wrong, right) => {
  const text = (word: string) => `/dts-v1/;\n${word} "a.dtsi"\n/ {\n};\n`;
  const { problems } = evaluateText(`//- /board.dts\n${text(wrong)}//- /a.dtsi\n`).tree;
  expect(problems.map(({ message }) => message)).toEqual([
    `${wrong} is not a directive; the nearest is ${right}; dtc stops here.`,
  ]);
  expect(applyEdits(text(wrong), problems[0]?.fix?.plan() ?? [])).toBe(text(right));
});
