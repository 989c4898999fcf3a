// SPDX-License-Identifier: MIT
// What bindings say: which one is for a compatible, and what it says of the node's properties.
import { expect, test } from 'vitest';
import { bindingFor, bindingOfNode, childBinding, factOf } from '#bindings/facts.ts';
import { bindingsFolders } from '#bindings/files.ts';
import { titleOf } from '#bindings/library.ts';
import { evaluateText } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { nodeByPath } from '#tree/query.ts';
import { FILES, library, ROOT } from './trees.ts';

test('the folder of bindings is looked for upwards', () => {
  const files = new MemoryFiles(FILES);
  expect(bindingsFolders(files, '/linux/arch/arm64/boot/dts/acme/board.dts')).toEqual([ROOT]);
  expect(bindingsFolders(files, '/elsewhere/board.dts')).toEqual([]);
});

test('a compatible leads to its binding, by name or by pattern', async () => {
  const all = await library();
  const titles = (name: string) => all.bindingsNaming(name).map(titleOf);
  expect(titles('acme,engine-v1')).toEqual(['Acme DMA engine']);
  expect(titles('acme,soc2-engine')).toEqual(['Acme DMA engine']);
  expect(titles('acme,watch-12')).toEqual(['Acme watches']);
  expect(titles('acme,watch-x')).toEqual([]);
  expect(titles('constructor')).toEqual([]);
});

test('of two bindings with one compatible, the one that knows the node’s others is meant', async () => {
  // As Linux 7.3 has qcom,dwc3.yaml and qcom,snps-dwc3.yaml, which both name qcom,sm8550-dwc3.
  const binding = (name: string, second: string) => ({
    [`${ROOT}/usb/${name}.yaml`]: `$id: http://devicetree.org/schemas/usb/${name}.yaml#
title: ${name}
properties:
  compatible:
    items:
      - enum:
          - acme,soc-usb
      - const: ${second}
`,
  });
  const all = await library({ ...binding('a-old', 'acme,usb'), ...binding('b-new', 'acme,flat-usb') });
  const title = (...names: string[]) => bindingFor(all, names)?.title;
  expect(title('acme,soc-usb', 'acme,usb')).toBe('a-old');
  expect(title('acme,soc-usb', 'acme,flat-usb')).toBe('b-new');
  expect(title('acme,soc-usb')).toBe('a-old');
});

test('a binding has what it refers to, and what holds for the compatible', async () => {
  const all = await library();
  const first = bindingFor(all, ['acme,engine-v1'])!;
  expect([...first.required].sort()).toEqual(['#dma-cells', 'compatible', 'reg']);
  const second = bindingFor(all, ['acme,soc1-engine', 'acme,engine-v2'])!;
  expect(second.required.has('clock-names')).toBe(true);
  expect(factOf(all, second, 'clocks')).toMatchObject({ minItems: 1, maxItems: 2 });
  expect(factOf(all, first, 'acme,mode')).toMatchObject({
    type: 'string',
    values: ['fast', 'slow'],
    description: 'How it moves.',
  });
  expect(factOf(all, first, 'acme,depth')).toMatchObject({ type: 'uint32', minimum: 1, maximum: 64, default: 8 });
  expect(factOf(all, first, 'acme,old')).toMatchObject({ type: 'flag', deprecated: true });
  expect(factOf(all, first, 'interrupts')).toMatchObject({ items: ['done', 'went wrong'] });
  expect(factOf(all, first, 'clock-names')).toMatchObject({ items: ['core', 'bus'] });
  expect(factOf(all, first, '#dma-cells')).toMatchObject({ minimum: 1, description: 'Cells of a request.' });
  expect(factOf(all, first, 'acme,unknown')).toBeUndefined();
});

test('children are described by the binding of their parent', async () => {
  const all = await library();
  const { tree } = evaluateText(`/dts-v1/;
/ { dma { compatible = "acme,engine-v1"; channel@3 { acme,priority = <1>; }; port { }; other { }; }; };`);
  const at = (path: string) => bindingOfNode(all, nodeByPath(tree, path)!);
  const channel = at('/dma/channel@3')!;
  expect([...channel.required]).toEqual(['reg']);
  expect(factOf(all, channel, 'acme,priority')).toMatchObject({ values: [1, 2, 4] });
  expect([...at('/dma/port')!.required]).toEqual(['acme,width']);
  expect(at('/dma/other')).toBeUndefined();
  expect(childBinding(all, bindingFor(all, ['acme,engine-v1'])!, 'port')).toBeDefined();
});

test('bindings that refer to themselves, to nothing or out of their folder end', async () => {
  const id = '$id: http://devicetree.org/schemas/x.yaml#\n';
  const all = await library({
    [`${ROOT}/x.yaml`]: `${id}title: x
allOf:
  - $ref: '#'
  - $ref: ../../../secret.yaml#
  - $ref: /schemas/none.yaml#
  - $ref: '#/properties/a/b/0'
properties:
  compatible:
    const: acme,x
  __proto__: true
  a:
    oneOf:
      - $ref: '#/properties/a'
      - $ref: '#/properties/a'
`,
  });
  const binding = bindingFor(all, ['acme,x'])!;
  expect([...binding.properties.keys()]).toContain('a');
  expect(factOf(all, binding, 'a')).toMatchObject({ type: undefined });
  expect(factOf(all, binding, 'toString')).toBeUndefined();
});
