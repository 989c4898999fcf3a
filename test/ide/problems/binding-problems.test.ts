// SPDX-License-Identifier: MIT
// Findings by bindings in an editor: they come in a pause, follow the text, and go when it is right.
import { beforeAll, expect, test } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import { Analysis } from '#ide/analysis.ts';
import { codeActions } from '#ide/fixes/code-actions.ts';
import { checkBindings } from '#ide/problems/binding-problems.ts';
import { BoardsShowingProblem } from '#ide/problems/boards-showing-problem.ts';
import { FILES } from '#test/bindings/trees.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

beforeAll(loadYaml);

const BOARD = '/linux/arch/arm64/boot/dts/acme/board.dts';
const SOC = '/linux/arch/arm64/boot/dts/acme/soc.dtsi';
const TEXT = `/dts-v1/;
#include "soc.dtsi"
&dma { acme,depth = <65>; };
`;
const SOC_TEXT = `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };
	dma: dma@1000 {
		compatible = "acme,engine-v1";
		reg = <0x1000 0x100>;
		interrupt-parent = <&gic>;
		interrupts = <1>, <2>;
		#dma-cells = <1>;
		acme,other;
	};
};
`;

function open(text = TEXT) {
  const files = new MemoryFiles({ ...FILES, [BOARD]: text, [SOC]: SOC_TEXT });
  const analysis = new Analysis(grammar, files);
  analysis.open(BOARD, text);
  const showing = new BoardsShowingProblem(analysis);
  const pause = (): number => {
    let turns = 0;
    for (showing.changed(); showing.askNext(BOARD, () => true); turns++) if (turns > 5000) throw new Error('no end');
    return turns;
  };
  const said = (file = BOARD) =>
    showing
      .problems(analysis.view(file)!)
      .filter(({ rule }) => rule.startsWith('binding/'))
      .map(
        ({ rule, span }) =>
          `${rule} ${(file === BOARD ? analysis.view(file)!.text : SOC_TEXT).slice(span.start, span.end)}`,
      );
  return { analysis, pause, said, showing };
}

test('findings come in the pause, in the file that they are about', () => {
  const { pause, said } = open();
  expect(said()).toEqual([]);
  pause();
  expect(said()).toEqual(['binding/value acme,depth']);
  expect(said(SOC)).toEqual(['binding/unknown-property acme,other']);
});

test('they move with the text, and go when it is right', () => {
  const { analysis, pause, said } = open();
  const first = pause();
  analysis.edit(BOARD, [{ start: 0, end: 0, text: '/* moved */ ' }]);
  expect(said()).toEqual(['binding/value acme,depth']);
  const at = analysis.view(BOARD)!.text.indexOf('65');
  analysis.edit(BOARD, [{ start: at, end: at + 2, text: '64' }]);
  expect(pause()).toBeLessThan(first);
  expect(said()).toEqual([]);
  expect(said(SOC)).toEqual(['binding/unknown-property acme,other']);
  analysis.edit(BOARD, [{ start: at, end: at + 2, text: '0' }]);
  pause();
  expect(said()).toEqual(['binding/value acme,depth']);
});

test('the light bulb has what may be meant, and the comment that silences it, once the finding is there', () => {
  const { analysis, pause, showing } = open(TEXT.replace('acme,depth = <65>', 'acme,mode = "fsat"'));
  const titles = () => {
    const view = analysis.view(BOARD)!;
    const at = view.text.indexOf('acme,mode');
    return codeActions(view, at, at, showing.ofBindings(view)).map(({ title }) => title);
  };
  expect(titles()).toEqual([]);
  pause();
  expect(titles()).toEqual(['Change "fsat" to "fast"', 'Ignore binding/value for this node']);
});

test('a comment silences one, a setting changes its severity', () => {
  const { pause, said } = open(TEXT.replace('&dma {', '/* dt-iommu-ignore binding/value: measured */\n&dma {'));
  pause();
  expect(said()).toEqual([]);
  const { analysis } = open();
  analysis.setSettings({ project: { rules: { 'binding/value': 'error', 'binding/unknown-property': 'off' } } });
  const view = analysis.view(BOARD)!;
  expect(checkBindings(view)?.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['error binding/value']);
});

test('nothing is said of a tree of which something is missing, nor without bindings', () => {
  const { analysis } = open(`#include "missing.dtsi"\n${TEXT}`);
  expect(checkBindings(analysis.view(BOARD)!)).toEqual([]);
  const files = new MemoryFiles({ '/board.dts': '/dts-v1/;\n/ { };\n' });
  const alone = new Analysis(grammar, files);
  expect(checkBindings(alone.view('/board.dts')!)).toBeUndefined();
});
