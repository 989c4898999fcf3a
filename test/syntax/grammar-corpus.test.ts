// SPDX-License-Identifier: MIT
// The grammar's own corpus (what `tree-sitter test` runs), with the WebAssembly that ships; and that its files agree.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Language, Parser, Query } from 'web-tree-sitter';
import { grammar } from '#test/support/evaluate.ts';
import { KERNEL } from '#test/support/kernel.ts';

const GRAMMAR_FOLDER = fileURLToPath(new URL('../../grammars/devicetree', import.meta.url));
const CASE = /^=+\n(?<title>.+)\n=+\n\n(?<source>[\s\S]*?)\n\n---\n\n(?<tree>[\s\S]*?)(?=\n\n=|\n*$(?![\s\S]))/gm;
const DTC_TESTS = fileURLToPath(new URL('../../../shared/data/dtc-tests', import.meta.url));

// `grammar` has initialised the runtime.
const language = await Language.load(readFileSync(`${GRAMMAR_FOLDER}/tree-sitter-devicetree.wasm`));
const parser = new Parser().setLanguage(language);

/** The tree without fields, all on one line. */
function tree(source: string): string {
  const parsed = parser.parse(source);
  const text = parsed?.rootNode.toString().replace(/\w+: /g, '') ?? '';
  parsed?.delete();
  return text;
}

function oneLine(expected: string): string {
  return expected.replace(/\s+/g, ' ').trim();
}

for (const file of readdirSync(`${GRAMMAR_FOLDER}/test/corpus`)) {
  describe(file, () => {
    const cases = [...readFileSync(`${GRAMMAR_FOLDER}/test/corpus/${file}`, 'utf8').matchAll(CASE)];
    test('has cases', () => expect(cases.length).toBeGreaterThan(2));
    for (const { groups } of cases) {
      test(groups!.title!, () => expect(tree(groups!.source!)).toBe(oneLine(groups!.tree!)));
    }
  });
}

test('highlights.scm names nodes that exist, and colours a board', () => {
  const query = new Query(language, readFileSync(`${GRAMMAR_FOLDER}/queries/highlights.scm`, 'utf8'));
  const parsed = parser.parse('l: node { reg = <1 A>; }; // c');
  const colours = query.captures(parsed!.rootNode).map(({ name, node }) => `${node.text} ${name}`);
  parsed?.delete();
  expect(colours).toEqual(
    expect.arrayContaining(['l: label', 'node module', 'reg property', '1 number', 'A constant', '// c comment']),
  );
});

describe('PIN.json', () => {
  const pin = JSON.parse(readFileSync(`${GRAMMAR_FOLDER}/PIN.json`, 'utf8'));

  test.each(Object.entries<string>(pin.sha256))('%s is the one that build.sh recorded', (file, hash) => {
    const bytes = readFileSync(`${GRAMMAR_FOLDER}/${file}`);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
  });

  test('names the ABI of the WebAssembly', () => expect(language.abiVersion).toBe(pin.abi));
});

/** Statements that an include file interrupts; Linux has none, and our includes are statements of their own. */
const INCLUDE_INSIDE_A_STATEMENT = ['include1.dts'];

test.skipIf(!existsSync(DTC_TESTS))(`what dtc accepts of its own tests parses (skipped without ${DTC_TESTS})`, () => {
  const expected: Record<string, { exit: number }> = JSON.parse(
    readFileSync(`${DTC_TESTS}/expected-dtc-1.6.1.json`, 'utf8'),
  );
  const accepted = Object.keys(expected).filter((name) => expected[name]!.exit === 0);
  const failing = accepted.filter((name) => grammar.parse(readFileSync(`${DTC_TESTS}/${name}`, 'utf8')).hasError);
  expect(accepted.length).toBeGreaterThan(100);
  expect(failing).toEqual(INCLUDE_INSIDE_A_STATEMENT);
});

/** One source for each way in which Linux needs more than the Devicetree Specification's grammar. */
const PECULIAR = [
  'arm64/boot/dts/apple/t600x-dieX.dtsi', // macros as labels, references and whole nodes
  'arm64/boot/dts/marvell/armada-cp11x.dtsi', // macros as node names
  'arm64/boot/dts/exynos/exynos5433-tm2-common.dtsi', // macros as statements
  'arm/boot/dts/st/stm32f4-pinctrl.dtsi', // character literals as arguments
  'arm/boot/dts/st/stm32mp151a-prtt1a.dts', // &{label/path}
  'arm64/boot/dts/qcom/sdm845.dtsi', // /bits/ after a comma
  'arm64/boot/dts/renesas/salvator-common.dtsi', // #ifdef in a value
  'arm/boot/dts/broadcom/bcm-cygnus.dtsi', // /include/ in a node
  'powerpc/boot/dts/fsl/interlaken-lac-portals.dtsi', // properties at the top
];

describe.skipIf(!existsSync(KERNEL))(`Linux 6.12 (skipped without ${KERNEL})`, () => {
  test.each(PECULIAR)('%s', (file) => {
    expect(grammar.parse(readFileSync(`${KERNEL}/arch/${file}`, 'utf8')).errors).toEqual([]);
  });
});
