// SPDX-License-Identifier: MIT
// Nodes held against bindings. What is expected is what dt-validate 2026.06 says of the same tree and bindings (put into
// our words), except where a comment says otherwise.
import { expect, test } from 'vitest';
import { BoardCheck } from '#bindings/check.ts';
import { bindingProblems } from '#rules/bindings/findings.ts';
import { evaluateText } from '#test/support/evaluate.ts';
import { FILES, library, ROOT } from './trees.ts';

const SOC = `/dts-v1/;
/ {
	compatible = "acme,board";
	model = "Acme";
	#address-cells = <1>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;

	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <2>; };
	clk: clock { #clock-cells = <1>; };
	BODY
};
`;

const GOOD = 'reg = <0x1000 0x100>; interrupts = <1 4>, <2 4>; #dma-cells = <1>;';

async function found(body: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const all = await library(more);
  const { tree } = evaluateText(SOC.replace('BODY', body));
  const check = new BoardCheck(all, tree);
  while (check.step() === 'more');
  return bindingProblems(tree, check.findings).map(
    ({ rule, severity, message, node }) => `${severity} ${rule} ${node}: ${message}`,
  );
}

const dma = (statements: string, name = 'dma@1000') => `${name} { compatible = "acme,engine-v1"; ${statements} };`;
const AT = 'warning binding';
const SAYS = 'the binding dma/acme,engine.yaml';

test('what fits is not reported', async () => {
  expect(
    await found(
      dma(`${GOOD} acme,mode = "fast"; acme,depth = <64>; acme,old; clocks = <&clk 1>, <&clk 2>;
	pinctrl-0 = <&clk>; pinctrl-names = "default"; status = "okay"; assigned-clocks = <&clk 1>;
	channel@3 { reg = <3 4>; acme,priority = <2>; }; port { acme,width = <8>; };`),
    ),
  ).toEqual([]);
});

test.each<[string, string, readonly string[]]>([
  [
    'a required property',
    'reg = <0x1000 0x100>; interrupts = <1 4>, <2 4>;',
    [`${AT}/required /dma@1000: dma@1000 lacks #dma-cells, which ${SAYS} requires.`],
  ],
  [
    'interrupts in either form',
    'reg = <0x1000 0x100>; #dma-cells = <1>;',
    [`${AT}/required /dma@1000: dma@1000 lacks interrupts or interrupts-extended; ${SAYS} requires one of them.`],
  ],
  [
    'interrupts-extended is as good',
    'reg = <0x1000 0x100>; interrupts-extended = <&gic 1 4>, <&gic 2 4>; #dma-cells = <1>;',
    [],
  ],
  [
    'an unknown property',
    `${GOOD} acme,other = <1>;`,
    [`${AT}/unknown-property /dma@1000: The binding dma/acme,engine.yaml has no property acme,other here.`],
  ],
  [
    'an unknown child',
    `${GOOD} other { };`,
    [`${AT}/unknown-property /dma@1000: The binding dma/acme,engine.yaml has no child other here.`],
  ],
  [
    'too many entries',
    `${GOOD} clocks = <&clk 1>, <&clk 2>, <&clk 3>;`,
    [`${AT}/length /dma@1000: clocks has 3 entries; ${SAYS} requires at most 2.`],
  ],
  [
    'entries are counted by the bus',
    `${GOOD.replace('0x100>', '0x100>, <0x2000 0x100>')}`,
    [`${AT}/length /dma@1000: reg has 2 entries; ${SAYS} requires exactly 1.`],
  ],
  [
    'a text that is not listed',
    `${GOOD} acme,mode = "medium";`,
    [`${AT}/value /dma@1000: Entry 1 of acme,mode is not one of the values that ${SAYS} allows: "fast" and "slow".`],
  ],
  [
    'names in another order',
    `${GOOD} clock-names = "bus", "core";`,
    [`${AT}/value /dma@1000: Entry 1 of clock-names is not "core", the only value that ${SAYS} allows.`],
  ],
  [
    'a number that is too large',
    `${GOOD} acme,depth = <65>;`,
    [`${AT}/value /dma@1000: acme,depth is more than ${SAYS} allows, 64.`],
  ],
  [
    'two numbers for one',
    `${GOOD} acme,depth = <1 2>;`,
    [`${AT}/type /dma@1000: acme,depth is not a single 32-bit number, as ${SAYS} says.`],
  ],
  // dt-validate reads the four bytes as a number that is too large.
  [
    'a text for a number',
    `${GOOD} acme,depth = "abc";`,
    [`${AT}/type /dma@1000: acme,depth is not a single 32-bit number, as ${SAYS} says.`],
  ],
  [
    'a value for a flag',
    `${GOOD} acme,old = <1>;`,
    [`${AT}/type /dma@1000: acme,old is not a property without a value, as ${SAYS} says.`],
  ],
  [
    'a child without what it needs',
    `${GOOD} channel@1 { acme,priority = <3>; };`,
    [
      `${AT}/value /dma@1000/channel@1: acme,priority is not one of the values that ${SAYS} allows: 1, 2 and 4.`,
      `${AT}/required /dma@1000/channel@1: channel@1 lacks reg, which ${SAYS} requires.`,
    ],
  ],
])('%s', async (_what, statements, expected) => {
  expect((await found(dma(statements))).sort()).toEqual([...expected].sort());
});

