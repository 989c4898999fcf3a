// SPDX-License-Identifier: MIT
// What is offered for a node that does not fit its binding: before → after.
import { beforeAll, expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { loadYaml } from '#bindings/yaml.ts';
import { Analysis } from '#ide/analysis.ts';
import { checkBindings } from '#ide/problems/binding-problems.ts';
import { FILES, ROOT } from '#test/bindings/trees.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

beforeAll(loadYaml);

const BOARD = '/linux/arch/arm64/boot/dts/acme/board.dts';
const HUB = `$id: http://devicetree.org/schemas/misc/acme,hub.yaml#
title: Hub
properties:
  compatible:
    const: acme,hub
  '#clock-cells':
    const: 1
  acme,on:
    type: boolean
  acme,names:
    $ref: /schemas/types.yaml#/definitions/string-array
    items:
      enum: [ left, right ]
  acme,size:
    $ref: /schemas/types.yaml#/definitions/uint32
    enum: [ 8, 16 ]
required: [ compatible, '#clock-cells', acme,size ]
additionalProperties: false
`;

/** The statements of a node, and what each choice makes of them. */
function offered(statements: string): string[] {
  const head = '/dts-v1/;\n/ {\n\thub {\n\t\tcompatible = "acme,hub";\n';
  const text = `${head}${statements}\t};\n};\n`;
  const analysis = new Analysis(
    grammar,
    new MemoryFiles({ ...FILES, [`${ROOT}/misc/acme,hub.yaml`]: HUB, [BOARD]: text }),
  );
  const problems = checkBindings(analysis.view(BOARD)!) ?? [];
  return problems.flatMap(({ choices = [] }) =>
    choices.map(({ title, plan }) => {
      const after = applyEdits(text, plan() ?? []);
      return `${title} → ${after.slice(head.length, -'\t};\n};\n'.length).replace(/\s+/g, ' ').trim()}`;
    }),
  );
}

const WHOLE = '\t\t#clock-cells = <1>;\n\t\tacme,size = <8>;\n';

test('nothing for a node that fits', () => {
  expect(offered(WHOLE)).toEqual([]);
});

test('a required property is added where the binding leaves one value', () => {
  expect(offered('\t\tacme,size = <8>;\n')).toEqual(['Add #clock-cells = <1>; → acme,size = <8>; #clock-cells = <1>;']);
  expect(offered('\t\t#clock-cells = <1>;\n')).toEqual([]);
});

test('a property nobody knows becomes the one that is like it, unless the node has that', () => {
  expect(offered(`${WHOLE}\t\tacme,no;\n`)).toEqual([
    'Change acme,no to acme,on → #clock-cells = <1>; acme,size = <8>; acme,on;',
  ]);
  expect(offered(`${WHOLE}\t\tacme,on;\n\t\tacme,no;\n`)).toEqual([]);
  expect(offered(`${WHOLE}\t\tcolour;\n`)).toEqual([]);
});

test('a flag loses its value', () => {
  expect(offered(`${WHOLE}\t\tacme,on = <1>;\n`)).toEqual([
    'Write acme,on; → #clock-cells = <1>; acme,size = <8>; acme,on;',
  ]);
});

test('a value becomes one that is allowed, at the entry that is not', () => {
  expect(offered('\t\t#clock-cells = <2>;\n\t\tacme,size = <8>;\n')).toEqual([
    'Change 2 to 1 → #clock-cells = <1>; acme,size = <8>;',
  ]);
  expect(offered(`${WHOLE}\t\tacme,names = "left", "rihgt";\n`)).toEqual([
    'Change "rihgt" to "right" → #clock-cells = <1>; acme,size = <8>; acme,names = "left", "right";',
  ]);
  expect(offered('\t\t#clock-cells = <1>;\n\t\tacme,size = <(2 + 2)>;\n')).toEqual([]);
});
