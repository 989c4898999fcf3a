// SPDX-License-Identifier: MIT
// The core schemas of an installed dt-schema, where a setting says in which folder they are.
import { beforeAll, describe, expect, test } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import { Analysis } from '#ide/analysis.ts';
import { projectProblems } from '#ide/boards/project-problems.ts';
import { hover } from '#ide/navigation/hover.ts';
import { checkBindings } from '#ide/problems/binding-problems.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { ROOT } from './trees.ts';

beforeAll(loadYaml);

const CORE = '/py/dtschema/schemas';
const BOARD = '/linux/arch/arm64/boot/dts/acme/board.dts';
const head = (name: string) => `$id: http://devicetree.org/schemas/${name}#\ntitle: ${name}\n`;

const FILES: Readonly<Record<string, string>> = {
  [`${CORE}/dt-core.yaml`]: `${head('dt-core.yaml')}select: true\nproperties:\n  dma-coherent:\n    type: boolean\nadditionalProperties: true\n`,
  [`${CORE}/types.yaml`]: `${head('types.yaml')}definitions:\n  flag:\n    type: boolean\n`,
  [`${CORE}/acme/consumer.yaml`]: `${head('acme/consumer.yaml')}select: true
properties:
  widget-names:
    $ref: /schemas/types.yaml#/definitions/string-array
dependentRequired:
  widget-names: [widgets]
additionalProperties: true
`,
  [`${CORE}/acme/shared.yaml`]: `${head('acme/shared.yaml')}select: false
properties:
  acme,speed:
    description: How fast it is.
    $ref: /schemas/types.yaml#/definitions/uint32
additionalProperties: true
`,
  [`${ROOT}/acme/device.yaml`]: `${head('acme/device.yaml')}allOf:
  - $ref: /schemas/acme/shared.yaml#
properties:
  compatible:
    const: acme,device
unevaluatedProperties: false
`,
};

const TEXT = `/dts-v1/;
/ {
	device { compatible = "acme,device"; acme,speed = <1>; acme,spead = <1>; };
	other { compatible = "acme,other"; widget-names = "a"; dma-coherent = <1>; };
};
`;

function analysed(text: string, project: { readonly dtSchema?: string }, more: Readonly<Record<string, string>> = {}) {
  const files = new MemoryFiles({ ...FILES, ...more, [BOARD]: text.replace('$0', '') });
  const analysis = new Analysis(grammar, files);
  analysis.setSettings({ project });
  analysis.open(BOARD, text.replace('$0', ''));
  return { analysis, view: () => analysis.view(BOARD)! };
}

const found = (text: string, project: { readonly dtSchema?: string }, more?: Readonly<Record<string, string>>) =>
  (checkBindings(analysed(text, project, more).view()) ?? []).map(({ rule, message }) => `${rule}: ${message}`);

describe('what only core schemas say', () => {
  test('is unknown without them', () => expect(found(TEXT, {})).toEqual([]));

  test('is found with them', () => {
    const all = found(TEXT, { dtSchema: CORE });
    expect(all).toHaveLength(3);
    expect(all.join('\n')).toMatch(/binding\/unknown-property: .*acme,spead/);
    expect(all.join('\n')).toMatch(/binding\/required: .*widgets/);
    expect(all.join('\n')).toMatch(/binding\/type: .*dma-coherent/);
  });

  test('is found where the project file names them, relative to itself', () => {
    const more = { '/linux/dt-iommu.json': '{ "dtSchema": "../py/dtschema/schemas" }' };
    expect(found(TEXT, {}, more)).toHaveLength(3);
  });

  test('follows a change of the setting', () => {
    const { analysis, view } = analysed(TEXT, {});
    expect(checkBindings(view())).toEqual([]);
    analysis.setSettings({ project: { dtSchema: CORE } });
    expect(checkBindings(view())).toHaveLength(3);
    analysis.setSettings({ project: {} });
    expect(checkBindings(view())).toEqual([]);
  });
});

test('hovers say what a core schema says of a property', () => {
  const text = TEXT.replace('acme,speed', 'acme,spe$0ed');
  const of = (project: { readonly dtSchema?: string }) => {
    const { view, analysis } = analysed(text, project);
    view().knowledge.bindings(BOARD);
    while (analysis.knowledge.work());
    return hover(view(), text.indexOf('$0'), { link: () => ({ text: 'place', href: '' }) })?.markdown ?? '';
  };
  expect(of({ dtSchema: CORE })).toContain('How fast it is.');
  expect(of({})).not.toContain('How fast it is.');
});

test('a folder that is none is not walked through, and is told', () => {
  const { analysis, view } = analysed(TEXT, { dtSchema: '/py' });
  expect(checkBindings(view())).toEqual([]);
  expect(analysis.knowledge.bindings(BOARD)?.size).toBe(1);
  const path = '/linux/dt-iommu.json';
  const files = new MemoryFiles({ ...FILES, [path]: '{ "dtSchema": "/py" }' });
  expect(projectProblems(files, path).map(({ message }) => message)).toEqual([
    '/py has no dt-core.yaml, so nothing is read there; the schemas are in the folder schemas of the Python package dtschema.',
  ]);
});
