// SPDX-License-Identifier: MIT
// A rule that sees one node is not asked again about nodes that stayed as they were. Whatever was edited, the problems
// are those of a board that was opened with the same text; and such a rule reads nothing beyond what it sees.
import { expect, it, test } from 'vitest';
import type { Problem, Repair } from '#base/problem.ts';
import { Analysis } from '#ide/analysis.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { RULES } from '#rules/index.ts';
import { dts } from '#test/support/check.ts';
import { evaluateText, grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import type { DtNode } from '#tree/types.ts';

const BOARD = `/dts-v1/;
#include "soc.dtsi"
/ {
	model = "board";
	aliases { serial0 = &uart; };
	chosen { stdout-path = "serial0:115200n8"; };
	memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000>; };
};
&uart {
	status = "okay";
	wakeup-names = "rx";
};
&i2c {
	#address-cells = <1>;
	#size-cells = <0>;
	eeprom@50 { compatible = "vendor,eeprom"; reg = <0x50>; label = "id"; };
};
&soc {
	dma-noncoherent;
};
/ {
	soc { };
};
&clk {
	status = "disabled";
};
/* end */
`;
const SOC = `/ {
	panel { label = &clk; reg-names = &uart; };
	#address-cells = <1>;
	#size-cells = <1>;
	soc: soc {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		dma-ranges;
		clk: clock@1000 { reg = <0x1000 0x100>; #clock-cells = <1>; };
		uart: serial@2000 {
			compatible = "vendor,uart";
			reg = <0x2000 0x100>;
			clocks = <&clk 1>;
			status = "disabled";
		};
		timer@1000 { reg = <0x1000 0x100>; };
		i2c: i2c@3000 { reg = <0x3000 0x100>; };
		pcie@4000 { device_type = "pci"; reg = <0x4000 0x100>; ranges = <0x2000000 0 0 0x10000000 0 0x1000000>;
			#address-cells = <3>; #size-cells = <2>; };
	};
};
`;
const SNIPPETS = [
  ' reg = <1>;',
  ' status = <1>;',
  ' label = &uart;',
  ' name = "other";',
  ' a_b: bad_name { };',
  ' x@01 { reg = <1>; };',
  ' #clock-cells = <1 2>;',
  ' ranges;',
  ' #size-cells = <2>;',
  ' dma-names = <5>;',
  ' odd@prop = <1>;',
  ' reg { };',
  ' led-gpio = <&clk 1>;',
  ' /delete-property/ reg;',
  ' interrupt-controller;',
  ' sub@2000 { status = "disabled"; };',
  ' #address-cells = <2>;',
  ' uart { };',
  ' }; /delete-node/ &clk; / {',
  ' }; &soc { #address-cells = <1 1>;',
  '\n#include "none.dtsi"\n',
  ' compatible = [61 62];',
  ' }; &uart { compatible = "x";',
  ' /delete-node/ &clk;',
  ' device_type = "pci";',
];
/** Something is missing at the end of the board, and no more. */
const END = ['/* end */', '#include "none.dtsi"\n/* end */'] as const;
const BACK = ['#include "none.dtsi"\n', ''] as const;
const EVERYTHING = Object.fromEntries(RULES.filter(({ off }) => off).map(({ id }) => [id, 'warning' as const]));

function opened(files: Readonly<Record<string, string>>): Analysis {
  const analysis = new Analysis(grammar, new MemoryFiles(files));
  analysis.setSettings({ project: { rules: EVERYTHING } });
  for (const [path, text] of Object.entries(files)) analysis.open(path, text);
  return analysis;
}

/** Numbers below `limit`, the same ones for the same seed (Numerical Recipes' linear congruential generator). */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A line deleted or written twice, a few characters lost, a statement added. */
function edit(text: string, pick: (limit: number) => number): { start: number; end: number; text: string } {
  const at = pick(text.length);
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const kind = pick(8);
  if (kind === 0) return { start: lineStart, end: lineEnd, text: '' };
  if (kind === 1) return { start: lineEnd, end: lineEnd, text: `\n${text.slice(lineStart, lineEnd)}` };
  if (kind === 2) return { start: at, end: Math.min(text.length, at + 1 + pick(6)), text: '' };
  const statement = Math.max(text.lastIndexOf(';', at), text.lastIndexOf('{', at)) + 1;
  return { start: statement, end: statement, text: SNIPPETS[pick(SNIPPETS.length)] ?? '' };
}

/** With the edits in place of what plans them. */
function written(problems: readonly Problem[]): object[] {
  const spelled = ({ title, plan }: Repair) => ({ title, edits: plan() });
  return problems.map(({ fix, choices, ...rest }) => ({
    ...rest,
    ...(fix && { fix: spelled(fix) }),
    ...(choices && { choices: choices.map(spelled) }),
  }));
}

test.each([
  ['the parent changes', [['dma-noncoherent;', '#address-cells = <2>;']]],
  ['a child changes', [['status = "disabled";\n};\n/*', 'status = "okay";\n};\n/*']]],
  ['a rule was left out meanwhile, while something was missing', [END, ['#size-cells = <0>;', ''], BACK]],
  ['a label of a path is gone while something is missing', [END, ['/* end */', '/delete-node/ &clk;']]],
] as readonly (readonly [string, readonly (readonly [string, string])[]])[])('when %s', (_what, edits) => {
  const texts = { '/board.dts': BOARD, '/soc.dtsi': SOC };
  const analysis = opened(texts);
  let differs = false;
  const replace = (from: string, to: string): void => {
    const start = texts['/board.dts'].indexOf(from);
    expect(start, from).toBeGreaterThan(0);
    const before = analysis.board('/board.dts').problems();
    analysis.edit('/board.dts', [{ start, end: start + from.length, text: to }]);
    texts['/board.dts'] = texts['/board.dts'].replace(from, to);
    const after = analysis.board('/board.dts').problems();
    expect(written(after)).toEqual(written(opened(texts).board('/board.dts').problems()));
    differs ||= after.length !== before.length;
  };
  for (const [from, to] of edits) replace(from, to);
  expect(differs).toBe(true);
});

test('after any edit, the problems are those of a board opened with that text', () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const pick = random(seed);
    const texts: Record<string, string> = { '/board.dts': BOARD, '/soc.dtsi': SOC };
    const analysis = opened(texts);
    for (let count = 0; count < EDITS; count++) {
      const path = pick(2) === 0 ? '/board.dts' : '/soc.dtsi';
      const before = texts[path]!;
      const change = edit(before, pick);
      texts[path] = before.slice(0, change.start) + change.text + before.slice(change.end);
      analysis.edit(path, [change]);
      // Some texts are never looked at, and some boards are asked for a fix before their problems are.
      if (pick(4) === 0) continue;
      const problems = analysis.board('/board.dts').problems();
      for (const { rule } of problems) seen.add(rule);
      const fresh = opened(texts).board('/board.dts').problems();
      expect(written(problems), `seed ${seed}, edit ${count}`).toEqual(written(fresh));
      // Mostly taken back again, so that the board stays one.
      if (pick(3) === 0) continue;
      analysis.edit(path, [{ start: 0, end: texts[path].length, text: before }]);
      texts[path] = before;
    }
  }
  // The edits are such that these rules speak and fall silent.
  const local = RULES.filter(({ sees }) => sees === 'node').map(({ id }) => id);
  expect(local.filter((id) => seen.has(id)).length).toBeGreaterThan(local.length / 3);
});