test('what holds for one compatible only', async () => {
  const body = `dma@1000 { compatible = "acme,soc1-engine", "acme,engine-v2"; ${GOOD} clocks = <&clk 1>; };`;
  expect((await found(body)).sort()).toEqual([
    `${AT}/length /dma@1000: clocks has 1 entry; ${SAYS} requires at least 2.`,
    `${AT}/required /dma@1000: dma@1000 lacks clock-names, which ${SAYS} requires.`,
  ]);
});

test('a disabled node may lack what it needs, but not say what it must not', async () => {
  expect(await found(dma('status = "disabled"; acme,mode = "medium"; other;'))).toEqual([
    `${AT}/value /dma@1000: Entry 1 of acme,mode is not one of the values that ${SAYS} allows: "fast" and "slow".`,
  ]);
});

test('what refers to schemas that are not there is not judged', async () => {
  const open = FILES[`${ROOT}/dma/acme,engine.yaml`]!.replace('common.yaml#', '/schemas/dma/absent.yaml#');
  expect(
    await found(dma(`${GOOD} anything = <1>; acme,depth = <99>;`), { [`${ROOT}/dma/acme,engine.yaml`]: open }),
  ).toEqual([`${AT}/value /dma@1000: acme,depth is more than ${SAYS} allows, 64.`]);
});

test('a binding that says itself for which nodes it is', async () => {
  const chosen = `$id: http://devicetree.org/schemas/misc/chosen.yaml#
title: x
select:
  properties:
    compatible:
      contains:
        const: acme,chosen
  required: [compatible]
properties:
  compatible:
    items:
      - const: acme,chosen
      - const: acme,base
  acme,list:
    $ref: /schemas/types.yaml#/definitions/uint32-array
    minItems: 2
    maxItems: 3
additionalProperties: true
`;
  const all = { [`${ROOT}/misc/chosen.yaml`]: chosen };
  expect(await found('a { compatible = "acme,chosen", "acme,base"; acme,list = <1 2>; };', all)).toEqual([]);
  expect(await found('a { compatible = "acme,chosen", "acme,base"; acme,list = <1>; };', all)).toEqual([
    'hint binding/length /a: acme,list has 1 entry; the binding misc/chosen.yaml requires at least 2.',
  ]);
  expect(await found('a { compatible = "acme,chosen"; };', all)).toEqual([
    'hint binding/length /a: compatible has 1 entry; the binding misc/chosen.yaml requires exactly 2.',
  ]);
});

test('work on bindings that never end is bounded', async () => {
  const many = `$id: http://devicetree.org/schemas/loop.yaml#
title: x
properties:
  compatible:
    const: acme,loop
allOf:
  - $ref: '#'
  - $ref: '#'
  - $ref: '#'
unevaluatedProperties: false
`;
  expect(await found('a { compatible = "acme,loop"; b; };', { [`${ROOT}/loop.yaml`]: many })).toEqual([]);
});

test('one binding is read in a step where no more may be read, with the same findings', async () => {
  const all = await library({});
  const { tree } = evaluateText(SOC.replace('BODY', dma('reg = <0x1000 0x100>;')));
  const whole = new BoardCheck(await library({}), tree);
  while (whole.step() === 'more');
  const check = new BoardCheck(all, tree);
  const steps: string[] = [];
  do {
    all.allowance = 1;
    steps.push(check.step());
  } while (steps.at(-1) !== 'last' && steps.length < 100);
  all.allowance = Number.POSITIVE_INFINITY;
  expect(steps).toContain('later');
  expect(bindingProblems(tree, check.findings)).toEqual(bindingProblems(tree, whole.findings));
  expect(check.findings).not.toEqual([]);
});