it.each(RULES.filter(({ sees }) => sees === 'node').map((rule) => [rule.id, rule] as const))(
  '%s sees nothing but the node, its parent and its children',
  (_id, rule) => {
    const blind = new Proxy({} as RuleContext, { get: (_, name) => unseen(`context.${String(name)}`) });
    const { tree } = evaluateText(dts(rule.example.good));
    const nodes = catalogue([rule]).selection.of(tree).nodesFor(rule);
    // Where it speaks it is asked each time, so a message may say more: the good example is where it must be silent.
    for (const node of nodes) expect([...rule.check(blind, seenFrom(node))]).toEqual([]);
  },
);

function unseen(what: string): never {
  throw new Error(`the rule looks at ${what}`);
}

/** The node as far as such a rule may look. */
function seenFrom(node: DtNode): DtNode {
  const around = (other: DtNode): DtNode =>
    new Proxy(other, {
      get: (_, name) =>
        ['parent', 'children'].includes(String(name))
          ? unseen(`${String(name)} of a neighbour`)
          : Reflect.get(other, name),
    });
  const children = new Map([...node.children].map(([name, child]) => [name, around(child)]));
  const parent = node.parent && around(node.parent);
  return new Proxy(node, {
    get: (_, name) => (name === 'parent' ? parent : name === 'children' ? children : Reflect.get(node, name)),
  });
}

const ROUNDS = Number(process.env.LIVE_ROUNDS ?? 6);
const EDITS = 25;
